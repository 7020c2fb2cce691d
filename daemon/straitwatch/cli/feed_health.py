"""Reads and prints the health of the feeds: a table, and a sentence for each problem."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from straitwatch import store as db
from straitwatch.cli.jsonl import printable
from straitwatch.cli.output import new_console, zone_time
from straitwatch.config import Settings
from straitwatch.core.blind_windows import describe_missing, windows_to_tell
from straitwatch.core.diagnosis import (
    OFFLINE_HINT,
    DiagnosedFeed,
    FeedDiagnosis,
    WatchedFeed,
    count_failing,
    diagnose_feeds,
    is_cut_off,
    is_overdue,
    summarize_causes,
)
from straitwatch.core.feed_condition import observe
from straitwatch.core.feed_words import LABELS, describe_condition
from straitwatch.core.identity import host_of
from straitwatch.core.intervals import current_reason
from straitwatch.core.model import (
    BlindWindow,
    Condition,
    Feed,
    FeedState,
    HostPause,
    ParsedDocument,
)
from straitwatch.core.pauses import describe_pause
from straitwatch.core.redact import redact_address
from straitwatch.core.render import span_text
from straitwatch.core.validators import describe_distrust, is_distrusted
from straitwatch.core.websub import describe_pushes

DAYS = 14  # of the sparkline
_WIDE = 110  # columns, with room for the reason of an interval
_PIPE_WIDTH = 160
_SHORTEST_NAME = 8
_GAP = 2  # between columns
_BARS, _PLAIN_BARS = "▁▂▃▄▅▆▇█", "1234567#"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealthView:
    """The health of all feeds at one time."""

    diagnosis: FeedDiagnosis
    pauses: Mapping[str, HostPause]  # by host
    new_entries: Mapping[str, Sequence[int]]  # by feed, for each of the last days
    pushes: Mapping[str, str]  # what there is to say about the pushes of a feed, by its id
    now: datetime
    zone: ZoneInfo
    missing: Mapping[str, BlindWindow] = field(default_factory=dict)  # the last one, by feed name

    @property
    def is_well(self) -> bool:
        """True if every feed is read, and none is late."""
        return not self.diagnosis.broken and not any(
            feed.condition is Condition.LATE for feed in self.diagnosis.feeds
        )

    def sentence(self, diagnosed: DiagnosedFeed) -> str:
        """Return the problem of a feed or a remark on it; "" if there is none."""
        words = describe_condition(diagnosed, now=self.now, zone=self.zone)
        detail = self.detail(diagnosed.feed, self.zone)
        rest = (part for part in detail.split("; ") if part and part not in words)
        return "; ".join(filter(None, (words, *rest)))

    def detail(self, feed: WatchedFeed, zone: ZoneInfo) -> str:
        """Return the details of the last poll, pause, validators, pushes, and missing entries."""
        state, pause = feed.state, self.pauses.get(host_of(feed.url))
        distrust = state.distrust if is_distrusted(state, self.now) else None
        missing = self.missing.get(feed.name)
        parts = (
            redact_address(state.last_detail),
            describe_pause(pause, zone) if pause else "",
            describe_distrust(distrust, zone) if distrust else "",
            self.pushes.get(state.feed_id, ""),
            describe_missing(missing, zone) if missing else "",
        )
        return "; ".join(filter(None, parts))


def read_health(
    tx: db.Transaction, loaded: Settings, *, now: datetime, zone: ZoneInfo
) -> FeedHealthView:
    """Read the health of the configured feeds."""
    states, pauses = db.feed_states(tx), db.active_pauses(tx, now)
    watched = [
        _watched(feed, states.get(feed.id), pauses.get(host_of(feed.url)))
        for feed in loaded.feeds
        if feed.enabled
    ]
    return FeedHealthView(
        diagnosis=diagnose_feeds(watched, now),
        pauses=pauses,
        missing=_missing(tx, now),
        new_entries=db.new_entries_by_day(tx, _midnights(now, zone)),
        pushes=describe_pushes(db.push_subscriptions(tx)),
        now=now,
        zone=zone,
    )


def _watched(feed: Feed, state: FeedState | None, pause: HostPause | None) -> WatchedFeed:
    """Return a feed that is due after the pause of its host."""
    found = state or FeedState(feed_id=feed.id)
    if pause is not None:
        due_at = max(found.next_due_at or pause.until_at, pause.until_at)
        found = replace(found, next_due_at=due_at)
    return WatchedFeed(name=feed.name, url=feed.url, state=found)


def _missing(tx: db.Transaction, now: datetime) -> dict[str, BlindWindow]:
    windows = windows_to_tell(db.blind_windows(tx, since_at=now - timedelta(days=DAYS)))
    return {found.feed: found.window for found in windows}


def _midnights(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the starts of the last days in a zone, the earliest first."""
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    return [datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in days]


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
    if summary := list(_cut_off(view.diagnosis)):
        for line in summary:
            console.print(line, style="yellow", soft_wrap=True)
        return
    if not shown:
        console.print("no feed has a problem" if view.diagnosis.feeds else "no feeds")
        return
    console.print(_table(view, shown, console))
    problems = list(_problems(view, shown))
    for line in ("", *problems) if problems else ():
        console.print(line, soft_wrap=True)


def _cut_off(diagnosis: FeedDiagnosis) -> Iterator[str]:
    """Yield one line and a hint if nearly all feeds fail for one reason."""
    failed = diagnosis.failed
    causes = [feed.feed.state.last_detail or feed.feed.state.last_outcome for feed in failed]
    alike = max(Counter(causes).values(), default=0)
    if is_cut_off(feeds=diagnosis.total, failed=alike):
        failing = count_failing(feeds=diagnosis.total, failed=len(failed))
        yield f"{failing}: {redact_address(summarize_causes(causes))}"
        yield f"hint: {OFFLINE_HINT}; --json lists each feed"


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


def relative(moment: datetime | None, now: datetime) -> str:
    """Return a time as seen from now: `3 h ago`, `in 12 min`, `never`."""
    if moment is None:
        return "never"
    span = abs(moment - now)
    if span < timedelta(minutes=1):
        return "now"
    words = _rough(span)
    return f"in {words}" if moment > now else f"{words} ago"


def _rough(span: timedelta) -> str:
    units = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
    unit, name = next((unit for unit in units if span >= 2 * unit[0]), units[-1])
    return f"{span // unit} {name}"
