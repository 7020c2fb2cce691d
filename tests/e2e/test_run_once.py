"""`straitwatch run --once`: one pass, and what it says of it."""

import asyncio
import json
import sys
from pathlib import Path

from harness import rss, write_config
from servers.feeds import FeedServer, Page

HEADLINE = "Fleet crosses the Taiwan Strait at dawn"
POLLING = {"contact": "tests@example.org", "allow_private_addresses": True, "backfill": "0h"}


async def run_once(config: Path, *options: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "straitwatch", "run", "--once", "--config", str(config), *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    text, _ = await asyncio.wait_for(child.communicate(), 60)
    return child.returncode or 0, text.decode()


async def test_a_first_sight_that_alerts_nobody_says_why(tmp_path: Path) -> None:
    async with FeedServer() as server:
        server.answer("/wire", Page(rss(("g1", HEADLINE, "At dawn."))))
        config = write_config(tmp_path, feeds={"Wire": server.url("/wire")}, polling=POLLING)
        first, second = await run_once(config), await run_once(config)

    assert first[0] == second[0] == 0
    assert "1 feed read for the first time" in first[1]
    assert "for the first time" not in second[1]


async def test_a_document_longer_than_one_transaction_is_stored_as_one_poll(
    tmp_path: Path,
) -> None:
    items = [(f"g{n}", f"Ferry {n} crosses the Taiwan Strait", "") for n in range(450)]
    async with FeedServer() as server:
        server.answer("/wire", Page(rss(*items)))
        config = write_config(tmp_path, feeds={"Wire": server.url("/wire")}, polling=POLLING)
        status, text = await run_once(config, "--json")

    count = json.loads(text.splitlines()[-1])
    assert (status, count["polled"], count["failed"], count["entries_new"]) == (0, 1, 0, 450)
