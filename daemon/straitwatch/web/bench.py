"""Shows the files of watch-lists, and tries a changed one on stored entries; it writes no file."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from straitwatch.config import rule_files
from straitwatch.core.model import Change
from straitwatch.core.policy import BENCH_ENTRIES
from straitwatch.trial import Trial, TrialError, TrialRequest, try_lists
from straitwatch.web.acting import read_form
from straitwatch.web.desk import Visit, visit

_MAX_FILE = 1_000_000  # bytes
_PATIENCE = 10  # seconds to wait for another trial


def bench(request: Request) -> Response:
    """Answer with the files of watch-lists and term sets."""
    here = visit(request)
    files = [path.relative_to(here.config.directory) for path in _files(here)]
    return here.page("bench.html", files=files, watchlists=here.config.watchlists)


def bench_file(request: Request) -> Response:
    """Answer with a file, to be edited in the page."""
    here = visit(request)
    return _page(here, _path(here).read_text(encoding="utf-8"))


async def try_file(request: Request) -> Response:
    """Answer with the entries that the changed file would gain and lose."""
    here = visit(request)
    form = await read_form(request, at_most=3 * _MAX_FILE)
    text = form.get("text", "").replace("\r\n", "\n") + "\n"
    entries = next((most for most in BENCH_ENTRIES if str(most) == form.get("entries")), None)
    try:
        trial = await _try(here, _request(here, text, entries or BENCH_ENTRIES[0]))
    except TrialError as error:
        return _page(here, text, entries=entries, failure=str(error))
    return _page(here, text, entries=entries, trial=trial)


async def _try(here: Visit, request: TrialRequest) -> Trial:
    turn = here.desk.trial_turn
    try:
        async with asyncio.timeout(_PATIENCE):
            await turn.acquire()
    except TimeoutError as error:
        raise TrialError("Another trial is running. Try again in a moment.") from error
    try:
        return await try_lists(request)
    finally:
        turn.release()


def _request(here: Visit, text: str, entries: int) -> TrialRequest:
    config = here.config
    return TrialRequest(
        directory=config.directory,
        name=str(_path(here).relative_to(config.directory)),
        text=text,
        version=config.version,
        feeds={feed.id: feed for feed in config.feeds},
        database=config.database,
        entries=entries,
    )


def _page(
    here: Visit,
    text: str,
    *,
    entries: int | None = None,
    trial: Trial | None = None,
    failure: str = "",
) -> Response:
    return here.page(
        "bench_file.html",
        file=_path(here).relative_to(here.config.directory),
        text=text,
        trial=trial,
        failure=failure,
        changes=[(change, trial.of(change)) for change in Change] if trial else [],
        entries=entries or BENCH_ENTRIES[0],
        entries_offered=BENCH_ENTRIES,
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
