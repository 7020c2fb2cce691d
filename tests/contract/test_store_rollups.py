"""Messages merged into one: held ones, ones beyond a limit, and those for a fallback."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders.store import NOW, SEND_LEASE, make_alert, make_delivery
from straitwatch.core.identity import delivery_key
from straitwatch.core.model import (
    Alert,
    AlertFacts,
    AlertKind,
    DeliveryReason,
    DeliveryState,
    Fallback,
    Limit,
    NextStep,
    NoticeFacts,
    Outcome,
    Reason,
    RollupFacts,
    SendResult,
    Severity,
    SignalKind,
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
    hold_receiver,
    list_deliveries,
    merged_into,
    prune_messages,
    redirect_overdue,
    replay_delivery,
    retry_dead,
    retry_delivery,
    save_recipients,
    show_delivery,
    tend_broken_receivers,
)

SENT = SendResult(outcome=Outcome.DELIVERED, ref={"ts": "1.2"})
REFUSED = SendResult(outcome=Outcome.PERMANENT, code="550")
MINUTE = timedelta(minutes=1)
MORNING = NOW + timedelta(hours=8)
LIMIT = Limit(messages=3, per=10 * MINUTE)
MAIL = Fallback(receiver="desk-mail", recipients=("a@x.org",), give_up_after=48 * 60 * MINUTE)


def put(store: Store, number: int, **changes: Any) -> str:
    """Put the message of a story into the outbox and return its id."""
    return store.call(add_message, number, **changes)


def put_many(store: Store, count: int, **changes: Any) -> list[str]:
    """Put the messages of several stories into the outbox in one transaction."""
    return store.call(lambda tx: [add_message(tx, number, **changes) for number in range(count)])


def add_message(
    tx: Transaction, number: int, *, story: str = "", at: datetime = NOW, **changes: Any
) -> str:
    severity = changes.pop("severity", Severity.NORMAL)
    alert = make_alert(
        f"a{number}",
        story_id=story or f"s{number}",
        revision=number,
        created_at=at,
        severity=severity,
    )
    add_alert(tx, alert, [make_delivery(f"d{number}", alert_id=alert.id, **changes)])
    return f"d{number}"


def held(store: Store, count: int, **changes: Any) -> list[str]:
    filled = {"state": DeliveryState.HELD, "state_reason": "quiet_hours", "not_before": MORNING}
    return put_many(store, count, **(filled | changes))


def claim(
    store: Store, *, now: datetime = NOW, limit: Limit | None = None, receiver: str = "desk-slack"
) -> ClaimedDelivery | None:
    return store.call(
        claim_delivery, receiver=receiver, now=now, lease=SEND_LEASE, worker="host:1", limit=limit
    )


def finish(
    store: Store,
    one: ClaimedDelivery,
    result: SendResult = SENT,
    *,
    now: datetime = NOW,
    fallback: Fallback | None = None,
) -> None:
    state = DeliveryState.DEAD if result is REFUSED else DeliveryState.DELIVERED
    step = NextStep(state=state, reason=DeliveryReason.NONE)
    assert store.call(finish_attempt, one, result, step, now=now, fallback=fallback)


def send_all(store: Store, *, now: datetime, limit: Limit | None = None) -> list[ClaimedDelivery]:
    """Send all messages that are due."""
    sent = []
    while one := claim(store, now=now, limit=limit):
        finish(store, one, now=now)
        sent.append(one)
    return sent


def states(store: Store) -> Counter[str]:
    return Counter(
        listed.delivery.state.value for listed in store.call(list_deliveries, limit=10_000)
    )


def state_of(store: Store, id_: str) -> tuple[str, str]:
    record = store.call(show_delivery, id_)
    assert record is not None
    return record.delivery.state.value, record.merged_into


def only(found: Sequence[ClaimedDelivery]) -> ClaimedDelivery:
    (one,) = found
    return one


# ---------------------------------------------------------------- held


def test_messages_held_by_quiet_hours_become_one_that_lists_all(store: Store) -> None:
    ids = held(store, 3)

    store.call(flush_held, MORNING)
    rollup = only(send_all(store, now=MORNING)).job

    assert rollup.kind is AlertKind.ROLLUP
    assert isinstance(rollup.facts, RollupFacts)
    assert (rollup.facts.cause, rollup.facts.messages, rollup.facts.stories) == (
        "quiet_hours",
        3,
        3,
    )
    assert [state_of(store, id_) for id_ in ids] == [("merged", rollup.delivery.id)] * 3
    members = store.call(merged_into, rollup.delivery.id)
    assert [member.delivery.id for member in members] == ids


def test_one_message_alone_goes_out_as_itself(store: Store) -> None:
    (id_,) = held(store, 1)

    store.call(flush_held, MORNING)

    assert only(send_all(store, now=MORNING)).job.delivery.id == id_


def test_latest_of_several_messages_about_a_story_is_sent(store: Store) -> None:
    first, last = held(store, 2, story="s1")

    store.call(flush_held, MORNING)

    assert only(send_all(store, now=MORNING)).job.delivery.id == last
    assert state_of(store, first) == ("merged", last)


def test_every_message_about_a_story_is_listed(store: Store) -> None:
    held(store, 3, story="s1")

    store.call(flush_held, MORNING)

    facts = only(send_all(store, now=MORNING)).job.facts
    assert isinstance(facts, AlertFacts)
    assert len(facts.updates) == 2


def test_each_place_gets_a_message_of_its_own(store: Store) -> None:
    for number, recipient in enumerate(("a@x.org", "a@x.org", "b@x.org", "b@x.org")):
        put(
            store,
            number,
            recipient=recipient,
            state=DeliveryState.HELD,
            not_before=MORNING,
        )

    store.call(flush_held, MORNING)

    sent = send_all(store, now=MORNING)
    assert sorted(one.job.delivery.recipient for one in sent) == ["a@x.org", "b@x.org"]
    assert states(store) == {"merged": 4, "delivered": 2}


def test_message_that_is_held_longer_stays_held(store: Store) -> None:
    held(store, 2)
    put(store, 7, state=DeliveryState.HELD, not_before=MORNING + MINUTE)

    store.call(flush_held, MORNING)

    assert states(store) == {"merged": 2, "pending": 1, "held": 1}


def test_second_release_changes_no_message(store: Store) -> None:
    held(store, 3)

    released = [store.call(flush_held, MORNING) for _ in range(2)]

    assert released == [3, 0]
    assert states(store) == {"merged": 3, "pending": 1}


def test_rollup_lists_the_most_urgent_stories_and_counts_the_rest(store: Store) -> None:
    held(store, 30)
    put(
        store,
        99,
        severity=Severity.HIGH,
        state=DeliveryState.HELD,
        state_reason="quiet_hours",
        not_before=MORNING,
    )

    store.call(flush_held, MORNING)

    facts = only(send_all(store, now=MORNING)).job.facts
    assert isinstance(facts, RollupFacts)
    assert (len(facts.items), facts.stories) == (14, 31)
    assert facts.items[0].severity is Severity.HIGH


# ---------------------------------------------------------------- updates that are collected


def collected(store: Store, *, wait: timedelta = 10 * MINUTE) -> tuple[str, list[str]]:
    """Send a first alert; put three updates of it, a minute apart, to wait for each other."""
    first = put(store, 1, story="s1")
    send_all(store, now=NOW)
    updates = [
        put_update(store, number, at=NOW + number * MINUTE, wait=wait, parent_id=first)
        for number in (2, 3, 4)
    ]
    return first, updates


def put_update(store: Store, number: int, *, at: datetime, wait: timedelta, **changes: Any) -> str:
    alert = make_alert(f"a{number}", revision=number, created_at=at, kind=AlertKind.UPDATE)
    facts = replace(
        alert.facts, kind=AlertKind.UPDATE, title=f"Part {number}", reason=Reason.DEVELOPMENT
    )
    waits = {
        "state": DeliveryState.HELD,
        "state_reason": DeliveryReason.UPDATE_WAIT,
        "not_before": at + wait,
    }
    delivery = make_delivery(f"d{number}", alert_id=alert.id, **(waits | changes))
    store.call(add_alert, replace(alert, facts=facts), [delivery])
    return f"d{number}"


def released(store: Store, now: datetime) -> ClaimedDelivery:
    store.call(flush_held, now)
    return only(send_all(store, now=now))


def test_updates_of_a_story_go_out_as_one_when_the_first_has_waited(store: Store) -> None:
    _, (*members, last) = collected(store)
    assert store.call(flush_held, NOW + 11 * MINUTE) == 0

    job = released(store, NOW + 12 * MINUTE).job

    assert (job.delivery.id, job.kind) == (last, AlertKind.UPDATE)
    assert isinstance(job.facts, AlertFacts)
    assert job.facts.title == "Part 4"
    assert [one.title for one in job.facts.updates] == ["Part 2", "Part 3"]
    assert [state_of(store, id_) for id_ in members] == [("merged", last)] * 2
    assert store.call(check_outbox, NOW + 12 * MINUTE) == []


def test_collected_update_is_an_answer_in_the_thread_of_its_story(store: Store) -> None:
    collected(store)

    assert released(store, NOW + 12 * MINUTE).job.parent_ref == {"ts": "1.2"}


def test_collected_update_takes_the_held_message_before_it_along(store: Store) -> None:
    put(store, 1, story="s1", state=DeliveryState.HELD, not_before=MORNING)
    put_update(store, 2, at=NOW, wait=MINUTE, parent_id="d1")

    store.call(flush_held, NOW + 2 * MINUTE)

    sent = [one.job.delivery.id for one in send_all(store, now=NOW + 2 * MINUTE)]
    assert sent == ["d1", "d2"]


def test_update_that_goes_at_once_leaves_the_waiting_ones_to_their_time(store: Store) -> None:
    first, _ = collected(store)
    put(store, 5, story="s1", at=NOW + 5 * MINUTE, parent_id=first, severity=Severity.HIGH)

    at_once = only(send_all(store, now=NOW + 5 * MINUTE))
    later = released(store, NOW + 12 * MINUTE)

    assert at_once.job.delivery.id == "d5"
    assert isinstance(later.job.facts, AlertFacts)
    assert len(later.job.facts.updates) == 2


def test_collected_updates_of_two_stories_are_two_messages(store: Store) -> None:
    collected(store)
    other = make_alert("b1", story_id="s2", revision=7, kind=AlertKind.UPDATE)
    waits = {
        "state": DeliveryState.HELD,
        "state_reason": DeliveryReason.UPDATE_WAIT,
        "not_before": NOW + MINUTE,
    }
    store.call(add_alert, other, [make_delivery("e1", alert_id="b1", **waits)])

    store.call(flush_held, NOW + 12 * MINUTE)

    assert len(send_all(store, now=NOW + 12 * MINUTE)) == 2


def test_collected_update_says_the_same_when_a_crash_comes_before_it_is_written(
    store: Store,
) -> None:
    collected(store)
    store.call(flush_held, NOW + 12 * MINUTE)
    lost = claim(store, now=NOW + 12 * MINUTE)
    store.call(expire_deliveries, NOW + 20 * MINUTE)

    again = claim(store, now=NOW + 20 * MINUTE)

    assert lost is not None
    assert again is not None
    assert again.job.facts == lost.job.facts


def test_updates_in_a_dead_message_are_dead_and_retried_with_it(store: Store) -> None:
    _, ids = collected(store)
    store.call(flush_held, NOW + 12 * MINUTE)
    one = claim(store, now=NOW + 12 * MINUTE)
    assert one is not None
    finish(store, one, REFUSED, now=NOW + 12 * MINUTE)
    assert [state_of(store, id_)[0] for id_ in ids] == ["dead"] * 3

    store.call(retry_dead, now=NOW + 13 * MINUTE)

    again = only(send_all(store, now=NOW + 13 * MINUTE))
    assert again.job.facts == one.job.facts


def test_fallback_sends_the_text_of_the_collected_update(store: Store) -> None:
    collected(store)
    store.call(flush_held, NOW + 12 * MINUTE)
    one = claim(store, now=NOW + 12 * MINUTE)
    assert one is not None

    finish(store, one, REFUSED, now=NOW + 12 * MINUTE, fallback=MAIL)

    other = claim(store, receiver="desk-mail", now=NOW + 12 * MINUTE)
    assert other is not None
    assert other.job.facts == one.job.facts


def test_collected_update_that_a_person_replays_says_the_same_again(store: Store) -> None:
    collected(store)
    one = released(store, NOW + 12 * MINUTE)

    store.call(replay_delivery, one.job.delivery.id, now=NOW + 20 * MINUTE)

    assert only(send_all(store, now=NOW + 20 * MINUTE)).job.facts == one.job.facts


def test_rollup_shows_a_story_by_its_correction_and_counts_its_other_updates(
    store: Store,
) -> None:
    night = {"state_reason": "quiet_hours", "not_before": MORNING, "state": DeliveryState.HELD}
    put(store, 1, story="other", **night)
    alert = make_alert("a2", revision=2, kind=AlertKind.UPDATE)
    facts = replace(alert.facts, title="It was not so", signal=SignalKind.CORRECTION, revision=2)
    store.call(
        add_alert, replace(alert, facts=facts), [make_delivery("d2", alert_id="a2", **night)]
    )
    put(store, 3, story="s1", **night)

    rollup = released(store, MORNING).job.facts

    assert isinstance(rollup, RollupFacts)
    (item,) = [item for item in rollup.items if item.story_id == "s1"]
    assert (item.title, item.signal, item.updates) == ("It was not so", SignalKind.CORRECTION, 1)


# ---------------------------------------------------------------- limits


def test_last_message_that_a_limit_allows_speaks_for_the_rest(store: Store) -> None:
    put_many(store, 2000)

    sent = send_all(store, now=NOW, limit=LIMIT)

    assert [one.job.kind for one in sent] == [AlertKind.NEW, AlertKind.NEW, AlertKind.ROLLUP]
    assert states(store) == {"delivered": 3, "merged": 1998}
    facts = sent[-1].job.facts
    assert isinstance(facts, RollupFacts)
    assert (facts.cause, facts.messages, facts.limit) == ("limit", 1998, LIMIT)


def test_rollup_of_a_collected_update_lists_the_correction_in_it(store: Store) -> None:
    correction = make_alert("a1", revision=1, kind=AlertKind.UPDATE)
    facts = replace(
        correction.facts, title="It was not so", signal=SignalKind.CORRECTION, revision=1
    )
    waits = {
        "state": DeliveryState.HELD,
        "state_reason": DeliveryReason.UPDATE_WAIT,
        "not_before": NOW + MINUTE,
    }
    store.call(
        add_alert, replace(correction, facts=facts), [make_delivery("d1", alert_id="a1", **waits)]
    )
    put_update(store, 2, at=NOW, wait=10 * MINUTE)
    store.call(flush_held, NOW + MINUTE)
    put(store, 3, story="other", at=NOW + MINUTE)

    sent = send_all(store, now=NOW + MINUTE, limit=Limit(messages=1, per=MINUTE))

    rollup = only(sent).job.facts
    assert isinstance(rollup, RollupFacts)
    (item,) = [item for item in rollup.items if item.story_id == "s1"]
    assert (item.title, item.signal, item.updates) == ("It was not so", SignalKind.CORRECTION, 1)
    assert rollup.messages == 3


def test_message_beyond_the_limit_waits_for_the_next_span(
    store: Store,
) -> None:
    put_many(store, 5)
    send_all(store, now=NOW, limit=LIMIT)
    put(store, 10)

    meanwhile = send_all(store, now=NOW + 9 * MINUTE, limit=LIMIT)
    due = store.call(due_receivers, NOW + 9 * MINUTE)
    later = send_all(store, now=NOW + 10 * MINUTE, limit=LIMIT)

    assert (meanwhile, due) == ([], [])
    assert only(later).job.delivery.id == "d10"


def test_span_never_holds_more_messages_than_the_limit(store: Store) -> None:
    sent_at: list[datetime] = []
    for minute in range(60):
        now = NOW + minute * MINUTE
        put(store, minute, at=now)
        sent_at += [now] * len(send_all(store, now=now, limit=LIMIT))

    spans = [sum(start <= at < start + LIMIT.per for at in sent_at) for start in sent_at]
    assert max(spans) == LIMIT.messages
    assert set(states(store)) <= {"delivered", "merged", "pending"}
    assert store.call(check_outbox, NOW + 60 * MINUTE) == []


def test_message_sent_by_a_fast_clock_does_not_count(store: Store) -> None:
    put_many(store, 3)
    send_all(store, now=NOW + 60 * MINUTE, limit=LIMIT)
    put(store, 9)

    assert only(send_all(store, now=NOW, limit=LIMIT)).job.delivery.id == "d9"


def test_critical_messages_are_counted_by_themselves(store: Store) -> None:
    put_many(store, 3)
    send_all(store, now=NOW, limit=LIMIT)
    put(store, 9, severity=Severity.CRITICAL)

    assert only(send_all(store, now=NOW, limit=LIMIT)).job.delivery.id == "d9"


def test_digests_and_notices_are_not_limited(store: Store) -> None:
    put_many(store, 3)
    send_all(store, now=NOW, limit=LIMIT)
    notice = Alert(
        id="n",
        kind=AlertKind.SYSTEM,
        story_id="",
        revision=0,
        severity=Severity.NORMAL,
        facts=NoticeFacts(title="A feed is broken"),
        created_at=NOW,
    )
    store.call(add_alert, notice, [make_delivery("dn", alert_id="n")])

    assert only(send_all(store, now=NOW, limit=LIMIT)).job.delivery.id == "dn"


def test_possibly_sent_message_is_not_rolled_up(store: Store) -> None:
    put_many(store, 3)
    first = claim(store)
    assert first is not None
    unsure = SendResult(outcome=Outcome.UNSURE)
    step = NextStep(state=DeliveryState.PENDING, reason=DeliveryReason.UNANSWERED)
    store.call(finish_attempt, first, unsure, step, now=NOW)

    send_all(store, now=NOW, limit=Limit(messages=2, per=MINUTE))

    assert state_of(store, "d0")[0] == "delivered"


# ---------------------------------------------------------------- the parts of a roll-up


def rolled_up(store: Store) -> tuple[list[str], ClaimedDelivery]:
    ids = held(store, 3)
    store.call(flush_held, MORNING)
    one = claim(store, now=MORNING)
    assert one is not None
    return ids, one


def test_messages_in_a_dead_rollup_are_dead_and_reported(store: Store) -> None:
    ids, rollup = rolled_up(store)

    finish(store, rollup, REFUSED, now=MORNING)

    assert [state_of(store, id_)[0] for id_ in ids] == ["dead"] * 3
    assert store.call(check_outbox, MORNING) == []


def test_rollup_that_is_tried_again_takes_its_parts_along(store: Store) -> None:
    ids, rollup = rolled_up(store)
    finish(store, rollup, REFUSED, now=MORNING)

    again = store.call(retry_dead, now=MORNING)

    assert again == 1
    assert [state_of(store, id_)[0] for id_ in ids] == ["merged"] * 3
    assert only(send_all(store, now=MORNING)).job.delivery.id == rollup.job.delivery.id


def test_part_that_a_person_tries_again_goes_out_by_itself(store: Store) -> None:
    ids, rollup = rolled_up(store)
    finish(store, rollup, REFUSED, now=MORNING)

    store.call(retry_delivery, ids[0], now=MORNING)

    assert only(send_all(store, now=MORNING)).job.delivery.id == ids[0]
    assert state_of(store, ids[0]) == ("delivered", "")


def test_cancelling_a_rollup_cancels_its_messages(store: Store) -> None:
    ids = held(store, 3)
    store.call(flush_held, MORNING)

    store.call(cancel_deliveries, now=MORNING, receiver="desk-slack")

    assert states(store) == {"cancelled": 4}
    assert len(ids) == 3


def test_update_follows_the_message_that_carried_the_first(store: Store) -> None:
    first, _ = held(store, 2, story="s1")
    store.call(flush_held, MORNING)
    send_all(store, now=MORNING)

    put(store, 5, story="s1", at=MORNING, parent_id=first)

    update = claim(store, now=MORNING)
    assert update is not None
    assert update.job.parent_ref == {"ts": "1.2"}


def test_unreadable_held_message_does_not_block_the_others(store: Store) -> None:
    held(store, 3)
    store.call(spoil, "a1")

    store.call(flush_held, MORNING)

    assert states(store) == {"dead": 1, "merged": 2, "pending": 1}
    assert state_of(store, "d1") == ("dead", "")


def test_unreadable_message_under_a_limit_does_not_block_the_others(store: Store) -> None:
    put_many(store, 8)
    store.call(spoil, "a5")

    sent = send_all(store, now=NOW, limit=LIMIT)

    assert len(sent) == LIMIT.messages
    assert state_of(store, "d5") == ("dead", "")


def spoil(tx: Transaction, alert: str) -> None:
    tx.execute(sa.text("UPDATE alert SET facts = '{}' WHERE id = :id"), {"id": alert})


def test_rollup_is_kept_as_long_as_one_of_those_that_it_carries(store: Store) -> None:
    held(store, 2)
    also = make_delivery("m1", alert_id="a1", receiver="desk-mail")
    store.call(add_alert, make_alert("a1", story_id="s1", revision=1), [also])
    store.call(flush_held, MORNING)
    send_all(store, now=MORNING)
    mail = claim(store, receiver="desk-mail", now=MORNING)
    assert mail is not None
    finish(store, mail, REFUSED, now=MORNING)
    later = NOW + timedelta(days=100)

    for _ in range(3):
        store.call(prune_messages, now=later, after=timedelta(days=90))

    assert store.call(check_outbox, later) == []


# ---------------------------------------------------------------- fallbacks


def test_undeliverable_message_goes_to_the_fallback(store: Store) -> None:
    id_ = put(store, 1)
    one = claim(store)
    assert one is not None

    finish(store, one, REFUSED, fallback=MAIL)

    other = claim(store, receiver="desk-mail")
    assert other is not None
    assert (other.job.delivery.recipient, other.job.delivery.alert_id) == ("a@x.org", "a1")
    assert state_of(store, id_) == ("merged", other.job.delivery.id)


def test_message_whose_fallback_fails_too_is_a_dead_letter(store: Store) -> None:
    id_ = put(store, 1)
    one = claim(store)
    assert one is not None
    finish(store, one, REFUSED, fallback=MAIL)
    other = claim(store, receiver="desk-mail")
    assert other is not None

    finish(store, other, REFUSED)

    assert state_of(store, id_)[0] == "dead"
    assert store.call(check_outbox, NOW) == []


def test_fallback_that_has_failed_already_leaves_a_dead_letter(store: Store) -> None:
    id_ = put(store, 1)
    there = delivery_key("a1", MAIL.receiver, MAIL.recipients[0])
    mail = make_delivery(there, alert_id="a1", receiver="desk-mail", recipient="a@x.org")
    store.call(add_alert, make_alert("a1", story_id="s1", revision=1), [mail])
    first = claim(store, receiver="desk-mail")
    assert first is not None
    finish(store, first, REFUSED)
    one = claim(store)
    assert one is not None

    finish(store, one, REFUSED, fallback=MAIL)

    assert (state_of(store, id_), store.call(check_outbox, NOW)) == (("dead", ""), [])


def test_fallback_that_was_alerted_anyway_gets_no_second_message(store: Store) -> None:
    there = make_delivery(
        delivery_key("a1", "desk-mail", "a@x.org"), receiver="desk-mail", recipient="a@x.org"
    )
    store.call(add_alert, make_alert(), [make_delivery(), there])
    one, other = claim(store), claim(store, receiver="desk-mail")
    assert one is not None
    assert other is not None
    finish(store, other)

    finish(store, one, REFUSED, fallback=MAIL)

    assert claim(store, receiver="desk-mail") is None
    assert state_of(store, "d1") == ("merged", there.id)


@pytest.mark.parametrize(
    ("fallback", "ended", "state"),
    [({"desk-slack": MAIL}, [1, 0], "merged"), ({}, [0, 1], "dead")],
)
def test_messages_of_an_unset_receiver_go_to_its_fallback_or_end(
    store: Store, fallback, ended, state
) -> None:
    put(store, 1, give_up_at=NOW + MINUTE)

    counts = [
        store.call(
            expire_for_missing_receivers,
            ["desk-mail"],
            now=now,
            give_up_after=MINUTE,
            fallbacks=fallback,
        )
        for now in (NOW, NOW + MINUTE)
    ]

    assert counts == ended
    assert state_of(store, "d1")[0] == state


def test_expired_message_does_not_wait_for_a_broken_receiver(store: Store) -> None:
    put(store, 1, give_up_at=NOW + 30 * MINUTE)
    store.call(hold_receiver, "desk-slack", until=NOW + 60 * MINUTE, reason="receiver_broken")

    redirected = [
        store.call(redirect_overdue, {"desk-slack": MAIL}, NOW + wait)
        for wait in (29 * MINUTE, 30 * MINUTE)
    ]

    assert redirected == [0, 1]
    assert claim(store, now=NOW + 30 * MINUTE, receiver="desk-mail") is not None


@pytest.mark.parametrize("reason", ["receiver_broken", "receiver_refused"])
def test_messages_of_a_broken_receiver_go_to_its_fallback_at_once(store: Store, reason) -> None:
    put(store, 1, give_up_at=NOW + 30 * MINUTE)
    store.call(hold_receiver, "desk-slack", until=NOW + MINUTE, reason=reason)

    assert store.call(tend_broken_receivers, {"desk-slack": MAIL}, NOW) == 1
    assert claim(store, receiver="desk-mail") is not None


def test_messages_of_a_receiver_that_asks_to_slow_down_stay_there(store: Store) -> None:
    put(store, 1)
    store.call(hold_receiver, "desk-slack", until=NOW + MINUTE, reason="rate_limited")

    assert store.call(tend_broken_receivers, {"desk-slack": MAIL}, NOW) == 0


def test_fallback_that_is_broken_too_gets_no_message(store: Store) -> None:
    put(store, 1)
    for name in ("desk-slack", "desk-mail"):
        store.call(hold_receiver, name, until=NOW + MINUTE, reason="receiver_broken")

    assert store.call(tend_broken_receivers, {"desk-slack": MAIL}, NOW) == 0


def test_message_of_a_refused_receiver_without_fallback_ends_with_its_term(store: Store) -> None:
    id_ = put(store, 1, give_up_at=NOW + MINUTE)
    store.call(hold_receiver, "desk-slack", until=NOW + 60 * MINUTE, reason="receiver_refused")

    counts = [store.call(tend_broken_receivers, {}, now) for now in (NOW, NOW + MINUTE)]

    assert (counts, state_of(store, id_)[0]) == ([0, 1], "dead")


def test_rollup_written_before_its_recipients_were_known_keeps_its_parts(store: Store) -> None:
    held(store, 2)
    store.call(flush_held, MORNING)

    store.call(save_recipients, {"desk-slack": ("a@x.org", "b@x.org")})

    assert store.call(check_outbox, MORNING) == []
