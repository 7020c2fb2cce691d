"""The real program as a subscriber of a real hub."""

from pathlib import Path

from builders.configs import CALM, rss
from e2e.world import HEADLINE, STORY, World, slack_text, world
from harness import Daemon, eventually, last_json, straitwatch
from servers.feeds import Page
from servers.hub import Hub
from straitwatch.web import bind

POLLING = {"interval": "6h", "max_interval": "6h", "allow_private_addresses": True}


def free_port() -> int:
    with bind("127.0.0.1:0") as listener:
        port: int = listener.getsockname()[1]
    return port


def publish(it: World, hub: Hub, *items: tuple[str, str, str]) -> bytes:
    document = rss(CALM, *items)
    links = f'<{hub.url}>; rel="hub", <{it.feeds.url("/wire")}>; rel="self"'
    it.feeds.answer("/wire", Page(document, headers={"Link": links}))
    return document


async def test_push_brings_the_alert_long_before_the_next_poll(tmp_path: Path) -> None:
    port = free_port()
    web = {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with Hub() as hub, world(tmp_path, web=web, polling=POLLING) as it:
        publish(it, hub)
        async with Daemon(it.config):
            await hub.until(1)
            answers = await hub.publish(it.feeds.url("/wire"), publish(it, hub, STORY))
            await eventually(lambda: bool(it.slack.messages))
        health = ("feeds", "health", "--json", "--config", str(it.config))
        _, shown, _ = await straitwatch(*health, cwd=tmp_path)

    assert answers == [202]
    assert HEADLINE in slack_text(it.slack.messages[0])
    assert len(it.feeds.requests) == 2
    assert last_json(shown)["detail"] == "pushes announced 1 new entry and missed 0"
