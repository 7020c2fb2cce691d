"""Reads RSS, RDF, Atom and CDF with feedparser, from repaired text.

Only this module uses feedparser, and its dictionaries do not leave the module.
"""

import re
import warnings
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import feedparser

from straitwatch.core.model import ParseProblem, RawEntry, RawFeed
from straitwatch.core.parse.items import Items, find_items
from straitwatch.core.parse.links import Link, best_page, push_offer
from straitwatch.core.parse.repair import FEED_ROOT, Repaired, repair
from straitwatch.core.parse.soundness import is_sound
from straitwatch.core.parse.web_page import announced_feed, describe_page

_DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>\n"
# In a document with bases, links and ids are resolved against this address and then restored, so
# that they remain as published and an xml:base inside one entry does not affect the next. In other
# documents this would take a third of feedparser's time.
_SCHEME = "shttp:"  # no feed uses it, but urllib resolves addresses with it
_ORIGIN = f"{_SCHEME}//base.invalid"
_BASE_STEPS = (("/up2/up1/here/", ""), ("/up2/up1/", "../"), ("/up2/", "../../"), ("/", "/"))
_BASE = _ORIGIN + _BASE_STEPS[0][0]
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_BASE_NAMES = ("base", "Base", "BASE")  # found in a tenth of the time of the pattern
_BASE_CLAIM = re.compile(r"\bbase\s*=", re.IGNORECASE)

_ANY_DATE = (1970, 1, 1, 0, 0, 0, 3, 1, 0)  # in the form of time.struct_time; never read

