"""What a document shows about its feed: counts, dates, and errors instead of news."""

from datetime import timedelta

import pytest

from builders import NOON, make_entry
from straitwatch.core.contents import describe_contents
from straitwatch.core.model import Contents

HOUR = timedelta(hours=1)


def described(*entries: object) -> Contents:
    return describe_contents(entries, fetched_at=NOON)


def dated(hours_ago: float) -> object:
    return make_entry(published_at=NOON - hours_ago * HOUR)


def test_contents_count_entries_and_those_without_a_date() -> None:
    found = described(dated(1), make_entry(published_at=None))

    assert (found.entries, found.undated, found.newest_at) == (2, 1, NOON - HOUR)


def test_date_in_the_future_is_not_the_newest() -> None:
    assert described(dated(-3), dated(5)).newest_at == NOON - 5 * HOUR


def test_longest_gap_ignores_old_pinned_entries() -> None:
    found = described(*map(dated, (1, 2, 9, 10, 11, 12, 5000, 9000)))

    assert found.longest_gap == 7 * HOUR


@pytest.mark.parametrize("entries", [(), (dated(1),)])
def test_gap_needs_two_dates(entries) -> None:
    assert described(*entries).longest_gap is None


@pytest.mark.parametrize(
    "title",
    [
        "Error",
        "Access denied",
        "Feed not found",
        "404 Not Found",
        "The requested feed could not be found",
        "This feed is no longer available",
        "Error 503",
        "Too Many Requests",
        "Invalid API key",
        "错误",
        "找不到頁面",
        "Ошибка 404",
        "Доступ запрещён",
        "エラー",
        "오류",
    ],
)
def test_single_entry_that_reads_like_an_error_is_one(title: str) -> None:
    assert described(make_entry(title)).error == title


@pytest.mark.parametrize(
    "title",
    [
        "Error in missile test kills three sailors off Okinawa",
        "Access to Taiwan Strait denied to survey ship",
        "503 ships cross the strait",
        "Feed prices rise in Taiwan",
        "404 soldiers return from exercise",
        "Forbidden City closes for repairs",
        "Ошибка пилота привела к аварии",
        "错误的判断可能导致冲突",
    ],
)
def test_headline_about_an_error_is_news(title: str) -> None:
    assert described(make_entry(title)).error == ""


def test_error_among_other_entries_is_news() -> None:
    assert described(make_entry("Error"), make_entry("Ships cross")).error == ""
