"""Some waiting messages are sent as one, which contains all of them."""

from datetime import datetime, timedelta
from typing import Any

from builders.messages import AT, make_alert
from straitwatch.core.model import (
    AlertKind,
    Delivery,
    DeliveryReason,
    Limit,
    Reason,
    RollupFacts,
    Severity,
    SignalKind,
)
from straitwatch.core.rollup import (
    ROLLUP_ITEMS,
    HeldMessage,
    Merge,
    StoryMessage,
    collect_carried,
    collect_updates,
    due_together,
    is_last_allowed,
    limited_until,
    plan_merge,
)

MINUTE = timedelta(minutes=1)
LIMIT = Limit(messages=3, per=10 * MINUTE)


def held(id_: str, *, until: datetime = AT, **changes: Any) -> HeldMessage:
    values = {
        "story_id": "s1",
        "receiver": "desk",
        "recipient": "",
        "lane": 1,
        "reason": DeliveryReason.UPDATE_WAIT,
    }
    return HeldMessage(id=id_, not_before=until, **(values | changes))


def update(revision: int, **changes: Any):
    values = {"kind": AlertKind.UPDATE, "reason": Reason.DEVELOPMENT, "title": f"Part {revision}"}
    return make_alert(revision=revision, **(values | changes))


def message(id_: str, story_id: str = "s1", *, seq: int = 0, **changes: Any) -> StoryMessage:
    values = {"reason": DeliveryReason.QUIET_HOURS, "give_up_at": AT + 60 * MINUTE} | changes
    delivery = Delivery(
        id=id_,
        alert_id=f"alert-{id_}",
        receiver="desk",
        routes=(f"route-{story_id}",),
        state_reason=values.pop("reason"),
        give_up_at=values.pop("give_up_at"),
    )
    facts = make_alert(story_id=story_id, **values)
    return StoryMessage(
        delivery=delivery,
        story_id=story_id,
        seq=seq,
        created_at=AT,
        severity=facts.severity,
        facts=facts,
    )


def rollup_facts(merge: Merge) -> RollupFacts:
    assert merge.rollup is not None
    facts = merge.rollup.alert.facts
    assert isinstance(facts, RollupFacts)
    return facts


# ---------------------------------------------------------------- together


def test_update_whose_wait_is_over_includes_the_others_of_its_story() -> None:
    waiting = [held("a"), held("b", until=AT + 9 * MINUTE)]

    assert due_together(waiting, AT) == [("a", "b")]


def test_update_of_another_story_or_to_another_recipient_keeps_waiting() -> None:
    later = {"until": AT + MINUTE}
    waiting = [held("a"), held("b", story_id="s2", **later), held("c", recipient="x", **later)]

    assert due_together(waiting, AT) == [("a",)]


def test_updates_of_two_stories_are_two_messages() -> None:
    assert due_together([held("a"), held("b", story_id="s2")], AT) == [("a",), ("b",)]


def test_messages_held_by_quiet_hours_go_together_whatever_their_story() -> None:
    night = {"reason": DeliveryReason.QUIET_HOURS}
    waiting = [
        held("a", **night),
        held("b", story_id="s2", **night),
        held("c", until=AT + MINUTE, **night),
    ]

    assert due_together(waiting, AT) == [("a", "b")]


# ---------------------------------------------------------------- one message


def test_collected_updates_have_the_headline_of_the_latest_and_list_the_others() -> None:
    collected = collect_updates([update(2), update(3), update(4, outlet_count=6)])

    assert collected.title == "Part 4"
    assert [update.title for update in collected.updates] == ["Part 2", "Part 3"]
    assert (collected.revision, collected.outlet_count) == (4, 6)


def test_collected_updates_have_the_headline_of_the_most_severe() -> None:
    collected = collect_updates([update(2, severity=Severity.CRITICAL), update(3)])

    assert collected.title == "Part 2"
    assert collected.severity is Severity.CRITICAL
    assert collected.revision == 3


def test_correction_gives_the_headline_before_a_later_development() -> None:
    collected = collect_updates([update(2, signal=SignalKind.CORRECTION), update(3)])

    assert (collected.signal, collected.title) == (SignalKind.CORRECTION, "Part 2")


def test_update_in_a_language_of_the_desk_gives_the_headline_before_a_later_one() -> None:
    foreign = {"is_readable": False}

    collected = collect_updates([update(2), update(3), update(4, **foreign)])

    assert collected.title == "Part 3"
    severe = collect_updates([update(2), update(3, severity=Severity.CRITICAL, **foreign)])
    assert severe.title == "Part 3"


