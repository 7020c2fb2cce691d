"""Decides when a feed is polled again.

Callers pass `now`, and a random `jitter` in [0, 1) that spreads the polls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from straitwatch.core.model import Feed, PollPolicy

_DAY = timedelta(days=1)

JITTER = 0.1  # of a poll interval, both ways, so that feeds with one start time drift apart
MAX_RETRY_AFTER = _DAY  # every feed is polled at least once a day, whatever its server asks for
MAX_FRESH = timedelta(hours=1)  # of a Cache-Control max-age, so that alerts take minutes, not days
_MAX_DOUBLINGS = 16  # beyond every cap, and far from overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerHints:
    """The waits that a feed's server asks for."""

    max_age: timedelta | None = None  # Cache-Control: the document does not change before
    retry_after: timedelta | None = None


NO_HINTS = ServerHints()


def next_poll_at(
    feed: Feed,
    policy: PollPolicy,
    *,
    failures: int,
    hints: ServerHints = NO_HINTS,
    now: datetime,
    jitter: float,
) -> datetime:
    """Return when a feed that was just polled is due again.

    Args:
        feed: the feed. If a person chose its interval, only failures and `retry_after` lengthen
            it, `max_age` does not.
        policy: the interval of the other feeds, and the longest interval between failures.
        failures: polls in a row that failed, including this one; 0 after a success.
        hints: the waits that the server asks for. No poll comes earlier than `retry_after`, up to
            `MAX_RETRY_AFTER`.
        now: the time of the poll.
        jitter: spreads the polls.

    """
    fresh_for = None if hints.max_age is None else min(hints.max_age, MAX_FRESH)
    interval = feed.interval or policy.interval
    if feed.interval is None and fresh_for is not None:
        interval = max(interval, fresh_for)
    wait = _backed_off(interval, failures, cap=min(policy.max_interval, _DAY))
    wait *= 1 - JITTER + 2 * JITTER * jitter
    if feed.interval is None and fresh_for is not None:
        wait = max(wait, fresh_for)
    if hints.retry_after is not None:
        wait = max(wait, min(hints.retry_after, MAX_RETRY_AFTER) * (1 + JITTER * jitter))
    return now + wait


def _backed_off(interval: timedelta, failures: int, *, cap: timedelta) -> timedelta:
    """Double the interval with each failure after the first."""
    doublings = min(max(failures - 1, 0), _MAX_DOUBLINGS)
    return max(interval, min(interval * (1 << doublings), cap))