_FIRST_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_HTML_ELEMENTS = frozenset(
    [
        "html",
        "head",
        "body",
        "title",
        "meta",
        "script",
        "style",
        "div",
        "p",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "center",
        "table",
        "span",
        "a",
        "b",
        "form",
        "iframe",
        "img",
        "link",
        "pre",
        "font",
        "noscript",
        "svg",
        "ul",
        "ol",
        "li",
        "hr",
        "main",
        "header",
        "section",
        "article",
        "base",
        "em",
        "strong",
    ]
)
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_HTML_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_OPAQUE = re.compile(r"<!--|<script\b|<style\b", re.IGNORECASE)
_OPAQUE_END = {"<!--": "-->", "<script": "</script", "<style": "</style"}
_LOOSE_ENTRY_ROOT = re.compile(r"<((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE)
_AROUND_ENTRIES = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)(?=\s)[^<>]{0,5000}>", re.IGNORECASE
)
_XML_LANG = re.compile(r"""\sxml:lang\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_FEED_WITHIN = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry|channel)(?=[\s/>])", re.IGNORECASE)


def read_xml_feed(text: str, *, max_entries: int, known: Collection[bytes] = ()) -> RawFeed:
    """Read a document that is not empty and not JSON, without its known items."""
    root = _find_root(text)
    if root is None:
        return _no_feed(text)
    repaired = _repaired(text, root, max_entries=max_entries)
    found = find_items(repaired.text, known) if repaired.was_sound else Items(text=repaired.text)
    unclaimed, language = _without_document_language(found.rest)
    document = _feedparser(unclaimed)
    if document is None:
        return RawFeed(
            format="", problem=ParseProblem.NOT_A_FEED, detail="feedparser cannot read it"
        )
    skipped = sum(digest in found.skipped for digest in found.digests)
    parsed = _parsed(document, repaired, root[1], language=language, skipped=skipped)
    if document.get("bozo") or len(parsed.entries) + skipped != len(found.digests):
        # The items in the text are not the entries of feedparser.
        return read_xml_feed(text, max_entries=max_entries) if skipped else parsed
    scope = found.scope(parsed.language)
    return replace(parsed, items=found.digests, skipped=found.skipped, scope=scope)


def _repaired(text: str, root: re.Match[str], *, max_entries: int) -> Repaired:
    sound = text[root.start() :]
    if is_sound(sound, max_entries=max_entries):
        return Repaired(text=sound, was_sound=True)
    return repair(text, root, max_entries=max_entries)


def _without_document_language(text: str) -> tuple[str, str]:
    """Remove the language from the elements around the entries, which would inherit it."""
    entry = _LOOSE_ENTRY_ROOT.search(text)
    end = entry.start() if entry else len(text)
    claims = [
        tag.start() + claim.start()
        for tag in _AROUND_ENTRIES.finditer(text, 0, end)
        if (claim := _XML_LANG.search(tag[0]))
    ]
    language = ""
    for start in reversed(claims):
        found = _XML_LANG.match(text, start)
        assert found is not None  # noqa: S101 - found above
        language = found[1] or found[2] or ""
        text = text[:start] + text[found.end() :]
    return text, language


def _find_root(text: str) -> re.Match[str] | None:
    """Find the feed's root element, even after printed warnings or inside an HTML page."""
    position = 0
    is_page = _HTML_PAGE.match(text) is not None
    while found := FEED_ROOT.search(text, position):
        hidden = _OPAQUE.search(text, position, found.start())
        if hidden:
            end = text.find(_OPAQUE_END[hidden[0].lower()], hidden.end())
            if end < 0:
                return None
            position = end
            continue
        name = found[1].lower()
        # HTML pages contain licences as RDF, but a feed inside a page has entries or a channel.
        if not is_page or (not name.endswith("rdf") and _FEED_WITHIN.search(text, found.end())):
            return found
        position = found.end()
    return None if is_page else _LOOSE_ENTRY_ROOT.search(text)


def _no_feed(text: str) -> RawFeed:
    first = _FIRST_ELEMENT.search(text)
    is_html = first is not None and first[1].lower() in _HTML_ELEMENTS
    if is_html or _HTML_DOCTYPE.match(text):
        page, detail = describe_page(text)
        link = announced_feed(text)
        return RawFeed(format="", problem=ParseProblem.HTML, detail=detail, page=page, link=link)
    start = " ".join(text[:80].split())
    return RawFeed(
        format="", problem=ParseProblem.NOT_A_FEED, detail=f"no feed found; it begins with: {start}"
    )


@cache
def _skip_dates() -> None:
    """Make feedparser skip dates, a tenth of its time: `core.normalize` reads them."""
    feedparser.registerDateHandler(lambda _: _ANY_DATE)


def _feedparser(text: str) -> Any:
    """Run feedparser; return None if it raises any exception."""
    _skip_dates()
    # A stream rather than bytes, because feedparser.parse(b"/etc/hosts") would open the file.
    stream = BytesIO(_DECLARATION + text.encode("utf-8", "replace"))
    has_base = any(name in text for name in _BASE_NAMES) and _BASE_CLAIM.search(text)
    base = {"content-location": _BASE} if has_base else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return feedparser.parse(
                stream,
                response_headers=_HEADERS | base,
                sanitize_html=False,
                resolve_relative_uris=False,
            )
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - tag soup raises nearly any exception
            return None


def _parsed(
    document: Any, repaired: Repaired, root: str, *, language: str, skipped: int
) -> RawFeed:
    version = document.get("version") or ""
    is_atom = version.startswith("atom")
    feed = document.feed
    language = _text(feed.get("language")) or language
    entries = tuple(_entry(entry, language, is_atom=is_atom) for entry in document.entries)
    count = len(entries) + skipped
    kind = version or (_format(root) if count else "")
    problem, detail = _verdict(kind, count, repaired, document)
    links = _links(feed)
    return RawFeed(
        format=kind,
        title=_text(feed.get("title")),
        link=_unresolved(best_page(links, language) or _text(feed.get("link"))),
        language=language,
        push=push_offer(replace(link, href=_unresolved(link.href)) for link in links),
        entries=entries,
        problem=problem,
        detail=detail,
    )


def _verdict(
    kind: str, entries: int, repaired: Repaired, document: Any
) -> tuple[ParseProblem | None, str]:
    if not kind:
        return ParseProblem.NOT_A_FEED, "unknown feed format"
    if repaired.too_many:
        return (
            ParseProblem.TOO_MANY_ENTRIES,
            f"{repaired.too_many} entries, the first {entries} were read",
        )
    if repaired.is_truncated:
        return ParseProblem.TRUNCATED, "the document ends early; an incomplete entry was dropped"
    if document.get("bozo") and not entries:
        return ParseProblem.NOT_A_FEED, str(document.get("bozo_exception", ""))[:200]
    return None, ""


def _format(root: str) -> str:
    name = root.rpartition(":")[2].lower()
    return {"channel": "cdf", "feed": "atom", "entry": "atom"}.get(name, "rss")


def _entry(entry: Any, feed_language: str, *, is_atom: bool) -> RawEntry:
    summary, content = _texts(entry)
    source = _get(entry, "source")
    language = _language(entry)
    return RawEntry(
        guid=_unresolved(_text(_get(entry, "id"))),
        link=_link(entry, language or feed_language),
        title=_text(_get(entry, "title")),
        summary=summary,
        content=content,
        authors=_authors(entry),
        categories=_categories(entry),
        published=_text(_get(entry, "published")) or _text(_get(entry, "created")),
        updated=_text(_get(entry, "updated")),
        language=language,
        source_title=_text(_get(source, "title")) if isinstance(source, dict) else "",
        plain=_plain_fields(entry, content) if is_atom else frozenset(),
    )


def _plain_fields(entry: Any, content: str) -> frozenset[str]:
    """Return the fields that an Atom entry declares as plain text; other formats declare none."""
    details = [("title", _get(entry, "title_detail")), ("summary", _get(entry, "summary_detail"))]
    details += [("content", detail) for detail in _get(entry, "content") or ()]
    return frozenset(
        name
        for name, detail in details
        if isinstance(detail, dict)
        and _get(detail, "type") == "text/plain"
        and (name != "content" or _get(detail, "value") == content)
    )


def _texts(entry: Any) -> tuple[str, str]:
    """Return summary and content; feedparser's copy of the content in the summary is dropped."""
    contents = [found for found in _get(entry, "content") or () if isinstance(found, dict)]
    content = max((_text(_get(found, "value")) for found in contents), key=len, default="")
    summary = _text(_get(entry, "summary"))
    return ("" if summary == content else summary), content


def _link(entry: Any, language: str) -> str:
    """Return the address of the entry's page, or else of an enclosure."""
    links = _links(entry)
    enclosures = (link.href for link in links if link.relation == "enclosure")
    return (
        _unresolved(_text(_get(entry, "feedburner_origlink")) or best_page(links, language))
        or _permalink(_unresolved(_text(_get(entry, "link"))))
        or _unresolved(next(enclosures, ""))
    )


def _links(context: Any) -> tuple[Link, ...]:
    found = [link for link in _get(context, "links") or () if isinstance(link, dict)]
    return tuple(
        Link(
            href=_text(_get(link, "href")),
            relation=_text(_get(link, "rel")),
            media_type=_text(_get(link, "type")),
            language=_text(_get(link, "hreflang")),
        )
        for link in found
    )


def _permalink(guid: str) -> str:
    """Return a GUID that serves as the link; "" for a mere number or name."""
    return guid if guid.startswith(("http://", "https://", "/")) else ""


def _authors(entry: Any) -> tuple[str, ...]:
    people = [p for p in _get(entry, "authors") or () if isinstance(p, dict)]
    names = [_text(_get(person, "name")) for person in people]
    named = tuple(dict.fromkeys(name for name in names if name))
    author = _text(_get(entry, "author"))
    return named or ((author,) if author else ())


def _categories(entry: Any) -> tuple[str, ...]:
    """Return the categories by label, or by term if they have no label."""
    tags = [tag for tag in _get(entry, "tags") or () if isinstance(tag, dict)]
    names = (_text(_get(tag, "label")) or _text(_get(tag, "term")) for tag in tags)
    return tuple(dict.fromkeys(name for name in names if name))


def _language(entry: Any) -> str:
    details = [_get(entry, "title_detail"), *(_get(entry, "content") or ())]
    details.append(_get(entry, "summary_detail"))
    claims = [_get(entry, "language"), *(_get(detail, "language") for detail in details if detail)]
    return next(filter(None, map(_text, claims)), "")


def _unresolved(value: str) -> str:
    """Remove `_BASE` from an address, or only its scheme from an address without one."""
    if not value.startswith(_ORIGIN):
        return value.removeprefix(_SCHEME) if value.startswith(f"{_SCHEME}//") else value
    rest = value.removeprefix(_ORIGIN)
    for step, written in _BASE_STEPS:
        if rest.startswith(step):
            return written + rest.removeprefix(step)
    return rest


def _get(mapping: Any, key: str) -> Any:
    """Return a value under its name in feedparser, without the search for other names."""
    return dict.get(mapping, key)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
