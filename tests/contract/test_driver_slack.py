"""The Slack drivers against a Slack that misbehaves in every documented way."""

import json
import logging
import re
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from builders.messages import (
    BOT,
    BOT_SECRET,
    HOOK_SECRET,
    WEBHOOK,
    frozen,
    make_digest,
    make_driver,
    make_item,
    make_job,
    make_rollup,
)
from contract.faults import BOT_FAULTS, WEBHOOK_FAULTS
from servers import slack as server
from servers.slack import SlackServer
from straitwatch.core.model import (
    Outcome,
)
from straitwatch.deliver import http
from straitwatch.deliver.driver import DriverSettings
from straitwatch.deliver.slack import SlackBot, SlackWebhook


def impatient(slack: SlackServer, *, is_bot: bool = False) -> SlackBot | SlackWebhook:
    """A driver that waits a moment where the real one waits 30 s."""
    settings = DriverSettings(zone="UTC", templates={}, on_unsure="resend")
    common = {"channel": "C0DESK", "settings": settings}
    if is_bot:
        return SlackBot(BOT_SECRET, base_url=slack.url, read_seconds=0.2, **common)
    return SlackWebhook(f"{slack.url}/services/T/B/{HOOK_SECRET}", read_seconds=0.2, **common)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [row[1:] for row in WEBHOOK_FAULTS],
    ids=[row[0] for row in WEBHOOK_FAULTS],
)
def test_every_answer_to_a_webhook_has_its_outcome(
    slack: SlackServer, answer: server.Answer, outcome: Outcome, code: str
) -> None:
    driver = impatient(slack) if answer.end == "hang" else make_driver(WEBHOOK, base_url=slack.url)
    slack.default = answer

    result = driver.send(frozen(driver))

    assert (result.outcome, result.code) == (outcome, code)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [row[1:] for row in BOT_FAULTS],
    ids=[row[0] for row in BOT_FAULTS],
)
def test_every_answer_to_a_bot_has_its_outcome(
    slack: SlackServer, answer: server.Answer, outcome: Outcome, code: str
) -> None:
    is_hung = answer.end == "hang"
    driver = impatient(slack, is_bot=True) if is_hung else make_driver(BOT, base_url=slack.url)
    slack.default = answer

    result = driver.send(frozen(driver))

    assert (result.outcome, result.code) == (outcome, code)


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_slow_answer_is_abandoned_after_a_limit(
    slack: SlackServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.2)
    driver = make_driver(url, base_url=slack.url)
    slack.default = server.drip()

    assert driver.send(frozen(driver)).outcome is Outcome.UNSURE


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_server_in_trouble_twice_is_asked_once_an_attempt(slack: SlackServer, url: str) -> None:
    driver = make_driver(url, base_url=slack.url)
    slack.script(server.error(500, "no"), server.error(500, "no"))

    outcomes = [driver.send(frozen(driver)).outcome for _ in range(3)]

    assert outcomes == [Outcome.UNSURE, Outcome.UNSURE, Outcome.DELIVERED]
    assert len(slack.requests) == 3


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_rate_limit_says_how_long_to_wait(slack: SlackServer, url: str) -> None:
    driver = make_driver(url, base_url=slack.url)
    slack.default = server.rate_limited(7)

    assert driver.send(frozen(driver)).retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_redirect_is_not_followed(slack: SlackServer, url: str) -> None:
    driver = make_driver(url, base_url=slack.url)
    with SlackServer() as elsewhere:
        slack.default = server.redirect(f"{elsewhere.url}/services/T/B/X")

        result = driver.send(frozen(driver))

        assert result.outcome is Outcome.RECEIVER_BROKEN
        assert elsewhere.requests == []


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_refused_connection_is_tried_again(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    driver = make_driver(url, base_url=f"http://127.0.0.1:{port}")

    assert driver.send(frozen(driver)).outcome is Outcome.RETRY


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_one_send_is_one_request(slack: SlackServer, url: str) -> None:
    driver = make_driver(url, base_url=slack.url)
    slack.script(server.close(is_kept=True))

    driver.send(frozen(driver))

    assert len(slack.messages) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_message_that_a_proxy_finds_too_large_is_posted_as_text(
    slack: SlackServer, status: int
) -> None:
    driver = make_driver(WEBHOOK, base_url=slack.url)
    slack.default = server.html(status, "<html>request entity too large</html>")

    result = driver.send(frozen(driver))

    assert result.outcome is Outcome.PERMANENT
    assert result.code == str(status)
    assert len(slack.requests) == 2


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_message_with_rejected_blocks_is_posted_as_text(slack: SlackServer, url: str) -> None:
    driver = make_driver(url, base_url=slack.url)
    refusal = (
        server.error(400, "invalid_blocks") if url == WEBHOOK else server.not_ok("invalid_blocks")
    )
    slack.script(refusal)

    result = driver.send(frozen(driver))

    assert result.outcome is Outcome.DELIVERED
    assert "blocks" not in slack.messages[0]
    assert "Two frigates" in slack.messages[0]["text"]


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_rollup_with_rejected_blocks_still_lists_its_stories(slack: SlackServer, url: str) -> None:
    driver = make_driver(url, base_url=slack.url)
    slack.script(
        server.error(400, "invalid_blocks") if url == WEBHOOK else server.not_ok("invalid_blocks")
    )

    driver.send(frozen(driver, make_job(make_rollup())))

    text = slack.messages[0]["text"]
    assert "<https://wire.example/1|Story number 1>" in text
    assert "<https://wire.example/2|Story number 2>" in text
    assert text.endswith("Replaces 3 messages; none was dropped")


def test_message_that_slack_finds_too_long_becomes_a_short_text_and_counts_the_rest(
    slack: SlackServer,
) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.not_ok("msg_blocks_too_long"))
    items = tuple(make_item(number, title="Ships " * 20) for number in range(60))

    driver.send(frozen(driver, make_job(make_digest(items=items))))

    text = slack.messages[0]["text"]
    assert 3_000 < len(text) <= 4_000
    assert re.search(r"…and \d+ more lines: `straitwatch outbox show d1`\nCoverage: ", text)


