"""Shows the life of a bad feed: its answers, its condition, and the notices that it caused.

    python bench/feed_timeline.py

A real daemon polls a loopback server, with a clock that jumps from poll to poll. The feed answers
200, 304, a web page, 403, 304 for days, 301 to a new address, and 200. Each line is a change of the
condition or a notice, with the days since the start.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.app import NOW, Desk, open_desk
from builders.configs import rss
from servers.feeds import Page
from straitwatch.core.diagnosis import diagnose_feeds
from straitwatch.core.feed_words import LABELS, describe_condition
from straitwatch.store.feeds import watched_feeds
from straitwatch.telemetry import configure_logging

STEP = timedelta(minutes=30)
_LISTED = 20  # entries in a document
_NEW_EVERY = timedelta(hours=2)
_STOPPED_AT = NOW + timedelta(days=10) - STEP


@dataclass(frozen=True, slots=True)
class Phase:
    """A time in which the feed answers in one way."""

    name: str
    length: timedelta
    answer: Callable[[datetime], Page]


def phases() -> Iterator[Phase]:
    page = "<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/new>"
    yield Phase("200, 12 entries a day", timedelta(days=10), _document)
    yield Phase("304", timedelta(hours=6), _unchanged)
    yield Phase("a web page", timedelta(hours=4), lambda _: Page(page, content_type="text/html"))
    yield Phase("403", timedelta(hours=8), lambda _: Page(status=403))
    yield Phase("304", timedelta(days=3), _unchanged)
    yield Phase("301 to /new", timedelta(days=5), _moved)
    yield Phase("200, 12 entries a day", timedelta(days=2), _document)


def _document(now: datetime) -> Page:
    latest = int(now.timestamp() // _NEW_EVERY.total_seconds())
    items = "".join(map(_item, range(latest, latest - _LISTED, -1)))
    return Page(rss().replace(b"</channel>", f"{items}</channel>".encode()), etag=f'"{latest}"')


def _item(number: int) -> str:
    published = format_datetime(datetime.fromtimestamp(number * _NEW_EVERY.total_seconds(), UTC))
    title = f"<title>Report {number} of the harbor</title>"
    return f"<item><guid>{number}</guid>{title}<pubDate>{published}</pubDate></item>"


def _unchanged(now: datetime) -> Page:
    return replace(_document(min(now, _STOPPED_AT)), is_stuck=True)


def _moved(_now: datetime) -> Page:
    return Page(status=301, headers={"Location": "/new"})


def main() -> int:
    argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="Example: python bench/feed_timeline.py"
    ).parse_args()
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_live(Path(directory)))
    return 0


async def _live(directory: Path) -> None:
    polling = {"interval": "30m", "min_interval": "30m", "allow_private_addresses": True}
    async with open_desk(directory, polling=polling | {"contact": "bench@example.org"}) as desk:
        began_at, seen = desk.clock(), _Seen()
        for phase in phases():
            ends_at = desk.clock() + phase.length
            print(f"{_days(desk, began_at)}  the feed answers {phase.name}")
            while desk.clock() < ends_at:
                desk.feeds.answer("/wire", phase.answer(desk.clock()))
                desk.feeds.answer("/new", _document(desk.clock()))
                await desk.poll()
                await desk.app.health.watch()
                for line in seen.news(desk):
                    print(f"{_days(desk, began_at)}    {line}")
                desk.clock.now += STEP


def _days(desk: Desk, began_at: datetime) -> str:
    return f"{(desk.clock() - began_at) / timedelta(days=1):6.2f} d"


@dataclass(slots=True)
class _Seen:
    """The condition and the notices that were printed."""

    condition: str = ""
    notices: int = 0

    def news(self, desk: Desk) -> Iterator[str]:
        now = desk.clock()
        (feed,) = diagnose_feeds(desk.call(watched_feeds), now).feeds
        if LABELS[feed.condition] != self.condition:
            self.condition = LABELS[feed.condition]
            words = describe_condition(feed, now=now)
            yield f"{self.condition}: {words}" if words else self.condition
        titles = desk.titles()
        yield from (f"notice: {title}" for title in titles[self.notices :])
        self.notices = len(titles)


if __name__ == "__main__":
    raise SystemExit(main())
