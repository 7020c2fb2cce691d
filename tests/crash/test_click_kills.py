"""A kill between a click and its record loses no action and doubles none."""

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from builders.configs import rss, write_config
from crash.crashing import LAUNCHER, STORIES
from harness import Daemon, eventually
from servers.feeds import FeedServer, Page
from servers.slack_socket import SlackSocketServer

POINTS = {
    "before the record": {"DIE_WHEN": "carry_out", "BEFORE": "1"},
    "recorded, not acknowledged": {"DIE_WHEN": "carry_out"},
}


def recorded(directory: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(directory / "straitwatch.db", timeout=10)) as database:
        return list(database.execute("SELECT kind, author FROM manual_action"))


def value_of_mute(message: dict[str, Any]) -> str:
    (buttons,) = (block for block in message["blocks"] if block["type"] == "actions")
    return str(buttons["elements"][0]["value"])


def configure(directory: Path, feeds: FeedServer, slack: SlackSocketServer) -> Path:
    bot = {"url": "slack://xoxb-1234-1234-abcdefABCDEF/C0DESK", "base_url": slack.url}
    receivers = {"desk": bot | {"app_token": "xapp-1-A-2-b"}}
    return write_config(directory, feeds={"Wire": feeds.url("/wire")}, receivers=receivers)


def is_delivered(directory: Path) -> bool:
    with closing(sqlite3.connect(directory / "straitwatch.db", timeout=10)) as database:
        return database.execute("SELECT state FROM delivery").fetchall() == [("delivered",)]


async def click_once(
    directory: Path, feeds: FeedServer, slack: SlackSocketServer
) -> tuple[str, Any, str]:
    """Wait for a recorded alert and for the connection; click, and return the envelope."""
    await feeds.asked(len(feeds.requests) + 2)
    feeds.answer("/wire", Page(rss(STORIES[0]), etag='"1"'))
    await slack.until(lambda: bool(slack.messages) and slack.opened)
    await eventually(lambda: is_delivered(directory))
    ((ts, message),) = slack.messages.items()
    payload = slack.payload(value_of_mute(message), ts)
    return await slack.send(payload), payload, ts


@pytest.mark.parametrize("point", POINTS)
async def test_killed_click_is_carried_out_once_after_the_restart(tmp_path, point) -> None:
    async with FeedServer() as feeds, SlackSocketServer() as slack:
        feeds.answer("/wire", Page(rss(), etag='"0"'))
        config = configure(tmp_path, feeds, slack)
        async with Daemon(config, launcher=LAUNCHER, DIE_AT="1", **POINTS[point]) as daemon:
            envelope, payload, ts = await click_once(tmp_path, feeds, slack)
            assert await daemon.wait() == -signal.SIGKILL, daemon.text()
        assert slack.acknowledged_ids == []

        async with Daemon(config) as daemon:
            await slack.connected(times=2)
            await slack.send(payload, envelope=envelope)  # Slack delivers it again
            await slack.acknowledged(envelope)
            await slack.until(lambda: "muted the story" in json.dumps(slack.messages[ts]))
            assert await daemon.stop() == 0

        assert recorded(tmp_path) == [("mute_story", "ana (U0ANA)")]


async def test_killed_edit_is_made_once_after_the_restart(tmp_path) -> None:
    async with FeedServer() as feeds, SlackSocketServer() as slack:
        feeds.answer("/wire", Page(rss(), etag='"0"'))
        config = configure(tmp_path, feeds, slack)
        async with Daemon(config, launcher=LAUNCHER, DIE_WHEN="claim_edit") as daemon:
            _, _, ts = await click_once(tmp_path, feeds, slack)
            assert await daemon.wait() == -signal.SIGKILL, daemon.text()
        assert "muted the story" not in json.dumps(slack.messages[ts])

        async with Daemon(config) as daemon:
            await slack.until(lambda: "muted the story" in json.dumps(slack.messages[ts]))
            assert await daemon.stop() == 0

        assert len(slack.called("chat.update")) == 1
        assert len(recorded(tmp_path)) == 1


async def test_acknowledged_click_survives_a_kill(tmp_path) -> None:
    async with FeedServer() as feeds, SlackSocketServer() as slack:
        feeds.answer("/wire", Page(rss(), etag='"0"'))
        config = configure(tmp_path, feeds, slack)
        async with Daemon(config) as daemon:
            envelope, _, _ = await click_once(tmp_path, feeds, slack)
            await slack.acknowledged(envelope)
            assert daemon.process is not None
            daemon.process.kill()
            assert await daemon.wait() == -signal.SIGKILL

        assert await asyncio.to_thread(recorded, tmp_path) == [("mute_story", "ana (U0ANA)")]
