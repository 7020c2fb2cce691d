"""Ends or retries deliveries whose term is over or whose sender is lost."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from straitwatch.core.model import (
    AlertKind,
    DeliveryReason,
    DeliveryState,
    Fallback,
    NextStep,
    Outcome,
)
from straitwatch.core.outbox import after_lost_sender, has_expired
from straitwatch.store.fallbacks import handle_dead_letters, redirect, set_state
from straitwatch.store.rows import ALERT, ATTEMPT, DELIVERY, RECEIVER
from straitwatch.store.transaction import ResultRow, Transaction

NO_FALLBACKS: Final[Mapping[str, Fallback]] = MappingProxyType({})
_UNSURE = (Outcome.UNSURE.value, "the sender was lost before it recorded the outcome")
_UNSENT = (Outcome.RETRY.value, "the sender was lost before it sent anything")


def expire_deliveries(
    tx: Transaction,
    now: datetime,
    holding: Collection[str] = (),
    fallbacks: Mapping[str, Fallback] = NO_FALLBACKS,
) -> int:
    """Return deliveries whose lease has ended to pending, or end them; return their number.

    Args:
        tx: the transaction.
        now: the time.
        holding: the receivers that must not get an unacknowledged message again.
        fallbacks: by receiver.
    """
    is_lost = sa.and_(
        DELIVERY.c.state == DeliveryState.SENDING.value, DELIVERY.c.lease_until <= now
    )
    return return_unanswered(tx, is_lost, now=now, holding=holding, fallbacks=fallbacks)


def return_unanswered(
    tx: Transaction,
    condition: sa.ColumnElement[bool],
    *,
    now: datetime,
    holding: Collection[str] = (),
    fallbacks: Mapping[str, Fallback] = NO_FALLBACKS,
) -> int:
    """End or return the deliveries under a condition, their attempts closed as unsure.

    A message is rendered and stored before it is sent, so one without a body was not sent.
    """
    lost = sa.select(
        DELIVERY.c.id,
        DELIVERY.c.epoch,
        DELIVERY.c.receiver,
        DELIVERY.c.give_up_at,
        DELIVERY.c.body.is_not(None).label("was_rendered"),
    ).where(condition)
    if tx.is_postgres:
        lost = lost.with_for_update(skip_locked=True)
    rows = tx.execute(lost).all()
    for row in rows:
        started_at = _close_attempt(tx, row)
        step = after_lost_sender(
            was_rendered=row.was_rendered,
            started_at=started_at,
            give_up_at=row.give_up_at,
            may_resend=row.receiver not in holding,
            now=now,
        )
        _return(tx, row, step, started_at)
        if step.state is DeliveryState.DEAD:
            handle_dead_letters(tx, [row.id], fallbacks.get(row.receiver), now=now)
    return len(rows)


def _close_attempt(tx: Transaction, row: ResultRow) -> datetime | None:
    """Close the open attempt of a delivery; return when it started."""
    outcome, text = _UNSURE if row.was_rendered else _UNSENT
    is_open = sa.and_(
        ATTEMPT.c.delivery_id == row.id, ATTEMPT.c.epoch == row.epoch, ATTEMPT.c.outcome == ""
    )
    started_at: datetime | None = tx.execute(
        sa.select(ATTEMPT.c.started_at).where(is_open)
    ).scalar()
    tx.execute(ATTEMPT.update().where(is_open).values(outcome=outcome, text=text))
    return started_at


def _return(tx: Transaction, row: ResultRow, step: NextStep, started_at: datetime | None) -> None:
    outcome, text = _UNSURE if row.was_rendered else _UNSENT
    unsure = {
        "unsure_count": DELIVERY.c.unsure_count + 1,
        "unsure_at": sa.func.coalesce(DELIVERY.c.unsure_at, started_at),
    }
    values: dict[str, Any] = {
        "state": step.state.value,
        "reason": step.reason.value,
        "lease_until": None,
        "lease_owner": "",
        "last_outcome": outcome,
        "last_text": text,
    } | (unsure if row.was_rendered else {})
    tx.execute(DELIVERY.update().where(DELIVERY.c.id == row.id).values(values))


def expire_for_missing_receivers(
    tx: Transaction,
    usable: Collection[str],
    *,
    now: datetime,
    give_up_after: timedelta,
    fallbacks: Mapping[str, Fallback] = NO_FALLBACKS,
) -> int:
    """Redirect deliveries to receivers that are not set up, or end those whose term is over.

    They are never claimed, so they would wait forever, and a receiver that is set up later would
    get a flood of old news. Return the number of deliveries that no longer wait.
    """
    waits = sa.and_(
        DELIVERY.c.receiver.not_in(list(usable)),
        DELIVERY.c.state.in_([DeliveryState.PENDING.value, DeliveryState.HELD.value]),
    )
    reason = {"reason": DeliveryReason.RECEIVER_BROKEN.value}
    tx.execute(DELIVERY.update().where(waits, DELIVERY.c.reason != reason["reason"]).values(reason))
    may_be_redirected = sa.and_(
        DELIVERY.c.receiver.in_(list(fallbacks)), DELIVERY.c.state == DeliveryState.PENDING.value
    )
    may_be_over = sa.or_(
        DELIVERY.c.give_up_at <= now, DELIVERY.c.give_up_at.is_(None), may_be_redirected
    )
    columns = (
        DELIVERY.c.id,
        DELIVERY.c.receiver,
        DELIVERY.c.created_at,
        DELIVERY.c.give_up_at,
        may_be_redirected.label("may_be_redirected"),
    )
    query = sa.select(*columns).where(waits, may_be_over)
    if tx.is_postgres:
        query = query.with_for_update(skip_locked=True)
    ended = [
        row
        for row in tx.execute(query)
        if row.may_be_redirected
        or has_expired(row.created_at, row.give_up_at, give_up_after=give_up_after, now=now)
    ]
    set_state(tx, [row.id for row in ended], DeliveryState.DEAD, now=now, **reason)
    for row in ended:
        handle_dead_letters(tx, [row.id], fallbacks.get(row.receiver), now=now)
    return len(ended)


def redirect_overdue(tx: Transaction, fallbacks: Mapping[str, Fallback], now: datetime) -> int:
    """Send deliveries whose term is over to the fallback while their receiver is held.

    They are claimed again only after the hold, which can last an hour.
    """
    overdue = (
        sa.select(DELIVERY.c.id, DELIVERY.c.receiver)
        .join(RECEIVER, RECEIVER.c.name == DELIVERY.c.receiver)
        .where(
            DELIVERY.c.receiver.in_(list(fallbacks)),
            DELIVERY.c.state == DeliveryState.PENDING.value,
            DELIVERY.c.give_up_at <= now,
            RECEIVER.c.hold_until > now,
            RECEIVER.c.paused_at.is_(None),
        )
    )
    if tx.is_postgres:
        overdue = overdue.with_for_update(of=DELIVERY, skip_locked=True)
    rows = tx.execute(overdue).all() if fallbacks else []
    for id_, receiver in rows:
        redirect(tx, id_, fallbacks[receiver], now=now)
    return len(rows)


def tend_broken_receivers(tx: Transaction, fallbacks: Mapping[str, Fallback], now: datetime) -> int:
    """Send the deliveries of broken receivers to their fallbacks at once; return their number.

    A fallback that is broken too gets none. Deliveries to a receiver that only a person can repair
    are not tried for a day, so without a fallback they end with their term.
    """
    broken = {row.name: row.hold_reason for row in tx.execute(_BROKEN, {"now": now})}
    fallbacks = {
        name: fallback
        for name, fallback in fallbacks.items()
        if name in broken and fallback.receiver not in broken
    }
    refused = [name for name, reason in broken.items() if reason == _REFUSED]
    is_over = sa.and_(DELIVERY.c.receiver.in_(refused), DELIVERY.c.give_up_at <= now)
    waiting = (
        sa.select(DELIVERY.c.id, DELIVERY.c.receiver)
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(
            DELIVERY.c.state == DeliveryState.PENDING.value,
            sa.or_(DELIVERY.c.receiver.in_(list(fallbacks)), is_over),
            ALERT.c.kind != AlertKind.CANARY.value,  # it tests this receiver
        )
        .order_by(DELIVERY.c.seq)
    )
    if tx.is_postgres:
        waiting = waiting.with_for_update(of=DELIVERY, skip_locked=True)
    rows = tx.execute(waiting).all() if fallbacks or refused else []
    for id_, receiver in rows:
        if receiver not in fallbacks:
            set_state(tx, [id_], DeliveryState.DEAD, now=now, reason=_REFUSED)
        handle_dead_letters(tx, [id_], fallbacks.get(receiver), now=now)
    return len(rows)


_REFUSED = DeliveryReason.RECEIVER_REFUSED.value
_BROKEN = sa.select(RECEIVER.c.name, RECEIVER.c.hold_reason).where(
    RECEIVER.c.hold_until > sa.bindparam("now", type_=RECEIVER.c.hold_until.type),
    RECEIVER.c.hold_reason.in_([DeliveryReason.RECEIVER_BROKEN.value, _REFUSED]),
    RECEIVER.c.paused_at.is_(None),
)
