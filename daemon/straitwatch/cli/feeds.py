"""`feeds`: what is polled, and how each feed is."""

from typing import Any
from xml.etree import ElementTree as ET

import typer
from rich.console import Console
from rich.table import Table

from straitwatch import store as db
from straitwatch.app import load
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.core.model import Feed, FeedState

feeds = typer.Typer(no_args_is_help=True, help="See the feeds and how they are.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(feeds, name="feeds")


@feeds.command("list")
def list_(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List the configured feeds."""
    rows = [_describe(feed) for feed in load(config).feeds]
    _print(rows, as_json=json)


@feeds.command()
def health(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Show what each feed did last; exit status 1 when one is failing."""
    with opened(config) as (loaded, store):
        states = store.call(db.feed_states)
    rows = [_health(feed, states.get(feed.id)) for feed in loaded.feeds if feed.enabled]
    _print(rows, as_json=json)
    if any(row["failures"] for row in rows):
        raise typer.Exit(1)


@feeds.command()
def export(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Print the feeds as OPML, for a feed reader."""
    opml = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(opml, "head"), "title").text = "Straitwatch feeds"
    body = ET.SubElement(opml, "body")
    for feed in load(config).feeds:
        ET.SubElement(
            body, "outline", type="rss", text=feed.name, xmlUrl=feed.url, language=feed.language
        )
    ET.indent(opml)
    typer.echo(ET.tostring(opml, encoding="unicode", xml_declaration=True))


def _describe(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.name,
        "language": feed.language,
        "country": feed.country,
        "kind": feed.kind,
        "stance": feed.stance,
        "tier": feed.tier,
        "enabled": feed.enabled,
        "url": feed.url,
    }


def _health(feed: Feed, state: FeedState | None) -> dict[str, Any]:
    state = state or FeedState(feed_id=feed.id)
    return {
        "name": feed.name,
        "outcome": state.last_outcome or "not polled yet",
        "failures": state.failures,
        "last_ok": state.last_ok_at.isoformat(timespec="seconds") if state.last_ok_at else None,
        "last_new": state.last_new_at.isoformat(timespec="seconds") if state.last_new_at else None,
        "next": state.next_due_at.isoformat(timespec="seconds") if state.next_due_at else None,
        "detail": state.last_detail,
    }


def _print(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            write_line(row)
        return
    if not rows:
        typer.echo("no feeds")
        return
    table = Table(*(name.replace("_", " ") for name in rows[0]))
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console(highlight=False).print(table)
