import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders.store import NOW, SEND_LEASE, make_alert, make_delivery
from straitwatch.core.model import (
    Alert,
    AlertKind,
    CoverageFacts,
    Delivery,
    DeliveryReason,
    DeliveryState,
    DigestFacts,
    DriverKind,
    Frozen,
    NextStep,
    NoticeFacts,
    Outcome,
    SendResult,
    Severity,
)
from straitwatch.store import (
    ClaimedDelivery,
    Store,
    Transaction,
    add_alert,
    cancel_deliveries,
    check_outbox,
    claim_delivery,
    due_receivers,
    expire_deliveries,
    expire_for_missing_receivers,
    finish_attempt,
    flush_held,
    freeze,
    full_id,
    hold_receiver,
    list_alerts,
    list_deliveries,
    pause_receiver,
    receiver_states,
    release_changed_receivers,
    renew_delivery,
    replay_delivery,
    reset_leases,
    resume_receiver,
    retry_delivery,
    save_recipients,
    show_delivery,
)

SENT = SendResult(outcome=Outcome.DELIVERED, ref={"ts": "1.2", "channel": "C1"})
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def put(store: Store, *deliveries: Delivery, alert: Alert | None = None) -> None:
    store.call(add_alert, alert or make_alert(), deliveries or (make_delivery(),))


def claim(store: Store, *, now: Any = NOW, receiver: str = "desk-slack") -> ClaimedDelivery | None:
    return store.call(claim_delivery, receiver=receiver, now=now, lease=SEND_LEASE, worker="host:1")


def claimed(store: Store, **more: Any) -> ClaimedDelivery:
    found = claim(store, **more)
    assert found is not None
    return found


def sending(store: Store, **more: Any) -> ClaimedDelivery:
    """Claim and render a delivery, so that it is perhaps sent from now on."""
    one = claimed(store, **more)
    frozen = Frozen(body=b"{}", content_type="application/json")
    assert store.call(freeze, one.job.delivery.id, one.epoch, frozen)
    return one


def finish(
    store: Store,
    one: ClaimedDelivery,
    result: SendResult = SENT,
    *,
    state: DeliveryState = DeliveryState.DELIVERED,
    now: Any = NOW,
    **more: Any,
) -> bool:
    filled = {"reason": DeliveryReason.NONE} | more
    return store.call(finish_attempt, one, result, NextStep(state=state, **filled), now=now)


def state_of(store: Store, id_: str = "d1") -> DeliveryState:
    record = store.call(show_delivery, id_)
    assert record is not None
    return record.delivery.state


def test_claim_hands_out_all_that_a_driver_needs(store: Store) -> None:
    put(store)

    one = claimed(store)

    assert one.job.delivery == make_delivery()
    assert one.job.facts == make_alert().facts
    assert (one.job.kind, one.job.attempt, one.attempts) == (AlertKind.NEW, 1, 1)
    assert (one.job.frozen, one.job.parent_ref, one.job.is_possible_repeat) == (None, {}, False)
    assert one.job.created_at == NOW
    assert one.lease_until == NOW + SEND_LEASE
    assert state_of(store) is DeliveryState.SENDING


def test_delivered_message_keeps_its_receipt_and_its_attempt(store: Store) -> None:
    put(store)

    assert finish(store, claimed(store), now=NOW + MINUTE)

    record = store.call(show_delivery, "d1")
    assert record is not None
    assert record.ref == {"ts": "1.2", "channel": "C1"}
    assert (record.delivery.state, record.delivered_at) == (DeliveryState.DELIVERED, NOW + MINUTE)
    assert [(one.worker, one.outcome, one.finished_at) for one in record.history] == [
        ("host:1", "delivered", NOW + MINUTE)
    ]
    assert claim(store, now=NOW + timedelta(days=1)) is None


def test_one_receiver_sends_one_message_at_a_time(store: Store) -> None:
    put(store, make_delivery("d1", recipient="a"), make_delivery("d2", recipient="b"))
    first = claimed(store)

    assert claim(store) is None
    finish(store, first)
    assert claimed(store).job.delivery.id == "d2"


def test_one_receiver_does_not_wait_for_another(store: Store) -> None:
    put(store, make_delivery("d1"), make_delivery("d2", receiver="desk-mail"))
    claimed(store)

    assert claimed(store, receiver="desk-mail").job.delivery.id == "d2"


