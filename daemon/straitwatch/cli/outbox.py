"""`outbox`: list, retry, replay and cancel messages."""

from collections.abc import Collection
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from straitwatch import store as db
from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.cli.tables import local_time, print_table
from straitwatch.clock import utc_now
from straitwatch.core.model import DeliveryState, DigestFacts, Facts, RollupFacts
from straitwatch.errors import UsageError

app = new_app(help="List, retry, replay and cancel messages.")


_Id = Annotated[str, typer.Argument(metavar="ID", help="A delivery, or how its id begins.")]


def _title(facts: Facts) -> str:
    match facts:
        case DigestFacts():
            return f"digest {facts.name}"
        case RollupFacts():
            return f"{facts.messages} messages in one"
        case _:
            return facts.title


@app.command("list", epilog="Example:  `straitwatch outbox list --state dead`")
def list_(
    state: Annotated[
        list[DeliveryState] | None, typer.Option(help="Only these states; may be repeated.")
    ] = None,
    receiver: Annotated[str, typer.Option(help="Only this receiver.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """List deliveries, newest first."""
    with opened(config) as (loaded, store):
        _check_receiver(store, receiver, loaded.receivers)
        records = store.call(
            db.list_deliveries, states=tuple(state or ()), receiver=receiver, limit=limit
        )
    if json:
        for record in records:
            write_line(_describe(record))
        return
    zone = ZoneInfo(loaded.timezone)
    table = Table("Made", "ID", "State", "Receiver", "To", "Tries", "Reason", "Message")
    for record in records:
        delivery = record.delivery
        table.add_row(
            local_time(record.created_at, zone),
            delivery.id,
            delivery.state,
            delivery.receiver,
            delivery.recipient,
            str(record.attempts),
            delivery.state_reason,
            _title(record.facts),
        )
    print_table(table)


def _check_receiver(store: db.Store, name: str, known: Collection[str]) -> None:
    """Refuse a name that no receiver has or had."""
    if not name or name in known or store.call(db.list_deliveries, receiver=name, limit=1):
        return
    raise UsageError(f"no such receiver: {name}\nhint: there are {', '.join(sorted(known))}")


def _describe(record: db.DeliveryRecord) -> dict[str, object]:
    delivery = record.delivery
    return {
        "id": delivery.id,
        "kind": record.kind,
        "state": delivery.state,
        "reason": delivery.state_reason,
        "receiver": delivery.receiver,
        "recipient": delivery.recipient,
        "routes": list(delivery.routes),
        "watchlists": list(delivery.watchlists),
        "story": record.story_id,
        "revision": record.revision,
        "title": _title(record.facts),
        "attempts": record.attempts,
        "unsure": record.unsure_count,
        "merged_into": record.merged_into or None,
        "not_before": delivery.not_before.isoformat() if delivery.not_before else None,
    }


@app.command()
def show(
    delivery_id: _Id,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show one delivery, its attempts, and the bytes as they are sent."""
    with opened(config) as (_, store):
        delivery_id = store.call(db.full_id, delivery_id)
        record = store.call(db.show_delivery, delivery_id)
        members = store.call(db.merged_into, delivery_id)
    if record is None:
        raise UsageError(f"no such delivery: {delivery_id}\nhint: see `straitwatch outbox list`")
    if json:
        write_line(_describe(record) | {"stands_for": [it.delivery.id for it in members]})
        return
    console = new_console(highlight=False, soft_wrap=True)
    for name, value in _describe(record).items():
        shown = ", ".join(value) if isinstance(value, list) else value
        if shown not in (None, ""):
            console.print(f"{name:>11}  {shown}", markup=False)
    for attempt in record.history:
        words = (attempt.started_at.isoformat(), attempt.outcome or "open", attempt.code)
        console.print("    attempt ", *words, attempt.text, markup=False)
    for member in members:
        words = (member.delivery.id, member.delivery.state_reason, _title(member.facts))
        console.print(" stands for ", *words, markup=False)
    if record.frozen is not None:
        console.print()
        console.print(record.frozen.body.decode("utf-8", "replace"), markup=False)


@app.command()
def retry(
    delivery_id: Annotated[str, typer.Argument(metavar="[ID]", help="A delivery.")] = "",
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every dead letter.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Try undelivered messages again, as the same message."""
    if bool(delivery_id) == all_dead:
        raise UsageError("name one delivery, or use --all-dead")
    with opened(config) as (_, store):
        if all_dead:
            again = store.call(db.retry_dead, now=utc_now())
        else:
            delivery_id = store.call(db.full_id, delivery_id)
            again = int(store.call(db.retry_delivery, delivery_id, now=utc_now()))
            if not again:
                raise _refusal(store, delivery_id, "`outbox replay` sends it once more")
    typer.echo(f"{again} will be tried again")


@app.command()
def replay(
    delivery_id: _Id,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Send a finished delivery once more, as a new message."""
    with opened(config) as (_, store):
        delivery_id = store.call(db.full_id, delivery_id)
        new_id = store.call(db.replay_delivery, delivery_id, now=utc_now())
        if not new_id:
            raise _refusal(store, delivery_id, "`outbox retry` sends it now")
    typer.echo(new_id)


@app.command()
def cancel(
    delivery_id: Annotated[str, typer.Argument(metavar="[ID]", help="A delivery.")] = "",
    receiver: Annotated[str, typer.Option(help="All that waits for this receiver.")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Give up messages that wait; they stay in the list as cancelled."""
    if bool(delivery_id) == bool(receiver):
        raise UsageError("name one delivery, or a receiver with --receiver")
    with opened(config) as (loaded, store):
        _check_receiver(store, receiver, loaded.receivers)
        ids = (store.call(db.full_id, delivery_id),) if delivery_id else ()
        count = store.call(db.cancel_deliveries, now=utc_now(), ids=ids, receiver=receiver)
        if not count and ids:
            raise _refusal(store, ids[0], "only what waits can be cancelled")
    typer.echo(f"{count} cancelled" if count else f"nothing waits for {receiver}")
    if not count:
        raise typer.Exit(1)


def _refusal(store: db.Store, delivery_id: str, hint: str) -> UsageError:
    """Say why an order was not followed: there is no such delivery, or it stands otherwise."""
    record = store.call(db.show_delivery, delivery_id)
    if record is None:
        return UsageError(f"no such delivery: {delivery_id}\nhint: see `straitwatch outbox list`")
    return UsageError(f"{delivery_id} is {record.delivery.state}\nhint: {hint}")
