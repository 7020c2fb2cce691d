"""`backtest`: what a changed list would have sent, on the entries of the last days or a file."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.cli.check import print_failure
from straitwatch.cli.console import new_console
from straitwatch.cli.entries import progress
from straitwatch.cli.jsonl import BadLine, Line, read_lines, read_time, write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.messages import print_messages
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.reportlines import UnusableError, read_matched_texts, read_optional_key
from straitwatch.clock import utc_now
from straitwatch.config import Config, Lists, kept_lists, load_lists
from straitwatch.core.backtest import Backtest, BacktestResult, ListResult, Sample
from straitwatch.core.match import run_examples
from straitwatch.core.model import Change, Entry, Feed, Verdict
from straitwatch.core.normalize import canonical_url, hash_text
from straitwatch.core.rules import Rules
from straitwatch.errors import StoreError, UsageError
from straitwatch.pipeline import backtest as run_backtest
from straitwatch.store import Store
from straitwatch.telemetry import configure_logging

RULES_SHOWN = 6  # of a list and direction
_GIT = "git:"
_TEXTS = ("title", "summary", "content", "url", "source", "lang")
_SIGNS = {Change.GAINED: "+", Change.LOST: "-", Change.SEVERITY: "~"}

app = new_app()


@app.command(
    epilog="Examples:  `straitwatch backtest draft/taiwan-policy.yaml --diff`  ·  "
    "`straitwatch backtest git:HEAD~1 --days 30`  ·  `straitwatch backtest --jsonl old.jsonl`"
)
def backtest(
    change: Annotated[
        str,
        typer.Argument(
            metavar="[FILE|DIR|git:REVISION]",
            help="A changed file of terms/ or watchlists/ (it stands in for the one of the same "
            "name), a changed configuration directory, or a git revision of it; default: the "
            "directory given by --config, as it is on disk.",
        ),
    ] = "",
    diff: Annotated[
        bool, typer.Option("--diff", help="Compare with the configuration in force.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, help="Stored entries of so many last days.")] = 14,
    jsonl: Annotated[
        Path | None,
        typer.Option(help="Entries from this file instead, in the format of `match`."),
    ] = None,
    messages: Annotated[
        bool,
        typer.Option(
            "--messages",
            help="With --jsonl: print the story, decision and message of each line, as if it had "
            "been read from the feed that `source` names at the time `ts`.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--list", metavar="ID", help="Only this list; repeatable.")
    ] = None,
    samples: Annotated[int, typer.Option(min=0, help="Samples of each kind and list.")] = 5,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Try a change of the lists on stored entries.

    Nothing is written or sent. Exit status 1 when an example of the changed lists fails.
    """
    configure_logging(level="warning")
    with ExitStack() as stack:
        loaded = load(config)
        lists = stack.enter_context(_changed_lists(change, config))
        _check_names(only or [], lists)
        if messages:
            if diff or only:
                raise UsageError("--messages cannot be combined with --diff or --list")
            _print_messages(jsonl, loaded, lists, as_json=json)
            return
        store = _open_store(stack, loaded, is_needed=jsonl is None)
        base = _base(loaded, store) if diff else None
        rules = activate(replace(loaded, receivers={})).rules
        test = Backtest(
            _with_lists(rules, lists),
            base=_with_lists(rules, base) if base else None,
            only=only or (),
            marks=store.call(db.read_marks) if store else {},
            constraints=store.call(db.story_constraints) if store else (),
            samples=samples,
        )
        started = utc_now()
        result, bad_lines = _run(test, loaded, store, days=days, jsonl=jsonl)
        seconds = (utc_now() - started).total_seconds()
    failures = run_examples(lists.matcher, lists.watchlists)
    if json:
        _write_json(result, has_base=diff, failed=len(failures), seconds=seconds)
    else:
        console = new_console(highlight=False, soft_wrap=True)
        _print(console, result, has_base=diff, seconds=seconds)
        for failure in failures:
            print_failure(console, failure)
    if failures or bad_lines:
        raise typer.Exit(1)


def _print_messages(jsonl: Path | None, config: Config, lists: Lists, *, as_json: bool) -> None:
    if jsonl is None:
        raise UsageError("--messages needs a file of reports\nhint: add --jsonl FILE")
    rules = _with_lists(activate(replace(config, receivers={})).rules, lists)
    if not print_messages(jsonl, rules, config.feeds, encoder=config.encoder, as_json=as_json):
        raise typer.Exit(1)


# ---------------------------------------------------------------- what is compared


@contextmanager
def _changed_lists(change: str, config: Path) -> Iterator[Lists]:
    if change.startswith(_GIT):
        with _revision(change.removeprefix(_GIT), config) as directory:
            yield load_lists(directory)
        return
    path = Path(change) if change else config
    if path.is_dir():
        yield load_lists(path)
    elif path.is_file():
        yield load_lists(config, overlay=[path])
    else:
        raise UsageError(
            f"no such file or directory: {path}\n"
            "hint: a git revision is written git:REVISION, such as git:HEAD~1"
        )


