"""Edits of sent messages: requested once for several actions, claimed by one sender, retried."""

from datetime import timedelta
from typing import Any

import pytest

from builders.messages import make_digest, make_item
from builders.store import LEASE, NOW, make_alert, make_delivery, make_story
from straitwatch.core.identity import action_id
from straitwatch.core.model import (
    ActionKind,
    Alert,
    AlertKind,
    DeliveryReason,
    DeliveryState,
    Frozen,
    ManualAction,
    NextStep,
    Outcome,
    SendResult,
)
from straitwatch.store import (
    ClaimedEdit,
    Signature,
    Store,
    add_action,
    add_alert,
    claim_delivery,
    claim_edit,
    finish_attempt,
    finish_edit,
    freeze,
    prune_messages,
    queue_edits,
    receivers_to_edit,
    record_merge,
    reset_edit_leases,
    write_stories,
)
from straitwatch.store.rows import DELIVERY

SOON = NOW + timedelta(seconds=1)
LATER = NOW + timedelta(hours=1)


def send(store: Store, receiver: str = "desk-slack", *, ts: str = "17.1") -> None:
    """Send the next message of a receiver, as a Slack bot or as another driver."""
    one = store.call(claim_delivery, receiver=receiver, now=NOW, lease=LEASE, worker="w")
    assert one is not None
    frozen = Frozen(body=b"{}", content_type="application/json")
    store.call(freeze, one.job.delivery.id, one.epoch, frozen)
    ref = {"ts": ts, "channel": "C1"} if ts else {}
    step = NextStep(state=DeliveryState.DELIVERED, reason=DeliveryReason.DELIVERED)
    store.call(finish_attempt, one, SendResult(outcome=Outcome.DELIVERED, ref=ref), step, now=NOW)


def put(store: Store, alert: Alert, *, delivery: str, **more: Any) -> None:
    store.call(add_alert, alert, [make_delivery(delivery, alert_id=alert.id, **more)])


@pytest.fixture
def sent(store: Store) -> None:
    """A sent message about the story s1."""
    put(store, make_alert(), delivery="d1")
    send(store)


def mute(store: Store, story: str = "s1", key: str = "1") -> None:
    made = {"made_at": NOW, "story_id": story, "author": "ana"}
    action = ManualAction(id=action_id(key), kind=ActionKind.MUTE_STORY, **made)
    store.call(add_action, action)


def claim(store: Store, now: Any = SOON) -> ClaimedEdit | None:
    return store.call(claim_edit, receiver="desk-slack", now=now, lease=timedelta(minutes=1))


def claimed(store: Store, now: Any = SOON) -> ClaimedEdit:
    found = claim(store, now)
    assert found is not None
    return found


@pytest.mark.usefixtures("sent")
def test_actions_on_a_story_ask_for_one_edit_of_its_message(store: Store) -> None:
    mute(store)
    mute(store, key="2")

    assert store.call(receivers_to_edit, NOW) == ["desk-slack"]
    edit = claimed(store)
    assert (edit.job.delivery.id, edit.job.ref["ts"]) == ("d1", "17.1")
    assert len(edit.job.actions["s1"]) == 2
    assert claim(store) is None

    store.call(finish_edit, edit, due_at=None, is_done=True)
    assert store.call(receivers_to_edit, LATER) == []


def test_message_of_a_receiver_that_cannot_edit_is_not_edited(store: Store) -> None:
    put(store, make_alert(), delivery="d1")
    send(store, ts="")

    mute(store)

    assert store.call(receivers_to_edit, LATER) == []


@pytest.mark.usefixtures("sent")
def test_action_during_an_edit_asks_for_another_one(store: Store) -> None:
    mute(store)
    edit = claimed(store)

    mute(store, key="2")
    store.call(finish_edit, edit, due_at=None, is_done=True)

    assert len(claimed(store).job.actions["s1"]) == 2


@pytest.mark.usefixtures("sent")
def test_failed_edit_is_claimed_again_when_it_is_due(store: Store) -> None:
    mute(store)

    store.call(finish_edit, claimed(store), due_at=LATER, is_done=False)

    assert claim(store) is None
    assert claimed(store, LATER).attempts == 2


@pytest.mark.usefixtures("sent")
def test_edit_of_a_crashed_process_is_claimed_again(store: Store) -> None:
    mute(store)
    claimed(store)

    store.call(reset_edit_leases)

    assert claimed(store).attempts == 2


@pytest.mark.usefixtures("sent")
def test_action_on_a_merged_story_shows_in_the_messages_of_both(store: Store) -> None:
    put(store, make_alert("a2", story_id="s2"), delivery="d2")
    send(store, ts="17.2")
    store.call(write_stories, [make_story("s1"), make_story("s2")])
    store.call(record_merge, "s1", "s2", Signature(made_at=NOW, author="ana"))

    mute(store)

    first, second = claimed(store), claimed(store)
    assert {edit.job.delivery.id for edit in (first, second)} == {"d1", "d2"}
    assert all(
        len(actions) == 1 for edit in (first, second) for actions in edit.job.actions.values()
    )


def test_digest_that_lists_a_story_shows_the_actions_on_it(store: Store) -> None:
    facts = make_digest(items=(make_item(1), make_item(2)))
    alert = make_alert("a3", kind=AlertKind.DIGEST, story_id="", facts=facts)
    put(store, alert, delivery="d3")
    send(store)

    mute(store)

    actions = claimed(store).job.actions
    assert {story: len(found) for story, found in actions.items()} == {"s1": 1, "s2": 0}


@pytest.mark.usefixtures("sent")
def test_deleted_message_is_not_edited(store: Store) -> None:
    mute(store)

    store.call(prune_messages, now=NOW + timedelta(days=400), after=timedelta(days=90))

    assert store.call(receivers_to_edit, LATER) == []


@pytest.mark.usefixtures("sent")
def test_message_that_was_not_sent_is_not_edited(store: Store) -> None:
    put(store, make_alert("a2", revision=2), delivery="d2")

    store.call(queue_edits, ["d2", "d9"], now=NOW)

    assert claim(store) is None


@pytest.mark.usefixtures("sent")
def test_message_without_a_body_holds_up_no_other_edit(store: Store) -> None:
    put(store, make_alert("a2", revision=2), delivery="d2")
    send(store, ts="17.2")
    mute(store)
    is_first = DELIVERY.c.id == "d1"
    store.call(lambda tx: tx.execute(DELIVERY.update().where(is_first).values(body=None)))

    edit = claimed(store)
    store.call(finish_edit, edit, due_at=None, is_done=True)

    assert edit.job.delivery.id == "d2"
    assert claim(store) is None
    assert store.call(receivers_to_edit, LATER) == []
