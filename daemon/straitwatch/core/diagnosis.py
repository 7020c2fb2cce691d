"""Finds late and broken feeds, and the gaps in which a feed was not read."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from straitwatch.core.feed_condition import FAILED, NOT_COVERED, is_broken
from straitwatch.core.identity import host_of
from straitwatch.core.model import Condition, FeedState, FetchFailure
from straitwatch.core.policy import CUT_OFF_SHARE, LATE_AFTER, LATE_ANYWAY_AFTER

_OFFLINE_HINT = (
    "check this machine's network; `straitwatch demo` (in a clone `./dev demo`) needs none"
)
_PRIVATE_HINT = (
    "for feeds of your own network set `polling: {allow_private_addresses: true}` in "
    "straitwatch.yaml; for others check this machine's name service"
)
_SUCCESSES = ("ok", "not_modified", "unchanged")  # outcomes of polls


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFeed:
    """A feed with the state that shows its condition."""

    name: str
    url: str = ""
    state: FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosedFeed:
    """A feed and its condition now."""

    feed: WatchedFeed
    condition: Condition

    @property
    def name(self) -> str:
        """The name of the feed."""
        return self.feed.name

    @property
    def is_covered(self) -> bool:
        """True unless news of this feed may be missed."""
        return self.condition not in NOT_COVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDiagnosis:
    """All watched feeds with their conditions, the worst first."""

    feeds: tuple[DiagnosedFeed, ...]

    @property
    def total(self) -> int:
        """The number of feeds."""
        return len(self.feeds)

    @property
    def broken(self) -> tuple[DiagnosedFeed, ...]:
        """The feeds whose news may be missed."""
        return tuple(feed for feed in self.feeds if not feed.is_covered)

    @property
    def failed(self) -> tuple[DiagnosedFeed, ...]:
        """The feeds that cannot be read."""
        return tuple(feed for feed in self.feeds if feed.condition in FAILED)

    @property
    def late(self) -> tuple[DiagnosedFeed, ...]:
        """The feeds whose news may come later than usual."""
        late = (Condition.LATE, Condition.NEW)
        return tuple(feed for feed in self.feeds if feed.condition in late)

    @property
    def problems(self) -> tuple[DiagnosedFeed, ...]:
        """The feeds that need a look."""
        well = (Condition.OK, Condition.NEW)
        return tuple(feed for feed in self.feeds if feed.condition not in well)

    @property
    def current(self) -> int:
        """The number of feeds that are neither broken nor late."""
        return self.total - len(self.broken) - len(self.late)

    @property
    def counts(self) -> dict[Condition, int]:
        """The number of feeds in each condition, the worst first."""
        return dict(Counter(feed.condition for feed in self.feeds))


NO_DIAGNOSIS = FeedDiagnosis(feeds=())


def is_cut_off(*, feeds: int, failed: int) -> bool:
    """Return True if nearly all of several feeds fail, as on a machine without a network."""
    return feeds > 1 and failed >= max(CUT_OFF_SHARE * feeds, 2)


def outage_hint(outcomes: Iterable[str]) -> str:
    """Return what to do about feeds that fail together, by their most frequent outcome."""
    worst = [outcome for outcome, _ in Counter(outcomes).most_common(1)]
    return _PRIVATE_HINT if worst == [FetchFailure.FORBIDDEN_ADDRESS] else _OFFLINE_HINT


def count_failing(*, feeds: int, failed: int) -> str:
    """Return the words for feeds that fail together: "all 87 feeds are failing"."""
    if feeds == 1:
        return "the only feed is failing"
    share = f"all {feeds}" if failed >= feeds else f"{failed} of {feeds}"
    return f"{share} feeds {'is' if failed == 1 else 'are'} failing"


def summarize_causes(causes: Iterable[str]) -> str:
    """Count equal causes: "the host name does not resolve (80), timeout (7)"."""
    return ", ".join(f"{cause} ({count})" for cause, count in Counter(causes).most_common())


def list_by_cause(causes: Iterable[tuple[str, str]], *, named: int = 3) -> Iterator[str]:
    """Yield a line for each cause, the most frequent first: "timeout (5): A, B, C and 2 more".

    Args:
        causes: a feed's name and the cause of its failure, for each feed.
        named: the number of feeds that a line names.
    """
    names_by_cause: dict[str, list[str]] = {}
    for name, cause in causes:
        names_by_cause.setdefault(cause, []).append(name)
    for cause, names in sorted(names_by_cause.items(), key=lambda item: -len(item[1])):
        more = f" and {len(names) - named} more" if len(names) > named else ""
        yield f"{cause} ({len(names)}): {', '.join(names[:named])}{more}"


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


def diagnose_feeds(feeds: Iterable[WatchedFeed], now: datetime) -> FeedDiagnosis:
    """Find the condition of each feed."""
    found = [DiagnosedFeed(feed=feed, condition=condition_of(feed.state, now)) for feed in feeds]
    return FeedDiagnosis(feeds=tuple(sorted(found, key=lambda one: _RANKS[one.condition])))


def as_polled(diagnosed: DiagnosedFeed) -> DiagnosedFeed:
    """Return a late feed in the condition of its last poll, which a notice reports or ends."""
    if diagnosed.condition is not Condition.LATE:
        return diagnosed
    return replace(diagnosed, condition=diagnosed.feed.state.profile.health.condition)


_RANKS = {condition: rank for rank, condition in enumerate(Condition)}


def condition_of(state: FeedState, now: datetime) -> Condition:
    """Return the condition of a feed now: that of its last poll, unless a poll is overdue."""
    stored = state.profile.health.condition
    if stored in NOT_COVERED:
        return stored
    if is_broken(failures=state.failures, last_ok_at=state.last_ok_at, now=now):
        return Condition.FAILING
    if state.last_polled_at is None:
        return Condition.NEW
    if state.last_ok_at is None or state.failures or is_overdue(state, now):
        return Condition.LATE
    return stored


def is_overdue(state: FeedState, now: datetime) -> bool:
    """Return True if a feed should have been polled some time ago."""
    return state.next_due_at is not None and state.next_due_at < now - LATE_AFTER


def is_failing(feed: WatchedFeed) -> bool:
    """Return True if the last poll of a feed did not read a whole document."""
    return feed.state.last_outcome not in _SUCCESSES


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
        Gap(feed=feed.name, since_at=feed.state.last_ok_at or since_at, until_at=until_at)
        for feed in feeds
        if feed.state.failures
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


def overdue_feeds(
    feeds: Iterable[WatchedFeed], paused: Container[str], now: datetime
) -> list[WatchedFeed]:
    """Return the feeds that have waited for their polls since `LATE_AFTER` or longer.

    Feeds of a host that asks for a pause wait on purpose, and so do those of a host that does not
    answer, up to `LATE_ANYWAY_AFTER`.

    Args:
        feeds: the watched feeds.
        paused: the hosts that ask for a pause.
        now: the current time.
    """
    overdue, hanging = [], set()
    for feed in feeds:
        if feed.state.last_outcome == FetchFailure.TIMEOUT:
            hanging.add(host_of(feed.url))
        if feed.state.next_due_at and feed.state.next_due_at < now - LATE_AFTER:
            overdue.append(feed)
    return [feed for feed in overdue if not _waits_on_purpose(feed, hanging, paused, now)]


def _waits_on_purpose(
    feed: WatchedFeed, hanging: Container[str], paused: Container[str], now: datetime
) -> bool:
    host, due_at = host_of(feed.url), feed.state.next_due_at
    is_excused = due_at is not None and due_at >= now - LATE_ANYWAY_AFTER
    return host in paused or (host in hanging and is_excused)
