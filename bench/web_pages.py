"""Measures the pages on a large database: wall time and CPU time of each answer.

    python bench/web_pages.py [--entries 1000000]
    python bench/web_pages.py --entries 200000 --trial 100000

With --trial, it measures a page and a commit instead, alone and while a list is tried.

The rows are invented: one report and its copies, over 90 days. One entry in 20 matched, and every
second report opened a story; one story has 200 reports.
"""

import argparse
import asyncio
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from straitwatch.app.activate import activate
from straitwatch.config import load_config
from straitwatch.core.model import Feed
from straitwatch.store import Store, set_meta, sync_feeds
from straitwatch.telemetry import Metrics
from straitwatch.web import Desk, Watch, bind, build_web, serve_web

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPAN = timedelta(days=90)
TIMES = 15  # requests of each page
BIG = 200  # reports of the largest story
REPORT = (
    '[{"outlet":{"name":"Example Wire","stance":"independent","tier":1,"country":"TW","language":"en"},"title":"Ships",'
    '"url":"https://news.example/1","seen_at":"2026-03-01T12:00:00Z","published_at":null,"origin":""}]'
)
HITS = '[{"term":"strait","field":"title","start":16,"end":22,"text":"strait"}]'
NOVELTY = '{"signals":[],"voices":[],"sides":[],"acts":[],"opposites":[],"names":[],"figures":[],"unsaid":[]}'
# Each statement numbers its rows with n.i; `at` is the time of an entry, the newest first.
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)"
AT = "strftime('%Y-%m-%d %H:%M:%f000', :now, '-' || ({place} * :step) || ' seconds')"
STORY_OF = f"CASE WHEN n.i < {BIG} THEN 's00000000' ELSE printf('s%08d', n.i / 2) END"
STATEMENTS = {
    "entry": f"""INSERT INTO entry (id, feed_id, guid, url, canonical_url, canonical_key, title, title_key, summary, content,
        authors, links, published_at, language, source, text_hash, has_page_text, seen_at, listed_at, action, reason, config_version)
        {NUMBERS} SELECT printf('e%08d', i), 'feed', 'g' || i, 'https://news.example/' || i, 'news.example/' || i,
        randomblob(16), 'Ships cross the strait, report ' || i, randomblob(8), :summary, '', '[]', '[]',
        {AT.format(place="i")}, 'en', '', randomblob(8), 0, {AT.format(place="i")},
        {AT.format(place="i")}, 'none', 'no_match', '' FROM n""",
    "match": f"""INSERT INTO match (entry_id, watchlist, score, severity, hits, rules)
        {NUMBERS} SELECT printf('e%08d', i * 20), 'taiwan-policy', 12, 'high', '{HITS}', '[]' FROM n""",
    "story": f"""INSERT INTO story (id, title, first_seen_at, last_seen_at, revision, severity, watchlists, outlets,
        reports, has_tier_one, origins, is_state_only, recent, pending_levels, is_breaking, threads, sent_languages)
        {NUMBERS} SELECT printf('s%08d', i), 'Ships cross the strait, story ' || i, {AT.format(place="i * 40")},
        {AT.format(place="i * 40")}, 1, 'high', '["taiwan-policy"]', '["Example Wire"]', '{REPORT}', 1,
        '["Example Wire"]', 0, '[]', '[]', 0, '[]', '["en"]' FROM n""",
    "report": f"""INSERT INTO report (entry_id, story_id, canonical_key, watchlists, relation, reason, score, threshold,
        evidence, vector_model, usual, is_probable, novelty, reported_at, headline)
        {NUMBERS} SELECT printf('e%08d', i * 20), {STORY_OF}, randomblob(16), '["taiwan-policy"]', 'same_event', 'same-event',
        0.4, 0.2, '["strait"]', '', 0.0, 0, '{NOVELTY}', {AT.format(place="i * 20")}, 'ships cross the strait, report ' || i FROM n""",
}


def fill(path: Path, entries: int) -> None:
    """Write the rows without the program: a million polls would take an hour."""
    counts = {
        "entry": entries,
        "match": entries // 20,
        "story": entries // 40,
        "report": entries // 20,
    }
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    shared = {
        "now": f"{NOW:%Y-%m-%d %H:%M:%S}",
        "step": SPAN.total_seconds() / entries,
        "summary": "A sentence of the length that summaries have. " * 5,
    }
    for table, statement in STATEMENTS.items():
        database.execute(statement, {**shared, "count": counts[table]})
    database.commit()
    database.execute("ANALYZE")
    database.close()


