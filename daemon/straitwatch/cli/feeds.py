"""`feeds`: list, find, add, edit and remove feeds."""

import asyncio
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import typer

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_to_read, settings_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import no_such_feed, require_feed
from straitwatch.cli.options import (
    DEFAULT_CONFIG,
    ConfigDir,
    Json,
    load_quickly,
    opened_with_lists,
)
from straitwatch.cli.output import print_rows
from straitwatch.clock import utc_now
from straitwatch.config import Config, FeedFile, correct_address
from straitwatch.core.model import Feed, ParsedDocument, Reason
from straitwatch.core.plural import counted
from straitwatch.core.redact import redact_address
from straitwatch.core.render import span_text
from straitwatch.errors import UsageError

_Language = Annotated[str, typer.Option(help="Its language, such as en, zh-Hant or ru.")]
_Country = Annotated[str, typer.Option(help="Its country, such as TW or US.")]
_Stance = Annotated[str, typer.Option(help="Its stance, such as independent, state or official.")]

app = new_app(help="List, find, add, edit and remove feeds.")


@app.command("list", epilog="Example:  `straitwatch feeds list --json`")
def list_(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List the configured feeds."""
    rows = [_describe(feed) for feed in settings_to_read(config).feeds]
    _print(rows, as_json=json)


@app.command(
    epilog="Examples:  `straitwatch feeds health`  ·  `straitwatch feeds health --problems`"
)
def health(
    problems: Annotated[
        bool, typer.Option("--problems", help="Show only the feeds with a problem.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show the condition of each feed, the worst first, and a sentence for each problem.

    The bars count the new entries of the last 14 days. Exit status 1 if a feed is late or cannot
    be relied on: news of it may be missed.
    """
    from straitwatch.cli.feed_health import (  # noqa: PLC0415 - other commands start without it
        health_json,
        new_health_console,
        print_health,
    )
    from straitwatch.feed_health import read_health  # noqa: PLC0415 - as above

    with opened_to_read(config) as (loaded, store):
        zone = ZoneInfo(loaded.timezone)
        view = store.call(read_health, loaded, now=utc_now(), zone=zone)
    shown = view.diagnosis.problems if problems else view.diagnosis.feeds
    if json:
        for feed in shown:
            write_line(health_json(view, feed))
    else:
        print_health(view, shown, console=new_health_console())
    if not view.is_well:
        raise typer.Exit(1)


@app.command(epilog="Example:  `straitwatch feeds export > feeds.opml`")
def export(
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="Keep the passwords and keys in the addresses."),
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Print the feeds as OPML for a feed reader.

    Passwords and keys in addresses are replaced by `***`.
    """
    opml = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(opml, "head"), "title").text = "Straitwatch feeds"
    body = ET.SubElement(opml, "body")
    for feed in load_quickly(config).feeds:
        url = feed.url if with_secrets else redact_address(feed.url)
        ET.SubElement(
            body, "outline", type="rss", text=feed.name, xmlUrl=url, language=feed.language
        )
    ET.indent(opml)
    typer.echo(ET.tostring(opml, encoding="unicode", xml_declaration=True))


@app.command(
    epilog='Example:  `straitwatch feeds add https://news.example/rss --name "Example Wire" '
    "--language en`"
)
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the feed.")],
    name: Annotated[
        str, typer.Option(help="Its name in alerts. Default: the title of the feed.")
    ] = "",
    language: _Language = "",
    country: _Country = "",
    stance: _Stance = "",
    tier: Annotated[int, typer.Option(help="Its rank, 1 the highest.")] = 3,
    untried: Annotated[bool, typer.Option("--untried", help="Add it without fetching it.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Fetch a feed and add it to feeds.yaml; a running daemon reloads the file."""
    from straitwatch.cli.feed_health import (  # noqa: PLC0415 - other commands start without it
        remark_on_first_document,
    )

    loaded = load_quickly(config)
    given_url, url = url, correct_address(url)
    if url != given_url:
        typer.echo(f"{redact_address(given_url)} is read as {redact_address(url)}")
    document = None if untried else _read_feed(url, loaded)
    read = document.title if document else ""
    title = (
        name
        or (read if read not in {feed.name for feed in loaded.feeds} else "")
        or redact_address(url)
    )
    given = {"language": language, "country": country, "stance": stance}
    filled = {key: value for key, value in given.items() if value}
    FeedFile(config, load_quickly).add([{"name": title, "url": url, **filled, "tier": tier}])
    typer.echo(f"{title} is added; {_first_poll(loaded.alerts.backfill)}")
    if document and (remark := remark_on_first_document(document, url, utc_now())):
        typer.echo(f"note: {remark}")


def _first_poll(backfill: timedelta) -> str:
    if not backfill:
        return "entries of its first poll send no alert"
    return f"its first poll sends alerts for matching entries of the last {span_text(backfill)}"


def _read_feed(url: str, loaded: Config) -> ParsedDocument:
    """Return the feed at an address.

    Raises:
        UsageError: there is no feed.
    """
    from straitwatch.pipeline.discover import probe  # noqa: PLC0415 - only these commands fetch

    answer = asyncio.run(probe(url, loaded.polling))
    if answer.feed is None:
        raise UsageError(
            f"no feed at {redact_address(url)}: {answer.problem}\n"
            "hint: `straitwatch feeds discover URL` looks for feeds of a site; "
            "--untried adds an address without fetching it"
        )
    return answer.feed


@app.command(epilog="Example:  `straitwatch feeds discover https://news.example`")
def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site, a page or a feed.")],
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Find the feeds of a site.

    Exit status 1 if there are none.
    """
    from straitwatch.pipeline.discover import discover as look  # noqa: PLC0415 - as above

    address = url if "://" in url else f"https://{url}"
    first, *others = asyncio.run(look(address, load_quickly(config).polling))
    rows = [
        {"title": answer.feed.title, "entries": len(answer.feed.entries), "url": answer.url}
        for answer in (first, *others)
        if answer.feed is not None
    ]
    if not rows:
        typer.echo(f"{first.url}: no feed found; the page: {first.problem}", err=True)
        raise typer.Exit(1)
    _print(rows, as_json=json)
    if not json:
        typer.echo('hint: `straitwatch feeds add URL --name "..."` adds one of them')


@app.command(epilog='Example:  `straitwatch feeds edit "Example Wire" --language zh-Hant --tier 2`')
def edit(
    feed: Annotated[
        str, typer.Argument(metavar="NAME|URL", help="Its name or address in feeds.yaml.")
    ],
    url: Annotated[str, typer.Option(help="Its new address.")] = "",
    name: Annotated[str, typer.Option(help="Its new name in alerts.")] = "",
    language: _Language = "",
    country: _Country = "",
    stance: _Stance = "",
    tier: Annotated[int | None, typer.Option(help="Its rank, 1 the highest.")] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Poll it, or do not.")
    ] = None,
    untried: Annotated[
        bool, typer.Option("--untried", help="Set the address without fetching it.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Change a feed of feeds.yaml; the other lines and the comments stay as they are.

    A feed with a new address counts as a new feed; its entries under the old one stay stored.
    """
    given = {"url": correct_address(url) if url else "", "name": name, "language": language}
    given |= {"country": country, "stance": stance}
    values: dict[str, Any] = {key: value for key, value in given.items() if value}
    values |= {} if tier is None else {"tier": tier}
    values |= {} if enabled is None else {"enabled": enabled}
    if not values:
        raise UsageError("nothing to change\nhint: for example --language zh-Hant")
    loaded = load_quickly(config)
    if url and not untried:
        _read_feed(values["url"], loaded)
    changed = FeedFile(config, load_quickly).edit(feed, values)
    if changed is None:
        raise no_such_feed(feed)
    typer.echo(
        f"{changed} is changed" + (f"; {_first_poll(loaded.alerts.backfill)}" if url else "")
    )


@app.command(epilog='Example:  `straitwatch feeds remove "Example Wire"`')
def remove(
    feed: Annotated[
        str, typer.Argument(metavar="NAME|URL", help="Its name or address in feeds.yaml.")
    ],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Remove a feed from feeds.yaml; its entries stay stored."""
    load_quickly(config)  # a file that is already broken is rejected with its problems
    name = FeedFile(config, load_quickly).remove(feed)
    if name is None:
        raise no_such_feed(feed)
    typer.echo(f"{name} is removed")


@app.command(epilog='Example:  `straitwatch feeds release "Example Wire"`')
def release(
    feed: Annotated[
        str, typer.Argument(metavar="NAME|URL", help="Its name or address in feeds.yaml.")
    ],
    first_fetch: Annotated[
        bool, typer.Option("--first-fetch", help="Release the entries of the first fetch instead.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Send alerts about entries that a feed reissued under new ids.

    Straitwatch suppresses entries when a feed changes most of its ids at once. A released entry is
    treated as a new report: it sends an alert unless its story was already sent. Entries that were
    suppressed more than thirteen days ago stay suppressed.
    """
    from straitwatch.app.activate import activate  # noqa: PLC0415 - half a second, if needed
    from straitwatch.pipeline import WINDOW, release_feed  # noqa: PLC0415 - as above

    with opened_with_lists(config) as (loaded, store):
        found = require_feed(feed, loaded)
        rules = activate(loaded).rules
        reason = Reason.BASELINE if first_fetch else Reason.REKEYED
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
        typer.echo(f"{found.name} has no suppressed entries of the last {WINDOW.days} days")
    else:
        typer.echo(
            f"released {answer['released']} of {found.name}: "
            f"{counted(len(released.alerts), 'new alert')}, "
            f"{counted(len(released.deliveries), 'message')} to send"
        )


@app.command("import", epilog="Example:  `straitwatch feeds import subscriptions.opml`")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An OPML file, or a text file of addresses.")
    ],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Add the feeds of an OPML file or of a list of addresses.

    Feeds with a known address are skipped. An address such as feed://host/path is corrected.
    Exit status 1 if a feed cannot be used: it is reported, and the others are added.
    """
    from straitwatch.cli.importing import import_feeds  # noqa: PLC0415 - only this command

    left_out = import_feeds(file, FeedFile(config, load_quickly), load_quickly(config).feeds)
    if left_out:
        raise typer.Exit(1)


def _describe(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.name,
        "language": feed.language,
        "country": feed.country,
        "kind": feed.kind,
        "stance": feed.stance,
        "tier": feed.tier,
        "enabled": feed.enabled,
        "url": redact_address(feed.url),
    }


def _print(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    names = list(rows[0]) if rows else []
    columns = {name.replace("_", " "): itemgetter(name) for name in names}
    print_rows(rows, columns, as_json=dict if as_json else None, empty="no feeds")
