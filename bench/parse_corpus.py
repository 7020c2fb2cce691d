"""Parses a corpus of feeds, and compares the results with the correct ones.

    python bench/parse_corpus.py --data DIR
    python bench/parse_corpus.py --data DIR --known

DIR/feeds holds `real`, `derived`, `derived.csv`, `html_instead` and `replay`. The output is a table
of correct and wrong results, the names of the wrong ones, the slowest documents by CPU time, and
the cost of a parse worker.

With `--known`, each document is read whole and without the items of the document before it, and the
results are compared. Before a document of `real` comes the same one without two of its items, and
before a snapshot of `replay` the previous one.
"""

import argparse
import asyncio
import csv
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from straitwatch.core.model import NOTHING_SEEN, ParsedDocument, ParseProblem, SeenItems
from straitwatch.core.parse.decode import decode_document
from straitwatch.core.parse.items import find_items
from straitwatch.core.parse.repair import FEED_ROOT
from straitwatch.core.parse.soundness import is_sound
from straitwatch.core.parse_document import ParseRequest, parse_document
from straitwatch.parsepool import ParsePool

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Report:
    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.seconds: list[tuple[float, str, int]] = []
        self.entries = 0
        self.undated: Counter[str] = Counter()

    def read(self, path: Path, content_type: str = "", **more: Any) -> ParsedDocument:
        request = ParseRequest(
            body=path.read_bytes(), feed_id="bench", url="https://bench.example/feed",
            fetched_at=NOW, content_type=content_type, as_published=True, **more,
        )  # fmt: skip
        started = time.process_time()
        read = parse_document(request)
        self.seconds.append((time.process_time() - started, path.name, len(read.entries)))
        return read

    def note(self, group: str, name: str, wrong: str) -> None:
        self.all[group] += 1
        self.right[group] += not wrong
        if wrong:
            self.wrong.append(f"{group:<13} {name}: {wrong}")

    def show(self) -> None:
        print(f"{'':<13} {'right':>6} {'of':>6}")
        for group, number in self.all.items():
            print(f"{group:<13} {self.right[group]:>6} {number:>6}")
        print("\nwrong:", *self.wrong, sep="\n  ")
        print("\nslowest (CPU s, entries, file):")
        for seconds, name, entries in sorted(self.seconds, reverse=True)[:10]:
            print(f"  {seconds:6.2f} {entries:6d} {name}")
        total = sum(seconds for seconds, *_ in self.seconds)
        print(f"\n{len(self.seconds)} documents, {total:.1f} CPU s")
        undated = sum(self.undated.values())
        print(
            f"real entries: {self.entries}, without a date: {undated}",
            *self.undated.most_common(8),
            sep="\n  ",
        )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def check_derived(feeds: Path, report: Report) -> None:
    for row in _rows(feeds / "derived.csv"):
        read = report.read(feeds / row["file"], row["serve_with_content_type"])
        titles = [entry.title for entry in read.entries]
        first = " ".join(row["expected_first_title"].split())
        wrong = ""
        if len(titles) != int(row["expected_entries"] or 0):
            wrong = f"{len(titles)} entries, right are {row['expected_entries']} ({row['note']})"
        elif titles and first and titles[0] != first:
            wrong = f"first title {titles[0]!r}, right is {first!r}"
        report.note("derived", row["file"], wrong)


def check_real(feeds: Path, report: Report) -> None:
    for row in _rows(feeds / "real" / "manifest.csv"):
        path = feeds / "real" / next(iter(row.values()))
        if not path.exists():
            continue
        read = report.read(path)
        best = max(int(row["feedparser_entries"] or 0), int(row["fastfeedparser_entries"] or 0))
        wrong = f"{read.problem}: {read.detail}" if read.problem else ""
        if len(read.entries) != best:
            wrong = f"{len(read.entries)} entries, the best of two parsers has {best} {wrong}"
        report.note("real", path.name, wrong)
        report.entries += len(read.entries)
        report.undated[path.name] += sum(entry.published_at is None for entry in read.entries)
    report.undated = +report.undated


def check_html(feeds: Path, report: Report) -> None:
    for path in sorted((feeds / "html_instead").iterdir()):
        read = report.read(path, "text/html")
        is_right = read.problem is ParseProblem.HTML and not read.entries
        report.note(
            "html_instead", path.name, "" if is_right else f"{read.problem} {len(read.entries)}"
        )


def check_replay(feeds: Path, report: Report, every: int) -> None:
    """Check that entries keep their ids in later snapshots of a feed."""
    for folder in sorted(path for path in (feeds / "replay").iterdir() if path.is_dir()):
        ids_by_key: dict[tuple[str, str, str], set[str]] = {}
        for path in sorted(folder.glob("*.xml"))[::every]:
            for entry in report.read(path).entries:
                ids_by_key.setdefault((entry.guid, entry.url, entry.title), set()).add(entry.id)
        unstable = sum(len(ids) > 1 for ids in ids_by_key.values())
        report.note(
            "replay",
            folder.name,
            f"{unstable} of {len(ids_by_key)} entries change id" if unstable else "",
        )


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


