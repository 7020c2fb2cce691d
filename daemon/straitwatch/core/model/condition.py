"""The condition of a feed, and the observations from which it follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Condition(StrEnum):
    """The condition of a feed, worst first; `core.feed_condition` has the rules."""

    GONE = "gone"
    BLOCKED = "blocked"
    CAPTCHA = "captcha"
    LOGIN = "login"
    HTML = "html"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    FAILING = "failing"
    CUT_OFF = "cut_off"
    ERROR_ITEMS = "error_items"
    EMPTIED = "emptied"
    FROZEN = "frozen"
    STALE = "stale"
    LATE = "late"
    FLAPPING = "flapping"
    LYING = "lying_validators"
    MOVED = "moved"
    EMPTY = "empty"
    UNDATED = "undated"
    SLOW = "slow"
    NEW = "not_polled"
    OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The facts about a feed that its document shows, apart from the news in it."""

    entries: int = 0
    undated: int = 0  # of them without a usable date
    newest_at: datetime | None = None  # the latest date of an entry
    longest_gap: timedelta | None = None  # between the dates of the newer half of the entries
    error: str = ""  # the title of a single entry that reads like an error message


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """The condition of a feed after its last poll, and the observations behind it."""

    condition: Condition = Condition.OK
    since_at: datetime | None = None  # None while the condition is ok
    recent: str = ""  # the outcomes of the last polls, a letter for each, the latest last
    troubled_at: datetime | None = None  # the first of the latest polls in a row that were bad
    gone_at: datetime | None = None  # the first of the latest polls in a row answered with 410
    contents: Contents | None = None  # of the last document that was a feed
    has_had_entries: bool = False
    quiet_for: timedelta = timedelta(0)  # the longest usual time between new entries
    quiet_at: datetime | None = None  # when it was measured; it weighs less with age


NO_CONTENTS = Contents()
HEALTHY = FeedHealth()
