"""Stores the state of receivers and the recipients of their messages."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.identity import delivery_key
from straitwatch.core.model import (
    DeliveryReason,
    DeliveryState,
    DriverKind,
    Outcome,
    SendResult,
)
from straitwatch.core.policy import GIVE_UP_AFTER, SEEN_WITHIN
from straitwatch.core.receivers import ReceiverState
from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.recipients import forget_former_recipients, record_recipient_result
from straitwatch.store.rows import DELIVERY, RECEIVER
from straitwatch.store.runs import read_runs
from straitwatch.store.transaction import Transaction

_IN_USE = "receivers in use"  # a key of `meta`
_BUTTONS = "problems of buttons"  # another one
_BLANK: dict[str, Any] = {
    "hold_until": None,
    "hold_reason": "",
    "failures": 0,
    "broken_at": None,
    "last_ok_at": None,
    "failed_at": None,
    "last_code": "",
    "last_text": "",
    "driver": "",
    "mark": "",
    "paused_at": None,
    "paused_by": "",
}


def hold_receiver(tx: Transaction, name: str, *, until: datetime, reason: str) -> None:
    """Hold all messages to a receiver until a time."""
    _set_receiver(tx, name, {"hold_until": until, "hold_reason": reason})


def pause_receiver(tx: Transaction, name: str, *, now: datetime, by: str = "") -> None:
    """Hold all messages to a receiver until a person resumes it."""
    _set_receiver(tx, name, {"paused_at": now, "paused_by": by})


def resume_receiver(tx: Transaction, name: str, *, now: datetime) -> None:
    """End the pause and the hold of a receiver; its messages are due at once, in their order.

    They get a new term, so that they survive a first failure.
    """
    _set_receiver(tx, name, {"paused_at": None, "paused_by": ""} | _NO_HOLD)
    _release_messages(tx, name, now=now)


def release_changed_receivers(
    tx: Transaction, marks: Mapping[str, str], *, now: datetime
) -> list[str]:
    """End the holds of receivers whose address has changed since they failed; name them.

    Args:
        tx: the transaction.
        marks: of the present addresses, by receiver.
        now: the time.
    """
    changed = [
        state.name
        for state in receiver_states(tx).values()
        if state.is_failing and state.mark and marks.get(state.name, "") not in ("", state.mark)
    ]
    for name in changed:
        _set_receiver(tx, name, _NO_HOLD)
        _release_messages(tx, name, now=now)
    return changed


_NO_HOLD: dict[str, Any] = {"hold_until": None, "hold_reason": ""}
_TRIED = (
    DeliveryReason.RETRY,
    DeliveryReason.RATE_LIMITED,
    DeliveryReason.UNANSWERED,
    DeliveryReason.UNSURE,
    DeliveryReason.RECEIVER_BROKEN,
    DeliveryReason.RECEIVER_REFUSED,
)


def _release_messages(tx: Transaction, name: str, *, now: datetime) -> None:
    waits = sa.and_(DELIVERY.c.receiver == name, DELIVERY.c.state == DeliveryState.PENDING.value)
    was_tried = DELIVERY.c.reason.in_([reason.value for reason in _TRIED])
    # Due since they were written, so that older messages stay before newer ones.
    in_order = {"not_before": None, "due_at": DELIVERY.c.created_at}
    tx.execute(DELIVERY.update().where(waits, was_tried).values(in_order))
    is_short = DELIVERY.c.give_up_at < now + GIVE_UP_AFTER
    tx.execute(DELIVERY.update().where(waits, is_short).values(give_up_at=now + GIVE_UP_AFTER))


def receiver_states(tx: Transaction) -> dict[str, ReceiverState]:
    """Return the receivers that have been used, by name."""
    rows = tx.execute(sa.select(RECEIVER).order_by(RECEIVER.c.name)).mappings()
    return {row["name"]: ReceiverState(**row) for row in rows}


def save_receivers_in_use(tx: Transaction, receivers: Mapping[str, str]) -> None:
    """Store the receivers of the daemon, each with the reason why it cannot be used, or ""."""
    set_meta(tx, _IN_USE, json.dumps(dict(receivers)))


def receivers_in_use(tx: Transaction, now: datetime) -> dict[str, str] | None:
    """Return what a running daemon knows about its receivers; None if no daemon runs."""
    daemons = (run for run in read_runs(tx) if not run.is_once and run.ended_at is None)
    if not any(run.seen_at > now - SEEN_WITHIN for run in daemons):
        return None
    found: dict[str, str] = json.loads(get_meta(tx, _IN_USE) or "{}")
    return found


def save_button_problems(tx: Transaction, problems: Mapping[str, str]) -> None:
    """Store why clicks in Slack do not arrive, by receiver."""
    set_meta(tx, _BUTTONS, json.dumps(dict(problems)))


def button_problems(tx: Transaction) -> dict[str, str]:
    """Return why clicks in Slack do not arrive, by receiver, as the daemon last saw it."""
    found: dict[str, str] = json.loads(get_meta(tx, _BUTTONS) or "{}")
    return found


def save_recipients(tx: Transaction, recipients: Mapping[str, Sequence[str]]) -> int:
    """Address the messages that were written before their receiver was set up; count them.

    The recipients of a mail receiver are part of its address. Until the address is known, one
    delivery represents all recipients; afterwards, each recipient gets a delivery.
    """
    forget_former_recipients(tx, recipients)
    named = {name: targets for name, targets in recipients.items() if any(targets)}
    waits = sa.select(DELIVERY).where(
        DELIVERY.c.receiver.in_(list(named)),
        DELIVERY.c.recipient == "",
        DELIVERY.c.state.in_([DeliveryState.HELD.value, DeliveryState.PENDING.value]),
    )
    unnamed = tx.execute(waits).mappings().all()
    for row in unnamed:
        targets = named[row["receiver"]]
        ids = [delivery_key(row["alert_id"], row["receiver"], target) for target in targets]
        for id_, recipient in zip(ids, targets, strict=True):
            own = {key: value for key, value in row.items() if key != "seq"} | {
                "id": id_,
                "recipient": recipient,
                "parent_id": "",  # each mailbox threads by itself
                "reason": "",
            }
            tx.execute(tx.insert(DELIVERY).on_conflict_do_nothing(), [own])
        is_member = DELIVERY.c.merged_into == row["id"]
        tx.execute(DELIVERY.update().where(is_member).values(merged_into=ids[0]))
        tx.execute(DELIVERY.delete().where(DELIVERY.c.id == row["id"]))
    return len(unnamed)


_COUNT_FAULT = (
    RECEIVER.update()
    .where(RECEIVER.c.name == sa.bindparam("b_name"))
    .values(
        failures=RECEIVER.c.failures + 1,
        broken_at=sa.func.coalesce(RECEIVER.c.broken_at, sa.bindparam("b_now")),
    )
)


def record_receiver_result(
    tx: Transaction,
    name: str,
    result: SendResult,
    *,
    now: datetime,
    driver: DriverKind | None = None,
    mark: str = "",
) -> None:
    """Record the result of a send: a success clears the failures of a receiver.

    Args:
        tx: the transaction.
        name: of the receiver.
        result: of the send; a refusal of the message alone says nothing about the receiver.
        now: the time.
        driver: that sent the message.
        mark: of the address, see `Receiver.mark`.
    """
    sender = {"driver": driver.value if driver else "", "mark": mark}
    if result.outcome is Outcome.DELIVERED:
        well = {"failures": 0, "broken_at": None, "failed_at": None}
        _set_receiver(tx, name, sender | well | _NO_HOLD | {"last_ok_at": now})
    elif result.outcome is not Outcome.PERMANENT:
        answer = {"last_code": result.code, "last_text": result.text, "failed_at": now}
        _set_receiver(tx, name, sender | answer)
    if result.outcome is Outcome.RECEIVER_BROKEN:
        tx.execute(_COUNT_FAULT, {"b_name": name, "b_now": now})


def record_receiver_test(
    tx: Transaction,
    name: str,
    results: Sequence[tuple[str, SendResult]],
    *,
    now: datetime,
    driver: DriverKind,
    mark: str,
) -> None:
    """Record a test by a person; after a success, the messages that wait are sent at once.

    Args:
        tx: the transaction.
        name: of the receiver.
        results: each with its recipient.
        now: the time.
        driver: that sent the messages.
        mark: of the address, see `Receiver.mark`.
    """
    for recipient, result in results:
        record_recipient_result(tx, name, recipient, result, now=now)
    failed = [result for _, result in results if result.outcome is not Outcome.DELIVERED]
    worst = failed[0] if failed else results[0][1]
    record_receiver_result(tx, name, worst, now=now, driver=driver, mark=mark)
    if not failed:
        _release_messages(tx, name, now=now)


def _set_receiver(tx: Transaction, name: str, values: dict[str, Any]) -> None:
    row = _BLANK | values | {"name": name}
    tx.upsert(RECEIVER, [row], key=("name",), changed=tuple(values))
