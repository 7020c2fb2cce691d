"""Stores messages in the outbox, claims them for senders and records each attempt.

A delivery is claimed with a lease and an epoch. A sender with an older epoch has no effect. An
attempt is written with the claim; an attempt that was never closed was perhaps sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from straitwatch.core.model import (
    Alert,
    Delivery,
    DeliveryState,
    Fallback,
    Frozen,
    Limit,
    NextStep,
    Outcome,
    SendJob,
    SendResult,
    Severity,
)
from straitwatch.store.delivery_rows import (
    CRITICAL_LANE,
    OPEN,
    alert_row,
    delivery_row,
    to_job,
)
from straitwatch.store.edit_claims import queue_edits_after
from straitwatch.store.fallbacks import handle_dead_letters
from straitwatch.store.receivers import hold_receiver, record_receiver_result
from straitwatch.store.recipients import record_recipient_result
from straitwatch.store.rollups import SEND_PARENT, end_unreadable, is_within_limit, with_carried
from straitwatch.store.rows import ALERT, ATTEMPT, DELIVERY, RECEIVER
from straitwatch.store.transaction import ResultRow, Transaction

_MAX_TEXT = 500  # characters of a server's answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that its sender may send until the lease ends."""

    job: SendJob
    epoch: int
    attempt_seq: int
    started_at: datetime
    lease_until: datetime
    severity: Severity
    attempts: int  # with this one
    unsure_count: int
    receiver_failures: int  # in a row, before this attempt


def _update(table: sa.Table, *names: str) -> sa.Update:
    """Return an UPDATE that takes these columns as parameters."""
    return table.update().values({name: sa.bindparam(name) for name in names})


def add_alert(tx: Transaction, alert: Alert, deliveries: Sequence[Delivery]) -> None:
    """Put an alert and its deliveries into the outbox; a second call has no effect."""
    insert_alerts(tx, [alert])
    add_deliveries(tx, deliveries, alerts=[alert])


def insert_alerts(tx: Transaction, alerts: Sequence[Alert]) -> None:
    """Store alerts that are not stored yet."""
    rows = [alert_row(alert) for alert in alerts]
    tx.insert_new(ALERT, rows)
    tx.is_durable |= bool(rows)


def add_deliveries(
    tx: Transaction, deliveries: Sequence[Delivery], *, alerts: Sequence[Alert]
) -> None:
    """Store the deliveries of these alerts, one per (story, revision, receiver, recipient).

    If one may be sent, its held parent is sent too, because messages keep their order.
    """
    alerts_by_id = {alert.id: alert for alert in alerts}
    rows = [delivery_row(delivery, alerts_by_id[delivery.alert_id]) for delivery in deliveries]
    tx.insert_new(DELIVERY, rows)
    tx.is_durable |= bool(rows)
    parents = [
        {"b_id": row["parent_id"], "b_now": row["created_at"]}
        for row in rows
        if row["parent_id"] and row["state"] == DeliveryState.PENDING.value
    ]
    if parents:
        tx.execute(SEND_PARENT, parents)


# ---------------------------------------------------------------- sending

_CLAIM = (
    DELIVERY.update()
    .where(DELIVERY.c.seq == sa.bindparam("b_seq"))
    .values(
        state=DeliveryState.SENDING.value,
        epoch=DELIVERY.c.epoch + 1,
        attempts=DELIVERY.c.attempts + 1,
        lease_until=sa.bindparam("until"),
        lease_owner=sa.bindparam("owner"),
        updated_at=sa.bindparam("now"),
    )
)
_OPEN_ATTEMPT = ATTEMPT.insert().returning(ATTEMPT.c.seq)


def claim_delivery(
    tx: Transaction,
    *,
    receiver: str,
    now: datetime,
    lease: timedelta,
    worker: str,
    limit: Limit | None = None,
) -> ClaimedDelivery | None:
    """Claim a receiver's next due delivery and open an attempt; return None if there is none.

    Critical deliveries come first, then those that have been due longest. A delivery waits for its
    parent, except that a critical one does not wait for the parent's retry. A receiver sends one
    message at a time, whatever the number of replicas. Beyond its limit, waiting messages become a
    roll-up.
    """
    if not tx.try_lock(f"receiver:{receiver}"):  # one claim at a time among replicas
        return None
    found = _next_readable(tx, receiver, now=now)
    while found and limit and not is_within_limit(tx, found[0], limit, now=now):
        found = _next_readable(tx, receiver, now=now)
    if found is None:
        return None
    row, job = found
    epoch, until = row.epoch + 1, now + lease
    tx.is_durable = True
    tx.execute(_CLAIM, {"b_seq": row.seq, "until": until, "owner": worker, "now": now})
    attempt = tx.execute(
        _OPEN_ATTEMPT,
        {
            "delivery_id": row.id,
            "epoch": epoch,
            "worker": worker,
            "started_at": now,
            "finished_at": None,
            "outcome": "",
            "code": "",
            "text": "",
        },
    ).scalar_one()
    return ClaimedDelivery(
        job=job,
        epoch=epoch,
        attempt_seq=attempt,
        started_at=now,
        lease_until=until,
        severity=Severity(row.severity),
        attempts=row.attempts + 1,
        unsure_count=row.unsure_count,
        receiver_failures=row.receiver_failures or 0,
    )


