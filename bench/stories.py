"""Is what is sent news? Figures of the decision on labelled streams of the desk's beat.

    python bench/stories.py --data DIR [--encoder on|off] [--predictions DIR]

DIR holds `beat/` and `invented-day/`: JSON Lines with `id`, `ts`, `title`, `event`, `role`,
`must_tell` and perhaps `not_matched`. Each stream goes through `backtest --messages` with the
shipped configuration, `beat/before.jsonl` with it as a warm-up that is not scored. The invented day
has feeds and watch-lists of its own, beside the shipped lists.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from straitwatch.app import activate, load
from straitwatch.cli.jsonl import Line
from straitwatch.cli.messages import rehearse

Row = Mapping[str, Any]
SHIPPED = Path(__file__).parent.parent / "config"
FIRST, RETELLING, DEVELOPMENT, CORRECTION = "first", "retelling", "development", "correction"
NEWS = (FIRST, RETELLING, DEVELOPMENT, CORRECTION)
ROLES = {  # of the invented day, which tells some apart
    "copy": RETELLING,
    "live": RETELLING,
    "end-retelling": RETELLING,
    "end": DEVELOPMENT,
    "denial": CORRECTION,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", choices=("on", "off"), default="off")
    parser.add_argument("--predictions", type=Path, help="a folder for the answers, line by line")
    options = parser.parse_args()
    if options.encoder == "on":
        parser.error("this version has no encoder")
    tables = [
        ("beat", *judge_beat(options.data / "beat")),
        ("invented day", *judge_day(options.data / "invented-day")),
    ]
    for name, gold, answers in tables:
        if options.predictions:
            _write(options.predictions / f"{name.replace(' ', '-')}.jsonl", answers)
        matched = [row for row in gold if _is_matched(row, answers)]
        print_table(name, matched=report_items(matched, answers), whole=report_items(gold, answers))


# ---------------------------------------------------------------- the product


def judge_beat(folder: Path) -> tuple[list[Row], dict[str, Row]]:
    """Return the labelled rows of the beat stream, and the answers of the product by id."""
    gold = _read(folder / "items.jsonl")
    # Each window has a warm-up of its own: both files in one order of time.
    rows = sorted((*_read(folder / "before.jsonl"), *gold), key=_time)
    return gold, _judge(rows, SHIPPED)


def judge_day(folder: Path) -> tuple[list[Row], dict[str, Row]]:
    """Return the labelled rows of the invented day, and the answers of the product by id."""
    gold = _read(folder / "items.jsonl")
    with _beside_shipped(folder) as config:
        return gold, _judge(sorted(gold, key=_time), config)


def _judge(rows: Sequence[Row], config: Path) -> dict[str, Row]:
    loaded = load(config, {})
    rules = activate(replace(loaded, receivers={})).rules
    lines = [Line(place=row["id"], value=_as_input(row)) for row in rows]
    started = time.process_time()
    answers = {answer["id"]: answer for answer in rehearse(lines, rules, loaded.feeds)}
    seconds = time.process_time() - started
    print(f"{len(rows)} reports in {seconds:.1f} CPU s, {1000 * seconds / len(rows):.2f} ms each")
    return answers


def _as_input(row: Row) -> Row:
    names = ("id", "ts", "title", "summary", "url", "lang", "guid")
    return {name: row.get(name) for name in names} | {"source": row.get("feed") or row["source"]}


@contextmanager
def _beside_shipped(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as made:
        config = Path(made) / "config"
        shutil.copytree(SHIPPED, config)
        shutil.copy(folder / "feeds.yaml", config / "feeds.yaml")
        shutil.copytree(folder / "watchlists", config / "watchlists", dirs_exist_ok=True)
        yield config


# ---------------------------------------------------------------- the score


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A labelled report and what the product made of it."""

    id: str
    event: str
    language: str
    role: str
    must_tell: bool
    story: str
    told: str
    message: str

    @property
    def is_news(self) -> bool:
        return self.role in NEWS

    @property
    def is_told(self) -> bool:
        return self.told in ("alert", "update")


def report_items(gold: Iterable[Row], answers: Mapping[str, Row]) -> list[Item]:
    """Join labels and answers; the earliest report that is left of an event is its first one."""
    items: list[Item] = []
    rows = list(gold)
    begun = {row["event"] for row in rows if row["role"] == FIRST}
    for row in rows:
        role = ROLES.get(row["role"], row["role"])
        event = row["event"] or f"none-{row['id']}"
        is_first = role in NEWS and event not in begun
        if is_first:
            begun.add(event)
        answer = answers[row["id"]]
        items.append(
            Item(
                id=row["id"],
                event=event,
                language=row["lang"],
                role=FIRST if is_first else role,
                must_tell=is_first or row["must_tell"],
                story=answer["story"] or f"alone-{row['id']}",
                told=answer["told"],
                message=answer["message"] or row["id"],
            )
        )
    return items


