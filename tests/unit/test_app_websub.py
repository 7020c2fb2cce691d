"""Requests to hubs, beside the polls."""

import asyncio
from pathlib import Path

from builders.app import STORY, open_desk
from builders.configs import rss
from servers.feeds import FeedServer, Page, Raw


async def test_hub_that_hangs_delays_neither_pushes_nor_polls(tmp_path: Path) -> None:
    feeds = {"Pushed": "/pushed", "Example Wire": "/wire"}
    polling = {"concurrency": 1, "allow_private_addresses": True}
    web = {"public_url": "http://127.0.0.1:9"}
    async with (
        FeedServer() as hub,
        open_desk(tmp_path, feeds=feeds, polling=polling, web=web) as desk,
    ):
        links = f'<{hub.answer("/hub", Raw(hangs=True))}>; rel="hub"'
        links += f', <{desk.feeds.url("/pushed")}>; rel="self"'
        desk.feeds.answer("/pushed", Page(rss(STORY), headers={"Link": links}))
        desk.publish(STORY)
        await desk.poll()

        async with asyncio.timeout(20):
            await desk.app.subscriber.tend()
            await hub.asked()
            desk.clock.advance(minutes=20)
            await desk.poll()

        assert desk.feeds.paths().count("/wire") == 2
        for task in desk.app.subscriber.tasks:
            task.cancel()
        await asyncio.wait(desk.app.subscriber.tasks)
