"""Digests and quiet hours through whole years of clock changes, with restarts and outages."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from straitwatch.core.model import DigestPlan, QuietHours, Severity
from straitwatch.core.policy import DIGEST_LATE_AFTER
from straitwatch.core.schedule import (
    DigestWindow,
    due_digest,
    held_until,
    local_instant,
)

ZONES = [
    "America/New_York",
    "America/Santiago",  # skips and repeats midnight
    "Asia/Taipei",
    "Europe/London",
    "Australia/Lord_Howe",  # changes by half an hour
    "Africa/Casablanca",  # goes back for Ramadan
]
YEARS = [2024, 2025, 2026]
# Half of them near midnight, where clocks change in one zone or another.
times = st.builds(time, st.integers(0, 3) | st.integers(0, 23), st.integers(0, 59))
year_seeds = st.tuples(st.sampled_from(YEARS), st.integers(0, 2**32))


def run_year(
    plan: DigestPlan, year: int, *, jitter: Random, outages: bool
) -> list[tuple[datetime, DigestWindow]]:
    """Tick through a year as the daemon does; restarts forget all but where the last one ended."""
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    return run(plan, start, end, jitter=jitter, outages=outages)


def run(
    plan: DigestPlan, start: datetime, end: datetime, *, jitter: Random, outages: bool = False
) -> list[tuple[datetime, DigestWindow]]:
    """Tick from one instant to another as the daemon does, in uneven steps."""
    now = last_until = start
    sent = []
    while now < end:
        window = due_digest(plan, last_until=last_until, now=now)
        if window is not None:
            sent.append((now, window))
            last_until = window.until_at
        step = DIGEST_LATE_AFTER * jitter.uniform(0.6, 1)
        if outages and jitter.random() < 0.002:
            step = timedelta(hours=jitter.uniform(1, 100))
        now += step
    return sent


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=1)
@given(at=times, year_seed=year_seeds)
@example(at=time(1, 30), year_seed=(2025, 1))
def test_digest_comes_exactly_once_each_local_day(
    zone: str, at: time, year_seed: tuple[int, int]
) -> None:
    year, seed = year_seed
    plan = DigestPlan(name="morning", at=(at,), timezone=zone)

    sent = run_year(plan, year, jitter=Random(seed), outages=False)

    days = [window.until_at.astimezone(ZoneInfo(zone)).date() for _, window in sent]
    first = days[0]
    assert days == [first + timedelta(days=n) for n in range(len(days))]
    assert len(days) in (364, 365, 366, 367)
    assert not any(window.is_late for _, window in sent)


# Every change of a year: New York's by an hour, Lord Howe's by half of one, Casablanca's at
# Ramadan.
@pytest.mark.parametrize(
    ("zone", "changes_on"),
    [
        ("America/New_York", date(2025, 3, 9)),
        ("America/New_York", date(2025, 11, 2)),
        ("Australia/Lord_Howe", date(2025, 4, 6)),
        ("Australia/Lord_Howe", date(2025, 10, 5)),
        ("Africa/Casablanca", date(2025, 2, 23)),
        ("Africa/Casablanca", date(2025, 4, 6)),
    ],
)
def test_hourly_digest_comes_each_hour_that_the_clock_shows(zone: str, changes_on: date) -> None:
    plan = DigestPlan(name="hourly", at=tuple(map(time, range(24))), timezone=zone)
    change = datetime.combine(changes_on, time(0), tzinfo=UTC)

    sent = run(plan, change - timedelta(days=3), change + timedelta(days=3), jitter=Random(1))

    offsets = {window.until_at.astimezone(ZoneInfo(zone)).utcoffset() for _, window in sent}
    assert len(offsets) == 2
    local = [window.until_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for _, window in sent]
    lengths = {window.until_at - window.since_at for _, window in sent[1:]}
    assert len(local) == len(set(local))
    assert lengths <= {timedelta(hours=1) * n for n in (0.5, 1, 1.5, 2)}
    assert all(one.until_at == other.since_at for (_, one), (_, other) in pairwise(sent))


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=1)
@given(at=times, year_seed=year_seeds)
def test_windows_leave_no_gap_and_do_not_overlap_through_outages(
    zone: str, at: time, year_seed: tuple[int, int]
) -> None:
    year, seed = year_seed
    plan = DigestPlan(name="morning", at=(at,), timezone=zone)

    sent = run_year(plan, year, jitter=Random(seed), outages=True)

    windows = [window for _, window in sent]
    for before, after in pairwise(windows):
        assert after.since_at == before.until_at < after.until_at
    for now, window in sent:
        assert window.until_at <= now
        assert window.is_late == (now - window.until_at > DIGEST_LATE_AFTER)
        assert now - window.until_at < timedelta(hours=25)  # the newest slot, however many passed


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("at", [time(0, 0), time(0, 30), time(1, 30), time(2, 15), time(7, 30)])
def test_local_time_is_the_first_instant_that_shows_it_or_a_later_one(
    zone: str, year: int, at: time
) -> None:
    info = ZoneInfo(zone)
    for number in range(365):
        day = date(year, 1, 1) + timedelta(days=number)

        instant = local_instant(day, at, info)

        assert instant is not None
        shown = instant.astimezone(info)
        just_before = (instant - timedelta(seconds=1)).astimezone(info)
        wanted = datetime.combine(day, at)
        assert shown.date() == day
        assert shown.replace(tzinfo=None) >= wanted > just_before.replace(tzinfo=None)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=30)
@given(
    starts=times,
    ends=times,
    days=st.sets(st.integers(0, 6), min_size=1),
    moment=st.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
def test_held_message_goes_out_at_the_end_of_the_span_and_is_not_held_again(
    zone: str, starts: time, ends: time, days: set[int], moment: datetime
) -> None:
    quiet = QuietHours(
        name="night",
        days=tuple(days),
        starts=starts,
        ends=ends,
        timezone=zone,
        hold=(Severity.NORMAL,),
    )

    until = held_until(Severity.NORMAL, quiet=quiet, now=moment)

    if until is not None:
        assert moment < until
        is_always_quiet = until - moment > timedelta(days=6)
        assert is_always_quiet or held_until(Severity.NORMAL, quiet=quiet, now=until) is None
    assert held_until(Severity.HIGH, quiet=quiet, now=moment) is None


@pytest.mark.parametrize("zone", ZONES)
def test_night_that_crosses_midnight_is_quiet_by_the_local_clock_all_year(zone: str) -> None:
    quiet = QuietHours(
        name="night",
        days=tuple(range(7)),
        starts=time(22, 30),
        ends=time(6, 30),
        timezone=zone,
        hold=(Severity.LOW,),
    )
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    while moment.year == 2025:
        shown = moment.astimezone(ZoneInfo(zone)).time()
        is_night = shown >= quiet.starts or shown < quiet.ends
        assert (held_until(Severity.LOW, quiet=quiet, now=moment) is not None) == is_night
        moment += timedelta(minutes=47)
