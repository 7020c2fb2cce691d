"""Finds the spans in which entries may have been missed, and describes them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from straitwatch.core.model import (
    BlindCause,
    BlindWindow,
    Entry,
    Feed,
    FeedState,
    FeedWindow,
    PollPolicy,
)
from straitwatch.core.plural import counted
from straitwatch.core.policy import (
    BLIND_AFTER,
    BLIND_ROUNDS,
    OLDEST_AT_LEAST,
    OLDEST_SHARE,
    OVERLAP_ENTRIES,
)

_LISTED = 5  # feeds with missing entries that are named
_NEVER = timedelta(0)


def find_stop(
    *, last_polled_at: datetime | None, due_at: datetime | None, now: datetime
) -> BlindWindow | None:
    """Return the span in which Straitwatch was not running, at its start.

    Args:
        last_polled_at: the last poll of any feed.
        due_at: the due time of the feed that is due longest.
        now: the time of the start.
    """
    if last_polled_at is None or due_at is None:
        return None
    if now - max(last_polled_at, due_at) < BLIND_AFTER:
        return None
    return BlindWindow(cause=BlindCause.STOPPED, since_at=last_polled_at, until_at=now)


def is_blind(feed: Feed, state: FeedState, policy: PollPolicy, *, blind_for: timedelta) -> bool:
    """Return True if no poll succeeded for several intervals of a feed."""
    interval = feed.interval or policy.interval
    if state.profile.interval is not None:
        interval = max(interval, state.profile.interval.length)
    return blind_for > max(BLIND_ROUNDS * interval, BLIND_AFTER)


def time_running(state: FeedState, stop: BlindWindow | None, now: datetime) -> timedelta:
    """Return the time since a feed was last read whole, without a stop of Straitwatch."""
    last = state.last_whole_at
    if last is None:
        return _NEVER
    if stop is None or last >= stop.until_at:
        return now - last
    return now - last - (stop.until_at - max(stop.since_at, last))


# ---------------------------------------------------------------- the document afterwards


def is_overrun(entries: Sequence[Entry], new: Collection[str]) -> bool:
    """Return True if no known entry is among the oldest, so that some may have been missed.

    Args:
        entries: of a document.
        new: the ids of those that are new.
    """
    is_telling = len(entries) >= OVERLAP_ENTRIES
    return is_telling and all(entry.id in new for entry in oldest_entries(entries))


def oldest_entries(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the oldest part of a document, by position.

    A known entry elsewhere shows nothing: publishers pin old ones above the new ones.
    """
    size = max(round(len(entries) * OLDEST_SHARE), OLDEST_AT_LEAST)
    return entries[:size] if _is_oldest_first(entries) else entries[-size:]


def _is_oldest_first(entries: Sequence[Entry]) -> bool:
    dates = [entry.published_at for entry in entries if entry.published_at]
    rising = sum(date < following for date, following in pairwise(dates))
    falling = sum(date > following for date, following in pairwise(dates))
    return rising > falling


# ---------------------------------------------------------------- in words


def windows_to_tell(windows: Iterable[FeedWindow]) -> list[FeedWindow]:
    """Return the stops of Straitwatch, and the windows in which entries may be missing."""
    return [found for found in windows if found.window.filled_at is None]


def describe_windows(windows: Sequence[FeedWindow], zone: tzinfo = UTC) -> tuple[str, ...]:
    """Say when Straitwatch was not running, and which feeds may lack entries of which time."""
    stops = [found.window for found in windows if not found.feed]
    missing = [found for found in windows_to_tell(windows) if found.feed]
    sentences = []
    if stops:
        spans = ", ".join(_span(stop, zone) for stop in stops[:_LISTED])
        sentences.append(f"Straitwatch was not running {spans}{_more(len(stops))}")
    if missing:
        named = ", ".join(
            f"{found.feed} ({_span(found.window, zone)})" for found in missing[:_LISTED]
        )
        sentences.append(f"entries may be missing: {named}{_more(len(missing))}")
    return tuple(sentences)


def describe_missing(window: BlindWindow, zone: tzinfo = UTC) -> str:
    """Say in one sentence which entries of a feed may be missing, and how many were found."""
    found = f"; back-fill found {counted(window.found, 'entry', 'entries')}" if window.found else ""
    return f"entries of {_span(window, zone)} may be missing{found}"


def _span(window: BlindWindow, zone: tzinfo) -> str:
    since, until = window.since_at.astimezone(zone), window.until_at.astimezone(zone)
    end = f"{until:%H:%M}" if since.date() == until.date() else f"{until:%d %b %H:%M}"
    return f"{since:%d %b %H:%M} to {end}"


def _more(count: int) -> str:
    return f" and {count - _LISTED} more" if count > _LISTED else ""
