"""Deletes old rows in steps that are short enough for polls to run between them."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from straitwatch.core.model import DeliveryState
from straitwatch.store.delivery_rows import OPEN
from straitwatch.store.rows import (
    ALERT,
    DELIVERY,
    DIGEST_STORY,
    ENTRY,
    GAP,
    MANUAL_ACTION,
    REPORT,
    STORY,
)
from straitwatch.store.transaction import Transaction

_RELISTED_WITHIN = timedelta(days=14)  # twice the precision of `listed_at`
_KEPT = [*(state.value for state in OPEN), DeliveryState.DEAD.value]


def prune(tx: Transaction, *, now: datetime, entries_after: timedelta, limit: int = 500) -> int:
    """Delete old entries that are no longer listed; return their number. Repeat until 0.

    An entry is deleted only if its feed was read without it: another entry of the feed was listed
    well after this one. Deleting an entry that is still listed would cause a second alert.
    """
    cutoff = now - entries_after
    listed = ENTRY.alias("listed")
    was_read_since = sa.exists().where(
        listed.c.feed_id == ENTRY.c.feed_id, listed.c.listed_at > cutoff + _RELISTED_WITHIN
    )
    old = (
        sa.select(ENTRY.c.id)
        .where(
            ENTRY.c.seen_at < cutoff,
            sa.or_(ENTRY.c.listed_at.is_(None), ENTRY.c.listed_at < cutoff),
            was_read_since,
        )
        .order_by(ENTRY.c.seen_at)
        .limit(limit)
    )
    return tx.execute(ENTRY.delete().where(ENTRY.c.id.in_(old.scalar_subquery()))).rowcount


def prune_messages(tx: Transaction, *, now: datetime, after: timedelta, limit: int = 500) -> int:
    """Delete old alerts with their deliveries; return their number. Repeat until 0.

    Alerts with open or dead deliveries stay. A roll-up stays as long as one of its members.
    """
    cutoff = now - after
    is_kept = sa.exists().where(DELIVERY.c.alert_id == ALERT.c.id, DELIVERY.c.state.in_(_KEPT))
    carrier, carried = DELIVERY.alias("carrier"), DELIVERY.alias("carried")
    carries_more = sa.exists().where(
        carrier.c.alert_id == ALERT.c.id,
        carried.c.merged_into == carrier.c.id,
        carried.c.alert_id != ALERT.c.id,
    )
    old = (
        sa.select(ALERT.c.id)
        .where(ALERT.c.created_at < cutoff, ~is_kept, ~carries_more)
        .order_by(ALERT.c.created_at)
        .limit(limit)
    )
    ids = list(tx.execute(old).scalars())
    tx.execute(DELIVERY.delete().where(DELIVERY.c.alert_id.in_(ids)))
    tx.execute(ALERT.delete().where(ALERT.c.id.in_(ids)))
    return len(ids)


def prune_stories(tx: Transaction, *, now: datetime, after: timedelta, limit: int = 500) -> int:
    """Delete old stories without reports and alerts, and old actions; return their number."""
    cutoff = now - after
    tx.execute(GAP.delete().where(GAP.c.until_at < cutoff))
    tx.execute(DIGEST_STORY.delete().where(DIGEST_STORY.c.until_at < cutoff))
    tx.execute(
        MANUAL_ACTION.delete().where(
            MANUAL_ACTION.c.made_at < cutoff,
            ~sa.exists().where(STORY.c.id == MANUAL_ACTION.c.story_id),
        )
    )
    old = (
        sa.select(STORY.c.id)
        .where(
            STORY.c.last_seen_at < cutoff,
            ~sa.exists().where(REPORT.c.story_id == STORY.c.id),
            ~sa.exists().where(ALERT.c.story_id == STORY.c.id),
        )
        .limit(limit)
    )
    return tx.execute(STORY.delete().where(STORY.c.id.in_(old.scalar_subquery()))).rowcount
