"""Counts what `status` shows and what a digest says about its coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from straitwatch.core.model import (
    AlertKind,
    CoverageFacts,
    DeliveryState,
    Story,
)
from straitwatch.store.rows import (
    ALERT,
    DELIVERY,
    ENTRY,
    FEED,
    GAP,
    REPORT,
    STORY,
)
from straitwatch.store.stories import IS_WHOLE, list_stories
from straitwatch.store.transaction import ResultRow, Transaction

_DAY = timedelta(days=1)
_SILENT_AFTER = timedelta(hours=24)  # without one good poll, a failing feed counts as broken
_BROKEN_AFTER = 3  # failures in a row
_LATE_AFTER = timedelta(minutes=10)  # past its due time, a feed counts as late
_LATEST = 10  # stories that `status` shows
_OK = ("ok", "not_modified", "unchanged")


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
    """How it stands: the numbers of `status --json`, then what a person wants to see."""

    feeds: int
    polled: int  # in the last 24 h, like all that follow up to `delivered`
    failed: int  # of those, whose last poll failed
    entries_new: int
    stories_new: int
    alerts: int
    delivered: int
    pending: int  # now: held, pending and sending
    dead: int  # all dead letters that nobody has retried or cancelled
    troubles: tuple[FeedTrouble, ...] = ()
    stories: tuple[Story, ...] = ()  # the latest
    last_polled_at: datetime | None = None
    oldest_pending_at: datetime | None = None


def status_counts(tx: Transaction, now: datetime) -> StatusCounts:
    """Return how it stands; what is counted over time is counted over the last 24 hours."""
    since_at = now - _DAY
    feeds = _active_feeds(tx)
    polled = [feed for feed in feeds if feed.last_polled_at and feed.last_polled_at >= since_at]
    failing = [feed for feed in polled if feed.last_outcome not in _OK]
    is_open = DELIVERY.c.state.in_(["held", "pending", "sending"])
    is_about_a_story = ALERT.c.kind.in_([AlertKind.NEW.value, AlertKind.UPDATE.value])
    return StatusCounts(
        feeds=len(feeds),
        polled=len(polled),
        failed=len(failing),
        entries_new=_count(tx, ENTRY, ENTRY.c.seen_at >= since_at),
        stories_new=_count(tx, STORY, STORY.c.first_seen_at >= since_at, IS_WHOLE),
        alerts=_count(tx, ALERT, sa.and_(ALERT.c.created_at >= since_at, is_about_a_story)),
        delivered=_count(tx, DELIVERY, DELIVERY.c.delivered_at >= since_at),
        pending=_count(tx, DELIVERY, is_open),
        dead=_count(tx, DELIVERY, DELIVERY.c.state == DeliveryState.DEAD.value),
        troubles=tuple(_to_trouble(feed) for feed in failing),
        stories=tuple(list_stories(tx, limit=_LATEST)),
        last_polled_at=max((feed.last_polled_at for feed in polled), default=None),
        oldest_pending_at=tx.execute(
            sa.select(sa.func.min(DELIVERY.c.created_at)).where(is_open)
        ).scalar(),
    )


def coverage(
    tx: Transaction, *, since_at: datetime, until_at: datetime, now: datetime
) -> CoverageFacts:
    """Return what was watched in a window: the proof beside every "nothing matched"."""
    feeds = _active_feeds(tx)
    broken = tuple(_describe(feed) for feed in feeds if _is_broken(feed, now))
    late = sum(1 for feed in feeds if not _is_broken(feed, now) and _is_late(feed, now))
    blind_feed, blind_for = _longest_gap(tx, feeds, since_at=since_at, until_at=until_at)
    return CoverageFacts(
        since_at=since_at,
        until_at=until_at,
        feeds=len(feeds),
        feeds_current=len(feeds) - late - len(broken),
        feeds_late=late,
        feeds_broken=broken,
        entries_read=_count(tx, ENTRY, ENTRY.c.seen_at >= since_at, ENTRY.c.seen_at < until_at),
        blind_feed=blind_feed,
        blind_for=blind_for,
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
        pending=_count(tx, DELIVERY, DELIVERY.c.state.in_(["held", "pending", "sending"])),
    )


def _longest_gap(
    tx: Transaction,
    feeds: Sequence[ResultRow],
    *,
    since_at: datetime,
    until_at: datetime,
) -> tuple[str, timedelta]:
    """Return which feed was not read for longest within a window, and how long that was."""
    names = {feed.id: feed.name for feed in feeds}
    ended = sa.select(GAP).where(GAP.c.until_at > since_at, GAP.c.since_at < until_at)
    spans = [(row.feed_id, row.since_at, row.until_at) for row in tx.execute(ended)]
    spans += [(feed.id, feed.last_ok_at or since_at, until_at) for feed in feeds if feed.failures]
    gaps = [
        (min(end, until_at) - max(begin, since_at), names[id_])
        for id_, begin, end in spans
        if id_ in names
    ]
    length, name = max(gaps, default=(timedelta(0), ""))
    return (name, length) if length > timedelta(0) else ("", timedelta(0))


def broken_feeds(tx: Transaction, now: datetime) -> tuple[dict[str, str], int]:
    """Return the feeds that cannot be read, with why, and how many feeds there are."""
    feeds = _active_feeds(tx)
    broken = {
        feed.name: " ".join(word for word in (feed.last_outcome, feed.last_detail) if word)
        for feed in feeds
        if _is_broken(feed, now)
    }
    return broken, len(feeds)


def _count(tx: Transaction, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return int(tx.execute(query).scalar_one())


def _active_feeds(tx: Transaction) -> Sequence[ResultRow]:
    is_active = sa.and_(FEED.c.is_enabled, FEED.c.retired_at.is_(None))
    return tx.execute(sa.select(FEED).where(is_active).order_by(FEED.c.name)).all()


def _is_broken(feed: ResultRow, now: datetime) -> bool:
    if not feed.failures:
        return False
    is_silent = feed.last_ok_at is None or feed.last_ok_at < now - _SILENT_AFTER
    return is_silent or feed.failures >= _BROKEN_AFTER


def _is_late(feed: ResultRow, now: datetime) -> bool:
    if feed.last_ok_at is None or feed.failures:
        return True
    return bool(feed.next_due_at is not None and feed.next_due_at < now - _LATE_AFTER)


def _describe(feed: ResultRow) -> str:
    return f"{feed.name}: {feed.last_outcome}" if feed.last_outcome else str(feed.name)


def _to_trouble(feed: ResultRow) -> FeedTrouble:
    return FeedTrouble(
        name=feed.name,
        url=feed.url,
        outcome=feed.last_outcome,
        detail=feed.last_detail,
        failures=feed.failures,
        last_ok_at=feed.last_ok_at,
    )
