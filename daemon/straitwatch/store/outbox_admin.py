"""Lists, retries, replays and cancels deliveries."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import AlertKind, DeliveryReason, DeliveryState
from straitwatch.core.policy import GIVE_UP_AFTER
from straitwatch.store.delivery_rows import FINAL, FRESH, AttemptRecord, DeliveryRecord, to_record
from straitwatch.store.fallbacks import propagate_state
from straitwatch.store.mutes import count_again
from straitwatch.store.rows import ALERT, ATTEMPT, DELIVERY, STORY
from straitwatch.store.transaction import ResultRow, Transaction

_CANCELLABLE = (DeliveryState.HELD.value, DeliveryState.PENDING.value)
_RETRIABLE = (*_CANCELLABLE, DeliveryState.DEAD.value, DeliveryState.CANCELLED.value)
_RECORDS = sa.select(
    DELIVERY,
    ALERT.c.kind,
    ALERT.c.severity,
    ALERT.c.facts_type,
    ALERT.c.facts,
    ALERT.c.created_at.label("alerted_at"),
).join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)


def list_deliveries(
    tx: Transaction,
    *,
    states: Collection[DeliveryState] = (),
    receiver: str = "",
    story_id: str = "",
    alert_id: str = "",
    limit: int = 100,
) -> list[DeliveryRecord]:
    """Return deliveries, newest first."""
    query = _RECORDS.order_by(DELIVERY.c.seq.desc()).limit(limit)
    if states:
        query = query.where(DELIVERY.c.state.in_([state.value for state in states]))
    if receiver:
        query = query.where(DELIVERY.c.receiver == receiver)
    if alert_id:
        query = query.where(DELIVERY.c.alert_id == alert_id)
    if story_id:
        query = query.where(_is_of_story(DELIVERY.c.story_id, story_id))
    return [to_record(row) for row in tx.execute(query)]


def latest_delivered(tx: Transaction, *, limit: int) -> list[DeliveryRecord]:
    """Return the deliveries that were delivered last, the latest first."""
    latest = (DELIVERY.c.updated_at.desc(), DELIVERY.c.seq.desc())
    is_delivered = DELIVERY.c.state == DeliveryState.DELIVERED.value
    query = _RECORDS.where(is_delivered).order_by(*latest).limit(limit)
    return [to_record(row) for row in tx.execute(query)]


def list_alerts(tx: Transaction, *, story_id: str = "", limit: int = 100) -> list[DeliveryRecord]:
    """Return the deliveries of the latest alerts on stories; `limit` counts alerts."""
    kinds = (AlertKind.NEW.value, AlertKind.UPDATE.value)
    latest = sa.select(ALERT.c.id).where(ALERT.c.kind.in_(kinds))
    if story_id:
        latest = latest.where(_is_of_story(ALERT.c.story_id, story_id))
    latest = latest.order_by(ALERT.c.created_at.desc(), ALERT.c.id).limit(limit)
    order = (ALERT.c.created_at.desc(), ALERT.c.id, DELIVERY.c.seq)
    query = _RECORDS.where(ALERT.c.id.in_(latest)).order_by(*order)
    return [to_record(row) for row in tx.execute(query)]


def _is_of_story(column: sa.ColumnElement[Any], story_id: str) -> sa.ColumnElement[bool]:
    """Match a story and those merged into it."""
    parts = sa.select(STORY.c.id).where(STORY.c.merged_into == story_id)
    return sa.or_(column == story_id, column.in_(parts))


def full_id(tx: Transaction, beginning: str) -> str:
    """Complete the beginning of a delivery's id; return it unchanged if it is not unique.

    Replays, whose ids continue the id of their message, are ignored.
    """
    known = beginning.rstrip("…")
    if not known:
        return beginning
    begins = DELIVERY.c.id.startswith(known, autoescape=True)
    query = sa.select(DELIVERY.c.id).where(begins, ~DELIVERY.c.id.contains(".r")).limit(2)
    found = tx.execute(query).scalars().all()
    return found[0] if len(found) == 1 else beginning


def merged_into(tx: Transaction, delivery_id: str) -> list[DeliveryRecord]:
    """Return the deliveries merged into this one, oldest first."""
    members = DELIVERY.c.merged_into == delivery_id
    return [to_record(row) for row in tx.execute(_RECORDS.where(members).order_by(DELIVERY.c.seq))]


def retry_dead(tx: Transaction, *, now: datetime) -> int:
    """Retry every dead letter together with its members."""
    is_dead = sa.and_(
        DELIVERY.c.state == DeliveryState.DEAD.value,
        DELIVERY.c.reason != DeliveryReason.CARRIER.value,
    )
    ids = tx.execute(sa.select(DELIVERY.c.id).where(is_dead)).scalars().all()
    return sum(retry_delivery(tx, id_, now=now) for id_ in ids)


def show_delivery(tx: Transaction, delivery_id: str) -> DeliveryRecord | None:
    """Return one delivery with its attempts and its frozen bytes."""
    row = tx.execute(_RECORDS.where(DELIVERY.c.id == delivery_id)).first()
    if row is None:
        return None
    columns = [column for column in ATTEMPT.c if column.name not in ("seq", "delivery_id")]
    attempts = tx.execute(
        sa.select(*columns).where(ATTEMPT.c.delivery_id == delivery_id).order_by(ATTEMPT.c.seq)
    ).mappings()
    return to_record(row, history=tuple(AttemptRecord(**attempt) for attempt in attempts))


def retry_delivery(tx: Transaction, delivery_id: str, *, now: datetime) -> bool:
    """Retry an undelivered message at once, with a new term."""
    may_be_tried = sa.and_(
        DELIVERY.c.id == delivery_id,
        DELIVERY.c.state.in_(_RETRIABLE),
    )
    row = tx.execute(sa.select(DELIVERY).where(may_be_tried)).first()
    if row is None:
        return False
    tx.is_durable = True
    _count_muted(tx, row)
    changed = tx.execute(
        DELIVERY.update()
        .where(may_be_tried)  # checked again: a sender may have claimed it since
        .values(
            state=DeliveryState.PENDING.value,
            reason=DeliveryReason.RETRIED.value,
            not_before=None,
            due_at=now,
            give_up_at=_new_term(row, now=now),
            merged_into=None,
            updated_at=now,
        )
    )
    if changed.rowcount != 1:
        return False
    propagate_state(tx, [delivery_id], DeliveryState.MERGED, now=now)
    return True


def _count_muted(tx: Transaction, row: ResultRow) -> None:
    """Record that a muted message is sent after all, so that later reports repeat it."""
    if row.reason == DeliveryReason.MUTED.value and row.story_id:
        count_again(tx, {row.alert_id}, [row.story_id])


def _new_term(row: ResultRow, *, now: datetime) -> datetime:
    """Return the end of a new term that is as long as the first one."""
    return now + (row.give_up_at - row.created_at if row.give_up_at else GIVE_UP_AFTER)


def cancel_deliveries(
    tx: Transaction,
    *,
    now: datetime,
    ids: Collection[str] = (),
    receiver: str = "",
    before: datetime | None = None,
) -> int:
    """Cancel the waiting deliveries that meet all given conditions; return their number."""
    conditions: list[sa.ColumnElement[bool]] = []
    if ids:
        conditions.append(DELIVERY.c.id.in_(list(ids)))
    if receiver:
        conditions.append(DELIVERY.c.receiver == receiver)
    if before:
        conditions.append(DELIVERY.c.created_at < before)
    if not conditions:
        return 0
    tx.is_durable = True
    cancelled = tx.execute(
        DELIVERY.update()
        .where(DELIVERY.c.state.in_(_CANCELLABLE), *conditions)
        .values(
            state=DeliveryState.CANCELLED.value,
            reason=DeliveryReason.CANCELLED.value,
            updated_at=now,
        )
        .returning(DELIVERY.c.id)
    )
    gone = list(cancelled.scalars())
    propagate_state(tx, gone, DeliveryState.CANCELLED, now=now)
    return len(gone)


def replay_delivery(tx: Transaction, delivery_id: str, *, now: datetime) -> str:
    """Send a finished delivery again as a new message; return its id, "" if there is none.

    The id ends in `.r1`, `.r2` and so on, because a mailbox drops a second message with the old id.
    """
    row = tx.execute(
        sa.select(DELIVERY).where(
            DELIVERY.c.id == delivery_id, DELIVERY.c.state.in_([state.value for state in FINAL])
        )
    ).first()
    if row is None:
        return ""
    _count_muted(tx, row)
    latest = tx.execute(
        sa.select(sa.func.max(DELIVERY.c.generation)).where(
            DELIVERY.c.alert_id == row.alert_id,
            DELIVERY.c.receiver == row.receiver,
            DELIVERY.c.recipient == row.recipient,
        )
    ).scalar_one()
    generation = latest + 1
    new_id = f"{row.id.removesuffix(f'.r{row.generation}')}.r{generation}"
    copied = {column.name: getattr(row, column.name) for column in DELIVERY.c}
    del copied["seq"]
    fresh = FRESH | {
        "id": new_id,
        "generation": generation,
        "state": DeliveryState.PENDING.value,
        "reason": DeliveryReason.REPLAYED.value,
        "not_before": None,
        "due_at": now,
        "give_up_at": _new_term(row, now=now),
        "created_at": now,
        "updated_at": now,
    }
    tx.insert_new(DELIVERY, [copied | fresh])
    tx.is_durable = True
    return new_id
