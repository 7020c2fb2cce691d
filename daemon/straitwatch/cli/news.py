"""Reads and shows the newest alerts and the undelivered messages, for `status`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from straitwatch import store as db
from straitwatch.cli.jsonl import printable
from straitwatch.cli.output import in_zone, local_time
from straitwatch.core.model import AlertFacts, DeliveryState, DigestFacts, Facts, RollupFacts

_SHOWN = 5  # alerts; messages of each kind
_DEAD = (DeliveryState.DEAD,)
_WAITING = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.SENDING)

Columns = Mapping[str, Callable[[db.DeliveryRecord], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The newest alerts, each by its first delivery, and the messages that were not delivered."""

    alerts: Sequence[db.DeliveryRecord]
    undelivered: Sequence[db.DeliveryRecord]


def read_news(tx: db.Transaction) -> News:
    """Read the latest of both; dead letters come first."""
    alerts: dict[str, db.DeliveryRecord] = {}
    for record in db.list_alerts(tx, limit=_SHOWN):
        alerts.setdefault(record.delivery.alert_id, record)
    undelivered = [
        record
        for states in (_DEAD, _WAITING)
        for record in db.list_deliveries(tx, states=states, limit=_SHOWN)
    ]
    return News(alerts=list(alerts.values()), undelivered=undelivered)


def alert_columns(zone: ZoneInfo) -> Columns:
    """Return the columns of the alerts."""
    return {
        in_zone("Made", zone): lambda record: local_time(record.alerted_at, zone),
        "Severity": lambda record: record.severity,
        "Lists": lambda record: ", ".join(_lists(record.facts)),
        "Headline": lambda record: printable(title_of(record.facts)),
    }


def message_columns(zone: ZoneInfo) -> Columns:
    """Return the columns of the messages."""
    return {
        in_zone("Made", zone): lambda record: local_time(record.created_at, zone),
        "ID": lambda record: record.delivery.id,
        "State": lambda record: record.delivery.state,
        "Receiver": lambda record: record.delivery.receiver,
        "Reason": lambda record: printable(_reason(record)),
        "Message": lambda record: printable(title_of(record.facts)),
    }


def title_of(facts: Facts) -> str:
    """Return the line that names a message."""
    match facts:
        case DigestFacts():
            return f"digest {facts.name}"
        case RollupFacts():
            return f"{facts.messages} messages in one"
        case _:
            return facts.title


def _lists(facts: Facts) -> list[str]:
    return [note.title for note in facts.matches] if isinstance(facts, AlertFacts) else []


def _reason(record: db.DeliveryRecord) -> str:
    """Return why a message was not delivered: our reason, and the last answer."""
    answer = " ".join(filter(None, (record.last_code, record.last_text)))
    return ": ".join(filter(None, (record.delivery.state_reason, answer)))
