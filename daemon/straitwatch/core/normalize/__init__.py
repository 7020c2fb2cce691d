"""Cleans parsed entries: plain text, safe absolute links, aware dates, stable identities."""

from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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
from straitwatch.core.normalize.seen import (
    Keys,
    SeenItem,
    pack_items,
    share_identifiers,
    unpack_items,
    without_entries,
)
from straitwatch.core.normalize.text import clean_text, clean_title, cut, links_in

__all__ = [
    "MAX_CONTENT",
    "MAX_SUMMARY",
    "MAX_TITLE",
    "DocumentSource",
    "FeedDefaults",
    "SeenItem",
    "UnknownLanguageError",
    "canonical_url",
    "clean_text",
    "clean_title",
    "clean_url",
    "cut",
    "derived_entry_id",
    "feed_id",
    "hash_text",
    "normalize_document",
    "normalize_language",
    "pack_items",
    "parse_date",
    "read_language",
    "unpack_items",
    "without_entries",
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
    page: str  # the canonical address if it names an article, else ""
    title: str
    whole_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDefaults:
    """The time zone and language of a feed, as configured, for entries that declare none."""

    timezone: str | None = None
    language: str = ""


NO_DEFAULTS = FeedDefaults()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSource:
    """Where a document came from, and how its entries are read."""

    feed_id: str  # part of each entry's identity
    base_url: str  # the final address of the document, for relative links
    fetched_at: datetime  # dates more than a day later are ignored
    defaults: FeedDefaults = NO_DEFAULTS
    as_published: bool = False  # keep repeated entries, and " - Publisher" in titles


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizedDocument:
    """The cleaned entries of a document, and its items for the next poll."""

    entries: tuple[Entry, ...]
    unread: frozenset[str]  # the entries of known items
    items: tuple[SeenItem, ...]


def normalize_document(
    parsed: RawFeed, source: DocumentSource, *, known: Mapping[bytes, SeenItem]
) -> NormalizedDocument | None:
    """Clean the entries of one document, and drop repeated ones.

    Return None if a new entry shares an identifier with a known one: read the document whole.

    Args:
        parsed: the document, without its known items.
        source: of the document.
        known: the known items, by digest.

    """
    drafts = [_draft(raw, source) for raw in parsed.entries]
    listed = [known[digest] for digest in parsed.skipped]
    if listed and share_identifiers(map(_keys, drafts), (item.keys for item in listed)):
        return None
    home = canonical_url(clean_url(parsed.link, base=source.base_url))
    identities = _Identities(drafts, source.feed_id, home=home)
    read = (_read(draft, identities, source, parsed.language) for draft in drafts)
    found: dict[str, tuple[Entry, SeenItem | None]] = {}
    for entry, item in _in_order(parsed, read, known):
        key = f"{entry.id} {len(found)}" if source.as_published else entry.id
        found.setdefault(key, (entry, item))
    items = tuple(item for _, item in found.values() if item)
    return NormalizedDocument(
        entries=tuple(entry for entry, _ in found.values()),
        unread=frozenset(item.entry_id for item in items if item.digest in parsed.skipped),
        items=items,
    )


def _in_order(
    parsed: RawFeed,
    read: Iterator[tuple[Entry, Keys | None]],
    known: Mapping[bytes, SeenItem],
) -> Iterator[tuple[Entry, SeenItem | None]]:
    """Yield the entries in the order of the document, each with its item."""
    for digest in parsed.items or [b""] * len(parsed.entries):
        if digest in parsed.skipped:
            yield known[digest].entry, known[digest]
            continue
        entry, keys = next(read)
        if entry != _blank(entry):
            yield entry, SeenItem.of(entry, digest, keys) if digest and keys else None


def _keys(draft: _Draft) -> Keys:
    """Return the identifiers by which other entries of the document may change an identity."""
    link = draft.url if draft.page else ""
    return Keys.of(guid=draft.guid, link=link, page=draft.page, title=draft.title)


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


def _draft(raw: RawEntry, source: DocumentSource) -> _Draft:
    guid = " ".join(raw.guid.split())[:MAX_GUID].encode("utf-8", "replace").decode()
    url = clean_url(raw.link, base=source.base_url)
    if not url and guid.lower().startswith(("http://", "https://")):
        url = clean_url(guid)
    title = clean_title(raw.title, limit=MAX_SUMMARY, is_plain="title" in raw.plain)
    if not source.as_published:
        title = _without_source(title, clean_title(raw.source_title))
    canonical = canonical_url(url)
    page = canonical if names_article(canonical) else ""
    return _Draft(raw, guid, url, canonical, page, cut(title, limit=MAX_TITLE), title)


def _without_source(title: str, source: str) -> str:
    """Remove the " - Publisher" that aggregators append to their titles."""
    for dash in (" - ", " – ", " — ", " | "):
        stripped = title.removesuffix(f"{dash}{source}")
        if source and stripped != title and stripped.strip():
            return stripped.rstrip()
    return title


def _read(
    draft: _Draft, identities: "_Identities", source: DocumentSource, document_language: str
) -> tuple[Entry, Keys | None]:
    """Return the entry, and its identifiers unless its id depends on other entries."""
    entry = _entry(draft, identities, source, document_language)
    return entry, None if identities.depends_on_others(draft) else _keys(draft)


def _entry(
    draft: _Draft, identities: "_Identities", source: DocumentSource, document_language: str
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
        published_at=_published_at(raw, source.defaults.timezone, source.fetched_at),
        language=_language(
            raw, f"{draft.title} {summary[:MAX_TITLE]}", source.defaults.language, document_language
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
        if draft.page and draft.url not in self._shared_links:
            return _digest(self._feed_id, "link", draft.url)
        text = draft.title or clean_text(draft.raw.summary or draft.raw.content, limit=MAX_TITLE)
        return _digest(self._feed_id, "link+title", draft.url, text)

    def depends_on_others(self, draft: _Draft) -> bool:
        """Return True if the id would differ without the other entries of the document."""
        if draft.guid:
            return draft.guid in self._shared_guids
        return bool(draft.page) and draft.url in self._shared_links

    def page_of(self, draft: _Draft) -> str:
        """Return the canonical address; "" if other entries share it or it names no article."""
        return "" if draft.page in self._shared_pages else draft.page


def _shared(titles_by_key: Mapping[str, set[str]]) -> set[str]:
    return {key for key, titles in titles_by_key.items() if len(titles) > 1}


def _digest(*parts: str) -> str:
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return b32encode(blake2b(text, digest_size=8).digest())[:12].decode().lower()


def hash_text(parts: Iterable[str]) -> bytes:
    """Return a hash of an entry's text, by which edits are detected."""
    return blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
