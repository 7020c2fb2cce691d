"""`feeds`: what is polled, and how each feed is."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from xml.etree import ElementTree as ET

import typer
import yaml
from rich.table import Table

from straitwatch import store as db
from straitwatch.app import activate, load, utc_now
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.cli.tables import print_table
from straitwatch.config import Config
from straitwatch.core.model import Feed, FeedState
from straitwatch.core.render import counted
from straitwatch.errors import ConfigError, UsageError
from straitwatch.pipeline import WINDOW, release_feed

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


@feeds.command(
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
    _append(config, [{"name": title, "url": url, **filled, "tier": tier}])
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


@feeds.command(epilog="Example:  `straitwatch feeds discover https://news.example`")
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


@feeds.command()
def remove(
    feed: Annotated[str, typer.Argument(metavar="NAME|URL", help="As feeds.yaml has it.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Take a feed out of feeds.yaml; what it brought stays stored."""
    load(config)  # a file that is broken already is refused with its places
    path = config / "feeds.yaml"
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    nodes = _nodes(text)
    for node in nodes:
        values = {key.value: value.value for key, value in node.value}
        if feed in (values.get("name"), values.get("url")):
            own = range(node.start_mark.line, _last_line(node) + 1)
            if any(it is not node and it.start_mark.line in own for it in nodes):
                raise UsageError(f"{path}: {feed} shares its line with others; take it out by hand")
            del lines[own.start : own.stop]
            _rewrite(config, text, "".join(lines))
            typer.echo(f"{values.get('name')} is removed")
            return
    raise UsageError(f"no such feed: {feed}\nhint: see `straitwatch feeds list`")


@feeds.command(epilog='Example:  `straitwatch feeds release "Example Wire"`')
def release(
    feed: Annotated[str, typer.Argument(metavar="NAME|URL", help="As feeds.yaml has it.")],
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Let out what was held back when most entries of a feed came again under new ids.

    Each is treated as a new report: a story that nobody was told of alerts, one that was alerted
    does not alert again. What was held longer than thirteen days ago stays held.
    """
    with opened(config) as (loaded, store):
        found = next((it for it in loaded.feeds if feed in (it.name, it.url)), None)
        if found is None:
            raise UsageError(f"no such feed: {feed}\nhint: see `straitwatch feeds list`")
        rules = activate(loaded).rules
        released = store.call(release_feed, found, rules=rules, now=utc_now())
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


@feeds.command("import")
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
        rows.append({"name": url if name in names else name, "url": url})
        known.add(url)
        names.add(name)
    _append(config, rows)
    typer.echo(f"{counted(len(rows), 'feed')} added")


def _append(config: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Add feeds behind those in feeds.yaml, a line each, in the indentation that is used there."""
    path = config / "feeds.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    nodes = _nodes(text)
    if nodes and nodes[0].start_mark.line == nodes[-1].end_mark.line and len(nodes) > 1:
        raise UsageError(f"{path}: the feeds stand on one line\nhint: give each a line of its own")
    indent = " " * (nodes[-1].start_mark.column - 2) if nodes else "  "
    flow = [
        yaml.safe_dump(
            row, default_flow_style=True, allow_unicode=True, sort_keys=False, width=9999
        )
        for row in rows
    ]
    added = "".join(f"{indent}- {line.strip()}\n" for line in flow)
    before, after = _gap(text if not text or text.endswith("\n") else text + "\n", nodes)
    _rewrite(config, text, before + added + after, rows=rows)


def _gap(text: str, nodes: Sequence[yaml.MappingNode]) -> tuple[str, str]:
    """Return the file up to where a feed goes, and the rest of it."""
    lines = text.splitlines(keepends=True)
    if nodes:
        place = _last_line(nodes[-1]) + 1
        return "".join(lines[:place]), "".join(lines[place:])
    empty = re.compile(r"^feeds:[ \t]*(?:\[[ \t]*\])?[ \t]*(#.*)?$")
    for number, line in enumerate(lines):
        if found := empty.match(line.rstrip("\n")):
            opened = f"feeds:  {found[1]}\n" if found[1] else "feeds:\n"
            return "".join((*lines[:number], opened)), "".join(lines[number + 1 :])
    return text + "feeds:\n", ""


def _last_line(node: yaml.Node) -> int:
    """Return the line that a value ends on; a block's own mark stands where the next one begins."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line)


def _nodes(text: str) -> list[yaml.MappingNode]:
    """Return the feeds of the file with their places in it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return []
    for key, value in root.value:
        if key.value == "feeds" and isinstance(value, yaml.SequenceNode):
            return [node for node in value.value if isinstance(node, yaml.MappingNode)]
    return []


def _rewrite(config: Path, before: str, after: str, *, rows: Sequence[dict[str, Any]] = ()) -> None:
    """Write feeds.yaml, and put it back as it was when the configuration is then refused.

    It was good before: what is wrong is in what was to be added.
    """
    path = config / "feeds.yaml"
    existed = path.exists()
    path.write_text(after, encoding="utf-8")
    try:
        load(config)
    except ConfigError as error:
        if existed:
            path.write_text(before, encoding="utf-8")
        else:
            path.unlink()
        if not rows:
            raise
        why = "\n".join(str(replace(it, position=None)) for it in error.problems)
        raise UsageError(f"not added: {why}") from error


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
