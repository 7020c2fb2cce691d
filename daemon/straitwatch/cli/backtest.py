"""`backtest`: try a change of the lists on stored entries, or on a file."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.cli.backtest_report import result_lines, write_result
from straitwatch.cli.changed_lists import changed_lists
from straitwatch.cli.entries import progress
from straitwatch.cli.examples import print_failure
from straitwatch.cli.jsonl import BadLine, Line, read_lines, read_time
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_watchlists
from straitwatch.cli.messages import print_messages
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.output import new_console, print_error
from straitwatch.cli.reportlines import UnusableError, read_matched_texts, read_optional_key
from straitwatch.clock import utc_now
from straitwatch.config import Config, Lists, kept_lists, load_lists
from straitwatch.core.backtest import Backtest, BacktestResult
from straitwatch.core.match import run_examples
from straitwatch.core.model import Entry, Feed
from straitwatch.core.normalize import canonical_url, hash_text
from straitwatch.core.plan import fold_profiles
from straitwatch.core.rules import Rules
from straitwatch.errors import StoreError, UsageError
from straitwatch.pipeline import backtest as run_backtest
from straitwatch.store import Store
from straitwatch.telemetry import configure_logging

_TEXTS = ("title", "summary", "content", "url", "source", "lang")

app = new_app()
_Change = Annotated[
    str,
    typer.Argument(
        metavar="[FILE|DIR|git:REVISION]",
        help="A changed file of terms/ or watchlists/ (it replaces the file of that name), a "
        "changed configuration directory, or a git revision of it. Default: the directory given "
        "by --config.",
    ),
]
_Diff = Annotated[bool, typer.Option("--diff", help="Compare with the active configuration.")]
_Days = Annotated[int, typer.Option(min=1, help="Days of stored entries.")]
_JsonLines = Annotated[
    Path | None, typer.Option(help="A file of entries instead, in the format of `match`.")
]
_Messages = Annotated[
    bool,
    typer.Option(
        "--messages",
        help="With --jsonl: print the story, decision and message of each line, as if it were "
        "read from the feed `source` at the time `ts`.",
    ),
]
_Only = Annotated[
    list[str] | None, typer.Option("--list", metavar="ID", help="Only this list; repeatable.")
]
_Samples = Annotated[int, typer.Option(min=0, help="Samples of each list and kind of change.")]


@app.command(
    epilog="Examples:  `straitwatch backtest draft/taiwan-policy.yaml --diff`  ·  "
    "`straitwatch backtest git:HEAD~1 --days 30`  ·  `straitwatch backtest --jsonl old.jsonl`"
)
def backtest(
    change: _Change = "",
    diff: _Diff = False,
    days: _Days = 14,
    jsonl: _JsonLines = None,
    messages: _Messages = False,
    only: _Only = None,
    samples: _Samples = 5,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Try a change of the lists on stored entries.

    You see how many alerts a day the lists would send, their rules and samples. No message is sent
    and the database stays as it is. Exit status 1 if an example of the changed lists fails.
    """
    configure_logging(level="warning")
    with ExitStack() as stack:
        loaded = load(config)
        lists = stack.enter_context(changed_lists(change, config))
        require_watchlists(only or (), lists.watchlists)
        if messages:
            if diff or only:
                raise UsageError("--messages cannot be combined with --diff or --list")
            _print_messages(jsonl, loaded, lists, as_json=json)
            return
        store = _open_store(stack, loaded, is_needed=jsonl is None)
        base = _base(loaded, store) if diff else None
        test = _backtest(loaded, lists, store, base=base, only=only or (), samples=samples)
        started_at = utc_now()
        result, bad_lines = _run(test, loaded, store, days=days, jsonl=jsonl)
        seconds = (utc_now() - started_at).total_seconds()
    failures = run_examples(lists.matcher, lists.watchlists)
    if json:
        write_result(result, has_base=diff, failed=len(failures), seconds=seconds)
    else:
        console = new_console(highlight=False, soft_wrap=True)
        zone = ZoneInfo(loaded.timezone)
        for text in result_lines(result, has_base=diff, seconds=seconds, zone=zone):
            console.print(text)
        for failure in failures:
            print_failure(console, failure)
    if failures or bad_lines:
        raise typer.Exit(1)


def _backtest(
    config: Config,
    lists: Lists,
    store: Store | None,
    *,
    base: Lists | None,
    only: Sequence[str],
    samples: int,
) -> Backtest:
    rules = activate(replace(config, receivers={})).rules
    return Backtest(
        _with_lists(rules, lists),
        base=_with_lists(rules, base) if base else None,
        only=only,
        marks=store.call(db.read_marks) if store else {},
        constraints=store.call(db.story_constraints) if store else (),
        samples=samples,
    )


def _print_messages(jsonl: Path | None, config: Config, lists: Lists, *, as_json: bool) -> None:
    if jsonl is None:
        raise UsageError("--messages needs a file of reports\nhint: add --jsonl FILE")
    rules = _with_lists(activate(replace(config, receivers={})).rules, lists)
    if not print_messages(jsonl, rules, config.feeds, encoder=config.encoder, as_json=as_json):
        raise typer.Exit(1)


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
    """Return the active lists: those the daemon loaded last, or those on disk."""
    kept = store.call(db.saved_config) if store else None
    return kept_lists(kept.text) if kept else load_lists(config.directory)


def _with_lists(rules: Rules, lists: Lists) -> Rules:
    titles = {watchlist.id: watchlist.title for watchlist in lists.watchlists}
    folding = fold_profiles(lists.watchlists)
    return replace(rules, matcher=lists.matcher, titles=titles, folding=folding)


# ---------------------------------------------------------------- the run


def _run(
    test: Backtest, config: Config, store: Store | None, *, days: int, jsonl: Path | None
) -> tuple[BacktestResult, int]:
    if jsonl is not None:
        return _run_file(test, jsonl, {feed.name: feed for feed in config.feeds})
    if store is None:
        raise UsageError("there is no database to read entries from")
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
                    refused = _add_line(test, line, number, seen_at, feeds)
                case BadLine():
                    refused = line
            if refused:
                bad += 1
                print_error(refused.error)
    return test.result(), bad


def _add_line(
    test: Backtest, line: Line, number: int, seen_at: datetime, feeds: Mapping[str, Feed]
) -> BadLine | None:
    """Add an entry to a backtest; return the line if it cannot be used."""
    try:
        test.take(*_past(line.value, number, feeds), seen_at)
    except UnusableError as error:
        return line.refuse(str(error))
    return None


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
