"""Hold folding against disorder, repeats, restarts and size: figures beside their targets.

    python bench/folding_robust.py --data DIR [--part PART] [--only NAME]

    order     arrivals moved by up to 30 minutes either way, three times: change of B-cubed F1
    copies    every entry comes twice, the second time with a new id and another form of its address
    restart   a window rebuilt in mid-stream from what the store would still give it
    window    one 72 h window full of titles made of the words of real ones: time and memory
    stored    the same for windows of 10,000 to 1,000,000 reports, each a story of its own

DIR holds the labelled sets as JSON Lines, gzipped. A set without addresses gets invented ones.
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
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from folding import Row, bcubed, reports_of, rows_of

from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Features, Fold, Relation
from straitwatch.core.normalize import canonical_url

SETS = ("og2021 en", "og2021 9 languages", "uci desk", "allsides")
SHIFT = timedelta(minutes=30)
SEEDS = (1, 2, 3)
BREAKS = (0.25, 0.5, 0.75)  # of the stream
COPY_AFTER = (timedelta(minutes=5), timedelta(hours=6))
FULL = 100_000  # reports of the window that is filled by folding
STORED = (10_000, 100_000, 300_000, 1_000_000)
PROBES = 3000
SPAN = timedelta(hours=70)  # of a window's reports: all of its stories are open
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument(
        "--part", default="", choices=["order", "copies", "restart", "window", "stored"]
    )
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        measure = fill_by_folding if options.child == 0 else probe_stored
        print(json.dumps(measure(options.data, options.child or FULL)))
        return
    print(f"{'part':8} {'set':20} {'what':44} {'figure':>9} {'target':>8}")
    for part, measure in (("order", disorder), ("copies", repeat), ("restart", restart)):
        for name in (name for name in SETS if options.only in name):
            if options.part in ("", part):
                measure(name, rows_of(options.data, name))
    if options.part in ("", "window"):
        measure_window(options.data)
    if options.part in ("", "stored"):
        measure_stored(options.data)


def tell(part: str, name: str, what: str, figure: str, target: str = "") -> None:
    print(f"{part:8} {name:20} {what:44} {figure:>9} {target:>8}", flush=True)


def fold_all(reports: Sequence[Features], window: StoryWindow | None = None) -> list[Fold]:
    window, folds = window or StoryWindow(), []
    for report in reports:
        folds.append(window.fold(report))
        window.add(report, folds[-1])
    return folds


# ---------------------------------------------------------------- order


def disorder(name: str, rows: list[Row]) -> None:
    reports = list(reports_of(rows))
    events = {report.entry_id: row["cluster"] for report, row in zip(reports, rows, strict=True)}

    def f1(stream: Sequence[Features]) -> float:
        folds = fold_all(stream)
        return bcubed([events[it.entry_id] for it in stream], [it.story_id for it in folds])[2]

    plain = f1(reports)
    tell("order", name, "B3 F1 in order", f"{plain:.4f}")
    for seed in SEEDS:
        rng = random.Random(seed)
        moved = [replace(it, seen_at=it.seen_at + SHIFT * rng.uniform(-1, 1)) for it in reports]
        moved.sort(key=lambda report: report.seen_at)
        tell("order", name, f"change, seed {seed}", f"{f1(moved) - plain:+.4f}", "+-.0100")


# ---------------------------------------------------------------- copies


def repeat(name: str, rows: list[Row]) -> None:
    rng = random.Random(1)
    stream: list[tuple[datetime, Features, str]] = []
    for number, (row, report) in enumerate(zip(rows, reports_of(rows), strict=True)):
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
    stories = {it[1].entry_id: fold.story_id for it, fold in zip(stream, folds, strict=True)}
    copies = [(it[2], fold) for it, fold in zip(stream, folds, strict=True) if it[2]]
    opened = sum(fold.relation is Relation.NEW for _, fold in copies)
    other = sum(fold.relation is Relation.SAME_EVENT for _, fold in copies)
    apart = sum(stories[first] != fold.story_id for first, fold in copies)
    reasons = Counter(fold.reason for _, fold in copies)
    said = ", ".join(f"{reason} {times}" for reason, times in reasons.most_common())
    tell("copies", name, "copies that opened a story", str(opened), "0")
    tell("copies", name, "copies folded as no more than the same event", str(other), "0")
    tell("copies", name, "copies in another story than the original", str(apart), "0")
    print(f"{'':29} of {len(copies)}: {said}")


def invented_url(title: str, number: int) -> str:
    slug = "-".join(re.findall(r"\w+", title.casefold())[:8])
    return f"https://outlet{number % 40}.example/{slug}-{number}"


def variant(url: str, number: int) -> str:
    """Write an address as another feed or page would."""
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


def restart(name: str, rows: list[Row]) -> None:
    reports = list(reports_of(rows))
    whole = fold_all(reports)
    for share in BREAKS:
        at = int(len(reports) * share)
        kept = [
            (report, fold)
            for report, fold in zip(reports[:at], whole, strict=False)
            if reports[at - 1].seen_at - report.seen_at <= StoryWindow.MEMORY
        ]
        window = StoryWindow()
        for report, fold in kept:
            window.add(report, fold)
        rest = fold_all(reports[at:], window)
        differing = sum(a != b for a, b in zip(rest, whole[at:], strict=True))
        tell(
            "restart",
            name,
            f"of {len(rest)} folds differ, {len(kept)} rebuilt",
            f"{differing}",
            "0",
        )


# ---------------------------------------------------------------- window


def measure_window(data: Path) -> None:
    name = f"{FULL} reports"
    full = child(data, 0)
    tell("window", name, "a report's fold, last tenth, p50 ms", f"{full['p50']:.2f}")
    tell("window", name, "p99 ms", f"{full['p99']:.2f}", "5")
    tell("window", name, "memory MB", f"{full['mb']:.0f}", "165")
    tell("window", name, "rebuild s", f"{full['rebuild']:.1f}", "5")
    tell("window", name, "stories", f"{full['stories']}")


def measure_stored(data: Path) -> None:
    base = None
    for size in STORED:
        found = child(data, size)
        base = base or found
        mean, p99 = found["mean"] / base["mean"], found["p99"] / base["p99"]
        what = f"mean {found['mean']:.2f} ms, p99 {found['p99']:.2f} ms, {found['mb']:.0f} MB"
        target = "4.00" if size == STORED[-1] else ""
        tell("stored", f"{size} reports", f"{what}; mean to {STORED[0]}", f"{mean:.2f}", target)
        tell("stored", f"{size} reports", f"p99 to {STORED[0]}", f"{p99:.2f}", target)


def child(data: Path, size: int) -> dict[str, Any]:
    """Measure one window in a process of its own; 0 is the one that is filled by folding."""
    command = [sys.executable, __file__, "--data", str(data), "--child", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def titles_of(data: Path) -> Iterator[list[str]]:
    """Read titles line by line: rows that were freed would hide a window's growth."""
    for file in ("og2021_stream", "uci_desk_stream"):
        with gzip.open(data / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["lang"] == "en":
                    yield row["title"].split()


def made_reports(data: Path, size: int) -> Iterator[Features]:
    """Make reports of the words of real titles: as common and as many in a title as there."""
    rng = random.Random(1)
    titles = list(titles_of(data))
    words, lengths = [word for title in titles for word in title], [len(title) for title in titles]
    for number in count():
        title = " ".join(rng.choices(words, k=rng.choice(lengths)))
        seen_at = BEGIN + SPAN * min(1.0, number / size)
        yield Features(
            entry_id=f"made-{number}",
            title=title,
            canonical_url=f"outlet{number % 500}.example/{number}",
            seen_at=seen_at,
            watchlists=("bench",),
        )


def fill_by_folding(data: Path, size: int) -> dict[str, float]:
    """Fold every report; then rebuild the window from what that gave."""
    reports = made_reports(data, size)
    window, seconds, stories = StoryWindow(), array("d"), 0
    with tempfile.TemporaryFile() as kept:  # not in memory: only the window's growth counts
        first = next(reports)  # reads the titles
        before = resident_mb()
        for report in chain([first], islice(reports, size - 1)):
            began = time.perf_counter()
            fold = window.fold(report)
            window.add(report, fold)
            seconds.append(time.perf_counter() - began)
            stories += fold.relation is Relation.NEW
            pickle.dump((report, fold), kept)
        grown = resident_mb() - before
        kept.seek(0)
        return {
            **spread(seconds[-size // 10 :]),
            "mb": grown,
            "stories": stories,
            "rebuild": rebuild_seconds(kept, size),
        }


def rebuild_seconds(kept: Any, size: int) -> float:
    window, seconds = StoryWindow(), 0.0
    for _ in range(size):
        report, fold = pickle.load(kept)
        began = time.perf_counter()
        window.add(report, fold)
        seconds += time.perf_counter() - began
    return seconds


def probe_stored(data: Path, size: int) -> dict[str, float]:
    """Fold some reports into a window that holds so many, each a story of its own."""
    reports = made_reports(data, size)
    window, seconds = StoryWindow(), array("d")
    first = next(reports)  # reads the titles
    before = resident_mb()
    for number, report in enumerate(chain([first], islice(reports, size - 1))):
        window.add(
            report,
            Fold(story_id=f"s{number}", relation=Relation.NEW, reason="new-event", score=0.2),
        )
    grown = resident_mb() - before
    for report in islice(reports, PROBES):
        began = time.perf_counter()
        window.add(report, window.fold(report))
        seconds.append(time.perf_counter() - began)
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


if __name__ == "__main__":
    main()
