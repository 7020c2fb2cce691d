"""Which due feeds may be fetched now, and which fetches give way."""

from datetime import timedelta
from typing import Any

from straitwatch.core.lanes import Lanes, Visit, spacing
from straitwatch.core.model import PollPolicy

LATER = 2.0  # past the patience with a fetch, and the spacing
LONG = 30.0


def policy(**values: Any) -> PollPolicy:
    return PollPolicy(**({"concurrency": 8, "per_host": 2, "spacing": timedelta(0)} | values))


def visits(host: str, count: int, *, is_slow: bool = False) -> list[Visit]:
    """Return visits of feeds on one host."""
    return [
        Visit(feed_id=f"{host}-{number}", host=host, is_slow=is_slow) for number in range(count)
    ]


def apart(name: str, count: int, *, is_slow: bool = False) -> list[Visit]:
    """Return visits of feeds that have a host each."""
    return [
        Visit(feed_id=f"{name}{number}", host=f"{name}{number}.example", is_slow=is_slow)
        for number in range(count)
    ]


def start(lanes: Lanes, due: list[Visit], policy: PollPolicy, *, now: float) -> None:
    """Begin the fetches that have a place."""
    for visit in lanes.enter(due, policy, now=now):
        lanes.begin(visit, now=now)


def hosts(entered: list[Visit]) -> list[str]:
    return [visit.host for visit in entered]


def test_lanes_admit_no_more_feeds_of_a_host_than_it_has_places() -> None:
    lanes = Lanes()

    entered = lanes.enter([*visits("big", 60), *visits("small", 1)], policy(), now=0)

    assert hosts(entered) == ["big", "big", "small"]


def test_lanes_admit_no_more_feeds_than_there_are_places() -> None:
    lanes = Lanes()

    assert len(lanes.enter(apart("feed", 20), policy(), now=0)) == 8
    assert lanes.enter(apart("other", 1), policy(), now=0) == []


def test_lanes_admit_no_feed_twice() -> None:
    lanes = Lanes()
    start(lanes, visits("one", 1), policy(), now=0)

    assert lanes.enter(visits("one", 1), policy(), now=LATER) == []


def test_place_that_was_left_is_free() -> None:
    lanes = Lanes()
    first, second = visits("one", 2)
    one_place = policy(per_host=1)
    start(lanes, [first], one_place, now=0)

    lanes.leave(first, now=0.1)

    assert lanes.enter([second], one_place, now=0.1) == [second]


def test_place_of_a_fetch_that_did_not_start_is_free() -> None:
    lanes = Lanes()
    start(lanes, apart("feed", 8), policy(), now=0)

    lanes.give_up(apart("feed", 1)[0])

    assert len(lanes.enter(apart("other", 8), policy(), now=0)) == 1


def test_slow_feeds_hold_a_quarter_of_the_places() -> None:
    lanes = Lanes()

    entered = lanes.enter([*apart("slow", 60, is_slow=True), *apart("quick", 6)], policy(), now=0)

    assert sum(visit.is_slow for visit in entered) == 2
    assert sum(not visit.is_slow for visit in entered) == 6


def test_slow_feeds_have_a_place_if_there_are_few() -> None:
    lanes = Lanes()

    assert len(lanes.enter(apart("slow", 3, is_slow=True), policy(concurrency=1), now=0)) == 1


def test_slow_feeds_of_a_host_leave_a_place_to_its_others() -> None:
    lanes = Lanes()
    slow, quick = visits("tarpit", 5, is_slow=True), Visit(feed_id="quick", host="tarpit")

    entered = lanes.enter([*slow, quick], policy(), now=0)

    assert entered == [slow[0], quick]


def test_feed_whose_fetch_was_long_is_slow_until_one_is_quick() -> None:
    lanes = Lanes()
    (visit,) = visits("one", 1)
    found = [lanes.is_slow(visit.feed_id, default=True)]

    for seconds in (LONG, 0.2):
        start(lanes, [visit], policy(), now=0)
        lanes.leave(visit, now=seconds)
        found.append(lanes.is_slow(visit.feed_id, default=False))

    assert found == [True, True, False]


def test_surprisingly_slow_fetches_give_way_to_quick_feeds_except_a_quarter() -> None:
    lanes = Lanes()
    start(lanes, apart("stuck", 8), policy(), now=0)

    early = lanes.interrupt(apart("quick", 20), policy(), now=0.5)
    late = lanes.interrupt(apart("quick", 20), policy(), now=LATER)

    assert (early, len(late)) == ([], 6)


