"""Logs hold no secrets, whatever slips into them."""

import io
import json
import logging

import pytest
import structlog

from straitwatch.telemetry import configure_logging
from straitwatch.telemetry.log import Redactor, redactor

HOOK = "/".join(("https://hooks.example/services", "T0TEST", "B0TEST", "q" * 24))


@pytest.mark.parametrize(
    "text",
    [
        f"posting to {HOOK} failed",
        "login smtp://watch:" + "pw" * 6 + "@mail.example failed",
        "using " + "xoxb" + "-1234567890-abcdefghij",
        "GET /feed?token=" + "s" * 12 + "&page=2",
        "GET /feed failed with signature=" + "s" * 12,
        "slack://" + "T0TEST/B0TEST/" + "q" * 24,
    ],
)
def test_text_like_a_secret_is_replaced(text) -> None:
    cleaned = Redactor().clean(text)

    assert "***" in cleaned
    for secret in ("q" * 24, "pwpw", "abcdefghij", "s" * 12):
        assert secret not in cleaned


def test_known_secrets_are_replaced_in_any_place() -> None:
    assert Redactor(["ntfy://private-topic"]).clean("to ntfy://private-topic!") == "to ***!"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "tgram://123456789:hidden_token-1/42/",
            "https://api.example/bot123456789:hidden_token-1/",
        ),
        ("discord://4455/hidden-token/", "POST /api/webhooks/4455/hidden-token"),
        (
            "mailtos://desk:hidden%21pw@smtp.example/?to=a@b.example",
            "535 login 'hidden!pw' refused",
        ),
        ("mailtos://desk:hidden@pw@smtp.example/", "login hidden@pw failed"),
        ("mailto://smtp.example/?user=desk&pass=hidden-pw", "535 hidden-pw"),
        ("json://hidden-user@localhost/", "401 for hidden-user"),
    ],
)
def test_parts_of_an_address_are_known_as_well(address: str, said: str) -> None:
    cleaned = Redactor([address]).clean(said)

    assert "***" in cleaned
    assert "hidden" not in cleaned


def test_plain_parts_of_an_address_stay_readable() -> None:
    known = Redactor(["mailtos://straitwatch:hidden-pw@smtp.example:587/?to=desk@example.org"])

    said = "straitwatch.app: smtp.example:587 did not answer for desk@example.org"
    assert known.clean(said) == said


def test_traceback_is_cleaned_like_any_other_text() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    redactor.learn(["a-very-secret-word"])
    try:
        int("a-very-secret-word")
    except ValueError:
        structlog.get_logger("test").exception("it failed")

    (line,) = stream.getvalue().splitlines()
    assert "a-very-secret-word" not in line
    assert json.loads(line)["event"] == "it failed"


def test_library_logs_take_the_same_road() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)

    logging.getLogger("some.package").warning("could not reach %s", HOOK)

    line = json.loads(stream.getvalue())
    assert line["level"] == "warning"
    assert "q" * 24 not in line["event"]


def test_secrets_in_lists_and_mappings_are_replaced() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)

    problems = [f"posting to {HOOK}", {"address": HOOK, "tries": 3}]
    structlog.get_logger("test").warning("it failed", problems=problems, cause=ValueError(HOOK))

    line = json.loads(stream.getvalue())
    assert "q" * 24 not in stream.getvalue()
    assert line["problems"][1]["tries"] == 3
