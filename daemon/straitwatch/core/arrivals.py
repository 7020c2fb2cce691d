"""Counts the new entries of a feed, and estimates how many arrive in a day.

Each count decays: an entry weighs half as much after a week. Therefore the estimate follows a feed
that changes its rhythm, and needs no history of arrivals.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, log, sqrt

from straitwatch.core.model import Arrivals
from straitwatch.core.policy import USUAL_MATCHED_AMONG, USUAL_MATCHED_SHARE

_DAY = timedelta(days=1)
_HALF_LIFE = timedelta(days=7)
_MEAN_LIFE = _HALF_LIFE / log(2)


def first_arrivals(dates: Sequence[datetime], *, matched_share: float, now: datetime) -> Arrivals:
    """Count the dated entries of a first document as if each had been seen when published.

    Args:
        dates: the times of publication; those after `now` count as now.
        matched_share: of its entries, on which a watch-list fired.
        now: the time of the poll.
    """
    if not dates:
        return Arrivals(since_at=now, counted_at=now)
    ages = [max(now - date, timedelta(0)) for date in dates]
    entries = sum(exp(-(age / _MEAN_LIFE)) for age in ages)
    return Arrivals(
        entries=entries,
        matched=entries * matched_share,
        since_at=now - max(ages),
        counted_at=now,
    )


def count_arrivals(before: Arrivals, *, new: int, matched: int = 0, now: datetime) -> Arrivals:
    """Add the new entries of a poll; the first call starts the count."""
    if before.since_at is None:
        return Arrivals(entries=new, matched=matched, since_at=now, counted_at=now)
    if not new:
        return before
    weight = _weight_of_age(before, now)
    return replace(
        before,
        entries=before.entries * weight + new,
        matched=before.matched * weight + matched,
        counted_at=now,
    )


def arrivals_per_day(arrivals: Arrivals, now: datetime) -> float | None:
    """Return the estimated number of new entries in a day; None during the first day.

    The decayed count is divided by the weight of the observed span, so that a young count is not
    taken for a slow feed.
    """
    if arrivals.since_at is None or now - arrivals.since_at < _DAY:
        return None
    observed = 1 - exp(-((now - arrivals.since_at) / _MEAN_LIFE))
    return arrivals.entries * _weight_of_age(arrivals, now) / observed * (_DAY / _MEAN_LIFE)


def poll_weight(arrivals: Arrivals, now: datetime) -> float | None:
    """Return how often a feed should be polled, relative to others; None if not known yet.

    This is the square-root law of Sia and Cho ("Efficient Monitoring Algorithm for Fast News
    Alerts"): with a fixed number of polls, the mean delay of the matching entries is shortest if
    each feed is polled in proportion to the square root of their rate.
    """
    rate = arrivals_per_day(arrivals, now)
    return None if rate is None else sqrt(rate * _matched_share(arrivals))


def _matched_share(arrivals: Arrivals) -> float:
    """Return the share of entries on which a watch-list fires, drawn to the usual share."""
    usual = USUAL_MATCHED_SHARE * USUAL_MATCHED_AMONG
    return (arrivals.matched + usual) / (arrivals.entries + USUAL_MATCHED_AMONG)


def _weight_of_age(arrivals: Arrivals, now: datetime) -> float:
    age = now - (arrivals.counted_at or now)
    return exp(-(max(age, timedelta(0)) / _MEAN_LIFE))
