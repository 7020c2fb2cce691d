"""Shows the files of watch-lists, and tries a changed one on stored entries; it writes no file."""

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from straitwatch import store as db
from straitwatch.config import Lists, load_lists, rule_files
from straitwatch.core.match import find_deciding_rules
from straitwatch.core.match.diff import compare_matches
from straitwatch.core.model import Change, Difference, MatchText, Problem
from straitwatch.core.policy import BENCH_ENTRIES, BENCH_SAMPLES
from straitwatch.core.report import matchable
from straitwatch.errors import ConfigError
from straitwatch.store import StoredEntry
from straitwatch.web.acting import read_form
from straitwatch.web.desk import Visit, visit

_MAX_FILE = 1_000_000  # bytes
_AT_ONCE = threading.Lock()  # a trial takes a second of CPU or more


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stored entry that a list gained or lost, or whose severity it changed."""

    stored: StoredEntry
    difference: Difference
    why: str

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The hits in the title."""
        hits = self.difference.shown.hits
        return tuple((hit.start, hit.end) for hit in hits if hit.field == "title")


@dataclass(slots=True, kw_only=True)
class Trial:
    """The effect of a changed file on the newest stored entries."""

    entries: int = 0
    since_at: datetime | None = None
    counts: dict[Change, int]
    found: list[Found]

    def of(self, change: Change) -> list[Found]:
        """Return the entries of one kind of change."""
        return [item for item in self.found if item.difference.change is change]


def bench(request: Request) -> Response:
    """Answer with the files of watch-lists and term sets."""
    here = visit(request)
    files = [path.relative_to(here.config.directory) for path in _files(here)]
    return here.page("bench.html", files=files, watchlists=here.config.watchlists)


def bench_file(request: Request) -> Response:
    """Answer with a file, to be edited in the page."""
    here = visit(request)
    return _page(here, _path(here), _path(here).read_text(encoding="utf-8"))


async def try_file(request: Request) -> Response:
    """Answer with the entries that the changed file would gain and lose."""
    here = visit(request)
    form = await read_form(request, at_most=3 * _MAX_FILE)
    text = form.get("text", "").replace("\r\n", "\n")
    return await run_in_threadpool(_try, here, text + "\n")


def _try(here: Visit, text: str) -> Response:
    if not _AT_ONCE.acquire(timeout=10):
        raise HTTPException(503, "Another trial is running. Try again in a moment.")
    try:
        return _page(here, _path(here), text, trial=_trial(here, _changed_lists(here, text)))
    except ConfigError as error:
        return _page(here, _path(here), text, problems=error.problems)
    finally:
        _AT_ONCE.release()


def _page(
    here: Visit,
    path: Path,
    text: str,
    *,
    trial: Trial | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    name = path.relative_to(here.config.directory)
    changes = [(change, trial.of(change)) for change in Change] if trial else []
    return here.page(
        "bench_file.html", file=name, text=text, trial=trial, changes=changes, problems=problems
    )


def _files(here: Visit) -> Iterator[Path]:
    return rule_files(here.config.directory)


def _path(here: Visit) -> Path:
    """Return the file that the address names; other files cannot be read this way."""
    wanted = here.request.path_params["file"]
    for path in _files(here):
        if str(path.relative_to(here.config.directory)) == wanted:
            return path
    raise HTTPException(404, f"no file {wanted}")


def _changed_lists(here: Visit, text: str) -> Lists:
    """Compile the lists with the changed file; it is written to a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as folder:
        changed = Path(folder) / _path(here).name
        changed.write_text(text, encoding="utf-8")
        return load_lists(here.config.directory, overlay=[changed])


def _trial(here: Visit, lists: Lists) -> Trial:
    trial = Trial(counts=dict.fromkeys(Change, 0), found=[])
    for stored, text in _entries(here):
        trial.entries += 1
        trial.since_at = stored.seen_at
        before, after = here.config.matcher.match(text), lists.matcher.match(text)
        for difference in compare_matches(before, after):
            trial.counts[difference.change] += 1
            if trial.counts[difference.change] <= BENCH_SAMPLES:
                why = _why(here, lists, text, difference)
                trial.found.append(Found(stored=stored, difference=difference, why=why))
    return trial


def _entries(here: Visit) -> Iterator[tuple[StoredEntry, MatchText]]:
    """Yield the newest entries, newest first, with the texts that lists match."""
    with here.reading() as tx:
        feeds = {**db.stored_feeds(tx), **{feed.id: feed for feed in here.config.feeds}}
        found = db.latest_entries(tx, BENCH_ENTRIES)
    return ((stored, matchable(stored.entry, feeds[stored.feed_id])) for stored in found)


def _why(here: Visit, lists: Lists, text: MatchText, difference: Difference) -> str:
    """Return the rules that hold on one side only."""
    name = difference.watchlist
    before = next(iter(here.config.matcher.explain(text, only=name)), None)
    after = next(iter(lists.matcher.explain(text, only=name)), None)
    fires, other = (before, after) if difference.change is Change.LOST else (after, before)
    return "; ".join(find_deciding_rules(fires, other)) if fires else ""
