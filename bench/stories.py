"""Measures the share of messages with news, on labelled streams of the desk's beat.

    python bench/stories.py --data DIR [--encoder auto|off] [--cache DIR] [--predictions DIR]
        [--worst N] [--restart]

DIR holds `beat/` and `invented-day/`: JSON Lines with `id`, `ts`, `title`, `event`, `role`,
`must_tell` and perhaps `not_matched`. Each stream goes through `backtest --messages` with the
shipped configuration. `beat/before.jsonl` is a warm-up that is not scored. The invented day has its
own feeds and watch-lists, in addition to the shipped lists. With `--cache`, this process makes the
sentence vectors and stores them in that folder; otherwise the daemon's worker makes them. `--worst`
prints the worst errors, with the reasons of the decisions. `--restart` checks that the decisions
are the same with a rebuilt window.

Two simple methods are measured for comparison, on the items that the lists match: one sends every
item, the other sends every title that shares few words with each title of the last 72 hours.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from folding import bcubed
from folding_peers import words_of
from folding_robust import Stored, restored, store
from lists import BEAT
from vectors import Vectors, add_options

from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.cli import messages
from straitwatch.cli.encoding import LineEncoder
from straitwatch.cli.jsonl import Line
from straitwatch.cli.messages import Encode, rehearse
from straitwatch.core.cluster import STORY_AGE, StoryWindow
from straitwatch.core.model import SAME_GUID, PlannedEntry, Report
from straitwatch.core.rehearsal import Rehearsal, Rehearsed

Row = Mapping[str, Any]
SHIPPED = Path(__file__).parent.parent / "config"
FIRST, RETELLING, DEVELOPMENT, CORRECTION = "first", "retelling", "development", "correction"
NEWS = (FIRST, RETELLING, DEVELOPMENT, CORRECTION)
ROLES = {  # for the invented day, which has more roles
    "copy": RETELLING,
    "live": RETELLING,
    "end-retelling": RETELLING,
    "end": DEVELOPMENT,
    "denial": CORRECTION,
}


REACH, OVERLAP = timedelta(hours=72), 0.35  # of words in common
BREAKS = (0.25, 0.5, 0.75)  # of the stream
RANKS = ("low", "normal", "high", "critical")
Answers = Mapping[str, Row]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    add_options(parser)
    parser.add_argument("--predictions", type=Path, help="a folder for the answers, line by line")
    parser.add_argument(
        "--worst", type=int, default=0, help="print this number of errors for each stream"
    )
    parser.add_argument("--restart", action="store_true", help="rebuild the window in mid-stream")
    options = parser.parse_args()
    streams = {
        "beat": (judge_beat, options.data / "beat"),
        "invented day": (judge_day, options.data / "invented-day"),
    }
    for name, (judge, folder) in streams.items():
        with encoding(options.encoder, options.cache) as encode:
            gold, answers = judge(folder, encode)
            if options.predictions:
                _write(options.predictions / f"{name.replace(' ', '-')}.jsonl", answers)
            if options.restart:
                print_restarts(name, answers, lambda: judge(folder, encode)[1])  # noqa: B023
                continue
        matched = [row for row in gold if _is_matched(row, answers)]
        if options.worst:
            print_worst(name, worst_errors(matched, answers), options.worst)
            continue
        columns = {"straitwatch": report_items(matched, answers)}
        if options.encoder == "auto":
            _, without = judge(folder, _no_vector)
            columns["without encoder"] = report_items(matched, without)
        columns["every item"] = report_items(matched, send_all(matched))
        columns["word overlap"] = report_items(matched, overlap_words(matched))
        columns["ours, all items"] = report_items(gold, answers)
        print_table(name, columns)


@contextmanager
def encoding(setting: str, cache: Path | None) -> Iterator[Encode]:
    """Return a function that encodes in the daemon's worker, or in this process with a cache."""
    if cache:
        yield Vectors(setting, cache).encode_one
        return
    with LineEncoder(setting) as line_encoder:
        yield line_encoder.encode


def _no_vector(_: str) -> None:
    return None


# ---------------------------------------------------------------- the product


