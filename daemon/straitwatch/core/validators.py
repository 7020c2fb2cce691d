"""Decides whether a feed's validators are sent, and until when wrong ones are not.

A request without validators brings the whole document. It shows whether the server, or a cache
in front of it, answers 304 (not modified) although entries have changed.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from straitwatch.core.model import NO_VALIDATORS, Distrust, FeedState, Validators
from straitwatch.core.policy import (
    DISTRUST_FOR,
    MAX_DISTRUST,
    OUTAGE_AFTER,
    WHOLE_DOCUMENT_AFTER,
    WHOLE_DOCUMENT_JITTER,
)


def validators_to_send(state: FeedState, now: datetime) -> Validators:
    """Return the validators of the next request; none if it must bring the whole document."""
    if is_distrusted(state, now) or _is_whole_document_due(state, now):
        return NO_VALIDATORS
    return state.validators


def is_distrusted(state: FeedState, now: datetime) -> bool:
    """Return True while a feed's validators are not sent, because they hid changed entries."""
    return state.distrust is not None and now < state.distrust.until_at


def _is_whole_document_due(state: FeedState, now: datetime) -> bool:
    is_due = state.whole_due_at is not None and state.whole_due_at <= now
    is_after_outage = state.last_ok_at is not None and now - state.last_ok_at >= OUTAGE_AFTER
    return is_due or is_after_outage


def next_whole_document_at(now: datetime, jitter: float) -> datetime:
    """Return when the whole document is requested next, after it came now.

    Args:
        now: the time of the poll.
        jitter: in [0, 1); spreads the requests of feeds that were added together.

    """
    return now + WHOLE_DOCUMENT_AFTER * (1 - WHOLE_DOCUMENT_JITTER * jitter)


def first_whole_document_at(now: datetime, jitter: float) -> datetime:
    """Return when the whole document is requested of a feed whose last one has no known time."""
    return now + WHOLE_DOCUMENT_AFTER * jitter


def is_suspect(state: FeedState, sent: Validators, now: datetime) -> bool:
    """Return True if a 304 since the last whole document may have hidden changed entries.

    Entries can also have changed after the last 304. Therefore only another conditional request
    with the same validators proves that they are wrong.

    Args:
        state: before the poll that brought changed entries.
        sent: the validators of its request.
        now: the time of the poll.

    """
    has_hidden = not sent and state.unmodified_since_at is not None
    return bool(state.validators) and has_hidden and not is_distrusted(state, now)


def are_repeated(state: FeedState, given: Validators, now: datetime) -> bool:
    """Return True if distrusted validators are still wrong: the same for changed entries."""
    before = state.validators
    is_same = given.etag == before.etag
    if not before.etag:
        is_same = is_same and given.last_modified == before.last_modified
    return is_distrusted(state, now) and bool(before) and is_same


def distrust_after(state: FeedState, now: datetime, *, are_wrong: bool) -> Distrust | None:
    """Return the distrust of a feed's validators after a poll.

    Args:
        state: before the poll.
        now: the time of the poll.
        are_wrong: True if the poll showed that the validators do not change with the entries.

    """
    before = state.distrust
    if not are_wrong:
        return None if before is None or _is_forgotten(before, now) else before
    if before is not None and now < before.until_at:
        return replace(before, until_at=max(before.until_at, now + DISTRUST_FOR))
    span = DISTRUST_FOR
    if before is not None and not _is_forgotten(before, now):
        span = min(2 * _length(before), MAX_DISTRUST)
    since_at = state.unmodified_since_at or now
    return Distrust(since_at=since_at, found_at=now, until_at=now + span)


def _is_forgotten(distrust: Distrust, now: datetime) -> bool:
    """Return True if validators were right for as long as they had not been sent."""
    return now >= distrust.until_at + _length(distrust)


def _length(distrust: Distrust) -> timedelta:
    return distrust.until_at - distrust.found_at


def describe_distrust(distrust: Distrust, zone: tzinfo = UTC) -> str:
    """Say in one sentence why, and until when, validators are not sent."""
    since, found, until = (
        at.astimezone(zone) for at in (distrust.since_at, distrust.found_at, distrust.until_at)
    )
    return (
        f"the server answered 304 (not modified) from {since:%d %b %H:%M} to {found:%d %b %H:%M %Z}"
        f" although entries had changed; until {until:%d %b %H:%M %Z}, Straitwatch ignores its"
        " ETag and Last-Modified and requests the whole document"
    )
