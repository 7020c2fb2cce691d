"""Room: store. The outbox: what is to be sent, who sends it, how each attempt ended.

A delivery is claimed with a lease and an epoch. Whoever holds an older epoch changes nothing.
An attempt row is written with the claim; one that was never closed means "perhaps sent".
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError

from straitwatch.core.decide import delivery_key
from straitwatch.core.model import (
    Alert,
    AlertFacts,
    AlertKind,
    Delivery,
    DeliveryState,
    DigestFacts,
    Facts,
    Frozen,
    NoticeFacts,
    Outcome,
    SendJob,
    SendResult,
    Severity,
)
from straitwatch.store.engine import Transaction
from straitwatch.store.rows import ALERT, ATTEMPT, DELIVERY, RECEIVER

FINAL = (
    DeliveryState.DELIVERED,
    DeliveryState.MERGED,
    DeliveryState.CANCELLED,
    DeliveryState.DEAD,
)
OPEN = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.SENDING)
_CRITICAL_LANE = 0  # overtakes lane 1
_MAX_TEXT = 500  # characters of a server's answer that are kept
_GRACE = timedelta(minutes=2)  # past a lease before check_outbox complains
_FACTS: dict[str, Any] = {kind.__name__: kind for kind in (AlertFacts, DigestFacts, NoticeFacts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that is ours to send until the lease ends."""

    job: SendJob
    epoch: int
    attempt_seq: int
    started_at: datetime
    lease_until: datetime
    severity: Severity
    attempts: int  # with this one
    unsure_count: int
    receiver_failures: int  # in a row, before this attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverState:
    """What is known of a receiver that once had trouble or success."""

    name: str
    hold_until: datetime | None = None
    hold_reason: str = ""
    failures: int = 0
    broken_at: datetime | None = None
    last_ok_at: datetime | None = None
    paused_at: datetime | None = None
    paused_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try, as people see it; `outcome` is "" while it runs."""

    epoch: int
    worker: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A delivery with its history, as people see it."""

    delivery: Delivery
    kind: AlertKind
    severity: Severity
    facts: Facts
    story_id: str
    revision: int
    generation: int
    attempts: int
    unsure_count: int
    merged_into: str
    last_outcome: str
    last_code: str
    last_text: str
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None
    ref: Mapping[str, str] = field(default_factory=dict)
    frozen: Frozen | None = None
    history: tuple[AttemptRecord, ...] = ()  # filled by show_delivery only


# ---------------------------------------------------------------- putting in


def add_alert(tx: Transaction, alert: Alert, deliveries: Sequence[Delivery]) -> None:
    """Put an alert and its deliveries into the outbox; again changes nothing."""
    insert_alerts(tx, [alert])
    add_deliveries(tx, deliveries, alerts=[alert])


def insert_alerts(tx: Transaction, alerts: Sequence[Alert]) -> None:
    """Store alerts that are not stored yet."""
    rows = [
        {
            "id": alert.id,
            "kind": alert.kind.value,
            "story_id": alert.story_id or None,
            "revision": alert.revision,
            "severity": alert.severity.value,
            "facts_type": type(alert.facts).__name__,
            "facts": _adapter(type(alert.facts).__name__).dump_json(alert.facts).decode(),
            "created_at": alert.created_at,
            "config_version": alert.config_version,
        }
        for alert in alerts
    ]
    tx.insert_new(ALERT, rows)
    tx.is_lasting |= bool(rows)


def add_deliveries(
    tx: Transaction, deliveries: Sequence[Delivery], *, alerts: Sequence[Alert]
) -> None:
    """Store the deliveries of these alerts; one a (story, revision, receiver, recipient).

    One that may go lets its parent go that was held: quiet hours end for both.
    """
    alerts_by_id = {alert.id: alert for alert in alerts}
    rows = [_to_row(delivery, alerts_by_id[delivery.alert_id]) for delivery in deliveries]
    tx.insert_new(DELIVERY, rows)
    tx.is_lasting |= bool(rows)
    parents = [
        {"b_id": row["parent_id"], "b_now": row["created_at"]}
        for row in rows
        if row["parent_id"] and row["state"] == DeliveryState.PENDING.value
    ]
    if parents:
        tx.execute(_RELEASE, parents)


