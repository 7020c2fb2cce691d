"""`silences`: suppress the alerts of some matches for a while."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.cli.acting import new_action, user_name
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_story, require_watchlists
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, check_language
from straitwatch.cli.output import in_zone, local_time, print_rows, zone_time
from straitwatch.clock import utc_now
from straitwatch.config import Settings, read_duration
from straitwatch.core.model import ActionKind, ManualAction, Severity, Silence
from straitwatch.errors import UsageError

app = new_app(help="Suppress the alerts of some matches for a while.")
_Lists = Annotated[
    list[str] | None, typer.Option("--list", metavar="ID", help="Matches of this watch-list.")
]
_Severities = Annotated[
    list[Severity] | None, typer.Option("--severity", help="Matches of this severity.")
]
_Tags = Annotated[list[str] | None, typer.Option("--tag", help="Matches in feeds with this tag.")]
_Stances = Annotated[
    list[str] | None, typer.Option("--stance", help="Matches in feeds with this stance.")
]
_Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Matches in this language, such as zh or ru.")
]
_Stories = Annotated[
    list[str] | None,
    typer.Option("--story", metavar="ID", help="Matches in this story, to mute it."),
]


@app.command(
    epilog="Examples:  `straitwatch silences add --tag sport --for 4h --reason 'the games'`  ·  "
    "`straitwatch silences add --story lkud --for 2d`"
)
def add(
    lists: _Lists = None,
    severities: _Severities = None,
    tags: _Tags = None,
    stances: _Stances = None,
    languages: _Languages = None,
    stories: _Stories = None,
    lasts: Annotated[str, typer.Option("--for", metavar="4h", help="Its duration.")] = "",
    until: Annotated[
        str, typer.Option(metavar="DATE", help="Its end, in the time zone of straitwatch.yaml.")
    ] = "",
    reason: Annotated[str, typer.Option(help="The reason, shown by `status` and `why`.")] = "",
    author: Annotated[str, typer.Option(help="Its author. Default: your user name.")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Suppress the alerts of matches that fit every option.

    Critical matches still send alerts unless you name them with --severity. Suppressed matches are
    listed in the digest, and `why` names the silence.
    """
    if not any((lists, severities, tags, stances, languages, stories)):
        raise UsageError(
            "a silence needs a condition\n"
            "hint: add --list, --severity, --tag, --stance, --language or --story; "
            "`straitwatch receivers pause` holds all messages of a receiver"
        )
    with opened_to_read(config) as (loaded, store):
        require_watchlists(lists or (), loaded.watchlists)
        _warn_of_unknown_tags(tags or (), loaded)
        now, zone = utc_now(), ZoneInfo(loaded.timezone)
        action = new_action(ActionKind.MUTE_STORY, made_at=now)
        silence = Silence(
            id=action.id,
            watchlists=tuple(lists or ()),
            severities=tuple(severities or ()),
            tags=tuple(tags or ()),
            stances=tuple(stances or ()),
            languages=tuple(map(check_language, languages or ())),
            stories=tuple(require_story(store, story_id).id for story_id in stories or ()),
            starts_at=now,
            until_at=_read_end(lasts, until, now=now, zone=zone),
            author=author or user_name(),
            reason=reason,
        )
        store.call(_add, silence, _actions(silence, action))
    if json:
        write_line(_as_json(silence, now))
        return
    typer.echo(
        f"silence {silence.id}: {silence.subject}, until {zone_time(silence.until_at, zone)}"
    )


def _actions(silence: Silence, made: ManualAction) -> list[ManualAction]:
    """Return the action that `stories show` lists, if the silence is of one story or of lists."""
    others = (silence.severities, silence.tags, silence.stances, silence.languages)
    if any(others) or len(silence.stories) > 1 or (silence.stories and silence.watchlists):
        return []
    made = replace(made, author=silence.author, note=silence.reason, until_at=silence.until_at)
    if silence.stories:
        return [replace(made, story_id=silence.stories[0])]
    return [replace(made, kind=ActionKind.SNOOZE_LIST, watchlists=silence.watchlists)]


def _add(tx: db.Transaction, silence: Silence, actions: Sequence[ManualAction]) -> None:
    db.add_silence(tx, silence, now=utc_now())
    for action in actions:
        db.add_action(tx, action)


@app.command("list", epilog="Example:  `straitwatch silences list --all --json`")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Include expired silences.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """List the silences of this command and of straitwatch.yaml."""
    now = utc_now()
    with opened_to_read(config) as (loaded, store):
        stored = store.call(
            db.all_silences if everything else lambda tx: db.active_silences(tx, now)
        )
    written = [
        silence for silence in loaded.alerts.silences if everything or silence.until_at > now
    ]
    zone = ZoneInfo(loaded.timezone)
    print_rows(
        [*stored, *written],
        {
            "Id": lambda silence: silence.id or "in the file",
            "Matches": lambda silence: silence.subject,
            in_zone("Until", zone): lambda silence: _end(silence, now, zone),
            "By": lambda silence: silence.author,
            "Reason": lambda silence: silence.reason,
        },
        as_json=(lambda silence: _as_json(silence, now)) if json else None,
        empty="no silences",
    )


def _end(silence: Silence, now: datetime, zone: ZoneInfo) -> str:
    return local_time(silence.until_at, zone) + ("" if silence.until_at > now else " (expired)")


@app.command(epilog="Example:  `straitwatch silences expire 3f2a91c0`")
def expire(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="From `silences list`.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """End silences now.

    Exit status 1 if one of them is not active. To end a silence of straitwatch.yaml, edit the file.
    """
    now = utc_now()
    author = user_name()
    with opened_to_read(config) as (_, store):
        expired = {id_: store.call(db.end_silence, id_, author=author, now=now) for id_ in ids}
    for id_, is_expired in expired.items():
        typer.echo(f"{id_} has expired" if is_expired else f"no active silence: {id_}")
    if not all(expired.values()):
        raise typer.Exit(1)


def _read_end(lasts: str, until: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    if bool(lasts) == bool(until):
        raise UsageError("how long?\nhint: use either --for 4h or --until 2030-01-31T08:00")
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


def _warn_of_unknown_tags(tags: Iterable[str], config: Settings) -> None:
    """Print a warning, not an error: you may add a feed with such a tag later."""
    known = {tag for feed in config.feeds for tag in feed.tags}
    for tag in sorted(set(tags) - known):
        choices = f"known tags: {', '.join(sorted(known))}" if known else "no feed has a tag"
        typer.echo(f"warning: no feed has the tag {tag}; {choices}", err=True)


def _as_json(silence: Silence, now: datetime) -> dict[str, Any]:
    return {
        "id": silence.id or None,
        "watchlists": silence.watchlists,
        "severities": silence.severities,
        "tags": silence.tags,
        "stances": silence.stances,
        "languages": silence.languages,
        "stories": silence.stories,
        "starts_at": silence.starts_at.isoformat() if silence.starts_at else None,
        "until_at": silence.until_at.isoformat(),
        "author": silence.author,
        "reason": silence.reason,
        "active": silence.until_at > now,
    }