def judge_beat(folder: Path, encode: Encode) -> tuple[list[Row], dict[str, Row]]:
    """Return the labelled rows of the beat stream, and Straitwatch's decisions by id."""
    gold = read_rows(folder / "items.jsonl")
    # Each part of the stream has its own warm-up, so the rows of both files are sorted by time.
    rows = sorted((*read_rows(folder / "before.jsonl"), *gold), key=time_of)
    return gold, _judge(rows, SHIPPED, encode)


def judge_day(folder: Path, encode: Encode) -> tuple[list[Row], dict[str, Row]]:
    """Return the labelled rows of the invented day, and Straitwatch's decisions by id."""
    gold = read_rows(folder / "items.jsonl")
    with beside_shipped(folder) as config:
        return gold, _judge(sorted(gold, key=time_of), config, encode)


def _judge(rows: Sequence[Row], config: Path, encode: Encode) -> dict[str, Row]:
    loaded = load(config, {})
    rules = activate(replace(loaded, receivers={})).rules
    lines = [Line(place=row["id"], value=_as_input(row)) for row in rows]
    started = time.process_time()
    said = rehearse(lines, rules, loaded.feeds, encode=encode)
    answers = {answer["id"]: answer for answer in said}
    seconds = time.process_time() - started
    print(f"{len(rows)} reports in {seconds:.1f} CPU s, {1000 * seconds / len(rows):.2f} ms each")
    return answers


def _as_input(row: Row) -> Row:
    names = ("id", "ts", "title", "summary", "url", "lang", "guid")
    return {name: row.get(name) for name in names} | {"source": row.get("feed") or row["source"]}


