"""Receivers: how they are, and what waits for one that cannot be used."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverState:
    """What is known of a receiver that once had trouble or success."""

    name: str
    hold_until: datetime | None = None
    hold_reason: str = ""
    failures: int = 0
    broken_at: datetime | None = None
    last_ok_at: datetime | None = None
    paused_at: datetime | None = None
    paused_by: str = ""


def hold_receiver(tx: Transaction, name: str, *, until: datetime, reason: str) -> None:
    """Send nothing to a receiver before a time."""
    _set_receiver(tx, name, {"hold_until": until, "hold_reason": reason})


def pause_receiver(tx: Transaction, name: str, *, now: datetime, by: str = "") -> None:
    """Send nothing to a receiver until a person resumes it."""
    _set_receiver(tx, name, {"paused_at": now, "paused_by": by})


def resume_receiver(tx: Transaction, name: str, *, now: datetime) -> None:
    """End a pause, and a hold with it: a person says that it works again.

    What waited meanwhile gets a new term, so that a first failure does not end it.
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
    """Return what is known of receivers, by name; those without any history are missing."""
    rows = tx.execute(sa.select(RECEIVER).order_by(RECEIVER.c.name)).mappings()
    return {row["name"]: ReceiverState(**row) for row in rows}


def save_recipients(tx: Transaction, recipients: Mapping[str, Sequence[str]]) -> int:
    """Address what was written while its receiver could not be used; return how many there were.

    The recipients of a mail receiver are known only once its address is. Until then one delivery
    stands for all of them; here each gets its own.
    """
    named = {name: places for name, places in recipients.items() if any(places)}
    waits = sa.select(DELIVERY).where(
        DELIVERY.c.receiver.in_(list(named)),
        DELIVERY.c.recipient == "",
        DELIVERY.c.state.in_([DeliveryState.HELD.value, DeliveryState.PENDING.value]),
    )
    unnamed = tx.execute(waits).mappings().all()
    for row in unnamed:
        ids = [delivery_key(row["alert_id"], row["receiver"], it) for it in named[row["receiver"]]]
        for id_, recipient in zip(ids, named[row["receiver"]], strict=True):
            own = {key: value for key, value in row.items() if key != "seq"} | {
                "id": id_,
                "recipient": recipient,
                "parent_id": "",  # mails of one story thread by themselves
                "reason": "",
            }
            tx.execute(tx.insert(DELIVERY).on_conflict_do_nothing(), [own])
        is_member = DELIVERY.c.merged_into == row["id"]
        tx.execute(DELIVERY.update().where(is_member).values(merged_into=ids[0]))
        tx.execute(DELIVERY.delete().where(DELIVERY.c.id == row["id"]))
    return len(unnamed)


def record_receiver_result(
    tx: Transaction, name: str, result: SendResult, *, now: datetime
) -> None:
    """Remember a receiver's health: success clears its troubles, a fault counts."""
    if result.outcome is Outcome.DELIVERED:
        well = {"failures": 0, "broken_at": None, "hold_until": None, "hold_reason": ""}
        _set_receiver(tx, name, well | {"last_ok_at": now})
    elif result.outcome is Outcome.RECEIVER_BROKEN:
        tx.insert_new(RECEIVER, [_BLANK | {"name": name}])
        tx.execute(_COUNT_FAULT, {"b_name": name, "b_now": now})


def _set_receiver(tx: Transaction, name: str, values: dict[str, Any]) -> None:
    row = _BLANK | values | {"name": name}
    tx.upsert(RECEIVER, [row], key=("name",), changed=tuple(values))


_COUNT_FAULT = (
    RECEIVER.update()
    .where(RECEIVER.c.name == sa.bindparam("b_name"))
    .values(
        failures=RECEIVER.c.failures + 1,
        broken_at=sa.func.coalesce(RECEIVER.c.broken_at, sa.bindparam("b_now")),
    )
)
_BLANK: dict[str, Any] = {
    "hold_until": None,
    "hold_reason": "",
    "failures": 0,
    "broken_at": None,
    "last_ok_at": None,
    "paused_at": None,
    "paused_by": "",
}
