"""Which entries of a feed's first documents are news."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import NOON, make_entry
from straitwatch.core.baseline import is_first_fetch_over, silent_entries
from straitwatch.core.model import Entry, FeedProfile, FeedState, ParsedDocument, ParseProblem

HOUR = timedelta(hours=1)
NEVER_READ = FeedState(feed_id="f1")
READ_EMPTY = FeedState(feed_id="f1", last_ok_at=NOON - HOUR)
WATCHED = FeedState(feed_id="f1", last_ok_at=NOON - HOUR, baseline_at=NOON - 9 * HOUR)
WAS_CUT = replace(WATCHED, last_outcome="truncated", last_polled_at=WATCHED.last_ok_at)


def make_read(*dates: datetime | None, first: int = 1, problem=None) -> ParsedDocument:
    entries = (
        make_entry(f"Report {number}", id=f"e{number}", published_at=date)
        for number, date in enumerate(dates, first)
    )
    return ParsedDocument(format="rss20", entries=tuple(entries), problem=problem)


def silent(
    read: ParsedDocument, state: FeedState, *known: str, backfill: timedelta = 6 * HOUR
) -> str:
    found = silent_entries(read, known, state=state, backfill=backfill, now=NOON)
    return " ".join(entry.id for entry in read.entries if entry.id in found)


def test_first_fetch_records_old_entries_silently() -> None:
    read = make_read(None, NOON - 9 * HOUR, NOON - HOUR)

    assert silent(read, NEVER_READ) == "e1 e2"
    assert silent(read, NEVER_READ, backfill=timedelta(0)) == "e1 e2 e3"


@pytest.mark.parametrize(
    ("state", "read", "is_over"),
    [
        (NEVER_READ, make_read(), False),
        (NEVER_READ, make_read(None), True),
        (NEVER_READ, make_read(None, problem=ParseProblem.TRUNCATED), True),
        (READ_EMPTY, make_read(), False),
        (WATCHED, make_read(), True),
    ],
)
def test_first_fetch_ends_with_the_first_entries_whole_or_cut_off(state, read, is_over) -> None:
    assert is_first_fetch_over(state, read) is is_over


def test_archive_after_an_empty_document_alerts_only_on_recent_entries() -> None:
    read = make_read(None, None, NOON - timedelta(minutes=5), NOON - 90 * HOUR)

    assert silent(read, READ_EMPTY) == "e1 e2 e4"
    assert silent(read, READ_EMPTY, backfill=timedelta(0)) == "e1 e2 e4"


def test_few_entries_after_an_empty_document_are_news() -> None:
    assert silent(make_read(None, None, None), READ_EMPTY) == ""


def test_document_that_was_cut_off_before_its_first_entry_was_not_empty() -> None:
    was_cut = replace(READ_EMPTY, last_outcome="truncated", last_polled_at=READ_EMPTY.last_ok_at)

    assert silent(make_read(None, None), was_cut) == "e1 e2"


def test_entries_of_a_watched_feed_are_news_however_many() -> None:
    assert silent(make_read(*[None] * 40), WATCHED, "e40") == ""


def test_formerly_truncated_half_is_silent() -> None:
    read = make_read(*[None] * 9)

    assert silent(read, WAS_CUT, "e2", "e3") == "e4 e5 e6 e7 e8 e9"


def test_entries_before_the_known_ones_are_news_after_a_cut() -> None:
    assert silent(make_read(*[None] * 9), WAS_CUT, "e9") == ""
    assert silent(make_read(*[None] * 9), WAS_CUT) == ""


def test_entries_of_an_outage_before_the_cut_are_news() -> None:
    before_outage = FeedProfile(cut_since_at=NOON - 48 * HOUR)
    was_cut = replace(WAS_CUT, profile=before_outage)
    read = make_read(*[NOON - number * 9 * HOUR for number in range(1, 9)])

    assert silent(read, was_cut, "e1", backfill=timedelta(0)) == "e6 e7 e8"


def test_interrupted_download_does_not_affect_the_previous_document() -> None:
    broke_off = replace(WAS_CUT, last_polled_at=NOON)

    assert silent(make_read(*[None] * 9), broke_off, "e2") == ""


def test_few_entries_behind_the_known_ones_are_news_after_a_cut() -> None:
    assert silent(make_read(*[None] * 5), WAS_CUT, "e2") == ""


def test_silent_entries_are_those_of_the_document_alone() -> None:
    entry: Entry = make_entry(published_at=None)

    assert silent_entries(
        ParsedDocument(format="rss20", entries=(entry,)),
        (),
        state=NEVER_READ,
        backfill=HOUR,
        now=NOON,
    ) == {entry.id}
