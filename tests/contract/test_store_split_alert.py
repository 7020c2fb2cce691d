"""Reports that a person splits off can be sent in the same transaction."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from builders.beat import BEAT
from builders.store import (
    NOW,
    claimed_feed,
    make_entry,
    make_fold,
    make_match,
    make_plan,
    make_planned,
)
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    Action,
    AlertFacts,
    AlertPolicy,
    Decision,
    DeliveryState,
    QuietHours,
    Reason,
    Relation,
    Release,
    Route,
    Severity,
)
from straitwatch.core.rules import Rules
from straitwatch.pipeline import alert_story, split_reports
from straitwatch.store import (
    DigestQuery,
    Signature,
    Store,
    apply_plan,
    digest_items,
    list_deliveries,
    split_entries,
    stories_by_id,
    story_entries,
)

LATER = NOW + timedelta(days=3)  # later than max_age: a person asks for it
BY = Signature(made_at=LATER, author="ana")
MATCHER, _ = compile_rules({}, ())
assert MATCHER is not None
RULES = Rules(
    beat=BEAT,
    matcher=MATCHER,
    policy=AlertPolicy(routes=(Route(name="desk", send=("desk-slack",)),)),
    titles={},
    recipients={"desk-slack": ("",)},
)
RETELLING = Decision(action=Action.NONE, reason=Reason.RETELLING)


@pytest.fixture
def story(store: Store) -> str:
    """A story that was sent, with two reports of another event that were taken for retellings."""
    claimed = claimed_feed(store)
    follows = make_fold(relation=Relation.SAME_EVENT, reason="same-event", is_probable=True)
    planned = [
        make_planned("e1", entry=make_entry("e1", title="Undersea cable to Matsu is cut")),
        make_planned(
            "e2",
            entry=make_entry("e2", title="Bombers fly a patrol near Japan"),
            fold=follows,
            decision=RETELLING,
        ),
        make_planned(
            "e3",
            entry=make_entry(
                "e3",
                title="A patrol of bombers flies near Japan",
                published_at=NOW - timedelta(minutes=5),
            ),
            fold=follows,
            decision=RETELLING,
        ),
    ]
    store.call(apply_plan, make_plan(claimed, planned, alerts=(), deliveries=()))
    return "s1"


def split(store: Store, story: str, rules: Rules | None) -> tuple[str, Release | None]:
    result = store.call(split_reports, story, ["e2", "e3"], BY, BEAT, rules=rules)
    assert result is not None
    return result.story.id, result.release


def test_split_reports_are_sent_under_the_headline_of_the_oldest(store: Store, story: str) -> None:
    fresh, release = split(store, story, RULES)

    assert release is not None
    (alert,) = release.alerts
    assert isinstance(alert.facts, AlertFacts)
    assert (alert.facts.title, alert.facts.reason) == (
        "Bombers fly a patrol near Japan",
        Reason.NEW_STORY,
    )
    sent = store.call(list_deliveries, story_id=fresh, limit=9)
    assert [(record.delivery.receiver, record.delivery.state) for record in sent] == [
        ("desk-slack", DeliveryState.PENDING)
    ]
    assert store.call(stories_by_id, [fresh])[fresh].revision == 1


def test_alert_of_split_reports_names_their_story(store: Store, story: str) -> None:
    _, release = split(store, story, RULES)

    assert release is not None
    facts = release.alerts[0].facts
    assert isinstance(facts, AlertFacts)
    assert facts.split_from is not None
    source = store.call(stories_by_id, [story])[story]
    assert (facts.split_from.story_id, facts.split_from.title) == (story, source.title)


def test_split_report_is_stored_as_sent(store: Store, story: str) -> None:
    fresh, _ = split(store, story, RULES)

    decisions = {
        stored.entry.id: stored.decision.reason for stored in store.call(story_entries, fresh)
    }
    assert decisions == {"e2": Reason.NEW_STORY, "e3": Reason.RETELLING}


def test_split_without_alert_sends_no_message(store: Store, story: str) -> None:
    fresh, release = split(store, story, None)

    assert release is None
    assert store.call(list_deliveries, story_id=fresh, limit=9) == []


def test_split_story_is_sent_later_and_only_once(store: Store, story: str) -> None:
    fresh, _ = split(store, story, None)

    first = store.call(alert_story, fresh, rules=RULES, now=LATER)
    second = store.call(alert_story, fresh, rules=RULES, now=LATER)

    assert first is not None
    assert len(first.deliveries) == 1
    assert second is None
    assert len(store.call(list_deliveries, story_id=fresh, limit=9)) == 1


def test_second_split_finds_the_reports_split_off(store: Store, story: str) -> None:
    fresh, _ = split(store, story, RULES)

    assert store.call(split_reports, story, ["e2", "e3"], BY, BEAT, rules=RULES) is None
    apart = store.call(split_entries, story)
    assert {(stored.entry.id, stored.fold.story_id) for stored in apart if stored.fold} == {
        ("e2", fresh),
        ("e3", fresh),
    }


def test_quiet_hours_hold_a_split_report_like_a_first_report(store: Store, story: str) -> None:
    night = QuietHours(
        name="night",
        days=tuple(range(7)),
        starts=time(0),
        ends=time(23, 59),
        timezone="UTC",
        hold=(Severity.HIGH,),
    )
    route = Route(name="desk", send=("desk-slack",), quiet_hours="night")
    policy = AlertPolicy(routes=(route,), quiet_hours=(night,))

    _, release = split(store, story, replace(RULES, policy=policy))

    assert release is not None
    (delivery,) = release.deliveries
    assert (delivery.state, delivery.state_reason) == (DeliveryState.HELD, "quiet_hours")


def test_split_report_that_no_route_wants_goes_to_the_digest(store: Store, story: str) -> None:
    fresh, release = split(store, story, replace(RULES, policy=AlertPolicy(routes=())))

    assert release is not None
    assert release.deliveries == ()
    after = DigestQuery(digest="morning", since_at=LATER, until_at=LATER + timedelta(days=1))
    assert [item.story_id for item in store.call(digest_items, after)] == [fresh]


def test_split_report_of_another_list_goes_where_that_list_goes(store: Store) -> None:
    claimed = claimed_feed(store)
    other = make_match("china-russia-military")
    planned = [
        make_planned("e1", entry=make_entry("e1")),
        make_planned(
            "e2",
            entry=make_entry("e2"),
            matches=(other,),
            fold=make_fold(relation=Relation.SAME_EVENT),
            decision=RETELLING,
        ),
    ]
    store.call(apply_plan, make_plan(claimed, planned, alerts=(), deliveries=()))
    routes = (
        Route(name="taiwan", send=("desk-slack",), watchlists=("taiwan-policy",)),
        Route(name="russia", send=("desk-mail",), watchlists=("china-russia-military",)),
    )

    result = store.call(
        split_reports,
        "s1",
        ["e2"],
        BY,
        BEAT,
        rules=replace(RULES, policy=AlertPolicy(routes=routes)),
    )

    assert result is not None
    assert result.release is not None
    assert [delivery.receiver for delivery in result.release.deliveries] == ["desk-mail"]