def test_critical_messages_overtake_others_which_keep_their_order(store: Store) -> None:
    for number in (1, 2, 3):
        severity = Severity.CRITICAL if number == 3 else Severity.HIGH
        alert = make_alert(f"a{number}", story_id=f"s{number}", severity=severity)
        put(store, make_delivery(f"d{number}", alert_id=alert.id), alert=alert)

    order = []
    while one := claim(store):
        order.append(one.job.delivery.id)
        finish(store, one)

    assert order == ["d3", "d1", "d2"]


def test_message_waits_for_its_time(store: Store) -> None:
    put(store, make_delivery(not_before=NOW + MINUTE))

    assert claim(store) is None
    assert claim(store, now=NOW + MINUTE) is not None


def test_update_waits_for_the_message_it_belongs_to(store: Store) -> None:
    put(store, make_delivery("d1"))
    put_update(store)

    parent = claimed(store)
    assert parent.job.delivery.id == "d1"
    retry = SendResult(outcome=Outcome.RETRY, code="503")
    finish(store, parent, retry, state=DeliveryState.PENDING, not_before=NOW + MINUTE)
    assert claim(store) is None
    assert store.call(due_receivers, NOW) == []

    finish(store, claimed(store, now=NOW + MINUTE))
    child = claimed(store, now=NOW + MINUTE)
    assert (child.job.delivery.id, child.job.parent_ref) == ("d2", dict(SENT.ref))


def put_update(store: Store, **changes: Any) -> None:
    """Put d2, which belongs to d1."""
    alert = make_alert("a2", revision=2, **changes)
    put(store, make_delivery("d2", alert_id="a2", parent_id="d1"), alert=alert)


def test_critical_update_does_not_wait_for_a_retry(store: Store) -> None:
    put(store, make_delivery("d1"))
    parent = claimed(store)
    put_update(store, severity=Severity.CRITICAL)
    assert store.call(due_receivers, NOW) == []

    retry = SendResult(outcome=Outcome.RETRY, code="503")
    finish(store, parent, retry, state=DeliveryState.PENDING, not_before=NOW + MINUTE)

    assert store.call(due_receivers, NOW) == ["desk-slack"]
    assert claimed(store).job.delivery.id == "d2"


def test_update_that_is_due_releases_the_held_message_before_it(store: Store) -> None:
    put(store, make_delivery("d1", state=DeliveryState.HELD, not_before=NOW + 6 * HOUR))
    later = NOW + HOUR

    put_update(store, severity=Severity.CRITICAL, created_at=later)

    first = claimed(store, now=later)
    assert first.job.delivery.id == "d1"
    finish(store, first, now=later)
    assert claimed(store, now=later).job.delivery.id == "d2"


def test_update_that_is_held_itself_leaves_the_message_before_it_held(store: Store) -> None:
    put(store, make_delivery("d1", state=DeliveryState.HELD, not_before=NOW + HOUR))
    held = make_delivery(
        "d2", alert_id="a2", parent_id="d1", state=DeliveryState.HELD, not_before=NOW + HOUR
    )

    put(store, held, alert=make_alert("a2", revision=2))

    assert state_of(store) is DeliveryState.HELD


def test_update_goes_out_by_itself_when_its_parent_is_dead_or_unknown(store: Store) -> None:
    put(store, make_delivery("d1"))
    put(
        store,
        make_delivery("d2", alert_id="a2", parent_id="d1"),
        make_delivery("d3", alert_id="a2", parent_id="pruned", recipient="b"),
        alert=make_alert("a2", revision=2),
    )
    refused = SendResult(outcome=Outcome.PERMANENT)
    finish(store, claimed(store), refused, state=DeliveryState.DEAD)

    second = claimed(store)
    finish(store, second)

    assert {second.job.delivery.id, claimed(store).job.delivery.id} == {"d2", "d3"}


def test_frozen_bytes_come_back_unchanged_at_the_next_attempt(store: Store) -> None:
    put(store)
    frozen = Frozen(body=b"\x00{}\xff", content_type="application/json", note={"subject": "海峽"})
    one = claimed(store)

    assert store.call(freeze, "d1", one.epoch, frozen)

    retry = SendResult(outcome=Outcome.RETRY)
    finish(store, one, retry, state=DeliveryState.PENDING, not_before=NOW)
    again = claimed(store)
    assert (again.job.frozen, again.job.attempt, again.unsure_count) == (frozen, 2, 0)
    assert not again.job.is_possible_repeat


