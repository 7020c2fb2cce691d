"""Compares Straitwatch's folding with other text matching methods, on labelled streams and pairs.

    python bench/folding_peers.py --data DIR [--only NAME] [--encoder auto|off] [--cache DIR]

Straitwatch uses one fixed configuration, with vectors made beforehand (see `folding.py`). Each peer
links a report to the nearest one of the previous 72 hours, or opens a story. The peers have an
advantage: the threshold of each, and the choice between title and summary (marked +), are the best
ones for the same set or its first 6,000 rows. In languages without spaces, words are pairs of
characters. On the UCI stream, Straitwatch also reads addresses and outlets. MinHash needs the
package datasketch, and TokenSet the package rapidfuzz (`pip install --target`, then PYTHONPATH).
Every method runs in its own process. MB is its peak with libraries, minus that of a process that
only loads the data.
"""

import argparse
import json
import math
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from folding import (
    PAIRS,
    STREAMS,
    Row,
    alerts,
    bcubed,
    fold_stream,
    load,
    pairwise,
    precision_recall,
    relations_of,
    rows_of,
    times_of,
    vectors_of,
)
from vectors import Vectors, add_options

OURS, BASELINE = "straitwatch", "baseline"
REACH = timedelta(hours=72)
SUMMARY_CHARACTERS = 400  # as many as Straitwatch reads
SWEPT = 6000  # the first rows of a stream, on which settings are chosen
COMPARED_PAIRS = ("near duplicates, text", "same event zh", "same thread ru")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument("--child", nargs=3, metavar=("SET", "METHOD", "AT"), help=argparse.SUPPRESS)
    add_options(parser)
    options = parser.parse_args()
    run = Bench(options.data, options.encoder, options.cache)
    if options.child:
        print(json.dumps(run.answer(*options.child)))
        return
    methods = [OURS, *installed()]
    print(
        f"{'set':22} {'method':12} {'at':>6} {'B3 P':>6} {'R':>6} {'F1':>6} {'pair P':>6} {'R':>6}"
        f" {'F1':>6} {'missed':>6} {'extra':>6} {'/s':>7} {'MB':>5}"
    )
    for name in (name for name in STREAMS if options.only in name):
        for method in methods:
            print_stream(run, name, method)
    print(f"\n{'pairs':22} {'method':12} {'at':>6} {'P':>6} {'R':>6} {'F1':>6} {'/s':>7}")
    for name in (name for name in COMPARED_PAIRS if options.only in name):
        for method in methods:
            found = run.child(name, method)
            print(line(name, method, found) + f" {found['speed']:7.0f}", flush=True)


def installed() -> list[str]:
    """Return the peers whose packages are installed, and print the others."""
    missing = [name for name, peer in PEERS.items() if peer.needs and not find_spec(peer.needs)]
    for name in missing:
        print(f"{name} is skipped: {PEERS[name].needs} is not installed")
    return [name for name in PEERS if name not in missing]


def print_stream(run: "Bench", name: str, method: str) -> None:
    at = "" if method == OURS else run.child(name, method)["at"]
    found = run.child(name, method, at or "fixed")
    grown = found["mb"] - loaded(run, name, "vectors" if method == OURS else "")
    print(line(name, method, found) + f" {found['speed']:7.0f} {grown:5.1f}", flush=True)


@cache
def loaded(run: "Bench", name: str, what: str) -> float:
    """Return the peak memory in MB of a process that only loads a set, perhaps with vectors."""
    return float(run.child(name, BASELINE, what)["mb"])


