"""`stories`: list, show, merge and split stories."""

import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.mark import who
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.cli.tables import local_time, print_table
from straitwatch.cli.why import describe_fold
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.listing import first_reported, headline_pair, plausible_date
from straitwatch.core.model import Action, AlertFacts, EntryKind, Story, StoryReport
from straitwatch.core.plan import Release
from straitwatch.core.reasons import REASONS
from straitwatch.core.render import counted
from straitwatch.core.rules import Rules
from straitwatch.errors import UsageError
from straitwatch.pipeline import SplitOff, alert_story, split_reports

app = new_app(help="List, show, merge and split stories.")
_MESSAGES = 1_000  # alerts of one story that are read
_NOT_SENT = {Action.DIGEST: "for the digest", Action.NONE: "not sent"}
_Limit = Annotated[int, typer.Option(min=1, help="At most so many, newest first.")]
_StoryId = Annotated[
    str,
    typer.Argument(
        metavar="STORY", help="A story, or at least the first four characters of its id."
    ),
]


@app.command("list")
def list_(limit: _Limit = 50, config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List stories, the latest first."""
    with opened(config) as (loaded, store):
        found = store.call(db.list_stories, limit=limit)
    if json:
        for story in found:
            write_line(_describe(story, loaded))
        return
    zone = ZoneInfo(loaded.timezone)
    table = Table("Last seen", "ID", "Severity", "Outlets", "Lists", "Story")
    for story in found:
        table.add_row(
            local_time(story.last_seen_at, zone),
            story.id,
            story.severity,
            str(len(story.outlets)),
            ", ".join(story.watchlists),
            _headline(story, loaded),
        )
    print_table(table)


def _headline(story: Story, config: Config) -> str:
    """Return the headline in the desk's language, with the original beside it."""
    languages = config.alerts.languages
    headline, original = headline_pair(story.title, story.reports, languages)
    return f"{headline} ({original})" if original else headline


def _describe(story: Story, config: Config) -> dict[str, Any]:
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


@app.command()
def show(story_id: _StoryId, config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Show the reports and the alerts of a story, and the reason of each."""
    with opened(config) as (loaded, store):
        story = _story(store, story_id)
        reports = store.call(db.story_entries, story.id)
        sent = store.call(db.list_alerts, story_id=story.id, limit=_MESSAGES)
    answer = _describe(story, loaded) | {
        "reports": [_report(stored) for stored in reports],
        "alerts": _alerts(sent),
    }
    if json:
        write_line(answer)
        return
    console = new_console(highlight=False, soft_wrap=True, markup=False)
    if not story.id.startswith(story_id.rstrip("…")):
        console.print(f"{story_id} was merged into {story.id}")
    console.print(_headline(story, loaded), style="bold")
    console.print(f"{story.severity} · {', '.join(story.watchlists)} · revision {story.revision}")
    first = first_reported(story.reports, first_seen_at=story.first_seen_at)
    console.print(
        f"{counted(len(story.outlets), 'outlet')}, {counted(len(story.origins), 'origin')}: "
        f"{', '.join(story.origins)}"
        + (f"; {_first(first, story)}" if first else "")
        + ("; only in state media so far" if story.is_state_only else "")
    )
    for row in answer["reports"]:
        console.print(f"  {row['entry']}  {row['seen']}  {row['feed']}: {row['title']}")
        for line in _report_lines(row):
            console.print(f"    {line}")
    for alert in answer["alerts"]:
        console.print(f"{alert['kind']} {alert['severity']}: {alert['title']} ({alert['reason']})")
        for place in alert["deliveries"]:
            console.print(f"  {place['receiver']} {place['recipient']} {place['state']}")


def _report_lines(row: dict[str, Any]) -> Iterator[str]:
    """Yield why a report is in its story, what it adds, and what followed."""
    kind = "" if row["kind"] == EntryKind.NEWS else f"{row['kind']}; "
    yield f"{kind}{row['relation']}, {row['because']}"
    if row["added"]:
        yield f"new: {row['added']}"
    sent = f"sent as {row['action']}" if row["sent"] else _NOT_SENT[row["action"]]
    yield f"{sent}: {row['reason']} ({REASONS[row['reason']].long})"


def _first(first: StoryReport, story: Story) -> str:
    is_dated = plausible_date(first, first_seen_at=story.first_seen_at)
    words = "first reported by" if is_dated else "first seen in"
    return f"{words} {first.outlet.name} ({first.outlet.stance or 'no stance'})"


@app.command(epilog="Example:  `straitwatch stories merge lkudcyzgyk bwt226d6hd`")
def merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The story that stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The story that goes into it.")],
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Put two stories together that are about one event; later reports follow."""
    with opened(config) as (loaded, store):
        kept, gone = _story(store, keep).id, _story(store, other).id
        if kept == gone:
            raise UsageError("these are one story already")
        story = store.call(db.merge_stories, kept, gone, _signature(), compile_beat(loaded.beat))
    if story is None:
        raise UsageError("one of these stories has just changed\nhint: try again")
    _answer(story, f"{gone} is part of {kept} now", loaded if json else None)


@app.command(epilog="Example:  `straitwatch stories split lkudcyzgyk https://news.example/a`")
def split(
    story_id: _StoryId,
    reports: Annotated[
        list[str], typer.Argument(metavar="REPORT...", help="Id, address or title of a report.")
    ],
    alert: Annotated[
        bool, typer.Option("--alert", help="Send them as the first reports of their story.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Split off reports that are not about this event; later reports follow them.

    Nothing is sent about the new story without --alert. Reports that were already split off stay
    where they are; --alert sends them, unless they were sent before.
    """
    with opened(config) as (loaded, store):
        rules = activate(loaded).rules if alert else None
        story_id = _story(store, story_id).id
        there, apart = (
            store.call(db.story_entries, story_id),
            store.call(db.split_entries, story_id),
        )
        found = [_find([*there, *apart], asked, story_id) for asked in reports]
        moved = [stored.entry.id for stored in found if stored in there]
        if moved:
            beat = compile_beat(loaded.beat)
            result = store.call(split_reports, story_id, moved, _signature(), beat, rules=rules)
        else:
            result = store.call(_split_before, found, rules)
        if result is None:
            raise UsageError(f"{story_id} would have no report left\nhint: leave one of them in it")
        reports_now = len(store.call(db.story_entries, result.story.id))
    if json:
        sent = {"sent_to": _places(result.release)} if alert else {}
        write_line(_describe(result.story, loaded) | sent)
        return
    if moved:
        are = "is" if reports_now == 1 else "are"
        total = counted(len(there), "report")
        typer.echo(f"{reports_now} of {total} {are} now story {result.story.id}")
    else:
        typer.echo(f"nothing to split: story {result.story.id} was split off before")
    typer.echo(_what_is_sent(result, [story_id, *reports]))


def _split_before(
    tx: db.Transaction, found: list[db.StoredEntry], rules: Rules | None
) -> SplitOff | None:
    """Return the story of reports that were split off before; with rules, send it once."""
    story_id = next(stored.fold.story_id for stored in found if stored.fold)
    release = alert_story(tx, story_id, rules=rules, now=utc_now()) if rules else None
    story = db.current_story(tx, story_id)
    return SplitOff(story=story, release=release) if story else None


def _what_is_sent(result: SplitOff, split: list[str]) -> str:
    """Say which receivers get a message about a story that was split off, or how they would."""
    if places := _places(result.release):
        return f"queued for {', '.join(places)} (the daemon sends it)"
    if result.release is not None:
        decision = next(iter(result.release.decisions.values()))
        return f"not sent: {decision.reason} ({REASONS[decision.reason].long})"
    if result.story.revision:
        return f"it was sent; see `straitwatch stories show {result.story.id}`"
    command = shlex.join(["straitwatch", "stories", "split", *split, "--alert"])
    return f"nothing was sent about it; to send it: {command}"


def _places(release: Release | None) -> list[str]:
    """Name the receivers and recipients of a release, each with what holds the message back."""
    if release is None:
        return []
    return list(
        dict.fromkeys(
            " ".join(filter(None, (delivery.receiver, delivery.recipient)))
            + (f" (held: {delivery.state_reason})" if delivery.not_before else "")
            for delivery in release.deliveries
        )
    )


def _signature() -> db.Signature:
    return db.Signature(made_at=utc_now(), author=who())


def _story(store: db.Store, story_id: str) -> Story:
    """Return a story, or the one that it was merged into."""
    story = store.call(db.current_story, story_id)
    if story is None and len(story_id.rstrip("…")) < db.LEAST_ID:
        raise UsageError(
            f"too short for a story: {story_id}\n"
            f"hint: give the first {db.LEAST_ID} characters of its id or more"
        )
    if story is None:
        raise UsageError(f"no such story: {story_id}\nhint: see `straitwatch stories list`")
    return story


def _find(there: list[db.StoredEntry], asked: str, story_id: str) -> db.StoredEntry:
    for stored in there:
        if asked in (stored.entry.id, stored.entry.url, stored.entry.title):
            return stored
    raise UsageError(
        f"not a report of {story_id}: {asked}\nhint: see `straitwatch stories show {story_id}`"
    )


def _answer(story: Story, words: str, as_json: Config | None) -> None:
    if as_json:
        write_line(_describe(story, as_json))
    else:
        typer.echo(words)


def _report(stored: db.StoredEntry) -> dict[str, Any]:
    fold = stored.fold
    return {
        "entry": stored.entry.id,
        "feed": stored.feed_name,
        "title": stored.entry.title,
        "url": stored.entry.url,
        "seen": stored.seen_at.isoformat(timespec="seconds"),
        "relation": fold.relation if fold else None,
        "because": describe_fold(stored),
        "kind": stored.kind,
        "added": str(fold.novelty) if fold else "",
        "sent": stored.decision.is_sent,
        "action": stored.decision.action,
        "reason": stored.decision.reason,
    }


@app.command("alerts", epilog="Example:  `straitwatch stories alerts --limit 10`")
def list_alerts(limit: _Limit = 50, config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List alerts with their receivers, newest first."""
    with opened(config) as (loaded, store):
        rows = _alerts(store.call(db.list_alerts, limit=limit))
    if json:
        for row in rows:
            write_line(row)
        return
    zone = ZoneInfo(loaded.timezone)
    table = Table("Made", "Alert", "Kind", "Severity", "Story", "To", "Title")
    for row in rows:
        to = ", ".join(f"{place['receiver']} {place['state']}" for place in row["deliveries"])
        made = local_time(datetime.fromisoformat(row["created"]), zone)
        known = (row[name] for name in ("alert", "kind", "severity", "story"))
        table.add_row(made, *known, to, row["title"])
    print_table(table)


def _alerts(records: list[db.DeliveryRecord]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        if not isinstance(record.facts, AlertFacts):
            continue
        alert = found.setdefault(
            record.delivery.alert_id,
            {
                "alert": record.delivery.alert_id,
                "kind": record.kind,
                "created": record.alerted_at.isoformat(timespec="seconds"),
                "severity": record.severity,
                "reason": record.facts.reason,
                "story": record.story_id,
                "revision": record.revision,
                "title": record.facts.title,
                "deliveries": [],
            },
        )
        alert["deliveries"].append(
            {
                "receiver": record.delivery.receiver,
                "recipient": record.delivery.recipient,
                "state": record.delivery.state,
            }
        )
    return list(found.values())
