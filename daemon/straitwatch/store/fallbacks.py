"""Sends failed messages to a fallback, and passes the state of a carrier to its members."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import DeliveryReason, DeliveryState, Fallback
from straitwatch.core.outbox import Carrier, choose_carrier, plan_fallback
from straitwatch.store.delivery_rows import FRESH, to_delivery
from straitwatch.store.rows import DELIVERY
from straitwatch.store.transaction import Transaction


def set_state(
    tx: Transaction, ids: Collection[str], state: DeliveryState, *, now: datetime, **values: Any
) -> None:
    """Set the state and other columns of deliveries."""
    changes = {
        "state": state.value,
        "reason": DeliveryReason.NONE.value,
        "updated_at": now,
    } | values
    is_named = DELIVERY.c.id == sa.bindparam("b_id")
    if ids:
        statement = DELIVERY.update().where(is_named).values(changes)
        tx.execute(statement, [{"b_id": id_} for id_ in ids])


def handle_dead_letters(
    tx: Transaction, ids: Collection[str], fallback: Fallback | None, *, now: datetime
) -> None:
    """Send dead letters to the fallback; without one, their members are dead too."""
    if fallback is None:
        propagate_state(tx, ids, DeliveryState.DEAD, now=now)
        return
    for id_ in ids:
        redirect(tx, id_, fallback, now=now)


def redirect(tx: Transaction, delivery_id: str, fallback: Fallback, *, now: datetime) -> None:
    """Merge a failed delivery into new or existing ones at its fallback.

    If those have failed too, all are dead letters.
    """
    row = tx.execute(sa.select(DELIVERY).where(DELIVERY.c.id == delivery_id)).one()
    others = plan_fallback(to_delivery(row), fallback, generation=row.generation, now=now)
    copied = {column.name: getattr(row, column.name) for column in DELIVERY.c}
    del copied["seq"]
    for other in others:
        fresh = FRESH | {
            "id": other.id,
            "generation": row.generation,
            "receiver": other.receiver,
            "recipient": other.recipient,
            "state": other.state.value,
            "reason": other.state_reason,
            "not_before": None,
            "due_at": now,
            "give_up_at": other.give_up_at,
            "parent_id": "",
            "created_at": now,
            "updated_at": now,
        }
        tx.insert_new(DELIVERY, [copied | fresh])
    tx.is_durable = True
    carrier = choose_carrier(row.id, _carriers(tx, [other.id for other in others]))
    reason = DeliveryReason.FALLBACK.value
    if not carrier:
        set_state(tx, [row.id], DeliveryState.DEAD, now=now, reason=reason)
        propagate_state(tx, [row.id], DeliveryState.DEAD, now=now)
        return
    set_state(tx, [row.id], DeliveryState.MERGED, now=now, reason=reason, merged_into=carrier)


def _carriers(tx: Transaction, ids: Collection[str]) -> list[Carrier]:
    columns = (DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.merged_into)
    query = sa.select(*columns).where(DELIVERY.c.id.in_(ids)).order_by(DELIVERY.c.seq)
    return [
        Carrier(id=row.id, state=DeliveryState(row.state), merged_into=row.merged_into or "")
        for row in tx.execute(query)
    ]


def propagate_state(
    tx: Transaction, carriers: Collection[str], state: DeliveryState, *, now: datetime
) -> None:
    """Propagate a carrier's final state to the deliveries merged into it, and back on a retry."""
    is_again = state is DeliveryState.MERGED
    ended = sa.and_(
        DELIVERY.c.state.in_([DeliveryState.DEAD.value, DeliveryState.CANCELLED.value]),
        DELIVERY.c.reason == DeliveryReason.CARRIER.value,
    )
    before = ended if is_again else DELIVERY.c.state == DeliveryState.MERGED.value
    reason = DeliveryReason.HELD if is_again else DeliveryReason.CARRIER
    ids = list(carriers)
    while ids:
        members = sa.and_(DELIVERY.c.merged_into.in_(ids), before)
        ids = list(tx.execute(sa.select(DELIVERY.c.id).where(members)).scalars())
        set_state(tx, ids, state, now=now, reason=reason.value)
