"""Replays recorded snapshots of real feeds through the real pipeline, and checks every alert.

    python bench/replay_feeds.py --feeds DIR [--only NAME] [--max-age 48h] [--show]

DIR holds a folder for each feed, with its polled snapshots: NNNN_<unix time>.xml. Each poll fetches
the next snapshot over HTTP at the snapshot's time. The database is a real SQLite file, and the
receiver a Slack on loopback. The watch-list is so broad that most items match. The expected alerts
are computed here, independently of the program. An item is new unless its guid, link or title was
in the feed before (a guid or link of several titles in one document does not count). Items of the
first snapshot must not alert.

`--show` prints deviations with titles. They are third-party text: do not publish them.
"""

import argparse
import asyncio
import html
import re
import sqlite3
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.configs import write_config
from servers.feeds import FeedServer, Page
from servers.slack import SlackServer
from straitwatch.app.daemon import App, build_app
from straitwatch.app.load import load_to_run
from straitwatch.telemetry import configure_logging

HOOK = "slack://T0000TEST/B0000TEST/" + "a" * 24
WORDS = {
    "ru": ("в", "на", "по", "и", "с", "не", "что", "из", "за", "к", "о"),
    "en": ("in", "to", "of", "the", "a", "for", "on", "is"),
}
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_TAG = re.compile(r"<[^>]*>")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=Path, required=True)
    parser.add_argument("--only", default="", help="feeds whose name holds this")
    parser.add_argument("--max-age", default="48h", help="older items are for the digest")
    parser.add_argument("--show", action="store_true", help="print the titles that deviate")
    options = parser.parse_args()
    configure_logging(level="error")
    is_good = True
    for directory in sorted(path for path in options.feeds.iterdir() if path.is_dir()):
        if options.only in directory.name:
            is_good &= check_feed(directory, max_age=options.max_age, shows=options.show)
    return 0 if is_good else 1


def check_feed(directory: Path, *, max_age: str, shows: bool) -> bool:
    snapshots = read_snapshots(directory)
    language = "ru" if "meduza" in directory.name else "en"
    run = partial(replay, snapshots, language=language, max_age=max_age)
    stored, messages = asyncio.run(run())
    comparison = Comparison([read_items(snapshot) for snapshot in snapshots], stored, messages)
    is_good = comparison.print_results(directory.name, shows=shows)
    again, repeated = asyncio.run(run(forgets=True))
    differing = sum(
        a != b for a, b in zip(first_entries(stored), first_entries(again), strict=True)
    )
    print(
        f"  window rebuilt before each poll: {differing} of {len(stored)} entries in other stories, "
        f"{len(repeated)} messages"
    )
    return is_good and not differing


def first_entries(stored: "list[Stored]") -> list[int]:
    """Return the number of the first entry in each entry's story; ids differ between runs."""
    first: dict[str, int] = {"": -1}
    return [first.setdefault(entry.story, number) for number, entry in enumerate(stored)]


# ---------------------------------------------------------------- new items


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a snapshot, parsed independently of the program."""

    guid: str
    link: str
    heading: str
    text: str

    @property
    def title(self) -> str:
        return normal(self.heading)

    @property
    def is_wanted(self) -> bool:
        words = set(_WORD.findall(f"{self.heading} {self.text}"))  # = requires this spelling
        return any(not words.isdisjoint(some) for some in WORDS.values())


@dataclass
class Group:
    """The versions of one item in all snapshots."""

    first_poll: int
    titles: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    wanted_poll: int | None = None  # when it first matched
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The document of a feed at one time."""

    at: datetime
    body: bytes


def read_snapshots(directory: Path) -> list[Snapshot]:
    return [
        Snapshot(datetime.fromtimestamp(int(path.stem.partition("_")[2]), UTC), path.read_bytes())
        for path in sorted(directory.glob("*.xml"))
    ]


def read_items(snapshot: Snapshot) -> list[Item]:
    return [
        Item(
            guid=_text(item, "guid"),
            link=_text(item, "link"),
            heading=_plain(_text(item, "title")),
            text=_plain(_text(item, "description")),
        )
        for item in ET.fromstring(snapshot.body).iter("item")
    ]


