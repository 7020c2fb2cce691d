"""`stories`: list, show, merge, split and mute stories."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.cli.acting import (
    action_json,
    action_lines,
    new_action,
    require_done,
    user_name,
)
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_to_read, opened_with_lists_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_story
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.output import in_zone, local_time, new_console, print_rows, zone_time
from straitwatch.clock import utc_now
from straitwatch.config import Settings, read_duration
from straitwatch.core.action_words import action_words
from straitwatch.core.fold_words import describe_fold
from straitwatch.core.listing import first_reported, headline_pair, plausible_date
from straitwatch.core.model import (
    Action,
    ActionKind,
    AlertFacts,
    AlertKind,
    DeliveryState,
    EntryKind,
    Reason,
    Severity,
    Story,
    StoryReport,
)
from straitwatch.core.plural import counted
from straitwatch.core.reasons import REASONS
from straitwatch.errors import UsageError

app = new_app(help="List, show, merge, split and mute stories.")
_MESSAGES = 1_000  # alerts of one story that are read
_NOT_SENT = {Action.DIGEST: "for the digest", Action.NONE: "not sent"}
_Limit = Annotated[int, typer.Option(min=1, help="The number of rows.")]
_StoryId = Annotated[
    str,
    typer.Argument(
        metavar="STORY", help="The id of a story, or at least its first four characters."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """One delivery of an alert."""

    receiver: str
    recipient: str
    state: DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alert:
    """An alert and its deliveries; the fields are the keys of its JSON object."""

    alert: str
    kind: AlertKind
    created: datetime
    severity: Severity
    reason: Reason
    story: str
    revision: int
    title: str
    deliveries: tuple[_Sent, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"created": self.created.isoformat(timespec="seconds")}


@app.command("list")
def list_(limit: _Limit = 50, config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List stories, newest first."""
    with opened_to_read(config) as (loaded, store):
        found = store.call(db.list_stories, limit=limit)
    zone = ZoneInfo(loaded.timezone)
    columns: dict[str, Callable[[Story], object]] = {
        in_zone("Last seen", zone): lambda story: local_time(story.last_seen_at, zone),
        "ID": lambda story: story.id,
        "Severity": lambda story: story.severity,
        "Outlets": lambda story: len(story.outlets),
        "Lists": lambda story: ", ".join(story.watchlists),
        "Story": lambda story: _headline(story, loaded),
    }
    as_json = partial(_describe, config=loaded) if json else None
    print_rows(found, columns, as_json=as_json, empty="no stories")


def _headline(story: Story, config: Settings) -> str:
    """Return the headline in the desk's language, with the original beside it."""
    languages = config.alerts.languages
    headline, original = headline_pair(story.title, story.reports, languages)
    return f"{headline} ({original})" if original else headline


def _describe(story: Story, config: Settings) -> dict[str, Any]:
    languages = config.alerts.languages
    return {
        "id": story.id,
        "title": story.title,
        "headline": headline_pair(story.title, story.reports, languages)[0],
        "severity": story.severity,
        "watchlists": list(story.watchlists),
        "outlets": list(story.outlets),
        "origins": list(story.origins),
        "state_only": story.is_state_only,
        "revision": story.revision,
        "first_seen": story.first_seen_at.isoformat(),
        "last_seen": story.last_seen_at.isoformat(),
    }


