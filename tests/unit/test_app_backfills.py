"""Searches for missed entries, beside the polls."""

import asyncio
from pathlib import Path

from builders.app import STORY, Desk, open_desk
from builders.configs import rss
from servers.feeds import FeedServer, Page, Raw

POLLING = {"concurrency": 1, "allow_private_addresses": True}


def behind(name: str) -> Page:
    """A document that has no known entry and names an older page, which hangs."""
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/older"/>'
    body = rss(*((f"{name}{n}", f"Fleet {n} of {name} sails", "It left.") for n in (2, 3, 4)))
    return Page(body.replace(b"<title>", f"{link}<title>".encode(), 1))


def fall_behind(feeds: FeedServer, *paths: str) -> None:
    for path in paths:
        feeds.answer(path, Page(rss((f"{path}1", "Rain in spring", "It rains."))), behind(path))
        feeds.answer("/older", Raw(hangs=True))


async def stop(desk: Desk) -> None:
    desk.runtime.is_stopping = True
    for task in desk.app.polls.tasks:
        task.cancel()
    await asyncio.gather(*desk.app.polls.tasks, return_exceptions=True)


async def test_search_of_older_pages_takes_no_place_of_the_polls(tmp_path: Path) -> None:
    feeds = {"Behind": "/behind", "Example Wire": "/wire"}
    async with open_desk(tmp_path, feeds=feeds, polling=POLLING) as desk:
        fall_behind(desk.feeds, "/behind")
        desk.publish(STORY)
        await desk.poll()
        desk.clock.advance(minutes=20)

        polls = asyncio.create_task(desk.poll())
        await desk.feeds.asked(5)

        assert sorted(desk.feeds.paths()[2:]) == ["/behind", "/older", "/wire"]
        await stop(desk)
        await polls


async def test_searches_of_older_pages_leave_a_host_in_peace(tmp_path: Path) -> None:
    async with FeedServer(host="127.0.0.2") as other:
        feeds = {"One": "/one", "Two": "/two", "Elsewhere": other.url("/else")}
        polling = {"concurrency": 4, "allow_private_addresses": True}
        async with open_desk(tmp_path, feeds=feeds, polling=polling) as desk:
            fall_behind(desk.feeds, "/one", "/two")
            fall_behind(other, "/else")
            await desk.poll()
            desk.clock.advance(minutes=20)

            polls = asyncio.create_task(desk.poll())
            await asyncio.gather(desk.feeds.asked(5), other.asked(3))

            assert desk.feeds.paths().count("/older") == 1
            assert other.paths().count("/older") == 1
            await stop(desk)
            await polls
