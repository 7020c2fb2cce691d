"""Measure folding on labelled streams and pairs: one table, one fixed configuration for all sets.

    python bench/folding.py --data DIR [--only og2021] [--peers]

DIR holds the labelled sets as JSON Lines, gzipped. `--peers` adds nearest-neighbour baselines for
what is installed beside us (datasketch, rapidfuzz), each with the threshold it was given; TF-IDF
and SimHash baselines need nothing. Figures are ratios of one run; absolute speeds are the
machine's.
"""

import argparse
import gzip
import json
import math
import random
import re
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any

from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Relation, Report
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
    parser.add_argument("--peers", action="store_true")
    parser.add_argument(
        "--window", type=int, default=0, help="also fill one window with so many reports"
    )
    options = parser.parse_args()
    print(
        f"{'set':30} {'method':14} {'B3 P':>6} {'R':>6} {'F1':>6} {'pair P':>6} {'R':>6} {'F1':>6} {'missed':>6} {'extra':>6} {'/s':>7} {'p99 ms':>7}"
    )
    for name, (file, language) in STREAMS.items():
        if options.only in name and (options.data / f"{file}.jsonl.gz").exists():
            rows = [row for row in load(options.data, file) if language in ("", row["lang"])]
            measure_stream(name, rows, with_peers=options.peers)
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
    if options.window:
        measure_window(options.window)
    print(
        f"\npeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )


def load(folder: Path, name: str) -> list[Row]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# ---------------------------------------------------------------- ours


def reports_of(rows: Iterable[Row], *, with_address: bool = True) -> Iterator[Report]:
    """Read rows as the offline command does: an empty time is that of the row before."""
    now = LONG_AGO
    for number, row in enumerate(rows):
        if row.get("ts"):
            read = datetime.fromisoformat(row["ts"])
            now = read if read.tzinfo else read.replace(tzinfo=UTC)
        yield Report(
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


def measure_stream(name: str, rows: list[Row], *, with_peers: bool) -> None:
    truth = [row["cluster"] for row in rows]
    stories, seconds = fold_stream(rows)
    print_stream(name, "straitwatch", truth, stories, seconds)
    for peer, link in (peers() if with_peers else {}).items():
        print_stream(name, peer, truth, *link_nearest(rows, link()))


def print_stream(
    name: str, method: str, truth: list[str], found: list[str], seconds: list[float]
) -> None:
    figures = (*bcubed(truth, found), *pairwise(truth, found), *alerts(truth, found))
    text = " ".join(f"{figure:6.3f}" for figure in figures)
    print(
        f"{name:30} {method:14} {text} {len(found) / sum(seconds):7.0f} {sorted(seconds)[int(0.99 * len(seconds))] * 1e3:7.2f}",
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


def measure_window(size: int) -> None:
    """Fill one 72 h window with headlines of random words, common and rare as in a language."""
    rng = random.Random(1)
    words = [f"w{chr(97 + i % 26)}{i}" for i in range(60_000)]
    cumulated = list(accumulate(1 / (i + 10) for i in range(len(words))))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    titles = [" ".join(rng.choices(words, cum_weights=cumulated, k=10)) for _ in range(size)]
    rows = [
        {"title": title, "ts": (datetime(2026, 1, 1, tzinfo=UTC).timestamp() + i * 250_000 / size)}
        for i, title in enumerate(titles)
    ]
    for row in rows:
        row["ts"] = datetime.fromtimestamp(row["ts"], UTC).isoformat()
    _, seconds = fold_stream(rows)
    last = sorted(seconds[-size // 10 :])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(
        f"\nwindow of {size}: last tenth p50 {last[len(last) // 2] * 1e3:.2f} ms, p99 {last[int(0.99 * len(last))] * 1e3:.2f} ms, +{grown} MB with its input"
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


# ---------------------------------------------------------------- peers: nearest neighbour, 72 h


class Link:
    """Finds the nearest earlier title; an answer below the threshold opens a new story."""

    threshold: float

    def nearest(self, title: str) -> tuple[int, float]:
        raise NotImplementedError

    def add(self, number: int, title: str) -> None:
        raise NotImplementedError


def link_nearest(rows: list[Row], link: Link) -> tuple[list[str], list[float]]:
    stories: list[str] = []
    seconds: list[float] = []
    for number, row in enumerate(rows):
        began = time.perf_counter()
        nearest, score = link.nearest(row["title"])
        link.add(number, row["title"])
        seconds.append(time.perf_counter() - began)
        stories.append(stories[nearest] if score >= link.threshold else str(number))
    return stories, seconds


@dataclass
class TfIdf(Link):
    """Cosine of TF-IDF words over an inverted index."""

    threshold: float = 0.40

    def __post_init__(self) -> None:
        self.postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self.count = 0

    def _vector(self, title: str) -> dict[str, float]:
        weights = {
            w: math.log((self.count + 1) / (len(self.postings.get(w, ())) + 1)) + 1
            for w in words_of(title)
        }
        length = math.sqrt(sum(w * w for w in weights.values())) or 1
        return {word: weight / length for word, weight in weights.items()}

    def nearest(self, title: str) -> tuple[int, float]:
        scores: dict[int, float] = defaultdict(float)
        for word, weight in self._vector(title).items():
            for number, other in self.postings.get(word, ())[-3000:]:
                scores[number] += weight * other
        return max(scores.items(), key=lambda pair: pair[1], default=(0, 0.0))

    def add(self, number: int, title: str) -> None:
        for word, weight in self._vector(title).items():
            self.postings[word].append((number, weight))
        self.count += 1


@dataclass
class SimHash(Link):
    """64 bits of character 3-grams, compared with the last 5,000 titles."""

    threshold: float = 0.78

    def __post_init__(self) -> None:
        self.prints: list[tuple[int, int]] = []

    @staticmethod
    def _print(title: str) -> int:
        sums = [0] * 64
        for gram in grams_of(title):
            value = int.from_bytes(blake2b(gram.encode(), digest_size=8).digest())
            for bit in range(64):
                sums[bit] += 1 if value >> bit & 1 else -1
        return sum(1 << bit for bit in range(64) if sums[bit] > 0)

    def nearest(self, title: str) -> tuple[int, float]:
        own = self._print(title)
        best = (
            min(((own ^ other).bit_count(), number) for other, number in self.prints[-5000:])
            if self.prints
            else (64, 0)
        )
        return best[1], 1 - best[0] / 64

    def add(self, number: int, title: str) -> None:
        self.prints.append((self._print(title), number))


@dataclass
class MinHash(Link):
    """datasketch's MinHash LSH on words."""

    threshold: float = 0.40

    def __post_init__(self) -> None:
        from datasketch import MinHashLSH  # noqa: PLC0415 - a peer, perhaps not installed

        self.index = MinHashLSH(threshold=self.threshold, num_perm=64)
        self.prints: list[Any] = []

    @staticmethod
    def _print(title: str) -> Any:
        from datasketch import MinHash as Sketch  # noqa: PLC0415

        sketch = Sketch(num_perm=64)
        sketch.update_batch([word.encode() for word in words_of(title)])
        return sketch

    def nearest(self, title: str) -> tuple[int, float]:
        own = self._print(title)
        found = [(own.jaccard(self.prints[n]), n) for n in self.index.query(own)]
        score, number = max(found, default=(0.0, 0))
        return number, score

    def add(self, number: int, title: str) -> None:
        self.prints.append(self._print(title))
        self.index.insert(number, self.prints[-1])


@dataclass
class TokenSet(Link):
    """RapidFuzz token_set_ratio against the last 5,000 titles."""

    threshold: float = 70.0

    def __post_init__(self) -> None:
        self.titles: list[str] = []

    def nearest(self, title: str) -> tuple[int, float]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415

        start = max(0, len(self.titles) - 5000)
        found = process.extractOne(
            title.casefold(), self.titles[start:], scorer=fuzz.token_set_ratio
        )
        return (start + found[2], found[1]) if found else (0, 0.0)

    def add(self, number: int, title: str) -> None:  # noqa: ARG002
        self.titles.append(title.casefold())


def peers() -> dict[str, Callable[[], Link]]:
    known: dict[str, Callable[[], Link]] = {"TF-IDF NN": TfIdf, "SimHash": SimHash}
    if find_spec("datasketch"):
        known["MinHash"] = MinHash
    if find_spec("rapidfuzz"):
        known["RapidFuzz"] = TokenSet
    return known


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def grams_of(text: str) -> set[str]:
    folded = " ".join(re.findall(r"\w+", text.casefold()))
    return {folded[i : i + 3] for i in range(max(1, len(folded) - 2))}


if __name__ == "__main__":
    main()
