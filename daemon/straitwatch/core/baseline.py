"""Finds the entries that are recorded without an alert because their feed is new.

A feed's archive is not news. The first document with entries ends this phase, even if the document
was cut off, so that no feed remains silent.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from straitwatch.core.model import Entry, FeedState, ParsedDocument, ParseProblem

FEW = 3  # more entries than this in one document may be an archive


def is_first_fetch_over(state: FeedState, document: ParsedDocument) -> bool:
    """Return True if the entries of later documents are news."""
    return state.baseline_at is not None or bool(document.entries)


def was_cut_off(state: FeedState) -> bool:
    """Return True if the last document was parsed, but ended early."""
    was_read = state.last_ok_at is not None and state.last_ok_at == state.last_polled_at
    return was_read and state.last_outcome == ParseProblem.TRUNCATED


def silent_entries(
    document: ParsedDocument,
    known: Collection[str],
    *,
    state: FeedState,
    backfill: timedelta,
    now: datetime,
) -> frozenset[str]:
    """Return the ids of the entries that belong to the archive of their feed.

    Args:
        document: the parsed document.
        known: the ids of stored entries.
        state: of the feed, before this poll.
        backfill: the age up to which the entries of a new feed are news.
        now: the time of the poll.

    """
    if state.baseline_at is None:
        was_empty = state.last_ok_at is not None and not was_cut_off(state)
        older = [] if was_empty and len(document.entries) <= FEW else document.entries
    elif was_cut_off(state):
        rest = _rest(document.entries, known)
        older = rest if len(rest) > FEW else []
    else:
        older = []
    starts = [now - backfill] if backfill else []
    starts += [state.last_whole_at] if state.last_whole_at else []
    since_at = min(starts, default=None)
    return frozenset(entry.id for entry in older if not _is_since(entry, since_at))


def _rest(entries: Sequence[Entry], known: Collection[str]) -> Sequence[Entry]:
    """Return the entries after the known ones: the part that was cut off before."""
    last = max((place for place, entry in enumerate(entries) if entry.id in known), default=None)
    return () if last is None else entries[last + 1 :]


def _is_since(entry: Entry, since_at: datetime | None) -> bool:
    return bool(since_at and entry.published_at and entry.published_at >= since_at)
