"""Which entries are recorded without an alert because their feed is read for the first time.

A feed's archive is no news. The first document with entries ends the first sight, whole or cut
off, so that no feed stays silent; what comes later is news, or at most a little too much of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from straitwatch.core.model import Entry, FeedState, ParsedDocument, ParseProblem

FEW = 3  # entries at once; more of them without a date are an archive


def is_first_fetch_over(state: FeedState, read: ParsedDocument) -> bool:
    """Whether later documents of the feed bring news."""
    return state.baseline_at is not None or bool(read.entries)


def was_cut_off(state: FeedState) -> bool:
    """Whether the last document was read as far as it went, and ended early."""
    was_read = state.last_ok_at is not None and state.last_ok_at == state.last_polled_at
    return was_read and state.last_outcome == ParseProblem.TRUNCATED


def silent_entries(
    read: ParsedDocument,
    known: Collection[str],
    *,
    state: FeedState,
    backfill: timedelta,
    now: datetime,
) -> frozenset[str]:
    """Return the ids of the entries that are older than the watch on their feed.

    Args:
        read: the document.
        known: the ids of the entries that were read before.
        state: of the feed, before this poll.
        backfill: the age up to which entries are news at first sight.
        now: the time of the poll.

    """
    if state.baseline_at is None:
        was_empty = state.last_ok_at is not None and not was_cut_off(state)
        older = [] if was_empty and len(read.entries) <= FEW else read.entries
    elif was_cut_off(state):
        rest = _rest(read.entries, known)
        older = rest if len(rest) > FEW else []
    else:
        older = []
    starts = [now - backfill] if backfill else []
    starts += [state.last_ok_at] if state.last_ok_at else []
    since_at = min(starts, default=None)
    return frozenset(entry.id for entry in older if not _is_since(entry, since_at))


def _rest(entries: Sequence[Entry], known: Collection[str]) -> Sequence[Entry]:
    """Return what stands behind the known entries: the half that was cut off until now."""
    last = max((place for place, entry in enumerate(entries) if entry.id in known), default=None)
    return () if last is None else entries[last + 1 :]


def _is_since(entry: Entry, since_at: datetime | None) -> bool:
    return bool(since_at and entry.published_at and entry.published_at >= since_at)