_NEW_TERM = timedelta(hours=24)  # when a person lets a message be tried again


# ---------------------------------------------------------------- sending


def claim_delivery(
    tx: Transaction, *, receiver: str, now: datetime, lease: timedelta, worker: str
) -> ClaimedDelivery | None:
    """Take a receiver's next due delivery and open an attempt; None when there is none to send.

    Critical ones go first, then those due longest. A delivery waits for its parent, a critical
    one not while that waits for a retry. One receiver sends one message at a time, whatever the
    number of replicas.
    """
    if not _take_receiver(tx, receiver):
        return None
    found = _next_readable(tx, receiver, now=now)
    if found is None:
        return None
    row, job = found
    epoch, until = row.epoch + 1, now + lease
    tx.is_lasting = True
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
) -> tuple[sa.Row[*tuple[Any, ...]], SendJob] | None:
    """Return the next that can be sent; one whose facts no version reads any more is dead."""
    asked = {"receiver": receiver, "now": now}
    while row := tx.execute(_CLAIMABLE[tx.is_postgres], asked).first():
        try:
            return row, _to_job(row)
        except (ValidationError, KeyError):
            dead = {"state": DeliveryState.DEAD.value, "reason": "unreadable", "updated_at": now}
            tx.execute(DELIVERY.update().where(DELIVERY.c.seq == row.seq).values(dead))
            tx.is_lasting = True
    return None


def freeze(tx: Transaction, delivery_id: str, epoch: int, frozen: Frozen) -> bool:
    """Keep the rendered bytes before they are sent; False when the claim is not ours any more."""
    tx.is_lasting = True
    values = {
        "body": frozen.body,
        "content_type": frozen.content_type,
        "note": dict(frozen.note),
    }
    changed = tx.execute(_FREEZE, values | {"b_id": delivery_id, "b_epoch": epoch})
    return changed.rowcount == 1


def renew_delivery(tx: Transaction, delivery_id: str, epoch: int, until: datetime) -> bool:
    """Lengthen the lease while a send lasts; False when the claim is not ours any more."""
    values = {"b_id": delivery_id, "b_epoch": epoch, "lease_until": until}
    return tx.execute(_RENEW, values).rowcount == 1


def finish_attempt(
    tx: Transaction,
    claimed: ClaimedDelivery,
    result: SendResult,
    *,
    state: DeliveryState,
    reason: str,
    not_before: datetime | None,
    now: datetime,
    hold_receiver_until: datetime | None = None,
    hold_reason: str = "",
) -> bool:
    """Record how an attempt ended; False when somebody else has claimed the delivery since.

    An answer that comes after the lease, but before anybody claimed again, still counts: it
    spares a repeat.
    """
    tx.is_lasting = True
    delivery, text = claimed.job.delivery, result.text[:_MAX_TEXT]
    _note_receiver(tx, delivery.receiver, result, now=now)
    if hold_receiver_until:
        hold_receiver(tx, delivery.receiver, until=hold_receiver_until, reason=hold_reason)
    attempt = {
        "b_seq": claimed.attempt_seq,
        "finished_at": now,
        "outcome": result.outcome.value,
        "code": result.code,
        "text": text,
    }
    tx.execute(_CLOSE_ATTEMPT, attempt)
    is_done, is_unsure = state is DeliveryState.DELIVERED, result.outcome is Outcome.UNSURE
    values = {
        "b_id": delivery.id,
        "b_epoch": claimed.epoch,
        "b_unsure": int(is_unsure),
        "state": state.value,
        "reason": reason,
        "not_before": not_before,
        "due_at": not_before or now,
        "unsure_at": claimed.started_at if is_unsure else claimed.job.started_at,
        "ref": dict(result.ref) if is_done else {},
        "last_outcome": result.outcome.value,
        "last_code": result.code,
        "last_text": text,
        "updated_at": now,
        "delivered_at": now if is_done else None,
    }
    return tx.execute(_FINISH, values).rowcount == 1