def test_unanswered_attempt_marks_the_next_as_a_possible_repeat(store: Store) -> None:
    put(store)
    unsure = SendResult(outcome=Outcome.UNSURE, text="no answer")
    finish(store, claimed(store), unsure, state=DeliveryState.PENDING, not_before=NOW + MINUTE)

    again = claimed(store, now=NOW + MINUTE)

    assert again.job.is_possible_repeat
    assert (again.job.started_at, again.unsure_count) == (NOW, 1)


def test_message_attempted_twice_is_looked_up_since_the_first_attempt(store: Store) -> None:
    put(store)
    sending(store)
    store.call(expire_deliveries, NOW + HOUR)
    claimed(store, now=NOW + HOUR)
    store.call(expire_deliveries, NOW + 2 * HOUR)

    again = claimed(store, now=NOW + 2 * HOUR)

    assert (again.job.started_at, again.unsure_count) == (NOW, 2)


def test_unanswered_message_is_looked_up_since_the_first_attempt(
    store: Store,
) -> None:
    put(store)
    unsure = SendResult(outcome=Outcome.UNSURE, text="no answer")
    finish(store, claimed(store), unsure, state=DeliveryState.PENDING)
    second = claimed(store, now=NOW + HOUR)
    finish(store, second, unsure, state=DeliveryState.PENDING, now=NOW + HOUR)

    assert claimed(store, now=NOW + 2 * HOUR).job.started_at == NOW


def test_sender_that_does_not_come_back_leaves_an_unsure_attempt(store: Store) -> None:
    put(store)
    sending(store)

    assert store.call(expire_deliveries, NOW + SEND_LEASE - timedelta(seconds=1)) == 0
    assert store.call(expire_deliveries, NOW + SEND_LEASE) == 1

    again = claimed(store, now=NOW + SEND_LEASE)
    assert (again.job.is_possible_repeat, again.job.started_at, again.job.attempt) == (True, NOW, 2)
    record = store.call(show_delivery, "d1")
    assert record is not None
    assert [attempt.outcome for attempt in record.history] == ["unsure", ""]


def test_sender_lost_before_the_message_was_rendered_has_sent_nothing(store: Store) -> None:
    put(store)
    claimed(store)

    store.call(expire_deliveries, NOW + SEND_LEASE, ["desk-slack"])  # it must not get a repeat

    again = claimed(store, now=NOW + SEND_LEASE)
    record = store.call(show_delivery, "d1")
    assert record is not None
    assert (again.job.is_possible_repeat, again.unsure_count, again.job.attempt) == (False, 0, 2)
    assert [attempt.outcome for attempt in record.history] == ["retry", ""]
    assert store.call(check_outbox, NOW) == []


def test_renewed_lease_does_not_expire(store: Store) -> None:
    put(store)
    one = claimed(store)

    assert store.call(renew_delivery, "d1", one.epoch, NOW + 2 * SEND_LEASE)

    assert store.call(expire_deliveries, NOW + SEND_LEASE) == 0


def test_process_that_lost_its_lease_changes_no_row(store: Store) -> None:
    put(store)
    slow = claimed(store)
    store.call(expire_deliveries, NOW + SEND_LEASE)
    claimed(store, now=NOW + SEND_LEASE)

    frozen = Frozen(body=b"late", content_type="text/plain")
    assert not store.call(freeze, "d1", slow.epoch, frozen)
    assert not store.call(renew_delivery, "d1", slow.epoch, NOW + timedelta(days=1))
    assert not finish(store, slow)
    assert state_of(store) is DeliveryState.SENDING


def test_late_answer_counts_until_another_process_claims_the_delivery(store: Store) -> None:
    put(store)
    slow = claimed(store)
    store.call(expire_deliveries, NOW + SEND_LEASE)

    assert finish(store, slow, now=NOW + MINUTE)

    assert state_of(store) is DeliveryState.DELIVERED


def test_start_marks_interrupted_messages_as_possibly_sent(store: Store) -> None:
    put(store)
    sending(store)

    store.call(reset_leases, NOW)

    again = claimed(store)
    assert (again.job.is_possible_repeat, again.unsure_count) == (True, 1)
    assert store.call(check_outbox, NOW) == []


