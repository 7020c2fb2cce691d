"""Cleans parsed entries: plain text, safe absolute links, aware dates, stable identities."""

from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import urlsplit

from straitwatch.core.model import Entry, RawEntry, RawFeed
from straitwatch.core.normalize.dates import parse_date
from straitwatch.core.normalize.language import (
    UnknownLanguageError,
    is_other_script,
    normalize_language,
    read_language,
)
from straitwatch.core.normalize.links import canonical_url, clean_url, names_article
from straitwatch.core.normalize.text import clean_text, clean_title, cut, links_in

__all__ = [
    "MAX_CONTENT",
    "MAX_SUMMARY",
    "MAX_TITLE",
    "FeedDefaults",
    "UnknownLanguageError",
    "canonical_url",
    "clean_text",
    "clean_title",
    "clean_url",
    "cut",
    "derived_entry_id",
    "feed_id",
    "hash_text",
    "normalize_entries",
    "normalize_language",
    "parse_date",
    "read_language",
]

MAX_TITLE, MAX_SUMMARY, MAX_CONTENT = 300, 2_000, 20_000  # characters
MAX_GUID = 1_000
_MAX_LINKS = 4
_MAX_AUTHORS = 10
_MAX_CATEGORIES = 10
_FUTURE_TOLERANCE = timedelta(days=1)  # for publishers' clocks and zones; later dates are wrong


def feed_id(url: str) -> str:
    """Compute the stable id of a feed from its configured address."""
    return _digest(url.strip())


