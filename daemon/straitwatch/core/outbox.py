"""Decides if a message waits, is tried again, is dead, or goes to a fallback."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from straitwatch.core.identity import delivery_key
from straitwatch.core.model import (
    Delivery,
    DeliveryReason,
    DeliveryState,
    Fallback,
    NextStep,
    Severity,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A delivery that may take the place of another one."""

    id: str
    state: DeliveryState
    merged_into: str = ""


def update_hold(
    severity: Severity, sent: Severity | None, *, wait: timedelta, now: datetime
) -> datetime | None:
    """Return the end of an update's wait for further ones; None if it is sent at once.

    Args:
        severity: of the update.
        sent: the highest severity that was sent about the story to the same recipient; None if
            no message was sent.
        wait: how long updates are collected; zero for not at all.
        now: the time of the decision.

    """
    if not wait or sent is None or severity.rank > sent.rank:
        return None
    return now + wait


# ---------------------------------------------------------------- dead letters


def after_lost_sender(
    *,
    was_rendered: bool,
    started_at: datetime | None,
    give_up_at: datetime | None,
    may_resend: bool,
    now: datetime,
) -> NextStep:
    """Return the next step of a delivery whose sender did not finish.

    Args:
        was_rendered: False if the sender was lost before; otherwise the message was perhaps sent.
        started_at: the start of the open attempt.
        give_up_at: the end of the delivery's term.
        may_resend: False if the receiver must not get a message twice.
        now: the time of the decision.
    """
    if was_rendered and not may_resend:
        return NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.UNANSWERED)
    if started_at and give_up_at and give_up_at <= min(started_at, now):
        return NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.GAVE_UP)
    reason = DeliveryReason.UNSURE if was_rendered else DeliveryReason.RETRY
    return NextStep(state=DeliveryState.PENDING, reason=reason)


def has_expired(
    created_at: datetime, give_up_at: datetime | None, *, give_up_after: timedelta, now: datetime
) -> bool:
    """Return True if the term of a delivery is over; `give_up_after` applies to one without."""
    return now >= (give_up_at or created_at + give_up_after)


# ---------------------------------------------------------------- fallbacks


def plan_fallback(
    failed: Delivery, fallback: Fallback, *, generation: int, now: datetime
) -> tuple[Delivery, ...]:
    """Return the deliveries that take the place of one that failed.

    Their ids are computed. `generation` is the number of the replay, or 0 without a replay.
    """
    ending = f".r{generation}" if generation else ""
    return tuple(
        replace(
            failed,
            id=delivery_key(failed.alert_id, fallback.receiver, recipient) + ending,
            receiver=fallback.receiver,
            recipient=recipient,
            state=DeliveryState.PENDING,
            state_reason=f"{DeliveryReason.INSTEAD_OF} {failed.receiver}",
            not_before=None,
            give_up_at=now + fallback.give_up_after,
            parent_id="",
        )
        for recipient in fallback.recipients or ("",)
    )


def choose_carrier(failed: str, candidates: Iterable[Carrier]) -> str:
    """Return the first delivery that can carry a failed one; "" if all have failed too."""
    return next(
        (
            carrier.id
            for carrier in candidates
            if carrier.state not in (DeliveryState.DEAD, DeliveryState.CANCELLED)
            and carrier.merged_into != failed
        ),
        "",
    )