def test_two_processes_never_claim_the_same_delivery(store_url: str) -> None:
    stores = [Store.open(store_url), Store.open(store_url)]
    for number in range(30):
        alert = make_alert(f"a{number}", story_id=f"s{number}")
        put(stores[0], make_delivery(f"d{number}", alert_id=alert.id), alert=alert)
    taken: list[str] = []

    def work(store: Store) -> None:
        while store.call(due_receivers, NOW):
            if one := claim(store):
                taken.append(one.job.delivery.id)
                assert finish(store, one)

    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()

    assert sorted(taken) == sorted(f"d{number}" for number in range(30))


def test_receiver_is_used_by_one_process_at_a_time(store_url: str) -> None:
    ours, theirs = Store.open(store_url), Store.open(store_url)
    put(ours, make_delivery("d1", recipient="a"), make_delivery("d2", recipient="b"))
    claimed(ours)

    assert claim(theirs) is None

    ours.close()
    theirs.close()


def test_receivers_fault_holds_the_receiver_and_success_clears_it(store: Store) -> None:
    put(store, make_delivery("d1", recipient="a"), make_delivery("d2", recipient="b"))
    broken = SendResult(outcome=Outcome.RECEIVER_BROKEN, code="404", text="no_service")
    until = NOW + MINUTE
    finish(
        store,
        claimed(store),
        broken,
        state=DeliveryState.PENDING,
        reason=DeliveryReason.RECEIVER_BROKEN,
        receiver_hold_until=until,
        receiver_hold_reason="404 no_service",
    )

    assert claim(store) is None
    assert store.call(due_receivers, NOW) == []
    state = store.call(receiver_states)["desk-slack"]
    assert (state.hold_until, state.hold_reason) == (until, "404 no_service")
    assert (state.failures, state.broken_at) == (1, NOW)

    probe = claimed(store, now=until)
    assert probe.receiver_failures == 1
    finish(store, probe, now=until)
    state = store.call(receiver_states)["desk-slack"]
    assert (state.hold_until, state.failures, state.broken_at) == (None, 0, None)
    assert state.last_ok_at == until


def test_receiver_that_fails_again_has_been_broken_since_the_first_time(store: Store) -> None:
    put(store)
    broken = SendResult(outcome=Outcome.RECEIVER_BROKEN)
    for minute in range(3):
        now = NOW + minute * MINUTE
        finish(store, claimed(store, now=now), broken, state=DeliveryState.PENDING, now=now)

    state = store.call(receiver_states)["desk-slack"]
    assert (state.failures, state.broken_at) == (3, NOW)


def test_resumed_receiver_sends_the_oldest_message_first(store: Store) -> None:
    for number in (1, 2):
        alert = make_alert(f"a{number}", created_at=NOW + number * MINUTE)
        put(store, make_delivery(f"d{number}", alert_id=f"a{number}"), alert=alert)
    later = NOW + 5 * MINUTE
    finish(
        store,
        claimed(store, now=later),
        SendResult(outcome=Outcome.RECEIVER_BROKEN),
        state=DeliveryState.PENDING,
        reason=DeliveryReason.RECEIVER_BROKEN,
        not_before=NOW + HOUR,
        receiver_hold_until=NOW + HOUR,
        receiver_hold_reason="receiver_broken",
        now=later,
    )

    store.call(resume_receiver, "desk-slack", now=later)

    assert claimed(store, now=later).job.delivery.id == "d1"


@pytest.mark.parametrize(("mark", "released"), [("beef", ["desk-slack"]), ("cafe", []), ("", [])])
def test_changed_address_of_a_receiver_ends_its_hold(store: Store, mark, released) -> None:
    put(store)
    finish(
        store,
        claimed(store),
        SendResult(outcome=Outcome.RECEIVER_BROKEN, code="no_service"),
        state=DeliveryState.PENDING,
        reason=DeliveryReason.RECEIVER_REFUSED,
        not_before=NOW + DAY,
        receiver_hold_until=NOW + DAY,
        receiver_hold_reason="receiver_refused",
        driver=DriverKind.SLACK_WEBHOOK,
        mark="cafe",
    )

    found = store.call(release_changed_receivers, {"desk-slack": mark}, now=NOW)

    assert found == released
    assert bool(claim(store)) is bool(released)