def test_rejected_layout_is_logged(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.not_ok("invalid_blocks"))

    with capture_logs() as logs:
        driver.send(frozen(driver))

    (logged,) = [line for line in logs if line["log_level"] == "warning"]
    assert (logged["delivery"], logged["code"]) == ("d1", "invalid_blocks")


def test_webhook_posts_the_frozen_bytes_to_its_own_path(slack: SlackServer) -> None:
    driver = make_driver(WEBHOOK, base_url=slack.url)
    job = frozen(driver)

    driver.send(job)

    assert slack.requests[0].path == f"/services/T1JJ3T3L2/A1BRTD4JD/{HOOK_SECRET}"
    assert slack.requests[0].body == job.frozen.body


def test_bot_posts_the_frozen_bytes_to_the_web_api(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    job = frozen(driver)

    driver.send(job)

    assert slack.requests[0].path == "/api/chat.postMessage"
    assert slack.requests[0].headers["authorization"] == f"Bearer {BOT_SECRET}"
    assert slack.requests[0].body == job.frozen.body


def test_possible_repeat_says_so(slack: SlackServer) -> None:
    driver = make_driver(WEBHOOK, base_url=slack.url)

    driver.send(frozen(driver, make_job(is_possible_repeat=True)))

    assert "possible repeat" in json.dumps(slack.messages[0]["blocks"][-1])


@pytest.mark.parametrize("answers", [[], [server.error(400, "invalid_blocks")]])
def test_possible_repeat_says_so_in_its_text_too(
    slack: SlackServer, answers: list[server.Answer]
) -> None:
    driver = make_driver(WEBHOOK, base_url=slack.url)
    slack.script(*answers)

    driver.send(frozen(driver, make_job(is_possible_repeat=True)))

    assert slack.messages[0]["text"].startswith("(possible repeat) 🟠")


@pytest.mark.parametrize("channel", ["C0DESK", "#desk"])
def test_bot_finds_an_unanswered_post_in_the_history(slack: SlackServer, channel: str) -> None:
    driver = make_driver(f"slack://{BOT_SECRET}/{channel}", base_url=slack.url)
    job = frozen(driver)
    slack.script(server.reset())
    driver.send(job)

    again = driver.send(
        frozen(driver, make_job(is_possible_repeat=True, started_at=job.created_at))
    )

    assert (again.outcome, again.code) == (Outcome.DELIVERED, "found")
    assert again.ref["ts"] == slack.messages[0]["ts"]
    assert len(slack.messages) == 1


def test_bot_reposts_a_message_that_the_history_lacks(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.reset(is_kept=False))
    driver.send(frozen(driver))

    again = driver.send(frozen(driver, make_job(is_possible_repeat=True)))

    assert again.outcome is Outcome.DELIVERED
    assert len(slack.messages) == 1


def test_bot_finds_an_unanswered_post_in_a_long_history(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.reset())
    driver.send(frozen(driver))
    (posted,) = slack.messages
    talk = {"channel": "C0DESK", "text": "Talk. " * 700}
    slack.messages += [talk | {"ts": str(float(posted["ts"]) + at)} for at in range(1, 451)]

    again = driver.send(frozen(driver, make_job(is_possible_repeat=True)))

    assert (again.outcome, again.ref["ts"]) == (Outcome.DELIVERED, posted["ts"])


def test_history_that_stays_unreadable_does_not_keep_a_message_back(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.history_answer = server.html(503, "<html>busy</html>")

    result = driver.send(frozen(driver, make_job(is_possible_repeat=True, attempt=9)))

    assert result.outcome is Outcome.DELIVERED
    assert "possible repeat" in json.dumps(slack.messages[0]["blocks"][-1])


def test_bot_without_history_scope_cannot_look_up_a_message(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.lacks_history_scope = True

    assert driver.reconcile(frozen(driver)) is None


@pytest.mark.parametrize(
    "answer",
    [
        server.error(503, "later"),
        server.not_ok("internal_error"),
        server.not_ok("ratelimited"),
        server.rate_limited(7),
        server.html(),
        server.error(200, '{"ok":true,"messages":[{"ts":"1.0",'),
        server.reset(),
    ],
    ids=[
        "unavailable",
        "internal error",
        "limited",
        "limited by status",
        "login page",
        "half an answer",
        "reset",
    ],
)
def test_bot_does_not_repost_before_it_has_read_the_history(slack: SlackServer, answer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.history_answer = answer

    result = driver.send(replace(frozen(driver), is_possible_repeat=True))

    assert result.outcome is Outcome.RETRY
    assert slack.messages == []


@pytest.mark.parametrize(
    "answer",
    [server.hang(), server.reset(), server.html(404, "no {secret}"), server.rate_limited(1)],
)
@pytest.mark.parametrize("is_bot", [False, True])
def test_secrets_appear_nowhere(
    slack: SlackServer,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    answer: server.Answer,
    is_bot: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    driver = impatient(slack, is_bot=is_bot)
    secret = BOT_SECRET if is_bot else HOOK_SECRET
    slack.default = replace(answer, body=(answer.body or "").replace("{secret}", secret))

    job = frozen(driver)
    result = driver.send(job)

    captured = capsys.readouterr()
    said = f"{result!r} {driver!r} {driver.redacted} {job!r} {caplog.text} {captured.out} {captured.err}"
    assert secret not in said


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_message_to_an_unreachable_slack_has_not_begun_even_after_another(
    slack: SlackServer, url: str
) -> None:
    driver = make_driver(url, base_url=slack.url)
    driver.send(frozen(driver))
    assert driver.has_begun
    slack.stop()

    result = driver.send(frozen(driver))

    assert (result.outcome, driver.has_begun) == (Outcome.RETRY, False)
