"""Turns alerts and deliveries into rows, and rows into values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

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
    RollupFacts,
    SendJob,
    Severity,
)
from straitwatch.store.transaction import ResultRow

FINAL = (
    DeliveryState.DELIVERED,
    DeliveryState.MERGED,
    DeliveryState.CANCELLED,
    DeliveryState.DEAD,
)
OPEN = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.SENDING)
CRITICAL_LANE = 0  # sent before lane 1
_FACTS: dict[str, Any] = {
    kind.__name__: kind for kind in (AlertFacts, DigestFacts, RollupFacts, NoticeFacts)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt; `outcome` is "" while it runs."""

    epoch: int
    worker: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A delivery with its message and history."""

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
    alerted_at: datetime  # creation of the alert; a replay is created later
    updated_at: datetime
    delivered_at: datetime | None
    ref: Mapping[str, str] = field(default_factory=dict)
    frozen: Frozen | None = None
    history: tuple[AttemptRecord, ...] = ()  # filled by show_delivery only


def alert_row(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "story_id": alert.story_id or None,
        "revision": alert.revision,
        "severity": alert.severity.value,
        "facts_type": type(alert.facts).__name__,
        "facts": facts_adapter(type(alert.facts).__name__).dump_json(alert.facts).decode(),
        "created_at": alert.created_at,
        "config_version": alert.config_version,
    }


@cache
def facts_adapter(facts_type: str) -> TypeAdapter[Any]:
    return TypeAdapter(_FACTS[facts_type])


FRESH: dict[str, Any] = {
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


def delivery_row(delivery: Delivery, alert: Alert) -> dict[str, Any]:
    return FRESH | {
        "id": delivery.id,
        "alert_id": delivery.alert_id,
        "story_id": alert.story_id or None,
        "revision": alert.revision,
        "receiver": delivery.receiver,
        "recipient": delivery.recipient,
        "routes": delivery.routes,
        "watchlists": delivery.watchlists,
        "lane": CRITICAL_LANE if alert.severity is Severity.CRITICAL else 1,
        "state": delivery.state.value,
        "reason": delivery.state_reason,
        "not_before": delivery.not_before,
        "due_at": delivery.not_before or alert.created_at,
        "give_up_at": delivery.give_up_at,
        "parent_id": delivery.parent_id,
        "created_at": alert.created_at,
        "updated_at": alert.created_at,
    }


def to_delivery(row: ResultRow) -> Delivery:
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


def to_frozen(row: ResultRow) -> Frozen | None:
    if row.body is None:
        return None
    return Frozen(body=bytes(row.body), content_type=row.content_type, note=row.note)


def to_job(row: ResultRow) -> SendJob:
    return SendJob(
        delivery=to_delivery(row),
        kind=AlertKind(row.kind),
        facts=facts_adapter(row.facts_type).validate_json(row.facts),
        attempt=row.attempts + 1,
        frozen=to_frozen(row),
        parent_ref=row.parent_ref or {},
        is_possible_repeat=row.unsure_count > 0,
        started_at=row.unsure_at,
        created_at=row.alert_created_at,
    )


def _facts_to_show(row: ResultRow) -> Any:
    """Return the facts of a message, or a notice if this version cannot read them."""
    try:
        return facts_adapter(row.facts_type).validate_json(row.facts)
    except (ValidationError, KeyError):
        return NoticeFacts(title="(cannot be read)")


def to_record(row: ResultRow, *, history: tuple[AttemptRecord, ...] = ()) -> DeliveryRecord:
    return DeliveryRecord(
        delivery=to_delivery(row),
        kind=AlertKind(row.kind),
        severity=Severity(row.severity),
        facts=_facts_to_show(row),
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
        alerted_at=row.alerted_at,
        updated_at=row.updated_at,
        delivered_at=row.delivered_at,
        ref=row.ref,
        frozen=to_frozen(row),
        history=history,
    )
