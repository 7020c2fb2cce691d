"""Counts feeds, entries and messages for `status` and for the coverage of digests."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from straitwatch.core.blind_windows import windows_to_tell
from straitwatch.core.diagnosis import (
    NO_DIAGNOSIS,
    FeedDiagnosis,
    Gap,
    WatchedFeed,
    diagnose_feeds,
    is_failing,
    longest_gap,
)
from straitwatch.core.feed_words import cause_of
from straitwatch.core.model import (
    AlertKind,
    BlindCause,
    CoverageFacts,
    DeliveryState,
    FeedWindow,
    Story,
)
from straitwatch.store.delivery_rows import OPEN
from straitwatch.store.feeds import watched_feeds
from straitwatch.store.gaps import blind_windows
from straitwatch.store.rows import (
    ALERT,
    DELIVERY,
    ENTRY,
    FEED,
    REPORT,
    STORY,
)
from straitwatch.store.stories import IS_WHOLE, list_stories
from straitwatch.store.transaction import Transaction

_DAY = timedelta(days=1)
_LATEST = 10  # stories that `status` shows
_OPEN = tuple(state.value for state in OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrouble:
    """A feed whose last poll failed."""

    name: str
    url: str
    outcome: str
    detail: str
    failures: int
    last_ok_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCounts:
    """The numbers of `status --json`, and more for `status` on a terminal."""

    feeds: int
    polled: int  # in the last 24 h, like all numbers up to `delivered`
    failed: int  # polled feeds whose last poll failed
    entries_new: int
    stories_new: int
    alerts: int
    delivered: int
    pending: int  # now: held, pending and sending
    dead: int  # dead letters, except those that were retried or cancelled
    troubles: tuple[FeedTrouble, ...] = ()
    diagnosis: FeedDiagnosis = NO_DIAGNOSIS
    stories: tuple[Story, ...] = ()  # the latest
    last_polled_at: datetime | None = None
    oldest_pending_at: datetime | None = None


def status_counts(tx: Transaction, now: datetime) -> StatusCounts:
    """Count feeds, stories and messages; counts over time cover the last 24 hours."""
    since_at = now - _DAY
    feeds = watched_feeds(tx)
    last_polls = {feed.name: feed.state.last_polled_at for feed in feeds}
    polled = [feed for feed in feeds if (at := last_polls[feed.name]) and at >= since_at]
    failing = [feed for feed in polled if is_failing(feed)]
    is_open = DELIVERY.c.state.in_(_OPEN)
    is_about_story = ALERT.c.kind.in_([AlertKind.NEW.value, AlertKind.UPDATE.value])
    return StatusCounts(
        feeds=len(feeds),
        polled=len(polled),
        failed=len(failing),
        entries_new=_count(tx, ENTRY, ENTRY.c.seen_at >= since_at),
        stories_new=_count(tx, STORY, STORY.c.first_seen_at >= since_at, IS_WHOLE),
        alerts=_count(tx, ALERT, sa.and_(ALERT.c.created_at >= since_at, is_about_story)),
        delivered=_count(tx, DELIVERY, DELIVERY.c.delivered_at >= since_at),
        pending=_count(tx, DELIVERY, is_open),
        dead=_count(tx, DELIVERY, DELIVERY.c.state == DeliveryState.DEAD.value),
        troubles=tuple(_to_trouble(feed) for feed in failing),
        stories=tuple(list_stories(tx, limit=_LATEST)),
        diagnosis=diagnose_feeds(feeds, now),
        last_polled_at=max(filter(None, last_polls.values()), default=None),
        oldest_pending_at=tx.execute(
            sa.select(sa.func.min(DELIVERY.c.created_at)).where(is_open)
        ).scalar(),
    )


def coverage(
    tx: Transaction, *, since_at: datetime, until_at: datetime, now: datetime
) -> CoverageFacts:
    """Return the state of the feeds in a window, and the numbers of their entries and matches."""
    feeds = watched_feeds(tx)
    diagnosis = diagnose_feeds(feeds, now)
    windows = blind_windows(tx, since_at=since_at, until_at=until_at)
    gap = longest_gap(_outages(windows), feeds, since_at=since_at, until_at=until_at)
    return CoverageFacts(
        since_at=since_at,
        until_at=until_at,
        feeds=diagnosis.total,
        feeds_current=diagnosis.current,
        feeds_late=len(diagnosis.late),
        feeds_broken=tuple(f"{feed.name}: {cause_of(feed)}" for feed in diagnosis.broken),
        entries_read=_count(tx, ENTRY, ENTRY.c.seen_at >= since_at, ENTRY.c.seen_at < until_at),
        blind_feed=gap.feed if gap else "",
        blind_for=gap.length if gap else timedelta(0),
        windows=tuple(windows_to_tell(windows)),
        rollups=_count(
            tx,
            ALERT,
            ALERT.c.kind == AlertKind.ROLLUP.value,
            ALERT.c.created_at >= since_at,
            ALERT.c.created_at < until_at,
        ),
        matched=_count(
            tx, REPORT, REPORT.c.reported_at >= since_at, REPORT.c.reported_at < until_at
        ),
        dead_letters=_count(tx, DELIVERY, DELIVERY.c.state == DeliveryState.DEAD.value),
        pending=_count(tx, DELIVERY, DELIVERY.c.state.in_(_OPEN)),
    )


def _outages(windows: Iterable[FeedWindow]) -> list[Gap]:
    """Return the windows in which no poll of a feed succeeded."""
    return [
        Gap(feed=found.feed, since_at=found.window.since_at, until_at=found.window.until_at)
        for found in windows
        if found.window.cause in (BlindCause.OUTAGE, BlindCause.HIDDEN)
    ]


def new_entries_by_day(tx: Transaction, starts: Sequence[datetime]) -> dict[str, tuple[int, ...]]:
    """Count the entries that were new on each day, by feed; those of a first fetch were not.

    Args:
        tx: the transaction to read in.
        starts: the start of each day, the earliest first; the last day has not ended.

    """
    latest_first = reversed(list(enumerate(starts)))
    day = sa.case(*((ENTRY.c.seen_at >= start, number) for number, start in latest_first))
    query = (
        sa.select(ENTRY.c.feed_id, day.label("day"), sa.func.count())
        .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(
            ENTRY.c.seen_at >= starts[0],
            ENTRY.c.seen_at.is_distinct_from(FEED.c.baseline_at),
        )
        .group_by(ENTRY.c.feed_id, sa.text("day"))
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(starts))
    for feed_id, number, count in tx.execute(query):
        counts[feed_id][number] = count
    return {feed_id: tuple(days) for feed_id, days in counts.items()}


def _count(tx: Transaction, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return int(tx.execute(query).scalar_one())


def _to_trouble(feed: WatchedFeed) -> FeedTrouble:
    return FeedTrouble(
        name=feed.name,
        url=feed.url,
        outcome=feed.state.last_outcome,
        detail=feed.state.last_detail,
        failures=feed.state.failures,
        last_ok_at=feed.state.last_ok_at,
    )
