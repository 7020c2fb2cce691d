"""Many messages in one, and one in the place of another; nothing is dropped.

What quiet hours or a group wait held, and what a receiver's limit keeps back, goes to one place as
one message. A delivery that ends in another one is `merged` and names it; it shares its end. A
message about one story says what the messages merged into it would have said.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from straitwatch.core.facts import roll_up
from straitwatch.core.identity import alert_id, delivery_key
from straitwatch.core.model import (
    Alert,
    AlertFacts,
    AlertKind,
    Delivery,
    DeliveryReason,
    DeliveryState,
    Fallback,
    Limit,
    SendJob,
    Severity,
)
from straitwatch.core.outbox import HeldMessage, collect_updates, due_together
from straitwatch.store.delivery_rows import FRESH, alert_row, delivery_row, facts_adapter
from straitwatch.store.rows import ALERT, DELIVERY
from straitwatch.store.transaction import ResultRow, Transaction

ROLLUP_ITEMS = 14  # stories that are listed: as many fill a section of a Slack message
_STORY_KINDS = (AlertKind.NEW.value, AlertKind.UPDATE.value)
_LIMITED_KINDS = (*_STORY_KINDS, AlertKind.ROLLUP.value)
_CAUSES = (DeliveryReason.QUIET_HOURS, DeliveryReason.GROUP_WAIT, DeliveryReason.UPDATE_WAIT)
_CHUNK = 500  # ids in one IN (...)
_READ_FACTS = facts_adapter(AlertFacts.__name__)


# ---------------------------------------------------------------- what was held


def flush_held(tx: Transaction, now: datetime) -> int:
    """Send what was held until now; what `due_together` puts together goes as one message."""
    is_held = DELIVERY.c.state == DeliveryState.HELD.value
    is_over = DELIVERY.c.not_before <= now
    due = _waiting(tx, is_held, is_over)
    if not due:
        return 0
    waiting = _waiting(tx, is_held, ~is_over, DELIVERY.c.reason == DeliveryReason.UPDATE_WAIT.value)
    rows = {row.id: row for row in sorted((*due, *waiting), key=attrgetter("seq"))}
    messages = due_together(map(_held_message, rows.values()), now)
    for ids in messages:
        _merge(tx, [rows[id_] for id_ in ids], now=now)
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


# ---------------------------------------------------------------- limits


def is_within_limit(tx: Transaction, row: ResultRow, limit: Limit, *, now: datetime) -> bool:
    """Say whether a message may go out under its receiver's limit.

    One that may not was put off, or went into a roll-up with all that waits: the last message that
    the limit allows speaks for the rest. Critical ones are counted by themselves.
    """
    if row.kind not in _LIMITED_KINDS:
        return True
    place = _same_place(row)
    sent = _sent_since(tx, place, row.id, since_at=now - limit.per, now=now)
    if len(sent) >= limit.messages:
        _put_off(tx, place, until=sent[-limit.messages] + limit.per, now=now)
        return False
    if len(sent) < limit.messages - 1 or row.kind not in _STORY_KINDS or row.unsure_count:
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
    """Return when messages went to a place, the oldest first; an unanswered one perhaps went.

    What a clock ahead has sent in the future is not counted: it would count for ever.
    """
    is_limited = ALERT.c.kind.in_(_LIMITED_KINDS)
    joined = DELIVERY.join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
    delivered = (
        sa.select(DELIVERY.c.delivered_at)
        .select_from(joined)
        .where(place, is_limited, *_within(DELIVERY.c.delivered_at, since_at, now))
    )
    unsure = (
        sa.select(DELIVERY.c.unsure_at)
        .select_from(joined)
        .where(
            place,
            is_limited,
            DELIVERY.c.state == DeliveryState.PENDING.value,
            *_within(DELIVERY.c.unsure_at, since_at, now),
            DELIVERY.c.id != but,
        )
    )
    return sorted([*tx.execute(delivered).scalars(), *tx.execute(unsure).scalars()])


def _within(column: Any, since_at: datetime, now: datetime) -> tuple[Any, Any]:
    """Not at `since_at` itself: what waits until then would wait for ever."""
    return column > since_at, column <= now


def _put_off(
    tx: Transaction, place: sa.ColumnElement[bool], *, until: datetime, now: datetime
) -> None:
    limited = sa.select(ALERT.c.id).where(
        ALERT.c.id == DELIVERY.c.alert_id, ALERT.c.kind.in_(_LIMITED_KINDS)
    )
    values = {
        "not_before": until,
        "due_at": until,
        "reason": DeliveryReason.LIMIT.value,
        "updated_at": now,
    }
    tx.execute(DELIVERY.update().where(place, _is_due(now), limited.exists()).values(values))


# ---------------------------------------------------------------- many in one


def _waiting(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> Sequence[ResultRow]:
    """Return deliveries about stories, the oldest first, with what merging needs to know."""
    query = (
        sa.select(DELIVERY, ALERT.c.severity, ALERT.c.config_version, ALERT.c.facts)
        .join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(ALERT.c.kind.in_(_STORY_KINDS), *conditions)
        .order_by(DELIVERY.c.seq)
    )
    if tx.is_postgres:
        query = query.with_for_update(of=DELIVERY, skip_locked=True)
    return tx.execute(query).all()


def _merge(
    tx: Transaction, rows: Sequence[ResultRow], *, now: datetime, limit: Limit | None = None
) -> None:
    """Send one message for these: about one story the latest, about several a roll-up.

    The latest of one story takes up the others when it is written: see `with_carried`.
    """
    rows = _readable(tx, rows, now=now)
    if not rows:
        return
    stories = {row.story_id for row in rows}
    if len(stories) == 1:
        carrier, members = rows[-1].id, rows[:-1]
        unwritten: dict[str, Any] = {"body": None, "content_type": "", "note": {}}
        _set(
            tx, [carrier], DeliveryState.PENDING, now=now, not_before=None, due_at=now, **unwritten
        )
    else:
        carrier, members = _add_rollup(tx, rows, now=now, limit=limit), rows
    ids = [row.id for row in members]
    cause = (
        DeliveryReason.LIMIT
        if limit
        else next((row.reason for row in rows if row.reason in _CAUSES), DeliveryReason.HELD)
    )
    _set(tx, ids, DeliveryState.MERGED, now=now, reason=str(cause), merged_into=carrier)
    tx.is_durable = True


def _add_rollup(
    tx: Transaction, rows: Sequence[ResultRow], *, now: datetime, limit: Limit | None
) -> str:
    by_story: dict[str, list[ResultRow]] = {}
    for row in rows:
        by_story.setdefault(row.story_id, []).append(row)
    listed = sorted(by_story.values(), key=lambda story: (-_rank(story[-1]), story[-1].seq))
    # One of these may carry updates of its story that waited for each other.
    carried = _readable(tx, _carried(tx, [row.id for row in rows]), now=now)
    said = {row.alert_id: row for row in (*carried, *rows)}
    facts = roll_up(
        [_collected(said.values(), story[-1].story_id) for story in listed[:ROLLUP_ITEMS]],
        cause=DeliveryReason.LIMIT.value if limit else rows[0].reason,
        messages=len(said),
        stories=len(by_story),
        limit=limit,
    )
    first, newest = rows[0], rows[-1]
    alert = Alert(
        id=alert_id("rollup", 0, *(row.id for row in rows)),
        kind=AlertKind.ROLLUP,
        story_id="",
        revision=0,
        severity=facts.severity,
        facts=facts,
        created_at=now,
        config_version=newest.config_version,
    )
    terms = [row.give_up_at - row.created_at for row in rows if row.give_up_at]
    delivery = Delivery(
        id=delivery_key(alert.id, first.receiver, first.recipient),
        alert_id=alert.id,
        receiver=first.receiver,
        recipient=first.recipient,
        routes=_union(row.routes for row in rows),
        watchlists=_union(row.watchlists for row in rows),
        give_up_at=now + max(terms) if terms else None,
    )
    tx.insert_new(ALERT, [alert_row(alert)])
    tx.insert_new(DELIVERY, [delivery_row(delivery, alert)])
    return delivery.id


def _collected(rows: Iterable[ResultRow], story_id: str) -> AlertFacts:
    """Return what these deliveries say about one story, as one message."""
    its = sorted((row for row in rows if row.story_id == story_id), key=attrgetter("seq"))
    return collect_updates([_READ_FACTS.validate_json(row.facts) for row in its])


def _rank(row: ResultRow) -> int:
    return Severity(row.severity).rank


def with_carried(tx: Transaction, job: SendJob) -> SendJob:
    """Return the job of a message that is not written yet with what was merged into it.

    A fallback's message says what that of its receiver would have said, and a replay the same
    again.
    """
    if job.frozen or not isinstance(job.facts, AlertFacts):
        return job
    own = job.facts
    carriers = [job.delivery.id.partition(".r")[0], job.delivery.id]
    found = {row.alert_id: row for row in _carried(tx, carriers) if row.story_id == own.story_id}
    members = sorted(found.values(), key=attrgetter("seq"))
    earlier = [_READ_FACTS.validate_json(row.facts) for row in members]
    others = [facts for facts in earlier if facts.revision != own.revision]
    if not others:
        return job
    collected = collect_updates([*others, own])
    return replace(job, kind=collected.kind, facts=collected)


def _carried(tx: Transaction, ids: Sequence[str]) -> list[ResultRow]:
    """Return what was merged into these deliveries, and into that, and so on."""
    found: list[ResultRow] = []
    while ids:
        members = [
            row
            for start in range(0, len(ids), _CHUNK)
            for row in tx.execute(_MEMBERS, {"carriers": ids[start : start + _CHUNK]})
        ]
        found += members
        ids = [row.id for row in members]
    return found


_MEMBERS = (
    sa.select(DELIVERY.c.id, DELIVERY.c.seq, DELIVERY.c.alert_id, ALERT.c.story_id, ALERT.c.facts)
    .join_from(DELIVERY, ALERT, ALERT.c.id == DELIVERY.c.alert_id)
    .where(
        DELIVERY.c.merged_into.in_(sa.bindparam("carriers", expanding=True)),
        ALERT.c.kind.in_(_STORY_KINDS),
    )
)


def _readable(tx: Transaction, rows: Sequence[ResultRow], *, now: datetime) -> list[ResultRow]:
    """Return what can be read; what no version reads any more is dead, and keeps nothing back."""
    readable, dead = [], []
    for row in rows:
        try:
            _READ_FACTS.validate_json(row.facts)
            readable.append(row)
        except ValidationError:
            dead.append(row.id)
    end_unreadable(tx, dead, now=now)
    return readable


def end_unreadable(tx: Transaction, ids: Collection[str], *, now: datetime) -> None:
    """Make dead what no version reads any more, with what was merged into it."""
    _set(tx, ids, DeliveryState.DEAD, now=now, reason=DeliveryReason.UNREADABLE.value)
    propagate_state(tx, ids, DeliveryState.DEAD, now=now)
    tx.is_durable |= bool(ids)


def _union(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for part in values for value in part))


def _set(
    tx: Transaction, ids: Collection[str], state: DeliveryState, *, now: datetime, **values: Any
) -> None:
    changes = {"state": state.value, "reason": "", "updated_at": now} | values
    is_it = DELIVERY.c.id == sa.bindparam("b_id")
    if ids:
        tx.execute(DELIVERY.update().where(is_it).values(changes), [{"b_id": id_} for id_ in ids])


# ---------------------------------------------------------------- one in the place of another


def redirect(tx: Transaction, delivery_id: str, fallback: Fallback, *, now: datetime) -> None:
    """Send what one receiver could not deliver to another; what was there already carries it.

    Where that has failed too, both are dead letters.
    """
    row = tx.execute(sa.select(DELIVERY).where(DELIVERY.c.id == delivery_id)).one()
    ending = f".r{row.generation}" if row.generation else ""
    ids = []
    for recipient in fallback.recipients or ("",):
        ids.append(delivery_key(row.alert_id, fallback.receiver, recipient) + ending)
        fresh = FRESH | {
            "id": ids[-1],
            "generation": row.generation,
            "receiver": fallback.receiver,
            "recipient": recipient,
            "state": DeliveryState.PENDING.value,
            "reason": f"{DeliveryReason.INSTEAD_OF} {row.receiver}",
            "not_before": None,
            "due_at": now,
            "give_up_at": now + fallback.give_up_after,
            "parent_id": "",
            "created_at": now,
            "updated_at": now,
        }
        copied = {column.name: getattr(row, column.name) for column in DELIVERY.c}
        del copied["seq"]
        tx.insert_new(DELIVERY, [copied | fresh])
    tx.is_durable = True
    carriers = DELIVERY.c.state.not_in([DeliveryState.DEAD.value, DeliveryState.CANCELLED.value])
    is_other = DELIVERY.c.merged_into.is_distinct_from(row.id)
    query = sa.select(DELIVERY.c.id).where(DELIVERY.c.id.in_(ids), carriers, is_other)
    carrier = tx.execute(query.order_by(DELIVERY.c.seq)).scalars().first()
    if carrier is None:
        _set(tx, [row.id], DeliveryState.DEAD, now=now, reason=DeliveryReason.FALLBACK.value)
        propagate_state(tx, [row.id], DeliveryState.DEAD, now=now)
        return
    _set(
        tx,
        [row.id],
        DeliveryState.MERGED,
        now=now,
        reason=DeliveryReason.FALLBACK.value,
        merged_into=carrier,
    )


def propagate_state(
    tx: Transaction, carriers: Collection[str], state: DeliveryState, *, now: datetime
) -> None:
    """Let what was merged into these share their end: dead, cancelled, or under way again."""
    is_again = state is DeliveryState.MERGED
    ended = sa.and_(
        DELIVERY.c.state.in_([DeliveryState.DEAD.value, DeliveryState.CANCELLED.value]),
        DELIVERY.c.reason == DeliveryReason.CARRIER.value,
    )
    before = ended if is_again else DELIVERY.c.state == DeliveryState.MERGED.value
    ids = list(carriers)
    while ids:
        members = sa.and_(DELIVERY.c.merged_into.in_(ids), before)
        ids = list(tx.execute(sa.select(DELIVERY.c.id).where(members)).scalars())
        _set(
            tx,
            ids,
            state,
            now=now,
            reason=(DeliveryReason.HELD if is_again else DeliveryReason.CARRIER).value,
        )


def handle_dead_letters(
    tx: Transaction, ids: Collection[str], fallback: Fallback | None, *, now: datetime
) -> None:
    """Send dead letters to the fallback; without one, what was merged into them is dead too."""
    if fallback is None:
        propagate_state(tx, ids, DeliveryState.DEAD, now=now)
        return
    for id_ in ids:
        redirect(tx, id_, fallback, now=now)
