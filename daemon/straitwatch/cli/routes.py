"""`routes`: trace a headline through the routes."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch.app.load import load
from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, check_language
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import Entry, Feed, FeedState, Fold, Match, Relation, Report, Route
from straitwatch.core.report import Arrival, make_report, matchable
from straitwatch.core.route import RouteStep, walk_routes
from straitwatch.core.schedule import held_until
from straitwatch.core.story import add_sources, resolve_severity
from straitwatch.errors import UsageError

app = new_app()


@app.callback()
def _group() -> None:  # typer makes a lone command the whole application without it
    """Trace a headline through the routes."""


@app.command(
    "test", epilog='Example:  `straitwatch routes test --title "Fleet crosses the Taiwan Strait"`'
)
def trace(
    title: Annotated[str, typer.Option(help="The headline.")],
    summary: Annotated[str, typer.Option(help="The text below it.")] = "",
    feed: Annotated[str, typer.Option(help="Name of the feed it comes from.")] = "",
    language: Annotated[str, typer.Option(help="Its language: en, zh-Hant, ru ...")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Print the path of a headline through the routes; exit status 1 if it reaches nobody."""
    loaded = load(config)
    entry = Entry(
        id="test", guid="", url="", canonical_url="", title=title, summary=summary,
        language=check_language(language),
    )  # fmt: skip
    source = _feed(loaded, feed)
    report = _report(entry, source, loaded)
    story = add_sources(None, report, Fold(story_id="", relation=Relation.NEW, reason=""))
    matches = resolve_severity(report.matches, story, source)
    reached = False
    for match in matches:
        steps = walk_routes(match, report, loaded.alerts.routes)
        reached |= any(step.fits and step.route.send for step in steps)
        _print(match, steps, loaded, as_json=json)
    if not matches:
        typer.echo("no watch-list matches; `straitwatch why` says what is missing", err=json)
    if not reached:
        raise typer.Exit(1)


def _report(entry: Entry, feed: Feed, config: Config) -> Report:
    now = utc_now()
    state = FeedState(feed_id=feed.id, baseline_at=now)
    matches = config.matcher.match(matchable(entry, feed))
    arrival = Arrival(feed=feed, state=state, seen_at=now)
    beat = compile_beat(config.beat, config.feeds)
    return make_report(entry, matches, arrival, config.alerts, beat)


def _feed(config: Config, name: str) -> Feed:
    if not name:
        return Feed(id="test", name="", url="")
    for feed in config.feeds:
        if feed.name == name:
            return feed
    raise UsageError(f"unknown feed: {name}\nhint: see `straitwatch feeds list`")


def _obstacles(config: Config, match: Match, route: Route) -> list[str]:
    """Say what keeps a message from leaving at once: a receiver that is out, quiet hours."""
    people = {person.name: person.receivers for person in config.alerts.people}
    places = [place for name in route.send for place in people.get(name, (name,))]
    receivers = (config.receivers[place] for place in places if place in config.receivers)
    found = [f"{it.name} is out: {it.broken_because}" for it in receivers if it.broken_because]
    for quiet in config.alerts.quiet_hours:
        if quiet.name == route.quiet_hours:
            end = held_until(match.severity, quiet=quiet, now=utc_now())
            if end is not None:
                until = end.astimezone(ZoneInfo(config.timezone))
                found.append(f"held in quiet hours {quiet.name} until {until:%H:%M %Z}")
    return found


def _print(match: Match, steps: list[RouteStep], config: Config, *, as_json: bool) -> None:
    if as_json:
        for step in steps:
            write_line(
                {
                    "watchlist": match.watchlist,
                    "severity": match.severity,
                    "route": step.route.name,
                    "fits": step.fits,
                    "because": step.because,
                    "send": list(step.route.send) if step.fits else [],
                    "obstacles": _obstacles(config, match, step.route) if step.fits else [],
                }
            )
        return
    console = new_console(highlight=False)
    console.print(f"{match.watchlist} ({match.severity}, {match.score} points)", markup=False)
    for step in steps:
        answer = f"-> {', '.join(step.route.send) or 'nobody'}" if step.fits else step.because
        console.print(f"  {step.route.name}: {answer}", markup=False)
        for obstacle in _obstacles(config, match, step.route) if step.fits else ():
            console.print(f"    {obstacle}", style="yellow", markup=False)
