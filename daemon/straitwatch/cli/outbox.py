"""`outbox`: list, retry, replay and cancel messages."""

from collections.abc import Collection
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_receiver
from straitwatch.cli.news import title_of
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.cli.output import in_zone, local_time, new_console, print_rows
from straitwatch.clock import utc_now
from straitwatch.core.model import DeliveryState, DigestFacts, DigestItem, Facts, RollupFacts
from straitwatch.core.plural import counted
from straitwatch.errors import UsageError

app = new_app(help="List, retry, replay and cancel messages.")
_Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a delivery, or its beginning.")]
_OptionalId = Annotated[str, typer.Argument(metavar="[ID]", help="The id of a delivery.")]


@app.command("list", epilog="Example:  `straitwatch outbox list --state dead`")
def list_(
    state: Annotated[
        list[DeliveryState] | None, typer.Option(help="Only deliveries in this state; repeatable.")
    ] = None,
    receiver: Annotated[str, typer.Option(help="Only deliveries to this receiver.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="The number of deliveries.")] = 50,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """List deliveries, newest first."""
    with opened_to_read(config) as (loaded, store):
        _check_receiver(store, receiver, loaded.receivers)
        records = store.call(
            db.list_deliveries, states=tuple(state or ()), receiver=receiver, limit=limit
        )
    zone = ZoneInfo(loaded.timezone)
    columns = {
        in_zone("Made", zone): lambda record: local_time(record.created_at, zone),
        "ID": lambda record: record.delivery.id,
        "State": lambda record: record.delivery.state,
        "Receiver": lambda record: record.delivery.receiver,
        "To": lambda record: record.delivery.recipient,
        "Tries": lambda record: record.attempts,
        "Reason": lambda record: record.delivery.state_reason,
        "Message": lambda record: title_of(record.facts),
    }
    print_rows(records, columns, as_json=_describe if json else None)


def _check_receiver(store: db.Store, name: str, known: Collection[str]) -> None:
    """Reject a name that no receiver has or had."""
    if name and not store.call(db.list_deliveries, receiver=name, limit=1):
        require_receiver(name, known)


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
        "title": title_of(record.facts),
        "attempts": record.attempts,
        "unsure": record.unsure_count,
        "merged_into": record.merged_into or None,
        "not_before": delivery.not_before.isoformat() if delivery.not_before else None,
    }


@app.command(epilog="Example:  `straitwatch outbox show a3nkq7x2vd`")
def show(
    delivery_id: _Id,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show a delivery, its attempts, its rendered message and, for a digest, all its stories."""
    with opened_to_read(config) as (_, store):
        delivery_id = store.call(db.full_id, delivery_id)
        record = store.call(db.show_delivery, delivery_id)
        members = store.call(db.merged_into, delivery_id)
    if record is None:
        raise UsageError(f"no such delivery: {delivery_id}\nhint: see `straitwatch outbox list`")
    if json:
        more = {
            "stands_for": [member.delivery.id for member in members],
            "stories": [item.story_id for item in _listed(record.facts)],
        }
        write_line(_describe(record) | more)
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
        words = (member.delivery.id, member.delivery.state_reason, title_of(member.facts))
        console.print("   includes ", *words, markup=False)
    for item in _listed(record.facts):
        console.print("   lists    ", item.story_id, item.title, item.url, markup=False)
    if record.frozen is not None:
        console.print()
        console.print(record.frozen.body.decode("utf-8", "replace"), markup=False)


def _listed(facts: Facts) -> tuple[DigestItem, ...]:
    """Return the stories of a digest or a roll-up, also those that a short message leaves out."""
    match facts:
        case DigestFacts():
            return (*facts.items, *facts.running, *facts.commentary)
        case RollupFacts():
            return facts.items
        case _:
            return ()


@app.command(
    epilog="Examples:  `straitwatch outbox retry a3nkq7x2vd`  ·  "
    "`straitwatch outbox retry --all-dead`"
)
def retry(
    delivery_id: _OptionalId = "",
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Retry every dead letter.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Try undelivered messages again; their ids stay the same."""
    if bool(delivery_id) == all_dead:
        raise UsageError("name one delivery, or use --all-dead")
    with opened_to_read(config) as (_, store):
        if all_dead:
            again = store.call(db.retry_dead, now=utc_now())
        else:
            delivery_id = store.call(db.full_id, delivery_id)
            again = int(store.call(db.retry_delivery, delivery_id, now=utc_now()))
            if not again:
                raise _refusal(store, delivery_id, "`straitwatch outbox replay` sends it again")
    typer.echo(f"{counted(again, 'message')} to be tried again")


@app.command(epilog="Example:  `straitwatch outbox replay a3nkq7x2vd`")
def replay(
    delivery_id: _Id,
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Send a finished delivery again as a new message."""
    with opened_to_read(config) as (_, store):
        delivery_id = store.call(db.full_id, delivery_id)
        new_id = store.call(db.replay_delivery, delivery_id, now=utc_now())
        if not new_id:
            raise _refusal(store, delivery_id, "`straitwatch outbox retry` sends it now")
    typer.echo(new_id)


@app.command(epilog="Example:  `straitwatch outbox cancel --receiver desk-slack`")
def cancel(
    delivery_id: _OptionalId = "",
    receiver: Annotated[
        str, typer.Option(help="Cancel every message that waits for this receiver.")
    ] = "",
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Cancel waiting messages; `outbox list` still shows them."""
    if bool(delivery_id) == bool(receiver):
        raise UsageError("name one delivery, or a receiver with --receiver")
    with opened_to_read(config) as (loaded, store):
        _check_receiver(store, receiver, loaded.receivers)
        ids = (store.call(db.full_id, delivery_id),) if delivery_id else ()
        count = store.call(db.cancel_deliveries, now=utc_now(), ids=ids, receiver=receiver)
        if not count and ids:
            raise _refusal(store, ids[0], "you can only cancel a waiting message")
    typer.echo(f"{count} cancelled" if count else f"no message waits for {receiver}")
    if not count:
        raise typer.Exit(1)


def _refusal(store: db.Store, delivery_id: str, hint: str) -> UsageError:
    """Return the error about a delivery that is absent, or in a state that forbids the command."""
    record = store.call(db.show_delivery, delivery_id)
    if record is None:
        return UsageError(f"no such delivery: {delivery_id}\nhint: see `straitwatch outbox list`")
    return UsageError(f"{delivery_id} is {record.delivery.state}\nhint: {hint}")