def expire_deliveries(tx: Transaction, now: datetime) -> int:
    """Make deliveries pending again whose sender did not come back; they were perhaps sent."""
    is_lost = sa.and_(
        DELIVERY.c.state == DeliveryState.SENDING.value, DELIVERY.c.lease_until <= now
    )
    return return_unanswered(tx, is_lost)


def return_unanswered(tx: Transaction, condition: sa.ColumnElement[bool]) -> int:
    """Put deliveries that were being sent back to pending, their open attempts closed as unsure."""
    lost = sa.select(DELIVERY.c.id, DELIVERY.c.epoch).where(condition)
    if tx.is_postgres:
        lost = lost.with_for_update(skip_locked=True)
    rows = tx.execute(lost).all()
    for row in rows:
        is_attempt = sa.and_(
            ATTEMPT.c.delivery_id == row.id,
            ATTEMPT.c.epoch == row.epoch,
            ATTEMPT.c.outcome == "",
        )
        started_at = tx.execute(sa.select(ATTEMPT.c.started_at).where(is_attempt)).scalar()
        text = "the sender did not come back"
        tx.execute(
            ATTEMPT.update().where(is_attempt).values(outcome=Outcome.UNSURE.value, text=text)
        )
        tx.execute(
            DELIVERY.update()
            .where(DELIVERY.c.id == row.id)
            .values(
                state=DeliveryState.PENDING.value,
                reason=Outcome.UNSURE.value,
                lease_until=None,
                lease_owner="",
                unsure_count=DELIVERY.c.unsure_count + 1,
                unsure_at=started_at,
                last_outcome=Outcome.UNSURE.value,
                last_text=text,
            )
        )
    return len(rows)


def release_held(tx: Transaction, now: datetime) -> int:
    """Let go what was held until now."""
    released = tx.execute(
        DELIVERY.update()
        .where(DELIVERY.c.state == DeliveryState.HELD.value, DELIVERY.c.not_before <= now)
        .values(state=DeliveryState.PENDING.value, reason="", updated_at=now)
    )
    return released.rowcount


def due_receivers(tx: Transaction, now: datetime) -> list[str]:
    """Return the receivers that could send something now, the most urgent first."""
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


# ---------------------------------------------------------------- receivers


def hold_receiver(tx: Transaction, name: str, *, until: datetime, reason: str) -> None:
    """Send nothing to a receiver before a time."""
    _set_receiver(tx, name, {"hold_until": until, "hold_reason": reason})


def pause_receiver(tx: Transaction, name: str, *, now: datetime, by: str = "") -> None:
    """Send nothing to a receiver until a person resumes it."""
    _set_receiver(tx, name, {"paused_at": now, "paused_by": by})


def resume_receiver(tx: Transaction, name: str, *, now: datetime) -> None:
    """End a pause, and a hold with it: a person says that it works again.

    What waited meanwhile gets a new term, so that a first failure does not end it.
    """
    values = {"paused_at": None, "paused_by": "", "hold_until": None, "hold_reason": ""}
    _set_receiver(tx, name, values)
    waits = sa.and_(
        DELIVERY.c.receiver == name,
        DELIVERY.c.state == DeliveryState.PENDING.value,
        DELIVERY.c.give_up_at < now + _NEW_TERM,
    )
    tx.execute(DELIVERY.update().where(waits).values(give_up_at=now + _NEW_TERM))


def receiver_states(tx: Transaction) -> dict[str, ReceiverState]:
    """Return what is known of receivers, by name; those without any history are missing."""
    rows = tx.execute(sa.select(RECEIVER).order_by(RECEIVER.c.name)).mappings()
    return {row["name"]: ReceiverState(**row) for row in rows}