def _text(item: ET.Element, name: str) -> str:
    return (item.findtext(name) or "").strip()


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub(" ", text))


def normal(title: str) -> str:
    """Return the words of a title for comparison, because Slack replaces some signs."""
    return " ".join(re.findall(r"\w+", html.unescape(_plain(title)).casefold()))


def keys_of(items: list[Item]) -> Iterator[tuple[Item, list[str]]]:
    """Yield each item with its identifiers."""
    titles: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for key in (item.guid, item.link):
            titles[key].add(item.title)
    for item in items:
        own = {key for key in (item.guid, item.link) if key and len(titles[key]) == 1}
        yield item, [*sorted(own), f"title {item.title}"]


def group_items(snapshots: list[list[Item]]) -> list[Group]:
    """Join the items of all snapshots that share a guid, a link or a title."""
    by_key: dict[str, Group] = {}
    groups: list[Group] = []
    for poll, items in enumerate(snapshots):
        for item, keys in keys_of(items):
            group = next((by_key[key] for key in keys if key in by_key), None)
            if group is None:
                group = Group(first_poll=poll)
                groups.append(group)
            for key in keys:
                by_key.setdefault(key, group)
            group.titles.add(item.title)
            group.links.add(item.link)
            group.seen += 1
            if item.is_wanted and group.wanted_poll is None:
                group.wanted_poll = poll
    return groups


# ---------------------------------------------------------------- the program


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored entry."""

    title: str
    action: str
    reason: str
    fold: str  # the reason why it belongs to its story
    story: str
    revision: int  # of the story: the number of its alerts


async def replay(
    snapshots: list[Snapshot], *, language: str, max_age: str, forgets: bool = False
) -> tuple[list[Stored], list[dict[str, Any]]]:
    """Poll all snapshots of one feed in order; return the stored entries and Slack's messages.

    With `forgets`, the fold window is rebuilt from the database before each poll, as after a
    restart.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with FeedServer() as feeds, SlackServer() as slack, AsyncExitStack() as stack:
            config = _write_config(Path(folder), feeds, slack, language=language, max_age=max_age)
            app = await build_app(load_to_run(config), stack)
            for snapshot in snapshots:
                if forgets:
                    app.runtime.tools.folding.drop()
                await _poll(app, feeds, snapshot)
            messages = list(slack.messages)
        return _read_store(Path(folder) / "straitwatch.db"), messages


