"""`run`: poll the feeds and send alerts."""

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from straitwatch.app.daemon import App, build_app, run_async, run_daemon
from straitwatch.app.load import load_to_run
from straitwatch.app.status import Status
from straitwatch.cli.jsonl import printable, write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.output import new_console
from straitwatch.cli.status import receiver_hints
from straitwatch.config import Config
from straitwatch.core.diagnosis import count_failing, is_cut_off, list_by_cause, outage_hint
from straitwatch.core.model import PollReport
from straitwatch.core.plural import counted
from straitwatch.store import StatusCounts
from straitwatch.telemetry import configure_logging

app = new_app()


@app.command(
    epilog="Examples:  `straitwatch run`  ·  `straitwatch run --once --json`  ·  "
    "`straitwatch run --config /etc/straitwatch`"
)
def run(
    config: ConfigDir = DEFAULT_CONFIG,
    once: Annotated[
        bool, typer.Option("--once", help="Poll due feeds and send due messages once, then stop.")
    ] = False,
    json: Json = False,
    log_level: Annotated[
        str,
        typer.Option(metavar="LEVEL", help="The log level: debug, info, warning or error."),
    ] = "",
) -> None:
    """Poll the feeds and send alerts until you stop it.

    With `--once`: exit status 1 if every feed that was polled failed.
    """
    usual = "info" if not once else "warning" if json else "error"  # the summary names failures
    configure_logging(level=log_level or usual)
    loaded = load_to_run(config)
    for notice in loaded.notices:
        new_console(stderr=True).print(str(notice), markup=False, highlight=False)
    if json:
        loaded = _alerts_to_stderr(loaded)
    if once:
        run_async(lambda: _run_once(loaded, as_json=json))
        return
    run_async(lambda: run_daemon(loaded))


def _alerts_to_stderr(config: Config) -> Config:
    """Keep stdout for the JSON: send alerts for the terminal to stderr."""
    receivers = {
        name: replace(receiver, url="terminal://stderr")
        if receiver.url == "terminal://"
        else receiver
        for name, receiver in config.receivers.items()
    }
    return replace(config, receivers=receivers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """The result of one pass: the counts, the state after it, and the feeds it fetched first."""

    summary: Mapping[str, Any]
    state: Status
    silent: int  # feeds whose first fetch sent no alert


async def run_once(config: Config) -> Pass:
    """Poll due feeds and send due messages once, with a progress bar."""
    async with AsyncExitStack() as stack:
        app = await build_app(config, stack)
        with _progress(len(app.runtime.active.feeds)) as progress:
            app.polls.on_poll = progress
            await app.run_once()
        return Pass(summary=await _summary(app), state=await app.status(), silent=progress.silent)


async def _run_once(config: Config, *, as_json: bool) -> None:
    done = await run_once(config)
    summary = done.summary
    if as_json:
        write_line(summary)
    else:
        _print(done)
    if summary["polled"] and summary["failed"] == summary["polled"]:
        raise typer.Exit(1)


def _print(done: Pass) -> None:
    """Print the counts of a pass, and what needs a look."""
    summary = done.summary
    stories = counted(summary["stories_new"], "new story", "new stories")
    typer.echo(
        f"polled {summary['polled']} of {counted(summary['feeds'], 'feed')}: "
        f"{summary['failed']} failed, "
        f"{counted(summary['entries_new'], 'new entry', 'new entries')}, {stories}, "
        f"{counted(summary['alerts'], 'alert')}"
    )
    typer.echo(
        f"messages: {summary['delivered']} delivered, {summary['pending']} waiting, "
        f"{counted(summary['dead'], 'dead letter')}"
    )
    if done.silent and not summary["alerts"]:
        typer.echo(
            f"first fetch of {counted(done.silent, 'feed')}: entries older than "
            "`polling.backfill` were recorded without an alert; new ones send alerts",
            err=True,
        )
    for line in (*_failing_lines(done.state.counts), *receiver_hints(done.state.receivers)):
        typer.echo(line, err=True)


def _failing_lines(counts: StatusCounts) -> Iterator[str]:
    """Yield a line for each cause, and a hint."""
    failed = len(counts.troubles)
    if not failed:
        return
    yield f"{count_failing(feeds=counts.feeds, failed=failed)}:"
    causes = ((printable(feed.name), feed.detail or feed.outcome) for feed in counts.troubles)
    for line in list_by_cause(causes):
        yield f"  {line}"
    hint = "see `straitwatch feeds health --problems`"
    if is_cut_off(feeds=counts.feeds, failed=failed):
        hint = outage_hint(feed.outcome for feed in counts.troubles)
    yield f"hint: {hint}"


async def _summary(app: App) -> dict[str, Any]:
    """Return the counts of this pass, with the current numbers of pending and dead messages."""
    counts = (await app.status()).to_json()
    totals = app.runtime.totals
    return {
        **counts,
        "polled": totals.polled,
        "failed": totals.failed,
        "entries_new": totals.entries_new,
        "stories_new": totals.stories_new,
        "alerts": totals.alerts,
        "delivered": totals.delivered,
    }


class _progress:  # noqa: N801 - reads as a function
    """A progress bar on stderr, if it is a terminal."""

    def __init__(self, total: int) -> None:
        self._bar = Progress(
            TextColumn("polling"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[found]} new entries"),
            TimeElapsedColumn(),
            console=new_console(stderr=True),
            disable=not new_console(stderr=True).is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("poll", total=total, found=0)
        self._found = 0
        self.silent = 0  # feeds whose first fetch sent no alert

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, report: PollReport) -> None:
        self._found += report.entries_new
        self.silent += report.is_baseline
        self._bar.update(self._task, advance=1, found=self._found)
