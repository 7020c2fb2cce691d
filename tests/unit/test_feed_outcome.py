"""How a poll leaves its feed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOON, make_entry, make_feed, seen_feed_state
from straitwatch.core.arrivals import arrivals_per_day
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.intervals import Demand
from straitwatch.core.model import (
    BlindCause,
    BlindWindow,
    Condition,
    Contents,
    FeedProfile,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    IntervalReason,
    NotModified,
    ParsedDocument,
    ParseProblem,
    PollInterval,
    PollPolicy,
    Validators,
)

DAY = timedelta(days=1)
FEED = make_feed()
FETCHED = Fetched(
    url=FEED.url,
    status=200,
    body=b"",
    content_type="application/rss+xml",
    validators=Validators(etag="one"),
    body_hash=b"one",
)


def outcome_of(state: FeedState) -> FeedOutcome:
    return FeedOutcome(feed=FEED, state=state, policy=PollPolicy(), now=NOON, jitter=0.5)


CUT_OFF = ParsedDocument(
    format="rss20", entries=(make_entry(),), problem=ParseProblem.TRUNCATED, detail="it ends early"
)


def first_fetch(read: ParsedDocument) -> FeedState:
    return outcome_of(FeedState(feed_id=FEED.id)).parsed(
        FETCHED, read, new=[entry.id for entry in read.entries]
    )


def test_empty_first_document_is_not_a_baseline() -> None:
    assert first_fetch(ParsedDocument(format="rss20")).baseline_at is None


def test_half_a_document_is_a_baseline_too() -> None:
    assert first_fetch(CUT_OFF).baseline_at == NOON


def test_documents_that_are_cut_off_are_counted_until_one_is_whole() -> None:
    state, counts = seen_feed_state(FEED), []
    for read in (CUT_OFF, CUT_OFF, CUT_OFF, replace(CUT_OFF, problem=None)):
        state = outcome_of(state).parsed(FETCHED, read, new=[])
        counts.append(state.failures)

    assert counts == [1, 2, 3, 0]


def test_failure_after_documents_that_were_cut_off_is_the_first() -> None:
    state = replace(
        seen_feed_state(FEED),
        failures=40,
        last_outcome="truncated",
        last_ok_at=NOON,
        last_polled_at=NOON,
    )

    assert outcome_of(state).broken(ValueError("odd")).failures == 1


@pytest.mark.parametrize("has_new", [True, False])
def test_feed_remembers_when_an_entry_last_arrived(has_new: bool) -> None:
    before = NOON - timedelta(days=3)
    outcome = outcome_of(replace(seen_feed_state(FEED), last_new_at=before))

    after = outcome.parsed(FETCHED, ParsedDocument(format="rss20"), new=["n1"] * has_new)

    assert after.last_new_at == (NOON if has_new else before)


def test_poll_that_breaks_inside_shows_at_its_feed_and_slows_it_down() -> None:
    outcome = outcome_of(seen_feed_state(FEED))

    after = outcome.broken(ValueError("odd"))

    assert (after.failures, after.last_outcome) == (1, "error")
    assert after.last_detail == "ValueError: odd"
    assert after.next_due_at is not None
    assert after.next_due_at > NOON


@pytest.mark.parametrize(
    ("silent_for", "is_gap"), [(timedelta(minutes=45), False), (timedelta(minutes=46), True)]
)
def test_poll_after_three_missed_ones_reports_the_gap(silent_for, is_gap) -> None:
    last = NOON - silent_for
    outcome = outcome_of(replace(seen_feed_state(FEED), last_ok_at=last))

    after = outcome.unchanged("not_modified", NotModified(validators=Validators()))

    outage = BlindWindow(cause=BlindCause.OUTAGE, since_at=last, until_at=NOON, filled_at=NOON)
    assert after.blind == (outage if is_gap else None)


def test_new_entries_are_counted_as_arrivals_after_the_first_fetch() -> None:
    undated = make_entry(published_at=None)
    first = first_fetch(ParsedDocument(format="rss20", entries=(undated,)))
    later = outcome_of(first).parsed(
        FETCHED, ParsedDocument(format="rss20"), new=["n1", "n2", "n3"]
    )

    assert [state.profile.arrivals.entries for state in (first, later)] == [0, 3]


def test_dates_of_a_first_document_show_the_rhythm_of_its_feed() -> None:
    dates = [NOON - number * timedelta(hours=6) for number in range(41)]
    archive = tuple(make_entry(guid=f"{date}", published_at=date) for date in dates)

    state = first_fetch(ParsedDocument(format="rss20", entries=archive))

    assert arrivals_per_day(state.profile.arrivals, NOON) == pytest.approx(4, rel=0.1)


def test_feed_with_an_archive_of_dates_is_polled_at_the_usual_interval_at_first() -> None:
    old = make_entry(published_at=NOON - timedelta(days=300))

    state = first_fetch(ParsedDocument(format="rss20", entries=(old,)))

    assert state.profile.interval == PollInterval(
        length=PollPolicy().interval, reason=IntervalReason.NEW
    )


def test_feed_that_slowed_down_has_no_gap_at_its_own_interval() -> None:
    slow = PollInterval(length=timedelta(hours=1), reason=IntervalReason.ADAPTED)
    state = replace(
        seen_feed_state(FEED),
        last_ok_at=NOON - timedelta(hours=2),
        profile=FeedProfile(interval=slow),
    )

    after = outcome_of(state).unchanged("not_modified", NotModified(validators=Validators()))

    assert after.blind is None


def test_unchanged_poll_keeps_the_contents_of_the_last_document() -> None:
    contents = Contents(entries=3, newest_at=NOON)
    read = ParsedDocument(format="rss20", entries=(make_entry(),), contents=contents)
    before = outcome_of(seen_feed_state(FEED)).parsed(FETCHED, read, new=[])

    after = outcome_of(before).unchanged("not_modified", NotModified(validators=Validators()))

    assert (after.profile.health.recent, after.profile.health.contents) == ("..", contents)


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        (FetchFailure.BLOCKED, Condition.BLOCKED),
        (FetchFailure.GONE, Condition.GONE),
        (FetchFailure.TOO_LARGE, Condition.TOO_LARGE),
        (FetchFailure.TRUNCATED, Condition.CUT_OFF),
        (FetchFailure.TIMEOUT, Condition.FAILING),
    ],
)
def test_feed_whose_fetch_fails_three_times_has_the_condition_of_its_failure(
    kind: FetchFailure, condition: Condition
) -> None:
    state = replace(seen_feed_state(FEED), last_ok_at=NOON - timedelta(hours=1))
    for _ in range(3):
        state = outcome_of(state).failed(FetchFailed(kind=kind, detail="answered"))

    assert state.profile.health.condition is condition


def test_feed_is_gone_a_day_after_its_first_410_whatever_failed_before() -> None:
    gone = FetchFailed(kind=FetchFailure.GONE, detail="answered 410 Gone", status=410)
    timeout = FetchFailed(kind=FetchFailure.TIMEOUT, detail="no complete response within 30 s")
    state, waits = replace(seen_feed_state(FEED), last_ok_at=NOON), []
    for hours, answer in ((1, timeout), (40, gone), (46, gone), (52, gone), (64, gone)):
        now = NOON + timedelta(hours=hours)
        state = replace(outcome_of(state), now=now).failed(answer)
        assert state.next_due_at is not None
        waits.append(state.next_due_at - now > DAY)

    assert waits == [False, False, False, False, True]


def test_slow_answers_are_remembered() -> None:
    slow = NotModified(validators=Validators(), seconds=11.0)

    after = outcome_of(seen_feed_state(FEED)).unchanged("not_modified", slow)

    assert after.profile.health.recent == "s"


def test_pause_before_a_new_entry_ends_with_the_last_poll_before_an_outage() -> None:
    seen = replace(seen_feed_state(FEED), last_new_at=NOON - 9 * DAY, last_ok_at=NOON - 7 * DAY)

    after = outcome_of(seen).parsed(FETCHED, ParsedDocument(format="rss20"), new=["n1"])

    assert after.profile.health.quiet_for == 2 * DAY


# ---------------------------------------------------------------- blind windows

HOUR = timedelta(hours=1)
THREE = ParsedDocument(
    format="rss20", entries=tuple(make_entry(id=f"n{number}") for number in range(3))
)


def window_after(*, last: timedelta, new: int, stop: BlindWindow | None = None) -> Any:
    """The blind window after a document of three entries, some time after the last poll."""
    outcome = outcome_of(replace(seen_feed_state(FEED), last_ok_at=NOON - last))
    outcome = replace(outcome, demand=Demand(stop=stop))
    return outcome.parsed(FETCHED, THREE, new=[f"n{number}" for number in range(new)]).blind


def test_document_without_a_known_entry_leaves_a_window_in_which_some_may_be_missing() -> None:
    assert window_after(last=HOUR / 4, new=3) == BlindWindow(
        cause=BlindCause.OVERRUN, since_at=NOON - HOUR / 4, until_at=NOON
    )


def test_document_with_a_known_entry_leaves_no_window() -> None:
    assert window_after(last=HOUR / 4, new=2) is None


@pytest.mark.parametrize(("new", "filled_at"), [(2, NOON), (3, None)])
def test_known_entry_after_an_outage_shows_that_nothing_is_missing(new, filled_at) -> None:
    assert window_after(last=5 * HOUR, new=new) == BlindWindow(
        cause=BlindCause.OUTAGE, since_at=NOON - 5 * HOUR, until_at=NOON, filled_at=filled_at
    )


STOP = BlindWindow(cause=BlindCause.STOPPED, since_at=NOON - 5 * HOUR, until_at=NOON - HOUR / 10)


def test_stop_of_straitwatch_is_no_outage_of_a_feed() -> None:
    assert window_after(last=5 * HOUR, new=2, stop=STOP) is None


def test_stop_of_straitwatch_is_recorded_for_a_feed_that_may_lack_entries() -> None:
    assert window_after(last=5 * HOUR, new=3, stop=STOP) == BlindWindow(
        cause=BlindCause.STOPPED, since_at=NOON - 5 * HOUR, until_at=NOON
    )


def test_feed_that_failed_before_the_stop_has_an_outage() -> None:
    assert window_after(last=9 * HOUR, new=2, stop=STOP).cause is BlindCause.OUTAGE


def test_document_that_is_cut_off_leaves_the_window_to_the_next_whole_one() -> None:
    state = replace(seen_feed_state(FEED), last_ok_at=NOON - 2 * DAY)

    cut = outcome_of(state).parsed(FETCHED, CUT_OFF, new=["n0"])
    outcome = replace(outcome_of(cut), now=NOON + HOUR / 4)
    whole = outcome.parsed(FETCHED, THREE, new=["n0", "n1", "n2"])

    assert cut.blind is None
    assert whole.blind == BlindWindow(
        cause=BlindCause.OUTAGE, since_at=NOON - 2 * DAY, until_at=NOON + HOUR / 4
    )
    assert whole.last_whole_at == NOON + HOUR / 4


def test_unchanged_document_after_one_that_was_cut_off_is_whole() -> None:
    cut = outcome_of(seen_feed_state(FEED)).parsed(FETCHED, CUT_OFF, new=["n0"])

    after = outcome_of(cut).unchanged("unchanged", FETCHED)

    assert after.last_whole_at == NOON


def test_first_document_of_a_feed_leaves_no_window() -> None:
    assert first_fetch(THREE).blind is None
