"""Measures how fast a click on a Slack button is acknowledged, and its message edited.

    python bench/slack_clicks.py [--clicks 60] [--entries 4000]

A daemon connects to a Slack on loopback and sends one message. Its mute is made and undone again
and again, in four situations: alone; while a feed brings thousands of entries, some of which match;
with every envelope sent three times; and with a connection that ends before the acknowledgement, so
that Slack sends the envelope again. Slack waits three seconds for an acknowledgement.
"""

import argparse
import asyncio
import random
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.configs import CALM, rss, write_config
from harness import Daemon
from servers.feeds import FeedServer, Page
from servers.slack_socket import SlackSocketServer

BOT = "slack://xoxb-1234-1234-abcdefABCDEF/C0DESK"
STORY = ("g1", "Fleet crosses the Taiwan Strait at dawn", "Twelve ships passed on Monday.")
LIMIT = 3.0  # seconds
COPIES = 3  # of an envelope
CUTS = 4  # few, because the daemon waits longer before each new connection
PAUSE = 0.1  # seconds between two clicks, so that they last as long as a long poll
LETTERS = "bcdfghjklmnprstvwxyz"


@dataclass
class Bench:
    """The servers, the message, and the delays of the present situation in seconds."""

    feeds: FeedServer
    slack: SlackSocketServer
    ts: str
    acknowledged: list[float] = field(default_factory=list)
    edited: list[float] = field(default_factory=list)

    def value(self) -> str:
        """Return the value of the first button: the mute, or its undo."""
        blocks = self.slack.messages[self.ts]["blocks"]
        (buttons,) = (block for block in blocks if block["type"] == "actions")
        return str(buttons["elements"][0]["value"])

    async def click(self, *, copies: int = 1, is_cut: bool = False) -> None:
        """Click, and wait for the acknowledgements and the edited message."""
        value, opened = self.value(), self.slack.opened
        payload = self.slack.payload(value, self.ts)
        before = len(self.slack.acknowledged_ids)
        started = perf_counter()
        envelope = await self.slack.send(payload)
        if is_cut:
            await self.slack.hang_up()
            await self.slack.connected(times=opened + 1)
            started = perf_counter()
        for _ in range(copies if is_cut else copies - 1):
            await self.slack.send(payload, envelope=envelope)
        await self.slack.until(lambda: len(self.slack.acknowledged_ids) >= before + copies)
        self.acknowledged.append(perf_counter() - started)
        await self.slack.until(lambda: self.value() != value)
        self.edited.append(perf_counter() - started)

    def report(self, name: str) -> float:
        """Print the delays of a situation; return the longest acknowledgement."""
        acks, edits = sorted(self.acknowledged), sorted(self.edited)
        cells = [
            f"{1000 * values[min(int(len(values) * share), len(values) - 1)]:9.0f}"
            for values in (acks, edits)
            for share in (0.5, 0.99)
        ]
        print(f"{name:<14}{len(acks):>7}{''.join(cells)}", flush=True)
        self.acknowledged, self.edited = [], []
        return acks[-1]


async def measure(options: argparse.Namespace) -> bool:
    """Run the situations; return True if every click was recorded once, and in time."""
    with tempfile.TemporaryDirectory() as folder:
        async with FeedServer() as feeds, SlackSocketServer() as slack:
            feeds.answer("/wire", Page(rss(CALM), etag='"0"'))
            bot = {"url": BOT, "base_url": slack.url, "app_token": "xapp-1-A-2-b"}
            config = write_config(
                Path(folder),
                feeds={"Wire": feeds.url("/wire")},
                receivers={"desk": bot},
                stories={"encoder": "off"},
            )
            async with Daemon(config):
                await feeds.asked(2)
                feeds.answer("/wire", Page(rss(STORY), etag='"1"'))
                await slack.until(lambda: bool(slack.messages))
                await slack.connected()
                bench = Bench(feeds, slack, next(iter(slack.messages)))
                longest = await run(bench, options)
            with closing(sqlite3.connect(Path(folder) / "straitwatch.db")) as database:
                made, stored = (
                    database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    for table in ("manual_action", "entry")
                )
    mutes = (3 * options.clicks + CUTS) // 2  # the others are undos
    print(f"{made} mutes recorded of {mutes}, longest acknowledgement {longest:.2f} s")
    print(f"{stored} entries stored")
    return bool(made == mutes and longest < LIMIT)


async def run(bench: Bench, options: argparse.Namespace) -> float:
    print(f"{'':<14}{'clicks':>7}{'ack p50':>10}{'p99':>8}{'edit p50':>10}{'p99':>8}  (ms)")
    situations: dict[str, Callable[[], Awaitable[Any]]] = {
        "alone": bench.click,
        "busy writer": bench.click,
        "repeats": lambda: bench.click(copies=COPIES),
        "reconnections": lambda: bench.click(is_cut=True),
    }
    longest = []
    for name, act in situations.items():
        if name == "busy writer":
            bench.feeds.answer(
                "/wire", Page(rss(*flood(options.entries, options.matches)), etag='"2"')
            )
            await bench.feeds.asked(len(bench.feeds.requests) + 1)
        for _ in range(CUTS if name == "reconnections" else options.clicks):
            await act()
            await asyncio.sleep(PAUSE)
        longest.append(bench.report(name))
    return max(longest)


def flood(count: int, matches: int) -> list[tuple[str, str, str]]:
    """Return entries with invented words; the first ones match a list."""
    entries = []
    for number in range(count):
        words = " ".join("".join(random.choices(LETTERS, k=8)) for _ in range(8))
        subject = "Taiwan Strait " if number < matches else ""
        entries.append((f"f{number}", f"{subject}{words}", words))
    return entries


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clicks", type=int, default=60, help="in each situation; even")
    parser.add_argument("--entries", type=int, default=4000, help="that arrive at once")
    parser.add_argument("--matches", type=int, default=200, help="of them, each with an alert")
    options = parser.parse_args()
    random.seed(1)
    return 0 if asyncio.run(measure(options)) else 1


if __name__ == "__main__":
    sys.exit(main())
