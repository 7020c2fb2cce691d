"""`status`: how it stands, in one look."""

from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from straitwatch.app.status import read_status
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened, opened_without_config
from straitwatch.cli.output import local_time, new_console, print_table
from straitwatch.clock import utc_now
from straitwatch.core.render import counted
from straitwatch.errors import ConfigError

app = new_app()


@app.command(epilog="Examples:  `straitwatch status`  ·  `straitwatch status --json`")
def status(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Show feeds, receivers, stories and undelivered messages.

    Counts of polls, entries, stories, alerts and deliveries are those of the last 24 hours. While
    the configuration on disk is broken, it tells how the old one does; exit status 2.
    """
    refused: ConfigError | None = None
    try:
        with opened(config) as (loaded, store):
            zone = ZoneInfo(loaded.timezone)
            state = store.call(read_status, loaded, utc_now(), zone=zone)
    except ConfigError as error:  # the daemon goes on with the old one: say how it does
        refused = error
        with opened_without_config(config) as (zone, store):
            state = store.call(read_status, None, utc_now(), zone=zone)
    if json:
        write_line(state["counts"])
    else:
        _print(state, zone)
    if refused:
        raise refused


def _print(state: dict[str, Any], zone: ZoneInfo) -> None:
    console = new_console(highlight=False)
    for line in state["config"]:
        console.print(line, style="yellow", markup=False, soft_wrap=True)
    _print_counts(console, state, zone)
    _print_rows(state, zone)


def _print_counts(console: Console, state: dict[str, Any], zone: ZoneInfo) -> None:
    counts = state["counts"]
    console.print(
        f"{counted(counts['feeds'], 'feed')}, {counts['failed']} failing; "
        f"last poll {local_time(state['last_polled_at'], zone)}"
    )
    console.print(
        f"last 24 h: {counted(counts['entries_new'], 'entry', 'entries')}, "
        f"{counted(counts['stories_new'], 'story', 'stories')}, "
        f"{counted(counts['alerts'], 'alert')}, {counts['delivered']} delivered"
    )
    waiting = f"{counts['pending']} waiting"
    if state["oldest_pending_at"]:
        waiting += f" (oldest {local_time(state['oldest_pending_at'], zone)})"
    console.print(f"{waiting}, {counts['dead']} dead letters")
    console.print(f"sentence encoder: {state['encoder']}", markup=False, soft_wrap=True)


def _print_rows(state: dict[str, Any], zone: ZoneInfo) -> None:
    if state["receivers"]:
        receivers = Table("Receiver", "State", title="Receivers", title_justify="left")
        for row in state["receivers"]:
            receivers.add_row(row["name"], row["state"])
        print_table(receivers)
    if state["troubles"]:
        troubles = Table("Feed", "Condition", "Last good poll", title_justify="left")
        troubles.title = "Feeds that need a look"
        for feed in state["troubles"]:
            condition = f"{feed.outcome} {feed.detail}".strip()
            troubles.add_row(feed.name, condition, local_time(feed.last_ok_at, zone))
        print_table(troubles)
    if state["stories"]:
        stories = Table("Seen", "Severity", "Outlets", "Story", title_justify="left")
        stories.title = "Latest stories"
        for story in state["stories"]:
            stories.add_row(
                local_time(story.first_seen_at, zone),
                story.severity,
                str(len(story.outlets)),
                story.title,
            )
        print_table(stories)
