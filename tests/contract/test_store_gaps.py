"""The spans in which feeds were not read, as they are stored."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders.store import NOW, claim, make_feed
from straitwatch.core.model import BlindCause, BlindWindow, FeedState, FeedWindow
from straitwatch.store import (
    Store,
    blind_windows,
    complete_polls,
    fill_window,
    last_activity,
    note_stop,
    sync_feeds,
)

HOUR = timedelta(hours=1)
OVERRUN = BlindWindow(cause=BlindCause.OVERRUN, since_at=NOW - HOUR, until_at=NOW)
STOP = BlindWindow(cause=BlindCause.STOPPED, since_at=NOW - 9 * HOUR, until_at=NOW - 5 * HOUR)


def poll(store: Store, window: BlindWindow | None = None, **values: Any) -> FeedState:
    store.call(sync_feeds, [make_feed()], NOW)
    state = replace(claim(store)[0], blind=window, **values)
    assert store.call(complete_polls, [state]) == [True]
    return state


def test_window_of_a_feed_and_a_stop_of_all_come_back(store: Store) -> None:
    poll(store, OVERRUN)
    store.call(note_stop, STOP)

    assert store.call(blind_windows, since_at=NOW - 9 * HOUR) == [
        FeedWindow(feed="", window=STOP),
        FeedWindow(feed="Feed f1", window=OVERRUN),
    ]


def test_windows_are_those_that_touch_a_span(store: Store) -> None:
    poll(store, OVERRUN)
    store.call(note_stop, STOP)

    found = [
        [window.feed for window in store.call(blind_windows, since_at=since, until_at=until)]
        for since, until in ((STOP.until_at, NOW), (NOW - 9 * HOUR, OVERRUN.since_at))
    ]

    assert found == [["Feed f1"], [""]]


def test_window_of_a_removed_feed_is_not_reported(store: Store) -> None:
    poll(store, OVERRUN)
    store.call(sync_feeds, [], NOW)

    assert store.call(blind_windows, since_at=NOW - HOUR) == []


def test_filled_window_shows_the_entries_that_were_found(store: Store) -> None:
    poll(store, OVERRUN)

    for found, filled_at in ((4, None), (3, NOW)):
        store.call(fill_window, "f1", OVERRUN.since_at, found=found, filled_at=filled_at)

    (window,) = store.call(blind_windows, since_at=NOW - HOUR)
    assert window.window == replace(OVERRUN, found=7, filled_at=NOW)


def test_last_activity_is_that_of_polled_feeds(store: Store) -> None:
    assert store.call(last_activity) == (None, None)

    poll(store, last_polled_at=NOW - HOUR, next_due_at=NOW + HOUR)

    assert store.call(last_activity) == (NOW - HOUR, NOW + HOUR)
