"""What is broken now, for those who must be told; and what they were told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter

from straitwatch.core.health import Health, NoticeState
from straitwatch.core.model import AlertKind, DeliveryReason, DeliveryState, Outcome
from straitwatch.store.delivery_rows import OPEN
from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.rows import ALERT, DELIVERY, RECEIVER
from straitwatch.store.status import broken_feeds
from straitwatch.store.transaction import Transaction

BROKEN_AFTER = timedelta(minutes=2)  # a restart of the other side is no news
UNREACHABLE_AFTER = timedelta(minutes=15)
_NOTICE_STATES = "health notices"
_NOTICE_STATES_ADAPTER = TypeAdapter(dict[str, NoticeState])
_DEAD_LISTED = 1_000
_LOCK = "trouble"


def health(tx: Transaction, now: datetime) -> Health | None:
    """Return what is broken now; None when another replica is looking."""
    if not tx.try_lock(_LOCK):
        return None
    feeds, total = broken_feeds(tx, now)
    return Health(
        receivers=_broken_receivers(tx, now),
        feeds=feeds,
        feeds_total=total,
        dead_letters=_dead_letters(tx),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """Whether feeds are read and messages leave."""

    feeds: int
    feeds_current: int
    oldest_due_at: datetime | None  # of the messages that may go and have not
    canary_at: datetime | None  # when the oldest canary set off that has not arrived


def liveness(tx: Transaction, now: datetime) -> Liveness:
    """Look whether all is well."""
    broken, feeds = broken_feeds(tx, now)
    is_due = sa.and_(DELIVERY.c.state == DeliveryState.PENDING.value, DELIVERY.c.due_at <= now)
    flying = (
        sa.select(sa.func.min(ALERT.c.created_at))
        .join_from(ALERT, DELIVERY, DELIVERY.c.alert_id == ALERT.c.id)
        .where(
            ALERT.c.kind == AlertKind.CANARY.value,
            DELIVERY.c.state.in_([*(state.value for state in OPEN), DeliveryState.DEAD.value]),
        )
    )
    return Liveness(
        feeds=feeds,
        feeds_current=feeds - len(broken),
        oldest_due_at=tx.execute(sa.select(sa.func.min(DELIVERY.c.due_at)).where(is_due)).scalar(),
        canary_at=tx.execute(flying).scalar(),
    )


def delete_canaries(tx: Transaction, *, before: datetime) -> None:
    """Delete the canaries that set off before a time: they say nothing any more."""
    old = sa.select(ALERT.c.id).where(
        ALERT.c.kind == AlertKind.CANARY.value, ALERT.c.created_at < before
    )
    tx.execute(DELIVERY.delete().where(DELIVERY.c.alert_id.in_(old.scalar_subquery())))
    tx.execute(ALERT.delete().where(ALERT.c.id.in_(old.scalar_subquery())))


def notice_states(tx: Transaction) -> dict[str, NoticeState]:
    """Return what was told of each subject."""
    return _NOTICE_STATES_ADAPTER.validate_json(get_meta(tx, _NOTICE_STATES) or "{}")


def save_notice_states(tx: Transaction, told: Mapping[str, NoticeState]) -> None:
    """Keep what was told of each subject."""
    set_meta(tx, _NOTICE_STATES, _NOTICE_STATES_ADAPTER.dump_json(dict(told)).decode())


def _broken_receivers(tx: Transaction, now: datetime) -> dict[str, str]:
    """Return the receivers that refuse everything, or take nothing for a while, and why."""
    pending = DELIVERY.c.state == DeliveryState.PENDING.value
    refuses = sa.select(RECEIVER.c.name, RECEIVER.c.broken_at.label("since_at")).where(
        RECEIVER.c.broken_at <= now - BROKEN_AFTER, RECEIVER.c.paused_at.is_(None)
    )
    silent = (
        sa.select(DELIVERY.c.receiver, sa.func.min(DELIVERY.c.created_at))
        .outerjoin(RECEIVER, RECEIVER.c.name == DELIVERY.c.receiver)
        .where(
            pending,
            DELIVERY.c.attempts > 1,
            DELIVERY.c.last_outcome == Outcome.RETRY.value,
            DELIVERY.c.reason != DeliveryReason.RATE_LIMITED.value,
            DELIVERY.c.created_at <= now - UNREACHABLE_AFTER,
            RECEIVER.c.paused_at.is_(None),
            sa.or_(
                RECEIVER.c.last_ok_at.is_(None), RECEIVER.c.last_ok_at < now - UNREACHABLE_AFTER
            ),
        )
        .group_by(DELIVERY.c.receiver)
    )
    since = dict(map(tuple, [*tx.execute(silent), *tx.execute(refuses)]))
    return {name: _why(tx, name, since_at) for name, since_at in sorted(since.items())}


def _why(tx: Transaction, receiver: str, since_at: datetime) -> str:
    waits = sa.and_(
        DELIVERY.c.receiver == receiver, DELIVERY.c.state == DeliveryState.PENDING.value
    )
    last = tx.execute(
        sa.select(DELIVERY.c.last_code, DELIVERY.c.last_text)
        .where(waits, DELIVERY.c.attempts > 0)
        .order_by(DELIVERY.c.updated_at.desc())
        .limit(1)
    ).first()
    count = tx.execute(sa.select(sa.func.count()).select_from(DELIVERY).where(waits)).scalar_one()
    said = " ".join(word for word in last or () if word)
    return "; ".join(
        part for part in (said, f"since {since_at:%d %b %H:%M} UTC", f"{count} waiting") if part
    )


def _dead_letters(tx: Transaction) -> dict[str, str]:
    """Return the dead letters of messages that people were to get."""
    query = (
        sa.select(DELIVERY.c.id, DELIVERY.c.receiver, DELIVERY.c.reason, DELIVERY.c.last_code)
        .join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(
            DELIVERY.c.state == DeliveryState.DEAD.value,
            # Trouble with messages about trouble would never end.
            ALERT.c.kind.not_in([AlertKind.SYSTEM.value, AlertKind.CANARY.value]),
        )
        .order_by(DELIVERY.c.seq.desc())
        .limit(_DEAD_LISTED)
    )
    return {
        row.id: " ".join(word for word in ("to", row.receiver, row.reason, row.last_code) if word)
        for row in tx.execute(query)
    }
