"""Reads the stored entries and reports that the plan of a poll depends on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from straitwatch.core.feature_text import features_from_text
from straitwatch.core.model import (
    EarlierEntry,
    Entry,
    EntryKind,
    Features,
    FoldedReport,
    KnownEntry,
    Report,
    StoredPage,
)
from straitwatch.store.entry_rows import SENT_ACTIONS, entry_of_row, features_of_row, fold_of_row
from straitwatch.store.keys import in_chunks, title_key, url_key
from straitwatch.store.rows import (
    ENTRY,
    FEED,
    REPORT,
    SENT_EDIT,
)
from straitwatch.store.transaction import ResultRow, Transaction

if TYPE_CHECKING:
    from straitwatch.core.cluster import FeatureReader

_LISTED_STEP = timedelta(days=7)  # precision of `listed_at`; daily would write seven times as often


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEdit:
    """An edit that was sent, with the current story of its report."""

    seq: int
    story_id: str
    features: Features


_KNOWN = (
    sa.select(
        ENTRY.c.id,
        ENTRY.c.text_hash,
        ENTRY.c.title,
        ENTRY.c.listed_at,
        REPORT.c.story_id,
        REPORT.c.watchlists,
    )
    .select_from(ENTRY.outerjoin(REPORT, REPORT.c.entry_id == ENTRY.c.id))
    .where(ENTRY.c.id.in_(sa.bindparam("ids", expanding=True)))
)


def earlier_entries(tx: Transaction, ids: Collection[str]) -> dict[str, EarlierEntry]:
    """Return the stored versions of entries, by id."""
    return {
        row.id: EarlierEntry(entry=entry_of_row(row), seen_at=row.seen_at)
        for chunk in in_chunks(ids)
        for row in tx.execute(sa.select(ENTRY).where(ENTRY.c.id.in_(chunk)))
    }


def familiar_entries(
    tx: Transaction, feed_id: str, entries: Sequence[Entry], *, with_text: bool = False
) -> set[str]:
    """Return the ids of the entries whose titles this feed has carried before.

    The text must be the same too if several of these entries share the title, or with `with_text`.
    """
    entries_by_key: dict[bytes, list[Entry]] = {}
    for entry in entries:
        if entry.title:
            entries_by_key.setdefault(title_key(entry.title), []).append(entry)
    found: set[str] = set()
    for chunk in in_chunks(entries_by_key):
        query = sa.select(ENTRY.c.title_key, ENTRY.c.text_hash).where(
            ENTRY.c.feed_id == feed_id, ENTRY.c.title_key.in_(chunk)
        )
        for key, text_hash in tx.execute(query.distinct()):
            named = entries_by_key[bytes(key)]
            is_own = len(named) == 1 and not with_text
            found.update(
                entry.id for entry in named if is_own or entry.text_hash == bytes(text_hash)
            )
    return found


def known_entries(
    tx: Transaction, ids: Collection[str], *, now: datetime | None = None
) -> dict[str, KnownEntry]:
    """Return the entries that are already stored, by id.

    With `now`, also record that their feed still lists them, so that pruning keeps them.
    """
    known: dict[str, KnownEntry] = {}
    stale: list[str] = []
    for chunk in in_chunks(ids):
        for row in tx.execute(_KNOWN, {"ids": chunk}):
            known[row.id] = KnownEntry(
                entry_id=row.id,
                text_hash=bytes(row.text_hash),
                title=row.title,
                story_id=row.story_id or "",
                watchlists=row.watchlists or (),
            )
            if now and (row.listed_at is None or row.listed_at < now - _LISTED_STEP):
                stale.append(row.id)
    for chunk in in_chunks(stale):
        tx.execute(ENTRY.update().where(ENTRY.c.id.in_(chunk)).values(listed_at=now))
    return known


def stored_pages(tx: Transaction, reports: Sequence[Report]) -> dict[str, list[StoredPage]]:
    """Return the stored reports on the page and under the title of each report, by entry."""
    wanted = {
        (url_key(report.entry.canonical_url), title_key(report.entry.title)): report
        for report in reports
        if report.entry.canonical_url and report.entry.title
    }
    found: dict[str, list[StoredPage]] = {}
    for chunk in in_chunks(wanted):
        for row in _rows_of_pages(tx, chunk):
            if report := wanted.get((bytes(row.canonical_key), bytes(row.title_key))):
                found.setdefault(report.entry.id, []).append(_to_page(row))
    return found


def _rows_of_pages(
    tx: Transaction, keys: Sequence[tuple[bytes | None, bytes]]
) -> Iterable[ResultRow]:
    pages, titles = zip(*keys, strict=True)  # some feeds give all their entries the same page
    outlet = sa.func.coalesce(sa.func.nullif(ENTRY.c.source, ""), FEED.c.name).label("outlet")
    query = (
        sa.select(ENTRY, outlet, REPORT.c.story_id, REPORT.c.reported_at)
        .join_from(ENTRY, REPORT, REPORT.c.entry_id == ENTRY.c.id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(ENTRY.c.canonical_key.in_(pages), ENTRY.c.title_key.in_(titles))
        .order_by(REPORT.c.seq)
    )
    return tx.execute(query)


def _to_page(row: ResultRow) -> StoredPage:
    return StoredPage(
        earlier=EarlierEntry(entry=entry_of_row(row), seen_at=row.reported_at),
        outlet=row.outlet,
        story_id=row.story_id,
    )


def recent_reports(
    tx: Transaction, *, since_at: datetime, after_seq: int, reader: "FeatureReader"
) -> list[FoldedReport]:
    """Return reports in the order in which they were folded.

    A fold window is filled with them at the start, and later with those after its last number,
    which other replicas may have added. No report is skipped if the caller holds `fold_lock`. The
    reader is for reports that an earlier version stored without features.
    """
    query = (
        sa.select(REPORT, ENTRY.c.action, _SENT_AS_EDIT.label("is_sent_as_edit"))
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .where(REPORT.c.seq > after_seq, REPORT.c.reported_at >= since_at)
        .order_by(REPORT.c.seq)
    )
    rows = tx.execute(query).all()
    earlier = _read_features(tx, [row.entry_id for row in rows if row.features is None], reader)
    return [_to_folded(row, earlier.get(row.entry_id)) for row in rows]


_SENT_AS_EDIT = sa.exists().where(SENT_EDIT.c.entry_id == REPORT.c.entry_id, SENT_EDIT.c.is_first)


def _to_folded(row: ResultRow, features: Features | None) -> FoldedReport:
    """Return a report for a fold window; commentary never counts as sent news."""
    features = features or features_of_row(row)
    return FoldedReport(
        seq=row.seq,
        features=features,
        fold=fold_of_row(row),
        is_sent=row.action in SENT_ACTIONS
        and features.kind is EntryKind.NEWS
        and not row.is_sent_as_edit,  # the action belongs to the edit
    )


def sent_edits(tx: Transaction, *, since_at: datetime, after_seq: int) -> list[SentEdit]:
    """Return the edits that were sent, in their order; see `recent_reports`."""
    query = (
        sa.select(SENT_EDIT, REPORT.c.story_id)
        .join_from(SENT_EDIT, REPORT, REPORT.c.entry_id == SENT_EDIT.c.entry_id)
        .where(SENT_EDIT.c.seq > after_seq, SENT_EDIT.c.sent_at >= since_at)
        .order_by(SENT_EDIT.c.seq)
    )
    return [
        SentEdit(
            seq=row.seq,
            story_id=row.story_id,
            features=features_from_text(
                row.features, entry_id=row.entry_id, seen_at=row.sent_at, vector=None
            ),
        )
        for row in tx.execute(query)
    ]


def _read_features(
    tx: Transaction, entry_ids: Sequence[str], reader: "FeatureReader"
) -> dict[str, Features]:
    """Compute the features of reports that an earlier version stored without them."""
    query = (
        sa.select(
            ENTRY,
            REPORT.c.watchlists,
            REPORT.c.reported_at,
            sa.func.coalesce(sa.func.nullif(ENTRY.c.source, ""), FEED.c.name).label("outlet"),
            sa.func.coalesce(sa.func.nullif(ENTRY.c.language, ""), FEED.c.language).label("lang"),
        )
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
    )
    return {
        row.id: reader.read(
            entry_of_row(row),
            outlet=row.outlet,
            language=row.lang,
            watchlists=row.watchlists,
            seen_at=row.reported_at,
        )
        for chunk in in_chunks(entry_ids)
        for row in tx.execute(query.where(ENTRY.c.id.in_(chunk)))
    }


def last_seq(tx: Transaction) -> int:
    """Return the number of the newest report; 0 if there is none."""
    return tx.execute(sa.select(sa.func.max(REPORT.c.seq))).scalar() or 0


def last_edit_seq(tx: Transaction) -> int:
    """Return the number of the newest edit that was sent; 0 if there is none."""
    return tx.execute(sa.select(sa.func.max(SENT_EDIT.c.seq))).scalar() or 0