def test_paused_receiver_sends_no_message_until_it_is_resumed(store: Store) -> None:
    put(store)
    store.call(pause_receiver, "desk-slack", now=NOW, by="analyst")
    assert claim(store) is None
    assert store.call(receiver_states)["desk-slack"].paused_by == "analyst"

    store.call(resume_receiver, "desk-slack", now=NOW)
    assert claim(store) is not None


def test_hold_can_be_set_without_an_attempt(store: Store) -> None:
    put(store)
    store.call(hold_receiver, "desk-slack", until=NOW + MINUTE, reason="Retry-After")

    assert claim(store) is None
    assert claim(store, now=NOW + MINUTE) is not None


def test_receivers_with_something_to_send_are_named_urgent_ones_first(store: Store) -> None:
    put(store, make_delivery("d1", receiver="mail"), make_delivery("d2", receiver="slack"))
    urgent = make_alert("a2", story_id="s2", severity=Severity.CRITICAL)
    put(store, make_delivery("d3", alert_id="a2", receiver="pager"), alert=urgent)
    later = make_alert("a3", story_id="s3")
    waiting = make_delivery("d4", alert_id="a3", receiver="late", not_before=NOW + MINUTE)
    put(store, waiting, alert=later)

    assert store.call(due_receivers, NOW) == ["pager", "mail", "slack"]


def test_held_message_is_sent_at_its_time(store: Store) -> None:
    put(store, make_delivery(state=DeliveryState.HELD, not_before=NOW + MINUTE))
    assert claim(store, now=NOW + MINUTE) is None

    assert store.call(flush_held, NOW) == 0
    assert store.call(flush_held, NOW + MINUTE) == 1
    assert claim(store, now=NOW + MINUTE) is not None


def test_deliveries_of_an_unusable_receiver_wait(store: Store) -> None:
    put(store)

    settle_missing(store, now=NOW)

    assert store.call(list_deliveries)[0].delivery.state_reason == "receiver_broken"
    assert state_of(store) is DeliveryState.PENDING


def test_message_that_waits_too_long_for_an_unusable_receiver_is_dead(store: Store) -> None:
    put(store)

    assert settle_missing(store, now=NOW + 3 * DAY) == 1
    assert state_of(store) is DeliveryState.DEAD


def test_message_for_a_usable_receiver_keeps_waiting(store: Store) -> None:
    put(store)

    assert settle_missing(store, now=NOW + 3 * DAY, usable=["desk-slack"]) == 0
    assert state_of(store) is DeliveryState.PENDING


def settle_missing(store: Store, *, now: datetime, usable: Sequence[str] = ()) -> int:
    return store.call(expire_for_missing_receivers, list(usable), now=now, give_up_after=2 * DAY)


def test_dead_letter_can_be_retried_with_a_new_term(store: Store) -> None:
    put(store)
    refused = SendResult(outcome=Outcome.PERMANENT, code="550")
    finish(store, claimed(store), refused, state=DeliveryState.DEAD, reason=DeliveryReason.REFUSED)
    later = NOW + timedelta(days=2)

    assert store.call(retry_delivery, "d1", now=later)

    again = claimed(store, now=later)
    assert again.job.delivery.id == "d1"
    assert again.job.delivery.give_up_at == later + timedelta(hours=24)


def test_message_that_never_had_a_term_gets_one_when_it_is_sent_again(store: Store) -> None:
    put(store, make_delivery(give_up_at=None))
    refused = SendResult(outcome=Outcome.PERMANENT)
    finish(store, claimed(store), refused, state=DeliveryState.DEAD)
    later = NOW + 2 * DAY

    store.call(replay_delivery, "d1", now=later)
    store.call(retry_delivery, "d1", now=later)

    records = store.call(list_deliveries)
    assert [record.delivery.give_up_at for record in records] == [later + DAY, later + DAY]


@pytest.mark.parametrize("change", ["facts = '{}'", "facts_type = 'Forgotten'"])
def test_message_that_cannot_be_read_does_not_block_its_receiver(store: Store, change: str) -> None:
    put(store)
    put(store, make_delivery("d2", alert_id="a2"), alert=make_alert("a2", story_id="s2"))
    store.call(damage, change)

    assert claimed(store).job.delivery.id == "d2"

    assert store.call(state_and_reason, "d1") == ("dead", "unreadable")


def test_message_that_cannot_be_read_is_still_listed_and_shown(store: Store) -> None:
    put(store)
    store.call(damage, "facts = '{}'")

    (listed,) = store.call(list_deliveries)

    assert listed.facts == NoticeFacts(title="(cannot be read)")


