"""How many entries a feed brings in a day."""

from datetime import timedelta

import pytest

from builders import NOON
from straitwatch.core.arrivals import arrivals_per_day, count_arrivals
from straitwatch.core.model import Arrivals

DAY = timedelta(days=1)
STARTED = count_arrivals(Arrivals(), new=0, now=NOON)


def counted(*, per_day: int, days: int, start: Arrivals = STARTED) -> Arrivals:
    """Arrivals spread evenly over some days."""
    arrivals = start
    begin = start.counted_at or NOON
    for number in range(1, per_day * days + 1):
        arrivals = count_arrivals(arrivals, new=1, now=begin + number * DAY / per_day)
    return arrivals


def test_rhythm_of_a_feed_is_unknown_during_its_first_day() -> None:
    busy = count_arrivals(STARTED, new=30, now=NOON + DAY / 2)

    assert arrivals_per_day(busy, NOON + DAY / 2) is None


@pytest.mark.parametrize("days", [2, 10, 60])
@pytest.mark.parametrize("per_day", [1, 12])
def test_rhythm_of_a_steady_feed_is_found_after_days_and_after_weeks(
    per_day: int, days: int
) -> None:
    rate = arrivals_per_day(counted(per_day=per_day, days=days), NOON + days * DAY)

    assert rate == pytest.approx(per_day, rel=0.1)


def test_rhythm_halves_a_week_after_a_feed_falls_silent() -> None:
    arrivals = counted(per_day=8, days=60)

    rate = arrivals_per_day(arrivals, NOON + 67 * DAY)

    assert rate == pytest.approx(4, rel=0.1)


def test_count_does_not_change_without_a_new_entry() -> None:
    assert count_arrivals(STARTED, new=0, now=NOON + DAY) == STARTED
