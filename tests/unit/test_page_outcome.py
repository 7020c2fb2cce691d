"""The next request for a page, after each result."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import NOON
from builders.pages import make_page_state
from straitwatch.core.model import (
    NO_VALIDATORS,
    Fetched,
    FetchFailed,
    FetchFailure,
    PageOutcome,
    PagePolicy,
    PageState,
    PageTask,
    PageVersion,
)
from straitwatch.core.page_outcome import PageLook, is_confirmed, next_look
from straitwatch.core.policy import HOST_REST, MAX_HOST_REST, MAX_PAGE_FAILURES, PAGE_RETRY_AFTER

LATER = NOON + timedelta(minutes=6)
WATCH = timedelta(hours=72)
READ = PageVersion(titles=("Ships cross the strait",))
GOOD = Fetched(
    url="https://news.example/e1",
    status=200,
    body=b"",
    content_type="text/html",
    validators=NO_VALIDATORS,
    body_hash=b"",
)


def look(now: datetime = LATER, **values: Any) -> PageLook:
    return PageLook(state=make_page_state(**values), policy=PagePolicy(), now=now)


def failure(kind: FetchFailure = FetchFailure.TIMEOUT, **values: Any) -> FetchFailed:
    return FetchFailed(kind=kind, detail="failed", **values)


NOT_FOUND = failure(FetchFailure.HTTP_CLIENT, status=404)


def test_text_that_was_read_needs_no_further_request() -> None:
    after = look(task=PageTask.TEXT).read(GOOD, READ)

    assert (after.outcome, after.due_at, after.version) == (PageOutcome.READ, None, READ)


def test_alerted_page_is_looked_at_in_growing_intervals() -> None:
    times = [next_look(NOON, after=NOON, within=WATCH)]
    while times[-1]:
        times.append(next_look(NOON, after=times[-1], within=WATCH))

    hours = [(at - NOON) / timedelta(hours=1) for at in times if at]
    assert hours == [pytest.approx(1 / 12), 1, 3, 9, 24, 48, 72]


def test_alerted_page_is_looked_at_only_within_the_configured_period() -> None:
    assert next_look(NOON, after=NOON + timedelta(hours=3), within=timedelta(hours=6)) is None


def test_page_that_was_read_is_due_at_the_next_look() -> None:
    assert look().read(GOOD, READ).due_at == NOON + timedelta(hours=1)


def test_page_that_failed_is_tried_an_hour_later() -> None:
    after = look(task=PageTask.TEXT).failed(failure())

    assert (after.due_at, after.failures) == (LATER + PAGE_RETRY_AFTER, 1)


def test_text_that_failed_often_is_given_up() -> None:
    after = look(task=PageTask.TEXT, failures=MAX_PAGE_FAILURES - 1).failed(failure())

    assert (after.due_at, after.outcome) == (None, FetchFailure.TIMEOUT)


def test_page_that_crashed_is_tried_an_hour_later_and_given_up_at_last() -> None:
    first = look(task=PageTask.TEXT).crashed()
    last = look(task=PageTask.TEXT, failures=MAX_PAGE_FAILURES - 1).crashed()

    assert (first.outcome, first.due_at) == (PageOutcome.CRASHED, LATER + PAGE_RETRY_AFTER)
    assert (last.outcome, last.due_at) == (PageOutcome.CRASHED, None)


def test_alerted_page_that_failed_often_waits_for_its_next_look() -> None:
    after = look(failures=MAX_PAGE_FAILURES - 1).failed(failure())

    assert after.due_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("kind", [FetchFailure.BLOCKED, FetchFailure.RATE_LIMITED])
def test_host_that_refuses_a_page_is_left_alone(kind: FetchFailure) -> None:
    assert look().failed(failure(kind)).rest_until == LATER + HOST_REST


def test_host_is_left_alone_as_long_as_it_asks_for_but_not_for_ever() -> None:
    asked = failure(FetchFailure.RATE_LIMITED, retry_after=timedelta(days=30))

    assert look().failed(asked).rest_until == LATER + MAX_HOST_REST


def test_host_that_times_out_is_not_left_alone() -> None:
    assert look().failed(failure()).rest_until is None


def test_page_that_robots_txt_disallows_is_not_requested_again() -> None:
    assert look().useless(PageOutcome.ROBOTS).due_at is None


def test_missing_page_that_was_read_before_is_asked_for_again() -> None:
    after = look(version=READ).failed(NOT_FOUND)

    assert (after.outcome, after.due_at) == (PageOutcome.MISSING, LATER + PAGE_RETRY_AFTER)


def test_missing_page_that_was_never_read_is_given_up() -> None:
    assert look().failed(NOT_FOUND).due_at is None


@pytest.mark.parametrize(
    ("state", "result", "is_expected"),
    [
        ({"version": READ}, NOT_FOUND, False),
        ({"version": READ, "outcome": PageOutcome.MISSING}, NOT_FOUND, True),
        ({"version": READ}, failure(FetchFailure.GONE, status=410), True),
        ({"outcome": PageOutcome.MISSING}, NOT_FOUND, False),
        ({"version": READ, "outcome": PageOutcome.MISSING}, failure(), False),
    ],
)
def test_removal_is_confirmed_by_a_second_404_or_by_410(
    state: dict[str, Any], result: FetchFailed, is_expected: bool
) -> None:
    assert is_confirmed(make_page_state(**state), result) is is_expected


def test_removed_page_is_not_requested_again() -> None:
    after: PageState = look(version=READ).removed("answered 410")

    assert replace(after, fetched_at=None).due_at is None