async def show_worker() -> None:
    body = b'<rss version="2.0"><channel><item><title>x</title></item></channel></rss>'
    request = ParseRequest(body=body, feed_id="b", url="https://bench.example/", fetched_at=NOW)
    async with ParsePool(1) as pool:
        started = time.perf_counter()
        await pool.parse(request)
        first = time.perf_counter() - started
        pid = pool._idle[0].process.pid  # noqa: SLF001 - measured from outside on purpose
        status = await asyncio.to_thread(_status, pid)
        memory = status.split("VmRSS:")[1].split("kB")[0].strip()
        cpu = time.process_time()
        for _ in range(200):
            await pool.parse(request)
        cpu = (time.process_time() - cpu) / 200
    print(f"\nworker: first answer after {first:.2f} s, {int(memory) / 1024:.0f} MB resident")
    print(f"parent: {cpu * 1000:.2f} CPU ms a document")


# ---------------------------------------------------------------- without known items


class Comparison:
    """The costs and results of reading documents whole, and without their known items."""

    def __init__(self) -> None:
        self.documents = self.entries = self.unread = 0
        self.different: list[str] = []
        self.whole = self.new_only = 0.0  # CPU seconds

    def read(self, name: str, body: bytes, before: ParsedDocument) -> ParsedDocument:
        """Read a document in both ways; return what the whole one contains."""
        seen = NOTHING_SEEN if before.problem else before.seen
        started = time.process_time()
        whole = read_document(body)
        between = time.process_time()
        new_only = read_document(body, seen)
        self.new_only += time.process_time() - between
        self.whole += between - started
        self.documents += 1
        self.entries += len(whole.entries)
        self.unread += len(new_only.unread)
        if not have_same_results(whole, new_only):
            self.different.append(name)
        return whole

    def show(self, group: str) -> None:
        whole, new_only = (1000 * cpu / self.documents for cpu in (self.whole, self.new_only))
        print(
            f"{group:40} {self.documents:9} {len(self.different):9} "
            f"{1 - self.unread / self.entries:7.0%} {whole:9.2f} {new_only:9.2f}",
            *self.different[:5],
        )


def read_document(body: bytes, seen: SeenItems = NOTHING_SEEN) -> ParsedDocument:
    url = "https://bench.example/feed"
    return parse_document(
        ParseRequest(body=body, feed_id="bench", url=url, fetched_at=NOW, seen=seen)
    )


def have_same_results(whole: ParsedDocument, new_only: ParsedDocument) -> bool:
    """Return True if the decisions about both documents are the same."""
    entries = zip(whole.entries, new_only.entries, strict=False)
    facts = [
        (read.format, read.title, read.problem, read.seen, read.contents, len(read.entries))
        for read in (whole, new_only)
    ]
    return facts[0] == facts[1] and all(
        (a.id, a.text_hash, a.published_at) == (b.id, b.text_hash, b.published_at)
        if b.id in new_only.unread
        else a == b
        for a, b in entries
    )


def without_items(body: bytes, number: int) -> bytes:
    """Return a document without its first items; the same bytes if they are not found."""
    text = decode_document(body)
    root = FEED_ROOT.search(text)
    start = root.start() if root else 0
    digests = find_items(text[start:]).digests if is_sound(text[start:], max_entries=5000) else ()
    return (text[:start] + find_items(text[start:], digests[:number]).rest).encode()


def compare_known(feeds: Path) -> None:
    print(f"{'':40} {'documents':>9} {'different':>9} {'parsed':>7} {'whole ms':>9} {'new ms':>9}")
    real = Comparison()
    for path in sorted((feeds / "real").iterdir()):
        if path.name != "manifest.csv":
            before = read_document(without_items(path.read_bytes(), 2))
            real.read(path.name, path.read_bytes(), before)
    real.show("real, two new items")
    for folder in sorted(path for path in (feeds / "replay").iterdir() if path.is_dir()):
        comparison, before = Comparison(), read_document(b"")
        for path in sorted(folder.glob("*.xml")):
            before = comparison.read(path.name, path.read_bytes(), before)
        comparison.show(folder.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--replay-every", type=int, default=8, help="read every n-th snapshot")
    parser.add_argument(
        "--known", action="store_true", help="compare with the known items left out"
    )
    options = parser.parse_args()
    feeds = options.data / "feeds"
    if options.known:
        compare_known(feeds)
        return
    report = Report()
    check_derived(feeds, report)
    check_real(feeds, report)
    check_html(feeds, report)
    check_replay(feeds, report, options.replay_every)
    report.show()
    asyncio.run(show_worker())


if __name__ == "__main__":
    main()
