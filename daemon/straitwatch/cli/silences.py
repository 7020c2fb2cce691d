"""`silences`: suppress the alerts of some matches for a while."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from straitwatch import store as db
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.mark import who
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, check_language, opened
from straitwatch.cli.tables import print_table
from straitwatch.clock import utc_now
from straitwatch.config import Config, read_duration
from straitwatch.core.model import Severity, Silence
from straitwatch.errors import UsageError

app = new_app(help="Suppress the alerts of some matches for a while.")


@app.command(
    epilog="Examples:  `straitwatch silences add --tag sport --for 4h --reason 'the games'`  ·  "
    "`straitwatch silences add --list taiwan-policy --severity low --until 2030-01-31`"
)
def add(
    lists: Annotated[
        list[str] | None, typer.Option("--list", metavar="ID", help="Of this watch-list.")
    ] = None,
    severities: Annotated[
        list[Severity] | None, typer.Option("--severity", help="Of this severity.")
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="Of feeds with this tag.")] = None,
    stances: Annotated[
        list[str] | None, typer.Option("--stance", help="Of feeds with this stance.")
    ] = None,
    languages: Annotated[
        list[str] | None, typer.Option("--language", help="In this language, such as zh or ru.")
    ] = None,
    lasts: Annotated[str, typer.Option("--for", metavar="4h", help="How long.")] = "",
    until: Annotated[
        str, typer.Option(metavar="DATE", help="Until when, in the zone of straitwatch.yaml.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    author: Annotated[str, typer.Option(help="Who wants it; default: you.")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Let matches alert nobody until a time; all that is named must fit.

    Critical matches pass unless --severity names them. What is held stands in the digest, and
    `why` tells which silence it was.
    """
    if not any((lists, severities, tags, stances, languages)):
        raise UsageError(
            "nothing is named\nhint: --list, --severity, --tag, --stance or --language; "
            "`receivers pause` stops a whole receiver"
        )
    with opened(config) as (loaded, store):
        _check_lists(lists or [], loaded)
        _warn_of_tags(tags or [], loaded)
        now = utc_now()
        made = Silence(
            id=secrets.token_hex(4),
            watchlists=tuple(lists or ()),
            severities=tuple(severities or ()),
            tags=tuple(tags or ()),
            stances=tuple(stances or ()),
            languages=tuple(map(check_language, languages or ())),
            starts_at=now,
            until_at=_end(lasts, until, now=now, zone=ZoneInfo(loaded.timezone)),
            author=author or who(),
            reason=reason,
        )
        store.call(db.add_silence, made, now=now)
    if json:
        write_line(_line(made, now))
        return
    ends = made.until_at.astimezone(ZoneInfo(loaded.timezone))
    typer.echo(f"silence {made.id}: {made.subject}, until {ends:%Y-%m-%d %H:%M %Z}")


@app.command("list", epilog="Example:  `straitwatch silences list --all --json`")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """List silences: those made by command and those of straitwatch.yaml."""
    now = utc_now()
    with opened(config) as (loaded, store):
        made = store.call(db.all_silences if everything else lambda tx: db.active_silences(tx, now))
    written = [it for it in loaded.alerts.silences if everything or it.until_at > now]
    if json:
        for one in (*made, *written):
            write_line(_line(one, now))
        return
    if not made and not written:
        typer.echo("nothing is silenced")
        return
    table = Table("Id", "What", "Until", "By", "Why")
    for one in (*made, *written):
        ends = one.until_at.astimezone(ZoneInfo(loaded.timezone))
        state = "" if one.until_at > now else " (ended)"
        table.add_row(
            one.id or "in the file",
            one.subject,
            f"{ends:%Y-%m-%d %H:%M %Z}{state}",
            one.author,
            one.reason,
        )
    print_table(table)


@app.command(epilog="Example:  `straitwatch silences expire 3f2a91c0`")
def expire(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="From `silences list`.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """End silences now; exit status 1 when one of them is not in force."""
    now = utc_now()
    with opened(config) as (_, store):
        ended = {id_: store.call(db.expire_silence, id_, now) for id_ in ids}
    for id_, is_ended in ended.items():
        typer.echo(f"{id_} has ended" if is_ended else f"no silence {id_} is in force")
    if not all(ended.values()):
        raise typer.Exit(1)


def _end(lasts: str, until: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    if bool(lasts) == bool(until):
        raise UsageError("how long?\nhint: --for 4h, or --until 2030-01-31T08:00; one of them")
    try:
        if lasts:
            return now + read_duration(lasts)
        end = datetime.fromisoformat(until)
    except ValueError as error:
        words = str(error) if lasts else f"not a date: {until}"
        raise UsageError(f"{words}\nhint: --for 4h, --until 2030-01-31") from error
    end = (end if end.tzinfo else end.replace(tzinfo=zone)).astimezone(UTC)
    if end <= now:
        raise UsageError(f"{until} has passed\nhint: a silence ends in the future")
    return end


def _warn_of_tags(tags: Sequence[str], config: Config) -> None:
    """Say which tags no feed has: a feed that is added later may."""
    known = {tag for feed in config.feeds for tag in feed.tags}
    for tag in sorted(set(tags) - known):
        there = f"they have {', '.join(sorted(known))}" if known else "none has a tag"
        typer.echo(f"warning: no feed has the tag {tag}; {there}", err=True)


def _check_lists(names: list[str], config: Config) -> None:
    known = [watchlist.id for watchlist in config.watchlists]
    for name in names:
        if name not in known:
            raise UsageError(f"no such watch-list: {name}\nhint: there are {', '.join(known)}")


def _line(one: Silence, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id or None,
        "watchlists": one.watchlists,
        "severities": one.severities,
        "tags": one.tags,
        "stances": one.stances,
        "languages": one.languages,
        "starts_at": one.starts_at.isoformat() if one.starts_at else None,
        "until_at": one.until_at.isoformat(),
        "author": one.author,
        "reason": one.reason,
        "active": one.until_at > now,
    }