@app.command(epilog="Example:  `straitwatch stories show lkud`")
def show(story_id: _StoryId, config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Show the reports and the alerts of a story, the reason of each, and the actions of people."""
    with opened_to_read(config) as (loaded, store):
        story = require_story(store, story_id)
        reports = [_report(stored) for stored in store.call(db.story_entries, story.id)]
        alerts = _alerts(store.call(db.list_alerts, story_id=story.id, limit=_MESSAGES))
        actions = store.call(db.actions_of_story, story.id)
    if json:
        sent = [alert.to_json() for alert in alerts]
        acted = [action_json(action) for action in actions]
        rows = {"reports": reports, "alerts": sent, "actions": acted}
        write_line(_describe(story, loaded) | rows)
        return
    console = new_console(highlight=False, soft_wrap=True, markup=False)
    if not story.id.startswith(story_id.rstrip("…")):
        console.print(f"{story_id} was merged into {story.id}")
    console.print(_headline(story, loaded), style="bold")
    zone = ZoneInfo(loaded.timezone)
    for line in (
        *_story_lines(story),
        *(line for row in reports for line in _report_lines(row, zone)),
        *(line for alert in alerts for line in _alert_lines(alert, zone)),
        *action_lines(actions, zone),
    ):
        console.print(line)


def _story_lines(story: Story) -> Iterator[str]:
    yield f"{story.severity} · {', '.join(story.watchlists)} · revision {story.revision}"
    first = first_reported(story.reports, first_seen_at=story.first_seen_at)
    yield (
        f"{counted(len(story.outlets), 'outlet')}, {counted(len(story.origins), 'origin')}: "
        f"{', '.join(story.origins)}"
        + (f"; {_first(first, story)}" if first else "")
        + ("; only in state media so far" if story.is_state_only else "")
    )


def _alert_lines(alert: _Alert, zone: ZoneInfo) -> Iterator[str]:
    yield (
        f"  {alert.kind} {alert.severity}, {zone_time(alert.created, zone)}: {alert.title} "
        f"({alert.reason})"
    )
    for sent in alert.deliveries:
        yield "    " + " ".join(filter(None, (sent.receiver, sent.recipient, sent.state)))


def _report_lines(row: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """Yield a report, the reason why it is in its story, its news, and the decision."""
    seen = zone_time(datetime.fromisoformat(row["seen"]), zone)
    yield f"  {row['entry']}  {seen}  {row['feed']}: {row['title']}"
    kind = "" if row["kind"] == EntryKind.NEWS else f"{row['kind']}; "
    yield f"    {kind}{row['relation']}, {row['because']}"
    if row["added"]:
        yield f"    new: {row['added']}"
    sent = f"sent as {row['action']}" if row["sent"] else _NOT_SENT[row["action"]]
    yield f"    {sent}: {row['reason']} ({REASONS[row['reason']].long})"


def _first(first: StoryReport, story: Story) -> str:
    is_dated = plausible_date(first, first_seen_at=story.first_seen_at)
    words = "first reported by" if is_dated else "first seen in"
    return f"{words} {first.outlet.name} ({first.outlet.stance or 'no stance'})"


@app.command(epilog="Example:  `straitwatch stories merge lkudcyzgyk bwt226d6hd`")
def merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The story that stays.")],
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="The story that is merged into it.")
    ],
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Merge two stories about the same event; later reports join the merged story."""
    from straitwatch.core.compiled_beat import compile_beat  # noqa: PLC0415 - only here
    from straitwatch.pipeline import act  # noqa: PLC0415 - as above

    with opened_to_read(config) as (loaded, store):
        kept, gone = require_story(store, keep).id, require_story(store, other).id
        if kept == gone:
            raise UsageError("these are the same story")
        wanted = new_action(ActionKind.MERGE, story_id=kept, other_story_id=gone)
        require_done(store.call(act, wanted, beat=compile_beat(loaded.beat)))
        story = require_story(store, kept)
    if json:
        write_line(_describe(story, loaded))
    else:
        typer.echo(f"{gone} is merged into {kept}")


@app.command(epilog="Example:  `straitwatch stories split lkudcyzgyk https://news.example/a`")
def split(
    story_id: _StoryId,
    reports: Annotated[
        list[str], typer.Argument(metavar="REPORT...", help="The id, address or title of a report.")
    ],
    alert: Annotated[
        bool, typer.Option("--alert", help="Send an alert about the new story.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Move reports about another event to a story of their own; later reports follow them.

    The new story sends no alert without --alert. You can run the command again with --alert: it
    then sends the alert, unless it was sent before.
    """
    from straitwatch.cli.splitting import split_off  # noqa: PLC0415 - half a second, if needed

    with (opened_with_lists_to_read if alert else opened_to_read)(config) as (loaded, store):
        done = split_off(store, loaded, story_id, reports)
    if json:
        sent = {"sent_to": done.receivers} if alert else {}
        write_line(_describe(done.story, loaded) | sent)
        return
    typer.echo(done.outcome)
    typer.echo(done.alert_outcome([story_id, *reports]))


@app.command(epilog="Example:  `straitwatch stories mute lkud --for 2d`")
def mute(
    story_id: _StoryId,
    lasts: Annotated[str, typer.Option("--for", metavar="2d", help="Its duration.")] = "7d",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Send the updates of a story to the digest for a while; critical ones are still sent."""
    from straitwatch.core.compiled_beat import compile_beat  # noqa: PLC0415 - as above
    from straitwatch.pipeline import act  # noqa: PLC0415 - as above

    try:
        until_at = utc_now() + read_duration(lasts)
    except ValueError as error:
        raise UsageError(f"{error}\nhint: --for 2d") from error
    with opened_to_read(config) as (loaded, store):
        story = require_story(store, story_id)
        wanted = new_action(ActionKind.MUTE_STORY, story_id=story.id, until_at=until_at)
        action = require_done(store.call(act, wanted, beat=compile_beat(loaded.beat)))
    if json:
        write_line(action_json(action))
        return
    until = zone_time(action.until_at, ZoneInfo(loaded.timezone))
    typer.echo(f"{action_words(action, until=until)}: {story.title}")
    typer.echo(f"`straitwatch stories undo {action.id}` ends it")


@app.command(epilog="Example:  `straitwatch stories undo 4c3cj4yfkk`")
def undo(
    action_id: Annotated[
        str, typer.Argument(metavar="ACTION", help="The id of an action, from `stories show`.")
    ],
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Undo a mute, a snooze, a mark, a split or a merge."""
    from straitwatch.core.compiled_beat import compile_beat  # noqa: PLC0415 - as above
    from straitwatch.pipeline import undo as take_back  # noqa: PLC0415 - as above

    with opened_to_read(config) as (loaded, store):
        beat = compile_beat(loaded.beat)
        done = store.call(take_back, action_id, author=user_name(), now=utc_now(), beat=beat)
    action = require_done(done)
    if json:
        write_line(action_json(action))
        return
    word = "was undone before" if done.is_repeat else "undone"
    typer.echo(f"{word}: {action_words(action)}")


def _report(stored: db.StoredEntry) -> dict[str, Any]:
    fold = stored.fold
    return {
        "entry": stored.entry.id,
        "feed": stored.feed_name,
        "title": stored.entry.title,
        "url": stored.entry.url,
        "seen": stored.seen_at.isoformat(timespec="seconds"),
        "relation": fold.relation if fold else None,
        "because": describe_fold(fold, stored.entry),
        "kind": stored.kind,
        "added": str(fold.novelty) if fold else "",
        "sent": stored.decision.is_sent,
        "action": stored.decision.action,
        "reason": stored.decision.reason,
    }


@app.command("alerts", epilog="Example:  `straitwatch stories alerts --limit 10`")
def list_alerts(limit: _Limit = 50, config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List alerts with their receivers, newest first."""
    with opened_to_read(config) as (loaded, store):
        rows = _alerts(store.call(db.list_alerts, limit=limit))
    zone = ZoneInfo(loaded.timezone)
    columns: dict[str, Callable[[_Alert], object]] = {
        in_zone("Made", zone): lambda alert: local_time(alert.created, zone),
        "Alert": lambda alert: alert.alert,
        "Kind": lambda alert: alert.kind,
        "Severity": lambda alert: alert.severity,
        "Story": lambda alert: alert.story,
        "To": lambda alert: ", ".join(f"{to.receiver} {to.state}" for to in alert.deliveries),
        "Title": lambda alert: alert.title,
    }
    print_rows(rows, columns, as_json=_Alert.to_json if json else None, empty="no alerts")


def _alerts(records: Iterable[db.DeliveryRecord]) -> list[_Alert]:
    """Group deliveries by their alerts; digests and notices are left out."""
    found: dict[str, tuple[AlertFacts, list[db.DeliveryRecord]]] = {}
    for record in records:
        if isinstance(record.facts, AlertFacts):
            _, together = found.setdefault(record.delivery.alert_id, (record.facts, []))
            together.append(record)
    return [_alert(facts, together) for facts, together in found.values()]


def _alert(facts: AlertFacts, records: Sequence[db.DeliveryRecord]) -> _Alert:
    first = records[0]
    return _Alert(
        alert=first.delivery.alert_id,
        kind=first.kind,
        created=first.alerted_at,
        severity=first.severity,
        reason=facts.reason,
        story=first.story_id,
        revision=first.revision,
        title=facts.title,
        deliveries=tuple(
            _Sent(
                receiver=record.delivery.receiver,
                recipient=record.delivery.recipient,
                state=record.delivery.state,
            )
            for record in records
        ),
    )