def name_recipients(tx: Transaction, recipients: Mapping[str, Sequence[str]]) -> int:
    """Address what was written while its receiver could not be used; return how many there were.

    The recipients of a mail receiver are known only once its address is. Until then one delivery
    stands for all of them; here each gets its own.
    """
    named = {name: places for name, places in recipients.items() if any(places)}
    waits = sa.select(DELIVERY).where(
        DELIVERY.c.receiver.in_(list(named)),
        DELIVERY.c.recipient == "",
        DELIVERY.c.state.in_([DeliveryState.HELD.value, DeliveryState.PENDING.value]),
    )
    unnamed = tx.execute(waits).mappings().all()
    for row in unnamed:
        for recipient in named[row["receiver"]]:
            own = {key: value for key, value in row.items() if key != "seq"} | {
                "id": delivery_key(row["alert_id"], row["receiver"], recipient),
                "recipient": recipient,
                "parent_id": "",  # mails of one story thread by themselves
                "reason": "",
            }
            tx.execute(tx.insert(DELIVERY).on_conflict_do_nothing(), [own])
        tx.execute(DELIVERY.delete().where(DELIVERY.c.id == row["id"]))
    return len(unnamed)


def settle_missing_receivers(
    tx: Transaction, usable: Collection[str], *, now: datetime, give_up_after: timedelta
) -> int:
    """Mark what waits for a receiver that cannot be used; return how many became dead letters.

    Nobody claims these, so nobody else would ever give them up: once the receiver is set up, it
    must not be flooded with old news.
    """
    waits = sa.and_(
        DELIVERY.c.receiver.not_in(list(usable)),
        DELIVERY.c.state.in_([DeliveryState.PENDING.value, DeliveryState.HELD.value]),
    )
    reason = {"reason": Outcome.RECEIVER_BROKEN.value}
    tx.execute(DELIVERY.update().where(waits, DELIVERY.c.reason != reason["reason"]).values(reason))
    is_over = sa.or_(
        DELIVERY.c.give_up_at <= now,
        sa.and_(DELIVERY.c.give_up_at.is_(None), DELIVERY.c.created_at <= now - give_up_after),
    )
    dead = reason | {"state": DeliveryState.DEAD.value, "updated_at": now}
    return tx.execute(DELIVERY.update().where(waits, is_over).values(dead)).rowcount


# ---------------------------------------------------------------- what people ask and order


def list_deliveries(
    tx: Transaction,
    *,
    states: Collection[DeliveryState] = (),
    receiver: str = "",
    story_id: str = "",
    limit: int = 100,
) -> list[DeliveryRecord]:
    """Return deliveries, newest first."""
    query = _RECORDS.order_by(DELIVERY.c.seq.desc()).limit(limit)
    if states:
        query = query.where(DELIVERY.c.state.in_([state.value for state in states]))
    if receiver:
        query = query.where(DELIVERY.c.receiver == receiver)
    if story_id:
        query = query.where(DELIVERY.c.story_id == story_id)
    return [_to_record(row) for row in tx.execute(query)]


def show_delivery(tx: Transaction, delivery_id: str) -> DeliveryRecord | None:
    """Return one delivery with its attempts and its frozen bytes."""
    row = tx.execute(_RECORDS.where(DELIVERY.c.id == delivery_id)).first()
    if row is None:
        return None
    columns = [column for column in ATTEMPT.c if column.name not in ("seq", "delivery_id")]
    attempts = tx.execute(
        sa.select(*columns).where(ATTEMPT.c.delivery_id == delivery_id).order_by(ATTEMPT.c.seq)
    ).mappings()
    return _to_record(row, history=tuple(AttemptRecord(**attempt) for attempt in attempts))


