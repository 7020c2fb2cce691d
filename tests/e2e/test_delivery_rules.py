"""Limits, quiet hours, silences, fallbacks, trouble and canaries, in the real program."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from e2e.world import STORY, mail_text, slack_text, world
from harness import Daemon, eventually, outbox_problems, straitwatch
from servers.slack import error
from straitwatch.clock import utc_now

SHIFTED = Path(__file__).parent / "die_after_commit.py"  # never dies here; its clock moves
LISTS = """\
watchlists:
  - {id: taiwan-policy, title: Taiwan policy, match: [ridges, ferries, mackerel, turbines, rescue, Fresnel]}
"""
STORIES = [
    ("s0", "Survey maps sand ridges off Penghu", "Oceanographers were at sea for six weeks."),
    ("s1", "Fog halts morning ferries", "Passengers waited in Magong until noon."),
    ("s2", "Ministers argue over mackerel quotas", "Four thousand tonnes are left."),
    ("s3", "Bank lends for ninety turbines", "The wind farm opens in spring."),
    ("s4", "Pilots train for a rescue at night", "A helicopter lifted mannequins."),
    ("s5", "Old lighthouse gets its Fresnel lens back", "It was cleaned by hand."),
]


async def test_messages_beyond_a_limit_are_listed_in_one_rollup(tmp_path) -> None:
    limit = {"limit": {"messages": 3, "per": "1h"}}
    async with world(tmp_path, slack=limit, watchlists=LISTS) as it, Daemon(it.config):
        await it.polled()
        it.publish(*STORIES)
        await eventually(lambda: len(it.slack.messages) == 3)
        await it.polled(3)
        problems = await outbox_problems(it.config)

    assert len(it.slack.messages) == 3
    shown = " ".join(map(slack_text, it.slack.messages))
    assert [title for _, title, _ in STORIES if title not in shown] == []
    assert "volume limit reached: 3 messages in 1 h" in slack_text(it.slack.messages[-1])
    assert problems == []


def quiet_for(span: timedelta) -> dict[str, Any]:
    """Return quiet hours that hold all but critical messages and end after a span."""
    now = utc_now()
    end = now + span
    return {
        "quiet_hours": {
            "night": {
                "from": f"{now - timedelta(hours=1):%H:%M}",
                "to": f"{end + timedelta(minutes=1):%H:%M}",
                "timezone": "UTC",
                "hold": ["low", "normal", "high"],
            }
        },
        "routes": [{"match": {}, "send": ["desk-slack"], "quiet_hours": "night"}],
    }


async def test_quiet_hours_hold_all_but_critical_messages_until_their_end(tmp_path) -> None:
    lists = LISTS.replace("Fresnel]", "Fresnel], severity: [{level: critical, when: ferries}]")
    quiet = quiet_for(timedelta(minutes=30))
    async with world(tmp_path, watchlists=lists, **quiet) as it:
        async with Daemon(it.config):
            await it.polled()
            it.publish(*STORIES[:3])
            await eventually(lambda: bool(it.slack.messages))
            await it.polled(2)
            config = str(it.config)
            command = ("outbox", "list", "--state", "held", "--json", "--config", config)
            _, held, _ = await straitwatch(*command, cwd=tmp_path)
        (critical,) = list(it.slack.messages)
        async with Daemon(it.config, launcher=SHIFTED, CLOCK_SHIFT="3600"):
            await eventually(lambda: len(it.slack.messages) > 1)
            await it.polled(2)

    assert STORIES[1][1] in slack_text(critical)
    assert held.count('"reason":"quiet_hours"') == 2
    (rollup,) = it.slack.messages[1:]
    assert [title for _, title, _ in STORIES[:3:2] if title not in slack_text(rollup)] == []


async def test_silenced_story_sends_no_alert_and_why_names_the_silence(tmp_path) -> None:
    silence = {"match": {"watchlists": ["taiwan-policy"]}, "until": "2999-01-01"}
    silences = [silence | {"author": "lin", "reason": "moving house"}]
    async with world(tmp_path, silences=silences) as it, Daemon(it.config):
        await it.polled()
        it.publish(STORY)
        await it.polled(3)
        _, out, _ = await straitwatch("why", STORY[1], "--config", str(it.config), cwd=tmp_path)

    assert (it.slack.messages, it.mailbox.mails) == ([], [])
    assert "silenced: list taiwan-policy, until 01 Jan 2999" in out
    assert "(lin) (moving house)" in out


async def test_message_that_a_channel_refuses_goes_to_its_fallback(tmp_path) -> None:
    routes = [{"match": {}, "send": ["desk-slack"]}]
    async with world(tmp_path, slack={"fallback": "desk-mail"}, routes=routes) as it:
        it.slack.default = error(400, "no_text")
        async with Daemon(it.config):
            await it.polled()
            it.publish(STORY)
            await eventually(lambda: bool(it.mailbox.mails))
        problems = await outbox_problems(it.config)

    assert it.slack.messages == []
    assert STORY[1] in mail_text(it.mailbox.mails[0])
    assert problems == []


async def test_canary_arrives_and_pings_the_switch(tmp_path) -> None:
    pings: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        pings.append(request.path)
        return web.Response(text="ok")

    server = web.Server(answer)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    canary = {"every": "1h", "send": ["desk-slack"], "ping": f"http://127.0.0.1:{port}/secret-7"}
    async with world(tmp_path, canary=canary) as it:
        await straitwatch("run", "--once", "--config", str(it.config), cwd=tmp_path)
        _, again, _ = await straitwatch("run", "--once", "--config", str(it.config), cwd=tmp_path)
    await runner.cleanup()

    (message,) = it.slack.messages
    assert "Straitwatch canary" in slack_text(message)
    assert pings == ["/secret-7"] * 2
    assert "secret-7" not in again
