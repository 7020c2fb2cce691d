"""Counts false alarms of frozen feeds: pauses that were followed by another entry.

    python bench/feed_quiet.py --data DIR

DIR holds feed documents. The dates of the older half of a document's entries stand for its first
fetch, and those of the newer half for the arrivals that follow. Every alarm is false, because an
entry came later. The limits tell how soon a feed that stops after its last entry is noticed.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

from straitwatch.core.contents import describe_contents
from straitwatch.core.feed_condition import measure_pause, quiet_limit, quiet_since
from straitwatch.core.model import Entry, FeedHealth, FeedProfile, FeedState
from straitwatch.core.parse_document import ParseRequest, parse_document

_FETCHED_AT = datetime(2100, 1, 1, tzinfo=UTC)  # after every entry
_FEWEST = 10  # dated entries
_BUSY = 5  # entries a day
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Result:
    """The false alarms of one feed, and its limit after its last entry."""

    per_day: float
    watched: timedelta
    alarms: int
    limit: timedelta


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="Example: python bench/feed_quiet.py --data feeds/real",
    )
    parser.add_argument("--data", type=Path, required=True, help="a folder with feed documents")
    results = list(_results(parser.parse_args().data))
    busy = [result for result in results if result.per_day >= _BUSY]
    _print("all feeds", results)
    _print(f"{_BUSY} entries a day or more", busy)
    return 0


def _print(name: str, results: Sequence[Result]) -> None:
    days = sum((result.watched for result in results), timedelta(0)) / _DAY
    alarms = sum(result.alarms for result in results)
    low, middle, high = quantiles([result.limit / _HOUR for result in results], n=4)
    print(
        f"{name}: {len(results)} feeds, {days:,.0f} days, {alarms} false alarms;"
        f" limit {low:,.0f} / {middle:,.0f} / {high:,.0f} h (quartiles)"
    )


def _results(folder: Path) -> Iterator[Result]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        request = ParseRequest(
            body=path.read_bytes(), feed_id="f", url="https://feed.example/", fetched_at=_FETCHED_AT
        )
        entries = {
            entry.published_at: entry
            for entry in parse_document(request).entries
            if entry.published_at
        }
        if len(entries) >= _FEWEST:
            yield _watch([entries[date] for date in sorted(entries)])


def _watch(entries: Sequence[Entry]) -> Result:
    """Let the newer half of the entries arrive at their dates."""
    half = len(entries) // 2
    dates = [entry.published_at for entry in entries if entry.published_at]
    began_at = dates[half - 1] + timedelta(minutes=1)
    contents = describe_contents(entries[:half], fetched_at=began_at)
    health = FeedHealth(contents=contents, has_had_entries=True)
    state = FeedState(
        feed_id="f",
        baseline_at=began_at,
        last_new_at=began_at,
        profile=FeedProfile(health=health),
    )
    alarms = 0
    for _, arrived_at in pairwise(dates[half - 1 :]):
        now = max(arrived_at, began_at + _HOUR)
        alarms += now - (quiet_since(state) or now) > quiet_limit(state, now=now)
        paused = measure_pause(state, until_at=now)
        state = replace(state, last_new_at=now, profile=replace(state.profile, health=paused))
    return Result(
        per_day=len(dates) / max((dates[-1] - dates[0]) / _DAY, 1 / 24),
        watched=dates[-1] - began_at,
        alarms=alarms,
        limit=quiet_limit(state, now=max(dates[-1], began_at + _HOUR)),
    )


if __name__ == "__main__":
    raise SystemExit(main())
