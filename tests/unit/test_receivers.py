"""Receivers that refuse messages or cannot be reached."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from builders import NOON
from straitwatch.cli.status import receiver_hints
from straitwatch.core.model import Receiver
from straitwatch.core.receivers import (
    ReceiverCondition,
    ReceiverState,
    ReceiverStatus,
    broken_receivers,
    describe_receivers,
    usable_fallback,
)

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SLACK = Receiver(name="slack", url="slack://T0/B0/X0", fallback="mail")
MAIL = Receiver(name="mail", url="mailtos://a:b@example.org")
REVOKED: dict[str, Any] = {
    "failures": 1,
    "broken_at": NOON,
    "failed_at": NOON,
    "hold_until": NOON + 24 * HOUR,
    "hold_reason": "receiver_refused",
    "driver": "slack-webhook",
    "last_code": "no_service",
    "last_text": "404 no_service",
}


def condition(*, waiting: int = 1, retried_since: Any = None, **state: Any) -> ReceiverCondition:
    return ReceiverCondition(
        state=ReceiverState(**({"name": "slack"} | state)),
        waiting=waiting,
        retried_since=retried_since,
    )


def described(found: ReceiverCondition, *receivers: Receiver) -> ReceiverStatus:
    by_name = {receiver.name: receiver for receiver in receivers or (SLACK, MAIL)}
    return describe_receivers([found], by_name, NOON + MINUTE, UTC)[0]


def test_receiver_whose_buttons_do_not_work_has_a_hint_and_is_not_broken() -> None:
    working = condition(waiting=0, last_ok_at=NOON)

    status = described(replace(working, buttons_problem="Slack refuses the app token: x"))

    assert status.state == "ok; its buttons do not work: Slack refuses the app token: x"
    assert not status.is_broken
    assert next(iter(receiver_hints([status]))) == f"slack: {status.state}"
    assert "app-level token" in status.hint


def test_receiver_that_refuses_messages_is_reported_after_twenty_seconds() -> None:
    refusing = condition(broken_at=NOON, driver="smtp", last_code="535", last_text="5.7.8 no")

    assert broken_receivers([refusing], NOON + 19 * SECOND) == {}
    assert broken_receivers([refusing], NOON + 20 * SECOND) == {
        "slack": "mail: 535: user name or password is wrong; log in with an app password, or "
        "correct the password in the URL; since 23 Nov 12:00 UTC; 1 waiting"
    }


def test_broken_receiver_is_reported_in_the_time_of_the_desk() -> None:
    (text,) = broken_receivers([condition(**REVOKED)], NOON, ZoneInfo("Asia/Taipei")).values()

    assert "since 23 Nov 20:00 CST" in text


def test_receiver_that_only_a_person_can_repair_is_reported_at_once() -> None:
    (text,) = broken_receivers([condition(**REVOKED)], NOON).values()

    assert text.startswith("Slack: no_service: the webhook was deleted; create a new one under ")


def test_receiver_that_cannot_be_reached_is_broken_after_a_quarter_of_an_hour() -> None:
    silent = condition(retried_since=NOON)

    found = [list(broken_receivers([silent], NOON + minutes * MINUTE)) for minutes in (14, 15)]

    assert found == [[], ["slack"]]


def test_receiver_that_accepts_other_messages_is_not_broken() -> None:
    working = condition(retried_since=NOON, last_ok_at=NOON + 10 * MINUTE)

    assert broken_receivers([working], NOON + 20 * MINUTE) == {}


def test_paused_receiver_is_not_broken() -> None:
    paused = condition(broken_at=NOON, retried_since=NOON, paused_at=NOON)

    assert broken_receivers([paused], NOON + HOUR) == {}


def test_state_of_a_revoked_webhook_names_answer_cause_fallback_and_remedy() -> None:
    status = described(condition(**REVOKED))

    assert status.state == (
        "broken since 23 Nov 12:00 UTC: Slack: no_service: the webhook was deleted; "
        "its messages go to mail"
    )
    assert status.hint == "create a new one under https://api.slack.com/apps > Incoming Webhooks"
    assert status.is_broken


def test_state_of_a_broken_receiver_without_fallback_counts_the_waiting_messages() -> None:
    alone = replace(SLACK, fallback="")

    assert described(condition(waiting=3, **REVOKED), alone).state.endswith("; 3 waiting")


def test_state_of_an_unknown_answer_keeps_the_words_of_the_server() -> None:
    unknown = REVOKED | {"last_code": "teapot", "last_text": "418 teapot"}

    status = described(condition(**unknown))

    assert ": Slack: teapot: 418 teapot;" in status.state
    assert status.hint == "run `straitwatch receivers test slack`"


def test_receiver_with_a_new_address_is_not_judged_by_the_old_one() -> None:
    status = described(condition(mark="0000", **REVOKED))

    assert status.state == "changed after a failure, not used since"
    assert (status.is_broken, status.hint) == (False, "")


def test_last_try_that_failed_is_shown_before_the_receiver_counts_as_broken() -> None:
    unreachable = condition(
        failed_at=NOON, driver="smtp", last_code="connect", last_text="Name or service not known"
    )

    assert described(unreachable).state == (
        "last try failed at 12:00 UTC: mail: connect: the host name does not resolve"
    )


@pytest.mark.parametrize(
    ("changes", "unusable", "can_resume"),
    [
        ({}, "", False),
        ({"last_ok_at": NOON}, "", False),
        ({"paused_at": NOON}, "", True),
        ({"hold_until": NOON + HOUR, "last_ok_at": NOON}, "", True),
        (REVOKED, "", True),
        (REVOKED, "SLACK_URL is not set", False),
    ],
)
def test_receiver_can_be_resumed_while_it_holds_messages_that_can_be_sent(
    changes: dict[str, Any], unusable: str, can_resume: bool
) -> None:
    receiver = replace(SLACK, broken_because=unusable)

    assert described(condition(**changes), receiver).can_resume is can_resume


def test_unset_receiver_says_where_its_messages_go() -> None:
    unset = replace(SLACK, url="", broken_because="SLACK_URL is not set")

    assert described(condition(), unset, MAIL).state == (
        "SLACK_URL is not set; its messages go to mail"
    )


def test_fallback_that_is_not_set_up_is_passed_over() -> None:
    unset = replace(MAIL, fallback="phone", broken_because="MAIL_URL is not set")
    phone = Receiver(name="phone", url="json://phone")
    receivers = {receiver.name: receiver for receiver in (SLACK, unset, phone)}

    assert usable_fallback("slack", receivers) == "phone"
    assert usable_fallback("slack", receivers | {"phone": replace(phone, broken_because="x")}) == ""
