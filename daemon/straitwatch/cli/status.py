"""`status`: show feeds, receivers, stories and undelivered messages."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from straitwatch.app.status import Status, read_status
from straitwatch.cli.jsonl import printable, write_line
from straitwatch.cli.last_valid import opened_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.news import News, alert_columns, message_columns, read_news
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.output import in_zone, local_time, new_console, print_table, zone_time
from straitwatch.clock import utc_now
from straitwatch.core.diagnosis import (
    FeedDiagnosis,
    count_failing,
    is_cut_off,
    outage_hint,
    summarize_causes,
)
from straitwatch.core.feed_words import LABELS, count_conditions, describe_condition
from straitwatch.core.liveness import DatabaseState, Fault, describe_runs, list_faults
from straitwatch.core.plural import counted
from straitwatch.core.receivers import ReceiverStatus
from straitwatch.store import StatusCounts

T = TypeVar("T")
_WORST = 5  # feeds with a sentence

app = new_app()


@app.command(epilog="Examples:  `straitwatch status`  ·  `straitwatch status --json`")
def status(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Show feeds, receivers, stories and undelivered messages.

    Polls, entries, stories, alerts and deliveries are counted over the last 24 hours.

    Exit status 1 if no daemon runs, polling or sending is late, every feed fails, or a receiver or
    the configuration is broken.
    """
    now = utc_now()
    with opened_to_read(config) as (loaded, store):
        zone = ZoneInfo(loaded.timezone)
        state, is_locked = store.call(read_status, loaded, now, zone=zone), store.is_locked
        news = store.call(read_news)
    database = DatabaseState(is_locked=is_locked)
    faults = list_faults(state.liveness, now=now, database=database, zone=zone)
    if json:
        write_line(state.to_json())
    else:
        _print(state, faults, news, zone)
        typer.echo(f"configuration: {config}")
    is_fine = loaded.is_valid and not any(receiver.is_broken for receiver in state.receivers)
    if faults or not is_fine:
        raise typer.Exit(1)


def _print(state: Status, faults: Sequence[Fault], news: News, zone: ZoneInfo) -> None:
    console = new_console(highlight=False, markup=False, soft_wrap=True)
    for fault in faults:
        console.print(fault.text, style="red")
        if fault.hint:
            console.print(f"hint: {fault.hint}", style="red")
    if not faults:
        console.print(describe_runs(state.liveness, zone))
    for line in (*state.remarks, *state.distrusted, *state.pauses, *state.blind):
        console.print(printable(line), style="yellow")
    for line in _count_lines(state, zone):
        console.print(line)
    for line in cut_off_lines(state.counts):
        console.print(line, style="yellow")
    _print_messages(state, news, zone)
    for line in receiver_hints(state.receivers):
        console.print(line, style="yellow")
    for line in () if _is_cut_off(state.counts) else _feed_lines(state.counts.diagnosis, zone):
        console.print(line)
    if news.alerts:
        _print_rows("Newest alerts", news.alerts, alert_columns(zone))
    else:
        _print_rows("Latest stories", state.counts.stories, _story_columns(zone))


def _print_messages(state: Status, news: News, zone: ZoneInfo) -> None:
    """Print the messages that were not delivered, and the receivers."""
    title = "Undelivered messages (`straitwatch outbox list` has all)"
    _print_rows(title, news.undelivered, message_columns(zone))
    columns: dict[str, Callable[[ReceiverStatus], str]] = {
        "Receiver": lambda row: row.name,
        "State": lambda row: row.state,
    }
    _print_rows("Receivers", state.receivers, columns)


def _count_lines(state: Status, zone: ZoneInfo) -> Iterator[str]:
    counts = state.counts
    conditions = count_conditions(feed.condition for feed in counts.diagnosis.problems)
    health = "" if _is_cut_off(counts) else f", {conditions or '0 failing'}"
    last_polled = zone_time(counts.last_polled_at, zone)
    yield f"{counted(counts.feeds, 'feed')}{health}; last poll {last_polled}"
    yield (
        f"last 24 h: {counted(counts.entries_new, 'entry', 'entries')}, "
        f"{counted(counts.stories_new, 'story', 'stories')}, "
        f"{counted(counts.alerts, 'alert')}, {counts.delivered} delivered"
    )
    waiting = f"{counts.pending} waiting"
    if counts.oldest_pending_at:
        waiting += f" (oldest {local_time(counts.oldest_pending_at, zone)})"
    yield f"{waiting}, {counted(counts.dead, 'dead letter')}"
    if state.pages:
        yield state.pages
    yield f"sentence encoder: {state.encoder}"


def receiver_hints(receivers: Iterable[ReceiverStatus]) -> Iterator[str]:
    """Yield the fault and the remedy of each receiver that has one."""
    for receiver in receivers:
        if receiver.hint:
            yield f"{receiver.name}: {receiver.state}"
            yield f"hint: {receiver.hint}"


def cut_off_lines(counts: StatusCounts) -> Iterator[str]:
    """Yield one line and a hint if every feed fails, as on a machine without a network."""
    if _is_cut_off(counts):
        causes = summarize_causes(feed.detail or feed.outcome for feed in counts.troubles)
        failing = count_failing(feeds=counts.feeds, failed=len(counts.troubles))
        yield f"{failing}: {causes}"
        yield f"hint: {outage_hint(feed.outcome for feed in counts.troubles)}"


def _is_cut_off(counts: StatusCounts) -> bool:
    return is_cut_off(feeds=counts.feeds, failed=len(counts.troubles))


def _feed_lines(diagnosis: FeedDiagnosis, zone: ZoneInfo) -> Iterator[str]:
    """Yield a heading, and a sentence for each of the worst feeds."""
    now, problems = utc_now(), diagnosis.problems
    if problems:
        yield "\nFeeds that need a look"
    for feed in problems[:_WORST]:
        sentence = describe_condition(feed, now=now, zone=zone)
        yield f"  {printable(feed.name)} ({LABELS[feed.condition]}): {printable(sentence)}"
    if len(problems) > _WORST:
        yield f"  and {len(problems) - _WORST} more; see `straitwatch feeds health --problems`"


def _story_columns(zone: ZoneInfo) -> dict[str, Callable[[Any], str]]:
    return {
        in_zone("Seen", zone): lambda story: local_time(story.first_seen_at, zone),
        "Severity": lambda story: story.severity,
        "Outlets": lambda story: str(len(story.outlets)),
        "Story": lambda story: story.title,
    }


def _print_rows(title: str, rows: Sequence[T], columns: Mapping[str, Callable[[T], str]]) -> None:
    if rows:
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(text(row) for text in columns.values()))
        print_table(table)
