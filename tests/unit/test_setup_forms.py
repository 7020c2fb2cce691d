"""The answers to `setup` are checked at once."""

import pytest

from straitwatch.cli.setup_forms import (
    MailAccount,
    mail_account_url,
    mail_url,
    slack_url,
    usual_server,
)
from straitwatch.core.model import Receiver
from straitwatch.deliver import validate_receiver
from straitwatch.errors import UsageError

WEBHOOK = "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/abcdefghijklmnopqrstuvwx"


def account(**changed: str) -> MailAccount:
    values = {
        "address": "watch@example.org",
        "password": "secret",
        "server": "smtp.example.org:587",
        "recipients": "desk@example.org",
    }
    return MailAccount(**{**values, **changed})


@pytest.mark.parametrize("typed", [WEBHOOK, f" {WEBHOOK}\n", f"'{WEBHOOK}'", f"<{WEBHOOK}>"])
def test_webhook_is_accepted_as_people_paste_it(typed: str) -> None:
    assert slack_url(typed) == WEBHOOK


def test_bot_token_and_channel_become_one_url() -> None:
    assert slack_url("xoxb-1-2-abc C0123ABCD") == "slack://xoxb-1-2-abc/C0123ABCD"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("https://api.slack.com/apps/A0/incoming-webhooks", "this is a page of Slack"),
        ("https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA", "a part of the webhook URL"),
        (WEBHOOK.replace("/B0", "/ B0"), "the URL contains a space"),
        ("xoxb-1-2-abc", "a bot token needs a channel"),
        ("xoxp-1-2-abc", "xoxp-… is another kind of token"),
        ("hooks.slack.com", "this is no URL"),
    ],
)
def test_slack_mistake_is_named(typed: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        slack_url(typed)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("mailtos://me@gmail.com:pw@smtp.gmail.com", "write %40 instead: me%40gmail.com"),
        ("mailtos://me:abcd efgh ijkl mnop@gmail.com", "the password contains spaces"),
        ("mailtos://me:p#w@smtp.example.org", "write %40 or %23"),
        ("me@example.org", "this is no URL"),
    ],
)
def test_mail_mistake_is_named(typed: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        mail_url(typed)


@pytest.mark.parametrize(
    "given",
    [
        account(),
        account(password="p@ss/w?rd #1%"),
        account(server="smtp.example.org:465"),
        account(recipients="desk@example.org, chen@example.org"),
        account(
            address="me@gmail.com", password="abcd efgh ijkl mnop", server="smtp.gmail.com:587"
        ),
    ],
)
def test_mail_account_becomes_a_url_that_the_driver_accepts(given: MailAccount) -> None:
    url = mail_account_url(given)

    assert mail_url(url) == url
    assert validate_receiver(Receiver(name="desk-mail", url=url)) is None


def test_app_password_is_used_without_its_spaces() -> None:
    given = account(address="me@gmail.com", password="abcd efgh ijkl mnop", server="smtp.gmail.com")

    assert ":abcdefghijklmnop@smtp.gmail.com" in mail_account_url(given)


def test_password_of_a_google_account_is_refused_before_gmail_refuses_it() -> None:
    with pytest.raises(UsageError, match="16 letters"):
        mail_account_url(account(address="me@gmail.com", password="hunter2"))


def test_server_is_guessed_from_the_address() -> None:
    assert usual_server("me@gmail.com") == "smtp.gmail.com:587"
    assert usual_server("me@example.org") == "smtp.example.org:587"
