"""Repairs times that were written while the clock was ahead."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from straitwatch.core.model import DeliveryReason, DeliveryState
from straitwatch.core.policy import (
    FEED_LEASE,
    MAX_RECEIVER_HOLD,
    REFUSED_HOLD,
    WHOLE_DOCUMENT_AFTER,
)
from straitwatch.store.rows import DELIVERY, FEED, HOST_PAUSE, RECEIVER
from straitwatch.store.transaction import Transaction

SKEW = timedelta(seconds=5)  # between the clocks of replicas; needs no repair


def repair_clock(tx: Transaction, now: datetime) -> int:
    """Make everything due now that an ahead clock postponed; return the number of changes.

    A time is repaired if it was computed from a moment in the future. This covers messages, feeds,
    holds and leases. The end of quiet hours is a time of day, so it stays.
    """
    future = now + SKEW
    waits = sa.or_(
        DELIVERY.c.state == DeliveryState.PENDING.value,
        sa.and_(
            DELIVERY.c.state == DeliveryState.HELD.value,
            DELIVERY.c.reason == DeliveryReason.GROUP_WAIT.value,
        ),
    )
    statements = (
        DELIVERY.update()
        .where(waits, DELIVERY.c.updated_at > future, DELIVERY.c.due_at > now)
        .values(due_at=now, not_before=now, updated_at=now),
        DELIVERY.update()
        .where(
            DELIVERY.c.state == DeliveryState.SENDING.value,
            DELIVERY.c.lease_until > now + FEED_LEASE,
        )
        .values(lease_until=now),
        RECEIVER.update()
        .where(
            sa.or_(
                RECEIVER.c.hold_until > now + REFUSED_HOLD + SKEW,
                sa.and_(
                    RECEIVER.c.hold_until > now + MAX_RECEIVER_HOLD + SKEW,
                    RECEIVER.c.hold_reason != DeliveryReason.RECEIVER_REFUSED.value,
                ),
            )
        )
        .values(hold_until=now),
        FEED.update()
        .where(FEED.c.last_polled_at > future, FEED.c.next_due_at > now)
        .values(next_due_at=now, last_polled_at=now),
        FEED.update()
        .where(FEED.c.whole_due_at > now + WHOLE_DOCUMENT_AFTER + SKEW)
        .values(whole_due_at=now),
        FEED.update().where(FEED.c.unmodified_since_at > future).values(unmodified_since_at=now),
        FEED.update()
        .where(FEED.c.distrust_found_at > future)
        .values(distrust_since_at=None, distrust_found_at=None, distrust_until_at=None),
        HOST_PAUSE.delete().where(HOST_PAUSE.c.since_at > future),
        FEED.update().where(FEED.c.lease_until > now + FEED_LEASE + SKEW).values(lease_until=now),
    )
    return sum(tx.execute(statement).rowcount for statement in statements)
