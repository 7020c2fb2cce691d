"""The Slack drivers against a Slack that misbehaves in every documented way."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from builders.messages import (
    AT,
    BOT,
    BOT_SECRET,
    HOOK_SECRET,
    WEBHOOK,
    frozen,
    make_alert,
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
    AlertKind,
    EditJob,
    Frozen,
    Outcome,
    Reason,
    SendJob,
    SendResult,
)
from straitwatch.deliver import http
from straitwatch.deliver.driver import DriverSettings
from straitwatch.deliver.slack import SlackBot, SlackWebhook
from straitwatch.deliver.slack_edits import SlackEditor


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as running:
        yield running


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


def send_update(slack: SlackServer) -> tuple[SendResult, SendResult]:
    driver = make_driver(BOT, base_url=slack.url)
    first = driver.send(frozen(driver))
    facts = make_alert(
        kind=AlertKind.UPDATE, reason=Reason.MORE_OUTLETS, revision=2, outlet_count=3
    )
    job = make_job(facts, parent_ref=first.ref)
    return first, driver.send(frozen(driver, job))


def test_update_by_a_bot_answers_in_the_thread(slack: SlackServer) -> None:
    first, second = send_update(slack)

    assert second.outcome is Outcome.DELIVERED
    assert slack.messages[1]["thread_ts"] == first.ref["ts"]


def edit_first(slack: SlackServer, **changes: Any) -> SendResult:
    """Send a message and edit it."""
    driver = make_driver(BOT, base_url=slack.url)
    assert isinstance(driver, SlackBot)
    sent = frozen(driver)
    assert sent.frozen is not None
    result = driver.send(sent)
    job = EditJob(
        delivery=sent.delivery,
        facts=sent.facts,
        frozen=sent.frozen,
        ref=result.ref,
        edited_at=AT,
        **changes,
    )
    return SlackEditor(driver).send(job)


def test_edit_by_a_bot_keeps_the_text_and_shows_the_latest_update(slack: SlackServer) -> None:
    latest = Frozen(body=b'{"text": "Update: 3 outlets"}', content_type="application/json")

    result = edit_first(slack, latest=latest)

    text = json.dumps(slack.messages[0]["blocks"], ensure_ascii=False)
    assert result.outcome is Outcome.DELIVERED
    assert "Two frigates" in text
    assert "3 outlets" in text


def test_edit_of_a_message_that_was_posted_as_text_keeps_the_text(slack: SlackServer) -> None:
    slack.script(server.not_ok("invalid_blocks"))

    latest = Frozen(body=b'{"text": "Update: 3 outlets"}', content_type="application/json")

    edit_first(slack, latest=latest)

    first = slack.messages[0]
    assert "before dawn" in first["text"]
    assert first["text"].endswith("Update: 3 outlets")
    assert "blocks" not in first


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("message_not_found", Outcome.PERMANENT),
        ("cant_update_message", Outcome.PERMANENT),
        ("invalid_auth", Outcome.RECEIVER_BROKEN),
        ("internal_error", Outcome.UNSURE),
    ],
)
def test_edit_that_slack_refuses_has_an_outcome(
    slack: SlackServer, code: str, outcome: Outcome
) -> None:
    slack.script(server.ok(), server.not_ok(code))

    assert edit_first(slack).outcome is outcome


def test_rollup_whose_menus_slack_refuses_is_posted_without_them(slack: SlackServer) -> None:
    slack.script(server.not_ok("msg_blocks_too_long"))
    driver = make_driver(BOT, base_url=slack.url, app_token="xapp-1")

    result = driver.send(frozen(driver, make_job(make_rollup())))

    (posted,) = slack.messages
    assert result.outcome is Outcome.DELIVERED
    assert json.loads(result.ref["message"])["blocks"] == posted["blocks"]
    assert not any("accessory" in block for block in posted["blocks"])


def test_update_without_its_thread_is_a_message_of_its_own(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.not_ok("thread_not_found"))
    job = make_job(make_alert(kind=AlertKind.UPDATE), parent_ref={"ts": "1.0", "channel": "C0DESK"})

    result = driver.send(frozen(driver, job))

    assert result.outcome is Outcome.DELIVERED
    assert "thread_ts" not in slack.messages[0]


def old_update(channel: str = "C0OLD") -> SendJob:
    """An update of a story whose thread is in a channel."""
    return make_job(make_alert(kind=AlertKind.UPDATE), parent_ref={"ts": "1.0", "channel": channel})


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "thread_not_found"])
def test_update_of_a_story_in_a_former_channel_goes_to_the_configured_one(
    slack: SlackServer, code: str
) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.not_ok(code))

    result = driver.send(frozen(driver, old_update()))

    (posted,) = slack.messages
    assert result.outcome is Outcome.DELIVERED
    assert (posted["channel"], "thread_ts" in posted) == ("C0DESK", False)


def test_update_outside_its_lost_thread_may_still_become_plain_text(slack: SlackServer) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.not_ok("is_archived"), server.not_ok("invalid_blocks"))

    result = driver.send(frozen(driver, old_update()))

    assert result.outcome is Outcome.DELIVERED


def test_update_in_the_archived_configured_channel_finds_the_receiver_broken(
    slack: SlackServer,
) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.default = server.not_ok("is_archived")

    result = driver.send(frozen(driver, old_update("C0DESK")))

    assert result.outcome is Outcome.RECEIVER_BROKEN
    assert len(slack.requests) == 1


def test_bot_finds_an_unanswered_update_that_was_posted_outside_its_thread(
    slack: SlackServer,
) -> None:
    driver = make_driver(BOT, base_url=slack.url)
    slack.script(server.not_ok("is_archived"), server.reset())
    driver.send(frozen(driver, old_update()))

    again = driver.send(replace(frozen(driver, old_update()), is_possible_repeat=True))

    assert (again.outcome, again.code) == (Outcome.DELIVERED, "found")
    assert len(slack.messages) == 1


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