def _next_readable(
    tx: Transaction, receiver: str, *, now: datetime
) -> tuple[ResultRow, SendJob] | None:
    """Return the next delivery; those that this version cannot read become dead letters."""
    wanted = {"receiver": receiver, "now": now}
    while row := tx.execute(_CLAIMABLE[tx.is_postgres], wanted).first():
        try:
            return row, with_carried(tx, to_job(row))
        except (ValidationError, KeyError):
            end_unreadable(tx, [row.id], now=now)
    return None


def _may_send(now: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        RECEIVER.c.paused_at.is_(None),
        sa.or_(RECEIVER.c.hold_until.is_(None), RECEIVER.c.hold_until <= now),
    )


def _waits_for_parent(now: Any) -> sa.ColumnElement[bool]:
    """Match deliveries whose parent is not finished; critical ones ignore a parent's retry."""
    parent = DELIVERY.alias("before")
    is_passed = sa.and_(
        DELIVERY.c.lane == CRITICAL_LANE,
        parent.c.state == DeliveryState.PENDING.value,
        parent.c.due_at > now,
    )
    return sa.exists().where(
        parent.c.id == DELIVERY.c.parent_id,
        parent.c.state.in_([state.value for state in OPEN]),
        ~is_passed,
    )


def _parent_ref() -> sa.ScalarSelect[Any]:
    """Select the reference of the parent's message, or of the one that carried it."""
    parent, carrier = DELIVERY.alias("parent"), DELIVERY.alias("carrier")
    speaks_for_it = sa.and_(
        carrier.c.id == parent.c.merged_into,
        carrier.c.story_id == parent.c.story_id,
        carrier.c.receiver == parent.c.receiver,
    )
    return (
        sa.select(sa.func.coalesce(carrier.c.ref, parent.c.ref, type_=DELIVERY.c.ref.type))
        .select_from(parent.outerjoin(carrier, speaks_for_it))
        .where(parent.c.id == DELIVERY.c.parent_id)
        .scalar_subquery()
    )


def _claimable(*, is_postgres: bool) -> sa.Select[Any]:
    other = DELIVERY.alias("other")
    now = sa.bindparam("now", type_=DELIVERY.c.due_at.type)
    receiver: sa.BindParameter[str] = sa.bindparam("receiver")
    is_sending = sa.exists().where(
        other.c.receiver == receiver,
        other.c.state == DeliveryState.SENDING.value,
        other.c.lease_until > now,
    )
    query = (
        sa.select(
            DELIVERY,
            ALERT.c.kind,
            ALERT.c.severity,
            ALERT.c.facts_type,
            ALERT.c.facts,
            ALERT.c.created_at.label("alert_created_at"),
            RECEIVER.c.failures.label("receiver_failures"),
            _parent_ref().label("parent_ref"),
        )
        .join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .outerjoin(RECEIVER, RECEIVER.c.name == DELIVERY.c.receiver)
        .where(
            DELIVERY.c.receiver == receiver,
            DELIVERY.c.state == DeliveryState.PENDING.value,
            DELIVERY.c.due_at <= now,
            ~_waits_for_parent(now),
            ~is_sending,
            _may_send(now),
        )
        .order_by(DELIVERY.c.lane, DELIVERY.c.due_at, DELIVERY.c.seq)
        .limit(1)
    )
    return query.with_for_update(of=DELIVERY, skip_locked=True) if is_postgres else query


_CLAIMABLE = {is_postgres: _claimable(is_postgres=is_postgres) for is_postgres in (False, True)}


_IS_OURS = sa.and_(
    DELIVERY.c.id == sa.bindparam("b_id"), DELIVERY.c.epoch == sa.bindparam("b_epoch")
)
_IS_SENDING = DELIVERY.c.state == DeliveryState.SENDING.value
_FREEZE = _update(DELIVERY, "body", "content_type", "note").where(_IS_OURS, _IS_SENDING)
_RENEW = _update(DELIVERY, "lease_until").where(_IS_OURS, _IS_SENDING)


