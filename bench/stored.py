"""Fills a store with entries through the real plan, for benchmarks of commands that read it.

    python bench/stored.py --to DIR --entries 10000 [--data FILE.jsonl[.gz] ...] [--days 14]

It writes DIR/config (the shipped lists, without polled feeds) and DIR/straitwatch.db. The entries
come from JSON Lines (`title`, `summary`, `lang`, `source`) and are repeated with a number if there
are too few. Without --data they are invented. They are spread evenly over the last days.
"""

import argparse
import gzip
import json
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path

from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.clock import utc_now
from straitwatch.core.model import Entry, Feed, FeedState, ParsedDocument
from straitwatch.core.report import Arrival, build_reports, gather_poll
from straitwatch.pipeline import FoldWindowCache, commit_poll
from straitwatch.store import Store, claim_due_feeds, save_config, sync_feeds

SHIPPED = Path(__file__).parent.parent / "config"
BATCH = 50  # entries of one poll
LEASE = timedelta(minutes=2)
WORDS = [
    "minister",
    "talks",
    "budget",
    "storm",
    "harbour",
    "market",
    "season",
    "court",
    "river",
    "bridge",
    "museum",
    "festival",
    "vote",
    "Taiwan",
    "Strait",
    "Beijing",
    "Moscow",
    "navy",
    "drill",
    "visit",
    "treaty",
    "school",
    "train",
    "energy",
    "chip",
    "export",
    "island",
    "coast",
    "guard",
    "airport",
    "hospital",
    "election",
    "reform",
    "mayor",
    "summit",
    "strike",
    "wage",
    "crop",
    "price",
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--data", type=Path, nargs="*", default=[])
    parser.add_argument("--days", type=float, default=14)
    options = parser.parse_args()
    started = time.process_time()
    fill(options.to, options.entries, data=options.data, days=options.days)
    print(f"{options.entries} entries in {time.process_time() - started:.1f} CPU s: {options.to}")


def fill(folder: Path, entries: int, *, data: list[Path], days: float) -> Path:
    """Make a configuration and a store with this number of entries; return the configuration."""
    config = _write_config(folder)
    rules = activate(loaded := load(config)).rules
    store = Store.open(loaded.database)
    until = utc_now()
    feed = Feed(id="bench", name="Bench", url="https://bench.example/feed", language="")
    store.call(sync_feeds, [feed], until - timedelta(days=days + 1))
    store.call(save_config, loaded.version, loaded.text, until)
    folding = FoldWindowCache()
    step = timedelta(days=days) / max(entries, 1)
    made = islice(_entries(data), entries)
    done = 0
    while batch := list(islice(made, BATCH)):
        now = until - timedelta(days=days) + step * done
        (state,) = store.call(claim_due_feeds, now=now, limit=1, lease=LEASE, due_by=until)
        read = ParsedDocument(format="rss20", entries=tuple(batch))
        after = _polled(state, now)
        arrival = Arrival(feed=feed, state=after, seen_at=now)
        poll = gather_poll(read, arrival, after, build_reports(batch, arrival, rules))
        store.call(commit_poll, poll, rules=rules, folding=folding)
        done += len(batch)
    store.close()
    return config


def _polled(state: FeedState, now: datetime) -> FeedState:
    times = {"baseline_at": now, "last_polled_at": now, "last_ok_at": now, "next_due_at": now}
    return replace(state, last_outcome="ok", **times)


def _write_config(folder: Path) -> Path:
    config = folder / "config"
    for name in ("terms", "watchlists"):
        shutil.copytree(SHIPPED / name, config / name)
    (config / "straitwatch.yaml").write_text(
        f"database: sqlite:///{folder}/straitwatch.db\n"
        "receivers: {terminal: {url: 'terminal://'}}\n"
        "routes: [{match: {}, send: [terminal]}]\n"
    )
    (config / "feeds.yaml").write_text("feeds: []\n")
    return config


def _entries(data: list[Path]) -> Iterator[Entry]:
    number = count()
    while True:
        for row in _rows(data):
            at = next(number)
            yield Entry(
                id=f"entry-{at}",
                guid=str(at),
                url=f"https://bench.example/{at}",
                canonical_url=f"bench.example/{at}",
                title=row["title"],
                summary=row.get("summary") or "",
                language=row.get("lang") or "",
                source=row.get("source") or "",
                text_hash=at.to_bytes(8, "big"),
            )


def _rows(data: list[Path]) -> Iterator[dict[str, str]]:
    for path in data:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            yield from (row for row in rows if row.get("title"))
    if not data:
        jitter = random.Random(1)
        for _ in range(1000):
            title = " ".join(jitter.choices(WORDS, k=10))
            yield {"title": title, "summary": " ".join(jitter.choices(WORDS, k=50)), "lang": "en"}


if __name__ == "__main__":
    main()
