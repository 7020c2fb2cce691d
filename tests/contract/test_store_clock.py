"""A clock that was set back does not delay feeds or messages."""

from datetime import timedelta
from typing import Any

import pytest

from builders.store import NOW, SEND_LEASE, claim, make_alert, make_delivery, make_feed
from straitwatch.core.model import DeliveryState, Distrust, FeedState
from straitwatch.core.policy import FEED_LEASE
from straitwatch.store import (
    Store,
    add_alert,
    claim_delivery,
    claim_due_feeds,
    complete_polls,
    due_receivers,
    expire_deliveries,
    feed_states,
    flush_held,
    hold_receiver,
    list_deliveries,
    repair_clock,
    sync_feeds,
)

DAY = timedelta(days=1)
AHEAD = NOW + DAY


def put(store: Store, **changes: Any) -> None:
    store.call(add_alert, make_alert(created_at=AHEAD), [make_delivery(**changes)])


def test_message_written_by_a_clock_ahead_is_due_now(store: Store) -> None:
    put(store)

    mended = store.call(repair_clock, NOW)

    assert mended == 1
    assert store.call(due_receivers, NOW) == ["desk-slack"]


def test_scheduled_message_continues_to_wait(store: Store) -> None:
    put(store)
    store.call(repair_clock, NOW)
    store.call(add_alert, make_alert("a2", story_id="s2"), [
        make_delivery("d2", alert_id="a2", not_before=NOW + DAY)
    ])  # fmt: skip

    assert store.call(repair_clock, NOW) == 0


def test_message_held_by_quiet_hours_stays_held(store: Store) -> None:
    put(
        store,
        state=DeliveryState.HELD,
        state_reason="quiet_hours",
        not_before=AHEAD + timedelta(hours=8),
    )

    store.call(repair_clock, NOW)

    assert store.call(flush_held, NOW) == 0


def test_group_wait_of_a_clock_ahead_is_over(store: Store) -> None:
    put(
        store,
        state=DeliveryState.HELD,
        state_reason="group_wait",
        not_before=AHEAD + timedelta(minutes=1),
    )

    store.call(repair_clock, NOW)

    assert store.call(flush_held, NOW) == 1


def test_send_that_was_claimed_by_a_clock_ahead_can_be_taken_over(store: Store) -> None:
    put(store)
    store.call(claim_delivery, receiver="desk-slack", now=AHEAD, lease=SEND_LEASE, worker="gone:1")

    store.call(repair_clock, NOW)
    store.call(expire_deliveries, NOW)

    assert [listed.delivery.state for listed in store.call(list_deliveries)] == [
        DeliveryState.PENDING
    ]


def test_receiver_is_held_no_longer_than_the_longest_retry_after(store: Store) -> None:
    put(store)
    store.call(hold_receiver, "desk-slack", until=AHEAD, reason="rate_limited")

    store.call(repair_clock, NOW)

    assert store.call(due_receivers, NOW) == ["desk-slack"]


@pytest.mark.parametrize(("polled_at", "due"), [(AHEAD, 1), (NOW, 0)])
def test_feed_polled_by_a_clock_ahead_is_due_now(store: Store, polled_at, due) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    (state,) = claim(store, now=NOW)
    after = FeedState(
        feed_id=state.feed_id,
        lease_seq=state.lease_seq,
        last_polled_at=polled_at,
        last_outcome="ok",
        next_due_at=polled_at + timedelta(hours=1),
    )
    store.call(complete_polls, [after])

    store.call(repair_clock, NOW)

    assert len(claim(store, now=NOW)) == due


def test_whole_document_planned_by_a_clock_ahead_is_due_now(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    (state,) = claim(store, now=NOW)
    distrust = Distrust(since_at=AHEAD, found_at=AHEAD, until_at=AHEAD + DAY)
    after = FeedState(
        feed_id=state.feed_id,
        lease_seq=state.lease_seq,
        whole_due_at=AHEAD + DAY,
        unmodified_since_at=AHEAD,
        distrust=distrust,
    )
    store.call(complete_polls, [after])

    store.call(repair_clock, NOW)

    (mended,) = store.call(feed_states).values()
    assert (mended.whole_due_at, mended.unmodified_since_at) == (NOW, NOW)
    assert mended.distrust is None


def test_feed_that_a_replica_with_a_clock_a_little_ahead_has_just_claimed_stays_its_own(
    store: Store,
) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    ahead = NOW + timedelta(seconds=3)
    store.call(claim_due_feeds, now=ahead, limit=1, lease=FEED_LEASE)

    mended = store.call(repair_clock, NOW)

    assert mended == 0
    assert claim(store, now=ahead + timedelta(seconds=1)) == []
