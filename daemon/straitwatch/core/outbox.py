"""Stage: which messages wait, and which go out as one.

    update_hold -> due_together -> collect_updates

Updates of one story wait a few minutes for each other, so that a desk gets one message and not
five. Nothing is dropped: each waiting update is a line of the one that is sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    CollectedUpdate,
    DeliveryReason,
    Severity,
    SignalKind,
)

# A correction must be seen even if a development comes after it; a confirmation need not.
_URGENT = (SignalKind.CORRECTION, SignalKind.RETRACTION, SignalKind.DENIAL, SignalKind.END)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A delivery that waits, as far as releasing it is concerned."""

    id: str
    story_id: str
    receiver: str
    recipient: str
    lane: int
    reason: str
    not_before: datetime


def update_hold(
    severity: Severity, sent: Severity | None, *, wait: timedelta, now: datetime
) -> datetime | None:
    """Return until when an update waits for further ones; None when it goes at once.

    Args:
        severity: of the update.
        sent: the highest severity that was sent about the story to the same place; None when
            nothing was.
        wait: how long updates are collected; zero for not at all.
        now: when the update was decided.

    """
    if not wait or sent is None or severity.rank > sent.rank:
        return None
    return now + wait


def due_together(held: Iterable[HeldMessage], now: datetime) -> list[tuple[str, ...]]:
    """Return the ids of the held messages that go now, those that go out as one together.

    An update that waits takes the other waiting updates of its story along. What quiet hours or a
    group wait held goes out as one message for each place.
    """
    groups: dict[tuple[str, ...], list[HeldMessage]] = {}
    for message in held:
        groups.setdefault(_group(message), []).append(message)
    due = [
        [
            message
            for message in group
            if message.reason == DeliveryReason.UPDATE_WAIT or message.not_before <= now
        ]
        for group in groups.values()
        if any(message.not_before <= now for message in group)
    ]
    return [tuple(map(attrgetter("id"), group)) for group in due]


def _group(message: HeldMessage) -> tuple[str, ...]:
    place = (message.receiver, message.recipient)
    if message.reason == DeliveryReason.UPDATE_WAIT:
        return (DeliveryReason.UPDATE_WAIT, *place, message.story_id)
    return ("", *place, str(message.lane))


def collect_updates(alerts: Sequence[AlertFacts]) -> AlertFacts:
    """Say in one message what several about one story would have said, oldest first.

    The most severe one speaks, then a correction or an end, then one in the desk's languages, then
    the latest. The others are listed.
    """
    places = range(len(alerts))
    lead = max(places, key=lambda at: (_urgency(alerts[at]), at))
    others = [alerts[at] for at in places if at != lead]
    listed = [update for facts in others for update in (*facts.updates, _as_collected(facts))]
    latest = max(alerts, key=attrgetter("revision"))
    is_first = any(facts.kind is AlertKind.NEW for facts in alerts)
    return replace(
        alerts[lead],
        kind=AlertKind.NEW if is_first else AlertKind.UPDATE,
        revision=latest.revision,
        severity=max((facts.severity for facts in alerts), key=attrgetter("rank")),
        also=latest.also,
        outlet_count=latest.outlet_count,
        origins=latest.origins,
        is_state_only=latest.is_state_only,
        updates=(*alerts[lead].updates, *listed),
    )


def _urgency(facts: AlertFacts) -> tuple[int, bool, bool]:
    return facts.severity.rank, facts.signal in _URGENT, facts.is_readable


def _as_collected(facts: AlertFacts) -> CollectedUpdate:
    return CollectedUpdate(
        title=facts.title,
        url=facts.url,
        outlet=facts.outlet,
        reason=facts.reason,
        severity=facts.severity,
        seen_at=facts.seen_at,
        published_at=facts.published_at,
        signal=facts.signal,
    )
