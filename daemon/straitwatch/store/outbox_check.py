"""Finds deliveries that break a guarantee of the outbox."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import DeliveryState
from straitwatch.store.rows import ALERT, ATTEMPT, DELIVERY
from straitwatch.store.transaction import Transaction

_GRACE = timedelta(minutes=2)  # past the end of a lease


def check_outbox(tx: Transaction, now: datetime) -> list[str]:
    """Return one sentence for each broken guarantee."""
    carrier = DELIVERY.alias("carrier")
    questions: dict[str, sa.Select[Any]] = {
        "alert {} has no delivery": sa.select(ALERT.c.id).where(
            ~sa.exists().where(DELIVERY.c.alert_id == ALERT.c.id)
        ),
        "delivery {} is merged into a message that will not be sent": sa.select(DELIVERY.c.id)
        .select_from(DELIVERY.outerjoin(carrier, carrier.c.id == DELIVERY.c.merged_into))
        .where(
            DELIVERY.c.state == DeliveryState.MERGED.value,
            sa.or_(
                carrier.c.id.is_(None),
                carrier.c.state.in_([DeliveryState.DEAD.value, DeliveryState.CANCELLED.value]),
            ),
        ),
        "delivery {} is still being sent long after its lease": sa.select(DELIVERY.c.id).where(
            DELIVERY.c.state == DeliveryState.SENDING.value,
            DELIVERY.c.lease_until < now - _GRACE,
        ),
        "delivery {} is being sent without a lease": sa.select(DELIVERY.c.id).where(
            DELIVERY.c.state == DeliveryState.SENDING.value, DELIVERY.c.lease_until.is_(None)
        ),
        "delivery {} has no time of delivery": sa.select(DELIVERY.c.id).where(
            DELIVERY.c.state == DeliveryState.DELIVERED.value, DELIVERY.c.delivered_at.is_(None)
        ),
        "delivery {} is not being sent, but has an open attempt": sa.select(DELIVERY.c.id)
        .distinct()
        .join(ATTEMPT, ATTEMPT.c.delivery_id == DELIVERY.c.id)
        .where(ATTEMPT.c.outcome == "", DELIVERY.c.state != DeliveryState.SENDING.value),
    }
    return [
        sentence.format(id_)
        for sentence, query in questions.items()
        for id_ in tx.execute(query).scalars()
    ]
