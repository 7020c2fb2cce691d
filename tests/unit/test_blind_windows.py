"""The spans in which entries may have been missed."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from builders import NOON, make_entry
from straitwatch.core.blind_windows import (
    describe_missing,
    describe_windows,
    find_stop,
    is_overrun,
    windows_to_tell,
)
from straitwatch.core.model import BlindCause, BlindWindow, Entry, FeedWindow

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = f"{NOON:%d %b}"


def window(feed: str = "Wire", *, hours: int = 1, **values: Any) -> FeedWindow:
    cause = BlindCause.OVERRUN if feed else BlindCause.STOPPED
    span = BlindWindow(cause=cause, since_at=NOON - hours * HOUR, until_at=NOON, **values)
    return FeedWindow(feed=feed, window=span)


def test_stop_lasts_from_the_last_poll_to_the_start() -> None:
    stop = find_stop(last_polled_at=NOON - 5 * HOUR, due_at=NOON - 4 * HOUR, now=NOON)

    assert stop == BlindWindow(cause=BlindCause.STOPPED, since_at=NOON - 5 * HOUR, until_at=NOON)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (20 * MINUTE, 5 * MINUTE),  # a restart
        (5 * HOUR, 5 * MINUTE),  # no feed was due in between
        (5 * MINUTE, 5 * HOUR),  # another replica polls; one feed waits for its host
    ],
)
def test_restart_without_a_missed_poll_is_no_stop(last: timedelta, due: timedelta) -> None:
    assert find_stop(last_polled_at=NOON - last, due_at=NOON - due, now=NOON) is None


def test_first_start_is_no_stop() -> None:
    assert find_stop(last_polled_at=None, due_at=None, now=NOON) is None


def test_stop_and_missing_entries_are_a_sentence_each() -> None:
    assert describe_windows([window(""), window("Wire"), window("Post", hours=2)]) == (
        f"Straitwatch was not running {DAY} 11:00 to 12:00",
        f"entries may be missing: Wire ({DAY} 11:00 to 12:00), Post ({DAY} 10:00 to 12:00)",
    )


def test_missing_entries_of_many_feeds_are_counted() -> None:
    (sentence,) = describe_windows([window(f"Wire {number}") for number in range(8)])

    assert sentence.endswith(" and 3 more")


def test_times_are_those_of_the_desk() -> None:
    (sentence,) = describe_windows([window("")], ZoneInfo("Asia/Taipei"))

    assert sentence.endswith("19:00 to 20:00")


def test_filled_window_is_not_told() -> None:
    assert windows_to_tell([window(filled_at=NOON)]) == []


def test_missing_entries_of_a_feed_come_with_those_that_were_found() -> None:
    assert describe_missing(window(found=7).window) == (
        f"entries of {DAY} 11:00 to 12:00 may be missing; back-fill found 7 entries"
    )


# ---------------------------------------------------------------- known entries of a document


def document(*, is_dated: bool = True) -> list[Entry]:
    """Twenty entries, the newest first."""
    return [
        make_entry(id=f"e{number}", published_at=NOON - number * HOUR if is_dated else None)
        for number in range(20)
    ]


def new_except(entries: list[Entry], *known: str) -> set[str]:
    return {entry.id for entry in entries} - set(known)


@pytest.mark.parametrize("is_dated", [True, False])
@pytest.mark.parametrize(("known", "is_missed"), [("e19", False), ("e14", False), ("e0", True)])
def test_known_entry_shows_that_none_is_missing_if_it_is_among_the_oldest(
    known: str, is_missed: bool, is_dated: bool
) -> None:
    entries = document(is_dated=is_dated)

    assert is_overrun(entries, new_except(entries, known)) is is_missed


def test_pinned_entry_leaves_a_window() -> None:
    pinned = make_entry(id="pinned", published_at=NOON - 900 * HOUR)
    entries = [pinned, *document()]

    assert is_overrun(entries, new_except(entries, "pinned"))


def test_document_with_the_newest_entry_last_begins_with_the_oldest() -> None:
    entries = document()[::-1]

    assert is_overrun(entries, new_except(entries, "e0"))
    assert not is_overrun(entries, new_except(entries, "e19"))


def test_old_entry_that_follows_a_deleted_one_in_a_short_document_leaves_no_window() -> None:
    entries = document()[:4]

    assert not is_overrun(entries, {"e3"})
