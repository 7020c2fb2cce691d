"""Messages that wait when their story is muted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.store import (
    NOW,
    claimed_feed,
    make_alert,
    make_delivery,
    make_entry,
    make_fold,
    make_plan,
    make_planned,
    make_story,
)
from straitwatch.core.model import (
    Action,
    AlertFacts,
    AlertKind,
    Decision,
    DeliveryReason,
    DeliveryState,
    MatchNote,
    Reason,
    Severity,
    Silence,
)
from straitwatch.store import (
    DigestQuery,
    Store,
    add_alert,
    add_silence,
    apply_plan,
    expire_silence,
    flush_held,
    record_digest,
    record_merge,
    replay_delivery,
    retry_delivery,
    running_items,
    show_delivery,
    stored_entry,
    stories_by_id,
)
from straitwatch.store.corrections import Signature

MINUTE = timedelta(minutes=1)
DUE = NOW + 10 * MINUTE


def wait(
    store: Store,
    *severities: Severity,
    reason: DeliveryReason = DeliveryReason.UPDATE_WAIT,
) -> None:
    """Store an update of s1 that waits, and the story s2; its lists have these severities."""
    alert = make_alert(kind=AlertKind.UPDATE)
    assert isinstance(alert.facts, AlertFacts)
    notes = [
        MatchNote(watchlist=f"list-{number}", title="List", severity=severity, score=9, terms=())
        for number, severity in enumerate(severities or (Severity.HIGH,))
    ]
    facts = replace(
        alert.facts,
        kind=AlertKind.UPDATE,
        reason=Reason.DEVELOPMENT,
        entry_id="e1",
        matches=tuple(notes),
    )
    delivery = make_delivery(state=DeliveryState.HELD, state_reason=reason, not_before=DUE)
    update = Decision(action=Action.UPDATE, reason=Reason.DEVELOPMENT)
    planned = [
        make_planned("e1", entry=make_entry("e1"), fold=make_fold("s1"), decision=update),
        make_planned("e2", entry=make_entry("e2"), fold=make_fold("s2")),
    ]
    plan = make_plan(
        claimed_feed(store),
        planned,
        stories=(make_story("s1", sent_severity=Severity.HIGH), make_story("s2")),
        alerts=(replace(alert, facts=facts),),
        deliveries=(delivery,),
    )
    assert store.call(apply_plan, plan)


def mute(store: Store, *stories: str, **changes: Any) -> None:
    silence = Silence(id="x1", stories=stories, starts_at=NOW, until_at=NOW + timedelta(days=7))
    store.call(add_silence, replace(silence, **changes), now=NOW)


def flush(store: Store) -> tuple[str, str]:
    """Flush the waiting messages; return the state of the update and its reason."""
    store.call(flush_held, DUE)
    record = store.call(show_delivery, "d1")
    assert record is not None
    return record.delivery.state.value, str(record.delivery.state_reason)


@pytest.mark.parametrize("reason", [DeliveryReason.UPDATE_WAIT, DeliveryReason.QUIET_HOURS])
def test_waiting_message_of_a_muted_story_is_not_sent(store: Store, reason: DeliveryReason) -> None:
    wait(store, reason=reason)
    mute(store, "s1")

    assert flush(store) == ("cancelled", "muted by a person")


def test_message_without_matches_has_the_severity_of_its_story(store: Store) -> None:
    update = make_alert(severity=Severity.HIGH)
    held = {"state": DeliveryState.HELD, "not_before": DUE}
    store.call(add_alert, update, [make_delivery(**held)])
    mute(store, "s1")

    assert flush(store) == ("cancelled", "muted by a person")


def test_muted_message_is_in_the_next_digest(store: Store) -> None:
    wait(store)
    window = {"since_at": NOW - MINUTE, "until_at": NOW + MINUTE}
    store.call(record_digest, "noon", **window, story_ids=["s1"])  # has seen its report
    mute(store, "s1")

    flush(store)

    after = DigestQuery(digest="noon", since_at=NOW + MINUTE, until_at=NOW + timedelta(days=1))
    (item,) = store.call(running_items, after)
    assert (item.title, item.updates) == (make_entry("e1").title, 1)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(action=Action.UPDATE, reason=Reason.DEVELOPMENT),
        Decision(action=Action.ALERT, reason=Reason.MORE_SEVERE),
        Decision(action=Action.DIGEST, reason=Reason.SILENCED),
    ],
)
def test_digest_names_the_news_of_a_story_that_an_earlier_digest_listed(
    store: Store, decision: Decision
) -> None:
    window = {"since_at": NOW - 2 * MINUTE, "until_at": NOW}
    store.call(record_digest, "noon", **window, story_ids=["s1"])
    report = make_planned("e1", entry=make_entry("e1"), fold=make_fold("s1"), decision=decision)
    plan = make_plan(claimed_feed(store), [report], stories=(make_story("s1"),))
    assert store.call(apply_plan, replace(plan, alerts=(), deliveries=()))

    after = DigestQuery(digest="noon", since_at=NOW, until_at=NOW + MINUTE)
    (item,) = store.call(running_items, after)

    assert (item.title, item.updates) == (make_entry("e1").title, 1)


def record(store: Store) -> tuple[Any, ...]:
    """Return the decision about e1 and what was sent about s1."""
    entry = store.call(stored_entry, "e1")
    assert entry is not None
    story = store.call(stories_by_id, ["s1"])["s1"]
    return entry.decision, story.alerted_at, story.sent_severity, story.sent_languages


def test_report_of_a_cancelled_message_counts_as_silenced(store: Store) -> None:
    wait(store)
    mute(store, "s1")

    flush(store)

    silenced = Decision(action=Action.DIGEST, reason=Reason.SILENCED)
    assert record(store) == (silenced, None, None, ())


def test_message_that_another_receiver_gets_counts_as_sent(store: Store) -> None:
    wait(store)
    before = record(store)
    other = make_delivery("d2", receiver="mail", state=DeliveryState.PENDING)
    store.call(add_alert, make_alert(), [other])
    mute(store, "s1")

    assert flush(store)[0] == "cancelled"
    assert record(store) == before


def test_undone_mute_sends_the_message_that_it_cancelled(store: Store) -> None:
    wait(store)
    before = record(store)
    mute(store, "s1")
    flush(store)

    store.call(expire_silence, "x1", DUE)

    assert flush(store) == ("pending", "")
    assert record(store) == before


@pytest.mark.parametrize("again", [retry_delivery, replay_delivery])
def test_muted_message_that_a_person_sends_counts_as_sent(store: Store, again: Any) -> None:
    wait(store)
    before = record(store)
    mute(store, "s1")
    flush(store)

    assert store.call(again, "d1", now=DUE)

    assert record(store) == before


def test_undone_mute_leaves_old_messages_cancelled(store: Store) -> None:
    wait(store)
    mute(store, "s1")
    flush(store)

    store.call(expire_silence, "x1", DUE + timedelta(days=1))

    assert flush(store)[0] == "cancelled"
    assert record(store)[0].action is Action.DIGEST


def test_story_that_is_not_muted_any_more_gets_its_message(store: Store) -> None:
    wait(store)
    mute(store, "s1")
    store.call(expire_silence, "x1", NOW + MINUTE)

    assert flush(store) == ("pending", "")


@pytest.mark.parametrize(
    ("severities", "changes"),
    [
        ([Severity.CRITICAL], {}),
        ([Severity.NORMAL, Severity.CRITICAL], {}),
        ([Severity.HIGH], {"severities": (Severity.LOW, Severity.NORMAL)}),
        ([Severity.HIGH, Severity.HIGH], {"watchlists": ("list-0",)}),
        ([Severity.HIGH], {"tags": ("sport",)}),
        ([Severity.HIGH], {"starts_at": DUE + MINUTE}),
    ],
)
def test_message_that_the_silence_does_not_cover_is_sent(
    store: Store, severities: list[Severity], changes: dict[str, Any]
) -> None:
    wait(store, *severities)
    mute(store, "s1", **changes)

    assert flush(store) == ("pending", "")


def test_message_of_another_story_is_sent(store: Store) -> None:
    wait(store)
    mute(store, "s2")

    assert flush(store) == ("pending", "")


def test_message_of_a_story_is_muted_with_the_story_that_it_is_merged_into(store: Store) -> None:
    wait(store)
    mute(store, "s2")
    store.call(record_merge, "s2", "s1", Signature(made_at=NOW))

    assert flush(store) == ("cancelled", "muted by a person")
