"""Pauses of hosts, kept over a restart."""

from dataclasses import replace
from datetime import timedelta

from builders.store import NOW
from straitwatch.core.model import HostPause
from straitwatch.store import Store, active_pauses, add_pause, repair_clock

HOUR = timedelta(hours=1)
PAUSE = HostPause(host="news.example", status=429, since_at=NOW, until_at=NOW + HOUR)


def test_pause_of_a_host_ends(store: Store) -> None:
    store.call(add_pause, PAUSE)

    assert store.call(active_pauses, NOW) == {"news.example": PAUSE}
    assert store.call(active_pauses, NOW + HOUR) == {}


def test_longer_pause_of_a_host_replaces_a_shorter_one_but_not_the_reverse(store: Store) -> None:
    longer = replace(PAUSE, status=503, until_at=NOW + 2 * HOUR)
    for pause in (PAUSE, longer, PAUSE):
        store.call(add_pause, pause)

    assert store.call(active_pauses, NOW) == {"news.example": longer}


def test_pause_of_a_host_is_stored_after_an_earlier_one_is_over(store: Store) -> None:
    again = replace(PAUSE, since_at=NOW + 3 * HOUR, until_at=NOW + 4 * HOUR)
    store.call(add_pause, PAUSE)
    store.call(add_pause, again)

    assert store.call(active_pauses, NOW + 3 * HOUR) == {"news.example": again}


def test_pause_of_a_clock_that_was_ahead_ends_when_it_is_set_back(store: Store) -> None:
    ahead = replace(PAUSE, since_at=NOW + 9 * HOUR, until_at=NOW + 10 * HOUR)
    store.call(add_pause, ahead)

    store.call(repair_clock, NOW)

    assert store.call(active_pauses, NOW) == {}
