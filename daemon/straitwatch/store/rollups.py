"""Merges waiting messages and keeps receivers within their limits."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from straitwatch.core.model import (
    AlertFacts,
    DeliveryReason,
    DeliveryState,
    Limit,
    SendJob,
    Severity,
    Silence,
)
from straitwatch.core.rollup import (
    LIMITED_KINDS,
    STORY_KINDS,
    HeldMessage,
    StoryMessage,
    collect_carried,
    due_together,
    is_last_allowed,
    is_muted,
    is_rollup,
    limited_until,
    plan_merge,
)
from straitwatch.store.delivery_rows import alert_row, delivery_row, facts_adapter, to_delivery
from straitwatch.store.fallbacks import propagate_state, set_state
from straitwatch.store.keys import in_chunks
from straitwatch.store.mutes import take_back
from straitwatch.store.rows import ALERT, DELIVERY, REPORT, STORY
from straitwatch.store.silences import active_silences
from straitwatch.store.stories import fold_lock
from straitwatch.store.transaction import ResultRow, Transaction

_IS_STORY = ALERT.c.kind.in_([kind.value for kind in STORY_KINDS])
_IS_LIMITED = ALERT.c.kind.in_([kind.value for kind in LIMITED_KINDS])
_UNWRITTEN: dict[str, Any] = {
    "body": None,
    "content_type": "",
    "note": {},
}  # renders a message again
SEND_PARENT = (
    DELIVERY.update()
    .where(DELIVERY.c.id == sa.bindparam("b_id"), DELIVERY.c.state == DeliveryState.HELD.value)
    .values(
        state=DeliveryState.PENDING.value,
        reason="",
        not_before=None,
        due_at=sa.bindparam("b_now"),
        updated_at=sa.bindparam("b_now"),
    )
)


# ---------------------------------------------------------------- held messages


def flush_held(tx: Transaction, now: datetime) -> int:
    """Send the held messages that are due, merged as `due_together` says; return their number.

    The held message before an update is sent too, because messages keep their order.
    """
    silences = [silence for silence in active_silences(tx, now) if silence.stories]
    if silences:
        fold_lock(tx)  # before any row lock, as in a poll
    is_held = DELIVERY.c.state == DeliveryState.HELD.value
    is_over = DELIVERY.c.not_before <= now
    due = _cancel_muted(tx, _waiting(tx, is_held, is_over), silences, now=now)
    if not due:
        return 0
    is_update = DELIVERY.c.reason == DeliveryReason.UPDATE_WAIT.value
    waiting = _waiting(tx, is_held, ~is_over, is_update)
    rows = {row.id: row for row in sorted((*due, *waiting), key=attrgetter("seq"))}
    messages = due_together(map(_held_message, rows.values()), now)
    for ids in messages:
        _merge(tx, [rows[id_] for id_ in ids], now=now)
    if parents := {row.parent_id for row in due if row.parent_id} - rows.keys():
        tx.execute(SEND_PARENT, [{"b_id": id_, "b_now": now} for id_ in sorted(parents)])
    return sum(map(len, messages))


def _held_message(row: ResultRow) -> HeldMessage:
    return HeldMessage(
        id=row.id,
        story_id=row.story_id or "",
        receiver=row.receiver,
        recipient=row.recipient,
        lane=row.lane,
        reason=row.reason,
        not_before=row.not_before,
    )


def _cancel_muted(
    tx: Transaction, rows: Sequence[ResultRow], silences: Sequence[Silence], *, now: datetime
) -> Sequence[ResultRow]:
    """Cancel the messages of muted stories, which the next digest lists; return the others."""
    if not rows or not silences:
        return rows
    merged = sa.select(STORY.c.id, STORY.c.merged_into).where(
        STORY.c.id.in_({row.story_id for row in rows}), STORY.c.merged_into.is_not(None)
    )
    current = {row.id: row.merged_into for row in tx.execute(merged)}
    muted = [
        message
        for message in _read_messages(tx, rows, now=now)
        if is_muted(
            message.facts,
            silences,
            story_id=current.get(message.story_id, message.story_id),
            now=now,
        )
    ]
    ids = {message.delivery.id for message in muted}
    set_state(tx, ids, DeliveryState.CANCELLED, now=now, reason=DeliveryReason.MUTED.value)
    is_report = REPORT.c.entry_id.in_({message.facts.entry_id for message in muted})
    tx.execute(REPORT.update().where(is_report).values(released_at=now))  # to the next digest
    if muted:
        alerts = {message.delivery.alert_id for message in muted}
        take_back(tx, alerts, {message.story_id for message in muted})
    tx.is_durable |= bool(ids)
    return [row for row in rows if row.id not in ids]


# ---------------------------------------------------------------- limits


def is_within_limit(tx: Transaction, row: ResultRow, limit: Limit, *, now: datetime) -> bool:
    """Return True if a message may be sent under its receiver's limit.

    Otherwise postpone it, or merge it with all messages that wait: the last message that the limit
    allows is a roll-up of the rest. Critical messages are counted separately.
    """
    if row.kind not in LIMITED_KINDS:
        return True
    place = _same_place(row)
    sent = _sent_since(tx, place, row.id, since_at=now - limit.per, now=now)
    if until := limited_until(sent, limit):
        _postpone(tx, place, until=until, now=now)
        return False
    if not is_last_allowed(sent, limit) or row.kind not in STORY_KINDS or row.unsure_count:
        return True
    waiting = _waiting(tx, place, _is_due(now), DELIVERY.c.unsure_count == 0)
    if len(waiting) == 1:
        return True
    _merge(tx, waiting, now=now, limit=limit)
    return False


def _same_place(row: ResultRow) -> sa.ColumnElement[bool]:
    return sa.and_(
        DELIVERY.c.receiver == row.receiver,
        DELIVERY.c.recipient == row.recipient,
        DELIVERY.c.lane == row.lane,
    )


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(DELIVERY.c.state == DeliveryState.PENDING.value, DELIVERY.c.due_at <= now)


def _sent_since(
    tx: Transaction, place: sa.ColumnElement[bool], but: str, *, since_at: datetime, now: datetime
) -> list[datetime]:
    """Return the times of the messages to a recipient, oldest first, unanswered ones included.

    Times in the future, from a clock that was ahead, are ignored, because they would never expire.
    """
    joined = DELIVERY.join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
    delivered = (
        sa.select(DELIVERY.c.delivered_at)
        .select_from(joined)
        .where(place, _IS_LIMITED, *_within(DELIVERY.c.delivered_at, since_at, now))
    )
    unsure = (
        sa.select(DELIVERY.c.unsure_at)
        .select_from(joined)
        .where(
            place,
            _IS_LIMITED,
            DELIVERY.c.state == DeliveryState.PENDING.value,
            *_within(DELIVERY.c.unsure_at, since_at, now),
            DELIVERY.c.id != but,
        )
    )
    return sorted([*tx.execute(delivered).scalars(), *tx.execute(unsure).scalars()])


def _within(column: Any, since_at: datetime, now: datetime) -> tuple[Any, Any]:
    """Exclude `since_at` itself, or a message that waits until then would wait forever."""
    return column > since_at, column <= now


def _postpone(
    tx: Transaction, place: sa.ColumnElement[bool], *, until: datetime, now: datetime
) -> None:
    limited = sa.select(ALERT.c.id).where(ALERT.c.id == DELIVERY.c.alert_id, _IS_LIMITED)
    values = {
        "not_before": until,
        "due_at": until,
        "reason": DeliveryReason.LIMIT.value,
        "updated_at": now,
    }
    tx.execute(DELIVERY.update().where(place, _is_due(now), limited.exists()).values(values))


# ---------------------------------------------------------------- merging


def _waiting(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> Sequence[ResultRow]:
    """Return deliveries about stories, oldest first, with the columns that merging needs."""
    query = _MESSAGES.where(*conditions).order_by(DELIVERY.c.seq)
    if tx.is_postgres:
        query = query.with_for_update(of=DELIVERY, skip_locked=True)
    return tx.execute(query).all()


_MESSAGES = (
    sa.select(DELIVERY, ALERT.c.severity, ALERT.c.config_version, ALERT.c.facts)
    .join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)
    .where(_IS_STORY)
)


def _merge(
    tx: Transaction, rows: Sequence[ResultRow], *, now: datetime, limit: Limit | None = None
) -> None:
    """Send one message for several; see `plan_merge`."""
    messages = _read_messages(tx, rows, now=now)
    if not messages:
        return
    rows = (
        _carried(tx, [message.delivery.id for message in messages]) if is_rollup(messages) else ()
    )
    merge = plan_merge(messages, _read_messages(tx, rows, now=now), limit=limit, now=now)
    if merge.rollup:
        tx.insert_new(ALERT, [alert_row(merge.rollup.alert)])
        tx.insert_new(DELIVERY, [delivery_row(merge.rollup.delivery, merge.rollup.alert)])
    else:
        due = {"not_before": None, "due_at": now} | _UNWRITTEN
        set_state(tx, [merge.carrier], DeliveryState.PENDING, now=now, **due)
    values = {"reason": str(merge.reason), "merged_into": merge.carrier}
    set_state(tx, merge.members, DeliveryState.MERGED, now=now, **values)
    tx.is_durable = True


def _read_messages(
    tx: Transaction, rows: Sequence[ResultRow], *, now: datetime
) -> list[StoryMessage]:
    """Return rows as messages; those that this version cannot read become dead letters."""
    messages, unreadable = [], []
    for row in rows:
        try:
            messages.append(_to_message(row))
        except ValidationError:
            unreadable.append(row.id)
    end_unreadable(tx, unreadable, now=now)
    return messages


def _to_message(row: ResultRow) -> StoryMessage:
    return StoryMessage(
        delivery=to_delivery(row),
        story_id=row.story_id,
        seq=row.seq,
        created_at=row.created_at,
        severity=Severity(row.severity),
        facts=facts_adapter(AlertFacts.__name__).validate_json(row.facts),
        config_version=row.config_version,
    )


def _carried(tx: Transaction, ids: Sequence[str]) -> list[ResultRow]:
    """Return the deliveries merged into these, directly or through others."""
    found: list[ResultRow] = []
    while ids:
        members = [
            row
            for chunk in in_chunks(ids)
            for row in tx.execute(_MESSAGES.where(DELIVERY.c.merged_into.in_(chunk)))
        ]
        found += members
        ids = [row.id for row in members]
    return found


def end_unreadable(tx: Transaction, ids: Collection[str], *, now: datetime) -> None:
    """Make dead letters of messages that this version cannot read."""
    set_state(tx, ids, DeliveryState.DEAD, now=now, reason=DeliveryReason.UNREADABLE.value)
    propagate_state(tx, ids, DeliveryState.DEAD, now=now)
    tx.is_durable |= bool(ids)


def with_carried(tx: Transaction, job: SendJob) -> SendJob:
    """Return the job of an unwritten message together with the messages merged into it.

    The message of a fallback includes those merged into the failed one, and a replay the same
    again.
    """
    if job.frozen or not isinstance(job.facts, AlertFacts):
        return job
    carriers = [job.delivery.id.partition(".r")[0], job.delivery.id]
    story_id = job.facts.story_id
    carried = [_to_message(row) for row in _carried(tx, carriers) if row.story_id == story_id]
    facts = collect_carried(job.facts, carried)
    return job if facts is job.facts else replace(job, kind=facts.kind, facts=facts)