def retry_delivery(tx: Transaction, delivery_id: str, *, now: datetime) -> bool:
    """Try an undelivered one again at once, as the same message with a new term."""
    row = tx.execute(
        sa.select(DELIVERY.c.created_at, DELIVERY.c.give_up_at).where(
            DELIVERY.c.id == delivery_id,
            DELIVERY.c.state.in_(["held", "pending", "dead", "cancelled"]),
        )
    ).first()
    if row is None:
        return False
    tx.is_lasting = True
    tx.execute(
        DELIVERY.update()
        .where(DELIVERY.c.id == delivery_id)
        .values(
            state=DeliveryState.PENDING.value,
            reason="retried by a person",
            not_before=None,
            due_at=now,
            give_up_at=_new_term(row, now=now),
            updated_at=now,
        )
    )
    return True


def _new_term(row: sa.Row[*tuple[Any, ...]], *, now: datetime) -> datetime:
    """Return when to give up a message that a person sends again: as long as it once had."""
    return now + (row.give_up_at - row.created_at if row.give_up_at else _NEW_TERM)


def cancel_deliveries(
    tx: Transaction,
    *,
    now: datetime,
    ids: Collection[str] = (),
    receiver: str = "",
    before: datetime | None = None,
    reason: str = "cancelled by a person",
) -> int:
    """Cancel what waits: these ids, or a receiver's, or all that was made before a time."""
    conditions: list[sa.ColumnElement[bool]] = []
    if ids:
        conditions.append(DELIVERY.c.id.in_(list(ids)))
    if receiver:
        conditions.append(DELIVERY.c.receiver == receiver)
    if before:
        conditions.append(DELIVERY.c.created_at < before)
    if not conditions:
        return 0
    tx.is_lasting = True
    cancelled = tx.execute(
        DELIVERY.update()
        .where(DELIVERY.c.state.in_(["held", "pending"]), *conditions)
        .values(state=DeliveryState.CANCELLED.value, reason=reason, updated_at=now)
    )
    return cancelled.rowcount


def replay_delivery(tx: Transaction, delivery_id: str, *, now: datetime) -> str:
    """Send a finished delivery once more as a new message; return its id, "" if there is none.

    The id ends in `.r1`, `.r2` ...: a mailbox would swallow a second message with the old one.
    """
    row = tx.execute(
        sa.select(DELIVERY).where(
            DELIVERY.c.id == delivery_id, DELIVERY.c.state.in_([state.value for state in FINAL])
        )
    ).first()
    if row is None:
        return ""
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
    fresh = _FRESH | {
        "id": new_id,
        "generation": generation,
        "state": DeliveryState.PENDING.value,
        "reason": "replayed by a person",
        "not_before": None,
        "due_at": now,
        "give_up_at": _new_term(row, now=now),
        "created_at": now,
        "updated_at": now,
    }
    tx.insert_new(DELIVERY, [copied | fresh])
    tx.is_lasting = True
    return new_id