def line(name: str, method: str, found: dict[str, Any]) -> str:
    figures = " ".join(f"{figure:6.3f}" for figure in found["figures"])
    return f"{name:22} {method:12} {found['at']:>6} {figures}"


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs methods on sets, each in its own process."""

    data: Path
    encoder: str
    cache: Path | None

    def child(self, name: str, method: str, at: str = "") -> dict[str, Any]:
        """Run one method on one set in a new process; without `at`, find the best setting."""
        command = [sys.executable, __file__, "--data", str(self.data), "--encoder", self.encoder]
        command += ["--cache", str(self.cache)] if self.cache else []
        command += ["--child", name, method, at]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    # ------------------------------------------------------------ in the child

    def answer(self, name: str, method: str, at: str) -> dict[str, Any]:
        if name in PAIRS:
            return self.compare_pairs(name, method)
        rows = rows_of(self.data, name)
        if method == BASELINE:
            if at:
                vectors_of(rows, self.vectors())
            return {"mb": peak_mb()}
        if not at:
            return {"at": best_setting(rows[:SWEPT], PEERS[method])}
        if method == OURS:
            stories, seconds, _ = fold_stream(rows, self.vectors())
        else:
            threshold = float(at.rstrip("+"))
            link = PEERS[method](threshold)
            links, seconds = link_nearest(rows, link, with_summary=at.endswith("+"))
            stories = stories_of(links, threshold)
        truth = [row["cluster"] for row in rows]
        return {
            "at": at,
            "mb": peak_mb(),
            "speed": len(rows) / sum(seconds),
            "figures": (
                *bcubed(truth, stories),
                *pairwise(truth, stories),
                *alerts(truth, stories),
            ),
        }

    def compare_pairs(self, name: str, method: str) -> dict[str, Any]:
        file, positive, with_address, relations = PAIRS[name]
        rows = load(self.data, file)
        truth = [str(row["label"]) == positive for row in rows]
        if method != OURS:
            return best_on_pairs(rows, truth, PEERS[method])
        vectors = self.vectors()
        relations_of(rows, vectors, with_address=with_address)  # makes the vectors
        began = time.process_time()
        found = relations_of(rows, vectors, with_address=with_address)
        speed = len(rows) / (time.process_time() - began)
        figures = binary(truth, [relation in relations for relation in found])
        return {"at": "fixed", "figures": figures, "speed": speed}

    def vectors(self) -> Vectors:
        return Vectors(self.encoder, self.cache)


def best_on_pairs(rows: list[Row], truth: list[bool], peer: "type[Link]") -> dict[str, Any]:
    """Return the figures of a peer with its best threshold and text."""
    best: dict[str, Any] = {"figures": (0.0, 0.0, -1.0)}
    for mark in texts_of(row["a"].get("summary") for row in rows):
        began = time.process_time()
        scores = peer(0.0).likenesses(
            tuple(
                text_of(side["title"], (mark and side.get("summary")) or "")
                for side in (row["a"], row["b"])
            )
            for row in rows
        )
        speed = len(rows) / (time.process_time() - began)
        for threshold in peer.thresholds:
            figures = binary(truth, [score >= threshold for score in scores])
            if figures[2] > best["figures"][2]:
                best = {"at": f"{threshold:.2f}{mark}", "figures": figures, "speed": speed}
    return best


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def best_setting(rows: list[Row], peer: "type[Link]") -> str:
    """Return the threshold and text with the best B-cubed F1 on these rows."""
    truth = [row["cluster"] for row in rows]
    scores = {}
    for mark in texts_of(row.get("summary") for row in rows):
        links, _ = link_nearest(rows, peer(peer.thresholds[0]), with_summary=bool(mark))
        for threshold in peer.thresholds:
            f1 = bcubed(truth, stories_of(links, threshold))[2]
            scores[f"{threshold:.2f}{mark}"] = f1
    return max(scores, key=lambda setting: scores[setting])


def texts_of(summaries: Iterable[str | None]) -> tuple[str, ...]:
    """Return the marks of the texts to try: "" for titles, and "+" if there are summaries."""
    return ("", "+") if any(summaries) else ("",)


def link_nearest(
    rows: list[Row], link: "Link", *, with_summary: bool
) -> tuple[list[tuple[int, float]], list[float]]:
    links, seconds = [], []
    open_reports: deque[tuple[int, datetime]] = deque()
    for number, (row, now) in enumerate(zip(rows, times_of(rows), strict=True)):
        began = time.process_time()
        while open_reports and now - open_reports[0][1] > REACH:
            link.forget(open_reports.popleft()[0])
        summary = (row.get("summary") or "") if with_summary else ""
        own = link.read(text_of(row["title"], summary))
        links.append(link.nearest(own))
        link.add(number, own)
        open_reports.append((number, now))
        seconds.append(time.process_time() - began)
    return links, seconds


def text_of(title: str, summary: str) -> str:
    return f"{title} {summary[:SUMMARY_CHARACTERS]}" if summary else title


def stories_of(links: Iterable[tuple[int, float]], threshold: float) -> list[str]:
    stories: list[str] = []
    for number, (nearest, score) in enumerate(links):
        stories.append(stories[nearest] if score >= threshold else str(number))
    return stories


def binary(truth: Sequence[bool], found: Sequence[bool]) -> tuple[float, float, float]:
    hits = sum(t and f for t, f in zip(truth, found, strict=True))
    return precision_recall(hits, sum(found), sum(truth))


# ---------------------------------------------------------------- the peers


class Link:
    """Finds the nearest of the recent reports."""

    needs: ClassVar[str] = ""  # the package that it needs
    thresholds: ClassVar[tuple[float, ...]] = ()  # to try; likeness is from 0 to 1

    def __init__(self, threshold: float) -> None:
        """`threshold` is for peers whose index depends on it."""

    def read(self, text: str) -> Any:
        """Convert a text to the form that the method compares."""
        raise NotImplementedError

    def likeness(self, a: Any, b: Any) -> float:
        raise NotImplementedError

    def likenesses(self, pairs: Iterable[tuple[str, ...]]) -> list[float]:
        """Compare the two texts of each pair."""
        return [self.likeness(self.read(a), self.read(b)) for a, b in pairs]

    def nearest(self, own: Any) -> tuple[int, float]:
        raise NotImplementedError

    def add(self, number: int, own: Any) -> None:
        raise NotImplementedError

    def forget(self, number: int) -> None:
        """Drop the oldest report."""
        raise NotImplementedError


class TfIdf(Link):
    """Cosine of TF-IDF words over an inverted index; frequencies are those of recent reports."""

    thresholds = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._words: dict[int, set[str]] = {}

    def read(self, text: str) -> set[str]:
        return words_of(text)

    def _vector(self, words: set[str]) -> dict[str, float]:
        most = math.log(len(self._words) + 1) + 1
        weights = {w: most - math.log(len(self._postings.get(w, ())) + 1) for w in words}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1
        return {word: weight / length for word, weight in weights.items()}

    def likeness(self, a: set[str], b: set[str]) -> float:
        first, second = self._vector(a), self._vector(b)
        return sum(weight * second.get(word, 0.0) for word, weight in first.items())

    def likenesses(self, pairs: Iterable[tuple[str, ...]]) -> list[float]:
        read = [(self.read(a), self.read(b)) for a, b in pairs]
        for number, words in enumerate(words for pair in read for words in pair):
            self.add(number, words)  # word frequencies are those of the whole set
        return [self.likeness(a, b) for a, b in read]

    def nearest(self, own: set[str]) -> tuple[int, float]:
        scores: dict[int, float] = defaultdict(float)
        for word, weight in self._vector(own).items():
            for number, other in self._postings.get(word, ()):
                scores[number] += weight * other
        return max(scores.items(), key=lambda pair: pair[1], default=(0, 0.0))

    def add(self, number: int, own: set[str]) -> None:
        for word, weight in self._vector(own).items():
            self._postings[word].append((number, weight))
        self._words[number] = own

    def forget(self, number: int) -> None:
        for word in self._words.pop(number):
            del self._postings[word][0]
            if not self._postings[word]:
                del self._postings[word]


@lru_cache(maxsize=100_000)
def _votes(gram: str) -> tuple[int, ...]:
    value = int.from_bytes(blake2b(gram.encode(), digest_size=8).digest())
    return tuple(1 if value >> bit & 1 else -1 for bit in range(64))


class SimHash(Link):
    """64 bits of character 3-grams, compared one by one, in plain Python."""

    thresholds = (0.58, 0.62, 0.66, 0.7, 0.74, 0.78, 0.82, 0.86)

    def __init__(self, threshold: float) -> None:
        super().__init__(threshold)
        self._prints: deque[tuple[int, int]] = deque()

    def read(self, text: str) -> int:
        votes = map(sum, zip(*map(_votes, grams_of(text)), strict=True))
        return sum(1 << bit for bit, vote in enumerate(votes) if vote > 0)

    def likeness(self, a: int, b: int) -> float:
        return 1 - (a ^ b).bit_count() / 64

    def nearest(self, own: int) -> tuple[int, float]:
        distance, number = min(
            (((own ^ other).bit_count(), number) for number, other in self._prints), default=(64, 0)
        )
        return number, 1 - distance / 64

    def add(self, number: int, own: int) -> None:
        self._prints.append((number, own))

    def forget(self, number: int) -> None:  # noqa: ARG002 - always the first
        self._prints.popleft()


class MinHash(Link):
    """datasketch's MinHash and LSH on words, 64 permutations."""

    needs = "datasketch"
    thresholds = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)

    def __init__(self, threshold: float) -> None:
        from datasketch import MinHash as Sketch  # noqa: PLC0415 - a peer, perhaps not installed
        from datasketch import MinHashLSH  # noqa: PLC0415

        super().__init__(threshold)
        self._sketch = Sketch
        self._index = MinHashLSH(threshold=threshold, num_perm=64) if threshold else None
        self._prints: dict[int, Any] = {}

    def read(self, text: str) -> Any:
        sketch = self._sketch(num_perm=64)
        sketch.update_batch([word.encode() for word in words_of(text)])
        return sketch

    def likeness(self, a: Any, b: Any) -> float:
        return float(a.jaccard(b))

    def nearest(self, own: Any) -> tuple[int, float]:
        found = [(own.jaccard(self._prints[n]), n) for n in self._index.query(own)]
        score, number = max(found, default=(0.0, 0))
        return number, float(score)

    def add(self, number: int, own: Any) -> None:
        self._prints[number] = own
        self._index.insert(number, own)

    def forget(self, number: int) -> None:
        del self._prints[number]
        self._index.remove(number)


