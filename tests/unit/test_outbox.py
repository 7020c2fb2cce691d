"""Which messages wait, and which go out as one."""

from datetime import datetime, timedelta
from typing import Any

from builders.messages import AT, make_alert
from straitwatch.core.model import AlertKind, DeliveryReason, Reason, Severity, SignalKind
from straitwatch.core.outbox import (
    HeldMessage,
    collect_updates,
    due_together,
    update_hold,
)

MINUTE = timedelta(minutes=1)
WAIT = 10 * MINUTE


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


# ---------------------------------------------------------------- waiting


def test_update_waits_for_further_ones() -> None:
    assert update_hold(Severity.HIGH, Severity.HIGH, wait=WAIT, now=AT) == AT + WAIT


def test_more_severe_update_is_sent_at_once() -> None:
    assert update_hold(Severity.HIGH, Severity.NORMAL, wait=WAIT, now=AT) is None


def test_first_message_to_a_place_goes_at_once() -> None:
    assert update_hold(Severity.LOW, None, wait=WAIT, now=AT) is None


def test_updates_go_at_once_where_they_are_not_collected() -> None:
    assert update_hold(Severity.LOW, Severity.LOW, wait=timedelta(0), now=AT) is None


# ---------------------------------------------------------------- together


def test_update_whose_wait_is_over_takes_the_others_of_its_story_along() -> None:
    waiting = [held("a"), held("b", until=AT + 9 * MINUTE)]

    assert due_together(waiting, AT) == [("a", "b")]


def test_updates_of_other_stories_and_receivers_keep_waiting() -> None:
    later = {"until": AT + MINUTE}
    waiting = [held("a"), held("b", story_id="s2", **later), held("c", recipient="x", **later)]

    assert due_together(waiting, AT) == [("a",)]


def test_two_stories_that_are_due_are_two_messages() -> None:
    assert due_together([held("a"), held("b", story_id="s2")], AT) == [("a",), ("b",)]


def test_messages_held_by_quiet_hours_are_merged_across_stories() -> None:
    night = {"reason": DeliveryReason.QUIET_HOURS}
    waiting = [
        held("a", **night),
        held("b", story_id="s2", **night),
        held("c", until=AT + MINUTE, **night),
    ]

    assert due_together(waiting, AT) == [("a", "b")]


# ---------------------------------------------------------------- one message


def test_latest_of_equal_updates_speaks_and_the_others_are_listed_in_order() -> None:
    collected = collect_updates([update(2), update(3), update(4, outlet_count=6)])

    assert collected.title == "Part 4"
    assert [one.title for one in collected.updates] == ["Part 2", "Part 3"]
    assert (collected.revision, collected.outlet_count) == (4, 6)


def test_most_severe_update_speaks() -> None:
    collected = collect_updates([update(2, severity=Severity.CRITICAL), update(3)])

    assert collected.title == "Part 2"
    assert collected.severity is Severity.CRITICAL
    assert collected.revision == 3


def test_correction_speaks_before_a_later_development() -> None:
    collected = collect_updates([update(2, signal=SignalKind.CORRECTION), update(3)])

    assert (collected.signal, collected.title) == (SignalKind.CORRECTION, "Part 2")


def test_update_in_a_language_of_the_desk_speaks_before_a_later_one() -> None:
    foreign = {"is_readable": False}

    collected = collect_updates([update(2), update(3), update(4, **foreign)])

    assert collected.title == "Part 3"
    severe = collect_updates([update(2), update(3, severity=Severity.CRITICAL, **foreign)])
    assert severe.title == "Part 3"


def test_first_alert_with_its_updates_is_a_first_alert() -> None:
    collected = collect_updates([make_alert(), update(2)])

    assert collected.kind is AlertKind.NEW
    assert collected.title == "Part 2"


def test_repeated_collection_keeps_every_line() -> None:
    collected = collect_updates([collect_updates([update(2), update(3)]), update(4)])

    assert [one.title for one in collected.updates] == ["Part 2", "Part 3"]


def test_one_update_alone_stays_as_it_is() -> None:
    assert collect_updates([update(2)]) == update(2)
