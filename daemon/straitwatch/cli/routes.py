"""`routes`: trace a headline through the routes."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_feed
from straitwatch.cli.options import (
    DEFAULT_CONFIG,
    ConfigDir,
    Json,
    check_language,
    load_like_daemon,
)
from straitwatch.cli.output import new_console, zone_time
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import Entry, Feed, FeedState, Fold, Match, Relation, Report, Route
from straitwatch.core.report import Arrival, make_report, matchable
from straitwatch.core.route import RouteStep, walk_routes
from straitwatch.core.schedule import held_until
from straitwatch.core.story import add_sources, resolve_severity

app = new_app()


@app.callback()
def _group() -> None:  # without it, typer makes a single command the whole application
    """Trace a headline through the routes."""


@app.command(
    "test", epilog='Example:  `straitwatch routes test --title "Fleet crosses the Taiwan Strait"`'
)
def trace(
    title: Annotated[str, typer.Option(help="The headline.")],
    summary: Annotated[str, typer.Option(help="Its summary.")] = "",
    feed: Annotated[str, typer.Option(help="The name of its feed.")] = "",
    language: Annotated[str, typer.Option(help="Its language, such as en or zh-Hant.")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Print the path of a headline through the routes.

    Exit status 1 if it reaches no receiver.
    """
    loaded = load_like_daemon(config)
    entry = Entry(
        id="test", guid="", url="", canonical_url="", title=title, summary=summary,
        language=check_language(language),
    )  # fmt: skip
    source = require_feed(feed, loaded) if feed else Feed(id="test", name="", url="")
    report = _report(entry, source, loaded)
    story = add_sources(None, report, Fold(story_id="", relation=Relation.NEW, reason=""))
    walks = [
        (match, walk_routes(match, report, loaded.alerts.routes))
        for match in resolve_severity(report.matches, story, source)
    ]
    for match, steps in walks:
        (_write_steps if json else _print_steps)(match, steps, loaded)
    if not walks:
        typer.echo("no watch-list fires; `straitwatch why` shows the nearest rules", err=json)
    if not any(step.fits and step.route.send for _, steps in walks for step in steps):
        raise typer.Exit(1)


def _report(entry: Entry, feed: Feed, config: Config) -> Report:
    now = utc_now()
    state = FeedState(feed_id=feed.id, baseline_at=now)
    matches = config.matcher.match(matchable(entry, feed))
    arrival = Arrival(feed=feed, state=state, seen_at=now)
    beat = compile_beat(config.beat, config.feeds)
    return make_report(entry, matches, arrival, config.alerts, beat)


def _obstacles(config: Config, match: Match, route: Route) -> list[str]:
    """Return the reasons why a message waits: an unusable receiver, quiet hours."""
    people = {person.name: person.receivers for person in config.alerts.people}
    names = [receiver for name in route.send for receiver in people.get(name, (name,))]
    receivers = (config.receivers[name] for name in names if name in config.receivers)
    found = [
        f"{receiver.name} cannot be used: {receiver.broken_because}"
        for receiver in receivers
        if receiver.broken_because
    ]
    for quiet in config.alerts.quiet_hours:
        if quiet.name == route.quiet_hours:
            end = held_until(match.severity, quiet=quiet, now=utc_now())
            if end is not None:
                until = zone_time(end, ZoneInfo(config.timezone))
                found.append(f"held in quiet hours {quiet.name} until {until}")
    return found


def _write_steps(match: Match, steps: list[RouteStep], config: Config) -> None:
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


def _print_steps(match: Match, steps: list[RouteStep], config: Config) -> None:
    console = new_console(highlight=False, markup=False)
    console.print(f"{match.watchlist} ({match.severity}, {match.score} points)")
    for step in steps:
        answer = f"-> {', '.join(step.route.send) or 'no receiver'}" if step.fits else step.because
        console.print(f"  {step.route.name}: {answer}")
        for obstacle in _obstacles(config, match, step.route) if step.fits else ():
            console.print(f"    {obstacle}", style="yellow")
