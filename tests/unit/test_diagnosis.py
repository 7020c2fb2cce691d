"""Feeds that are late or broken."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import NOON
from straitwatch.core.diagnosis import (
    Gap,
    WatchedFeed,
    as_polled,
    condition_of,
    count_failing,
    diagnose_feeds,
    is_cut_off,
    is_failing,
    longest_gap,
    outage_hint,
    overdue_feeds,
)
from straitwatch.core.model import Condition, FeedHealth, FeedProfile, FeedState

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def watched(name: str = "A", condition: Condition = Condition.OK, **more: Any) -> WatchedFeed:
    polled = {"last_polled_at": NOON, "last_ok_at": NOON, "last_outcome": "ok"}
    filled = polled | {"next_due_at": NOON, "profile": profile_of(condition)}
    return WatchedFeed(name=name, state=FeedState(feed_id=name, **(filled | more)))


def profile_of(condition: Condition) -> FeedProfile:
    return FeedProfile(health=FeedHealth(condition=condition))


def found(now: datetime = NOON, **state: Any) -> Condition:
    return condition_of(watched(**state).state, now)


def gap(begin: float, end: float, feed: str = "A") -> Gap:
    return Gap(feed=feed, since_at=NOON + begin * HOUR, until_at=NOON + end * HOUR)


@pytest.mark.parametrize(
    ("failures", "expected"), [(0, Condition.OK), (2, Condition.LATE), (3, Condition.FAILING)]
)
def test_feed_is_failing_after_three_failures(failures: int, expected: Condition) -> None:
    assert found(failures=failures) is expected


@pytest.mark.parametrize("last_ok_at", [None, NOON - 25 * HOUR])
def test_feed_that_fails_once_is_failing_without_a_good_poll_for_a_day(last_ok_at: Any) -> None:
    assert found(failures=1, last_ok_at=last_ok_at) is Condition.FAILING


def test_feed_without_failures_is_not_failing_however_long_it_was_not_polled() -> None:
    assert found(last_ok_at=NOON - 9 * DAY) is Condition.OK


def test_feed_is_late_ten_minutes_after_its_due_time() -> None:
    later = [found(NOON + minutes * MINUTE) for minutes in (10, 11)]

    assert later == [Condition.OK, Condition.LATE]


def test_feed_that_was_never_polled_is_new() -> None:
    assert found(last_polled_at=None, last_ok_at=None) is Condition.NEW


def test_feed_keeps_the_condition_of_its_last_poll() -> None:
    assert found(condition=Condition.UNDATED) is Condition.UNDATED
    assert found(condition=Condition.FROZEN, failures=1) is Condition.FROZEN


def test_late_feed_shows_the_condition_of_its_last_poll_to_notices() -> None:
    diagnosis = diagnose_feeds([watched(condition=Condition.UNDATED, failures=1)], NOON)

    assert [feed.condition for feed in diagnosis.problems] == [Condition.LATE]
    assert as_polled(diagnosis.problems[0]).condition is Condition.UNDATED


@pytest.mark.parametrize(
    ("feeds", "failed", "words"),
    [
        (1, 1, "the only feed is failing"),
        (3, 1, "1 of 3 feeds is failing"),
        (3, 2, "2 of 3 feeds are failing"),
        (3, 3, "all 3 feeds are failing"),
    ],
)
def test_failing_feeds_are_counted_in_words(feeds: int, failed: int, words: str) -> None:
    assert count_failing(feeds=feeds, failed=failed) == words


@pytest.mark.parametrize(
    ("feeds", "failed", "is_so"),
    [(1, 1, False), (2, 2, True), (3, 2, False), (87, 79, True), (87, 78, False)],
)
def test_machine_is_cut_off_if_nearly_all_of_several_feeds_fail(
    feeds: int, failed: int, is_so: bool
) -> None:
    assert is_cut_off(feeds=feeds, failed=failed) is is_so


@pytest.mark.parametrize(
    ("outcome", "is_so"),
    [("ok", False), ("not_modified", False), ("unchanged", False), ("truncated", True)],
)
def test_feed_fails_unless_its_document_was_read_or_had_not_changed(
    outcome: str, is_so: bool
) -> None:
    assert is_failing(watched(last_outcome=outcome)) is is_so


def test_diagnosis_counts_each_feed_once_and_puts_the_worst_first() -> None:
    well, late = watched("well", next_due_at=NOON), watched("late", next_due_at=NOON - HOUR)
    broken, frozen = watched("broken", failures=3), watched("frozen", Condition.FROZEN)

    diagnosis = diagnose_feeds([well, late, frozen, broken], NOON)

    assert (diagnosis.total, diagnosis.current) == (4, 1)
    assert [feed.name for feed in diagnosis.feeds] == ["broken", "frozen", "late", "well"]
    assert [feed.name for feed in diagnosis.broken] == ["broken", "frozen"]
    assert [feed.name for feed in diagnosis.failed] == ["broken"]
    assert [feed.name for feed in diagnosis.late] == ["late"]


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


def overdue(*feeds: WatchedFeed, paused: tuple[str, ...] = ()) -> list[str]:
    return [feed.name for feed in overdue_feeds(feeds, paused, NOON + 11 * MINUTE)]


def feed_at(url: str, **state: Any) -> WatchedFeed:
    return replace(watched(**state), name=url, url=url)


def test_feed_is_overdue_ten_minutes_after_its_poll_was_due() -> None:
    early = feed_at("https://a.example/1", next_due_at=NOON + 2 * MINUTE)
    late = feed_at("https://a.example/2", next_due_at=NOON)

    assert overdue(early, late) == [late.url]


def test_feed_of_a_paused_host_is_not_overdue() -> None:
    assert overdue(feed_at("https://a.example/1"), paused=("a.example",)) == []


def test_feed_of_a_host_that_does_not_answer_is_not_overdue() -> None:
    silent = feed_at("https://a.example/1", last_outcome="timeout")
    waiting, other = feed_at("https://a.example/2"), feed_at("https://b.example/")

    assert overdue(silent, waiting, other) == [other.url]


def test_feed_of_a_host_that_does_not_answer_is_overdue_after_an_hour() -> None:
    silent = feed_at("https://a.example/1", last_outcome="timeout", next_due_at=NOON)
    waiting = feed_at("https://a.example/2", next_due_at=NOON - HOUR)

    assert overdue(silent, waiting) == [waiting.url]


def test_feeds_at_private_addresses_are_no_sign_of_a_missing_network() -> None:
    assert "allow_private_addresses" in outage_hint(["forbidden_address", "forbidden_address"])
    assert "allow_private_addresses" not in outage_hint(["dns", "dns", "forbidden_address"])
    assert outage_hint(["dns", "timeout"]).startswith("check this machine's network")
