"""Measures the recognition of commentary and round-ups, and the news mistaken for them.

    python bench/kinds.py --data DIR [--config DIR] [--show]

DIR holds */items.jsonl: `id`, `title`, `summary`, `url`, `lang`, `source`, `role` and `must_tell`.
Feeds come from the feeds.yaml of the configuration and of each stream. `--show` lists the missed
entries, and the entries with each signal.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from lists import CONFIG

from straitwatch.core.kind import classify_kind, find_signals
from straitwatch.core.model import Entry, EntryKind, Feed, Kind, Signal, SignalKind

KINDS = {
    "commentary": EntryKind.COMMENTARY,
    "roundup": EntryKind.ROUNDUP,
    "live": EntryKind.ROUNDUP,
}
RETELLINGS = ("retelling", "copy", "live")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    row: dict[str, Any]
    kind: Kind
    signals: tuple[Signal, ...]


def main() -> None:
    options = _options()
    judged: list[Judged] = []
    for path in sorted(options.data.glob("*/items.jsonl")):
        feeds = _feeds(options.config / "feeds.yaml") | _feeds(path.parent / "feeds.yaml")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        judged += [_judge(row, feeds) for row in rows]
    _print_kinds(judged, show=options.show)
    _print_signals(judged, show=options.show)
    _print_cost(judged)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


def _feeds(path: Path) -> dict[str, Feed]:
    """Read the names and kinds of the feeds in a file."""
    if not path.exists():
        return {}
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["feeds"]
    return {
        row["name"]: Feed(
            id=row["name"], name=row["name"], url=row["url"], kind=row.get("kind", "")
        )
        for row in listed
    }


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        guid=row["id"],
        url=row["url"],
        canonical_url=row["url"],
        title=row["title"],
        summary=row.get("summary") or "",
        authors=tuple(row.get("authors") or ()),
        categories=tuple(row.get("categories") or ()),
        language=row["lang"],
    )


def _judge(row: dict[str, Any], feeds: dict[str, Feed]) -> Judged:
    name = row.get("feed") or row["source"]
    feed = feeds.get(name) or Feed(id=name, name=name, url="")
    entry = _entry(row)
    return Judged(
        row=row,
        kind=classify_kind(entry, feed),
        signals=find_signals(entry.title, entry.summary),
    )


def _line(item: Judged) -> str:
    evidence = f"{item.kind.kind} by {item.kind.field}: {item.kind.evidence[:40]!r}"
    row = item.row
    return f"  {row['id']:7} {row['lang']:7} {row['role']:11} {row['title'][:90]}  [{evidence}]"


def _print_kinds(judged: Sequence[Judged], *, show: bool) -> None:
    print(f"{'kind':11} {'said':>5} {'right':>6} {'labelled':>9}  {'P':>5} {'R':>5}")
    for kind in (EntryKind.COMMENTARY, EntryKind.ROUNDUP):
        said = [item for item in judged if item.kind.kind is kind]
        labelled = [item for item in judged if KINDS.get(item.row["role"]) is kind]
        right = sum(item in labelled for item in said)
        precision, recall = right / (len(said) or 1), right / (len(labelled) or 1)
        print(
            f"{kind:11} {len(said):5} {right:6} {len(labelled):9}  {precision:5.2f} {recall:5.2f}"
        )
        roles = Counter(item.row["role"] for item in said)
        print("  roles of these entries: " + ", ".join(f"{r} {n}" for r, n in roles.most_common()))
        languages = Counter(item.row["lang"] for item in labelled)
        found = Counter(item.row["lang"] for item in said if item in labelled)
        print(
            "  found by language: " + ", ".join(f"{k} {found[k]}/{n}" for k, n in languages.items())
        )
    lost = [
        item for item in judged if item.row["must_tell"] and item.kind.kind is not EntryKind.NEWS
    ]
    print(f"must-tell reports taken for commentary or round-up: {len(lost)}")
    print("\n".join(map(_line, lost)))
    if show:
        for item in judged:
            wanted = KINDS.get(item.row["role"], EntryKind.NEWS)
            if wanted is not item.kind.kind and item not in lost:
                print(_line(item))


def _print_signals(judged: Sequence[Judged], *, show: bool) -> None:
    print(f"\n{'signal':13} {'must tell':>10} {'retelling':>10} {'other':>6}")
    for kind in SignalKind:
        fired = [item for item in judged if any(s.kind is kind for s in item.signals)]
        groups = Counter(_group(item.row) for item in fired)
        print(f"{kind:13} {groups['must']:10} {groups['retelling']:10} {groups['other']:6}")
        for item in fired if show else ():
            words = ", ".join(f"{s.field} {s.words!r}" for s in item.signals if s.kind is kind)
            print(f"  {item.row['id']:7} {item.row['role']:11} {item.row['title'][:90]}  [{words}]")


def _group(row: dict[str, Any]) -> str:
    if row["must_tell"]:
        return "must"
    return "retelling" if row["role"] in RETELLINGS else "other"


def _print_cost(judged: Sequence[Judged]) -> None:
    entries = [_entry(item.row) for item in judged]
    feed = Feed(id="x", name="x", url="")
    rounds = 5
    started = time.process_time()
    for _ in range(rounds):
        for entry in entries:
            classify_kind(entry, feed)
    between = time.process_time()
    for _ in range(rounds):
        for entry in entries:
            find_signals(entry.title, entry.summary)
    ended = time.process_time()
    reports = rounds * (len(entries) or 1)
    kinds, signals = (between - started) * 1e3 / reports, (ended - between) * 1e3 / reports
    print(f"\nCPU a report: kind {kinds:.3f} ms, signals {signals:.3f} ms")


if __name__ == "__main__":
    main()
