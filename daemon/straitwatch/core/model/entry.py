"""A document as its publisher wrote it, and its cleaned entries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from straitwatch.core.model.condition import NO_CONTENTS, Condition, Contents
from straitwatch.core.model.publisher import (
    NO_DOCUMENT_HINTS,
    NO_OLDER_ENTRIES,
    DocumentHints,
    OlderEntries,
)
from straitwatch.core.model.push import NO_OFFER, PushOffer


class ParseProblem(StrEnum):
    """A problem with a fetched document; the values are part of `parse --json`."""

    EMPTY = "empty"
    HTML = "html"
    NOT_A_FEED = "not_a_feed"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    TOO_MANY_ENTRIES = "too_many_entries"


class EntryKind(StrEnum):
    """The kind of text of an entry."""

    NEWS = "news"
    COMMENTARY = "commentary"
    ROUNDUP = "roundup"


class SignalKind(StrEnum):
    """A statement about earlier reports of the event, or about its end."""

    CORRECTION = "correction"
    RETRACTION = "retraction"
    DENIAL = "denial"
    CONFIRMATION = "confirmation"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item of one feed as its publisher wrote it, with markup and relative links."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""
    source_title: str = ""  # the publisher, if an aggregator names one
    plain: frozenset[str] = frozenset()  # the fields that the feed declares as plain text


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A parsed document; `problem` is None for a good feed, even one without entries."""

    format: str  # rss20, atom10, rss10, json11, ...; "" = unknown
    title: str = ""
    link: str = ""
    language: str = ""
    push: PushOffer = NO_OFFER  # as published, with relative addresses
    entries: tuple[RawEntry, ...] = ()  # without those of known items
    items: tuple[bytes, ...] = ()  # the digest of each item in the document; () = not found
    skipped: frozenset[bytes] = frozenset()  # the digests of known items, which were not read
    scope: bytes = b""  # hash of the elements around the items
    problem: ParseProblem | None = None
    detail: str = ""
    page: Condition = Condition.HTML  # of a web page: or BLOCKED, CAPTCHA, LOGIN
    hints: DocumentHints = NO_DOCUMENT_HINTS
    older: OlderEntries = NO_OLDER_ENTRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItems:
    """The items of a feed's last document, so that only new ones are read."""

    entries_hash: bytes = b""  # of the document without the text around its entries
    scope: bytes = b""  # as in `RawFeed`, with the address of the document
    records: bytes = b""  # of the items whose entries are stored: see core.normalize.seen


NOTHING_SEEN = SeenItems()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of one feed, cleaned: plain text, absolute links, aware dates."""

    id: str  # computed from feed and identity; the same after a crash
    guid: str  # as published
    url: str  # absolute, http(s), as the publisher wrote it; "" = none
    canonical_url: str  # identifies the page; never fetched or shown; "" = none
    title: str
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # as published: section names, tags; not stored
    links: tuple[str, ...] = ()  # the first few links in the text to other sites
    published_at: datetime | None = None
    language: str = ""
    source: str = ""  # publisher named by an aggregator; "" = the feed itself
    text_hash: bytes = b""  # of title, summary and content; differs after an edit
    has_page_text: bool = False  # `content` is the text of its page, not of its feed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """A parsed and cleaned document: the answer of a parse worker."""

    format: str
    title: str = ""
    push: PushOffer = NO_OFFER
    entries: tuple[Entry, ...] = ()
    unread: frozenset[str] = frozenset()  # known entries, which have only id, date and text hash
    seen: SeenItems = NOTHING_SEEN  # the items of this document
    problem: ParseProblem | None = None
    detail: str = ""
    page: Condition = Condition.HTML  # of a web page: or BLOCKED, CAPTCHA, LOGIN
    contents: Contents = NO_CONTENTS
    hints: DocumentHints = NO_DOCUMENT_HINTS
    older_url: str = ""  # the address of the entries before these; "" = none

    @property
    def is_feed(self) -> bool:
        """True if the document counts as a successful poll, with or without entries."""
        return self.problem in (None, ParseProblem.TRUNCATED, ParseProblem.TOO_MANY_ENTRIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The kind of an entry, and the words or the part of the address that show it."""

    kind: EntryKind
    evidence: str = ""
    field: str = ""  # title, summary, url, author, category, feed; "" = no sign against news


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Words that correct, retract, deny, confirm or end something, with their place."""

    kind: SignalKind
    words: str
    field: str  # title or lead
    start: int
    end: int