def check_outbox(tx: Transaction, now: datetime) -> list[str]:
    """Return what must never be: one sentence for each broken promise."""
    carrier = DELIVERY.alias("carrier")
    questions: dict[str, sa.Select[Any]] = {
        "alert {} has no delivery": sa.select(ALERT.c.id).where(
            ~sa.exists().where(DELIVERY.c.alert_id == ALERT.c.id)
        ),
        "delivery {} is merged into one that will not be sent": sa.select(DELIVERY.c.id)
        .select_from(DELIVERY.outerjoin(carrier, carrier.c.id == DELIVERY.c.merged_into))
        .where(
            DELIVERY.c.state == DeliveryState.MERGED.value,
            sa.or_(carrier.c.id.is_(None), carrier.c.state.in_(["dead", "cancelled"])),
        ),
        "delivery {} is still being sent long after its lease": sa.select(DELIVERY.c.id).where(
            DELIVERY.c.state == DeliveryState.SENDING.value,
            DELIVERY.c.lease_until < now - _GRACE,
        ),
        "delivery {} is being sent without a lease": sa.select(DELIVERY.c.id).where(
            DELIVERY.c.state == DeliveryState.SENDING.value, DELIVERY.c.lease_until.is_(None)
        ),
        "delivery {} was delivered at no known time": sa.select(DELIVERY.c.id).where(
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


# ---------------------------------------------------------------- statements


def _update(table: sa.Table, *names: str) -> sa.Update:
    """Return an UPDATE that takes these columns as parameters."""
    return table.update().values({name: sa.bindparam(name) for name in names})


def _may_send(now: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        RECEIVER.c.paused_at.is_(None),
        sa.or_(RECEIVER.c.hold_until.is_(None), RECEIVER.c.hold_until <= now),
    )


def _waits_for_parent(now: Any) -> sa.ColumnElement[bool]:
    """A message waits until the one before it is done; a critical one not for a later retry."""
    parent = DELIVERY.alias("before")
    is_passed = sa.and_(
        DELIVERY.c.lane == _CRITICAL_LANE,
        parent.c.state == DeliveryState.PENDING.value,
        parent.c.due_at > now,
    )
    return sa.exists().where(
        parent.c.id == DELIVERY.c.parent_id,
        parent.c.state.in_([state.value for state in OPEN]),
        ~is_passed,
    )


def _claimable(*, is_postgres: bool) -> sa.Select[Any]:
    parent, other = DELIVERY.alias("parent"), DELIVERY.alias("other")
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
            sa.select(parent.c.ref)
            .where(parent.c.id == DELIVERY.c.parent_id)
            .scalar_subquery()
            .label("parent_ref"),
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
_RELEASE = (
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
_CLOSE_ATTEMPT = _update(ATTEMPT, "finished_at", "outcome", "code", "text").where(
    ATTEMPT.c.seq == sa.bindparam("b_seq")
)
_IS_OURS = sa.and_(
    DELIVERY.c.id == sa.bindparam("b_id"), DELIVERY.c.epoch == sa.bindparam("b_epoch")
)
_IS_SENDING = DELIVERY.c.state == DeliveryState.SENDING.value
_FREEZE = _update(DELIVERY, "body", "content_type", "note").where(_IS_OURS, _IS_SENDING)
_RENEW = _update(DELIVERY, "lease_until").where(_IS_OURS, _IS_SENDING)
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
        unsure_count=DELIVERY.c.unsure_count + sa.bindparam("b_unsure"),
    )
    .where(_IS_OURS, sa.or_(_IS_SENDING, DELIVERY.c.state == DeliveryState.PENDING.value))
)
_COUNT_FAULT = (
    RECEIVER.update()
    .where(RECEIVER.c.name == sa.bindparam("b_name"))
    .values(
        failures=RECEIVER.c.failures + 1,
        broken_at=sa.func.coalesce(RECEIVER.c.broken_at, sa.bindparam("b_now")),
    )
)
_BLANK: dict[str, Any] = {
    "hold_until": None,
    "hold_reason": "",
    "failures": 0,
    "broken_at": None,
    "last_ok_at": None,
    "paused_at": None,
    "paused_by": "",
}
_RECORDS = sa.select(
    DELIVERY, ALERT.c.kind, ALERT.c.severity, ALERT.c.facts_type, ALERT.c.facts
).join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)


def _take_receiver(tx: Transaction, receiver: str) -> bool:
    """Keep other replicas from claiming for this receiver until our claim is committed."""
    if not tx.is_postgres:
        return True
    digest = blake2b(f"receiver:{receiver}".encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "big", signed=True)
    return bool(tx.execute(sa.select(sa.func.pg_try_advisory_xact_lock(key))).scalar())


def _note_receiver(tx: Transaction, name: str, result: SendResult, *, now: datetime) -> None:
    """Remember a receiver's health: success clears its troubles, a fault counts."""
    if result.outcome is Outcome.DELIVERED:
        well = {"failures": 0, "broken_at": None, "hold_until": None, "hold_reason": ""}
        _set_receiver(tx, name, well | {"last_ok_at": now})
    elif result.outcome is Outcome.RECEIVER_BROKEN:
        tx.insert_new(RECEIVER, [_BLANK | {"name": name}])
        tx.execute(_COUNT_FAULT, {"b_name": name, "b_now": now})