def derived_entry_id(feed_id: str, *parts: str) -> str:
    """Compute the id of an entry whose GUID belongs to another entry."""
    return _digest(feed_id, "reused guid", *parts)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A cleaned entry without an id, which depends on the other entries of its document."""

    raw: RawEntry
    guid: str
    url: str
    canonical: str
    title: str
    whole_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDefaults:
    """The time zone and language of a feed, as configured, for entries that declare none."""

    timezone: str | None = None
    language: str = ""


NO_DEFAULTS = FeedDefaults()


def normalize_entries(
    parsed: RawFeed,
    *,
    feed_id: str,
    base_url: str,
    fetched_at: datetime,
    defaults: FeedDefaults = NO_DEFAULTS,
    as_published: bool = False,
) -> tuple[Entry, ...]:
    """Clean the entries of one document, and drop repeated ones.

    Args:
        parsed: the entries as published.
        feed_id: part of each entry's identity.
        base_url: the final address of the document, for relative links.
        fetched_at: dates more than a day later are ignored.
        defaults: the feed's configured settings.
        as_published: keep repeated entries, and the " - Publisher" of an aggregator's titles.
    """
    drafts = [_draft(raw, base_url, strips_source=not as_published) for raw in parsed.entries]
    identities = _Identities(
        drafts, feed_id, home=canonical_url(clean_url(parsed.link, base=base_url))
    )
    entries: dict[str, Entry] = {}
    for draft in drafts:
        entry = _entry(draft, identities, defaults, parsed.language, fetched_at)
        if entry != _blank(entry):
            entries.setdefault(f"{entry.id} {len(entries)}" if as_published else entry.id, entry)
    return tuple(entries.values())


def _blank(entry: Entry) -> Entry:
    """Return the same entry without any text."""
    return Entry(
        id=entry.id,
        guid="",
        url="",
        canonical_url="",
        title="",
        language=entry.language,
        text_hash=entry.text_hash,
    )


def _draft(raw: RawEntry, base_url: str, *, strips_source: bool) -> _Draft:
    guid = " ".join(raw.guid.split())[:MAX_GUID].encode("utf-8", "replace").decode()
    url = clean_url(raw.link, base=base_url)
    if not url and guid.lower().startswith(("http://", "https://")):
        url = clean_url(guid)
    title = clean_title(raw.title, limit=MAX_SUMMARY, is_plain="title" in raw.plain)
    if strips_source:
        title = _without_source(title, clean_title(raw.source_title))
    return _Draft(raw, guid, url, canonical_url(url), cut(title, limit=MAX_TITLE), title)


def _without_source(title: str, source: str) -> str:
    """Remove the " - Publisher" that aggregators append to their titles."""
    for dash in (" - ", " – ", " — ", " | "):
        stripped = title.removesuffix(f"{dash}{source}")
        if source and stripped != title and stripped.strip():
            return stripped.rstrip()
    return title


def _entry(
    draft: _Draft,
    identities: "_Identities",
    defaults: FeedDefaults,
    document_language: str,
    fetched_at: datetime,
) -> Entry:
    raw = draft.raw
    summary, content = _texts(draft)
    return Entry(
        id=identities.id_of(draft),
        guid=draft.guid,
        url=draft.url,
        canonical_url=identities.page_of(draft),
        title=draft.title,
        summary=summary,
        content=content,
        authors=_names(raw.authors, limit=_MAX_AUTHORS),
        categories=_names(raw.categories, limit=_MAX_CATEGORIES),
        links=_links((raw.summary, raw.content), draft.url),
        published_at=_published_at(raw, defaults.timezone, fetched_at),
        language=_language(
            raw, f"{draft.title} {summary[:MAX_TITLE]}", defaults.language, document_language
        ),
        source=clean_title(raw.source_title),
        text_hash=hash_text((draft.title, summary, content)),
    )


def _texts(draft: _Draft) -> tuple[str, str]:
    """Return summary and content, without text that another field repeats.

    A title or summary that is too long is put before the content, so that no text is lost.
    """
    raw, title = draft.raw, draft.title
    whole = clean_text(raw.summary, limit=MAX_CONTENT, is_plain="summary" in raw.plain)
    content = clean_text(raw.content, limit=MAX_CONTENT, is_plain="content" in raw.plain)
    summary = cut(whole or content, limit=MAX_SUMMARY)
    if len(whole) > MAX_SUMMARY:
        content = _joined(whole, content)
    if len(draft.whole_title) > MAX_TITLE and draft.whole_title not in whole:
        content = _joined(draft.whole_title, content)
    if content == summary:
        content = ""
    return ("" if summary == title else summary), ("" if content == title else content)


def _joined(first: str, content: str) -> str:
    return content if first in content else cut(f"{first}\n{content}".rstrip(), limit=MAX_CONTENT)


def _language(raw: RawEntry, text: str, configured: str, document: str) -> str:
    """Return the language of the entry, the feed or the document, if it fits the script.

    The configured language of the feed is not checked.
    """
    for claim, is_certain in ((raw.language, False), (configured, True), (document, False)):
        language = normalize_language(claim)
        if language and (is_certain or not is_other_script(language, text)):
            return language
    return ""


def _links(texts: Iterable[str], url: str) -> tuple[str, ...]:
    """Return the links to other sites in markup, without repeats."""
    own = urlsplit(url).hostname
    found: dict[str, None] = {}
    for text in texts:
        for raw in links_in(text):
            link = clean_url(raw, base=url)
            if link and urlsplit(link).hostname != own:
                found[link] = None
    return tuple(found)[:_MAX_LINKS]


def _names(names: Iterable[str], *, limit: int) -> tuple[str, ...]:
    """Return the cleaned names of people or categories, without repeats."""
    cleaned = (clean_title(name, limit=100) for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))[:limit]


def _published_at(raw: RawEntry, timezone: str | None, fetched_at: datetime) -> datetime | None:
    for text in (raw.published, raw.updated):
        date = parse_date(text, timezone=timezone)
        if date is not None and date <= fetched_at + _FUTURE_TOLERANCE:
            return date
    return None


class _Identities:
    """Computes ids from the GUID, or else the link; with the title if entries share it."""

    def __init__(self, drafts: Iterable[_Draft], feed_id: str, *, home: str) -> None:
        guids: Mapping[str, set[str]] = defaultdict(set)
        links: Mapping[str, set[str]] = defaultdict(set)
        pages: Mapping[str, set[str]] = defaultdict(set)
        for draft in drafts:
            guids[draft.guid].add(draft.title)
            links[draft.url].add(draft.title)
            pages[draft.canonical].add(draft.title)
        self._feed_id = feed_id
        self._shared_guids = _shared(guids)
        self._shared_links = _shared(links)
        self._shared_pages = _shared(pages) | {home, ""}

    def id_of(self, draft: _Draft) -> str:
        if draft.guid and draft.guid not in self._shared_guids:
            return _digest(self._feed_id, "guid", draft.guid)
        if draft.guid:
            return _digest(self._feed_id, "guid+title", draft.guid, draft.url, draft.title)
        if draft.url and draft.url not in self._shared_links and names_article(draft.canonical):
            return _digest(self._feed_id, "link", draft.url)
        text = draft.title or clean_text(draft.raw.summary or draft.raw.content, limit=MAX_TITLE)
        return _digest(self._feed_id, "link+title", draft.url, text)

    def page_of(self, draft: _Draft) -> str:
        """Return the canonical address; "" if other entries share it or it names no article."""
        is_shared = draft.canonical in self._shared_pages
        return draft.canonical if names_article(draft.canonical) and not is_shared else ""


def _shared(titles_by_key: Mapping[str, set[str]]) -> set[str]:
    return {key for key, titles in titles_by_key.items() if len(titles) > 1}


def _digest(*parts: str) -> str:
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return b32encode(blake2b(text, digest_size=8).digest())[:12].decode().lower()


def hash_text(parts: Iterable[str]) -> bytes:
    """Return a hash of an entry's text, by which edits are detected."""
    return blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