def test_first_alert_with_its_updates_is_a_first_alert() -> None:
    collected = collect_updates([make_alert(), update(2)])

    assert collected.kind is AlertKind.NEW
    assert collected.title == "Part 2"


def test_collecting_collected_updates_keeps_every_line() -> None:
    collected = collect_updates([collect_updates([update(2), update(3)]), update(4)])

    assert [update.title for update in collected.updates] == ["Part 2", "Part 3"]


def test_single_update_is_not_changed_by_collecting() -> None:
    assert collect_updates([update(2)]) == update(2)


# ---------------------------------------------------------------- limits


def times(*minutes: int) -> list[datetime]:
    return [AT + minute * MINUTE for minute in minutes]


def test_limit_allows_a_message_while_fewer_were_sent() -> None:
    assert limited_until(times(0, 1), LIMIT) is None


def test_limit_that_is_used_up_ends_when_its_oldest_message_expires() -> None:
    assert limited_until(times(0, 1, 2), LIMIT) == AT + 10 * MINUTE
    assert limited_until(times(0, 1, 2, 3), LIMIT) == AT + 11 * MINUTE


def test_last_message_that_a_limit_allows_is_recognized() -> None:
    assert [is_last_allowed(times(*range(sent)), LIMIT) for sent in range(3)] == [
        False,
        False,
        True,
    ]


# ---------------------------------------------------------------- merging


def test_messages_about_one_story_end_in_the_latest() -> None:
    merge = plan_merge([message("a"), message("b"), message("c")], now=AT)

    assert (merge.carrier, merge.members) == ("c", ("a", "b"))
    assert (merge.reason, merge.rollup) == (DeliveryReason.QUIET_HOURS, None)


def test_messages_about_several_stories_end_in_a_rollup() -> None:
    merge = plan_merge([message("a"), message("b", "s2", severity=Severity.CRITICAL)], now=AT)

    facts = rollup_facts(merge)
    assert merge.members == ("a", "b")
    assert (facts.cause, facts.messages, facts.stories) == ("quiet_hours", 2, 2)
    assert [item.story_id for item in facts.items] == ["s2", "s1"]
    assert facts.severity is Severity.CRITICAL


def test_rollup_keeps_the_routes_and_the_longest_term_of_its_messages() -> None:
    short, long = (
        message("a", give_up_at=AT + 5 * MINUTE),
        message("b", "s2", give_up_at=AT + 9 * MINUTE),
    )

    merge = plan_merge([short, long], now=AT + MINUTE)

    assert merge.rollup is not None
    delivery = merge.rollup.delivery
    assert delivery.routes == ("route-s1", "route-s2")
    assert delivery.give_up_at == AT + 10 * MINUTE


def test_rollup_has_the_same_id_each_time() -> None:
    messages = [message("a"), message("b", "s2")]

    first, again = (plan_merge(messages, now=AT + minutes * MINUTE) for minutes in (0, 5))

    assert first.carrier == again.carrier


def test_rollup_names_the_limit_that_caused_it() -> None:
    merge = plan_merge([message("a"), message("b", "s2")], limit=LIMIT, now=AT)

    facts = rollup_facts(merge)
    assert (merge.reason, facts.cause, facts.limit) == ("limit", "limit", LIMIT)


def test_rollup_lists_the_most_urgent_stories_and_counts_the_rest() -> None:
    many = [message(f"d{at}", f"s{at}", seq=at) for at in range(ROLLUP_ITEMS + 5)]
    urgent = message("last", "urgent", seq=99, severity=Severity.CRITICAL)

    facts = rollup_facts(plan_merge([*many, urgent], now=AT))

    assert len(facts.items) == ROLLUP_ITEMS
    assert facts.items[0].story_id == "urgent"
    assert facts.stories == ROLLUP_ITEMS + 6


def test_rollup_counts_updates_that_were_merged_into_its_messages() -> None:
    carried = message("early", seq=1, revision=1)
    messages = [message("a", seq=2, revision=2), message("b", "s2", seq=3)]

    facts = rollup_facts(plan_merge(messages, [carried], now=AT))

    assert (facts.messages, facts.stories) == (3, 2)
    assert {item.story_id: item.updates for item in facts.items} == {"s1": 1, "s2": 0}


def test_message_lists_the_updates_that_were_merged_into_it() -> None:
    own = update(3)
    carried = [message("b", seq=2, revision=2, title="Two"), message("a", seq=1, title="One")]

    facts = collect_carried(own, carried)

    assert [collected.title for collected in facts.updates] == ["One", "Two"]


def test_message_is_not_changed_by_a_copy_of_itself() -> None:
    own = update(3)

    assert collect_carried(own, [message("copy", revision=3)]) is own
