"""Clicks on the buttons of Slack messages, from the envelope to the edited message."""

import json
from dataclasses import replace
from typing import Any

import pytest

from builders.app import Desk
from builders.beat import BEAT
from builders.clicks import buttons, open_clicks
from builders.messages import make_item, make_rollup
from builders.store import make_alert, make_delivery
from harness import eventually
from straitwatch import store as db
from straitwatch.core.identity import action_id
from straitwatch.core.model import (
    ActionKind,
    ActionVia,
    AlertKind,
    ManualAction,
    Verdict,
)
from straitwatch.pipeline import act, address, undo


def words(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


def actions(desk: Desk) -> list[ManualAction]:
    return desk.call(db.list_actions)


async def test_alert_of_a_bot_has_buttons(tmp_path) -> None:
    async with open_clicks(tmp_path) as (_, slack):
        ((_, message),) = slack.messages.items()

        names = [name.split(":")[0] for name in buttons(message)]
        assert names == ["Mute for 7 days", "Not relevant", "Snooze list for 8 hours"]


async def test_alert_of_a_bot_without_app_token_has_no_buttons(tmp_path) -> None:
    async with open_clicks(tmp_path, app_token="") as (_, slack):
        ((_, message),) = slack.messages.items()

        assert buttons(message) == {}
        assert slack.called("apps.connections.open") == []


async def test_click_is_recorded_acknowledged_and_shown_and_can_be_undone(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()

        await slack.acknowledged(await slack.click(buttons(message)["Mute for 7 days"], ts))

        (action,) = actions(desk)
        assert (action.kind, action.author, action.via) == ("mute_story", "ana (U0ANA)", "slack")
        assert len(desk.call(db.active_silences, desk.clock())) == 1
        await slack.until(lambda: "muted the story" in words(slack.messages[ts]))
        assert list(buttons(slack.messages[ts]))[:2] == ["Undo mute", "Not relevant"]

        await slack.acknowledged(await slack.click(buttons(slack.messages[ts])["Undo mute"], ts))

        await slack.until(lambda: "undone by ana" in words(slack.messages[ts]))
        assert "Mute for 7 days" in buttons(slack.messages[ts])
        assert actions(desk)[0].undone_by == "ana (U0ANA)"
        assert desk.call(db.active_silences, desk.clock()) == ()


async def test_edited_message_keeps_its_own_blocks(tmp_path) -> None:
    async with open_clicks(tmp_path) as (_, slack):
        ((ts, message),) = slack.messages.items()
        value = buttons(message)["Not relevant"]

        for _ in range(2):
            await slack.click(value, ts)
            await slack.until(lambda: "as not relevant" in words(slack.messages[ts]))

        kept = [block for block in slack.messages[ts]["blocks"] if "block_id" not in block]
        assert kept == [block for block in message["blocks"] if "block_id" not in block]


async def test_not_relevant_marks_the_report_of_the_message(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()

        await slack.acknowledged(await slack.click(buttons(message)["Not relevant"], ts))

        (mark,) = desk.call(db.read_marks).values()
        assert (mark.verdict, mark.marked_by) == (Verdict.NOT_RELEVANT, "ana (U0ANA)")


async def test_list_is_snoozed_from_the_menu(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        value = next(value for name, value in buttons(message).items() if "Snooze" in name)

        await slack.acknowledged(await slack.click(value, ts, is_option=True))

        (silence,) = desk.call(db.active_silences, desk.clock())
        assert silence.watchlists == (value.split(":")[2],)


async def test_repeated_envelope_acts_once(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        payload = slack.payload(buttons(message)["Mute for 7 days"], ts)

        for envelope in ("e1", "e1", "e2"):
            await slack.send(payload, envelope=envelope)
        await slack.until(lambda: len(slack.acknowledged_ids) == 3)

        assert len(actions(desk)) == 1


async def test_click_that_cannot_be_recorded_is_not_acknowledged(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        payload = slack.payload(buttons(message)["Mute for 7 days"], ts)
        run, desk.app.clicks._carry_out = desk.app.clicks._carry_out, fail

        lost = await slack.send(payload)
        other = await slack.send({"type": "view_closed"})
        await slack.acknowledged(other)
        desk.app.clicks._carry_out = run
        first_acknowledged = list(slack.acknowledged_ids)
        await slack.acknowledged(await slack.send(payload, envelope=lost))

        assert first_acknowledged == [other]
        assert len(actions(desk)) == 1


async def fail(_: object) -> Any:
    raise OSError("disk full")


@pytest.mark.parametrize("end", ["refresh_requested", "warning", "cut"])
async def test_ended_connection_is_replaced(tmp_path, end: str) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()

        await (slack.hang_up() if end == "cut" else slack.disconnect(end))
        await slack.connected(times=2)
        await slack.acknowledged(await slack.click(buttons(message)["Mute for 7 days"], ts))

        assert len(actions(desk)) == 1


async def test_unacknowledged_click_is_delivered_again_after_the_reconnection(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        payload = slack.payload(buttons(message)["Mute for 7 days"], ts)

        envelope = await slack.send(payload)
        await slack.hang_up()
        await slack.connected(times=2)
        await slack.acknowledged(await slack.send(payload, envelope=envelope))

        assert len(actions(desk)) == 1


async def test_refused_app_token_is_tried_again(tmp_path) -> None:
    async with open_clicks(tmp_path) as (_, slack):
        slack.refuse("apps.connections.open", "internal_error")

        await slack.disconnect()

        await slack.connected(times=2)


async def test_unknown_payloads_are_acknowledged_and_counted(tmp_path) -> None:
    payloads: list[Any] = [
        None,
        [],
        "text",
        {},
        {"type": "view_submission"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [{"value": "launch:d1"}]},
    ]
    async with open_clicks(tmp_path) as (desk, slack):
        for payload in payloads:
            await slack.acknowledged(await slack.send(payload))

        counted = desk.runtime.tools.metrics.clicks.labels(result="unknown")
        assert counted._value.get() == len(payloads)
        assert actions(desk) == []


async def test_person_of_another_workspace_cannot_act(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        user = {"id": "U0EVE", "username": "eve", "team_id": "T0OTHER"}

        await slack.acknowledged(
            await slack.click(buttons(message)["Mute for 7 days"], ts, user=user)
        )

        assert actions(desk) == []
        await slack.until(lambda: slack.called("chat.postEphemeral"))
        (said,) = slack.called("chat.postEphemeral")
        assert said["user"] == "U0EVE"
        assert "only people of the desk's own workspace" in said["text"]


async def test_person_learns_why_a_click_did_nothing(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        delivery = buttons(message)["Mute for 7 days"].split(":")[1]

        await slack.click(f"split:{delivery}", ts)
        await slack.until(lambda: slack.called("chat.postEphemeral"))

        (said,) = slack.called("chat.postEphemeral")
        assert (said["user"], said["channel"]) == ("U0ANA", "C0DESK")
        assert "the only one in it" in said["text"]
        assert actions(desk) == []


async def test_edit_that_slack_refuses_for_now_is_made_later(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, message),) = slack.messages.items()
        slack.refuse("chat.update", "service_unavailable")

        await slack.acknowledged(await slack.click(buttons(message)["Mute for 7 days"], ts))
        await slack.until(lambda: slack.called("chat.update"))
        await eventually(lambda: not desk.app.edits.tasks)
        desk.clock.advance(minutes=1)
        await desk.app.edits.run_all()

        assert "muted the story" in words(slack.messages[ts])
        assert len(slack.called("chat.update")) == 2


async def test_edits_rest_while_slack_limits_their_rate(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        desk.call(db.replay_delivery, "d1", now=desk.clock())
        await desk.app.senders.run_all()
        slack.refuse("chat.update", "ratelimited")

        do(desk)
        for _ in range(2):
            await desk.app.edits.run_all()
        before = len(slack.called("chat.update"))
        desk.clock.advance(minutes=1)
        await desk.app.edits.run_all()

        assert before == 1
        assert all("muted the story" in words(message) for message in slack.messages.values())


def do(desk: Desk, kind: ActionKind = ActionKind.MUTE_STORY, **values: Any) -> ManualAction:
    """Act elsewhere than in Slack."""
    made: dict[str, Any] = {"story_id": "s1", "author": "ben", "via": ActionVia.PAGE}
    wanted = ManualAction(
        id=action_id(kind, "page"), kind=kind, made_at=desk.clock(), **(made | values)
    )
    result = desk.call(act, wanted, beat=desk.runtime.active.rules.beat)
    assert result.action is not None
    return result.action


async def test_action_made_elsewhere_and_its_undo_show_in_the_message(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, _),) = slack.messages.items()

        action = do(desk)
        await desk.app.edits.run_all()
        done = slack.messages[ts]
        desk.call(undo, action.id, author="eva", now=desk.clock(), beat=BEAT)
        await desk.app.edits.run_all()

        assert "ben muted the story until Sun 8 Mar, " in words(done)
        assert next(iter(buttons(done))) == "Undo mute"
        assert "undone by eva" in words(slack.messages[ts])
        assert "Mute for 7 days" in buttons(slack.messages[ts])


async def test_mute_that_ends_shows_in_the_message(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, _),) = slack.messages.items()
        do(desk)
        await desk.app.edits.run_all()

        desk.clock.advance(days=7)
        await desk.app.edits.run_all()
        await desk.app.edits.run_all()

        assert "~ ended" in words(slack.messages[ts])
        assert "Mute for 7 days" in buttons(slack.messages[ts])
        assert len(slack.called("chat.update")) == 2


async def test_silence_that_is_ended_shows_in_the_message(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, _),) = slack.messages.items()
        silence = do(desk).id

        desk.call(db.end_silence, silence, author="eva", now=desk.clock())
        await desk.app.edits.run_all()

        assert "undone by eva" in words(slack.messages[ts])


async def test_several_actions_need_one_edit(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, _),) = slack.messages.items()

        do(desk)
        do(desk, ActionKind.NOT_RELEVANT, reports=("e1",))
        await desk.app.edits.run_all()

        assert list(buttons(slack.messages[ts]))[:2] == ["Undo mark", "Undo mute"]
        assert len(slack.called("chat.update")) == 1


async def test_update_shows_in_the_first_message_beside_the_actions(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        ((ts, _),) = slack.messages.items()
        do(desk)
        alert = make_alert("a2", kind=AlertKind.UPDATE, revision=2)
        facts = replace(alert.facts, kind=AlertKind.UPDATE, revision=2, title="More ships")
        update = make_delivery("d2", alert_id="a2", parent_id="d1")
        desk.call(db.add_alert, replace(alert, facts=facts), [update])

        await desk.app.senders.run_all()
        await desk.app.edits.run_all()

        first, second = slack.messages.values()
        assert "More ships" in words(first)
        assert "muted the story" in words(first)
        assert second["thread_ts"] == ts
        assert "muted the story" in words(second)


async def test_message_that_is_sent_after_an_action_shows_it(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        do(desk)
        desk.call(db.replay_delivery, "d1", now=desk.clock())

        await desk.app.senders.run_all()
        await desk.app.edits.run_all()

        assert all("muted the story" in words(message) for message in slack.messages.values())


async def test_click_in_a_rollup_acts_on_its_line(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        items = (make_item(1, list_ids=("taiwan-policy",)), make_item(2))
        alert, deliveries = address(
            "r",
            AlertKind.ROLLUP,
            make_rollup(items=items),
            to=["desk-slack"],
            recipients={},
            now=desk.clock(),
        )
        desk.call(db.add_alert, alert, deliveries)
        await desk.app.senders.run_all()
        ts, message = list(slack.messages.items())[-1]
        value = f"mute_story:{deliveries[0].id}/s1"
        assert value in words(message)

        await slack.acknowledged(await slack.click(value, ts, is_option=True))

        await slack.until(lambda: "ana muted the story" in words(slack.messages[ts]))
        assert actions(desk)[0].story_id == "s1"
        await desk.app.edits.run_all()
        assert all("ana muted the story" in words(message) for message in slack.messages.values())
