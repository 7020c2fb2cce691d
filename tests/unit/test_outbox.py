"""Whether a message waits, is tried again, is dead, or goes to a fallback."""

from datetime import timedelta
from typing import Any

import pytest

from builders.messages import AT
from straitwatch.core.model import (
    Delivery,
    DeliveryReason,
    DeliveryState,
    Fallback,
    NextStep,
    Severity,
)
from straitwatch.core.outbox import (
    Carrier,
    after_lost_sender,
    choose_carrier,
    has_expired,
    plan_fallback,
    update_hold,
)

MINUTE = timedelta(minutes=1)
WAIT = 10 * MINUTE
MAIL = Fallback(receiver="mail", recipients=("a@desk", "b@desk"), give_up_after=60 * MINUTE)
FAILED = Delivery(
    id="d1",
    alert_id="a1",
    receiver="desk",
    routes=("r1",),
    state=DeliveryState.DEAD,
    parent_id="d0",
)


# ---------------------------------------------------------------- waiting


def test_update_waits_for_further_ones() -> None:
    assert update_hold(Severity.HIGH, Severity.HIGH, wait=WAIT, now=AT) == AT + WAIT


def test_update_that_is_more_severe_than_the_sent_messages_goes_at_once() -> None:
    assert update_hold(Severity.HIGH, Severity.NORMAL, wait=WAIT, now=AT) is None


def test_first_message_to_a_recipient_goes_at_once() -> None:
    assert update_hold(Severity.LOW, None, wait=WAIT, now=AT) is None


def test_updates_go_at_once_where_they_are_not_collected() -> None:
    assert update_hold(Severity.LOW, Severity.LOW, wait=timedelta(0), now=AT) is None


# ---------------------------------------------------------------- dead letters


def lost(**changes: Any) -> NextStep:
    filled = {
        "was_rendered": True,
        "started_at": AT,
        "give_up_at": AT + WAIT,
        "may_resend": True,
        "now": AT + MINUTE,
    }
    return after_lost_sender(**(filled | changes))


def test_delivery_of_a_lost_sender_is_tried_again() -> None:
    assert lost() == NextStep(state=DeliveryState.PENDING, reason=DeliveryReason.UNSURE)


def test_delivery_of_a_lost_sender_is_dead_where_no_repeat_is_allowed() -> None:
    step = lost(may_resend=False)

    assert step == NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.UNANSWERED)


def test_delivery_of_a_sender_lost_before_the_rendering_is_tried_again_everywhere() -> None:
    step = lost(was_rendered=False, may_resend=False)

    assert step == NextStep(state=DeliveryState.PENDING, reason=DeliveryReason.RETRY)


@pytest.mark.parametrize(
    ("started", "state"), [(9, DeliveryState.PENDING), (10, DeliveryState.DEAD)]
)
def test_delivery_of_a_lost_sender_is_dead_after_its_last_attempt(
    started: int, state: DeliveryState
) -> None:
    step = lost(started_at=AT + started * MINUTE, now=AT + 30 * MINUTE)

    assert step.state is state


def test_delivery_without_a_term_expires_after_the_default() -> None:
    expired = [
        has_expired(AT, None, give_up_after=WAIT, now=AT + minutes * MINUTE) for minutes in (9, 10)
    ]

    assert expired == [False, True]


def test_delivery_with_a_term_ignores_the_default() -> None:
    assert has_expired(AT, AT + MINUTE, give_up_after=WAIT, now=AT + MINUTE)


# ---------------------------------------------------------------- fallbacks


def test_fallback_gets_a_delivery_for_each_recipient() -> None:
    first, second = plan_fallback(FAILED, MAIL, generation=0, now=AT)

    assert (first.receiver, first.recipient, second.recipient) == ("mail", "a@desk", "b@desk")
    assert (first.state, first.state_reason) == (DeliveryState.PENDING, "instead of desk")
    assert first.give_up_at == AT + 60 * MINUTE
    assert (first.routes, first.parent_id) == (("r1",), "")


def test_fallback_without_recipients_gets_one_delivery() -> None:
    slack = Fallback(receiver="other", recipients=(), give_up_after=WAIT)

    assert [other.recipient for other in plan_fallback(FAILED, slack, generation=0, now=AT)] == [""]


def test_fallback_of_a_replay_has_ids_of_its_own() -> None:
    first, replayed = (plan_fallback(FAILED, MAIL, generation=at, now=AT) for at in (0, 2))

    assert [other.id for other in replayed] == [f"{other.id}.r2" for other in first]


def carrier(id_: str, state: DeliveryState, merged_into: str = "") -> Carrier:
    return Carrier(id=id_, state=state, merged_into=merged_into)


def test_carrier_is_the_first_that_has_not_failed() -> None:
    dead, sent = carrier("a", DeliveryState.DEAD), carrier("b", DeliveryState.DELIVERED)
    waiting = carrier("c", DeliveryState.PENDING)

    assert choose_carrier("d1", [dead, sent, waiting]) == "b"


def test_carrier_is_never_merged_into_the_failed_delivery() -> None:
    merged = carrier("a", DeliveryState.MERGED, "d1")

    assert choose_carrier("d1", [merged]) == ""
