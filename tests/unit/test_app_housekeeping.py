"""Housekeeping: recovery, due times, digests and old data."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from builders.app import NOW, open_desk
from builders.store import SEND_LEASE, make_plan, make_story
from straitwatch import store as db
from straitwatch.core.arrivals import poll_weight
from straitwatch.core.model import (
    Arrivals,
    DeliveryState,
    FeedProfile,
    FeedState,
    IntervalReason,
    PollInterval,
    Severity,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RAIN = ("g2", "Rain in spring", "It rains.")


async def test_housekeeping_reads_the_clock_after_a_long_wait_for_the_store(tmp_path) -> None:
    is_released = threading.Event()
    async with open_desk(tmp_path) as desk:
        (feed_id,) = desk.runtime.active.feeds
        store = desk.runtime.tools.store

        def poll_for_a_minute(tx: db.Transaction) -> None:
            """Hold the lock like another replica."""
            assert is_released.wait(10)
            desk.clock.advance(minutes=1)
            due_at = desk.clock() + timedelta(minutes=15)
            polled = FeedState(feed_id=feed_id, last_polled_at=desk.clock(), next_due_at=due_at)
            db.complete_polls(tx, [polled])

        others = asyncio.create_task(store.run(poll_for_a_minute))
        ours = asyncio.create_task(desk.app.housekeeping.tend_outbox())
        await asyncio.sleep(0)
        is_released.set()
        await asyncio.gather(others, ours)

        states = desk.call(db.feed_states)
        assert states[feed_id].next_due_at == NOW + timedelta(minutes=16)


async def test_housekeeping_resends_at_once_what_a_crashed_process_was_sending(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")
        claim = {"receiver": "desk-slack", "lease": SEND_LEASE, "worker": "crashed"}
        assert desk.call(db.claim_delivery, now=NOW, **claim)

        await desk.app.housekeeping.recover()

        assert desk.call(db.due_receivers, NOW) == ["desk-slack"]


async def test_housekeeping_gives_up_messages_of_a_missing_receiver_after_two_days(
    tmp_path,
) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one", receiver="former-desk")
        found = []
        for hours in (1, 50):
            desk.clock.now = NOW + timedelta(hours=hours)
            await desk.app.housekeeping.tend_outbox()
            found += [message.delivery.state for message in desk.messages()]

        assert found == [DeliveryState.PENDING, DeliveryState.DEAD]


async def test_housekeeping_runs_the_other_steps_when_one_fails(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        done = []

        def fail(tx: db.Transaction) -> None:
            raise ValueError("broken step")

        with pytest.raises(ValueError, match="broken step"):
            await desk.app.housekeeping._run_each([fail, lambda _tx: done.append("other")])

        assert done == ["other"]


async def test_housekeeping_writes_a_digest_once_when_its_window_ends(tmp_path) -> None:
    digest = {"name": "morning", "at": ["21:00"], "send": ["desk-slack"]}
    async with open_desk(tmp_path, digests=[digest]) as desk:  # 21:00 in Taipei is 13:00 UTC
        written = []
        for minutes in (0, 61, 62):
            desk.clock.now = NOW + timedelta(minutes=minutes)
            await desk.app.housekeeping.write_digests()
            written.append(len(desk.messages()))

        assert written == [0, 1, 1]


async def test_housekeeping_deletes_entries_past_their_retention(tmp_path) -> None:
    async with open_desk(tmp_path, retention={"entries": "30d"}) as desk:
        desk.publish(("g1", "Snow in winter", "It snows."))
        await desk.poll()
        desk.clock.advance(days=60)
        for items in ([RAIN], [RAIN, ("g3", "Heat in summer", "It is hot.")]):
            desk.publish(*items)
            await desk.poll()
            desk.clock.advance(days=1)

        await desk.app.housekeeping.prune()

        assert desk.call(db.count_entries_since, NOW - timedelta(days=1)) == 2


async def test_feed_of_an_urgent_story_is_polled_soon_unless_its_server_asks_to_wait(
    tmp_path,
) -> None:
    async with open_desk(tmp_path) as desk:
        (feed_id,) = desk.runtime.active.feeds
        waits = []
        for reason in (IntervalReason.ADAPTED, IntervalReason.PUBLISHER):
            interval = PollInterval(length=HOUR, reason=reason)
            profile = FeedProfile(interval=interval)
            state = FeedState(feed_id=feed_id, next_due_at=NOW + HOUR, profile=profile)
            desk.call(db.complete_polls, [state])
            desk.call(bring_urgent_report, feed_id)
            desk.runtime.tools.pace.breaking = frozenset()

            await desk.app.housekeeping.follow_stories()

            assert desk.runtime.tools.pace.demand_for(feed_id).is_breaking
            waits.append(desk.call(db.feed_states)[feed_id].next_due_at - NOW)

    assert waits == [desk.runtime.active.config.polling.min_interval, HOUR]


def bring_urgent_report(tx: db.Transaction, feed_id: str) -> None:
    state = db.feed_states(tx)[feed_id]
    story = make_story(sent_severity=Severity.HIGH)
    plan = make_plan(state, stories=(story,), alerts=(), deliveries=())
    kept = replace(plan.state, next_due_at=state.next_due_at, profile=state.profile)
    assert db.apply_plan(tx, replace(plan, state=kept))


async def test_feeds_share_the_polls_by_what_they_bring(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (feed_id,) = desk.runtime.active.feeds
        arrivals = Arrivals(entries=100, since_at=NOW - 90 * DAY, counted_at=NOW)
        state = FeedState(feed_id=feed_id, profile=FeedProfile(arrivals=arrivals))
        desk.call(db.complete_polls, [state])

        await desk.app.housekeeping.balance_polls()

        reference = desk.runtime.tools.pace.reference
        assert reference is not None
        assert 0 < reference <= (poll_weight(arrivals, desk.clock()) or 0)


async def test_start_after_a_stop_records_the_stop_once_for_all_feeds(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (feed_id,) = desk.runtime.active.feeds
        polled = FeedState(feed_id=feed_id, last_polled_at=NOW - 5 * HOUR, next_due_at=NOW - HOUR)
        desk.call(db.complete_polls, [polled])

        await desk.app.housekeeping.note_stop()

        (found,) = desk.call(db.blind_windows, since_at=NOW - DAY)
        assert (found.feed, found.window) == ("", desk.runtime.tools.pace.stop)
        assert found.window.length == 5 * HOUR
