"""Crash the real program once, and count the messages on the servers after a restart.

The receiver's own server triggers the kill before it answers, the feed server in the middle of a
body, or a wrapped store at a commit.
"""

import asyncio
import itertools
import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders.configs import rss, write_config
from harness import Daemon, eventually, outbox_problems
from servers.feeds import FeedServer, Page, Raw
from servers.slack import SlackServer, hang
from servers.smtp import SmtpServer

LAUNCHER = Path(__file__).parents[1] / "e2e" / "die_after_commit.py"
STORIES = (
    ("g1", "Fleet crosses the Taiwan Strait at dawn", "Twelve ships passed on Monday."),
    ("g2", "Insurers raise premiums for cargo", "Brokers named the Taiwan Strait as the reason."),
    ("g3", "Fishermen rescued after a collision", "It happened in the Taiwan Strait, police said."),
)
KINDS = ("webhook", "bot", "mail")
STORE_POINTS: Mapping[str, Mapping[str, str]] = {
    "before the commit of a poll": {"DIE_WHEN": "alert", "BEFORE": "1"},
    "after the commit of a poll": {"DIE_WHEN": "alert"},
    "before the commit of a claim": {"DIE_WHEN": "claim_delivery", "BEFORE": "1"},
    "after a claim": {"DIE_WHEN": "claim_delivery"},
    "after the freeze": {"DIE_WHEN": "freeze"},
    "replied, not marked": {"DIE_WHEN": "finish_attempt", "BEFORE": "1"},
    "marked": {"DIE_WHEN": "finish_attempt"},
}
SERVER_POINTS = ("taken, no reply", "read, not taken", "middle of a feed")
POINTS = (*STORE_POINTS, *SERVER_POINTS)
MARK = "possible repeat"


@dataclass(frozen=True, slots=True)
class Held:
    """The messages on the servers at the end, and the expected ones."""

    lost: int
    repeats: int
    marked: int
    problems: str  # of the outbox, as `doctor` reports them


@dataclass
class Trigger:
    """Sends a signal to the daemon at the nth pass of a place."""

    nth: int = 1
    number: int = signal.SIGKILL
    daemon: Daemon | None = None
    _passes: Any = field(default_factory=lambda: itertools.count(1))

    def pull(self, *_: object) -> None:
        if self.daemon is None or next(self._passes) != self.nth:
            return
        assert self.daemon.process is not None
        os.kill(self.daemon.process.pid, self.number)


@dataclass
class World:
    directory: Path
    config: Path
    feeds: FeedServer
    slack: SlackServer
    smtp: SmtpServer
    kind: str
    recipients: int

    def publish(self, count: int) -> None:
        items = STORIES[:count]
        self.feeds.answer("/wire", Page(rss(*items), etag=f'"{count}"'))

    def copies(self, count: int) -> Held:
        """Count the messages for each story and recipient."""
        keys: Counter[tuple[str, str]] = Counter()
        marked = 0
        if self.kind == "mail":
            unique = {
                (mailed.message_id, str(mailed.message["Date"])): mailed
                for mailed in self.smtp.messages
            }
            for mailed in unique.values():
                body = mailed.message.get_body(("plain",))
                assert body is not None
                keys[(_story(str(body.get_content())), mailed.recipient)] += 1
            self.check_labels()
        for message in self.slack.messages:
            text = json.dumps(message)
            keys[(_story(text), "")] += 1
            marked += MARK in text
        wanted = count * self.recipients
        return Held(max(0, wanted - len(keys)), keys.total() - len(keys), marked, "")

    def check_labels(self) -> None:
        """Check that each mail with the Message-ID of an earlier one is labelled as a repeat."""
        seen: set[str] = set()
        for mailed in list(self.smtp.messages):
            is_repeat = mailed.message_id in seen
            assert not is_repeat or mailed.message["X-Straitwatch-Repeat"], mailed.message_id
            seen.add(mailed.message_id)

    def is_drained(self, count: int) -> bool:
        """Return True if the outbox holds every delivery, and each one has ended."""
        with closing(sqlite3.connect(self.directory / "straitwatch.db", timeout=10)) as database:
            states = Counter(state for (state,) in database.execute("SELECT state FROM delivery"))
        return states.total() == states["delivered"] == count * self.recipients


def _story(text: str) -> str:
    (found,) = (guid for guid, *_ in STORIES if f"news.example/{guid}" in text)
    return found


def _receiver(kind: str, slack: SlackServer, smtp: SmtpServer, recipients: int) -> dict[str, str]:
    match kind:
        case "webhook":
            return {"url": "slack://T0000TEST/B0000TEST/" + "a" * 24, "base_url": slack.url}
        case "bot":
            return {"url": "slack://xoxb-1234-1234-abcdefABCDEF/#desk", "base_url": slack.url}
        case _:
            to = ",".join(f"desk{number}@example.org" for number in range(recipients))
            return {"url": f"{smtp.url}?from=watch@example.org&to={to}"}


async def crash(
    directory: Path,
    *,
    point: str,
    kind: str,
    stories: int = 2,
    nth: int = 1,
    number: int = signal.SIGKILL,
    recipients: int = 1,
) -> Held:
    """Kill the program at a point, start it again, wait until it is idle, and count messages."""
    trigger = Trigger(nth=nth, number=number)
    in_a_send = point in ("taken, no reply", "read, not taken")
    pull: Callable[[object], None] = trigger.pull if in_a_send else lambda _: None
    async with (
        FeedServer() as feeds,
        SlackServer(on_post=pull) as slack,
        SmtpServer(on_message=pull) as smtp,
    ):
        receiver = _receiver(kind, slack, smtp, recipients)
        config = write_config(
            directory, feeds={"Wire": feeds.url("/wire")}, receivers={"desk": receiver}
        )
        world = World(directory, config, feeds, slack, smtp, kind, recipients)
        await _until_it_ends(world, trigger, point=point, stories=stories)
        return await _after_restart(world, stories)


async def _until_it_ends(world: World, trigger: Trigger, *, point: str, stories: int) -> None:
    doom = STORE_POINTS.get(point)
    environ = {**doom, "DIE_AT": str(trigger.nth)} if doom else {}
    world.publish(0)
    async with Daemon(world.config, launcher=LAUNCHER if doom else None, **environ) as daemon:
        trigger.daemon = daemon
        await world.feeds.asked(len(world.feeds.requests) + 2)
        if point == "read, not taken":
            world.slack.default = hang(is_kept=False)
        if point == "middle of a feed":
            world.feeds.answer(
                "/wire", Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<rss", hangs=True)
            )
            await world.feeds.asked(len(world.feeds.requests) + 1)
            trigger.nth = 1
            trigger.pull()
        else:
            world.publish(stories)
        status = await daemon.wait()
        assert status == (-trigger.number if trigger.number == signal.SIGKILL else 0), daemon.text()


async def _after_restart(world: World, stories: int) -> Held:
    world.slack.on_post = None
    world.smtp.on_message = None
    world.slack.default = type(world.slack.default)()
    world.publish(stories)
    async with Daemon(world.config) as daemon:
        await eventually(lambda: asyncio.to_thread(world.is_drained, stories))
        assert await daemon.stop() == 0
    problems = await outbox_problems(world.config)
    held = world.copies(stories)
    return Held(held.lost, held.repeats, held.marked, "\n".join(problems))