def test_receiver_without_repeats_has_a_dead_letter_after_a_crash(store: Store) -> None:
    put(store)
    sending(store)

    store.call(expire_deliveries, NOW + SEND_LEASE, ["desk-slack"])

    assert store.call(state_and_reason, "d1") == ("dead", "unanswered")


def test_message_whose_sender_dies_each_time_ends_with_its_term(store: Store) -> None:
    put(store, make_delivery(give_up_at=NOW + HOUR))
    sending(store)
    store.call(expire_deliveries, NOW + 2 * HOUR)
    assert store.call(state_and_reason, "d1") == ("pending", "unsure")
    claimed(store, now=NOW + 2 * HOUR)

    store.call(expire_deliveries, NOW + 3 * HOUR)

    assert store.call(state_and_reason, "d1") == ("dead", "gave_up")


def test_unanswered_attempt_that_has_expired_is_counted_once(store: Store) -> None:
    put(store)
    one = sending(store)
    store.call(expire_deliveries, NOW + SEND_LEASE)

    finish(store, one, SendResult(outcome=Outcome.UNSURE), state=DeliveryState.PENDING)

    (record,) = store.call(list_deliveries)
    assert record.unsure_count == 1


def damage(tx: Transaction, change: str) -> None:
    tx.execute(sa.text(f"UPDATE alert SET {change} WHERE id = 'a1'"))


def state_and_reason(tx: Transaction, id_: str) -> tuple[str, str]:
    found = tx.execute(sa.text("SELECT state, reason FROM delivery WHERE id = :id"), {"id": id_})
    return tuple(found.one())


def test_delivered_message_cannot_be_retried(store: Store) -> None:
    put(store)
    finish(store, claimed(store))

    assert not store.call(retry_delivery, "d1", now=NOW)
    assert not store.call(retry_delivery, "unknown", now=NOW)


def test_replay_is_a_new_message_and_leaves_the_old_one_as_it_was(store: Store) -> None:
    put(store)
    one = claimed(store)
    store.call(freeze, "d1", one.epoch, Frozen(body=b"x", content_type="text/plain"))
    finish(store, one)

    assert store.call(replay_delivery, "d1", now=NOW) == "d1.r1"
    again = claimed(store)
    assert (again.job.delivery.id, again.job.frozen, again.job.attempt) == ("d1.r1", None, 1)
    finish(store, again)

    assert store.call(replay_delivery, "d1.r1", now=NOW) == "d1.r2"
    assert state_of(store, "d1") is DeliveryState.DELIVERED
    assert store.call(replay_delivery, "unknown", now=NOW) == ""


def test_beginning_of_an_id_names_the_only_message_with_it(store: Store) -> None:
    put(store, make_delivery("abc123"), make_delivery("abd456", receiver="desk-mail"))
    finish(store, claimed(store))
    replayed = store.call(replay_delivery, "abc123", now=NOW)

    asked = ("abc…", "abc123", replayed, "ab", "x")
    found = [store.call(full_id, beginning) for beginning in asked]

    assert found == ["abc123", "abc123", replayed, "ab", "x"]


def test_cancel_affects_waiting_messages_and_needs_a_condition(store: Store) -> None:
    put(store, make_delivery("d1", recipient="a"), make_delivery("d2", receiver="desk-mail"))
    finish(store, claimed(store))

    assert store.call(cancel_deliveries, now=NOW) == 0
    assert store.call(cancel_deliveries, now=NOW, ids=["d1", "d2"]) == 1

    assert state_of(store, "d1") is DeliveryState.DELIVERED
    assert state_of(store, "d2") is DeliveryState.CANCELLED


def test_receivers_old_deliveries_are_cancelled_together(store: Store) -> None:
    put(store, make_delivery("d1", recipient="a"), make_delivery("d2", receiver="desk-mail"))

    assert store.call(cancel_deliveries, now=NOW, receiver="desk-slack", before=NOW) == 0
    assert store.call(cancel_deliveries, now=NOW, receiver="desk-slack", before=NOW + MINUTE) == 1
    assert state_of(store, "d2") is DeliveryState.PENDING


