"""Measures how late innocent feeds are polled while others attack.

    python bench/hostile.py                             # every attack, 40 s each
    python bench/hostile.py --attacks one-host tarpit --concurrency 10
    python bench/hostile.py --attacks document --entries 10000 --seconds 60

The real program, `straitwatch run` with the shipped lists, polls ten innocent feeds every 3 s. The
attacks start with the program, when all feeds are due at once:

    none          only the innocent feeds
    one-host      60 feeds of one host that accepts connections and never answers
    many-hosts    60 hosts with one feed each that never answer
    tarpit        5 feeds that never answer on the host of all innocent feeds
    document      a feed that has 5,000 new matching entries in its second document
    all           all of them at once

The server is in this process, on several addresses of 127.0.0.0/8, each of which is a host. A poll
is late by the time from its due time in the database to its request. A feed that is due and not
polled at the end counts as polled at that moment. The first polls are listed apart.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from straitwatch.clock import utc_now

ROOT = Path(__file__).parent.parent
INNOCENT = [f"innocent-{number}" for number in range(10)]
INTERVAL = "3s"  # of innocent feeds
HOSTILE_INTERVAL = "15s"
SAMPLE_SECONDS = 0.1
ATTACKS = ("none", "one-host", "many-hosts", "tarpit", "document", "all")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--attacks", nargs="+", choices=ATTACKS, default=ATTACKS)
    parser.add_argument("--concurrency", type=int, default=50, help="polling.concurrency")
    parser.add_argument("--seconds", type=float, default=40, help="of each attack")
    parser.add_argument("--entries", type=int, default=5000, help="of the long document")
    options = parser.parse_args()
    print(f"concurrency {options.concurrency}, {options.seconds:g} s each, load {os.getloadavg()}")
    print(f"{'attack':<12}{'polls':>6}{'p50':>7}{'p99':>7}{'max s':>7}{'first polls, max s':>20}")
    for attack in options.attacks:
        late = asyncio.run(measure(attack, options))
        print(f"{attack:<12}{late.describe()}", flush=True)


@dataclass
class Lateness:
    """Seconds from the due time of a poll to its request."""

    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)

    def describe(self) -> str:
        ordered = sorted(self.later) or [float("nan")]
        middle, most = ordered[len(ordered) // 2], ordered[-1]
        p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
        return f"{len(self.later):>6}{middle:>7.2f}{p99:>7.2f}{most:>7.2f}{max(self.first):>20.2f}"


async def measure(attack: str, options: argparse.Namespace) -> Lateness:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = Site(entries=options.entries)
        server = await stack.enter_async_context(
            await asyncio.start_server(site.answer, "0.0.0.0", 0)
        )
        port = server.sockets[0].getsockname()[1]
        config = write_config(folder, feeds_of(attack, port), options.concurrency)
        watch = DueTimes(folder / "bench.db")
        with (folder / "log").open("wb") as log:
            daemon = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "straitwatch", "run", "--config", str(config)),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
            )
            end = seconds_now() + options.seconds
            while seconds_now() < end and daemon.returncode is None:
                watch.sample()
                await asyncio.sleep(SAMPLE_SECONDS)
            late = lateness(watch.dues, site.requests, seconds_now())
            if daemon.returncode is not None:
                sys.exit((folder / "log").read_text())
            daemon.send_signal(signal.SIGKILL)
            await daemon.wait()
        site.close()
        return late


def lateness(
    dues: Mapping[str, list[float]], requests: Mapping[str, list[float]], end: float
) -> Lateness:
    """Compare the due times of each innocent feed with its requests."""
    late = Lateness()
    for name in INNOCENT:
        asked = requests.get(f"/{name}", [])
        for number, due in enumerate(dues[name]):
            following = dues[name][number + 1] if number + 1 < len(dues[name]) else end
            at = next((at for at in asked if at >= due - SAMPLE_SECONDS), end)
            if at >= end and following < end:
                continue  # the due time was changed before the feed was polled
            if due < end:
                (late.later if number else late.first).append(max(at - due, 0.0))
    return late


def seconds_now() -> float:
    return utc_now().timestamp()


# ---------------------------------------------------------------- the configuration


def feeds_of(attack: str, port: int) -> Iterator[dict[str, str]]:
    """Return the feeds of an attack; the host is a part of each address."""
    is_shared = attack in ("tarpit", "all")
    if attack in ("one-host", "all"):
        yield from (feed(f"hang-one-{n}", "127.3.0.1", port) for n in range(60))
    if attack in ("many-hosts", "all"):
        yield from (feed(f"hang-many-{n}", f"127.4.0.{n + 1}", port) for n in range(60))
    if is_shared:
        yield from (feed(f"hang-tarpit-{n}", "127.2.0.1", port) for n in range(5))
    if attack in ("document", "all"):
        yield feed("long", "127.5.0.1", port, "5s")
    for number, name in enumerate(INNOCENT):
        host = "127.2.0.1" if is_shared else f"127.2.0.{number + 1}"
        yield feed(name, host, port, INTERVAL)


def feed(name: str, host: str, port: int, interval: str = HOSTILE_INTERVAL) -> dict[str, str]:
    return {"name": name, "url": f"http://{host}:{port}/{name}", "interval": interval}


def write_config(folder: Path, feeds: Iterator[dict[str, str]], concurrency: int) -> Path:
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    polling = {
        "interval": INTERVAL,
        "min_interval": "1s",
        "concurrency": concurrency,
        "allow_private_addresses": True,
    }
    settings = {
        "database": f"sqlite:///{folder}/bench.db",
        "polling": polling,
        "stories": {"encoder": "off"},
        "web": {"listen": ""},
    }
    (config / "feeds.yaml").write_text(json.dumps({"feeds": list(feeds)}))  # JSON is YAML
    (config / "straitwatch.yaml").write_text(json.dumps(settings))
    return config


# ---------------------------------------------------------------- the servers


class Site:
    """Answers innocent and long feeds at once, and others never; notes the times of requests."""

    def __init__(self, *, entries: int) -> None:
        self.requests: dict[str, list[float]] = defaultdict(list)  # by path
        self._entries = entries
        self._hanging: list[asyncio.StreamWriter] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self.requests[path].append(seconds_now())
            if path.startswith("/hang"):
                self._hanging.append(writer)
                return
            body = self._body(path)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n")
            writer.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            await writer.drain()
            writer.close()

    def close(self) -> None:
        for writer in self._hanging:
            writer.close()

    def _body(self, path: str) -> bytes:
        if path != "/long":
            return document(path, [f"A calm day at {path}, part {n}" for n in range(10)])
        if len(self.requests[path]) == 1:
            return document(path, ["A calm day"])
        return document(
            path,
            [
                f"PLA warships cross the Taiwan Strait near buoy {n}, officer {n * 7919 % 9973} says"
                for n in range(self._entries)
            ],
        )


def document(path: str, titles: Sequence[str]) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://news.example{path}/{number}-{len(titles)}</link>"
        f"<guid isPermaLink='false'>{path}-{number}-{len(titles)}</guid>"
        f"<description>{title}. More was not said.</description></item>"
        for number, title in enumerate(titles)
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>{path}</title>{items}"
        "</channel></rss>"
    ).encode()


class DueTimes:
    """The due times of the innocent feeds, read from the database several times a second."""

    def __init__(self, database: Path) -> None:
        self.dues: dict[str, list[float]] = defaultdict(list)  # by feed
        self._database = database

    def sample(self) -> None:
        with suppress(sqlite3.OperationalError), closing(self._connect()) as database:
            for name, due_at in database.execute("select name, next_due_at from feed"):
                due = datetime.fromisoformat(due_at).replace(tzinfo=UTC).timestamp()
                if name in INNOCENT and due not in self.dues[name][-1:]:
                    self.dues[name].append(due)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=1)


if __name__ == "__main__":
    main()
