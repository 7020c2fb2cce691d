"""Finds stored entries for people and for corrections."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import (
    AlertFacts,
    LinkKind,
    Match,
    Reason,
)
from straitwatch.store.delivery_rows import facts_adapter
from straitwatch.store.entry_rows import StoredEntry, match_of_row, stored_of_row
from straitwatch.store.keys import CHUNK, title_key, url_key
from straitwatch.store.rows import (
    ALERT,
    ENTRY,
    FEED,
    MATCH,
    REPORT,
    STORY,
    STORY_CONSTRAINT,
)
from straitwatch.store.stories import (
    IS_WHOLE,
    story_of_row,
)
from straitwatch.store.transaction import Transaction


def find_entries(
    tx: Transaction, text: str, *, canonical_url: str = "", limit: int = 20
) -> list[StoredEntry]:
    """Find entries by id, canonical URL or title, or by URL or a part of the title; newest first.

    URL and part of the title have no index, so they are tried only if the others find no entry, and
    never for a link whose canonical URL is given.
    """
    keys = [url_key(url) for url in (text, canonical_url) if url]
    quick = sa.or_(
        ENTRY.c.id == text,
        ENTRY.c.canonical_key.in_(keys),
        ENTRY.c.title_key == title_key(text),
    )
    like = (
        ENTRY.c.title.ilike if tx.is_postgres else ENTRY.c.title.like
    )  # SQLite's ignores the case of ASCII
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    slow = sa.or_(ENTRY.c.url == text, like(f"%{escaped}%", escape="\\"))
    for condition in (quick,) if canonical_url else (quick, slow):
        found = _stored_entries(tx, condition, order=ENTRY.c.seen_at.desc(), limit=limit)
        if found:
            return found
    return []


def stored_entry(tx: Transaction, entry_id: str) -> StoredEntry | None:
    """Return an entry by its id."""
    found = _stored_entries(tx, ENTRY.c.id == entry_id, order=ENTRY.c.seen_at, limit=1)
    return found[0] if found else None


def alert_entries(tx: Transaction, alert_id: str) -> list[StoredEntry]:
    """Return the entry of the report that an alert was about, in a list that may be empty."""
    query = sa.select(ALERT.c.facts_type, ALERT.c.facts).where(ALERT.c.id == alert_id)
    row = tx.execute(query).first()
    if row is None:
        return []
    facts = facts_adapter(row.facts_type).validate_json(row.facts)
    if not isinstance(facts, AlertFacts) or not facts.entry_id:
        return []
    return _stored_entries(tx, ENTRY.c.id == facts.entry_id, order=ENTRY.c.seen_at, limit=1)


def headline_entries(tx: Transaction, headline: str) -> list[StoredEntry]:
    """Return the entry that gave a story its headline, even if its title has changed since.

    Return all entries of the story if that entry is unknown, and none if several stories have the
    headline.
    """
    query = sa.select(STORY).where(STORY.c.title == headline, IS_WHOLE).limit(2)
    found = [story_of_row(row) for row in tx.execute(query)]
    if len(found) != 1:
        return []
    (story,) = found
    urls = {report.url for report in story.reports if report.title == headline}
    entries = story_entries(tx, story.id)
    return [stored for stored in entries if stored.entry.url in urls] or entries


def story_entries(
    tx: Transaction, story_id: str, *, start: int = 0, limit: int = 10_000
) -> list[StoredEntry]:
    """Return the entries of a story, oldest first, without the first `start` ones."""
    is_its = ENTRY.c.id.in_(sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id))
    return _stored_entries(tx, is_its, order=ENTRY.c.seen_at, start=start, limit=limit)


def count_story_entries(tx: Transaction, story_id: str) -> int:
    """Return the number of the entries of a story."""
    query = sa.select(sa.func.count()).select_from(REPORT).where(REPORT.c.story_id == story_id)
    return int(tx.execute(query).scalar_one())


def story_entry_ids(tx: Transaction, story_id: str) -> tuple[str, ...]:
    """Return the ids of the entries of a story, in the order of their reports."""
    query = sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id)
    return tuple(tx.execute(query.order_by(REPORT.c.seq)).scalars())


def split_entries(tx: Transaction, story_id: str) -> list[StoredEntry]:
    """Return the entries that a person split off from a story, oldest first."""
    of_story = sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id)
    pair = STORY_CONSTRAINT.c
    is_cut = pair.kind == LinkKind.CANNOT_LINK.value
    is_split = sa.or_(
        ENTRY.c.id.in_(sa.select(pair.report_a).where(is_cut, pair.report_b.in_(of_story))),
        ENTRY.c.id.in_(sa.select(pair.report_b).where(is_cut, pair.report_a.in_(of_story))),
    )
    return _stored_entries(tx, is_split, order=ENTRY.c.seen_at, limit=CHUNK)


def held_entries(
    tx: Transaction, feed_id: str, *, reason: Reason, since_at: datetime, limit: int
) -> list[StoredEntry]:
    """Return the entries of a feed that were held back for a reason, oldest first."""
    is_held = sa.and_(
        ENTRY.c.feed_id == feed_id,
        ENTRY.c.reason == reason.value,
        ENTRY.c.seen_at >= since_at,
    )
    return _stored_entries(tx, is_held, order=ENTRY.c.seen_at, limit=limit)


def feed_entries(tx: Transaction, feed_id: str, *, limit: int) -> list[StoredEntry]:
    """Return the entries that a feed listed last, the newest first.

    Of a feed with a million entries, this order reads an index only; that of `seen_at` sorts all.
    """
    listed = sa.select(ENTRY.c.id).where(ENTRY.c.feed_id == feed_id)
    latest = listed.order_by(ENTRY.c.listed_at.desc(), ENTRY.c.seen_at.desc()).limit(limit)
    is_its = ENTRY.c.id.in_(latest)
    return _stored_entries(tx, is_its, order=ENTRY.c.seen_at.desc(), limit=limit)


def first_fetch_reports(tx: Transaction, *, after: datetime) -> list[tuple[str, datetime]]:
    """Return feed and time of each match that the first fetch of a feed recorded after a time."""
    query = (
        sa.select(FEED.c.name, REPORT.c.reported_at)
        .select_from(REPORT.join(ENTRY, ENTRY.c.id == REPORT.c.entry_id))
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(REPORT.c.reported_at > after, ENTRY.c.reason == Reason.BASELINE.value)
    )
    return [(name, at) for name, at in tx.execute(query)]


def latest_entries(tx: Transaction, limit: int) -> list[StoredEntry]:
    """Return the newest entries, without matches and stories."""
    return list(newest_entries(tx, limit))


def newest_entries(tx: Transaction, limit: int) -> Iterator[StoredEntry]:
    """Yield the newest entries, newest first, without matches and stories."""
    query = (
        sa.select(ENTRY, FEED.c.name.label("feed_name"))
        .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
        .order_by(ENTRY.c.seen_at.desc())
        .limit(limit)
        .execution_options(yield_per=CHUNK)  # their texts may be larger than the memory
    )
    return (stored_of_row(row) for row in tx.execute(query))


def count_entries_since(tx: Transaction, since_at: datetime) -> int:
    """Return how many entries were seen since a time."""
    query = sa.select(sa.func.count()).select_from(ENTRY).where(ENTRY.c.seen_at >= since_at)
    return int(tx.execute(query).scalar_one())


def first_seen_at(tx: Transaction) -> datetime | None:
    """Return the time at which the oldest stored entry was seen."""
    query = sa.select(ENTRY.c.seen_at).order_by(ENTRY.c.seen_at).limit(1)
    return tx.execute(query).scalar_one_or_none()


def entries_since(tx: Transaction, since_at: datetime) -> Iterator[StoredEntry]:
    """Yield the entries seen since a time, oldest first, without matches and stories."""
    after: tuple[datetime, str] = (since_at, "")
    while True:
        place = sa.or_(
            ENTRY.c.seen_at > after[0],
            sa.and_(ENTRY.c.seen_at == after[0], ENTRY.c.id > after[1]),
        )
        query = (
            sa.select(ENTRY, FEED.c.name.label("feed_name"))
            .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
            .where(ENTRY.c.seen_at >= after[0], place)
            .order_by(ENTRY.c.seen_at, ENTRY.c.id)
            .limit(CHUNK)
        )
        rows = tx.execute(query).all()
        yield from (stored_of_row(row) for row in rows)
        if len(rows) < CHUNK:
            return
        after = (rows[-1].seen_at, rows[-1].id)


def _stored_entries(
    tx: Transaction,
    condition: sa.ColumnElement[bool],
    *,
    order: Any,
    limit: int,
    start: int = 0,
) -> list[StoredEntry]:
    query = (
        sa.select(ENTRY, FEED.c.name.label("feed_name"))
        .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(condition)
        .order_by(order, ENTRY.c.id)
        .limit(limit)
        .offset(start)
    )
    rows = tx.execute(query).all()
    ids = [row.id for row in rows]
    matches: dict[str, list[Match]] = {}
    for row in tx.execute(
        sa.select(MATCH).where(MATCH.c.entry_id.in_(ids)).order_by(MATCH.c.watchlist)
    ):
        matches.setdefault(row.entry_id, []).append(match_of_row(row))
    reports = {
        row.entry_id: row for row in tx.execute(sa.select(REPORT).where(REPORT.c.entry_id.in_(ids)))
    }
    return [
        stored_of_row(row, matches=tuple(matches.get(row.id, ())), report=reports.get(row.id))
        for row in rows
    ]
