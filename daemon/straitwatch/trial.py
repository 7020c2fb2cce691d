"""Tries changed watch-lists on stored entries, in a worker process that can be killed.

A trial takes seconds of CPU. In a thread it would hold the GIL, and delay polls and pages.
"""

import asyncio
import contextlib
import pickle
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from straitwatch import store as db
from straitwatch.config import Lists, kept_lists, load_lists
from straitwatch.core.match import find_deciding_rules
from straitwatch.core.match.diff import compare_matches
from straitwatch.core.model import Change, Difference, Feed, MatchText, Problem, Severity
from straitwatch.core.policy import BENCH_SAMPLES, BENCH_TIMEOUT
from straitwatch.core.report import matchable
from straitwatch.errors import ConfigError, StoreError, StraitwatchError
from straitwatch.store import Store, StoredEntry
from straitwatch.workers.process import WorkerError, WorkerLateError, WorkerProcess
from straitwatch.workers.serve import confine, serve

_MEMORY = 2**31  # bytes of address space
_ANSWER = 2**24  # bytes
_NICENESS = 10  # polls and pages come first
_ALARM_AFTER = timedelta(seconds=5)  # after the deadline; ends a worker whose parent is dead


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRequest:
    """A changed file of watch-lists, and the entries to try it on."""

    directory: Path  # of the configuration
    name: str  # of the file, with its folder
    text: str
    version: str  # of the active configuration
    feeds: Mapping[str, Feed]  # of that configuration, by id
    database: str
    entries: int  # the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stored entry that a list gained or lost, or whose severity it changed."""

    entry_id: str
    title: str
    url: str
    language: str
    feed: str
    seen_at: datetime
    watchlist: str
    change: Change
    severity: Severity
    spans: tuple[tuple[int, int], ...]  # the hits in the title
    why: str


@dataclass(slots=True, kw_only=True)
class Trial:
    """The effect of a changed file on the newest stored entries."""

    entries: int = 0
    since_at: datetime | None = None
    counts: dict[Change, int] = field(default_factory=lambda: dict.fromkeys(Change, 0))
    found: list[Found] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # of the file, which then was not tried

    def of(self, change: Change) -> list[Found]:
        """Return the entries of one kind of change."""
        return [item for item in self.found if item.change is change]


class TrialError(StraitwatchError):
    """The trial has no result."""


_ADAPTER: TypeAdapter[Trial] = TypeAdapter(Trial)


async def try_lists(request: TrialRequest, *, within: timedelta = BENCH_TIMEOUT) -> Trial:
    """Try a changed file.

    Raises:
        TrialError: the worker did not finish in time, or died.
    """
    alarm_after = (within + _ALARM_AFTER).total_seconds()
    worker: WorkerProcess | None = None
    try:
        async with asyncio.timeout(within.total_seconds()):
            worker = await WorkerProcess.start("straitwatch.trial.work", alarm_after, _MEMORY)
            payload = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
            return _read(await worker.ask(payload, within=within, at_most=_ANSWER))
    except (TimeoutError, WorkerLateError) as error:
        raise TrialError(
            f"The trial did not finish within {within.total_seconds():g} seconds, and was stopped. "
            "Choose fewer entries, or run `straitwatch backtest`."
        ) from error
    except (WorkerError, OSError) as error:
        raise TrialError(f"The trial failed: {error}.") from error
    finally:
        if worker:
            await worker.kill()


def _read(answer: bytes) -> Trial:
    """Return the trial of an answer; a failure begins with "!"."""
    if answer.startswith(b"!"):
        raise TrialError(answer[1:].decode())
    return _ADAPTER.validate_json(answer)


# ---------------------------------------------------------------- inside the worker


def work(alarm_after: float, memory_bytes: int) -> None:
    """Run trials until the parent closes the pipe or dies."""
    answers = confine(memory_bytes=memory_bytes, niceness=_NICENESS)
    serve(_answer, answers, alarm_after=alarm_after)


def _answer(payload: bytes) -> bytes:
    request: TrialRequest = pickle.loads(payload)  # noqa: S301 - from the parent
    try:
        return _ADAPTER.dump_json(run_trial(request))
    except ConfigError as error:
        return _ADAPTER.dump_json(Trial(problems=[str(problem) for problem in error.problems]))
    except StoreError as error:
        return f"!{error}".encode()


def run_trial(request: TrialRequest) -> Trial:
    """Compare the active lists with the changed ones on the newest entries.

    Raises:
        ConfigError: the changed file is not valid.
        StoreError: the database cannot be read.
    """
    after = _changed_lists(request)
    store = Store.open(request.database, migrate=False)
    with contextlib.closing(store), store.reading() as tx:
        before, trial = _active_lists(tx, request), Trial()
        for stored, text in _entries(tx, request):
            trial.entries += 1
            trial.since_at = stored.seen_at
            for difference in compare_matches(
                before.matcher.match(text), after.matcher.match(text)
            ):
                trial.counts[difference.change] += 1
                if trial.counts[difference.change] <= BENCH_SAMPLES:
                    why = _why(before, after, text, difference)
                    trial.found.append(_found(stored, difference, why))
    return trial


def _changed_lists(request: TrialRequest) -> Lists:
    """Compile the lists with the changed file; it is written to a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as folder:
        changed = Path(folder) / request.name
        changed.parent.mkdir()
        changed.write_text(request.text, encoding="utf-8")
        try:
            return load_lists(request.directory, overlay=[changed])
        except ConfigError as error:
            real = [_moved(problem, folder, str(request.directory)) for problem in error.problems]
            raise ConfigError(real) from error


def _moved(problem: Problem, folder: str, directory: str) -> Problem:
    """Return a problem with the path that the file has in the configuration."""
    message, position = problem.message.replace(folder, directory), problem.position
    if position:
        position = replace(position, file=position.file.replace(folder, directory))
    return replace(problem, message=message, position=position)


def _active_lists(tx: db.Transaction, request: TrialRequest) -> Lists:
    """Return the active lists, although their files may have changed; else those of the files."""
    saved = db.saved_config(tx, request.version)
    return kept_lists(saved.text) if saved else load_lists(request.directory)


def _entries(tx: db.Transaction, request: TrialRequest) -> Iterator[tuple[StoredEntry, MatchText]]:
    """Yield the newest entries, newest first, with the texts that lists match."""
    feeds = {**db.stored_feeds(tx), **request.feeds}
    for stored in db.newest_entries(tx, request.entries):
        yield stored, matchable(stored.entry, feeds[stored.feed_id])


def _found(stored: StoredEntry, difference: Difference, why: str) -> Found:
    entry, shown = stored.entry, difference.shown
    return Found(
        entry_id=entry.id,
        title=entry.title,
        url=entry.url,
        language=entry.language,
        feed=stored.feed_name,
        seen_at=stored.seen_at,
        watchlist=difference.watchlist,
        change=difference.change,
        severity=shown.severity,
        spans=tuple((hit.start, hit.end) for hit in shown.hits if hit.field == "title"),
        why=why,
    )


def _why(before: Lists, after: Lists, text: MatchText, difference: Difference) -> str:
    """Return the rules that hold on one side only."""
    name = difference.watchlist
    old = next(iter(before.matcher.explain(text, only=name)), None)
    new = next(iter(after.matcher.explain(text, only=name)), None)
    fires, other = (old, new) if difference.change is Change.LOST else (new, old)
    return "; ".join(find_deciding_rules(fires, other)) if fires else ""
