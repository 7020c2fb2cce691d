"""Queues edits of sent messages, so that each shows the actions on its story and its latest update.

An edit is rendered from the database when it is claimed, so several requests need one edit only,
and a repeated edit changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from straitwatch.core.model import AlertKind, DeliveryState
from straitwatch.core.policy import EDITED_WITHIN
from straitwatch.store.rows import ALERT, DELIVERY, MESSAGE_EDIT, STORY
from straitwatch.store.transaction import ResultRow, Transaction

_MAX_MESSAGES: Final = 50  # about one story that show an action: the first, and the latest updates
_OF_SEVERAL = sa.and_(
    ALERT.c.story_id.is_(None), ALERT.c.kind.in_([AlertKind.DIGEST.value, AlertKind.ROLLUP.value])
)


def is_sent(row: ResultRow) -> bool:
    """Return True if a row of a message says that it was delivered.

    No query asks for this: SQLite would read all sent messages, 0.6 s for 400,000.
    """
    return bool(row.state == DeliveryState.DELIVERED.value)


def queue_edits(tx: Transaction, delivery_ids: Iterable[str], *, now: datetime) -> None:
    """Ask for an edit of each of these messages, if its receiver can edit it."""
    which = DELIVERY.c.id.in_(list(delivery_ids))
    is_kept = DELIVERY.c.body.is_not(None)
    columns = (DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.ref)
    messages = tx.execute(sa.select(*columns).where(which, is_kept))
    rows = [
        {
            "delivery_id": row.id,
            "version": 1,
            "asked_at": now,
            "due_at": now,
            "lease_until": None,
            "attempts": 0,
        }
        for row in messages
        if is_sent(row) and row.ref.get("ts")
    ]
    if not rows:
        return
    insert = tx.insert(MESSAGE_EDIT)
    fresh = {name: insert.excluded[name] for name in ("asked_at", "due_at", "attempts")}
    again = fresh | {"version": MESSAGE_EDIT.c.version + 1}
    tx.execute(insert.on_conflict_do_update(index_elements=["delivery_id"], set_=again), rows)
    tx.is_durable = True


def queue_edits_of_stories(tx: Transaction, story_ids: Iterable[str], *, now: datetime) -> None:
    """Ask for an edit of the messages about these stories, and of those that list them."""
    wanted = [story_id for story_id in dict.fromkeys(story_ids) if story_id]
    if not wanted:
        return
    merged = sa.select(STORY.c.id).where(STORY.c.merged_into.in_(wanted))
    ids = [*wanted, *tx.execute(merged).scalars()]
    lists = [ALERT.c.facts.contains(f'"{story_id}"', autoescape=True) for story_id in ids]
    is_listing = ALERT.c.created_at > now - EDITED_WITHIN, _OF_SEVERAL, sa.or_(*lists)
    alert_ids = list(tx.execute(sa.select(ALERT.c.id).where(*is_listing)).scalars())
    listing = sa.select(DELIVERY.c.id).where(DELIVERY.c.alert_id.in_(alert_ids))
    queue_edits(tx, [*_messages_about(tx, ids), *tx.execute(listing).scalars()], now=now)


def _messages_about(tx: Transaction, story_ids: Sequence[str]) -> list[str]:
    """Return the sent messages about stories that show their actions."""
    query = (
        sa.select(DELIVERY.c.id, DELIVERY.c.state)
        .where(DELIVERY.c.story_id.in_(story_ids))
        .order_by(DELIVERY.c.parent_id != "", DELIVERY.c.seq.desc())
    )
    return [row.id for row in tx.execute(query) if is_sent(row)][:_MAX_MESSAGES]
