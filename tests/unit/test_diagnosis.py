"""Feeds and receivers that are late or broken."""

from datetime import timedelta
from typing import Any

import pytest

from builders import NOON
from straitwatch.core.diagnosis import (
    Gap,
    ReceiverCondition,
    WatchedFeed,
    broken_receivers,
    diagnose_feeds,
    is_broken,
    is_failing,
    is_late,
    longest_gap,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def watched(name: str = "A", **more: Any) -> WatchedFeed:
    filled: dict[str, Any] = {"last_ok_at": NOON, "last_outcome": "ok", "next_due_at": NOON}
    return WatchedFeed(name=name, **(filled | more))


def gap(begin: float, end: float, feed: str = "A") -> Gap:
    return Gap(feed=feed, since_at=NOON + begin * HOUR, until_at=NOON + end * HOUR)


def condition(**more: Any) -> ReceiverCondition:
    return ReceiverCondition(**({"name": "desk", "waiting": 1} | more))


# ---------------------------------------------------------------- feeds


@pytest.mark.parametrize(("failures", "is_so"), [(0, False), (2, False), (3, True)])
def test_feed_is_broken_after_three_failures(failures: int, is_so: bool) -> None:
    assert is_broken(watched(failures=failures), NOON) is is_so


@pytest.mark.parametrize("last_ok_at", [None, NOON - 25 * HOUR])
def test_feed_that_fails_once_is_broken_without_a_good_poll_for_a_day(last_ok_at: Any) -> None:
    assert is_broken(watched(failures=1, last_ok_at=last_ok_at), NOON)


def test_feed_without_failures_is_not_broken_however_long_it_was_not_polled() -> None:
    assert not is_broken(watched(last_ok_at=NOON - 9 * DAY), NOON)


def test_feed_is_late_ten_minutes_after_its_due_time() -> None:
    feed = watched(next_due_at=NOON)

    assert [is_late(feed, NOON + minutes * MINUTE) for minutes in (10, 11)] == [False, True]


@pytest.mark.parametrize("state", [{"last_ok_at": None}, {"failures": 1}])
def test_feed_is_late_until_it_was_read(state: dict[str, Any]) -> None:
    assert is_late(watched(next_due_at=NOON + HOUR, **state), NOON)


@pytest.mark.parametrize(
    ("outcome", "is_so"),
    [("ok", False), ("not_modified", False), ("unchanged", False), ("truncated", True)],
)
def test_feed_fails_unless_its_document_was_read_or_had_not_changed(
    outcome: str, is_so: bool
) -> None:
    assert is_failing(watched(last_outcome=outcome)) is is_so


def test_diagnosis_counts_each_feed_once() -> None:
    well, late = watched("well", next_due_at=NOON), watched("late", next_due_at=NOON - HOUR)
    broken = watched("broken", failures=3, last_outcome="dns", last_detail="no address")

    diagnosis = diagnose_feeds([well, late, broken], NOON)

    assert (diagnosis.total, diagnosis.current) == (3, 1)
    assert (diagnosis.late, diagnosis.broken) == ((late,), (broken,))
    assert diagnosis.causes == {"broken": "dns no address"}


# ---------------------------------------------------------------- gaps


def longest(*ended: Gap, feeds: tuple[WatchedFeed, ...] = ()) -> Gap | None:
    return longest_gap(ended, feeds, since_at=NOON, until_at=NOON + 10 * HOUR)


def test_longest_gap_is_cut_to_its_window() -> None:
    assert longest(gap(-9, 1), gap(2, 4, "B"), gap(9, 30, "C")) == gap(2, 4, "B")


def test_gap_of_a_failing_feed_lasts_until_the_end_of_the_window() -> None:
    failing = watched("B", failures=1, last_ok_at=NOON + 3 * HOUR)

    assert longest(gap(0, 6), feeds=(failing,)) == gap(3, 10, "B")


def test_window_in_which_every_feed_was_read_has_no_gap() -> None:
    assert longest(gap(-2, 0), feeds=(watched(),)) is None


# ---------------------------------------------------------------- receivers


def test_receiver_that_refuses_messages_is_broken_after_two_minutes() -> None:
    refusing = condition(broken_at=NOON, last_answer="404 no_service")

    assert broken_receivers([refusing], NOON + MINUTE) == {}
    assert broken_receivers([refusing], NOON + 2 * MINUTE) == {
        "desk": "404 no_service; since 23 Nov 12:00 UTC; 1 waiting"
    }


def test_receiver_that_cannot_be_reached_is_broken_after_a_quarter_of_an_hour() -> None:
    silent = condition(retried_since=NOON)

    found = [list(broken_receivers([silent], NOON + minutes * MINUTE)) for minutes in (14, 15)]

    assert found == [[], ["desk"]]


def test_receiver_that_accepts_other_messages_is_not_broken() -> None:
    working = condition(retried_since=NOON, last_ok_at=NOON + 10 * MINUTE)

    assert broken_receivers([working], NOON + 20 * MINUTE) == {}


def test_paused_receiver_is_not_broken() -> None:
    paused = condition(broken_at=NOON, retried_since=NOON, is_paused=True)

    assert broken_receivers([paused], NOON + HOUR) == {}
