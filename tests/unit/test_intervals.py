"""When a feed is polled again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, make_feed
from straitwatch.core.arrivals import poll_weight
from straitwatch.core.intervals import (
    NO_DEMAND,
    Demand,
    ServerHints,
    balance_weights,
    choose_interval,
    hints_of,
    longest_interval,
    next_poll_at,
    observe_turnover,
    with_hints,
)
from straitwatch.core.model import (
    Arrivals,
    DocumentHints,
    FeedProfile,
    FeedState,
    IntervalReason,
    PollInterval,
    PollPolicy,
    Turnover,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
chances = st.floats(0, 1, exclude_max=True)
waits = st.none() | st.timedeltas(timedelta(0), timedelta(days=40))


def poll_wait(**values: Any) -> timedelta:
    feed = values.pop("feed", make_feed())
    state, policy = FeedState(feed_id=feed.id), PollPolicy()
    filled: dict[str, Any] = {
        "interval": choose_interval(feed, state, policy, demand=NO_DEMAND, now=NOON),
        "policy": policy,
        "failures": 0,
        "now": NOON,
        "jitter": 0.5,
    }
    names = ("max_age", "retry_after", "document")
    hints = {name: values.pop(name) for name in names if name in values}
    return next_poll_at(hints=ServerHints(**hints), **(filled | values)) - NOON


def test_feed_is_polled_at_the_interval_of_the_policy() -> None:
    assert poll_wait() == 15 * MINUTE


def test_chance_spreads_polls_by_a_tenth_both_ways() -> None:
    assert poll_wait(jitter=0.0) == 13.5 * MINUTE
    assert poll_wait(jitter=1.0) == 16.5 * MINUTE


def test_feed_may_have_an_interval_of_its_own() -> None:
    assert poll_wait(feed=make_feed(interval=3 * MINUTE)) == 3 * MINUTE


def test_fresh_answer_is_not_asked_for_again_before_its_time() -> None:
    assert poll_wait(max_age=40 * MINUTE, jitter=0.0) == 40 * MINUTE


def test_freshness_postpones_a_poll_by_an_hour_at_most() -> None:
    assert poll_wait(max_age=30 * HOUR) == HOUR


def test_interval_that_a_person_set_is_not_stretched_by_the_server() -> None:
    feed = make_feed(interval=3 * MINUTE)

    assert poll_wait(feed=feed, max_age=40 * MINUTE) == 3 * MINUTE


def test_failures_double_the_wait_up_to_the_longest_interval() -> None:
    hours = [poll_wait(failures=n) / HOUR for n in range(8)]

    assert hours == [0.25, 0.25, 0.5, 1, 2, 4, 6, 6]


def test_failures_never_shorten_a_long_interval() -> None:
    assert poll_wait(feed=make_feed(interval=12 * HOUR), failures=9) == 12 * HOUR


def test_wish_to_be_left_alone_is_never_undercut() -> None:
    assert poll_wait(retry_after=2 * HOUR, jitter=0.0) == 2 * HOUR
    assert poll_wait(retry_after=2 * HOUR, feed=make_feed(interval=MINUTE), jitter=0.0) == 2 * HOUR


def test_wish_to_be_left_alone_for_ever_lasts_a_day() -> None:
    assert poll_wait(retry_after=timedelta(days=365), jitter=0.0) == timedelta(days=1)


@given(failures=st.integers(0, 10_000), jitter=chances, max_age=waits, retry_after=waits)
def test_feed_is_never_dropped(
    failures: int, jitter: float, max_age: timedelta | None, retry_after: timedelta | None
) -> None:
    wait = poll_wait(failures=failures, jitter=jitter, max_age=max_age, retry_after=retry_after)

    assert 13 * MINUTE < wait < 27 * HOUR
    assert wait >= min(retry_after or timedelta(0), timedelta(days=1))


# ---------------------------------------------------------------- adaptive intervals

POLICY = PollPolicy()
DAY = timedelta(days=1)
LONG_AGO = NOON - 90 * DAY
REFERENCE = 1.0  # the weight of a feed with 20 entries a day of which the usual share matches
rates = st.floats(0, 5_000)


def known_state(
    per_day: float, *, matched_share: float = 0.05, turnover: Turnover | None = None, **values: Any
) -> FeedState:
    """A feed that has been observed for months and has this rhythm now."""
    entries = per_day * 7 / 0.6931471805599453
    arrivals = Arrivals(
        entries=entries, matched=entries * matched_share, since_at=LONG_AGO, counted_at=NOON
    )
    profile = FeedProfile(arrivals=arrivals, turnover=turnover or Turnover())
    return FeedState(feed_id="f", profile=profile, **({"baseline_at": LONG_AGO} | values))


def interval_of(state: FeedState, **values: Any) -> PollInterval:
    demand = Demand(reference=values.pop("reference", REFERENCE), **values)
    return choose_interval(make_feed(), state, POLICY, demand=demand, now=NOON)


def test_feed_with_the_reference_weight_has_the_usual_interval() -> None:
    chosen = interval_of(known_state(20))

    assert chosen.length / POLICY.interval == pytest.approx(1, rel=0.01)
    assert chosen.reason is IntervalReason.ADAPTED


def test_four_times_the_entries_halve_the_interval() -> None:
    slow, fast = interval_of(known_state(10)), interval_of(known_state(40))

    assert slow.length / fast.length == pytest.approx(2, rel=0.02)


def test_feed_whose_entries_match_is_polled_more_often() -> None:
    matching = interval_of(known_state(20, matched_share=0.5))
    other = interval_of(known_state(20, matched_share=0.0))

    assert matching.length < POLICY.interval < other.length


def test_new_feed_is_polled_at_the_usual_interval_until_its_rhythm_is_known() -> None:
    chosen = interval_of(FeedState(feed_id="f", baseline_at=NOON))

    assert chosen == PollInterval(length=POLICY.interval, reason=IntervalReason.NEW)


def test_feed_is_not_slowed_down_on_its_first_day() -> None:
    young = known_state(0.1, baseline_at=NOON - DAY / 2)

    assert interval_of(young).length == POLICY.interval


def test_busy_feed_is_sped_up_on_its_first_day() -> None:
    young = known_state(300, baseline_at=NOON - DAY / 2)

    assert interval_of(young).length < POLICY.interval


def test_interval_that_a_person_set_is_kept_whatever_happens() -> None:
    feed, demand = make_feed(interval=HOUR), Demand(reference=REFERENCE, is_breaking=True)

    chosen = choose_interval(feed, known_state(900), POLICY, demand=demand, now=NOON)

    assert chosen == PollInterval(length=HOUR, reason=IntervalReason.FIXED)


def test_feed_that_carries_an_urgent_story_is_polled_at_the_shortest_interval() -> None:
    chosen = interval_of(known_state(1), is_breaking=True)

    assert chosen == PollInterval(length=POLICY.min_interval, reason=IntervalReason.BREAKING)


def test_urgent_story_does_not_outvote_the_server() -> None:
    chosen = interval_of(known_state(1), is_breaking=True)

    asked = with_hints(chosen, ServerHints(max_age=10 * MINUTE))

    assert asked == PollInterval(length=10 * MINUTE, reason=IntervalReason.PUBLISHER)


def test_urgent_story_outweighs_the_words_of_the_document() -> None:
    wishes = FeedProfile(hints=DocumentHints(every=HOUR))
    urgent = interval_of(known_state(1), is_breaking=True)
    usual = PollInterval(length=15 * MINUTE, reason=IntervalReason.ADAPTED)

    assert with_hints(urgent, hints_of(urgent, wishes, max_age=None)) == urgent
    assert with_hints(usual, hints_of(usual, wishes, max_age=None)).length == 30 * MINUTE


@pytest.mark.parametrize(
    ("every", "wait"), [(20 * MINUTE, 20 * MINUTE), (5 * MINUTE, 15 * MINUTE), (HOUR, 30 * MINUTE)]
)
def test_interval_of_the_document_lengthens_the_wait_up_to_half_an_hour(
    every: timedelta, wait: timedelta
) -> None:
    assert poll_wait(document=DocumentHints(every=every)) == wait


def test_interval_that_a_person_chose_outweighs_the_words_of_the_document() -> None:
    wishes = DocumentHints(every=HOUR, skip_hours=(12, 13))

    assert poll_wait(document=wishes, feed=make_feed(interval=5 * MINUTE)) == 5 * MINUTE


@pytest.mark.parametrize(
    ("hours", "wait"),
    [
        ((12,), HOUR),  # from noon to one; at most an hour
        ((13,), 15 * MINUTE),
        ((12, 13, 14), HOUR),
        ((), 15 * MINUTE),
    ],
)
def test_skipped_hours_postpone_a_poll_up_to_an_hour(
    hours: tuple[int, ...], wait: timedelta
) -> None:
    assert poll_wait(document=DocumentHints(skip_hours=hours)) == wait


def test_poll_at_the_end_of_skipped_hours_is_spread() -> None:
    wishes = DocumentHints(skip_hours=(12,))

    waits = {
        poll_wait(document=wishes, now=NOON + 30 * MINUTE, jitter=jitter) for jitter in (0.0, 0.5)
    }

    assert waits == {30 * MINUTE + 30 * MINUTE, 30 * MINUTE + 32.5 * MINUTE}


def test_skipped_day_postpones_a_poll_up_to_an_hour() -> None:
    assert poll_wait(document=DocumentHints(skip_days=(NOON.weekday(),))) == HOUR


def test_short_document_is_read_again_before_a_third_of_it_is_gone() -> None:
    state = known_state(240, matched_share=0.0, turnover=Turnover(entries=5))

    chosen = interval_of(state, reference=10.0)

    assert chosen.reason is IntervalReason.DOCUMENT
    assert chosen.length / (20 * MINUTE) == pytest.approx(1, rel=0.01)  # 5 entries in 30 minutes


turnovers = st.builds(
    Turnover,
    entries=st.integers(0, 200),
    fastest=st.none() | st.timedeltas(timedelta(0), 9 * DAY),
    seen_at=st.just(NOON - DAY),
)


@given(
    per_day=rates,
    share=st.floats(0, 1),
    turnover=turnovers,
    reference=st.floats(0.001, 100),
    is_breaking=st.booleans(),
)
def test_adaptive_interval_stays_within_its_bounds(
    per_day: float, share: float, turnover: Turnover, reference: float, is_breaking: bool
) -> None:
    state = known_state(per_day, matched_share=share, turnover=turnover)

    chosen = interval_of(state, reference=reference, is_breaking=is_breaking)

    assert POLICY.min_interval <= chosen.length <= longest_interval(POLICY)


@given(slow=rates, fast=rates, share=st.floats(0, 1), reference=st.floats(0.001, 100))
def test_faster_feed_is_never_polled_less_often(
    slow: float, fast: float, share: float, reference: float
) -> None:
    slow, fast = sorted((slow, fast))
    states = [known_state(rate, matched_share=share) for rate in (slow, fast)]
    rare, often = (interval_of(state, reference=reference).length for state in states)

    assert often <= rare


@given(st.lists(st.floats(0.001, 50), min_size=1, max_size=40))
def test_balanced_feeds_need_as_many_polls_as_with_one_interval(weights: list[float]) -> None:
    reference = balance_weights(weights, POLICY)

    assert reference is not None
    intervals = [
        min(max(POLICY.interval * (reference / weight), POLICY.min_interval), 4 * POLICY.interval)
        for weight in weights
    ]
    polls = sum(POLICY.interval / interval for interval in intervals)
    assert polls == pytest.approx(len(weights), rel=0.01)


def test_feeds_keep_one_interval_if_none_may_be_polled_more_often() -> None:
    policy = replace(POLICY, min_interval=POLICY.interval)
    states = [known_state(per_day) for per_day in (0.1, 300)]
    weights = [poll_weight(state.profile.arrivals, NOON) or 0 for state in states]
    demand = Demand(reference=balance_weights(weights, policy))

    chosen = [
        choose_interval(make_feed(), state, policy, demand=demand, now=NOON) for state in states
    ]

    assert [interval.length / POLICY.interval for interval in chosen] == pytest.approx([1, 1])


def test_feeds_without_entries_have_no_reference_weight() -> None:
    assert balance_weights([0.0, 0.0], POLICY) is None


# ---------------------------------------------------------------- turnover


def turnover_after(new: int, *, before: Turnover | None = None, entries: int = 30) -> Turnover:
    return observe_turnover(
        before or Turnover(), entries=entries, new=new, elapsed=15 * MINUTE, now=NOON
    )


def test_document_that_hardly_changed_shows_no_turnover() -> None:
    assert turnover_after(8) == Turnover(entries=30)


def test_half_a_new_document_is_replaced_in_twice_the_time() -> None:
    assert turnover_after(15).fastest == 30 * MINUTE


def test_document_without_a_known_entry_halves_the_interval() -> None:
    state = known_state(0.1, turnover=turnover_after(30))

    assert interval_of(state) == PollInterval(length=7.5 * MINUTE, reason=IntervalReason.DOCUMENT)


def test_two_entries_show_no_turnover() -> None:
    assert turnover_after(2, entries=2).fastest is None


def test_busy_hour_of_a_feed_is_forgotten_within_days() -> None:
    turnover = replace(turnover_after(30), seen_at=NOON - 5 * DAY)

    assert interval_of(known_state(0.1, turnover=turnover)).reason is IntervalReason.ADAPTED
