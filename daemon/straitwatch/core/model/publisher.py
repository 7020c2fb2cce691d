"""What publishers say about their feeds: when to poll them, and where older entries are."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHints:
    """When to poll a feed, according to its document."""

    every: timedelta | None = None  # RSS `ttl`, or `updatePeriod` of the syndication module
    skip_hours: tuple[int, ...] = ()  # UTC, in which nothing is published
    skip_days: tuple[int, ...] = ()  # 0 is Monday


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A new address of a feed, to which its configured one redirects permanently."""

    to: str
    since_at: datetime  # the first of the redirects
    polls: int = 1  # in a row with this redirect
    checked_at: datetime  # the last poll of the configured address
    adopted_at: datetime | None = None  # since then the new address is asked directly
    is_doubtful: bool = False  # the new address failed: ask the configured one


NO_DOCUMENT_HINTS = DocumentHints()


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderEntries:
    """Where the entries before those of a document are, according to the document."""

    link: str = ""  # as published: of the previous archive or the next page (RFC 5005)
    is_wordpress: bool = False  # the site has numbered pages


NO_OLDER_ENTRIES = OlderEntries()