class TokenSet(Link):
    """RapidFuzz's token_set_ratio, compared one by one."""

    needs = "rapidfuzz"
    thresholds = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)

    def __init__(self, threshold: float) -> None:
        from rapidfuzz import fuzz, process  # noqa: PLC0415

        super().__init__(threshold)
        self._ratio, self._search = fuzz.token_set_ratio, process.extractOne
        self._cutoff = threshold * 100  # skipping lower scores is faster
        self._texts: dict[int, str] = {}

    def read(self, text: str) -> str:
        return " ".join(sorted(words_of(text)))

    def likeness(self, a: str, b: str) -> float:
        return float(self._ratio(a, b)) / 100

    def nearest(self, own: str) -> tuple[int, float]:
        found = self._search(own, self._texts, scorer=self._ratio, score_cutoff=self._cutoff)
        return (found[2], found[1] / 100) if found else (0, 0.0)

    def add(self, number: int, own: str) -> None:
        self._texts[number] = own

    def forget(self, number: int) -> None:
        del self._texts[number]


PEERS: dict[str, type[Link]] = {
    "MinHash": MinHash,
    "SimHash": SimHash,
    "RapidFuzz": TokenSet,
    "TF-IDF NN": TfIdf,
}

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def words_of(text: str) -> set[str]:
    found: set[str] = set()
    for word in re.findall(r"\w+", text.casefold()):
        is_cjk = len(word) > 2 and _CJK.search(word)
        found |= {word[i : i + 2] for i in range(len(word) - 1)} if is_cjk else {word}
    return found


def grams_of(text: str) -> set[str]:
    folded = " ".join(re.findall(r"\w+", text.casefold()))
    return {folded[i : i + 3] for i in range(max(1, len(folded) - 2))}


if __name__ == "__main__":
    main()
