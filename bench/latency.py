"""Measures the time from the publication of an entry to its message at a receiver.

    python bench/latency.py                                    # 100 feeds, 10 s interval, 2 minutes
    python bench/latency.py --feeds 100 --interval 30 --seconds 300
    python bench/latency.py --interval 10 --seconds 60 --json

The daemon polls feeds on loopback, each at an address of its own, with a fixed interval. Entries
that match a watch-list are published at random times, each in another feed and about another
event, and a simulated Slack webhook notes their arrival. At an interval T the targets are
p50 <= T/2 + 0.3 s and p99 <= 1.1 T + 0.5 s.
"""

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from feedserver import address

from builders.configs import CALM, rss, write_config
from harness import Daemon, eventually
from servers.slack import Asked, SlackServer

HOOK = "slack://T0000TEST/B0000TEST/" + "a" * 24
LISTS = "watchlists:\n  - {id: bench, title: Bench, match: [zqxj]}\n"
LETTERS = "bcdfghjklmnprstvwxyz"
_GUID = re.compile(r"news\.example/(g\d+)")


@dataclass
class Site:
    """The feeds, and the time at which each entry appeared in one."""

    items: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    published: dict[str, float] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)
    requests: int = 0

    def publish(self, feed: int) -> None:
        guid = f"g{len(self.published)}"
        words = " ".join("".join(random.choices(LETTERS, k=8)) for _ in range(6))
        self.items.setdefault(feed, []).append((guid, f"zqxj {words}", words))
        self.published[guid] = perf_counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.requests += 1
        items = self.items.get(int(request.split()[1].strip("/")), [])
        etag = f'ETag: "{len(items)}"\r\n'
        if f'If-None-Match: "{len(items)}"' in request:
            writer.write(f"HTTP/1.1 304 Not Modified\r\n{etag}Connection: close\r\n\r\n".encode())
        else:
            for guid, _, _ in items:
                self.served.setdefault(guid, perf_counter())
            body = rss(CALM, *items)
            head = f"HTTP/1.1 200 OK\r\n{etag}Content-Length: {len(body)}\r\nConnection: close\r\n"
            writer.write(f"{head}Content-Type: application/rss+xml\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


async def measure(options: argparse.Namespace) -> list[float]:
    """Return the delays in seconds, of one message after another."""
    site, arrivals = Site(), dict[str, float]()

    def note(asked: Asked) -> None:
        at = perf_counter()
        for guid in _GUID.findall(asked.body.decode()):
            arrivals.setdefault(guid, at)

    server = await asyncio.start_server(site.serve, "0.0.0.0", 0)  # every 127.1.x.y
    port = server.sockets[0].getsockname()[1]
    feeds = {f"Outlet {n}": f"http://{address(n)}:{port}/{n}" for n in range(options.feeds)}
    interval = f"{options.interval}s"
    polling = {
        "interval": interval,
        "min_interval": interval,
        "max_interval": interval,
        "allow_private_addresses": True,
    }
    with tempfile.TemporaryDirectory() as folder, SlackServer(on_post=note) as slack:
        receivers = {"desk": {"url": HOOK, "base_url": slack.url}}
        config = write_config(
            Path(folder),
            feeds=feeds,
            receivers=receivers,
            watchlists=LISTS,
            polling=polling,
            stories={"encoder": "off", "update_wait": "0s"},  # random words mean nothing
        )
        async with server, Daemon(config):
            await eventually(lambda: site.requests >= options.feeds)
            await asyncio.sleep(options.interval)
            for _ in range(options.messages):
                site.publish(random.randrange(options.feeds))
                await asyncio.sleep(options.seconds / options.messages)
            try:
                await eventually(
                    lambda: len(arrivals) == len(site.published), within=2 * options.interval + 10
                )
            except TimeoutError:
                missing = len(site.published) - len(arrivals)
                print(f"warning: {missing} messages did not arrive", file=sys.stderr)
    print(f"published to served: {median(site.served, site.published):.2f} s", file=sys.stderr)
    print(f"served to received: {median(arrivals, site.served):.2f} s", file=sys.stderr)
    return sorted(at - site.published[guid] for guid, at in arrivals.items())


def median(ends: Mapping[str, float], starts: Mapping[str, float]) -> float:
    """Return the median of the spans from start to end, over the entries that have both."""
    return statistics.median(end - starts[guid] for guid, end in ends.items())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--interval", type=int, default=10, help="T, in seconds")
    parser.add_argument("--seconds", type=int, default=120, help="of publication")
    parser.add_argument("--messages", type=int, default=200, help="published in that time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    random.seed(options.seed)
    delays = asyncio.run(measure(options))
    p50, p99 = (delays[min(int(len(delays) * share), len(delays) - 1)] for share in (0.5, 0.99))
    limits = options.interval / 2 + 0.3, 1.1 * options.interval + 0.5
    if options.json:
        print(json.dumps({"messages": len(delays), "p50": p50, "p99": p99, "limits": limits}))
    else:
        print(f"{len(delays)} messages, {options.feeds} feeds, T = {options.interval} s")
        print(f"p50 {p50:.2f} s (limit {limits[0]:.2f}), p99 {p99:.2f} s (limit {limits[1]:.2f})")
    return int(p50 > limits[0] or p99 > limits[1])


if __name__ == "__main__":
    sys.exit(main())
