"""Measure folding on labelled streams and pairs: one table, one fixed configuration for all sets.

    python bench/folding.py --data DIR [--only og2021]

DIR holds the labelled sets as JSON Lines, gzipped. Absolute speeds are the machine's. What other
methods make of the same sets is in `folding_peers.py`, what disorder and size do in
`folding_robust.py`.
"""

import argparse
import gzip
import json
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Features, Relation
from straitwatch.core.normalize import canonical_url

Row = dict[str, Any]
STREAMS = {
    "og2021 en": ("og2021_stream", "en"),
    "og2021 9 languages": ("og2021_stream", ""),
    "uci desk": ("uci_desk_stream", ""),
    "allsides": ("allsides_events", ""),
    "basil": ("basil_fulltext", ""),
    "ecb+": ("ecbplus_fulltext", ""),
}
PAIRS = {
    "near duplicates, text": (
        "neardup_pairs_hand",
        "N",
        False,
        {Relation.DUPLICATE, Relation.SAME_ENTRY},
    ),
    "headline edits, text": (
        "headline_edits_natural",
        "N",
        False,
        {Relation.DUPLICATE, Relation.SAME_ENTRY},
    ),
    "headline edits, with address": (
        "headline_edits_natural",
        "N",
        True,
        {Relation.DUPLICATE, Relation.SAME_ENTRY},
    ),
    "same event zh": ("sohu_same_event_pairs_zh", "1", False, set(Relation) - {Relation.NEW}),
    "same thread ru": ("tg_same_thread_pairs_ru", "1", False, set(Relation) - {Relation.NEW}),
}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="sets whose name holds this")
    options = parser.parse_args()
    print(
        f"{'set':30} {'B3 P':>6} {'R':>6} {'F1':>6} {'pair P':>6} {'R':>6} {'F1':>6} {'missed':>6} {'extra':>6} {'/s':>7} {'p99 ms':>7}"
    )
    for name, (file, _) in STREAMS.items():
        if options.only in name and (options.data / f"{file}.jsonl.gz").exists():
            measure_stream(name, rows_of(options.data, name))
    print(f"\n{'pairs':30} {'n':>6} {'P':>6} {'R':>6} {'F1':>6}")
    for name, (file, positive, with_address, relations) in PAIRS.items():
        if options.only in name and (options.data / f"{file}.jsonl.gz").exists():
            measure_pairs(
                name,
                load(options.data, file),
                positive=positive,
                with_address=with_address,
                relations=relations,
            )
    if options.only in "addresses":
        measure_addresses(load(options.data, "url_pairs_natural"))
    print(
        f"\npeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )


def load(folder: Path, name: str) -> list[Row]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def rows_of(folder: Path, name: str) -> list[Row]:
    """Return the rows of a stream, of its language where it has one."""
    file, language = STREAMS[name]
    return [row for row in load(folder, file) if language in ("", row["lang"])]


# ---------------------------------------------------------------- ours


def reports_of(rows: Iterable[Row], *, with_address: bool = True) -> Iterator[Features]:
    """Read rows as the offline command does: an empty time is that of the row before."""
    now = LONG_AGO
    for number, row in enumerate(rows):
        if row.get("ts"):
            read = datetime.fromisoformat(row["ts"])
            now = read if read.tzinfo else read.replace(tzinfo=UTC)
        yield Features(
            entry_id=str(row.get("id", number)),
            title=row["title"],
            summary=row.get("summary") or "",
            canonical_url=canonical_url(row["url"]) if with_address and row.get("url") else "",
            source=row.get("source") or "",
            language=row.get("lang") or "",
            seen_at=now,
            watchlists=("bench",),
        )


def fold_stream(rows: list[Row]) -> tuple[list[str], list[float]]:
    window, stories, seconds = StoryWindow(), [], []
    for report in reports_of(rows):
        began = time.perf_counter()
        fold = window.fold(report)
        window.add(report, fold)
        seconds.append(time.perf_counter() - began)
        stories.append(fold.story_id)
    return stories, seconds


def relation_of(a: Row, b: Row, *, with_address: bool) -> Relation:
    first, second = reports_of([a | {"id": "a"}, b | {"id": "b"}], with_address=with_address)
    window = StoryWindow()
    window.add(first, window.fold(first))
    return window.fold(second).relation


# ---------------------------------------------------------------- measuring


def measure_stream(name: str, rows: list[Row]) -> None:
    truth = [row["cluster"] for row in rows]
    found, seconds = fold_stream(rows)
    figures = (*bcubed(truth, found), *pairwise(truth, found), *alerts(truth, found))
    text = " ".join(f"{figure:6.3f}" for figure in figures)
    print(
        f"{name:30} {text} {len(found) / sum(seconds):7.0f} {sorted(seconds)[int(0.99 * len(seconds))] * 1e3:7.2f}",
        flush=True,
    )


def measure_pairs(
    name: str, rows: list[Row], *, positive: str, with_address: bool, relations: set[Relation]
) -> None:
    found = [
        relation_of(row["a"], row["b"], with_address=with_address) in relations for row in rows
    ]
    print_binary(name, [str(row["label"]) == positive for row in rows], found)


def measure_addresses(rows: list[Row]) -> None:
    found = [canonical_url(row["a"]) == canonical_url(row["b"]) for row in rows]
    print_binary("addresses", [row["label"] == 1 for row in rows], found)


def print_binary(name: str, truth: list[bool], found: list[bool]) -> None:
    hits = sum(t and f for t, f in zip(truth, found, strict=True))
    figures = precision_recall(hits, sum(found), sum(truth))
    print(
        f"{name:30} {len(truth):6} " + " ".join(f"{figure:6.3f}" for figure in figures), flush=True
    )


# ---------------------------------------------------------------- scores


def precision_recall(hits: float, found: float, true: float) -> tuple[float, float, float]:
    precision, recall = hits / (found or 1), hits / (true or 1)
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def bcubed(truth: list[str], found: list[str]) -> tuple[float, float, float]:
    both, sizes, events = Counter(zip(found, truth, strict=True)), Counter(found), Counter(truth)
    precision = sum(n * n / sizes[story] for (story, _), n in both.items()) / len(truth)
    recall = sum(n * n / events[event] for (_, event), n in both.items()) / len(truth)
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def pairwise(truth: list[str], found: list[str]) -> tuple[float, float, float]:
    def pairs(groups: Iterable[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(groups).values())

    return precision_recall(pairs(zip(found, truth, strict=True)), pairs(found), pairs(truth))


def alerts(truth: list[str], found: list[str]) -> tuple[float, float]:
    """Return the share of events that never opened an alert, and extra alerts for each event."""
    opened, covered, extra = set[str](), set[str](), 0
    for event, story in zip(truth, found, strict=True):
        if story not in opened:
            opened.add(story)
            extra += event in covered
            covered.add(event)
    events = len(set(truth))
    return 1 - len(covered) / events, extra / events


if __name__ == "__main__":
    main()
