"""`receivers`: list, test, pause and resume receivers."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.cli.acting import user_name
from straitwatch.cli.last_valid import opened_to_read, settings_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_receiver
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.output import print_rows
from straitwatch.cli.status import receiver_hints
from straitwatch.clock import utc_now
from straitwatch.config import Settings
from straitwatch.core.model import (
    DriverKind,
    Outcome,
    Receiver,
    SendResult,
)
from straitwatch.core.receivers import describe_receivers
from straitwatch.core.refusals import explain
from straitwatch.errors import StoreError, UsageError
from straitwatch.telemetry import configure_logging

if TYPE_CHECKING:
    from straitwatch.deliver import Driver

app = new_app(help="List, test, pause and resume receivers.")
_Name = Annotated[str, typer.Argument(metavar="NAME", help="A receiver of straitwatch.yaml.")]
_NO_ADDRESS = "its address is a secret that is not stored, and the files are broken"


@app.command("list", epilog="Example:  `straitwatch receivers list --json`")
def list_(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List receivers and their states.

    Exit status 1 if one is broken; the hint says what to do.
    """
    with opened_to_read(config) as (loaded, store):
        zone = ZoneInfo(loaded.timezone)
        conditions = store.call(db.receiver_conditions)
    rows = describe_receivers(conditions, loaded.receivers, utc_now(), zone)
    columns = {"Receiver": lambda row: row.name, "State": lambda row: row.state}
    print_rows(rows, columns, as_json=asdict if json else None)
    for line in receiver_hints(rows):
        typer.echo(line, err=True)
    if any(row.is_broken for row in rows):
        raise typer.Exit(1)


@app.command("test", epilog="Example:  `straitwatch receivers test desk-slack`")
def send_test(name: _Name, config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Send a test message and print its outcome.

    Exit status 1 if it was not delivered. The test needs no database, so you can run it first.
    """
    configure_logging(level="warning")
    loaded = settings_to_read(config)
    require_receiver(name, loaded.receivers)
    receiver = loaded.receivers[name]
    if reason := receiver.broken_because or ("" if receiver.url else _NO_ADDRESS):
        hint = "hint: run the test with the environment of the daemon"
        raise UsageError(f"{name} cannot be used: {reason}\n{hint}")
    from straitwatch.cli.trial import outcome_line, send_test  # noqa: PLC0415 - half a second

    driver = _open_driver(loaded, receiver)
    results = list(send_test(driver, name))
    for recipient, result in results:
        typer.echo(outcome_line(name, recipient, result))
    failed = [result for _, result in results if result.outcome is not Outcome.DELIVERED]
    if failed and (remedy := explain(driver.kind, failed[0].code, failed[0].text).remedy):
        typer.echo(f"hint: {remedy}", err=True)
    _record(loaded, name, driver.kind, results)
    if failed:
        raise typer.Exit(1)


def _record(
    config: Settings, name: str, driver: DriverKind, results: Sequence[tuple[str, SendResult]]
) -> None:
    """Record the results; a receiver that works gets the messages that wait for it."""
    try:
        store = db.Store.open(config.database, migrate=False)
    except StoreError:  # a test needs no database
        return
    mark, now = config.receivers[name].mark, utc_now()
    store.call(db.record_receiver_test, name, results, now=now, driver=driver, mark=mark)
    state = store.call(db.receiver_states).get(name)
    store.close()
    if state and state.paused_at:
        by = f" by {state.paused_by}" if state.paused_by else ""
        hint = f"hint: `straitwatch receivers resume {name}` sends them"
        typer.echo(f"{name} is paused{by}: its alerts wait\n{hint}", err=True)


def _open_driver(config: Settings, receiver: Receiver) -> "Driver":
    from straitwatch.deliver import open_driver  # noqa: PLC0415 - half a second, for tests only
    from straitwatch.telemetry.log import redactor  # noqa: PLC0415 - as above

    redactor.learn([receiver.url])
    templates = config.directory / "templates"
    return open_driver(receiver, timezone=config.timezone, templates=templates)


@app.command(epilog="Example:  `straitwatch receivers pause desk-slack`")
def pause(name: _Name, config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Hold the messages for a receiver until you resume it."""
    with opened_to_read(config) as (loaded, store):
        require_receiver(name, loaded.receivers)
        store.call(db.pause_receiver, name, now=utc_now(), by=user_name())
    typer.echo(f"{name} is paused; `straitwatch receivers resume {name}` resumes it")


@app.command(epilog="Example:  `straitwatch receivers resume desk-slack`")
def resume(name: _Name, config: ConfigDir = DEFAULT_CONFIG) -> None:
    """End the pause or the back-off of a receiver and try it again now."""
    with opened_to_read(config) as (loaded, store):
        require_receiver(name, loaded.receivers)
        store.call(db.resume_receiver, name, now=utc_now())
    typer.echo(f"{name} is resumed")
