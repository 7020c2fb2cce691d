"""Counts the new entries of a feed, and estimates how many arrive in a day.

Each count decays: an entry weighs half as much after a week. Therefore the estimate follows a feed
that changes its rhythm, and needs no history of arrivals.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, log

from straitwatch.core.model import Arrivals

_DAY = timedelta(days=1)
_HALF_LIFE = timedelta(days=7)
_MEAN_LIFE = _HALF_LIFE / log(2)


def count_arrivals(before: Arrivals, *, new: int, now: datetime) -> Arrivals:
    """Add the new entries of a poll; the first call starts the count."""
    if before.since_at is None:
        return Arrivals(entries=new, since_at=now, counted_at=now)
    if not new:
        return before
    return replace(before, entries=_decayed(before, now) + new, counted_at=now)


def arrivals_per_day(arrivals: Arrivals, now: datetime) -> float | None:
    """Return the estimated number of new entries in a day; None during the first day.

    The decayed count is divided by the weight of the observed span, so that a young count is not
    taken for a slow feed.
    """
    if arrivals.since_at is None or now - arrivals.since_at < _DAY:
        return None
    observed = 1 - exp(-((now - arrivals.since_at) / _MEAN_LIFE))
    return _decayed(arrivals, now) / observed * (_DAY / _MEAN_LIFE)


def _decayed(arrivals: Arrivals, now: datetime) -> float:
    age = now - (arrivals.counted_at or now)
    return arrivals.entries * exp(-(max(age, timedelta(0)) / _MEAN_LIFE))