def news_precision(items: Sequence[Item]) -> tuple[int, int]:
    """Return how many messages carry news, of those that were sent."""
    sent = {item.message for item in items if item.is_told}
    carrying = {item.message for item in items if item.is_told and item.must_tell}
    return len(carrying), len(sent)


def news_recall(items: Sequence[Item]) -> tuple[int, int]:
    """Return how many must-tell items were told, of all."""
    return _share((item for item in items if item.must_tell), lambda item: item.is_told)


def untold_developments(items: Sequence[Item]) -> tuple[int, int]:
    """Return how many developments and corrections were not told, of all."""
    later = (item for item in items if item.role in (DEVELOPMENT, CORRECTION))
    return _share(later, lambda item: not item.is_told)


def alerts_per_event(items: Sequence[Item]) -> tuple[int, int]:
    """Return the alerts on news, and the events that got one."""
    alerted = [item.event for item in items if item.is_news and item.told == "alert"]
    return len(alerted), len(set(alerted))


def idle_updates(items: Sequence[Item]) -> tuple[int, int]:
    """Return the updates on retellings, of those on news."""
    updates = (item for item in items if item.is_news and item.told == "update")
    return _share(updates, lambda item: item.role == RETELLING)


def cross_language(items: Sequence[Item]) -> tuple[int, int, int]:
    """Return the pairs of two languages: of one event and story, of one event, in one story."""
    news = [item for item in items if item.is_news]
    pairs = [(a, b) for a, b in combinations(news, 2) if a.language != b.language]
    same = [pair for pair in pairs if pair[0].event == pair[1].event]
    joined = [pair for pair in pairs if pair[0].story == pair[1].story]
    both = sum(a.story == b.story for a, b in same)
    return both, len(same), len(joined)


def swallowed_events(items: Sequence[Item]) -> tuple[int, int]:
    """Return the events whose first report joined a story of others, and that were never told."""
    told = {item.event for item in items if item.is_told}
    held = defaultdict[str, set[str]](set)  # the events of each story so far
    firsts: dict[str, bool] = {}  # by event: was its first report swallowed?
    for item in items:
        if item.is_news and item.event not in firsts:
            others = held[item.story]
            firsts[item.event] = bool(others) and item.event not in others
        held[item.story].add(item.event)
    return sum(firsts[event] for event in firsts.keys() - told), len(firsts)


def never_told(items: Sequence[Item]) -> tuple[int, int]:
    """Return the events of which nothing was told, commentary included."""
    told = {item.event for item in items if item.is_told}
    events = {item.event for item in items if item.is_news and item.must_tell}
    return len(events - told), len(events)


def _share(items: Iterable[Item], holds: Callable[[Item], bool]) -> tuple[int, int]:
    answers = [holds(item) for item in items]
    return sum(answers), len(answers)


# ---------------------------------------------------------------- the table

FIGURES: Mapping[str, Callable[[Sequence[Item]], tuple[int, int]]] = {
    "news precision": news_precision,
    "news recall": news_recall,
    "developments and corrections not told": untold_developments,
    "alerts per alerted event": alerts_per_event,
    "updates on retellings": idle_updates,
    "cross-language pairs, recall": lambda items: cross_language(items)[:2],
    "cross-language pairs, precision": lambda items: cross_language(items)[::2],
    "events swallowed and never told": swallowed_events,
    "events never told": never_told,
}


def print_table(name: str, *, matched: Sequence[Item], whole: Sequence[Item]) -> None:
    """Print each figure on the matched items and on all."""
    print(f"\n{name:40} {'matched':>18} {'all':>18}   ({len(matched)} and {len(whole)} items)")
    for title, figure in FIGURES.items():
        print(f"{title:40} {_ratio(*figure(matched)):>18} {_ratio(*figure(whole)):>18}")
    print()


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:5.2f} ({part} of {whole})" if whole else "- (0 of 0)"


# ---------------------------------------------------------------- files


def _is_matched(row: Row, answers: Mapping[str, Row]) -> bool:
    """Return True unless the lists miss an item; the invented day has no label for that."""
    if "watchlists" in row:
        return not row.get("not_matched")
    return bool(answers[row["id"]]["watchlists"])


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, answers: Mapping[str, Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(answer, ensure_ascii=False) for answer in answers.values())
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _time(row: Row) -> datetime:
    return datetime.fromisoformat(row["ts"])


if __name__ == "__main__":
    main()
