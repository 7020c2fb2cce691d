"""When a feed is polled again."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, make_feed
from straitwatch.core.intervals import ServerHints, next_poll_at
from straitwatch.core.model import PollPolicy

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
chances = st.floats(0, 1, exclude_max=True)
waits = st.none() | st.timedeltas(timedelta(0), timedelta(days=40))


def poll_wait(**values: Any) -> timedelta:
    filled: dict[str, Any] = {
        "feed": make_feed(),
        "policy": PollPolicy(),
        "failures": 0,
        "now": NOON,
        "jitter": 0.5,
    }
    hints = {name: values.pop(name) for name in ("max_age", "retry_after") if name in values}
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
