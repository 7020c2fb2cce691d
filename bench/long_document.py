"""Measures the wait of other polls while a document with thousands of matches is committed.

    python bench/long_document.py [--entries 5000] [--database postgresql://...]

It builds the reports of one document, commits them in slices as a poll does, and meanwhile commits a
small poll of another feed every 50 ms. Titles are invented, and all of them match.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from lists import BEAT
from stored import SHIPPED, WORDS

from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.core.advance import advance
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Entry, Feed, FeedState, ParsedDocument, Poll, Report
from straitwatch.core.report import Arrival, build_reports, gather_poll
from straitwatch.core.rules import Rules
from straitwatch.pipeline import FoldWindowCache, commit_document, commit_poll
from straitwatch.store import Store, claim_due_feeds, sync_feeds

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVERY = 0.05  # seconds between the small polls
LEASE = timedelta(hours=1)
FEEDS = [Feed(id=name, name=name, url=f"https://{name}.example/rss") for name in ("long", "short")]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    rules = activate(load(SHIPPED, {})).rules
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(options.database or f"sqlite:///{Path(folder)}/bench.db")
        store.call(sync_feeds, FEEDS, NOW - timedelta(days=1))
        claimed = store.call(claim_due_feeds, now=NOW, limit=2, lease=LEASE)
        states = {state.feed_id: replace(state, baseline_at=NOW) for state in claimed}
        entries = make_entries(options.entries)
        started = time.perf_counter()
        poll = make_poll(FEEDS[0], states["long"], entries, rules)
        print(f"build reports    {_each(started, entries)}, {len(poll.reports)} reports")
        measure_advance(poll.reports, rules)
        asyncio.run(measure_commit(store, poll, states["short"], rules))
        store.close()


def make_entries(count: int, prefix: str = "e") -> list[Entry]:
    chance = random.Random(1)
    return [
        Entry(
            id=f"{prefix}{number}",
            guid="",
            url="",
            canonical_url=f"{prefix}.example/{number}",
            title=f"PLA warships cross Taiwan Strait: {' '.join(chance.choices(WORDS, k=7))}",
            summary=f"PLA aircraft near Taiwan, Reuters reports. {' '.join(chance.choices(WORDS, k=40))}",
            published_at=NOW,
            language="en",
            text_hash=b"x",
        )
        for number in range(count)
    ]


def make_poll(feed: Feed, state: FeedState, entries: Sequence[Entry], rules: Rules) -> Poll:
    after = replace(state, last_polled_at=NOW, last_outcome="ok", next_due_at=NOW)
    arrival = Arrival(feed=feed, state=state, seen_at=NOW)
    read = ParsedDocument(format="rss20", entries=tuple(entries))
    return gather_poll(read, arrival, after, build_reports(entries, arrival, rules))


def measure_advance(reports: Sequence[Report], rules: Rules) -> None:
    """Measure the two decisions about each report, without a store."""
    window, fold_seconds, advance_seconds = StoryWindow(BEAT.lexicon), 0.0, 0.0
    stories = {}
    for report in reports:
        started = time.perf_counter()
        fold = window.fold(report.features, rules.folding)
        folded = time.perf_counter()
        step = advance(stories.get(fold.story_id), report, fold, rules.policy, report_rate=1.0)
        advanced = time.perf_counter()
        window.add(report.features, fold, is_sent=step.is_sent)
        stories[step.story.id] = step.story
        advance_seconds += advanced - folded
        fold_seconds += folded - started + time.perf_counter() - advanced
    print(f"fold, add        {1000 * fold_seconds / len(reports):8.3f} ms a report")
    print(f"advance          {1000 * advance_seconds / len(reports):8.3f} ms a report")


async def measure_commit(store: Store, poll: Poll, short: FeedState, rules: Rules) -> None:
    """Commit the long poll in slices, and meanwhile small polls of another feed."""
    folding, waits = FoldWindowCache(), list[float]()
    started = time.perf_counter()
    other = asyncio.create_task(_poll_often(store, short, rules, folding, waits))
    await commit_document(poll, store=store, rules=rules, folding=folding)
    print(f"commit           {_each(started, poll.reports)}")
    other.cancel()
    print(
        f"another poll     {max(waits):8.3f} s at most, {median(waits):.3f} s median of {len(waits)}"
    )


async def _poll_often(
    store: Store, state: FeedState, rules: Rules, folding: FoldWindowCache, waits: list[float]
) -> None:
    for number in range(1_000_000):
        poll = make_poll(FEEDS[1], state, make_entries(1, f"s{number}-"), rules)
        started = time.perf_counter()
        await store.run(commit_poll, replace(poll, is_last=False), rules=rules, folding=folding)
        waits.append(time.perf_counter() - started)
        await asyncio.sleep(EVERY)


def _each(started: float, values: Sequence[object]) -> str:
    seconds = time.perf_counter() - started
    return f"{1000 * seconds / len(values):8.3f} ms a report, {seconds:.1f} s"


if __name__ == "__main__":
    main()
