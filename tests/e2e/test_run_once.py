"""`straitwatch run --once`: one pass and its output."""

import asyncio
import json
from pathlib import Path
from typing import Any

from builders.configs import rss, write_config
from harness import straitwatch
from servers.feeds import FeedServer, Page

HEADLINE = "Fleet crosses the Taiwan Strait at dawn"
POLLING = {"contact": "tests@example.org", "allow_private_addresses": True, "backfill": "0h"}


async def run_once(config: Path, *options: str) -> tuple[int, str]:
    command = ("run", "--once", "--config", str(config), *options)
    status, out, err = await straitwatch(*command, cwd=config.parent)
    return status, out + err


async def test_first_fetch_without_alerts_says_why(tmp_path: Path) -> None:
    async with FeedServer() as server:
        server.answer("/wire", Page(rss(("g1", HEADLINE, "At dawn."))))
        config = write_config(tmp_path, feeds={"Wire": server.url("/wire")}, polling=POLLING)
        first, second = await run_once(config), await run_once(config)

    assert first[0] == second[0] == 0
    assert "polled 1 of 1 feed: 0 failed, 1 new entry, 1 new story, 0 alerts\n" in first[1]
    assert "messages: 0 delivered, 0 waiting, 0 dead letters\n" in first[1]
    assert "first fetch of 1 feed: entries older" in first[1]
    assert "for the first time" not in second[1]


async def test_pass_in_which_every_feed_fails_groups_them_by_cause(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(6)]
    async with FeedServer() as server:
        for path in paths:
            server.answer(path, Page(status=503 if path == "/5" else 404))
        feeds = {f"Wire {path[1:]}": server.url(path) for path in paths}
        status, text = await run_once(write_config(tmp_path, feeds=feeds, polling=POLLING))

    assert status == 1
    assert text.splitlines()[2:5] == [
        "all 6 feeds are failing:",
        "  answered 404 Not Found (5): Wire 0, Wire 1, Wire 2 and 2 more",
        "  answered 503 Service Unavailable (1): Wire 5",
    ]


async def test_document_longer_than_one_transaction_is_stored_as_one_poll(
    tmp_path: Path,
) -> None:
    items = [(f"g{n}", f"Ferry {n} crosses the Taiwan Strait", "") for n in range(450)]
    async with FeedServer() as server:
        server.answer("/wire", Page(rss(*items)))
        config = write_config(tmp_path, feeds={"Wire": server.url("/wire")}, polling=POLLING)
        status, text = await run_once(config, "--json")

    count = json.loads(text.splitlines()[0])
    assert (status, count["polled"], count["failed"], count["entries_new"]) == (0, 1, 0, 450)


async def polled_in_turn(tmp_path: Path, *documents: bytes, **settings: Any) -> str:
    """Run once for each document; return the output of the last run."""
    polling = POLLING | {"interval": "1s", "min_interval": "1s"}
    async with FeedServer() as server:
        config = write_config(
            tmp_path, feeds={"Wire": server.url("/wire")}, polling=polling, **settings
        )
        for number, document in enumerate(documents):
            if number:
                await asyncio.sleep(1.2)  # the feed's interval is a second
            server.answer("/wire", Page(document))
            status, text = await run_once(config)
            assert status == 0, text
    return text


async def test_archive_after_an_empty_document_sends_no_alert(tmp_path: Path) -> None:
    topics = ("ferries", "pilots", "turbines", "mackerel", "a lighthouse")
    archive = [(f"g{at}", f"Taiwan Strait: about {word}", "") for at, word in enumerate(topics)]

    text = await polled_in_turn(tmp_path, rss(), rss(*archive))

    assert "about ferries" not in text


async def test_feed_that_is_always_cut_off_alerts_and_shows_as_failing(tmp_path: Path) -> None:
    def cut(*items: tuple[str, str, str]) -> bytes:
        whole = rss(*items, ("half", "Half an entry", "which is lost"))
        return whole[: whole.rindex(b"<description>") + 20]

    old = [("g1", "Fog over the Taiwan Strait", "It lifted."), ("g2", "Rain", "It stopped.")]
    new = ("g3", HEADLINE, "At dawn.")

    text = await polled_in_turn(tmp_path, cut(*old), cut(*old[:1]), cut(new, *old))

    assert HEADLINE in text
    assert "Fog over" not in text


async def test_another_article_under_the_guid_of_the_first_alerts(tmp_path: Path) -> None:
    def document(number: int, title: str, text: str) -> bytes:
        whole = rss(("current", title, text)).decode()
        return whole.replace("news.example/current", f"news.example/{number}").encode()

    text = await polled_in_turn(
        tmp_path,
        document(1001, "Ferries resume in the Taiwan Strait", "The gale is over."),
        document(1002, "Turbines planned near the Taiwan Strait", "Ninety are to be built."),
    )

    assert "Turbines planned" in text
