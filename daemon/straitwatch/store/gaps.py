"""Stores the spans in which feeds were not read."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import BlindCause, BlindWindow, Entry, FeedState, FeedWindow
from straitwatch.store.keys import in_chunks, url_key
from straitwatch.store.rows import ENTRY, FEED, GAP
from straitwatch.store.transaction import Transaction

_IS_WATCHED = sa.and_(FEED.c.is_enabled, FEED.c.retired_at.is_(None))


def note_windows(tx: Transaction, states: Sequence[FeedState]) -> None:
    """Store the blind windows that polls have ended."""
    rows = [_to_row(state.feed_id, state.blind) for state in states if state.blind]
    tx.insert_new(GAP, rows)


def note_stop(tx: Transaction, stop: BlindWindow) -> None:
    """Store a span in which Straitwatch was not running, which concerns all feeds."""
    tx.insert_new(GAP, [_to_row(None, stop)])


def fill_window(
    tx: Transaction, feed_id: str, since_at: datetime, *, found: int, filled_at: datetime | None
) -> None:
    """Add the entries that were found later; with `filled_at`, nothing is missing any more."""
    is_it = sa.and_(GAP.c.feed_id == feed_id, GAP.c.since_at == since_at)
    tx.execute(GAP.update().where(is_it).values(found=GAP.c.found + found))
    if filled_at:  # the pages have passed the later windows too
        is_open = sa.and_(
            GAP.c.feed_id == feed_id, GAP.c.since_at >= since_at, GAP.c.filled_at.is_(None)
        )
        tx.execute(GAP.update().where(is_open).values(filled_at=filled_at))


def blind_windows(
    tx: Transaction, *, since_at: datetime, until_at: datetime | None = None
) -> list[FeedWindow]:
    """Return the blind windows of the watched feeds and of all feeds that touch a span."""
    conditions = [
        sa.or_(GAP.c.feed_id.is_(None), _IS_WATCHED),
        GAP.c.until_at > since_at,
    ]
    if until_at is not None:
        conditions.append(GAP.c.since_at < until_at)
    query = (
        sa.select(FEED.c.name, *(GAP.c[name] for name in _WINDOW))
        .select_from(GAP.outerjoin(FEED, FEED.c.id == GAP.c.feed_id))
        .where(*conditions)
        .order_by(GAP.c.since_at, GAP.c.seq)
    )
    return [
        FeedWindow(feed=row.name or "", window=_to_window(*row[1:])) for row in tx.execute(query)
    ]


def were_seen_before(tx: Transaction, entry_ids: Sequence[str], at: datetime) -> bool:
    """Return True if one of some entries was stored up to a time."""
    return any(
        tx.execute(
            sa.select(sa.literal(1)).where(ENTRY.c.id.in_(chunk), ENTRY.c.seen_at <= at).limit(1)
        ).first()
        for chunk in in_chunks(entry_ids)
    )


def entries_without_page(tx: Transaction, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries whose pages no feed has brought yet."""
    keys = [url_key(entry.canonical_url) for entry in entries]
    stored = {
        bytes(key)
        for chunk in in_chunks([key for key in keys if key])
        for key in tx.execute(
            sa.select(ENTRY.c.canonical_key).where(ENTRY.c.canonical_key.in_(chunk))
        ).scalars()
    }
    return tuple(entry for entry, key in zip(entries, keys, strict=True) if key not in stored)


def last_activity(tx: Transaction) -> tuple[datetime | None, datetime | None]:
    """Return the time of the last poll, and the due time of the feed that is due longest."""
    query = sa.select(sa.func.max(FEED.c.last_polled_at), sa.func.min(FEED.c.next_due_at))
    row = tx.execute(query.where(_IS_WATCHED, FEED.c.last_polled_at.is_not(None))).one()
    return row[0], row[1]


_WINDOW = ("cause", "since_at", "until_at", "filled_at", "found")


def _to_row(feed_id: str | None, window: BlindWindow) -> dict[str, object]:
    return {
        "feed_id": feed_id,
        "cause": window.cause.value,
        "since_at": window.since_at,
        "until_at": window.until_at,
        "filled_at": window.filled_at,
        "found": window.found,
    }


def _to_window(
    cause: str, since_at: datetime, until_at: datetime, filled_at: datetime | None, found: int
) -> BlindWindow:
    return BlindWindow(
        cause=BlindCause(cause),
        since_at=since_at,
        until_at=until_at,
        filled_at=filled_at,
        found=found,
    )
