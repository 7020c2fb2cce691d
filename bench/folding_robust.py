"""Measures folding under disorder, repeats, restarts and size, with targets.

    python bench/folding_robust.py --data DIR [--part PART] [--only NAME] [--encoder auto|off]

    order     arrivals moved by up to 30 minutes either way, three times: change of B-cubed F1
    copies    every entry arrives twice, the second time with a new id and another address form
    restart   a window rebuilt in mid-stream from stored reports
    young     the first reports of an empty window, started at several places in a stream
    window    a 72 h window filled by folding titles made of the words of real ones: time, memory
    rebuild   a window rebuilt from the stored form of 100,000 reports, of 13 days and of 70 hours
    stored    the same for windows of 10,000 to 1,000,000 reports, each with its own story

DIR holds the labelled sets as JSON Lines, gzipped. Sets without addresses get invented ones, and
made titles get random vectors. Times are CPU time. `folding.py` describes `--cache` and
OPENBLAS_NUM_THREADS.
"""

import argparse
import gc
import gzip
import json
import os
import pickle
import random
import re
import subprocess
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import numpy as np
from folding import Row, alerts, bcubed, read_report, reports_of, rows_of
from lists import BEAT
from vectors import Vectors, add_options

from straitwatch.core.cluster import (
    STORY_AGE,
    StoryWindow,
)
from straitwatch.core.feature_text import features_from_text, features_to_text
from straitwatch.core.model import Features, Fold, FoldedReport, Relation, Vector
from straitwatch.core.normalize import canonical_url
from straitwatch.core.vectors import to_int8

SETS = ("og2021 en", "og2021 9 languages", "uci desk", "allsides")
SHIFT = timedelta(minutes=30)
SEEDS = (1, 2, 3)
YOUNG, PLACES = (60, 150), 6  # numbers of reports, and of places in a stream to start from
BREAKS = (0.25, 0.5, 0.75)  # of the stream
COPY_AFTER = (timedelta(minutes=5), timedelta(hours=6))
FULL = 100_000  # reports of the window that is filled by folding
STORED = (10_000, 100_000, 300_000, 1_000_000)
PROBES = 3000
SPAN = timedelta(hours=70)  # of a window's reports, so that all of its stories are open
JOINING, LATEST = 0.8, 500  # this share of made reports joins one of this number of latest stories
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument("--part", default="", choices=["", *PARTS, *SIZES])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    add_options(parser)
    options = parser.parse_args()
    if options.child:
        part, size = options.child
        print(json.dumps(CHILDREN[part](options.data, int(size), options.encoder == "auto")))
        return
    print(f"{'part':8} {'set':20} {'what':44} {'figure':>9} {'target':>8}")
    vectors = Vectors(options.encoder, options.cache)
    for part, measure in PARTS.items():
        for name in (name for name in SETS if options.only in name):
            if options.part in ("", part):
                measure(name, rows_of(options.data, name), vectors)
    for part, measure_size in SIZES.items():
        if options.part in ("", part):
            measure_size(partial(child, options.data, options.encoder))


def print_figure(part: str, name: str, what: str, figure: str, target: str = "") -> None:
    print(f"{part:8} {name:20} {what:44} {figure:>9} {target:>8}", flush=True)


def fold_all(reports: Sequence[Features], window: StoryWindow | None = None) -> list[Fold]:
    window, folds = window or StoryWindow(BEAT.lexicon), []
    for report in reports:
        folds.append(window.fold(report))
        window.add(report, folds[-1])
    return folds


# ---------------------------------------------------------------- order


def disorder(name: str, rows: list[Row], vectors: Vectors) -> None:
    reports = list(reports_of(rows, vectors))
    events = {report.entry_id: row["cluster"] for report, row in zip(reports, rows, strict=True)}

    def f1(stream: Sequence[Features]) -> float:
        folds = fold_all(stream)
        return bcubed(
            [events[report.entry_id] for report in stream], [fold.story_id for fold in folds]
        )[2]

    plain = f1(reports)
    print_figure("order", name, "B3 F1 in order", f"{plain:.4f}")
    for seed in SEEDS:
        rng = random.Random(seed)
        moved = [
            replace(report, seen_at=report.seen_at + SHIFT * rng.uniform(-1, 1))
            for report in reports
        ]
        moved.sort(key=lambda report: report.seen_at)
        print_figure("order", name, f"change, seed {seed}", f"{f1(moved) - plain:+.4f}", "+-.0100")


