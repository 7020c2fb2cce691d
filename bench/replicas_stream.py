"""Compares the decisions of replicas and restarts with those of one undisturbed program.

    python bench/replicas_stream.py --data DIR [--encoder auto|off] [--cache DIR] [--only NAME]

DIR is the same as for `stories.py`. Each stream is committed poll by poll, in order of time, by the
functions of the pipeline, with the shipped configuration. The entries of one feed at one time are
one poll. The beat is committed a second time with invented edits, in which a seventh of its reports
is corrected under its own id. The first run is one program on SQLite. These runs are compared with
it:

    SQLite, rebuilt            the fold window is dropped after 1/4, 1/2 and 3/4 of the polls
    SQLite, always rebuilt     ... and before every poll
    PostgreSQL, two            two replicas commit the polls in turn
    PostgreSQL, two, rebuilt   ... and both drop their windows after 1/4, 1/2 and 3/4

For each report, the comparison covers the planned story, the fold with all figures, the action and
the reason; at the end, it covers the rows of stories, alerts and deliveries. PostgreSQL is a real
server, started for the run, or your own. The exit status is 1 if there is a difference.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from outbox import postgres
from replicas import database
from stories import BREAKS, SHIPPED, beside_shipped, read_rows, time_of
from vectors import Vectors, add_options

from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.core.model import Entry, Feed, ParsedDocument, Plan, PlannedEntry, Report
from straitwatch.core.normalize import canonical_url, hash_text
from straitwatch.core.report import Arrival, add_vectors, build_reports, gather_poll, meaning_of
from straitwatch.core.rules import Rules
from straitwatch.pipeline import FoldWindowCache, commit_poll, recognize_entries
from straitwatch.pipeline import poll as polling
from straitwatch.store import Store, claim_due_feeds, sync_feeds
from straitwatch.store.rows import ALERT, DELIVERY, STORY

LEASE = timedelta(minutes=15)
EDITED = 7  # one of this number of reports
TABLES = (STORY, ALERT, DELIVERY)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stream:
    """The feeds, and their documents in order of time."""

    rules: Rules
    feeds: Mapping[str, Feed]  # by name
    polls: Sequence[Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Run:
    """A way to commit a stream."""

    name: str
    replicas: int = 1
    is_postgres: bool = False
    drops: Callable[[int, Collection[int]], bool] = lambda _, __: False  # before this poll?


def _at_breaks(number: int, breaks: Collection[int]) -> bool:
    return number in breaks


ONE = Run("SQLite, one, undisturbed")
OTHERS = (
    Run("SQLite, rebuilt", drops=_at_breaks),
    Run("SQLite, always rebuilt", drops=lambda _, __: True),
    Run("PostgreSQL, two", replicas=2, is_postgres=True),
    Run("PostgreSQL, two, rebuilt", replicas=2, is_postgres=True, drops=_at_breaks),
)


@dataclass(frozen=True, slots=True)
class RunResult:
    """The plans of a run for each report, in order, and the rows at its end."""

    plans: Sequence[tuple[str, Any]]
    rows: Mapping[str, Mapping[str, Any]]  # by table and key


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="streams whose name holds this")
    parser.add_argument("--dsn", default="", help="a PostgreSQL server; one is started without it")
    add_options(parser)
    options = parser.parse_args()
    vectors = Vectors(options.encoder, options.cache)
    differing = 0
    with nullcontext(options.dsn) if options.dsn else postgres() as dsn:
        for name, stream in streams(options.data):
            if options.only not in name:
                continue
            with address(ONE, dsn) as url:
                whole = commit_all(stream, ONE, url, vectors)
            print(f"{name}: {len(stream.polls)} polls, {len(whole.plans)} reports planned", end="")
            print("".join(f", {len(rows)} rows of {name}" for name, rows in whole.rows.items()))
            for run in OTHERS:
                started = monotonic()
                with address(run, dsn) as url:
                    left = commit_all(stream, run, url, vectors)
                found = differences(whole, left)
                differing += len(found)
                print(f"    {run.name:26} {len(found):4} differ ({monotonic() - started:.0f} s)")
                for line in found[:5]:
                    print(f"        {line}")
    return 1 if differing else 0


def streams(data: Path) -> Iterator[tuple[str, Stream]]:
    beat, day = data / "beat", data / "invented-day"
    rows = (*read_rows(beat / "before.jsonl"), *read_rows(beat / "items.jsonl"))
    yield "beat", stream_of(rows, SHIPPED)
    yield "beat, edited", stream_of(list(with_edits(rows)), SHIPPED)
    with beside_shipped(day) as config:
        yield "invented day", stream_of(read_rows(day / "items.jsonl"), config)


def with_edits(rows: Collection[Row]) -> Iterator[Row]:
    """Add an edit of every seventh report an hour later under its id, and two further edits."""
    for number, row in enumerate(rows):
        yield row
        if number % EDITED == 0:
            for hours, end in enumerate(("", ".", " (2)"), start=1):
                seen_at = time_of(row) + hours * timedelta(hours=1)
                title = f"Correction: {row['title']}{end}"
                yield {**row, "title": title, "seen_at": seen_at.isoformat(), "guid": row["id"]}


def stream_of(rows: Collection[Row], config: Path) -> Stream:
    loaded = load(config, {})
    feeds = {feed.name: feed for feed in loaded.feeds}
    for name in {_source(row) for row in rows} - feeds.keys():
        feeds[name] = Feed(id=f"stream-{name}", name=name, url=f"https://{len(feeds)}.example/")
    said = itertools.groupby(
        sorted(rows, key=_seen_at), lambda row: (_seen_at(row), _source(row), row.get("guid"))
    )
    rules = activate(replace(loaded, receivers={})).rules
    return Stream(rules, feeds, [list(group) for _, group in said])


def _seen_at(row: Row) -> datetime:
    return datetime.fromisoformat(row.get("seen_at") or row["ts"])


def _source(row: Row) -> str:
    return str(row.get("feed") or row["source"])


@contextmanager
def address(run: Run, dsn: str) -> Iterator[str]:
    """Create an empty database for a run, and return its URL."""
    if run.is_postgres:
        with database(dsn, "straitwatch_replicas_stream") as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as folder:
        yield f"sqlite:///{folder}/straitwatch.db"


def commit_all(stream: Stream, run: Run, url: str, vectors: Vectors) -> RunResult:
    """Commit the polls of a stream; replicas take turns."""
    replicas = [(Store.open(url), FoldWindowCache()) for _ in range(run.replicas)]
    began = _seen_at(stream.polls[0][0]) - timedelta(days=1)
    replicas[0][0].call(sync_feeds, list(stream.feeds.values()), began)
    breaks = {int(len(stream.polls) * share) for share in BREAKS}
    plans: list[tuple[str, Any]] = []
    plan_poll = polling.plan_poll

    def planning(*args: Any) -> Plan:
        plan = plan_poll(*args)
        plans.extend(
            (planned.entry.id, (planned.fold, planned.decision, planned.is_new, planned.matches))
            for planned in plan.entries
        )
        return plan

    with patch.object(polling, "plan_poll", planning):
        for number, rows in enumerate(stream.polls):
            if run.drops(number, breaks):
                for _, folding in replicas:
                    folding.drop()
            commit_rows(rows, stream, *replicas[number % run.replicas], vectors)
    for store, _ in replicas:
        store.close()
    return RunResult(plans, read_tables(url))


def commit_rows(
    rows: Sequence[Row], stream: Stream, store: Store, folding: FoldWindowCache, vectors: Vectors
) -> None:
    """Commit the entries of a feed at one time, as the pipeline does after parsing."""
    feed, now = stream.feeds[_source(rows[0])], _seen_at(rows[0])
    (state,) = store.call(
        claim_due_feeds, now=now, limit=1, lease=LEASE, only=[feed.id], due_by=now
    )
    times = {"baseline_at": now, "last_polled_at": now, "last_ok_at": now, "next_due_at": now}
    state = replace(state, last_outcome="ok", **times)
    read = ParsedDocument(format="rss20", entries=tuple(entry_of(row, feed) for row in rows))
    read, known = store.call(recognize_entries, feed, read, now=now)
    arrival = Arrival(feed=feed, state=state, seen_at=now, known=known)
    changed = [entry for entry in read.entries if arrival.has_changed(entry)]
    poll = gather_poll(read, arrival, state, _encoded(changed, arrival, stream.rules, vectors))
    store.call(commit_poll, poll, rules=stream.rules, folding=folding)


def entry_of(row: Row, feed: Feed) -> Entry:
    title, summary, url = row["title"], row.get("summary") or "", row.get("url") or ""
    guid = row.get("guid") or row["id"]
    return Entry(
        id=f"{feed.id} {guid}",
        guid=guid,
        url=url,
        canonical_url=canonical_url(url) if url else "",
        title=title,
        summary=summary,
        language=row.get("lang") or "",
        published_at=time_of(row),
        text_hash=hash_text((title, summary, "")),
    )


def _encoded(
    entries: Sequence[Entry], arrival: Arrival, rules: Rules, vectors: Vectors
) -> list[Report | PlannedEntry]:
    built = list(build_reports(entries, arrival, rules))
    reports = [item for item in built if isinstance(item, Report)]
    encoded = add_vectors(reports, vectors.encode([meaning_of(report) for report in reports]))
    return [next(encoded) if isinstance(item, Report) else item for item in built]


def read_tables(url: str) -> dict[str, dict[str, Any]]:
    """Read the rows that must be the same for any writer, with the types of their columns."""
    engine = sa.create_engine(url)
    left: dict[str, dict[str, Any]] = {}
    with engine.connect() as connection:
        for table in TABLES:
            columns = [column for column in table.c if column.name != "seq"]
            rows = connection.execute(sa.select(*columns))
            left[table.name] = {row.id: tuple(row) for row in rows}
    engine.dispose()
    return left


def differences(whole: RunResult, left: RunResult) -> list[str]:
    """Describe the differences between two runs."""
    found = []
    for a, b in itertools.zip_longest(whole.plans, left.plans):
        if a != b:
            found.append(f"{(a or b)[0]}: {a and a[1][:2]}\n          then {b and b[1][:2]}")
    for table, rows in whole.rows.items():
        others = left.rows[table]
        found.extend(
            f"{table} {key}: {rows.get(key)}\n          then {others.get(key)}"
            for key in sorted(rows.keys() | others.keys())
            if rows.get(key) != others.get(key)
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
