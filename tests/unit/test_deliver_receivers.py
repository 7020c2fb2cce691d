"""Valid URLs of receivers, and the problems of invalid ones."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from builders.messages import BOT, WEBHOOK, make_driver
from straitwatch.core.model import Receiver
from straitwatch.deliver import check_user_templates, open_driver, validate_receiver
from straitwatch.errors import UsageError

KINDS = [
    (WEBHOOK, "slack-webhook"),
    (f"{WEBHOOK}/#desk", "slack-webhook"),
    (
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "slack-webhook",
    ),
    (BOT, "slack-bot"),
    ("mailto://127.0.0.1:2525/desk@example.org?from=sw@example.org", "smtp"),
    ("mailtos://user:pass@mail.example.org/desk@example.org?from=sw@example.org", "smtp"),
    ("json://127.0.0.1:8080/hook", "apprise"),
    ("terminal://", "terminal"),
]


@pytest.mark.parametrize(("url", "kind"), KINDS)
def test_url_selects_the_driver(url: str, kind: str) -> None:
    assert make_driver(url).kind == kind


def test_slack_url_can_be_left_to_apprise() -> None:
    assert make_driver(WEBHOOK, driver="apprise").kind == "apprise"


REFUSALS = [
    ("slak://a/b/c", "did you mean slack://?"),
    ("nonsense", "a receiver is one URL"),
    (f"{BOT}/#other", "write one receiver for each target; this URL has 2"),
    ("ntfy://ntfy.example/one/two", "write one receiver for each target; this URL has 2"),
    (f"{WEBHOOK}?retry=3", "remove `retry=`"),
    (f"{WEBHOOK}?wait=3&overflow=split", "remove `wait=`, `overflow=`"),
    (f"{WEBHOOK}?template=/x", "remove `template=`"),
    (f"{WEBHOOK}?format=markdown", "remove `format=`"),
    (f"{WEBHOOK}?optional=yes", "remove `optional=`"),
    ("json://a/ json://b/", "a receiver has one URL"),
    (
        "mailto://user:pass@mail.example.org/a@example.org?from=b@example.org",
        "write mailtos:// instead",
    ),
    ("mailtos://me@gmail.com:pass@smtp.gmail.com?to=a@example.org", "write %40 for each `@`"),
    ("mailtos://me:p@ss@smtp.gmail.com?to=a@example.org", "write %40 for each `@`"),
    ("mailtos://me:abcd efgh ijkl@gmail.com", "write %20 for each blank"),
    ("mailtos://me:p/ss@gmail.com?to=a@example.org", "write %2F for each `/`"),
    ("mailtos://me:p#ss@gmail.com", "write %23 for each `#`"),
    ("mailtos://me:50%off@gmail.com", "write %25 for each `%`"),
    ("discord://x", "Apprise cannot read this discord:// URL"),
    ("terminal://printer", "write terminal:// for stdout"),
]


def test_slack_and_mail_urls_are_read_without_the_other_services_of_apprise() -> None:
    script = f"""if True:
        import sys
        from straitwatch.core.model import Receiver
        from straitwatch.deliver import validate_receiver
        urls = {WEBHOOK!r}, {BOT!r}, "mailtos://user:pass@mail.example.org?to=desk@example.org"
        print([validate_receiver(Receiver(name="desk", url=url)) for url in urls])
        print("apprise.plugins.discord" in sys.modules)
    """

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["[None, None, None]", "False"]


@pytest.mark.parametrize(("url", "words"), REFUSALS)
def test_refusal_suggests_a_correction(url: str, words: str) -> None:
    problem = validate_receiver(Receiver(name="desk", url=url))

    assert problem is not None
    assert words in problem


def test_refusal_does_not_show_the_url() -> None:
    receiver = Receiver(name="desk", url=f"{WEBHOOK}?retry=3")

    with pytest.raises(UsageError) as refusal:
        open_driver(receiver, timezone="UTC", templates=None)

    assert "TIiajkdnlazkcOXrIdevi7FQ" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "token", "words"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "xapp-1", "for a bot"),
        ("slack://xoxb-1234-1234-abcdefABCDEF/C0DESK", "xoxb-1", "begins with xapp-"),
    ],
)
def test_app_token_is_for_bots_alone(url: str, token: str, words: str) -> None:
    problem = validate_receiver(Receiver(name="desk", url=url, app_token=token))

    assert problem is not None
    assert words in problem


def test_base_url_is_for_slack_alone() -> None:
    receiver = Receiver(name="desk", url="json://127.0.0.1/", base_url="https://slack-gov.example")

    assert "replaces Slack's address" in (validate_receiver(receiver) or "")
    assert validate_receiver(replace(receiver, url=WEBHOOK)) is None


def test_every_address_of_a_mail_url_is_a_recipient() -> None:
    url = "mailto://127.0.0.1:25/?from=s@example.org&to=a@example.org,b@example.org&cc=c@example.org&bcc=d@example.org"

    assert make_driver(url).recipients == tuple(f"{name}@example.org" for name in "abcd")


def test_user_templates_are_checked_in_their_directory(tmp_path: Path) -> None:
    (tmp_path / "slack").mkdir()
    (tmp_path / "slack" / "alert.j2").write_text("{% block body %}{{ unclosed }")
    (tmp_path / "README.md").write_text("not a template")

    assert len(check_user_templates(tmp_path)) == 1
    assert check_user_templates(tmp_path / "absent") == ()
