"""`receivers`: list, test, pause and resume receivers."""

from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.app.status import read_status
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.mark import who
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.cli.tables import print_table
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.model import (
    AlertKind,
    Delivery,
    DeliveryState,
    NoticeFacts,
    Outcome,
    SendJob,
    SendResult,
)
from straitwatch.errors import StoreError, UsageError
from straitwatch.telemetry import configure_logging

app = new_app(help="List, test, pause and resume receivers.")
_Name = Annotated[str, typer.Argument(metavar="NAME", help="A receiver of straitwatch.yaml.")]


@app.command("list")
def list_(
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """List receivers and how they are."""
    with opened(config) as (loaded, store):
        zone = ZoneInfo(loaded.timezone)
        rows = store.call(read_status, loaded, utc_now(), zone=zone)["receivers"]
    if json:
        for row in rows:
            write_line(row)
        return
    table = Table("Receiver", "State")
    for row in rows:
        table.add_row(row["name"], row["state"])
    print_table(table)


@app.command("test", epilog="Example:  `straitwatch receivers test desk-slack`")
def send_test(
    name: _Name,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Send a message that says it is a test and report how it ended; exit 1 if it failed."""
    configure_logging(level="warning")
    loaded = load(config)  # no database: a receiver is tested before the first run
    _require(loaded, name)
    if reason := loaded.receivers[name].broken_because:
        raise UsageError(f"{name} cannot be used: {reason}")
    results = _send_test(loaded, name)
    _tell_hold(loaded, name)
    for recipient, result in results:
        words = (name, recipient, result.outcome, result.code, result.text)
        typer.echo(" ".join(word for word in words if word))
    if any(result.outcome is not Outcome.DELIVERED for _, result in results):
        raise typer.Exit(1)


def _tell_hold(config: Config, name: str) -> None:
    """Say that alerts wait all the same, where they do."""
    try:
        store = db.Store.open(config.database, migrate=False)
    except StoreError:  # none yet, or away: the test itself needs none
        return
    state = store.call(db.receiver_states).get(name)
    store.close()
    if state and state.paused_at:
        by = state.paused_by or "a person"
        hint = f"`straitwatch receivers resume {name}` ends it"
        typer.echo(f"{name} is paused by {by}: its alerts wait; {hint}", err=True)


def _send_test(config: Config, name: str) -> list[tuple[str, SendResult]]:
    driver = activate(config).drivers[name]
    now = utc_now()
    facts = NoticeFacts(
        title=f"Straitwatch test to {name}",
        lines=("This is a test. If you can read it, alerts will reach you here.",),
    )
    results = []
    for recipient in driver.recipients:
        job = SendJob(
            delivery=Delivery(
                id=f"test-{now:%Y%m%d%H%M%S%f}",
                alert_id="",
                receiver=name,
                recipient=recipient,
                state=DeliveryState.SENDING,
            ),
            kind=AlertKind.TEST,
            facts=facts,
            created_at=now,
        )
        frozen = driver.render(job)
        results.append((recipient, driver.send(replace(job, frozen=frozen))))
    return results


@app.command()
def pause(
    name: _Name,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Send nothing to a receiver until it is resumed; its messages wait."""
    with opened(config) as (loaded, store):
        _require(loaded, name)
        store.call(db.pause_receiver, name, now=utc_now(), by=who())
    typer.echo(f"{name} is paused; `straitwatch receivers resume {name}` ends it")


@app.command()
def resume(
    name: _Name,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """End a pause or a wait: try the receiver again now."""
    with opened(config) as (loaded, store):
        _require(loaded, name)
        store.call(db.resume_receiver, name, now=utc_now())
    typer.echo(f"{name} is resumed")


def _require(config: Config, name: str) -> None:
    if name not in config.receivers:
        known = ", ".join(config.receivers)
        raise UsageError(f"unknown receiver: {name}\nhint: there are {known}")
