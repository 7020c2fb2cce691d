"""Measures folding on labelled streams and pairs, with one fixed configuration for all sets.

    python bench/folding.py --data DIR [--only og2021] [--encoder auto|off] [--cache DIR]

DIR holds the labelled sets as JSON Lines, gzipped. Vectors are made first, are not timed, and are
stored in the folder of `--cache`. Speeds are CPU time on this machine: `/s` and `p99` include
reading and folding a report, `fold ms` only folding. Set OPENBLAS_NUM_THREADS=1, because the
threads of numpy wait for each other on a busy machine. `folding_peers.py` measures other methods on
the same sets, and `folding_robust.py` the effects of disorder and size.

`linked` is the share of multilingual events with two languages in one story. `across` is the share
of correct pairs among those of two languages in one story.
"""

import argparse
import gzip
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lists import BEAT
from vectors import Vectors, add_options

from straitwatch.core.cluster import StoryWindow
from straitwatch.core.han import one_script
from straitwatch.core.model import Entry, Features, Relation, Vector
from straitwatch.core.normalize import canonical_url
from straitwatch.core.vectors import encoder_text

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
    add_options(parser)
    options = parser.parse_args()
    vectors = Vectors(options.encoder, options.cache)
    print(f"encoder: {vectors.model or 'off'}")
    print(
        f"{'set':20} {'B3 P':>6} {'R':>6} {'F1':>6} {'pair P':>6} {'R':>6} {'F1':>6} {'missed':>6}"
        f" {'extra':>6} {'linked':>6} {'across':>6} {'/s':>6} {'p99 ms':>6} {'fold ms':>7}"
    )
    for name, (file, _) in STREAMS.items():
        if options.only in name and (options.data / f"{file}.jsonl.gz").exists():
            measure_stream(name, rows_of(options.data, name), vectors)
    print(f"\n{'pairs':30} {'n':>6} {'P':>6} {'R':>6} {'F1':>6}")
    for name, (file, positive, with_address, relations) in PAIRS.items():
        if options.only in name and (options.data / f"{file}.jsonl.gz").exists():
            rows = load(options.data, file)
            found = relations_of(rows, vectors, with_address=with_address)
            print_binary(
                name,
                [str(row["label"]) == positive for row in rows],
                [relation in relations for relation in found],
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
    """Return the rows of a stream, limited to its language if it has one."""
    file, language = STREAMS[name]
    return [row for row in load(folder, file) if language in ("", row["lang"])]


# ---------------------------------------------------------------- ours


def times_of(rows: Iterable[Row]) -> Iterator[datetime]:
    """Yield the times of rows, as `cluster --json` reads them; an empty time repeats the last."""
    now = LONG_AGO
    for row in rows:
        if row.get("ts"):
            read = datetime.fromisoformat(row["ts"])
            now = read if read.tzinfo else read.replace(tzinfo=UTC)
        yield now


def vectors_of(rows: Iterable[Row], vectors: Vectors) -> list[Vector | None]:
    """Encode the title and the summary of each row."""
    script = one_script()
    texts = [encoder_text(row["title"], row.get("summary") or "", script) for row in rows]
    return vectors.encode(texts)


def read_report(
    row: Row, at: datetime, vector: Vector | None, *, id_: str, with_address: bool = True
) -> Features:
    """Read the features of a row."""
    url = row.get("url") or ""
    entry = Entry(
        id=id_,
        guid="",
        url=url,
        canonical_url=canonical_url(url) if with_address and url else "",
        title=row["title"],
        summary=row.get("summary") or "",
    )
    features = BEAT.reader.read(
        entry,
        outlet=row.get("source") or "",
        language=row.get("lang") or "",
        watchlists=("bench",),
        seen_at=at,
    )
    return replace(features, vector=vector)


def reports_of(rows: Sequence[Row], vectors: Vectors) -> Iterator[Features]:
    """Yield the features of the rows of a stream."""
    made = zip(rows, times_of(rows), vectors_of(rows, vectors), strict=True)
    for number, (row, at, vector) in enumerate(made):
        yield read_report(row, at, vector, id_=str(row.get("id", number)))


def fold_stream(
    rows: Sequence[Row], vectors: Vectors
) -> tuple[list[str], list[float], list[float]]:
    """Return for each row its story, the seconds to read and fold it, and those to fold it."""
    window, stories, seconds, folding = StoryWindow(BEAT.lexicon), [], [], []
    made = zip(rows, times_of(rows), vectors_of(rows, vectors), strict=True)
    for number, (row, at, vector) in enumerate(made):
        began = time.process_time()
        report = read_report(row, at, vector, id_=str(row.get("id", number)))
        read = time.process_time()
        fold = window.fold(report)
        window.add(report, fold)
        ended = time.process_time()
        seconds.append(ended - began)
        folding.append(ended - read)
        stories.append(fold.story_id)
    return stories, seconds, folding


def relations_of(rows: Sequence[Row], vectors: Vectors, *, with_address: bool) -> list[Relation]:
    """Return the relation of `b` to `a` for each row."""
    sides = [[row[side] for row in rows] for side in ("a", "b")]
    made = (vectors_of(side, vectors) for side in sides)
    return [
        relation_of(pair, both, with_address=with_address)
        for pair, both in zip(zip(*sides, strict=True), zip(*made, strict=True), strict=True)
    ]


def relation_of(
    pair: tuple[Row, ...], vectors: tuple[Vector | None, ...], *, with_address: bool
) -> Relation:
    first, second = (
        read_report(row, at, vector, id_=id_, with_address=with_address)
        for row, at, vector, id_ in zip(pair, times_of(pair), vectors, "ab", strict=True)
    )
    window = StoryWindow(BEAT.lexicon)
    window.add(first, window.fold(first))
    return window.fold(second).relation


# ---------------------------------------------------------------- measuring


def measure_stream(name: str, rows: list[Row], vectors: Vectors) -> None:
    truth = [row["cluster"] for row in rows]
    found, seconds, folding = fold_stream(rows, vectors)
    figures = (*bcubed(truth, found), *pairwise(truth, found), *alerts(truth, found))
    figures += across([row.get("lang") or "" for row in rows], truth, found)
    text = " ".join(f"{figure:6.3f}" for figure in figures)
    p99 = sorted(seconds)[int(0.99 * len(seconds))] * 1e3
    print(
        f"{name:20} {text} {len(found) / sum(seconds):6.0f} {p99:6.2f}"
        f" {sum(folding) / len(folding) * 1e3:7.2f}",
        flush=True,
    )


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
    return precision_recall(
        count_pairs(zip(found, truth, strict=True)), count_pairs(found), count_pairs(truth)
    )


def count_pairs(groups: Iterable[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def across(languages: list[str], truth: list[str], found: list[str]) -> tuple[float, ...]:
    """Return the share of linked events and the precision of pairs; empty for one language."""
    by_event, by_both = defaultdict[str, set[str]](set), defaultdict[Any, set[str]](set)
    for language, event, story in zip(languages, truth, found, strict=True):
        by_event[event].add(language)
        by_both[event, story].add(language)
    several = {event for event, spoken in by_event.items() if len(spoken) > 1}
    linked = {event for (event, _), spoken in by_both.items() if len(spoken) > 1}
    joined = count_pairs(found) - count_pairs(zip(found, languages, strict=True))
    both = list(zip(found, truth, strict=True))
    right = count_pairs(both) - count_pairs(zip(both, languages, strict=True))
    return len(linked) / (len(several) or 1), right / (joined or 1)


def alerts(truth: list[str], found: list[str]) -> tuple[float, float]:
    """Return the share of events without an alert of their own, and the extra alerts per event."""
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