# ---------------------------------------------------------------- copies


def repeat(name: str, rows: list[Row], vectors: Vectors) -> None:
    rng = random.Random(1)
    stream: list[tuple[datetime, Features, str]] = []
    for number, (row, report) in enumerate(zip(rows, reports_of(rows, vectors), strict=True)):
        url = row.get("url") or invented_url(row["title"], number)
        stream.append((report.seen_at, replace(report, canonical_url=canonical_url(url)), ""))
        later = report.seen_at + rng.uniform(0, 1) * (COPY_AFTER[1] - COPY_AFTER[0]) + COPY_AFTER[0]
        copy = replace(
            report,
            entry_id=f"{report.entry_id}-again",
            canonical_url=canonical_url(variant(url, number)),
            seen_at=later,
        )
        stream.append((later, copy, report.entry_id))
    stream.sort(key=lambda item: item[0])
    folds = fold_all([report for _, report, _ in stream])
    stories = {
        report.entry_id: fold.story_id for (_, report, _), fold in zip(stream, folds, strict=True)
    }
    copies = [(copied, fold) for (*_, copied), fold in zip(stream, folds, strict=True) if copied]
    opened = sum(fold.relation is Relation.NEW for _, fold in copies)
    other = sum(fold.relation is Relation.SAME_EVENT for _, fold in copies)
    apart = sum(stories[first] != fold.story_id for first, fold in copies)
    reasons = Counter(fold.reason for _, fold in copies)
    said = ", ".join(f"{reason} {times}" for reason, times in reasons.most_common())
    print_figure("copies", name, "copies that opened a story", str(opened), "0")
    print_figure("copies", name, "copies folded as no more than the same event", str(other), "0")
    print_figure("copies", name, "copies in another story than the original", str(apart), "0")
    print(f"{'':29} of {len(copies)}: {said}")


def invented_url(title: str, number: int) -> str:
    slug = "-".join(re.findall(r"\w+", title.casefold())[:8])
    return f"https://outlet{number % 40}.example/{slug}-{number}"


def variant(url: str, number: int) -> str:
    """Write an address in the form of another feed or page."""
    scheme, _, rest = url.partition("://")
    match number % 4:
        case 0:
            return f"{'http' if scheme == 'https' else 'https'}://{rest}"
        case 1:
            return f"{scheme}://{rest.removeprefix('www.') if rest.startswith('www.') else 'www.' + rest}"
        case 2:
            return f"{url}{'&' if '?' in url else '?'}utm_source=rss&utm_medium=feed"
        case _:
            path, mark, query = url.partition("?")
            return f"{path.rstrip('/')}/amp{mark}{query}"


# ---------------------------------------------------------------- restart


def restart(name: str, rows: list[Row], vectors: Vectors) -> None:
    reports = list(reports_of(rows, vectors))
    whole = fold_all(reports)
    for share in BREAKS:
        at = int(len(reports) * share)
        now = reports[at].seen_at
        window, kept = StoryWindow(BEAT.lexicon), 0
        for report, fold in zip(reports[:at], whole, strict=False):
            if now - report.seen_at <= StoryWindow.MEMORY:
                window.restore(restored(store(report, fold)), closed_before=now - STORY_AGE)
                kept += 1
        rest = fold_all(reports[at:], window)
        differing = sum(a != b for a, b in zip(rest, whole[at:], strict=True))
        what = f"of {len(rest)} folds differ, {kept} rebuilt"
        print_figure("restart", name, what, f"{differing}", "0")


# ---------------------------------------------------------------- young


