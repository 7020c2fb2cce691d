"""Shows the stories by time, with a timeline, a search and filters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from straitwatch import store as db
from straitwatch.config import Config
from straitwatch.core.listing import headline_pair
from straitwatch.core.model import Severity, Story
from straitwatch.web.desk import Visit, visit
from straitwatch.web.render import with_query
from straitwatch.web.timeline import Timeline, draw, period_starts

_PER_PAGE = 50
_SPANS = {  # of the timeline and the list: length of a bar, number of bars
    "1d": (timedelta(hours=1), 24),
    "3d": (timedelta(hours=3), 24),
    "7d": (timedelta(hours=6), 28),
    "30d": (timedelta(days=1), 30),
}
_YEARS = range(1970, 2200)  # of times in an address; databases store no time of the year 1
_DEFAULT_SPAN = "3d"
SPAN_NAMES = {"1d": "last day", "3d": "3 days", "7d": "7 days", "30d": "30 days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A story with its headline in the desk's language."""

    story: Story
    headline: str
    original: str  # "" unless the headline is another report's
    language: str  # of the headline


def stories(request: Request) -> Response:
    """Answer with the stories of a span, the latest first."""
    here = visit(request)
    span = here.parameter("span") if here.parameter("span") in _SPANS else _DEFAULT_SPAN
    length, count = _SPANS[span]
    starts = period_starts(here.now, length=length, count=count, zone=here.zone)
    wanted, bad_times = _query(here, starts[0]), _bad_times(here)
    with here.reading() as tx:
        found = db.search_stories(tx, wanted)
        counts = db.count_reports(tx, wanted, starts, until_at=starts[-1] + length)
        mark, muted = db.news_mark(tx), muted_stories(tx, here.now)
    last = found[_PER_PAGE - 1] if len(found) > _PER_PAGE else None
    return here.page(
        "stories.html",
        days=_days(here, story_rows(found[:_PER_PAGE], here.config)),
        chips=_chips(here),
        mark=mark,
        muted=muted,
        timeline=_timeline(here, counts, starts, length),
        query={name: here.parameter(name) for name in _FILTERS} | dict.fromkeys(bad_times, ""),
        bad_times=bad_times,
        span=span,
        span_names=SPAN_NAMES,
        severities=[level.value for level in Severity],
        languages=sorted({feed.language for feed in here.config.feeds if feed.language}),
        last=f"{last.last_seen_at.isoformat()} {last.id}" if last else "",
    )


def _days(here: Visit, rows: list[StoryRow]) -> list[tuple[str, list[StoryRow]]]:
    """Group stories by the day of their latest report."""
    today = here.now.astimezone(here.zone).date()

    def day(row: StoryRow) -> str:
        date = row.story.last_seen_at.astimezone(here.zone).date()
        return "Today" if date == today else f"{date:%A %d %B}"

    return [(words, list(of_day)) for words, of_day in groupby(rows, key=day)]


def _chips(here: Visit) -> list[tuple[str, str]]:
    """Return the active filters in words, each with the address without it."""
    query = {name: here.parameter(name) for name in _FILTERS}
    titles = {found.id: found.title for found in here.config.watchlists}
    moments = {name: _moment(query[name], here.zone) for name in ("since", "until")}
    times = {name: here.plain_time(at) if at else "" for name, at in moments.items()}
    words = query | times | {"list": titles.get(query["list"], query["list"])}
    return [
        (f"{_FILTERS[name]} {words[name]}", with_query("/", query | {name: ""}))
        for name in _FILTERS
        if _FILTERS[name] and words[name]
    ]


_FILTERS = {
    "q": "Headline",
    "list": "List",
    "severity": "Severity",
    "language": "Language",
    "outlet": "Outlet",
    "span": "",
    "since": "From",
    "until": "To",
}


def _query(here: Visit, span_since: datetime) -> db.StoryQuery:
    severity = here.parameter("severity")
    return db.StoryQuery(
        since_at=_moment(here.parameter("since"), here.zone) or span_since,
        until_at=_moment(here.parameter("until"), here.zone),
        text=here.parameter("q"),
        watchlist=here.parameter("list"),
        severity=Severity(severity) if severity in list(Severity) else None,
        language=here.parameter("language"),
        outlet=here.parameter("outlet"),
        after=_place(here.parameter("after")),
        limit=_PER_PAGE + 1,
    )


def _bad_times(here: Visit) -> dict[str, str]:
    """Return the parameters that should be a time and are none."""
    given = {name: here.parameter(name) for name in ("since", "until")}
    return {name: text for name, text in given.items() if text and not _moment(text, here.zone)}


def _place(text: str) -> tuple[datetime, str] | None:
    """Return time and id of the last story of the page before; None on the first page."""
    time, _, story_id = text.partition(" ")
    moment = _moment(time, ZoneInfo("UTC"))
    return (moment, story_id) if moment else None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Return a time of the address, in the desk's zone unless it names one; None if it is bad."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _timeline(
    here: Visit, counts: dict[str, tuple[int, ...]], starts: list[datetime], length: timedelta
) -> Timeline:
    chosen = here.parameter("list")
    shown = {name: found for name, found in counts.items() if chosen in ("", name)}
    titles = {found.id: found.title for found in here.config.watchlists}
    return draw(shown, starts, length=length, titles=titles, zone=here.zone)


def muted_stories(tx: db.Transaction, now: datetime) -> dict[str, datetime]:
    """Return the end of the mute of each muted story."""
    silences = db.active_silences(tx, now)
    return {story: silence.until_at for silence in silences for story in silence.stories}


def story_rows(found: Iterable[Story], config: Config) -> list[StoryRow]:
    """Return stories with their headlines."""
    return [_row(story, config) for story in found]


def _row(story: Story, config: Config) -> StoryRow:
    headline, original = headline_pair(story.title, story.reports, config.alerts.languages)
    shown = next((report for report in story.reports if report.title == headline), None)
    language = shown.outlet.language if shown else ""
    return StoryRow(story=story, headline=headline, original=original, language=language)
