"""Addresses the messages that belong to no story: notices and digests."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from straitwatch.core.identity import alert_id, delivery_key
from straitwatch.core.model import (
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Facts,
    NoticeFacts,
    Severity,
)


def address(
    key: str,
    kind: AlertKind,
    facts: Facts,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
) -> tuple[Alert, list[Delivery]]:
    """Return a message with one delivery for each recipient.

    Args:
        key: identifies the message; the same key gives the same ids.
        kind: of the message.
        facts: its contents.
        to: the receivers.
        recipients: by receiver; a receiver without recipients gets one delivery.
        now: the time of the message.

    """
    alert = Alert(
        id=alert_id(key, 0),
        kind=kind,
        story_id="",
        revision=0,
        severity=facts.severity if isinstance(facts, NoticeFacts) else Severity.NORMAL,
        facts=facts,
        created_at=now,
    )
    deliveries = [
        Delivery(
            id=delivery_key(alert.id, receiver, recipient),
            alert_id=alert.id,
            receiver=receiver,
            recipient=recipient,
            state=DeliveryState.PENDING,
        )
        for receiver in to
        for recipient in recipients.get(receiver) or ("",)
    ]
    return alert, deliveries