def freeze(tx: Transaction, delivery_id: str, epoch: int, frozen: Frozen) -> bool:
    """Store the rendered bytes before they are sent; return False if the claim was lost."""
    tx.is_durable = True
    values = {
        "body": frozen.body,
        "content_type": frozen.content_type,
        "note": dict(frozen.note),
    }
    changed = tx.execute(_FREEZE, values | {"b_id": delivery_id, "b_epoch": epoch})
    return changed.rowcount == 1


def renew_delivery(tx: Transaction, delivery_id: str, epoch: int, until: datetime) -> bool:
    """Extend the lease while a send lasts; return False if the claim was lost."""
    values = {"b_id": delivery_id, "b_epoch": epoch, "lease_until": until}
    return tx.execute(_RENEW, values).rowcount == 1


_CLOSE_ATTEMPT = _update(ATTEMPT, "finished_at", "outcome", "code", "text").where(
    ATTEMPT.c.seq == sa.bindparam("b_seq")
)
_FINISH = (
    _update(
        DELIVERY,
        "state",
        "reason",
        "not_before",
        "due_at",
        "unsure_at",
        "ref",
        "last_outcome",
        "last_code",
        "last_text",
        "updated_at",
        "delivered_at",
    )
    .values(
        lease_until=None,
        lease_owner="",
        unsure_count=DELIVERY.c.unsure_count
        + sa.case((_IS_SENDING, sa.bindparam("b_unsure")), else_=0),  # expired: counted already
    )
    .where(_IS_OURS, sa.or_(_IS_SENDING, DELIVERY.c.state == DeliveryState.PENDING.value))
)


def finish_attempt(
    tx: Transaction,
    claimed: ClaimedDelivery,
    result: SendResult,
    step: NextStep,
    *,
    now: datetime,
    fallback: Fallback | None = None,
) -> bool:
    """Record the result of an attempt; return False if the delivery was claimed again since.

    An answer after the end of the lease still counts if the delivery was not claimed again, because
    it prevents a repeat. A dead letter goes to the fallback, if there is one.
    """
    tx.is_durable = True
    delivery = claimed.job.delivery
    record_receiver_result(
        tx, delivery.receiver, result, now=now, driver=step.driver, mark=step.mark
    )
    record_recipient_result(tx, delivery.receiver, delivery.recipient, result, now=now)
    if until := step.receiver_hold_until:
        hold_receiver(tx, delivery.receiver, until=until, reason=step.receiver_hold_reason)
    attempt = {
        "b_seq": claimed.attempt_seq,
        "finished_at": now,
        "outcome": result.outcome.value,
        "code": result.code,
        "text": result.text[:_MAX_TEXT],
    }
    tx.execute(_CLOSE_ATTEMPT, attempt)
    values = _finished(claimed, result, step, now=now)
    is_ours = tx.execute(_FINISH, values).rowcount == 1
    if is_ours and step.state is DeliveryState.DEAD:
        handle_dead_letters(tx, [delivery.id], fallback, now=now)
    if is_ours and result.ref.get("ts"):
        queue_edits_after(tx, delivery.id, now=now)
    return is_ours


def _finished(
    claimed: ClaimedDelivery, result: SendResult, step: NextStep, *, now: datetime
) -> dict[str, Any]:
    """Return the parameters of `_FINISH`."""
    is_done, is_unsure = step.state is DeliveryState.DELIVERED, result.outcome is Outcome.UNSURE
    return {
        "b_id": claimed.job.delivery.id,
        "b_epoch": claimed.epoch,
        "b_unsure": int(is_unsure),
        "state": step.state.value,
        "reason": step.reason.value,
        "not_before": step.not_before,
        "due_at": step.not_before or now,
        "unsure_at": claimed.job.started_at or (claimed.started_at if is_unsure else None),
        "ref": dict(result.ref) if is_done else {},
        "last_outcome": result.outcome.value,
        "last_code": result.code,
        "last_text": result.text[:_MAX_TEXT],
        "updated_at": now,
        "delivered_at": now if is_done else None,
    }


def due_receivers(tx: Transaction, now: datetime) -> list[str]:
    """Return the receivers with messages that can be sent now, the most urgent first."""
    query = (
        sa.select(DELIVERY.c.receiver)
        .select_from(DELIVERY.outerjoin(RECEIVER, RECEIVER.c.name == DELIVERY.c.receiver))
        .where(
            DELIVERY.c.state == DeliveryState.PENDING.value,
            DELIVERY.c.due_at <= now,
            ~_waits_for_parent(now),
            _may_send(now),
        )
        .group_by(DELIVERY.c.receiver)
        .order_by(
            sa.func.min(DELIVERY.c.lane),
            sa.func.min(DELIVERY.c.due_at),
            DELIVERY.c.receiver,
        )
    )
    return list(tx.execute(query).scalars())
