"""Actions that people make outside Slack show in its messages, also after a restart."""

import json
import re
from typing import Any

import aiohttp

from builders.configs import rss, write_config
from harness import Daemon, straitwatch
from servers.feeds import FeedServer, Page
from servers.slack_socket import SlackSocketServer

STORY = ("g1", "Fleet crosses the Taiwan Strait at dawn", "Twelve ships passed on Monday.")


def words(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


async def mute_on_the_page(daemon: Daemon, story: str) -> None:
    (address,) = re.findall(r'"url": "(http://[^"]+)"', daemon.text())
    async with aiohttp.ClientSession() as session:
        form = {"kind": "mute_story", "key": "1"}
        async with session.post(f"{address}stories/{story}/act", data=form) as answer:
            assert answer.status == 200


async def test_action_on_the_page_and_its_undo_by_command_show_in_slack(tmp_path) -> None:
    async with FeedServer() as feeds, SlackSocketServer() as slack:
        feeds.answer("/wire", Page(rss(), etag='"0"'))
        bot = {"url": "slack://xoxb-1234-1234-abcdefABCDEF/C0DESK", "base_url": slack.url}
        config = write_config(
            tmp_path,
            feeds={"Wire": feeds.url("/wire")},
            receivers={"desk": bot | {"app_token": "xapp-1-A-2-b"}},
            web={"listen": "127.0.0.1:0"},
            stories={"encoder": "off"},
        )
        async with Daemon(config) as daemon:
            await feeds.asked(2)
            feeds.answer("/wire", Page(rss(STORY), etag='"1"'))
            await slack.until(lambda: bool(slack.messages))
            ((ts, message),) = slack.messages.items()

            await mute_on_the_page(daemon, message["metadata"]["event_payload"]["story_id"])

            await slack.until(lambda: "muted the story until" in words(slack.messages[ts]))
            assert await daemon.stop() == 0

        (action,) = re.findall(r"undo-(\w+)", words(slack.messages[ts]))
        status, _, errors = await straitwatch(
            "stories", "undo", action, "--config", str(config), cwd=tmp_path
        )
        assert status == 0, errors
        async with Daemon(config) as daemon:
            await slack.until(lambda: "undone by" in words(slack.messages[ts]))
            assert await daemon.stop() == 0

        assert "Mute for 7 days" in words(slack.messages[ts])
        assert len(slack.called("chat.update")) == 2