def test_deliveries_are_listed_by_state_and_receiver_newest_first(store: Store) -> None:
    put(store, make_delivery("d1", recipient="a"), make_delivery("d2", recipient="b"))
    put(store, make_delivery("d3", receiver="desk-mail"))
    finish(store, claimed(store))

    def ids(**more: Any) -> list[str]:
        return [record.delivery.id for record in store.call(list_deliveries, **more)]

    assert ids() == ["d3", "d2", "d1"]
    assert ids(limit=1) == ["d3"]
    assert ids(receiver="desk-slack") == ["d2", "d1"]
    assert ids(states=[DeliveryState.DELIVERED]) == ["d1"]
    assert ids(story_id="s1", limit=2) == ["d3", "d2"]
    assert ids(story_id="other") == []


@pytest.mark.parametrize(
    "facts",
    [
        NoticeFacts(title="receiver broken", lines=("desk-slack",), severity=Severity.HIGH),
        DigestFacts(
            name="morning",
            items=(),
            coverage=CoverageFacts(
                since_at=NOW, until_at=NOW, feeds=3, feeds_current=2, feeds_late=1
            ),
        ),
    ],
)
def test_messages_without_a_story_are_kept_apart_by_their_alert(store: Store, facts: Any) -> None:
    for number in (1, 2):
        alert = Alert(
            id=f"a{number}",
            kind=AlertKind.SYSTEM,
            story_id="",
            revision=0,
            severity=Severity.NORMAL,
            facts=facts,
            created_at=NOW,
        )
        put(store, make_delivery(f"d{number}", alert_id=alert.id), alert=alert)

    first = claimed(store)
    assert first.job.facts == facts
    finish(store, first)
    assert claimed(store).job.delivery.id == "d2"


def test_violated_invariants_are_named(store: Store) -> None:
    store.call(add_alert, make_alert("a0", story_id="s0"), [])
    put(store)
    claimed(store)

    assert store.call(check_outbox, NOW) == ["alert a0 has no delivery"]
    late = NOW + timedelta(hours=1)
    assert "delivery d1 is still being sent long after its lease" in store.call(check_outbox, late)


def test_process_that_dies_before_its_commit_leaves_no_row(store_url: str) -> None:
    store = Store.open(store_url)

    def die(tx: Transaction) -> None:
        add_alert(tx, make_alert(), [make_delivery()])
        tx.connection.connection.driver_connection.close()  # as the kernel does for a dead process

    with pytest.raises(Exception, match=r".+"):
        store.call(die)
    store.close()

    reopened = Store.open(store_url)
    assert reopened.call(list_deliveries) == []
    reopened.close()


def test_message_that_waited_through_a_pause_gets_a_new_term(store: Store) -> None:
    put(store, make_delivery(give_up_at=NOW + DAY))

    store.call(resume_receiver, "desk-slack", now=NOW + 3 * DAY)

    assert store.call(list_deliveries)[0].delivery.give_up_at == NOW + 4 * DAY


def test_message_without_recipients_gets_them_later(store: Store) -> None:
    put(store)

    assert store.call(save_recipients, {"desk-slack": ("a@example.org", "b@example.org")}) == 1
    assert store.call(save_recipients, {"desk-slack": ("a@example.org", "b@example.org")}) == 0

    recipients = [record.delivery.recipient for record in store.call(list_deliveries)]
    assert sorted(recipients) == ["a@example.org", "b@example.org"]


def test_alerts_are_counted_without_other_messages(store: Store) -> None:
    store.call(add_alert, make_alert("a1"), [make_delivery("d1", alert_id="a1")])
    for number in range(5):
        notice = make_alert(f"c{number}", kind=AlertKind.CANARY, created_at=NOW + HOUR)
        store.call(add_alert, notice, [make_delivery(f"dc{number}", alert_id=notice.id)])

    assert [listed.delivery.id for listed in store.call(list_alerts, limit=1)] == ["d1"]


def test_alert_keeps_its_time_when_its_message_is_replayed(store: Store) -> None:
    store.call(add_alert, make_alert("a1"), [make_delivery("d1", state=DeliveryState.DELIVERED)])

    assert store.call(replay_delivery, "d1", now=NOW + HOUR)

    assert {listed.alerted_at for listed in store.call(list_alerts, limit=1)} == {NOW}


@pytest.mark.parametrize("nothing", ["", "…"])
def test_empty_id_names_no_delivery(store: Store, nothing: str) -> None:
    store.call(add_alert, make_alert("a1"), [make_delivery("d1")])

    assert store.call(full_id, nothing) == nothing
