"""Stores shadow runs of changed watch-lists, and the differences that they find."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from straitwatch.core.model import Change, Match, Plan
from straitwatch.store.rows import ENTRY, FEED, SHADOW, SHADOW_RUN
from straitwatch.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRun:
    """A change in shadow: its files, its span, and the time of its report."""

    version: str
    files: tuple[str, ...]
    since_at: datetime
    until_at: datetime
    reported_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowSample:
    """An entry that the change would add, remove or rate differently."""

    watchlist: str
    change: Change
    match: Match
    title: str
    url: str
    feed_name: str
    seen_at: datetime


def start_shadow(
    tx: Transaction, version: str, *, files: Sequence[str], now: datetime, runs_for: timedelta
) -> ShadowRun:
    """Start the run of a change; one that has started already continues."""
    row = {
        "version": version,
        "files": tuple(files),
        "since_at": now,
        "until_at": now + runs_for,
        "reported_at": None,
    }
    tx.insert_new(SHADOW_RUN, [row])
    run = shadow_run(tx, version)
    if run is None:
        raise LookupError(f"shadow run {version} was not stored")
    return run


def shadow_run(tx: Transaction, version: str) -> ShadowRun | None:
    """Return the run of a change."""
    row = tx.execute(sa.select(SHADOW_RUN).where(SHADOW_RUN.c.version == version)).first()
    return ShadowRun(**row._mapping) if row else None  # noqa: SLF001 - public despite its name


def end_shadow(tx: Transaction, version: str, now: datetime) -> bool:
    """Record that a run was reported; return True for exactly one caller."""
    is_open = sa.and_(SHADOW_RUN.c.version == version, SHADOW_RUN.c.reported_at.is_(None))
    return tx.execute(SHADOW_RUN.update().where(is_open).values(reported_at=now)).rowcount > 0


def drop_shadow(tx: Transaction, version: str) -> None:
    """Delete the run of a change and its differences."""
    tx.execute(SHADOW.delete().where(SHADOW.c.version == version))
    tx.execute(SHADOW_RUN.delete().where(SHADOW_RUN.c.version == version))


def write_differences(tx: Transaction, plan: Plan, *, now: datetime) -> None:
    """Store the differences of a change in shadow; an edited entry keeps the latest."""
    rows = [
        {
            "version": plan.shadow_version,
            "entry_id": planned.entry.id,
            "watchlist": difference.watchlist,
            "change": difference.change.value,
            "match": difference.shown,
            "seen_at": now,
        }
        for planned in plan.entries
        for difference in planned.differences
    ]
    key, changed = ("version", "entry_id", "watchlist"), ("change", "match", "seen_at")
    tx.upsert(SHADOW, rows, key=key, changed=changed)


def shadow_counts(tx: Transaction, version: str) -> Counter[tuple[str, Change]]:
    """Count the entries that each list would add, remove or rate differently."""
    query = (
        sa.select(SHADOW.c.watchlist, SHADOW.c.change, sa.func.count().label("entries"))
        .where(SHADOW.c.version == version)
        .group_by(SHADOW.c.watchlist, SHADOW.c.change)
    )
    return Counter({(row.watchlist, Change(row.change)): row.entries for row in tx.execute(query)})


def shadow_samples(tx: Transaction, version: str, *, limit: int = 100) -> list[ShadowSample]:
    """Return the differences that a change found, latest first."""
    query = (
        sa.select(
            SHADOW.c.watchlist,
            SHADOW.c.change,
            SHADOW.c.match,
            SHADOW.c.seen_at,
            ENTRY.c.title,
            ENTRY.c.url,
            FEED.c.name.label("feed_name"),
        )
        .join_from(SHADOW, ENTRY, ENTRY.c.id == SHADOW.c.entry_id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(SHADOW.c.version == version)
        .order_by(SHADOW.c.seen_at.desc(), SHADOW.c.entry_id)
        .limit(limit)
    )
    return [
        ShadowSample(
            watchlist=row.watchlist,
            change=Change(row.change),
            match=row.match,
            title=row.title,
            url=row.url,
            feed_name=row.feed_name,
            seen_at=row.seen_at,
        )
        for row in tx.execute(query)
    ]