@contextmanager
def beside_shipped(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as made:
        config = Path(made) / "config"
        shutil.copytree(SHIPPED, config)
        shutil.copy(folder / "feeds.yaml", config / "feeds.yaml")
        shutil.copytree(folder / "watchlists", config / "watchlists", dirs_exist_ok=True)
        yield config


# ---------------------------------------------------------------- simple methods


def send_all(rows: Iterable[Row]) -> dict[str, Row]:
    """Decide like a feed reader without folding: each item is an alert."""
    return {row["id"]: _alone(row) for row in rows}


def overlap_words(rows: Iterable[Row]) -> dict[str, Row]:
    """Decide like popular feed readers: a title similar to a recent one is not sent."""
    answers: dict[str, Row] = {}
    open_titles: list[tuple[datetime, set[str], str]] = []
    for row in sorted(rows, key=time_of):
        now, words = time_of(row), words_of(row["title"])
        open_titles = [title for title in open_titles if now - title[0] <= REACH]
        near = [(_jaccard(words, other), story) for _, other, story in open_titles]
        score, story = max(near, default=(0.0, ""))
        answers[row["id"]] = (
            {"story": story, "told": "none", "message": None} if score >= OVERLAP else _alone(row)
        )
        open_titles.append((now, words, answers[row["id"]]["story"]))
    return answers


def _alone(row: Row) -> Row:
    return {"story": row["id"], "told": "alert", "message": row["id"]}


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / (len(a | b) or 1)


# ---------------------------------------------------------------- restarts


@dataclass(slots=True)
class Restarting(Rehearsal):
    """A rehearsal whose window is rebuilt in mid-stream, as at a start of the daemon."""

    at: ClassVar[int] = 0  # reports before the restart
    stored: list[tuple[Stored, bool]] = field(default_factory=list)

    def plan(self, report: Report | PlannedEntry) -> Rehearsed:
        """Plan a report; rebuild the window from stored reports first if the restart is due."""
        if len(self.stored) == self.at and isinstance(report, Report):
            self._windows = [self._rebuilt(report.seen_at)]
        done = Rehearsal.plan(self, report)
        planned = done.planned
        if planned.fold and planned.features and planned.fold.reason != SAME_GUID:
            self.stored.append((store(planned.features, planned.fold), planned.decision.is_sent))
        return done

    def _rebuilt(self, now: datetime) -> StoryWindow:
        window = StoryWindow(BEAT.lexicon)
        for stored, is_sent in self.stored:
            report = replace(restored(stored), is_sent=is_sent)
            if now - report.features.seen_at <= StoryWindow.MEMORY:
                window.restore(report, closed_before=now - STORY_AGE)
        return window


def print_restarts(name: str, answers: Answers, judge: Callable[[], Answers]) -> None:
    """Judge a stream with a restart at several places, and print the differences."""
    reports = sum(1 for answer in answers.values() if answer["story"])
    for share in BREAKS:
        Restarting.at = int(reports * share)
        with patch.object(messages, "Rehearsal", Restarting):
            again = judge()
        differing = sorted(key for key in answers if again[key] != answers[key])
        print(f"{name}, restart after {Restarting.at} of {reports}: {len(differing)} differ")
        for key in differing[:5]:
            print(f"    {key}: {answers[key]['reason']}\n    then {again[key]['reason']}")


# ---------------------------------------------------------------- the score


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A labelled report and the decision about it."""

    id: str
    event: str
    language: str
    role: str
    must_tell: bool
    story: str
    decision: str
    message: str

    @property
    def is_news(self) -> bool:
        return self.role in NEWS

    @property
    def is_sent(self) -> bool:
        return self.decision in ("alert", "update")


def report_items(gold: Iterable[Row], answers: Answers) -> list[Item]:
    """Join labels and decisions; the earliest remaining report of an event is its first one."""
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
                decision=answer["told"],
                message=answer["message"] or row["id"],
            )
        )
    return items


def news_precision(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of messages with news, and of all messages."""
    sent = {item.message for item in items if item.is_sent}
    with_news = {item.message for item in items if item.is_sent and item.must_tell}
    return len(with_news), len(sent)


def news_recall(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of sent must-tell items, and of all must-tell items."""
    return _share((item for item in items if item.must_tell), lambda item: item.is_sent)


def unsent_developments(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of unsent developments and corrections, and of all of them."""
    later = (item for item in items if item.role in (DEVELOPMENT, CORRECTION))
    return _share(later, lambda item: not item.is_sent)


def alerts_per_event(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of alerts on news, and of events with an alert."""
    alerted = [item.event for item in items if item.is_news and item.decision == "alert"]
    return len(alerted), len(set(alerted))


def idle_updates(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of updates on retellings, and of all updates on news."""
    updates = (item for item in items if item.is_news and item.decision == "update")
    return _share(updates, lambda item: item.role == RETELLING)


def cross_language(items: Sequence[Item]) -> tuple[int, int, int]:
    """Count the pairs in two languages: of one event in one story, of one event, in one story."""
    news = [item for item in items if item.is_news]
    pairs = [(a, b) for a, b in combinations(news, 2) if a.language != b.language]
    same = [pair for pair in pairs if pair[0].event == pair[1].event]
    joined = [pair for pair in pairs if pair[0].story == pair[1].story]
    both = sum(a.story == b.story for a, b in same)
    return both, len(same), len(joined)


def swallowed_events(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of unsent events whose first report joined another story, and of all."""
    sent = {item.event for item in items if item.is_sent}
    held = defaultdict[str, set[str]](set)  # the events of each story so far
    firsts: dict[str, bool] = {}  # by event: was its first report swallowed?
    for item in items:
        if item.is_news and item.event not in firsts:
            others = held[item.story]
            firsts[item.event] = bool(others) and item.event not in others
        held[item.story].add(item.event)
    return sum(firsts[event] for event in firsts.keys() - sent), len(firsts)


def never_sent(items: Sequence[Item]) -> tuple[int, int]:
    """Return the number of events without a sent report (commentary counts), and of all."""
    sent = {item.event for item in items if item.is_sent}
    events = {item.event for item in items if item.is_news and item.must_tell}
    return len(events - sent), len(events)


def _share(items: Iterable[Item], holds: Callable[[Item], bool]) -> tuple[int, int]:
    answers = [holds(item) for item in items]
    return sum(answers), len(answers)


# ---------------------------------------------------------------- the table

FIGURES: Mapping[str, Callable[[Sequence[Item]], tuple[int, int]]] = {
    "news precision": news_precision,
    "news recall": news_recall,
    "developments and corrections not sent": unsent_developments,
    "alerts per alerted event": alerts_per_event,
    "updates on retellings": idle_updates,
    "cross-language pairs, recall": lambda items: cross_language(items)[:2],
    "cross-language pairs, precision": lambda items: cross_language(items)[::2],
    "events swallowed and never sent": swallowed_events,
    "events never sent": never_sent,
}


def print_table(name: str, columns: Mapping[str, Sequence[Item]]) -> None:
    """Print each figure for each column."""
    print(f"\n{name:38}" + "".join(f"{column:>19}" for column in columns))
    for title, figure in FIGURES.items():
        cells = (_ratio(*figure(items)) for items in columns.values())
        print(f"{title:38}" + "".join(f"{cell:>19}" for cell in cells))
    cells = (f"{_bcubed(items):5.3f}" for items in columns.values())
    print(f"{'B-cubed F1 of news':38}" + "".join(f"{cell:>19}" for cell in cells))
    print(f"{'items':38}" + "".join(f"{len(items):19}" for items in columns.values()) + "\n")


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.2f} ({part} of {whole})" if whole else "- (0 of 0)"


def _bcubed(items: Iterable[Item]) -> float:
    news = [item for item in items if item.is_news]
    return bcubed([item.event for item in news], [item.story for item in news])[2]


# ---------------------------------------------------------------- the worst errors

HARMS = (  # the worst first
    "an event of which nothing was sent",
    "a correction or development that was not sent",
    "a first report in a story of other events",
    "another alert for an event that was alerted",
    "commentary or noise as an alert",
    "an update that adds nothing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One error that a desk would notice."""

    harm: str
    row: Row
    answer: Row


def worst_errors(rows: Sequence[Row], answers: Answers) -> list[Error]:
    """Return the errors by harm; of each harm, the items of the highest severity first."""
    items = report_items(rows, answers)
    sent = {item.event for item in items if item.is_sent}
    held, alerted = defaultdict[str, set[str]](set), set[str]()
    errors: list[Error] = []
    for row, item in zip(rows, items, strict=True):
        others, known = held[item.story], item.event in alerted
        if harm := _harm(item, is_sent=item.event in sent, others=others, is_alerted=known):
            errors.append(Error(harm=harm, row=row, answer=answers[item.id]))
        if item.decision == "alert":
            alerted.add(item.event)
        if item.is_news:
            others.add(item.event)
    return sorted(errors, key=lambda error: (HARMS.index(error.harm), -_rank(error.answer)))


def _harm(item: Item, *, is_sent: bool, others: set[str], is_alerted: bool) -> str:
    first, later, swallowed, again, idle_alert, idle_update = HARMS
    if item.must_tell and not item.is_sent:
        return later if is_sent or item.role in (DEVELOPMENT, CORRECTION) else first
    if item.role == FIRST and others and item.event not in others:
        return swallowed
    if item.decision == "alert" and item.role == RETELLING and is_alerted:
        return again
    if item.decision == "alert" and not item.is_news:
        return idle_alert
    return idle_update if item.decision == "update" and not item.must_tell else ""


def _rank(answer: Row) -> int:
    return RANKS.index(answer["severity"] or "low")


def print_worst(name: str, errors: Sequence[Error], most: int) -> None:
    """Print some errors of each harm, and then more of the worst up to the requested number."""
    share = max(most // len(HARMS), 1)
    by_harm = ([error for error in errors if error.harm == harm][:share] for harm in HARMS)
    shown = [error for some in by_harm for error in some]
    shown += [error for error in errors if error not in shown][: max(most - len(shown), 0)]
    print(f"\n{name}: {len(errors)} errors on matched items")
    for harm in HARMS:
        of_it = [error for error in shown if error.harm == harm]
        print(f"{harm}: {sum(error.harm == harm for error in errors)}")
        for error in of_it:
            answer = error.answer
            print(f"    {error.row['id']} {error.row['title']}")
            print(f"        {answer['told']}, {answer['severity']}: {answer['reason']}")


# ---------------------------------------------------------------- files


def _is_matched(row: Row, answers: Answers) -> bool:
    """Return True if the lists match an item, by its label or else by the decision about it."""
    if "watchlists" in row:
        return not row.get("not_matched")
    return bool(answers[row["id"]]["watchlists"])


def read_rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, answers: Answers) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(answer, ensure_ascii=False) for answer in answers.values())
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def time_of(row: Row) -> datetime:
    return datetime.fromisoformat(row["ts"])


if __name__ == "__main__":
    main()
