"""Stores the verdicts of people on entries: relevant for a list or not."""

from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import Mark, Verdict
from straitwatch.store.rows import MARK
from straitwatch.store.transaction import ResultRow, Transaction


def set_mark(tx: Transaction, mark: Mark) -> None:
    """Store a verdict; a later one on the same entry and list replaces it."""
    row = {
        "entry_id": mark.entry_id,
        "watchlist": mark.watchlist,
        "verdict": mark.verdict.value,
        "note": mark.note,
        "marked_by": mark.marked_by,
        "marked_at": mark.marked_at,
    }
    changed = ("verdict", "note", "marked_by", "marked_at")
    tx.upsert(MARK, [row], key=("entry_id", "watchlist"), changed=changed)


def delete_mark(tx: Transaction, entry_id: str, watchlist: str) -> bool:
    """Delete a verdict; return False if there is none."""
    is_mark = sa.and_(MARK.c.entry_id == entry_id, MARK.c.watchlist == watchlist)
    return tx.execute(MARK.delete().where(is_mark)).rowcount > 0


def read_marks(
    tx: Transaction, *, since_at: datetime | None = None, entry_id: str = ""
) -> dict[tuple[str, str], Mark]:
    """Return verdicts by entry and list: all, those since a time, or those on one entry."""
    query = sa.select(MARK)
    if since_at is not None:
        query = query.where(MARK.c.marked_at >= since_at)
    if entry_id:
        query = query.where(MARK.c.entry_id == entry_id)
    return {(row.entry_id, row.watchlist): _to_mark(row) for row in tx.execute(query)}


def _to_mark(row: ResultRow) -> Mark:
    return Mark(
        entry_id=row.entry_id,
        watchlist=row.watchlist,
        verdict=Verdict(row.verdict),
        marked_at=row.marked_at,
        marked_by=row.marked_by,
        note=row.note,
    )