@contextmanager
def _revision(revision: str, config: Path) -> Iterator[Path]:
    """Unpack the configuration directory as it was at a git revision."""
    if revision.startswith("-"):
        raise UsageError(f"not a git revision: {revision}")
    command = ["git", "-C", str(config), "archive", "--format=tar", revision, "."]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        cause = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise UsageError(f"git has no {revision} of {config}: {cause}")
    with (
        tempfile.TemporaryDirectory(prefix="straitwatch-") as folder,
        tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive,
    ):
        archive.extractall(folder, filter="data")
        yield Path(folder)


def _check_names(only: list[str], lists: Lists) -> None:
    known = [it.id for it in lists.watchlists]
    for name in only:
        if name not in known:
            raise UsageError(f"no such watch-list: {name}\nhint: there are {', '.join(known)}")


def _open_store(stack: ExitStack, config: Config, *, is_needed: bool) -> Store | None:
    try:
        store = Store.open(config.database, migrate=False)
    except StoreError:
        if is_needed:
            raise
        return None
    stack.callback(store.close)
    return store


def _base(config: Config, store: Store | None) -> Lists:
    """Return the lists in force: those the daemon took over last, or else those on disk."""
    kept = store.call(db.saved_config) if store else None
    return kept_lists(kept.text) if kept else load_lists(config.directory)


def _with_lists(rules: Rules, lists: Lists) -> Rules:
    titles = {it.id: it.title for it in lists.watchlists}
    return replace(rules, matcher=lists.matcher, titles=titles)


# ---------------------------------------------------------------- the run


def _run(
    test: Backtest, config: Config, store: Store | None, *, days: int, jsonl: Path | None
) -> tuple[BacktestResult, int]:
    if jsonl is not None:
        return _run_file(test, jsonl, {feed.name: feed for feed in config.feeds})
    if store is None:
        raise UsageError("there is no store to read from")
    since_at = utc_now() - timedelta(days=days)
    feeds = {feed.id: feed for feed in config.feeds}
    with store.reading() as tx, progress(db.count_entries_since(tx, since_at)) as step:
        return run_backtest(tx, test, feeds=feeds, since_at=since_at, on_entry=step), 0


def _run_file(test: Backtest, path: Path, feeds: Mapping[str, Feed]) -> tuple[BacktestResult, int]:
    bad = 0
    seen_at = utc_now()
    with path.open("rb") as stream:
        total = sum(1 for _ in stream)
    with progress(total) as step:
        for number, line in enumerate(read_lines([path]), start=1):
            step()
            refused: BadLine | None
            match line:
                case Line():
                    seen_at = _time(line.value) or seen_at
                    refused = _try(test, line, number, seen_at, feeds)
                case BadLine():
                    refused = line
            if refused:
                bad += 1
                _complain(refused)
    return test.result(), bad


def _try(
    test: Backtest, line: Line, number: int, seen_at: datetime, feeds: Mapping[str, Feed]
) -> BadLine | None:
    """Take an entry into a backtest; return the line if it cannot be used."""
    try:
        test.take(*_past(line.value, number, feeds), seen_at)
    except UnusableError as error:
        return line.refuse(str(error))
    return None


def _complain(line: BadLine) -> None:
    new_console(stderr=True, soft_wrap=True).print(line.error, style="red", markup=False)


def _past(line: Mapping[str, Any], number: int, feeds: Mapping[str, Feed]) -> tuple[Entry, Feed]:
    texts = read_matched_texts(line, _TEXTS)
    url = texts["url"]
    entry = Entry(
        id=read_optional_key(line) or str(number),
        guid="",
        url=url,
        canonical_url=canonical_url(url) if url else "",
        title=texts["title"],
        summary=texts["summary"],
        content=texts["content"],
        language=texts["lang"],
        text_hash=hash_text((texts["title"], texts["summary"], texts["content"])),
    )
    name = texts["source"] or "file"
    return entry, feeds.get(name) or Feed(id=name, name=name, url="")


def _time(line: Mapping[str, Any]) -> datetime | None:
    return read_time(str(line.get("ts") or line.get("published_at") or ""))


# ---------------------------------------------------------------- for people


def _print(console: Console, result: BacktestResult, *, has_base: bool, seconds: float) -> None:
    span = ""
    if result.since_at and result.until_at:
        span = f" of {result.days:.1f} days ({result.since_at:%d %b} to {result.until_at:%d %b})"
    console.print(f"{result.entries:,} entries{span}, read in {seconds:.1f} s")
    if not result.lists:
        console.print("no list fires on any of them")
    for one in result.lists:
        _print_list(console, one, days=result.days, has_base=has_base)


