"""Finds late and broken feeds and receivers, and the gaps in which a feed was not read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from straitwatch.core.policy import (
    BROKEN_AFTER_FAILURES,
    LATE_AFTER,
    RECEIVER_BROKEN_AFTER,
    RECEIVER_UNREACHABLE_AFTER,
    SILENT_AFTER,
)

OFFLINE_HINT = (
    "check this machine's network; `straitwatch demo` (in a clone `./dev demo`) needs none"
)
_SUCCESSES = ("ok", "not_modified", "unchanged")  # outcomes of polls


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFeed:
    """The facts about a feed that show if it is late or broken."""

    name: str
    url: str = ""
    failures: int = 0  # in a row
    next_due_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_outcome: str = ""
    last_detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDiagnosis:
    """The feeds that are broken or late, out of all that are watched."""

    total: int
    broken: tuple[WatchedFeed, ...]
    late: tuple[WatchedFeed, ...]

    @property
    def current(self) -> int:
        """The number of feeds that are neither broken nor late."""
        return self.total - len(self.broken) - len(self.late)

    @property
    def causes(self) -> dict[str, str]:
        """The cause of each broken feed, by name."""
        return {
            feed.name: " ".join(word for word in (feed.last_outcome, feed.last_detail) if word)
            for feed in self.broken
        }


def is_cut_off(*, feeds: int, failed: int) -> bool:
    """Return True if all of several feeds fail, as on a machine without a network."""
    return 1 < feeds == failed


def summarize_causes(causes: Iterable[str]) -> str:
    """Count equal causes: "the host name does not resolve (80), timeout (7)"."""
    return ", ".join(f"{cause} ({count})" for cause, count in Counter(causes).most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span in which a feed was not read."""

    feed: str
    since_at: datetime
    until_at: datetime

    @property
    def length(self) -> timedelta:
        """The duration of the gap."""
        return self.until_at - self.since_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverCondition:
    """The facts about a receiver that show if it is broken."""

    name: str
    broken_at: datetime | None = None  # of the first refusal in a row
    last_ok_at: datetime | None = None
    is_paused: bool = False
    waiting: int = 0  # pending messages
    retried_since: datetime | None = None  # creation of the oldest message with failed retries
    last_answer: str = ""


# ---------------------------------------------------------------- feeds


def diagnose_feeds(feeds: Sequence[WatchedFeed], now: datetime) -> FeedDiagnosis:
    """Find the feeds that are broken or late."""
    working = [feed for feed in feeds if not is_broken(feed, now)]
    return FeedDiagnosis(
        total=len(feeds),
        broken=tuple(feed for feed in feeds if is_broken(feed, now)),
        late=tuple(feed for feed in working if is_late(feed, now)),
    )


def is_broken(feed: WatchedFeed, now: datetime) -> bool:
    """Return True if a feed fails repeatedly, or fails and has had no good poll for a day."""
    if not feed.failures:
        return False
    is_silent = feed.last_ok_at is None or feed.last_ok_at < now - SILENT_AFTER
    return is_silent or feed.failures >= BROKEN_AFTER_FAILURES


def is_late(feed: WatchedFeed, now: datetime) -> bool:
    """Return True if a feed was never read, its last poll failed, or its next poll is overdue."""
    if feed.last_ok_at is None or feed.failures:
        return True
    return feed.next_due_at is not None and feed.next_due_at < now - LATE_AFTER


def is_failing(feed: WatchedFeed) -> bool:
    """Return True if the last poll of a feed did not read a whole document."""
    return feed.last_outcome not in _SUCCESSES


def longest_gap(
    ended: Iterable[Gap],
    feeds: Iterable[WatchedFeed],
    *,
    since_at: datetime,
    until_at: datetime,
) -> Gap | None:
    """Return the longest span within a window in which a feed was not read.

    Args:
        ended: the gaps that are over.
        feeds: those watched now; the gap of a failing feed lasts until the end of the window.
        since_at: the start of the window.
        until_at: its end.
    """
    lasting = (
        Gap(feed=feed.name, since_at=feed.last_ok_at or since_at, until_at=until_at)
        for feed in feeds
        if feed.failures
    )
    gaps = (
        Gap(
            feed=gap.feed,
            since_at=max(gap.since_at, since_at),
            until_at=min(gap.until_at, until_at),
        )
        for gap in (*ended, *lasting)
    )
    longest = max(gaps, key=lambda gap: (gap.length, gap.feed), default=None)
    return longest if longest and longest.length > timedelta(0) else None


# ---------------------------------------------------------------- receivers


def broken_receivers(receivers: Iterable[ReceiverCondition], now: datetime) -> Mapping[str, str]:
    """Return the receivers that refuse every message or cannot be reached, each with the cause."""
    by_name = sorted(receivers, key=lambda receiver: receiver.name)
    return {
        receiver.name: _describe(receiver, since_at)
        for receiver in by_name
        if (since_at := _broken_since(receiver, now))
    }


def _broken_since(receiver: ReceiverCondition, now: datetime) -> datetime | None:
    if receiver.is_paused:
        return None
    if receiver.broken_at and receiver.broken_at <= now - RECEIVER_BROKEN_AFTER:
        return receiver.broken_at
    long_ago, since_at = now - RECEIVER_UNREACHABLE_AFTER, receiver.retried_since
    is_silent = receiver.last_ok_at is None or receiver.last_ok_at < long_ago
    return since_at if is_silent and since_at and since_at <= long_ago else None


def _describe(receiver: ReceiverCondition, since_at: datetime) -> str:
    since, waiting = f"since {since_at:%d %b %H:%M} UTC", f"{receiver.waiting} waiting"
    return "; ".join(part for part in (receiver.last_answer, since, waiting) if part)
