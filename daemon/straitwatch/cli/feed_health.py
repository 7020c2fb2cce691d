"""Reads and prints the health of the feeds: a table, and a sentence for each problem."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from straitwatch.cli.jsonl import printable
from straitwatch.cli.output import new_console, zone_time
from straitwatch.core.diagnosis import (
    DiagnosedFeed,
    FeedDiagnosis,
    WatchedFeed,
    count_failing,
    diagnose_feeds,
    is_cut_off,
    is_overdue,
    list_by_cause,
    outage_hint,
)
from straitwatch.core.feed_condition import observe
from straitwatch.core.feed_words import LABELS, describe_condition
from straitwatch.core.intervals import current_reason
from straitwatch.core.model import (
    Condition,
    FeedState,
    ParsedDocument,
)
from straitwatch.core.redact import redact_address
from straitwatch.core.render import span_text
from straitwatch.feed_health import DAYS, FeedHealthView, relative

_WIDE = 110  # columns, with room for the reason of an interval
_PIPE_WIDTH = 160
_SHORTEST_NAME = 8
_GAP = 2  # between columns
_BARS, _PLAIN_BARS = "▁▂▃▄▅▆▇█", "1234567#"


def remark_on_first_document(document: ParsedDocument, url: str, now: datetime) -> str:
    """Return a remark on the document of a feed that is added, such as an old date; or ""."""
    contents = document.contents
    if contents.error:
        return f'its only entry is an error message, "{contents.error}"'
    if not contents.entries:
        return "it lists no entry yet"
    fresh = FeedState(
        feed_id="", baseline_at=now, last_polled_at=now, last_ok_at=now, last_new_at=now
    )
    state = observe(fresh, Condition.OK, now=now, contents=contents)
    feed = WatchedFeed(name="", url=url, state=state)
    (diagnosed,) = diagnose_feeds([feed], now).feeds
    return describe_condition(diagnosed, now=now)


# ---------------------------------------------------------------- JSON


def health_json(view: FeedHealthView, diagnosed: DiagnosedFeed) -> dict[str, Any]:
    """Return the JSON object of a feed."""
    state = diagnosed.feed.state
    health, interval = state.profile.health, state.profile.interval
    is_stored = health.condition is diagnosed.condition
    return {
        "name": diagnosed.name,
        "condition": diagnosed.condition.value,
        "since": _iso(health.since_at) if is_stored else None,
        "problem": describe_condition(diagnosed, now=view.now, zone=UTC),
        "outcome": state.last_outcome or "not polled yet",
        "failures": state.failures,
        "last_ok": _iso(state.last_ok_at),
        "last_new": _iso(state.last_new_at),
        "next": _iso(state.next_due_at),
        "interval": interval.length.total_seconds() if interval else None,
        "interval_reason": current_reason(state),
        "new_entries": list(view.new_entries.get(state.feed_id, [0] * DAYS)),
        "detail": view.detail(diagnosed.feed, ZoneInfo("UTC")),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


# ---------------------------------------------------------------- people


def new_health_console() -> Console:
    """Return a console as wide as the terminal, or wide enough for every column in a pipe."""
    console = new_console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console


def print_health(view: FeedHealthView, shown: Sequence[DiagnosedFeed], *, console: Console) -> None:
    """Print a table of feeds, and below it a sentence for each problem."""
    if is_cut_off(feeds=view.diagnosis.total, failed=len(view.diagnosis.failed)):
        for line in _by_cause(view.diagnosis):
            console.print(line, style="yellow", soft_wrap=True)
        shown = [feed for feed in shown if feed not in view.diagnosis.failed]
        if not shown:
            return
        console.print()
    if not shown:
        console.print("no feed has a problem" if view.diagnosis.feeds else "no feeds")
        return
    console.print(_table(view, shown, console))
    problems = list(_problems(view, shown))
    for line in ("", *problems) if problems else ():
        console.print(line, soft_wrap=True)


def _by_cause(diagnosis: FeedDiagnosis) -> Iterator[str]:
    """Yield a line for each cause if nearly all feeds fail; a sentence for each would be long."""
    failed = diagnosis.failed
    causes = [
        (printable(feed.name), feed.feed.state.last_detail or feed.feed.state.last_outcome)
        for feed in failed
    ]
    yield f"{count_failing(feeds=diagnosis.total, failed=len(failed))}:"
    for line in list_by_cause(causes):
        yield f"  {redact_address(line)}"
    hint = outage_hint(feed.feed.state.last_outcome for feed in failed)
    yield f"hint: {hint}; --json lists each feed"


def _problems(view: FeedHealthView, shown: Sequence[DiagnosedFeed]) -> Iterator[str]:
    overdue = [feed for feed in shown if _is_only_overdue(feed, view.now)]
    is_stopped = is_cut_off(feeds=view.diagnosis.total, failed=len(overdue))
    if is_stopped:
        polls = (feed.feed.state.last_polled_at for feed in view.diagnosis.feeds)
        last = zone_time(max(filter(None, polls), default=None), view.zone)
        yield f"no feed has been polled since {last}; is `straitwatch run` running?"
    for feed in shown:
        sentence = "" if is_stopped and feed in overdue else view.sentence(feed)
        if sentence:
            yield printable(f"{feed.name}: {sentence}")


def _is_only_overdue(diagnosed: DiagnosedFeed, now: datetime) -> bool:
    state = diagnosed.feed.state
    is_late = diagnosed.condition is Condition.LATE
    return is_late and not state.failures and is_overdue(state, now)


def _table(view: FeedHealthView, shown: Sequence[DiagnosedFeed], console: Console) -> Table:
    """Return the table; long names are cut, so that the other columns stay whole."""
    headings = ("Condition", f"{DAYS} days", "Last new", "Next", "Interval")
    rows = [_cells(view, feed, console) for feed in shown]
    columns = zip(headings, *rows, strict=True)
    rest = sum(max(map(cell_len, column)) + _GAP for column in columns)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("Name", *headings):
        table.add_column(heading, no_wrap=True)
    for feed, row in zip(shown, rows, strict=True):
        name = Text(printable(feed.name))
        name.truncate(max(console.width - rest - _GAP, _SHORTEST_NAME), overflow="ellipsis")
        table.add_row(name, *row, style=_style(feed))
    return table


def _cells(view: FeedHealthView, feed: DiagnosedFeed, console: Console) -> tuple[str, ...]:
    state = feed.feed.state
    bars = _BARS if console.encoding.startswith("utf") else _PLAIN_BARS
    return (
        LABELS[feed.condition],
        sparkline(view.new_entries.get(state.feed_id, [0] * DAYS), bars=bars),
        relative(state.last_new_at, view.now),
        relative(state.next_due_at, view.now),
        _interval_text(state, with_reason=console.width >= _WIDE),
    )


def _style(feed: DiagnosedFeed) -> str:
    if not feed.is_covered:
        return "red"
    return "" if feed.condition in (Condition.OK, Condition.NEW) else "yellow"


def _interval_text(state: FeedState, *, with_reason: bool) -> str:
    """Return the interval of a feed, and its reason: `4 min, adapted`."""
    interval = state.profile.interval
    if interval is None:
        return ""
    words = span_text(interval.length)
    return f"{words}, {current_reason(state)}" if with_reason else words


def sparkline(counts: Sequence[int], *, bars: str = _BARS) -> str:
    """Draw a bar for each count, as a share of the largest; a dot for none."""
    most = max(counts, default=0)
    return "".join(
        bars[(count * len(bars) - 1) // most] if count else "·" if bars is _BARS else "."
        for count in counts
    )
