"""Updates in the threads of Slack, and edits of its messages."""

import json
from dataclasses import replace
from typing import Any

import pytest

from builders.messages import (
    AT,
    BOT,
    frozen,
    make_alert,
    make_driver,
    make_job,
    make_rollup,
)
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
from straitwatch.deliver.slack import SlackBot
from straitwatch.deliver.slack_edits import SlackEditor


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
