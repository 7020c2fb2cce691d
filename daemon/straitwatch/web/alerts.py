"""Groups the deliveries of alerts on stories."""

from collections.abc import Iterable
from dataclasses import dataclass

from straitwatch.core.model import AlertFacts
from straitwatch.core.reasons import REASONS
from straitwatch.store import DeliveryRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """A message about a story, and its deliveries."""

    facts: AlertFacts
    reason: str
    deliveries: tuple[DeliveryRecord, ...]

    @property
    def first(self) -> DeliveryRecord:
        """The delivery that has the fields of the alert."""
        return self.deliveries[0]


def group_alerts(records: Iterable[DeliveryRecord]) -> list[AlertView]:
    """Group deliveries by their alerts, in their order; digests and notices are left out."""
    found: dict[str, tuple[AlertFacts, list[DeliveryRecord]]] = {}
    for record in records:
        if isinstance(record.facts, AlertFacts):
            _, together = found.setdefault(record.delivery.alert_id, (record.facts, []))
            together.append(record)
    return [
        AlertView(facts=facts, reason=REASONS[facts.reason].short, deliveries=tuple(together))
        for facts, together in found.values()
    ]