def _set_receiver(tx: Transaction, name: str, values: dict[str, Any]) -> None:
    row = _BLANK | values | {"name": name}
    tx.upsert(RECEIVER, [row], key=("name",), changed=tuple(values))


# ---------------------------------------------------------------- rows and values


@cache
def _adapter(facts_type: str) -> TypeAdapter[Any]:
    return TypeAdapter(_FACTS[facts_type])


_FRESH: dict[str, Any] = {
    "generation": 0,
    "merged_into": None,
    "epoch": 0,
    "lease_until": None,
    "lease_owner": "",
    "attempts": 0,
    "unsure_count": 0,
    "unsure_at": None,
    "body": None,
    "content_type": "",
    "note": {},
    "ref": {},
    "last_outcome": "",
    "last_code": "",
    "last_text": "",
    "delivered_at": None,
}


def _to_row(delivery: Delivery, alert: Alert) -> dict[str, Any]:
    return _FRESH | {
        "id": delivery.id,
        "alert_id": delivery.alert_id,
        "story_id": alert.story_id or None,
        "revision": alert.revision,
        "receiver": delivery.receiver,
        "recipient": delivery.recipient,
        "routes": delivery.routes,
        "watchlists": delivery.watchlists,
        "lane": _CRITICAL_LANE if alert.severity is Severity.CRITICAL else 1,
        "state": delivery.state.value,
        "reason": delivery.state_reason,
        "not_before": delivery.not_before,
        "due_at": delivery.not_before or alert.created_at,
        "give_up_at": delivery.give_up_at,
        "parent_id": delivery.parent_id,
        "created_at": alert.created_at,
        "updated_at": alert.created_at,
    }


def _to_delivery(row: sa.Row[*tuple[Any, ...]]) -> Delivery:
    return Delivery(
        id=row.id,
        alert_id=row.alert_id,
        receiver=row.receiver,
        recipient=row.recipient,
        routes=row.routes,
        watchlists=row.watchlists,
        state=DeliveryState(row.state),
        state_reason=row.reason,
        not_before=row.not_before,
        give_up_at=row.give_up_at,
        parent_id=row.parent_id,
    )


def _to_frozen(row: sa.Row[*tuple[Any, ...]]) -> Frozen | None:
    if row.body is None:
        return None
    return Frozen(body=bytes(row.body), content_type=row.content_type, note=row.note)


def _to_job(row: sa.Row[*tuple[Any, ...]]) -> SendJob:
    return SendJob(
        delivery=_to_delivery(row),
        kind=AlertKind(row.kind),
        facts=_adapter(row.facts_type).validate_json(row.facts),
        attempt=row.attempts + 1,
        frozen=_to_frozen(row),
        parent_ref=row.parent_ref or {},
        is_possible_repeat=row.unsure_count > 0,
        started_at=row.unsure_at,
        created_at=row.alert_created_at,
    )


def _to_record(
    row: sa.Row[*tuple[Any, ...]], *, history: tuple[AttemptRecord, ...] = ()
) -> DeliveryRecord:
    return DeliveryRecord(
        delivery=_to_delivery(row),
        kind=AlertKind(row.kind),
        severity=Severity(row.severity),
        facts=_adapter(row.facts_type).validate_json(row.facts),
        story_id=row.story_id or "",
        revision=row.revision,
        generation=row.generation,
        attempts=row.attempts,
        unsure_count=row.unsure_count,
        merged_into=row.merged_into or "",
        last_outcome=row.last_outcome,
        last_code=row.last_code,
        last_text=row.last_text,
        created_at=row.created_at,
        updated_at=row.updated_at,
        delivered_at=row.delivered_at,
        ref=row.ref,
        frozen=_to_frozen(row),
        history=history,
    )