async def no_status() -> object:
    raise NotImplementedError


async def measure(desk: Desk, paths: list[str]) -> None:
    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.create_task(serve_web(build_web(desk), listener))
    async with aiohttp.ClientSession(address) as session:
        for path in paths:
            wall, cpu = [], []
            for _ in range(TIMES):
                begun, worked = time.perf_counter(), time.process_time()
                async with session.get(path) as answer:
                    size = len(await answer.read())
                    assert answer.status == 200, (path, answer.status)
                wall.append(1000 * (time.perf_counter() - begun))
                cpu.append(1000 * (time.process_time() - worked))
            print(
                f"{path:55} {statistics.median(wall):7.0f} ms {max(wall):7.0f} ms at most "
                f"{statistics.median(cpu):7.0f} ms CPU {size / 1000:7.0f} kB",
                flush=True,
            )
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def measure_trial(desk: Desk, entries: int) -> None:
    """Measure a page and a commit, alone and during a trial."""
    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.create_task(serve_web(build_web(desk), listener))
    path = "/lists/watchlists/taiwan-policy.yaml"
    text = (ROOT / "config/watchlists/taiwan-policy.yaml").read_text(encoding="utf-8")
    form = {"text": text.replace("threshold: 10", "threshold: 12"), "entries": str(entries)}

    async def pause() -> str:
        await asyncio.sleep(5)
        return "alone"

    async def trial() -> str:
        async with session.post(path, data=form) as answer:
            page = await answer.text()
        found = re.search(r"Of [0-9,]+ entr.*|The trial .*", page)
        return re.sub("<[^>]*>", "", found[0]) if found else page

    async with aiohttp.ClientSession(address) as session:
        for work in (pause, trial):
            begun, running = time.perf_counter(), asyncio.create_task(work())
            pages, commits = [], []
            while not running.done():
                pages.append(await timed(fetch(session, "/?span=1d")))
                commits.append(await timed(desk.store.run(set_meta, "bench", str(begun))))
                await asyncio.sleep(0.05)
            print(f"{running.result()} ({time.perf_counter() - begun:.1f} s)")
            for name, found in (("page", pages), ("commit", commits)):
                print(
                    f"  {name:7} {statistics.median(found):6.1f} ms, {max(found):6.1f} ms at most"
                )
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def fetch(session: aiohttp.ClientSession, path: str) -> None:
    async with session.get(path) as answer:
        await answer.read()
        assert answer.status == 200, (path, answer.status)


async def timed(work: Awaitable[object]) -> float:
    """Return the milliseconds of some work."""
    begun = time.perf_counter()
    await work
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--trial", type=int, default=0, metavar="ENTRIES")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "straitwatch.db"
        store = Store.open(f"sqlite:///{path}")
        feed = Feed(id="feed", name="Example Wire", url="https://wire.example/rss")
        store.call(sync_feeds, [feed], NOW)
        begun = time.perf_counter()
        fill(path, options.entries)
        print(f"{options.entries:,} entries written in {time.perf_counter() - begun:.0f} s")
        config = load_config(ROOT / "config", environ={})
        config = replace(config, feeds=(feed,), database=f"sqlite:///{path}")
        rules = activate(config).rules
        watch = Watch(status=no_status, faults=tuple, metrics=Metrics())
        desk = Desk(
            store=store, config=lambda: config, rules=lambda: rules, clock=lambda: NOW, watch=watch
        )
        paths = [
            "/?span=1d",
            "/",
            "/?span=30d",
            "/?span=30d&q=nothing",
            "/?span=30d&q=ships+strait+report",
            "/?span=30d&since=2026-02-01&until=2026-02-02",
            "/stories/s00000000",
            "/stories/s00004000",
            "/why?q=e00000020",
            "/why?q=https://news.example/20",
            "/why?q=No%20such%20headline",
            "/messages",
            "/feeds",
            "/feeds/feed",
            "/alerts.rss",
        ]
        if options.trial:
            asyncio.run(measure_trial(desk, options.trial))
        else:
            asyncio.run(measure(desk, paths))
        store.close()


if __name__ == "__main__":
    main()
