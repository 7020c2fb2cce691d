"""`shadow`: a changed list that runs beside the old one, on live entries, and alerts nobody."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from straitwatch import store as db
from straitwatch.app.shadow import SHADOW_FOR
from straitwatch.cli.check import print_failure
from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_quickly, opened
from straitwatch.clock import utc_now
from straitwatch.config import (
    RULE_FOLDERS,
    SHADOW_FOLDER,
    Config,
    Lists,
    load_lists,
    rule_files,
    shadow_files,
    shadow_version,
)
from straitwatch.core.match import run_examples
from straitwatch.core.model import Change
from straitwatch.errors import UsageError

app = new_app(help="Run a changed list silently beside the active one.")
_SIGNS = {Change.GAINED: "+", Change.LOST: "-", Change.SEVERITY: "~"}
_HOURS = SHADOW_FOR / timedelta(hours=1)


@app.command(epilog="Example:  `straitwatch shadow start draft/taiwan-policy.yaml --hours 48`")
def start(
    files: Annotated[list[Path], typer.Argument(help="Changed files of terms/ or watchlists/.")],
    hours: Annotated[float, typer.Option(min=0.001, help="How long it runs.")] = _HOURS,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Check changed files and put them into config/shadow/, where the daemon finds them.

    A file stands in for the one of the same name. Exit status 1 when an example fails.
    """
    loaded = load_quickly(config)
    after = {path.name: path for path in [*shadow_files(config), *files]}
    _require_examples(load_lists(config, overlay=list(after.values())))
    version = shadow_version(list(after.values()))
    with opened(config) as (_, store):  # before the daemon sees it: it would begin with its own
        store.call(
            db.start_shadow,
            version,
            files=sorted(after),
            now=utc_now(),
            runs_for=timedelta(hours=hours),
        )
    folder = loaded.directory / SHADOW_FOLDER
    with _writing(folder):
        folder.mkdir(exist_ok=True)
        for path in files:
            _put(path, folder / path.name)
    typer.echo(f"{', '.join(sorted(after))} in shadow for {hours:g} hours ({version})")


@app.command(epilog="Example:  `straitwatch shadow report --json`")
def report(
    samples: Annotated[int, typer.Option(min=0, help="Samples, the latest first.")] = 20,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show what the change in shadow would have gained and lost so far."""
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
        _print(run, read, counts, found)


@app.command(epilog="Example:  `straitwatch shadow promote --yes`")
def promote(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Put the changed files in the place of the old ones: the daemon takes them over."""
    files = shadow_files(config)
    if not files:
        raise UsageError("nothing is in shadow")
    _require_examples(load_lists(config, overlay=files))
    known = {path.name: path for path in rule_files(config)}
    moves = [(path, known.get(path.name, _new_place(config, path))) for path in files]
    for path, place in moves:
        typer.echo(f"{path} -> {place}")
    if not yes and not typer.confirm("Put them into force?"):
        raise typer.Exit(1)
    with _writing(config):
        for path, place in moves:
            _put(path, place)
        for path in files:  # last: until here nothing is lost when this is cut short
            path.unlink()
    typer.echo("promoted; the daemon takes them over in a moment")


@app.command(epilog="Example:  `straitwatch shadow drop`")
def drop(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Take the change out of shadow and forget what it found."""
    files = shadow_files(config)
    if not files:
        raise UsageError("nothing is in shadow")
    version = shadow_version(files)
    with _writing(config):
        for path in files:
            path.unlink()
    with opened(config) as (_, store):
        store.call(db.drop_shadow, version)
    typer.echo(f"dropped {', '.join(path.name for path in files)}")


def _running(config: Config) -> str:
    if config.shadow is None:
        for problem in config.notices:
            if "in shadow" in problem.message:
                raise UsageError(str(problem))
        raise UsageError("nothing is in shadow\nhint: `straitwatch shadow start FILE`")
    return config.shadow.version


def _require_examples(lists: Lists) -> None:
    failures = run_examples(lists.matcher, lists.watchlists)
    out = new_console(highlight=False, markup=False, soft_wrap=True)
    for failure in failures:
        print_failure(out, failure)
    if failures:
        raise typer.Exit(1)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Say what is wrong where a configuration cannot be written, as on a read-only mount."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror}") from error


def _put(source: Path, place: Path) -> None:
    """Copy a file so that whoever reads it sees the old one or the new one, whole."""
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
) -> None:
    console = new_console(highlight=False, soft_wrap=True)
    state = "has run its time" if run.reported_at else f"runs until {run.until_at:%d %b %H:%M} UTC"
    console.print(
        Text(f"{', '.join(run.files)} in shadow since {run.since_at:%d %b %H:%M} UTC, {state}")
    )
    console.print(f"{read} entries read since")
    if not counts:
        console.print("it differs from the lists in force on none of them")
    for name in sorted({name for name, _ in counts}):
        told = (f"{_SIGNS[change]}{counts[name, change]}" for change in Change)
        console.print(Text.assemble((name, "bold"), f"  {' / '.join(told)} entries"))
    for sample in found:
        lead = f"  {_SIGNS[sample.change]} {sample.seen_at:%d %b %H:%M} {sample.feed_name}: "
        line = Text(lead + sample.title)
        for hit in sample.match.hits:
            if hit.field == "title":
                line.stylize("bold yellow", len(lead) + hit.start, len(lead) + hit.end)
        console.print(line)
        words = ", ".join(dict.fromkeys(hit.text for hit in sample.match.hits))
        level = f"{sample.match.severity}, {sample.match.score} points"
        console.print(Text(f"      {sample.watchlist}: {level}: {words}"))


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
