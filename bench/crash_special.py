"""Tests three failures other than a kill: a frozen process, two replicas, a full disk.

    python bench/crash_special.py

- frozen: SIGSTOP in the middle of a send, for longer than the lease (30 s), then SIGCONT
- replicas: two replicas on one PostgreSQL; one is frozen in a send for longer than its lease while
  the other continues; then one of them is killed repeatedly
- full disk: the database cannot grow for a while (simulated by RLIMIT_FSIZE)

Each test counts lost and repeated messages at a simulated Slack, and the problems that `doctor`
finds in the outbox. The tests take about three minutes.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from outbox import LISTS, _fresh, _items, postgres, receivers

from builders.configs import CALM, rss, write_config
from harness import Daemon, eventually, outbox_problems, straitwatch
from servers.feeds import FeedServer, Page
from servers.slack import SlackServer

LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
sys.argv[0] = "straitwatch"
runpy.run_module("straitwatch", run_name="__main__")
"""


def main() -> int:
    results = [asyncio.run(test()) for test in (frozen, replicas, full_disk)]
    return 0 if all(results) else 1


class World:
    def __init__(self, folder: str, feeds: FeedServer, slack: SlackServer, database: str) -> None:
        self.folder, self.feeds, self.slack = Path(folder), feeds, slack
        self.items = _items(40)
        self.published = 0
        self.config = write_config(
            self.folder,
            feeds={"Wire": feeds.url("/wire")},
            receivers=receivers(slack, 1),
            watchlists=LISTS,
            database=database,
        )
        self.publish(0)

    def publish(self, count: int) -> None:
        self.published += count
        page = rss(*self.items[: self.published], CALM)
        self.feeds.answer("/wire", Page(page, etag=f'"{self.published}"'))

    def copies(self) -> Counter[str]:
        texts = [json.dumps(message) for message in self.slack.messages]
        ids = [f"news.example/{guid}" for guid, _, _ in self.items[: self.published]]
        return Counter({id_: sum(f"{id_}|" in text for text in texts) for id_ in ids})

    def holds_all(self) -> bool:
        return all(self.copies().values())

    async def report(self, name: str, *, allowed: int) -> bool:
        problems = await outbox_problems(self.config)
        copies = self.copies()
        lost = sum(not count for count in copies.values())
        repeats = sum(max(count - 1, 0) for count in copies.values())
        marked = sum("possible repeat" in json.dumps(message) for message in self.slack.messages)
        is_good = not lost and repeats <= min(allowed, marked) and not problems
        print(
            f"{name}: {len(copies)} stories, lost {lost}, repeats {repeats} ({marked} marked), "
            f"outbox: {'; '.join(problems) or 'ok'}{'' if is_good else '   BROKEN'}",
            flush=True,
        )
        return is_good


async def frozen() -> bool:
    async with FeedServer() as feeds, SlackServer() as slack:
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder, feeds, slack, f"sqlite:///{folder}/straitwatch.db")
            async with Daemon(world.config) as daemon:
                await feeds.asked(2)
                slack.on_post = lambda _: _freeze_once(slack, daemon)
                world.publish(3)
                await eventually(lambda: slack.on_post is None)
                await asyncio.sleep(33)
                _send(daemon, signal.SIGCONT)
                await eventually(world.holds_all)
                await asyncio.sleep(3)
            return await world.report("frozen for 33 s in a send", allowed=1)


def _freeze_once(slack: SlackServer, daemon: Daemon) -> None:
    slack.on_post = None
    _send(daemon, signal.SIGSTOP)


def _send(daemon: Daemon, number: int) -> None:
    assert daemon.process is not None
    os.kill(daemon.process.pid, number)


async def replicas() -> bool:
    with postgres() as dsn, tempfile.TemporaryDirectory() as folder:
        async with FeedServer() as feeds, SlackServer() as slack:
            world = World(folder, feeds, slack, _fresh(dsn, "special"))
            await straitwatch("run", "--once", "--config", str(world.config), cwd=world.folder)
            one = await Daemon(world.config).start()
            slack.on_post = lambda _: _freeze_once(slack, one)
            world.publish(3)
            await eventually(lambda: slack.on_post is None)
            other = await Daemon(world.config).start()
            await eventually(world.holds_all)
            await asyncio.sleep(35)
            _send(one, signal.SIGCONT)
            kills = 0
            for _ in range(6):
                world.publish(3)
                victim, other = other, one
                await asyncio.sleep(1.2)
                await victim.stop(signal.SIGKILL)
                kills += 1
                one = await Daemon(world.config).start()
            await eventually(world.holds_all, within=120)
            await asyncio.sleep(35)
            for daemon in (one, other):
                await daemon.stop(signal.SIGKILL)
            return await world.report(
                "two replicas on PostgreSQL, one frozen past its lease, then 6 kills",
                allowed=kills + 1,
            )


async def full_disk() -> bool:
    async with FeedServer() as feeds, SlackServer() as slack:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder, "straitwatch.db")
            world = World(folder, feeds, slack, f"sqlite:///{database}")
            await straitwatch("run", "--once", "--config", str(world.config), cwd=world.folder)
            size = max(path.stat().st_size for path in world.folder.glob("straitwatch.db*"))
            launcher = world.folder / "limited.py"
            launcher.write_text(LIMITED.format(size=size + 4096), encoding="utf-8")
            async with Daemon(world.config, launcher=launcher) as daemon:
                world.publish(30)
                await eventually(lambda: "disk" in daemon.text() or "full" in daemon.text())
                before = len(slack.messages)
                alive = daemon.process is not None and daemon.process.returncode is None
            async with Daemon(world.config):
                await eventually(world.holds_all)
            print(
                f"full disk: {before} sent meanwhile, the program {'lived on' if alive else 'ended'}"
            )
            return await world.report("full disk, then room again", allowed=1)


if __name__ == "__main__":
    sys.exit(main())
