"""Current problems, as stored, and their notices."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from builders.store import (
    NOW,
    SEND_LEASE,
    claim,
    claimed_feed,
    make_alert,
    make_delivery,
    make_feed,
    make_plan,
    make_planned,
)
from straitwatch.core.health import Health, NoticeState
from straitwatch.core.liveness import Run
from straitwatch.core.model import (
    Action,
    Alert,
    AlertKind,
    Canary,
    Condition,
    Decision,
    DeliveryReason,
    DeliveryState,
    FeedState,
    HostPause,
    NextStep,
    NoticeFacts,
    Outcome,
    Reason,
    SendResult,
    Severity,
)
from straitwatch.metamonitor import notify_first_fetch, notify_health
from straitwatch.store import (
    Store,
    add_alert,
    add_pause,
    apply_plan,
    claim_delivery,
    complete_polls,
    delete_canaries,
    finish_attempt,
    health,
    list_deliveries,
    liveness,
    notice_states,
    pause_receiver,
    record_run,
    save_notice_states,
    set_meta,
    sync_feeds,
)

MINUTE = timedelta(minutes=1)
REASONS = {
    Outcome.DELIVERED: DeliveryReason.DELIVERED,
    Outcome.PERMANENT: DeliveryReason.REFUSED,
    Outcome.RECEIVER_BROKEN: DeliveryReason.RECEIVER_BROKEN,
    Outcome.RETRY: DeliveryReason.RETRY,
}
CANARY = Canary(every=15 * MINUTE, send=("desk-slack",))


def attempt(store: Store, outcome: Outcome, *, at: datetime = NOW, **more: Any) -> None:
    """Make one attempt at the next message of a receiver."""
    receiver = more.pop("receiver", "desk-slack")
    one = store.call(claim_delivery, receiver=receiver, now=at, lease=SEND_LEASE, worker="w")
    assert one is not None
    state = {
        Outcome.DELIVERED: DeliveryState.DELIVERED,
        Outcome.PERMANENT: DeliveryState.DEAD,
    }.get(outcome, DeliveryState.PENDING)
    reason = more.get("reason", REASONS[outcome])
    result = SendResult(outcome=outcome, code="404", text="no_service")
    store.call(finish_attempt, one, result, NextStep(state=state, reason=reason), now=at)


def now_broken(store: Store, now: datetime) -> Health:
    found = store.call(health, now)
    assert found is not None
    return found


def canary(at: datetime) -> Alert:
    return Alert(
        id=f"canary-{at:%H%M}",
        kind=AlertKind.CANARY,
        story_id="",
        revision=0,
        severity=Severity.NORMAL,
        facts=NoticeFacts(title="canary"),
        created_at=at,
    )


def fly(store: Store, at: datetime) -> None:
    flown = canary(at)
    store.call(add_alert, flown, [make_delivery(f"c{at:%H%M}", alert_id=flown.id)])


def poll(store: Store, *, failures: int, at: datetime = NOW) -> None:
    store.call(sync_feeds, [make_feed()], at)
    (state,) = claim(store, now=at)
    after = FeedState(
        feed_id=state.feed_id,
        lease_seq=state.lease_seq,
        failures=failures,
        last_polled_at=at,
        last_ok_at=None if failures else at,
        last_outcome="dns" if failures else "ok",
        next_due_at=at + MINUTE,
    )
    store.call(complete_polls, [after])


def test_receiver_that_refuses_everything_is_broken_after_twenty_seconds(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    attempt(store, Outcome.RECEIVER_BROKEN)

    early, later = (now_broken(store, NOW + wait) for wait in (MINUTE / 4, MINUTE / 3))

    assert early.receivers == {}
    assert later.receivers == {
        "desk-slack": "404: no_service; since 01 Mar 12:00 UTC; 1 waiting",
    }


def test_receiver_without_success_for_a_quarter_of_an_hour_is_broken(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    attempt(store, Outcome.RETRY)
    attempt(store, Outcome.RETRY, at=NOW + MINUTE)

    early, later = (now_broken(store, NOW + wait) for wait in (14 * MINUTE, 15 * MINUTE))

    assert (list(early.receivers), list(later.receivers)) == ([], ["desk-slack"])


def test_receiver_that_only_asks_to_slow_down_is_not_broken(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    for _ in range(2):
        attempt(store, Outcome.RETRY, reason=DeliveryReason.RATE_LIMITED)

    assert now_broken(store, NOW + 20 * MINUTE).receivers == {}


def test_receiver_that_a_person_paused_is_not_broken(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    attempt(store, Outcome.RECEIVER_BROKEN)
    store.call(pause_receiver, "desk-slack", now=NOW)

    assert now_broken(store, NOW + 20 * MINUTE).receivers == {}


def test_feed_that_fails_three_times_is_broken(store: Store) -> None:
    poll(store, failures=3)

    found = now_broken(store, NOW)

    assert (found.feeds, found.feeds_total) == ({"Feed f1": "dns; never read"}, 1)
    assert found.conditions == {"Feed f1": Condition.FAILING}


def test_dead_letters_are_named_but_not_those_about_trouble(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    attempt(store, Outcome.PERMANENT)
    fly(store, NOW)
    attempt(store, Outcome.PERMANENT)

    assert now_broken(store, NOW).dead_letters == {
        "d1": "Ships cross the strait, to desk-slack: refused (404)"
    }


def test_notice_state_is_read_back_unchanged(store: Store) -> None:
    states = {"feeds": NoticeState(names=("A",), broken_at=NOW)}

    store.call(save_notice_states, states)

    assert store.call(notice_states) == states


def test_notice_is_written_once_and_not_to_the_broken_receiver(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    attempt(store, Outcome.RECEIVER_BROKEN)
    to = {"to": ["desk-slack", "ops"], "recipients": {}}

    first, again = (
        store.call(notify_health, **to, now=NOW + wait) for wait in (3 * MINUTE, 4 * MINUTE)
    )

    assert (first, again) == (["The receiver desk-slack is broken"], [])
    written = [listed for listed in store.call(list_deliveries) if listed.kind is AlertKind.SYSTEM]
    assert [listed.delivery.receiver for listed in written] == ["ops"]


def test_undelivered_notice_is_sent_when_a_receiver_works_again(
    store: Store,
) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])
    attempt(store, Outcome.PERMANENT)
    store.call(add_alert, make_alert("a2", story_id="s2"), [make_delivery("d2", alert_id="a2")])
    attempt(store, Outcome.RECEIVER_BROKEN)
    to = {"to": ["desk-slack"], "recipients": {}}

    early = store.call(notify_health, **to, now=NOW + 3 * MINUTE)
    attempt(store, Outcome.DELIVERED, at=NOW + 4 * MINUTE)

    late = store.call(notify_health, **to, now=NOW + 5 * MINUTE)
    title = "1 message undelivered, and no longer tried"
    assert (title in early, title in late) == (False, True)


def test_canary_facts_are_read_with_its_interval(store: Store) -> None:
    fly(store, NOW)
    store.call(set_meta, "canary flown at", NOW.isoformat())

    found = store.call(liveness, NOW, CANARY)

    assert (found.canary_at, found.canary_every) == (NOW, 15 * MINUTE)
    assert (found.canary_started_at, found.canary_written_at) == (NOW, None)


@pytest.mark.parametrize(("failures", "current"), [(0, 1), (3, 0)], ids=["well", "cut off"])
def test_broken_feed_is_not_current(store: Store, failures: int, current: int) -> None:
    poll(store, failures=failures)

    found = store.call(liveness, NOW)

    assert (found.feeds, found.feeds_current) == (1, current)


def test_message_that_waits_is_due_since_it_was_written(store: Store) -> None:
    store.call(add_alert, make_alert(), [make_delivery()])

    assert store.call(liveness, NOW).oldest_due_at == NOW


def test_poll_that_nobody_does_is_overdue(store: Store) -> None:
    poll(store, failures=0)
    due_at = NOW + MINUTE

    early, late = (store.call(liveness, due_at + wait) for wait in (10 * MINUTE, 11 * MINUTE))

    assert (early.polls_overdue, early.oldest_poll_due_at) == (0, None)
    assert (late.polls_overdue, late.oldest_poll_due_at) == (1, due_at)


def test_poll_of_a_host_that_asks_for_a_pause_is_not_overdue(store: Store) -> None:
    poll(store, failures=0)
    pause = HostPause(host="f1.example", status=429, since_at=NOW, until_at=NOW + 60 * MINUTE)
    store.call(add_pause, pause)

    assert store.call(liveness, NOW + 30 * MINUTE).polls_overdue == 0


def run_at(at: datetime, **more: Any) -> Run:
    return Run(started_at=at, seen_at=at, **more)


def test_run_of_each_replica_is_read_back_unchanged(store: Store) -> None:
    first, second = run_at(NOW, ended_at=NOW), run_at(NOW + MINUTE)
    store.call(record_run, "a:1", run_at(NOW))
    store.call(record_run, "b:2", second)
    store.call(record_run, "a:1", first)

    assert set(store.call(liveness, NOW).runs) == {first, second}


def test_passes_have_one_run_and_old_runs_are_forgotten(store: Store) -> None:
    day = timedelta(days=1)
    store.call(record_run, "a:1", run_at(NOW))
    for number in range(3):
        at = NOW + day + number * MINUTE
        store.call(record_run, f"once:{number}", run_at(at, ended_at=at, is_once=True))

    (only,) = store.call(liveness, NOW).runs

    assert only.ended_at == NOW + day + 2 * MINUTE


def test_old_canaries_are_forgotten(store: Store) -> None:
    fly(store, NOW)
    fly(store, NOW + MINUTE)

    store.call(delete_canaries, before=NOW + MINUTE)

    assert [listed.delivery.id for listed in store.call(list_deliveries)] == ["c1201"]


def test_empty_store_is_healthy(store: Store) -> None:
    found = store.call(liveness, NOW)

    assert (found.feeds, found.oldest_due_at, found.canary_at) == (0, None, None)


def store_first_fetch(store: Store, count: int) -> None:
    """Store reports of one feed that were recorded silently."""
    silent = Decision(action=Action.NONE, reason=Reason.BASELINE)
    planned = [make_planned(f"e{number}", decision=silent) for number in range(count)]
    plan = make_plan(claimed_feed(store), planned, alerts=(), deliveries=())
    store.call(apply_plan, plan)


def first_fetch_notice_after(store: Store, after: timedelta, *, is_last: bool = False) -> str:
    facts = store.call(
        notify_first_fetch,
        to=["desk-slack"],
        recipients={},
        now=NOW + after,
        is_last=is_last,
    )
    return facts.title if facts else ""


def test_first_fetch_is_reported_once_after_its_last_poll(store: Store) -> None:
    store_first_fetch(store, 5)

    titles = [first_fetch_notice_after(store, minutes * MINUTE) for minutes in (1, 3, 5)]

    assert titles == ["", "5 reports from 1 feed recorded without an alert", ""]
    assert len(store.call(list_deliveries, limit=9)) == 1


def test_first_fetch_is_reported_at_the_end_of_run_once(store: Store) -> None:
    store_first_fetch(store, 5)

    assert first_fetch_notice_after(store, timedelta(0), is_last=True)


def test_first_fetch_with_few_matches_is_not_reported(store: Store) -> None:
    store_first_fetch(store, 3)

    assert first_fetch_notice_after(store, 5 * MINUTE) == ""