def test_fetch_that_has_not_begun_is_not_slow_however_long_its_claim_takes() -> None:
    lanes = Lanes()
    claimed = lanes.enter(apart("claimed", 8), policy(), now=0)

    assert lanes.interrupt(apart("quick", 8), policy(), now=LONG) == []

    lanes.begin(claimed[0], now=LONG)
    lanes.leave(claimed[0], now=LONG + 0.2)
    assert not lanes.is_slow(claimed[0].feed_id, default=True)


def test_surprisingly_slow_fetches_give_way_to_no_more_feeds_than_wait() -> None:
    lanes = Lanes()
    start(lanes, apart("stuck", 8), policy(), now=0)

    assert len(lanes.interrupt(apart("quick", 1), policy(), now=LATER)) == 1


def test_surprisingly_slow_fetches_do_not_give_way_to_slow_feeds() -> None:
    lanes = Lanes()
    start(lanes, apart("stuck", 8), policy(), now=0)

    assert lanes.interrupt(apart("slow", 5, is_slow=True), policy(), now=LATER) == []


def test_youngest_surprise_gives_way_first() -> None:
    lanes = Lanes()
    start(lanes, apart("old", 4), policy(), now=0)
    start(lanes, apart("young", 4), policy(), now=1)

    assert lanes.interrupt(apart("quick", 1), policy(), now=3) == ["young0"]


def test_fetch_of_a_slow_feed_is_not_interrupted() -> None:
    lanes = Lanes()
    start(lanes, [*apart("slow", 2, is_slow=True), *apart("quick", 6)], policy(), now=0)

    ended = lanes.interrupt(apart("more", 20), policy(), now=LATER)

    assert sorted(ended) == [f"quick{number}" for number in range(6)]


def test_stuck_fetches_of_a_host_give_way_to_its_quick_feeds() -> None:
    lanes = Lanes()
    stuck = visits("tarpit", 2)
    start(lanes, stuck, policy(), now=0)
    waiting = [Visit(feed_id="quick", host="tarpit")]

    ended = lanes.interrupt(waiting, policy(), now=LATER)
    lanes.leave(stuck[int(ended[0][-1])], now=LATER)

    assert len(ended) == 1
    assert lanes.enter(waiting, policy(), now=LATER) == waiting


def test_feed_that_gave_way_is_slow_the_next_time() -> None:
    lanes = Lanes()
    stuck = visits("tarpit", 2)
    start(lanes, stuck, policy(), now=0)
    (ended,) = lanes.interrupt([Visit(feed_id="quick", host="tarpit")], policy(), now=LATER)

    for visit in stuck:
        lanes.leave(visit, now=LATER)

    assert [visit.feed_id for visit in stuck if lanes.is_slow(visit.feed_id, default=False)] == [
        ended
    ]


def test_fetches_from_one_host_are_spaced() -> None:
    lanes = Lanes()
    spaced = policy(spacing=timedelta(seconds=1))
    due = [*visits("one", 3), *visits("two", 1)]

    at_once = lanes.enter(due, spaced, now=0)
    soon = lanes.enter(due, spaced, now=0.9)
    later = lanes.enter(due, spaced, now=1)

    assert (hosts(at_once), soon, hosts(later)) == (["one", "two"], [], ["one"])


def test_requests_without_a_place_are_spaced_from_the_fetches_of_their_host() -> None:
    lanes = Lanes()
    spaced = policy(spacing=timedelta(seconds=1))
    lanes.enter(visits("one", 1), spaced, now=0)

    waits = [lanes.book("one", spaced, now=now) for now in (0.5, 0.5)]

    assert waits == [0.5, 1.5]
    assert lanes.enter(visits("one", 2), spaced, now=2.9) == []
    assert lanes.book("one", spaced, now=5) == 0


def test_spacing_is_a_second_unless_it_is_configured() -> None:
    assert spacing("news.example", PollPolicy()) == timedelta(seconds=1)
    assert spacing("news.example", policy()) == timedelta(0)


def test_server_on_this_computer_is_spaced_only_if_that_is_configured() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:8080"):
        assert spacing(host, PollPolicy()) == timedelta(0)
        assert spacing(host, PollPolicy(spacing=timedelta(seconds=2))) == timedelta(seconds=2)
