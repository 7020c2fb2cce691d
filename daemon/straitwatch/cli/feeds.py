"""`feeds`: what is polled, and how each feed is."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from xml.etree import ElementTree as ET

import typer
from rich.table import Table

from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.cli.feedfile import FeedFile
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.cli.tables import print_table
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.model import Feed, FeedState, Reason
from straitwatch.core.render import counted
from straitwatch.errors import UsageError
from straitwatch.pipeline import WINDOW, release_feed

app = new_app(help="List, find, add and remove feeds.")


@app.command("list")
def list_(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List the configured feeds."""
    rows = [_describe(feed) for feed in load(config).feeds]
    _print(rows, as_json=json)


@app.command()
def health(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Show what each feed did last; exit status 1 when one is failing."""
    with opened(config) as (loaded, store):
        states = store.call(db.feed_states)
    rows = [_health(feed, states.get(feed.id)) for feed in loaded.feeds if feed.enabled]
    _print(rows, as_json=json)
    if any(row["failures"] for row in rows):
        raise typer.Exit(1)


@app.command()
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


@app.command(
    epilog='Example:  `straitwatch feeds add https://news.example/rss --name "Example Wire" '
    "--language en`"
)
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the feed.")],
    name: Annotated[str, typer.Option(help="As alerts show it; default: the feed's title.")] = "",
    language: Annotated[str, typer.Option(help="en, zh-Hant, zh-Hans, ru, uk, ja, ko ...")] = "",
    country: Annotated[str, typer.Option(help="Two capitals: TW, US ...")] = "",
    stance: Annotated[str, typer.Option(help="independent, state, official ...")] = "",
    tier: Annotated[int, typer.Option(help="1 where one report alone is news.")] = 3,
    untried: Annotated[
        bool, typer.Option("--untried", help="Add it without a look at the address.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Add a feed to feeds.yaml, if there is one at the address; a running daemon takes it over."""
    loaded = load(config)
    read = "" if untried else _try(url, loaded)
    title = name or (read if read not in {feed.name for feed in loaded.feeds} else "") or url
    given = {"language": language, "country": country, "stance": stance}
    filled = {key: value for key, value in given.items() if value}
    FeedFile(config).add([{"name": title, "url": url, **filled, "tier": tier}])
    typer.echo(f"{title} is added; its first poll is a silent baseline")


def _try(url: str, loaded: Config) -> str:
    """Return the title of the feed at an address.

    Raises:
        UsageError: there is none.
    """
    from straitwatch.cli.probe import probe  # noqa: PLC0415 - only these commands fetch

    answer = asyncio.run(probe(url, loaded.polling))
    if answer.feed is None:
        raise UsageError(
            f"no feed at {url}: {answer.problem}\nhint: `straitwatch feeds discover URL` looks for "
            "those of a site; --untried adds an address as it is"
        )
    return answer.feed.title


@app.command(epilog="Example:  `straitwatch feeds discover https://news.example`")
def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site, a page or a feed.")],
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Look for the feeds of a site; exit status 1 when there are none."""
    from straitwatch.cli.probe import discover as look  # noqa: PLC0415 - as above

    address = url if "://" in url else f"https://{url}"
    first, *others = asyncio.run(look(address, load(config).polling))
    rows = [
        {"title": it.feed.title, "entries": len(it.feed.entries), "url": it.url}
        for it in (first, *others)
        if it.feed is not None
    ]
    if not rows:
        typer.echo(f"{first.url}: no feed found; the page itself: {first.problem}", err=True)
        raise typer.Exit(1)
    _print(rows, as_json=json)
    if not json:
        typer.echo('hint: `straitwatch feeds add URL --name "..."` adds one of them')


@app.command()
def remove(
    feed: Annotated[str, typer.Argument(metavar="NAME|URL", help="As feeds.yaml has it.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Take a feed out of feeds.yaml; what it brought stays stored."""
    load(config)  # a file that is broken already is refused with its places
    name = FeedFile(config).remove(feed)
    if name is None:
        raise UsageError(f"no such feed: {feed}\nhint: see `straitwatch feeds list`")
    typer.echo(f"{name} is removed")


@app.command(epilog='Example:  `straitwatch feeds release "Example Wire"`')
def release(
    feed: Annotated[str, typer.Argument(metavar="NAME|URL", help="As feeds.yaml has it.")],
    first_sight: Annotated[
        bool, typer.Option("--first-sight", help="Entries of the first fetch instead.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Send entries that were held because most entries of a feed came again under new ids.

    Each is treated as a new report: it sends an alert unless its story was already sent. Entries
    that were held more than thirteen days ago stay held.
    """
    with opened(config) as (loaded, store):
        found = next((it for it in loaded.feeds if feed in (it.name, it.url)), None)
        if found is None:
            raise UsageError(f"no such feed: {feed}\nhint: see `straitwatch feeds list`")
        rules = activate(loaded).rules
        reason = Reason.BASELINE if first_sight else Reason.REKEYED
        released = store.call(release_feed, found, rules=rules, now=utc_now(), reason=reason)
    answer = {
        "feed": found.name,
        "released": len(released.decisions),
        "alerts": len(released.alerts),
        "deliveries": len(released.deliveries),
    }
    if json:
        write_line(answer)
    elif not released.decisions:
        typer.echo(f"nothing of {found.name} was held back in the last {WINDOW.days} days")
    else:
        typer.echo(
            f"released {answer['released']} of {found.name}: "
            f"{counted(len(released.alerts), 'new alert')}, "
            f"{counted(len(released.deliveries), 'message')} to send"
        )


@app.command("import")
def import_(
    opml: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Add the feeds of an OPML file, as feed readers export it; known ones are left alone."""
    try:
        outlines = ET.parse(opml).iter("outline")  # noqa: S314 - a person's own file; expat limits entities
    except OSError as error:
        raise UsageError(f"{opml}: cannot be read: {error.strerror}") from error
    except ET.ParseError as error:
        raise UsageError(f"{opml}: not an OPML file: {error}") from error
    loaded = load(config)
    known = {feed.url for feed in loaded.feeds}
    names = {feed.name for feed in loaded.feeds}
    rows: list[dict[str, Any]] = []
    for outline in outlines:
        url = outline.get("xmlUrl")
        if not url or url in known:
            continue
        name = outline.get("title") or outline.get("text") or url
        name = url if name in names else name
        rows.append({"name": name, "url": url})
        known.add(url)
        names.add(name)
    FeedFile(config).add(rows)
    typer.echo(f"{counted(len(rows), 'feed')} added")


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
    print_table(table)