def begin(name: str, rows: list[Row], vectors: Vectors) -> None:
    """Fold the first reports into an empty window, whose means and weights are the defaults."""
    for size in YOUNG:
        starts = [len(rows) * place // PLACES for place in range(PLACES)]
        parts = [rows[start : start + size] for start in starts]
        figures = [young_figures(part, vectors) for part in parts]
        f1, missed = (sum(column) / PLACES for column in zip(*figures, strict=True))
        print_figure("young", name, f"first {size}: B3 F1, events missed {missed:.3f}", f"{f1:.3f}")


def young_figures(rows: list[Row], vectors: Vectors) -> tuple[float, float]:
    truth = [row["cluster"] for row in rows]
    found = [fold.story_id for fold in fold_all(list(reports_of(rows, vectors)))]
    return bcubed(truth, found)[2], alerts(truth, found)[0]


# ---------------------------------------------------------------- the stored form

Stored = tuple[str, str, datetime, Vector | None, Fold]


def store(report: Features, fold: Fold) -> Stored:
    """Return the stored form of a report."""
    return features_to_text(report), report.entry_id, report.seen_at, report.vector, fold


def restored(stored: Stored) -> FoldedReport:
    text, entry_id, seen_at, vector, fold = stored
    features = features_from_text(text, entry_id=entry_id, seen_at=seen_at, vector=vector)
    return FoldedReport(seq=0, features=features, fold=fold, is_sent=True)


# ---------------------------------------------------------------- window


def measure_window(run: "Run") -> None:
    name = f"{FULL} reports"
    full = run("window", FULL)
    print_figure("window", name, "a report's fold, last tenth, mean ms", f"{full['mean']:.2f}", "1")
    print_figure("window", name, "p50 ms", f"{full['p50']:.2f}")
    print_figure("window", name, "p99 ms", f"{full['p99']:.2f}", "5")
    print_figure("window", name, "memory MB", f"{full['mb']:.0f}", "165")
    print_figure("window", name, "rebuild s", f"{full['rebuild']:.1f}", "5")
    print_figure("window", name, "stories", f"{full['stories']}")


def measure_rebuild(run: "Run") -> None:
    for part, span in (("rebuild", "of 13 days"), ("rebuild-open", "of 70 hours, all open")):
        found = run(part, FULL)
        name = f"{FULL} reports"
        print_figure("rebuild", name, f"{span}: s", f"{found['rebuild']:.1f}", "5")
        print_figure("rebuild", name, "of it reading the stored form, s", f"{found['read']:.1f}")
        print_figure("rebuild", name, "memory MB", f"{found['mb']:.0f}")


def measure_stored(run: "Run") -> None:
    base = None
    for size in STORED:
        found = run("stored", size)
        base = base or found
        mean, p99 = found["mean"] / base["mean"], found["p99"] / base["p99"]
        what = f"mean {found['mean']:.2f} ms, p99 {found['p99']:.2f} ms, {found['mb']:.0f} MB"
        target = "4.00" if size == STORED[-1] else ""
        print_figure(
            "stored", f"{size} reports", f"{what}; mean to {STORED[0]}", f"{mean:.2f}", target
        )
        print_figure("stored", f"{size} reports", f"p99 to {STORED[0]}", f"{p99:.2f}", target)


Run = Callable[[str, int], dict[str, Any]]


def child(data: Path, encoder: str, part: str, size: int) -> dict[str, Any]:
    """Measure one window in its own process."""
    command = [sys.executable, __file__, "--data", str(data), "--encoder", encoder]
    command += ["--child", part, str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def titles_of(data: Path) -> Iterator[list[str]]:
    """Yield the words of titles line by line: memory freed later would hide the window's growth."""
    for file in ("og2021_stream", "uci_desk_stream"):
        with gzip.open(data / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["lang"] == "en":
                    yield row["title"].split()


def made_reports(
    data: Path, size: int, *, has_vectors: bool, span: timedelta = SPAN
) -> Iterator[Features]:
    """Yield reports made of the words of real titles, with the same frequencies and lengths."""
    rng, jitter = random.Random(1), np.random.default_rng(1)
    titles = list(titles_of(data))
    words, lengths = [word for title in titles for word in title], [len(title) for title in titles]
    for number in count():
        row = {
            "title": " ".join(rng.choices(words, k=rng.choice(lengths))),
            "url": f"https://outlet{number % 500}.example/{number}",
            "lang": "en",
        }
        seen_at = BEGIN + span * min(1.0, number / size)
        vector = random_vector(jitter) if has_vectors else None
        yield read_report(row, seen_at, vector, id_=f"made-{number}")


def random_vector(jitter: np.random.Generator) -> Vector:
    numbers = jitter.normal(size=(1, 384)).astype(np.float32)
    return Vector(model="random", values=to_int8(numbers / np.linalg.norm(numbers)).tobytes())


def fill_by_folding(data: Path, size: int, has_vectors: bool) -> dict[str, float]:
    """Fold every report, then rebuild the window from the result."""
    reports = made_reports(data, size, has_vectors=has_vectors)
    window, seconds, stories = StoryWindow(BEAT.lexicon), array("d"), 0
    with tempfile.TemporaryFile() as kept:  # not in memory, where only the window must grow
        first = next(reports)  # reads the titles
        before = resident_mb()
        for report in chain([first], islice(reports, size - 1)):
            began = time.process_time()
            fold = window.fold(report)
            window.add(report, fold)
            seconds.append(time.process_time() - began)
            stories += fold.relation is Relation.NEW
            pickle.dump(store(report, fold), kept)
        grown = resident_mb() - before
        return {
            **spread(seconds[-size // 10 :]),
            "mb": grown,
            "stories": stories,
            "rebuild": rebuild_from(kept, size, BEGIN + SPAN)["rebuild"],
        }


def rebuild_stored(
    data: Path, size: int, has_vectors: bool, *, span: timedelta = StoryWindow.MEMORY
) -> dict[str, float]:
    """Rebuild a window from stored reports; four of five are in one of the latest stories."""
    rng, story_ids = random.Random(2), list[str]()
    reports = made_reports(data, size, has_vectors=has_vectors, span=span)
    with tempfile.TemporaryFile() as kept:
        for report in islice(reports, size):
            fold = made_fold(report, story_ids, rng)
            pickle.dump(store(report, fold), kept)
        return rebuild_from(kept, size, BEGIN + span)


def made_fold(report: Features, story_ids: list[str], rng: random.Random) -> Fold:
    """Fold a report into one of the latest stories, or into a new one."""
    if story_ids and rng.random() < JOINING:
        story_id, relation = rng.choice(story_ids[-LATEST:]), Relation.SAME_EVENT
    else:
        story_id, relation = report.entry_id, Relation.NEW
        story_ids.append(story_id)
    return Fold(story_id=story_id, relation=relation, reason=relation, usual=0.3)


def rebuild_from(kept: Any, size: int, now: datetime) -> dict[str, float]:
    """Rebuild a window from a file of stored reports; reading the file is not timed."""
    kept.seek(0)
    before, window = resident_mb(), StoryWindow(BEAT.lexicon)
    reading = adding = 0.0
    for _ in range(size):
        stored = pickle.load(kept)
        began = time.process_time()
        report = restored(stored)
        read = time.process_time()
        window.restore(report, closed_before=now - STORY_AGE)
        reading += read - began
        adding += time.process_time() - read
    return {"rebuild": reading + adding, "read": reading, "mb": resident_mb() - before}


def probe_stored(data: Path, size: int, has_vectors: bool) -> dict[str, float]:
    """Fold some reports into a window of this number of reports, each with its own story."""
    reports = made_reports(data, size, has_vectors=has_vectors)
    window, seconds = StoryWindow(BEAT.lexicon), array("d")
    first = next(reports)  # reads the titles
    before = resident_mb()
    for number, report in enumerate(chain([first], islice(reports, size - 1))):
        fold = Fold(story_id=f"s{number}", relation=Relation.NEW, reason="new-event", score=0.2)
        window.add(report, fold)
    grown = resident_mb() - before
    for report in islice(reports, PROBES):
        began = time.process_time()
        window.add(report, window.fold(report))
        seconds.append(time.process_time() - began)
    return {**spread(seconds), "mb": grown}


def spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "mean": sum(ordered) / len(ordered) * 1e3,
        "p50": ordered[len(ordered) // 2] * 1e3,
        "p99": ordered[int(0.99 * len(ordered))] * 1e3,
    }


def resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


PARTS: Mapping[str, Callable[[str, list[Row], Vectors], None]] = {
    "order": disorder,
    "copies": repeat,
    "restart": restart,
    "young": begin,
}
SIZES: Mapping[str, Callable[[Run], None]] = {
    "window": measure_window,
    "rebuild": measure_rebuild,
    "stored": measure_stored,
}
CHILDREN: Mapping[str, Callable[[Path, int, bool], dict[str, float]]] = {
    "window": fill_by_folding,
    "rebuild": rebuild_stored,
    "rebuild-open": partial(rebuild_stored, span=SPAN),
    "stored": probe_stored,
}

if __name__ == "__main__":
    main()