def _print_list(console: Console, one: ListResult, *, days: float, has_base: bool) -> None:
    console.print()
    console.print(_headline(one, days=days, has_base=has_base))
    for change in Change:
        for rule, count in _top_rules(one, change, has_base=has_base):
            rate = f"{_SIGNS[change] if has_base else ' '}{count / days:.1f}"
            console.print(Text(f"  {rate:>6} a day  {rule}"))
    if one.verdicts:
        told = (f"{change.value}: {count} {v.value}" for (change, v), count in one.verdicts.items())
        console.print(Text(f"  as people marked them: {', '.join(told)}".replace("_", " ")))
    for sample in sorted(one.samples, key=lambda it: list(Change).index(it.change)):
        _print_sample(console, sample, has_base=has_base)


def _headline(one: ListResult, *, days: float, has_base: bool) -> Text:
    name = (one.watchlist, "bold")
    after = f"{one.alerts_after / days:.1f} alerts a day"
    if not has_base:
        return Text.assemble(name, f"  {after}, {one.entries_after} entries")
    changed = (
        f"+{one.alerts_gained / days:.1f} / -{one.alerts_lost / days:.1f} alerts a day",
        "bold yellow" if one.entries else "green",
    )
    entries = f"entries +{one.entries[Change.GAINED]} / -{one.entries[Change.LOST]}"
    severity = f", {one.entries[Change.SEVERITY]} of another severity"
    before = f"{one.alerts_before / days:.1f} before, {after}"
    return Text.assemble(name, "  ", changed, f"  ({before}; {entries}{severity})")


def _top_rules(one: ListResult, change: Change, *, has_base: bool) -> list[tuple[str, int]]:
    if not has_base and change is not Change.GAINED:
        return []
    found = [(rule, count) for (kind, rule), count in one.rules.items() if kind is change]
    return sorted(found, key=lambda it: (-it[1], it[0]))[:RULES_SHOWN]


def _print_sample(console: Console, sample: Sample, *, has_base: bool) -> None:
    sign = _SIGNS[sample.change] if has_base else "·"
    lead = f"  {sign} {sample.seen_at:%d %b %H:%M} {sample.feed_name}: "
    line = Text(lead + sample.entry.title)
    for hit in sample.match.hits:
        if hit.field == "title":
            line.stylize("bold yellow", len(lead) + hit.start, len(lead) + hit.end)
    console.print(line)
    verdict = f" ({sample.verdict.value.replace('_', ' ')})" if sample.verdict else ""
    words = ", ".join(dict.fromkeys(hit.text for hit in sample.match.hits))
    level = f"{sample.match.severity}, {sample.match.score} points"
    console.print(Text(f"      {level}: {words}{verdict}"))
    if has_base:
        for why in sample.why[:3]:
            console.print(Text(f"      {why}"))


# ---------------------------------------------------------------- for programs


def _write_json(result: BacktestResult, *, has_base: bool, failed: int, seconds: float) -> None:
    for one in result.lists:
        write_line(_as_json(one, days=result.days))
        for sample in one.samples:
            write_line(_sample_as_json(one.watchlist, sample))
    write_line(
        {
            "kind": "total",
            "entries": result.entries,
            "days": round(result.days, 2),
            "since": result.since_at.isoformat() if result.since_at else None,
            "until": result.until_at.isoformat() if result.until_at else None,
            "diff": has_base,
            "examples_failed": failed,
            "seconds": round(seconds, 2),
        }
    )


def _as_json(one: ListResult, *, days: float) -> dict[str, Any]:
    return {
        "kind": "list",
        "watchlist": one.watchlist,
        "alerts_before": one.alerts_before,
        "alerts_after": one.alerts_after,
        "alerts_gained": one.alerts_gained,
        "alerts_lost": one.alerts_lost,
        "gained_per_day": round(one.alerts_gained / days, 2),
        "lost_per_day": round(one.alerts_lost / days, 2),
        "entries_before": one.entries_before,
        "entries_after": one.entries_after,
        "entries_gained": one.entries[Change.GAINED],
        "entries_lost": one.entries[Change.LOST],
        "severity_changed": one.entries[Change.SEVERITY],
        "rules": [
            {"change": change.value, "rule": rule, "entries": count}
            for (change, rule), count in one.rules.most_common()
        ],
        "marked": [
            {"change": change.value, "verdict": verdict.value, "entries": count}
            for (change, verdict), count in one.verdicts.items()
        ],
    }


def _sample_as_json(watchlist: str, sample: Sample) -> dict[str, Any]:
    verdict: Verdict | None = sample.verdict
    return {
        "kind": "sample",
        "watchlist": watchlist,
        "change": sample.change.value,
        "id": sample.entry.id,
        "title": sample.entry.title,
        "url": sample.entry.url,
        "feed": sample.feed_name,
        "seen": sample.seen_at.isoformat(),
        "severity": sample.match.severity.value,
        "score": sample.match.score,
        "hits": [hit.text for hit in sample.match.hits],
        "why": list(sample.why),
        "verdict": verdict.value if verdict else None,
    }
