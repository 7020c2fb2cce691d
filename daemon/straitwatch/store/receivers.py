"""Stores the state of receivers and the recipients of their messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.identity import delivery_key
from straitwatch.core.model import DeliveryState, Outcome, SendResult
from straitwatch.core.policy import GIVE_UP_AFTER
from straitwatch.store.rows import DELIVERY, RECEIVER
from straitwatch.store.transaction import Transaction

_BLANK: dict[str, Any] = {
    "hold_until": None,
    "hold_reason": "",
    "failures": 0,
    "broken_at": None,
    "last_ok_at": None,
    "paused_at": None,
    "paused_by": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverState:
    """The history of a receiver that has been used."""

    name: str
    hold_until: datetime | None = None
    hold_reason: str = ""
    failures: int = 0
    broken_at: datetime | None = None
    last_ok_at: datetime | None = None
    paused_at: datetime | None = None
    paused_by: str = ""


def hold_receiver(tx: Transaction, name: str, *, until: datetime, reason: str) -> None:
    """Hold all messages to a receiver until a time."""
    _set_receiver(tx, name, {"hold_until": until, "hold_reason": reason})


def pause_receiver(tx: Transaction, name: str, *, now: datetime, by: str = "") -> None:
    """Hold all messages to a receiver until a person resumes it."""
    _set_receiver(tx, name, {"paused_at": now, "paused_by": by})


def resume_receiver(tx: Transaction, name: str, *, now: datetime) -> None:
    """End the pause and the hold of a receiver.

    Its waiting messages get a new term, so that they survive a first failure.
    """
    values = {"paused_at": None, "paused_by": "", "hold_until": None, "hold_reason": ""}
    _set_receiver(tx, name, values)
    waits = sa.and_(
        DELIVERY.c.receiver == name,
        DELIVERY.c.state == DeliveryState.PENDING.value,
        DELIVERY.c.give_up_at < now + GIVE_UP_AFTER,
    )
    tx.execute(DELIVERY.update().where(waits).values(give_up_at=now + GIVE_UP_AFTER))


def receiver_states(tx: Transaction) -> dict[str, ReceiverState]:
    """Return the receivers that have been used, by name."""
    rows = tx.execute(sa.select(RECEIVER).order_by(RECEIVER.c.name)).mappings()
    return {row["name"]: ReceiverState(**row) for row in rows}


def save_recipients(tx: Transaction, recipients: Mapping[str, Sequence[str]]) -> int:
    """Address the messages that were written before their receiver was set up; count them.

    The recipients of a mail receiver are part of its address. Until the address is known, one
    delivery represents all recipients; afterwards, each recipient gets a delivery.
    """
    named = {name: targets for name, targets in recipients.items() if any(targets)}
    waits = sa.select(DELIVERY).where(
        DELIVERY.c.receiver.in_(list(named)),
        DELIVERY.c.recipient == "",
        DELIVERY.c.state.in_([DeliveryState.HELD.value, DeliveryState.PENDING.value]),
    )
    unnamed = tx.execute(waits).mappings().all()
    for row in unnamed:
        targets = named[row["receiver"]]
        ids = [delivery_key(row["alert_id"], row["receiver"], target) for target in targets]
        for id_, recipient in zip(ids, targets, strict=True):
            own = {key: value for key, value in row.items() if key != "seq"} | {
                "id": id_,
                "recipient": recipient,
                "parent_id": "",  # each mailbox threads by itself
                "reason": "",
            }
            tx.execute(tx.insert(DELIVERY).on_conflict_do_nothing(), [own])
        is_member = DELIVERY.c.merged_into == row["id"]
        tx.execute(DELIVERY.update().where(is_member).values(merged_into=ids[0]))
        tx.execute(DELIVERY.delete().where(DELIVERY.c.id == row["id"]))
    return len(unnamed)


_COUNT_FAULT = (
    RECEIVER.update()
    .where(RECEIVER.c.name == sa.bindparam("b_name"))
    .values(
        failures=RECEIVER.c.failures + 1,
        broken_at=sa.func.coalesce(RECEIVER.c.broken_at, sa.bindparam("b_now")),
    )
)


def record_receiver_result(
    tx: Transaction, name: str, result: SendResult, *, now: datetime
) -> None:
    """Record the result of a send: a success clears the failures of a receiver."""
    if result.outcome is Outcome.DELIVERED:
        well = {"failures": 0, "broken_at": None, "hold_until": None, "hold_reason": ""}
        _set_receiver(tx, name, well | {"last_ok_at": now})
    elif result.outcome is Outcome.RECEIVER_BROKEN:
        tx.insert_new(RECEIVER, [_BLANK | {"name": name}])
        tx.execute(_COUNT_FAULT, {"b_name": name, "b_now": now})


def _set_receiver(tx: Transaction, name: str, values: dict[str, Any]) -> None:
    row = _BLANK | values | {"name": name}
    tx.upsert(RECEIVER, [row], key=("name",), changed=tuple(values))