def _write_config(
    folder: Path, feeds: FeedServer, slack: SlackServer, *, language: str, max_age: str
) -> Path:
    words = ", ".join(f'"={word}"' for some in WORDS.values() for word in some)
    config = write_config(
        folder,
        feeds={},
        receivers={"desk": {"url": HOOK, "base_url": slack.url}},
        watchlists=f"watchlists:\n  - {{id: broad, title: Broad, match: [{words}]}}\n",
        polling={
            "interval": "1m",
            "min_interval": "1m",
            "backfill": "0h",
            "max_age": max_age,
            "contact": "bench@example.org",
            "allow_private_addresses": True,
        },
    )
    feed = {"name": "Replayed", "url": feeds.url("/feed"), "language": language}
    (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": [feed]}), encoding="utf-8")
    return config


async def _poll(app: App, feeds: FeedServer, snapshot: Snapshot) -> None:
    """Run the program once at a snapshot's time."""
    app.runtime.tools = replace(app.runtime.tools, clock=lambda: snapshot.at)
    etag = blake2b(snapshot.body, digest_size=8).hexdigest()
    feeds.answer("/feed", Page(snapshot.body, etag=f'"{etag}"'))
    before = app.runtime.totals.polled
    await app.run_once()
    if app.runtime.totals.polled != before + 1:
        raise RuntimeError(f"polled {app.runtime.totals.polled - before} times at {snapshot.at}")


def _read_store(path: Path) -> list[Stored]:
    query = """
        SELECT entry.title, entry.action, entry.reason, coalesce(report.reason, ''),
            coalesce(story.id, ''), coalesce(story.revision, 0)
        FROM entry LEFT JOIN report ON report.entry_id = entry.id
        LEFT JOIN story ON story.id = report.story_id ORDER BY entry.rowid
    """
    with closing(sqlite3.connect(path)) as database:
        return [Stored(*row) for row in database.execute(query)]


# ---------------------------------------------------------------- expected and actual


@dataclass
class Comparison:
    """The expected and the actual alerts."""

    snapshots: list[list[Item]]
    stored: list[Stored]
    messages: list[dict[str, Any]]

    def print_results(self, name: str, *, shows: bool) -> bool:
        """Print the results of one feed; return True if every item has the expected result."""
        groups = group_items(self.snapshots)
        new = [group for group in groups if group.first_poll and group.wanted_poll is not None]
        sent = self._messages_by_item(groups)
        outcomes = {id(group): self._outcome(group, sent[id(group)]) for group in new}
        counts = Counter(outcomes.values())
        repeated = [group for group in groups if sent[id(group)] > 1]
        unexpected = [group for group in groups if sent[id(group)] and id(group) not in outcomes]
        missing = [group for group in new if outcomes[id(group)] == "missing"]
        listed = sum(len(items) for items in self.snapshots)
        print(
            f"\n{name}: {len(self.snapshots)} polls, {listed} items listed, {len(groups)} distinct, "
            f"{sum(group.first_poll > 0 for group in groups)} after the first poll"
        )
        print(f"  new and matched            {len(new)}")
        for outcome, number in counts.most_common():
            print(f"    {outcome:24} {number}")
        print(f"  messages at Slack          {len(self.messages)}, of no item {sent[0]}")
        print(f"  sent twice                 {sum(sent[id(group)] - 1 for group in repeated)}")
        print(f"  sent, but not new          {len(unexpected)}")
        once = counts["alerted"] / (len(new) or 1)
        covered = 1 - len(missing) / (len(new) or 1)
        print(f"  first alerts for each new item {once:.3f}; with folds and digest {covered:.3f}")
        reasons = Counter((row.action, row.reason, row.fold) for row in self.stored)
        for (action, reason, fold), number in reasons.most_common():
            print(f"    {number:6} entries: {action}, {reason}{', ' if fold else ''}{fold}")
        if shows:
            for what, some in (
                ("missing", missing),
                ("twice", repeated),
                ("not new", unexpected),
            ):
                for group in some:
                    self._show(what, group)
        return not (missing or repeated or unexpected or sent[0])

    def _messages_by_item(self, groups: list[Group]) -> Counter[int]:
        """Count the messages about each item by its headline; key 0 is for other messages."""
        by_title = {title: id(group) for group in groups for title in group.titles}
        return Counter(by_title.get(headline(message), 0) for message in self.messages)

    def _outcome(self, group: Group, sent: int) -> str:
        rows = [row for row in self.stored if normal(row.title) in group.titles]
        if sent:
            return "alerted"
        if any(row.action == "digest" for row in rows):
            return "digest, late"
        folds = [row.fold for row in rows if row.revision and row.fold]
        if folds:
            return f"folded, {folds[0]}"
        return "missing"

    def _show(self, what: str, group: Group) -> None:
        print(
            f"  {what}: seen {group.seen} times from poll {group.first_poll}, {len(group.links)} links"
        )
        for row in self.stored:
            if normal(row.title) in group.titles:
                print(
                    f"      {row.title[:100]!r} {row.action}, {row.reason}; {row.fold} {row.story}"
                )


def headline(message: dict[str, Any]) -> str:
    """Return the leading title of a message."""
    body = str(message["blocks"][0]["text"]["text"])
    found = re.search(r"^\*<[^|>]*\|(.*)>\*$", body, re.MULTILINE) or re.search(
        r"^\*(.*)\*$", body, re.MULTILINE
    )
    return normal(found[1]) if found else ""


if __name__ == "__main__":
    sys.exit(main())
