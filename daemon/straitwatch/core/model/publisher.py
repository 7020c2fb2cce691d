"""What publishers say about their feeds: when to poll them, and where they are."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHints:
    """When to poll a feed, according to its document."""

    every: timedelta | None = None  # RSS `ttl`, or `updatePeriod` of the syndication module
    skip_hours: tuple[int, ...] = ()  # UTC, in which nothing is published
    skip_days: tuple[int, ...] = ()  # 0 is Monday


NO_DOCUMENT_HINTS = DocumentHints()
