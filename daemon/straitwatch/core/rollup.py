"""Decides which waiting messages are sent as one, and collects the facts of that message.

    due_together -> plan_merge -> collect_updates (one story) or a roll-up (several)

Each replaced message becomes a line of the message that is sent, so none is dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from straitwatch.core.identity import alert_id, delivery_key
from straitwatch.core.model import (
    Alert,
    AlertFacts,
    AlertKind,
    CollectedUpdate,
    Delivery,
    DeliveryReason,
    DigestItem,
    Limit,
    RollupFacts,
    Severity,
    SignalKind,
    Silence,
)

ROLLUP_ITEMS = 14  # listed stories; more do not fit into one section of a Slack message
STORY_KINDS = (AlertKind.NEW, AlertKind.UPDATE)  # of messages that can be merged
LIMITED_KINDS = (*STORY_KINDS, AlertKind.ROLLUP)  # of messages that count against a limit
_CAUSES = (DeliveryReason.QUIET_HOURS, DeliveryReason.GROUP_WAIT, DeliveryReason.UPDATE_WAIT)
# A correction must be seen even if a development comes after it; a confirmation need not.
_URGENT = (SignalKind.CORRECTION, SignalKind.RETRACTION, SignalKind.DENIAL, SignalKind.END)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A waiting delivery, with the facts that decide when it is sent."""

    id: str
    story_id: str
    receiver: str
    recipient: str
    lane: int
    reason: str
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMessage:
    """A delivery about a story, with the facts for merging it with others."""

    delivery: Delivery
    story_id: str
    seq: int  # the order in which deliveries were made
    created_at: datetime
    severity: Severity
    facts: AlertFacts
    config_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """A new message that replaces several about different stories."""

    alert: Alert
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The message that is sent for several, and the deliveries that are merged into it."""

    carrier: str  # id of a delivery
    members: tuple[str, ...]
    reason: str  # of the members
    rollup: Rollup | None = None  # the carrier, if it is new


# ---------------------------------------------------------------- together


def due_together(held: Iterable[HeldMessage], now: datetime) -> list[tuple[str, ...]]:
    """Group the ids of the held messages that are sent now; each group is one message.

    A due update includes the waiting updates of its story. Messages held by quiet hours or a group
    wait form one group for each recipient.
    """
    groups: dict[tuple[str, ...], list[HeldMessage]] = {}
    for message in held:
        groups.setdefault(_group(message), []).append(message)
    due = [
        [message for message in group if _is_update(message) or message.not_before <= now]
        for group in groups.values()
        if any(message.not_before <= now for message in group)
    ]
    return [tuple(map(attrgetter("id"), group)) for group in due]


def _group(message: HeldMessage) -> tuple[str, ...]:
    place = (message.receiver, message.recipient)
    if _is_update(message):
        return (DeliveryReason.UPDATE_WAIT, *place, message.story_id)
    return ("", *place, str(message.lane))


def _is_update(message: HeldMessage) -> bool:
    return message.reason == DeliveryReason.UPDATE_WAIT


# ---------------------------------------------------------------- muted stories


def is_muted(
    facts: AlertFacts, silences: Iterable[Silence], *, story_id: str, now: datetime
) -> bool:
    """Return True if silences of a story suppress each match of a message about it.

    Silences that depend on the feed do not count, because a message does not name its feed.
    """
    active = [
        silence
        for silence in silences
        if story_id in silence.stories
        and (silence.starts_at or now) <= now < silence.until_at
        and not (silence.tags or silence.stances or silence.languages)
    ]
    matches = [(note.watchlist, note.severity) for note in facts.matches] or [("", facts.severity)]
    return all(any(_suppresses(silence, *match) for silence in active) for match in matches)


def _suppresses(silence: Silence, watchlist: str, severity: Severity) -> bool:
    if silence.watchlists and watchlist not in silence.watchlists:
        return False
    if not silence.severities:
        return severity is not Severity.CRITICAL
    return severity in silence.severities


# ---------------------------------------------------------------- limits


def limited_until(sent: Sequence[datetime], limit: Limit) -> datetime | None:
    """Return when a limit allows the next message; None if it allows one now.

    Args:
        sent: times of the messages within the span of the limit, oldest first.
        limit: the limit of the receiver.
    """
    if len(sent) < limit.messages:
        return None
    return sent[-limit.messages] + limit.per


def is_last_allowed(sent: Sequence[datetime], limit: Limit) -> bool:
    """Return True if a limit allows one more message, which then includes all waiting ones."""
    return len(sent) == limit.messages - 1


# ---------------------------------------------------------------- one for many


def plan_merge(
    messages: Sequence[StoryMessage],
    carried: Sequence[StoryMessage] = (),
    *,
    limit: Limit | None = None,
    now: datetime,
) -> Merge:
    """Decide which message is sent for several.

    The latest message about one story includes the others when it is rendered. Messages about
    several stories become a roll-up.

    Args:
        messages: those to merge, oldest first, all to one recipient.
        carried: the messages that were merged into them before.
        limit: the limit of the receiver, if that is the cause.
        now: the time of the merge.
    """
    ids = tuple(message.delivery.id for message in messages)
    waits = (message.delivery.state_reason for message in messages)
    reason = next((wait for wait in waits if wait in _CAUSES), DeliveryReason.HELD)
    reason = DeliveryReason.LIMIT if limit else reason
    if not is_rollup(messages):
        return Merge(carrier=ids[-1], members=ids[:-1], reason=reason)
    rollup = _add_rollup(messages, carried, limit=limit, now=now)
    return Merge(carrier=rollup.delivery.id, members=ids, reason=reason, rollup=rollup)


def is_rollup(messages: Iterable[StoryMessage]) -> bool:
    """Return True if the messages are about several stories, so that a roll-up replaces them."""
    return len({message.story_id for message in messages}) > 1


def _add_rollup(
    messages: Sequence[StoryMessage],
    carried: Sequence[StoryMessage],
    *,
    limit: Limit | None,
    now: datetime,
) -> Rollup:
    first, newest = messages[0].delivery, messages[-1]
    facts = _rollup_facts(messages, carried, limit)
    alert = Alert(
        id=alert_id("rollup", 0, *(message.delivery.id for message in messages)),
        kind=AlertKind.ROLLUP,
        story_id="",
        revision=0,
        severity=facts.severity,
        facts=facts,
        created_at=now,
        config_version=newest.config_version,
    )
    terms = [
        message.delivery.give_up_at - message.created_at
        for message in messages
        if message.delivery.give_up_at
    ]
    delivery = Delivery(
        id=delivery_key(alert.id, first.receiver, first.recipient),
        alert_id=alert.id,
        receiver=first.receiver,
        recipient=first.recipient,
        routes=_union(message.delivery.routes for message in messages),
        watchlists=_union(message.delivery.watchlists for message in messages),
        give_up_at=now + max(terms) if terms else None,
    )
    return Rollup(alert=alert, delivery=delivery)


def _rollup_facts(
    messages: Sequence[StoryMessage], carried: Sequence[StoryMessage], limit: Limit | None
) -> RollupFacts:
    latest = {message.story_id: message for message in messages}
    by_urgency = sorted(latest.values(), key=lambda last: (-last.severity.rank, last.seq))
    said = {message.delivery.alert_id: message for message in (*carried, *messages)}
    listed = [_collected(said.values(), last.story_id) for last in by_urgency[:ROLLUP_ITEMS]]
    listed.sort(key=lambda facts: (-facts.severity.rank, facts.first_seen_at))
    return RollupFacts(
        cause=DeliveryReason.LIMIT.value if limit else messages[0].delivery.state_reason,
        items=tuple(_rollup_item(facts) for facts in listed),
        messages=len(said),
        stories=len(latest),
        since_at=min(facts.seen_at for facts in listed),
        until_at=max(facts.seen_at for facts in listed),
        severity=listed[0].severity,
        limit=limit,
    )


def _collected(messages: Iterable[StoryMessage], story_id: str) -> AlertFacts:
    """Return the facts of all messages about one story, as one message."""
    about = [message for message in messages if message.story_id == story_id]
    return collect_updates([message.facts for message in sorted(about, key=attrgetter("seq"))])


def _rollup_item(facts: AlertFacts) -> DigestItem:
    shown = facts.headline or facts
    return DigestItem(
        story_id=facts.story_id,
        title=shown.title,
        url=shown.url,
        outlet=facts.outlet,
        severity=facts.severity,
        watchlists=tuple(note.title for note in facts.matches),
        first_seen_at=facts.first_seen_at,
        outlet_count=facts.outlet_count,
        was_alerted=facts.kind is AlertKind.UPDATE,
        is_late=facts.is_late,
        original=facts.title if facts.headline else "",
        signal=facts.signal,
        updates=len(facts.updates),
        list_ids=tuple(note.watchlist for note in facts.matches),
    )


def _union(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for part in values for value in part))


# ---------------------------------------------------------------- one story


def collect_carried(own: AlertFacts, carried: Sequence[StoryMessage]) -> AlertFacts:
    """Return the facts of a message together with those of the messages merged into it."""
    members = {message.delivery.alert_id: message for message in carried}
    earlier = [message.facts for message in sorted(members.values(), key=attrgetter("seq"))]
    others = [facts for facts in earlier if facts.revision != own.revision]
    return collect_updates([*others, own]) if others else own


def collect_updates(alerts: Sequence[AlertFacts]) -> AlertFacts:
    """Join several messages about one story, oldest first, into one.

    The headline is that of the most severe message, then of a correction or an end, then of one in
    the desk's languages, then of the latest. The others are listed.
    """
    positions = range(len(alerts))
    lead = max(positions, key=lambda index: (_urgency(alerts[index]), index))
    others = [alerts[index] for index in positions if index != lead]
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
        change=facts.change,
    )
