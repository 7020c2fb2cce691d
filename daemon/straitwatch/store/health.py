"""Reads broken feeds, receivers and messages, and stores the notices that were sent about them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa
from pydantic import TypeAdapter

from straitwatch.core.diagnosis import (
    as_polled,
    diagnose_feeds,
    overdue_feeds,
)
from straitwatch.core.feed_words import describe_condition
from straitwatch.core.health import Health, NoticeState, is_reported
from straitwatch.core.liveness import Liveness
from straitwatch.core.model import AlertKind, Canary, DeliveryReason, DeliveryState, Outcome
from straitwatch.core.receivers import (
    ReceiverCondition,
    ReceiverState,
    broken_receivers,
    refused_notices,
)
from straitwatch.core.refusals import describe_end
from straitwatch.core.validators import describe_distrust
from straitwatch.store.delivery_rows import OPEN
from straitwatch.store.feeds import distrusted_feeds, watched_feeds
from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.pauses import active_pauses
from straitwatch.store.receivers import button_problems, receiver_states
from straitwatch.store.recipients import refused_recipients
from straitwatch.store.rows import ALERT, DELIVERY, RECEIVER
from straitwatch.store.runs import read_runs
from straitwatch.store.transaction import ResultRow, Transaction

CANARY_STARTED = "canary flown at"
CANARY_WRITTEN = "canary sent off at"  # the same time, once its message is written
_NOTICE_STATES = "health notices"
_NOTICE_STATES_ADAPTER = TypeAdapter(dict[str, NoticeState])
_DEAD_LISTED = 1_000
_LOCK = "trouble"


def health(tx: Transaction, now: datetime, zone: tzinfo = UTC) -> Health | None:
    """Return everything that is broken now; None while another replica checks."""
    if not tx.try_lock(_LOCK):
        return None
    feeds = diagnose_feeds(watched_feeds(tx), now)
    receivers = receiver_conditions(tx)
    troubled = [feed for feed in map(as_polled, feeds.problems) if is_reported(feed.condition)]
    return Health(
        receivers=broken_receivers(receivers, now, zone),
        recipients=refused_notices(receivers, zone),
        feeds={feed.name: describe_condition(feed, now=now, zone=zone) for feed in troubled},
        conditions={feed.name: feed.condition for feed in troubled},
        feeds_total=feeds.total,
        distrusted={
            name: describe_distrust(distrust, zone)
            for name, distrust in distrusted_feeds(tx, now).items()
        },
        dead_letters=_dead_letters(tx),
    )


def liveness(tx: Transaction, now: datetime, canary: Canary | None = None) -> Liveness:
    """Return the facts that every health check judges: polls, messages, canary and processes."""
    watched = watched_feeds(tx)
    feeds = diagnose_feeds(watched, now)
    overdue = overdue_feeds(watched, active_pauses(tx, now), now)
    is_due = sa.and_(DELIVERY.c.state == DeliveryState.PENDING.value, DELIVERY.c.due_at <= now)
    in_flight = (
        sa.select(sa.func.min(ALERT.c.created_at))
        .join_from(ALERT, DELIVERY, DELIVERY.c.alert_id == ALERT.c.id)
        .where(
            ALERT.c.kind == AlertKind.CANARY.value,
            DELIVERY.c.state.in_([*(state.value for state in OPEN), DeliveryState.DEAD.value]),
        )
    )
    return Liveness(
        feeds=feeds.total,
        feeds_current=feeds.total - len(feeds.failed),
        polls_overdue=len(overdue),
        oldest_poll_due_at=min(
            filter(None, (feed.state.next_due_at for feed in overdue)), default=None
        ),
        oldest_due_at=tx.execute(sa.select(sa.func.min(DELIVERY.c.due_at)).where(is_due)).scalar(),
        canary_at=tx.execute(in_flight).scalar(),
        canary_every=canary.every if canary else None,
        canary_started_at=_get_time(tx, CANARY_STARTED),
        canary_written_at=_get_time(tx, CANARY_WRITTEN),
        runs=read_runs(tx),
    )


def _get_time(tx: Transaction, key: str) -> datetime | None:
    text = get_meta(tx, key)
    return datetime.fromisoformat(text) if text else None


def delete_canaries(tx: Transaction, *, before: datetime) -> None:
    """Delete the canaries created before a time: their alarms are over."""
    old = sa.select(ALERT.c.id).where(
        ALERT.c.kind == AlertKind.CANARY.value, ALERT.c.created_at < before
    )
    tx.execute(DELIVERY.delete().where(DELIVERY.c.alert_id.in_(old.scalar_subquery())))
    tx.execute(ALERT.delete().where(ALERT.c.id.in_(old.scalar_subquery())))


def notice_states(tx: Transaction) -> dict[str, NoticeState]:
    """Return the notices that were sent on each subject."""
    return _NOTICE_STATES_ADAPTER.validate_json(get_meta(tx, _NOTICE_STATES) or "{}")


def save_notice_states(tx: Transaction, states: Mapping[str, NoticeState]) -> None:
    """Store the notices that were sent on each subject."""
    set_meta(tx, _NOTICE_STATES, _NOTICE_STATES_ADAPTER.dump_json(dict(states)).decode())


def receiver_conditions(tx: Transaction) -> list[ReceiverCondition]:
    """Return the receivers with a history or with pending messages."""
    is_pending = DELIVERY.c.state == DeliveryState.PENDING.value
    has_failed_retries = sa.and_(
        DELIVERY.c.attempts > 1,
        DELIVERY.c.last_outcome == Outcome.RETRY.value,
        DELIVERY.c.reason != DeliveryReason.RATE_LIMITED.value,
    )
    oldest_retried = sa.func.min(sa.case((has_failed_retries, DELIVERY.c.created_at)))
    pending = sa.select(DELIVERY.c.receiver, sa.func.count(), oldest_retried)
    waiting = {
        name: (count, since_at)
        for name, count, since_at in tx.execute(
            pending.where(is_pending).group_by(DELIVERY.c.receiver)
        )
    }
    states, refused = receiver_states(tx), refused_recipients(tx)
    problems = button_problems(tx)
    return [
        ReceiverCondition(
            state=states.get(name, ReceiverState(name=name)),
            refused=refused.get(name, {}),
            buttons_problem=problems.get(name, ""),
            waiting=waiting.get(name, (0, None))[0],
            retried_since=waiting.get(name, (0, None))[1],
        )
        for name in states.keys() | waiting.keys() | refused.keys() | problems.keys()
    ]


def _dead_letters(tx: Transaction) -> dict[str, str]:
    """Return the latest dead letters, except those of messages about Straitwatch itself."""
    query = (
        sa.select(
            *(DELIVERY.c.id, DELIVERY.c.receiver, DELIVERY.c.reason),
            *(DELIVERY.c.last_code, DELIVERY.c.last_text, RECEIVER.c.driver),
            *(ALERT.c.kind, ALERT.c.facts),
        )
        .join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .outerjoin(RECEIVER, RECEIVER.c.name == DELIVERY.c.receiver)
        .where(
            DELIVERY.c.state == DeliveryState.DEAD.value,
            # A receiver that was never set up is named by `check` and `status`.
            sa.or_(
                DELIVERY.c.reason != DeliveryReason.RECEIVER_BROKEN.value,
                RECEIVER.c.last_ok_at.is_not(None),
            ),
            # A notice about an undelivered notice would cause the next one.
            ALERT.c.kind.not_in([AlertKind.SYSTEM.value, AlertKind.CANARY.value]),
        )
        .order_by(DELIVERY.c.seq.desc())
        .limit(_DEAD_LISTED)
    )
    return {row.id: _describe_dead(row) for row in tx.execute(query)}


def _describe_dead(row: ResultRow) -> str:
    title = json.loads(row.facts).get("title") or f"a {row.kind}"
    end = describe_end(row.reason, row.driver or "", row.last_code, row.last_text)
    return f"{title}, to {row.receiver}: {end}"
