"""`shadow`: run a changed list silently beside the active one."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from straitwatch import store as db
from straitwatch.app.shadow import SHADOW_FOR
from straitwatch.cli.examples import print_failure
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_quickly, opened
from straitwatch.cli.output import local_time, new_console, zone_time
from straitwatch.cli.samples import CHANGE_SIGNS, sample_lines
from straitwatch.clock import utc_now
from straitwatch.config import (
    RULE_FOLDERS,
    SHADOW_FOLDER,
    Lists,
    Settings,
    load_lists,
    rule_files,
    shadow_files,
    shadow_version,
    writing,
)
from straitwatch.core.match import run_examples
from straitwatch.core.model import Change
from straitwatch.core.plural import counted
from straitwatch.errors import UsageError

app = new_app(help="Run a changed list silently beside the active one.")
_HOURS = SHADOW_FOR / timedelta(hours=1)


@app.command(epilog="Example:  `straitwatch shadow start draft/taiwan-policy.yaml --hours 48`")
def start(
    files: Annotated[list[Path], typer.Argument(help="Changed files of terms/ or watchlists/.")],
    hours: Annotated[float, typer.Option(min=0.001, help="The hours that it runs.")] = _HOURS,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Copy changed files to config/shadow/, where the daemon runs them silently.

    A file replaces the file of the same name. Exit status 1 if an example fails.
    """
    loaded = load_quickly(config)
    after = {path.name: path for path in [*shadow_files(config), *files]}
    _require_examples(load_lists(config, overlay=list(after.values())))
    version = shadow_version(list(after.values()))
    with opened(config) as (
        _,
        store,
    ):  # before the daemon sees the files and starts a run of its own
        store.call(
            db.start_shadow,
            version,
            files=sorted(after),
            now=utc_now(),
            runs_for=timedelta(hours=hours),
        )
    folder = loaded.directory / SHADOW_FOLDER
    with writing(folder):
        folder.mkdir(exist_ok=True)
        for path in files:
            _put(path, folder / path.name)
    typer.echo(f"{', '.join(sorted(after))} in shadow for {hours:g} hours ({version})")


@app.command(epilog="Example:  `straitwatch shadow report --json`")
def report(
    samples: Annotated[int, typer.Option(min=0, help="The number of samples, newest first.")] = 20,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show the matches that the change has gained and lost so far."""
    with opened(config) as (loaded, store), store.reading() as tx:
        version = _running(loaded)
        run = db.shadow_run(tx, version)
        if run is None:
            raise UsageError(
                "the daemon has not seen the change yet\nhint: is `straitwatch run` running?"
            )
        counts = db.shadow_counts(tx, version)
        found = db.shadow_samples(tx, version, limit=samples)
        read = db.count_entries_since(tx, run.since_at)
    if json:
        _write_json(run, read, counts, found)
    else:
        _print(run, read, counts, found, ZoneInfo(loaded.timezone))


@app.command(epilog="Example:  `straitwatch shadow promote --yes`")
def promote(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Replace the active files by the changed ones; the daemon reloads them."""
    files = shadow_files(config)
    if not files:
        raise UsageError("no change is in shadow")
    _require_examples(load_lists(config, overlay=files))
    known = {path.name: path for path in rule_files(config)}
    moves = [(path, known.get(path.name, _new_place(config, path))) for path in files]
    for path, place in moves:
        typer.echo(f"{path} -> {place}")
    if not yes and not typer.confirm("Activate them?"):
        raise typer.Exit(1)
    with writing(config):
        for path, place in moves:
            _put(path, place)
        for path in files:  # last, so that an interruption loses no file
            path.unlink()
    typer.echo("promoted; the daemon reloads them in a moment")


@app.command(epilog="Example:  `straitwatch shadow drop`")
def drop(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Remove the change from shadow and delete its results."""
    files = shadow_files(config)
    if not files:
        raise UsageError("no change is in shadow")
    version = shadow_version(files)
    with writing(config):
        for path in files:
            path.unlink()
    with opened(config) as (_, store):
        store.call(db.drop_shadow, version)
    typer.echo(f"dropped {', '.join(path.name for path in files)}")


def _running(config: Settings) -> str:
    if config.shadow is None:
        for problem in config.notices:
            if "in shadow" in problem.message:
                raise UsageError(str(problem))
        raise UsageError(
            "no change is in shadow\nhint: `straitwatch shadow start FILE` starts a run"
        )
    return config.shadow.version


def _require_examples(lists: Lists) -> None:
    failures = run_examples(lists.matcher, lists.watchlists)
    out = new_console(highlight=False, markup=False, soft_wrap=True)
    for failure in failures:
        print_failure(out, failure)
    if failures:
        raise typer.Exit(1)


def _put(source: Path, place: Path) -> None:
    """Copy a file atomically: the daemon sees the old one or the new one, whole."""
    if source.resolve() == place.resolve():
        return
    draft = place.with_name(f".{place.name}.new")
    shutil.copyfile(source, draft)
    draft.replace(place)


def _new_place(config: Path, path: Path) -> Path:
    lists_terms_only = "watchlists:" not in path.read_text(encoding="utf-8")
    return config / RULE_FOLDERS[0 if lists_terms_only else 1] / path.name


# ---------------------------------------------------------------- showing


def _print(
    run: db.ShadowRun,
    read: int,
    counts: "dict[tuple[str, Change], int]",
    found: Sequence[db.ShadowSample],
    zone: ZoneInfo,
) -> None:
    console = new_console(highlight=False, soft_wrap=True)
    state = "has ended" if run.reported_at else f"runs until {zone_time(run.until_at, zone)}"
    since = zone_time(run.since_at, zone)
    console.print(Text(f"{', '.join(run.files)} in shadow since {since}, {state}"))
    console.print(f"{counted(read, 'entry', 'entries')} read since")
    if not counts:
        console.print("the active lists decide the same about all of them")
    for name in sorted({name for name, _ in counts}):
        changes = (f"{CHANGE_SIGNS[change]}{counts[name, change]}" for change in Change)
        console.print(Text.assemble((name, "bold"), f"  {' / '.join(changes)} entries"))
    for sample in found:
        sign = CHANGE_SIGNS[sample.change]
        lead = f"  {sign} {local_time(sample.seen_at, zone)} {sample.feed_name}: "
        for line in sample_lines(sample.title, sample.match, lead=lead, watchlist=sample.watchlist):
            console.print(line)


def _write_json(
    run: db.ShadowRun,
    read: int,
    counts: "dict[tuple[str, Change], int]",
    found: Sequence[db.ShadowSample],
) -> None:
    for name in sorted({name for name, _ in counts}):
        row: dict[str, Any] = {"kind": "list", "watchlist": name}
        write_line(row | {change.value: counts.get((name, change), 0) for change in Change})
    for sample in found:
        write_line(
            {
                "kind": "sample",
                "watchlist": sample.watchlist,
                "change": sample.change.value,
                "title": sample.title,
                "url": sample.url,
                "feed": sample.feed_name,
                "seen": sample.seen_at.isoformat(),
                "severity": sample.match.severity.value,
                "score": sample.match.score,
                "hits": [hit.text for hit in sample.match.hits],
            }
        )
    write_line(
        {
            "kind": "run",
            "version": run.version,
            "files": list(run.files),
            "since": run.since_at.isoformat(),
            "until": run.until_at.isoformat(),
            "reported": run.reported_at.isoformat() if run.reported_at else None,
            "entries": read,
        }
    )
