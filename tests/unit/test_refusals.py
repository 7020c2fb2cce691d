"""Every answer of a receiver that we know has a cause, a remedy and a line in the docs."""

from pathlib import Path

import pytest

from contract.faults import BOT_FAULTS, LOGIN_FAULTS, MAIL_FAULTS, WEBHOOK_FAULTS
from straitwatch.core.model import DeliveryReason, DriverKind, Outcome
from straitwatch.core.refusals import Refusal, describe_end, explain, is_full_mailbox, table

PAGE = Path(__file__).parents[2] / "docs/how-to/undelivered-messages.md"
TABLE = table()


def _breaks(outcome: Outcome) -> bool:
    return outcome is Outcome.RECEIVER_BROKEN


@pytest.mark.parametrize("refusal", TABLE, ids=str)
def test_known_answer_is_explained_in_the_docs(refusal: Refusal) -> None:
    row = f"| {refusal.service} | `{refusal.code}` | {refusal.cause} | {refusal.remedy} |"

    assert row in PAGE.read_text(encoding="utf-8").replace("\\", "").splitlines()


def test_known_answers_have_a_cause_and_a_remedy() -> None:
    assert [str(refusal) for refusal in TABLE if not (refusal.cause and refusal.remedy)] == []


@pytest.mark.parametrize(
    ("driver", "code"),
    [
        *((DriverKind.SLACK_WEBHOOK, row[3]) for row in WEBHOOK_FAULTS if _breaks(row[2])),
        *((DriverKind.SLACK_BOT, row[3]) for row in BOT_FAULTS if _breaks(row[2])),
        *((DriverKind.SMTP, row[3]) for row in (*MAIL_FAULTS, *LOGIN_FAULTS) if _breaks(row[2])),
    ],
)
def test_every_answer_that_breaks_a_receiver_has_a_remedy(driver: DriverKind, code: str) -> None:
    assert explain(driver, code).remedy


@pytest.mark.parametrize(
    "code", ["no_service", "410", "invalid_token", "channel_is_archived", "token_revoked"]
)
def test_revoked_webhook_or_token_needs_a_person(code: str) -> None:
    assert explain(DriverKind.SLACK_WEBHOOK, code).is_permanent


def test_wrong_password_is_tried_again_since_servers_refuse_by_mistake() -> None:
    assert not explain(DriverKind.SMTP, "535").is_permanent


@pytest.mark.parametrize(
    ("code", "text", "is_full"),
    [
        ("552", "5.2.2 Mailbox full", True),
        ("452", "4.2.2 The recipient's inbox is out of storage space", True),
        ("552", "5.3.4 Message too big", False),
        ("452", "4.5.3 Too many recipients", False),
        ("250", "your mailbox is full of joy", False),
    ],
)
def test_full_mailbox_is_told_from_a_large_message(code: str, text: str, is_full: bool) -> None:
    assert is_full_mailbox(code, text) is is_full


@pytest.mark.parametrize(
    "text",
    [
        "5.1.1 <desk@example.org>: Recipient address rejected: User unknown",
        "No such user here",
        "Requested action not taken: mailbox unavailable",
        "5.1.1 The email account that you tried to reach does not exist",
        "5.1.10 Recipient desk@example.org not found by SMTP address lookup",
    ],
)
def test_unknown_mailbox_is_told_from_other_refusals(text: str) -> None:
    assert explain(DriverKind.SMTP, "550", text).cause == "there is no such mailbox"
    assert explain(DriverKind.SMTP, "550", "5.7.1 relaying denied").cause != (
        "there is no such mailbox"
    )


def test_unresolved_host_name_is_told_from_a_closed_port() -> None:
    text = "[Errno -2] Name or service not known"

    assert explain(DriverKind.SMTP, "connect", text).cause == "the host name does not resolve"
    assert explain(DriverKind.SMTP, "connect", "refused").cause == "the server cannot be reached"


def test_unknown_answer_is_quoted() -> None:
    assert str(explain(DriverKind.SMTP, "571", "571 go away")) == "mail: 571: go away"


def test_end_of_a_message_is_said_in_words() -> None:
    slack = describe_end(DeliveryReason.GAVE_UP, "slack-webhook", "no_service", "no_service")

    assert slack == "every attempt failed (Slack: no_service: the webhook was deleted)"
    assert describe_end(DeliveryReason.REFUSED, "", "404") == "refused (404)"
    assert describe_end(DeliveryReason.CARRIER, "", "") == (
        "the message that carried it is undelivered"
    )
