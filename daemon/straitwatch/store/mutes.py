"""Corrects the record of sent messages when a mute cancels some, and when it is undone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import ValidationError

from straitwatch.core.model import (
    Action,
    AlertFacts,
    AlertKind,
    DeliveryReason,
    DeliveryState,
    Reason,
    Story,
)
from straitwatch.core.mutes import SentNews, with_messages, without_messages
from straitwatch.core.policy import GIVE_UP_AFTER
from straitwatch.store.delivery_rows import facts_adapter
from straitwatch.store.entry_rows import SENT_ACTIONS, features_of_row
from straitwatch.store.rows import ALERT, DELIVERY, ENTRY, REPORT, SENT_EDIT
from straitwatch.store.stories import (
    current_story,
    fold_lock,
    merged_ids,
    outdate_windows,
    write_stories,
)
from straitwatch.store.transaction import ResultRow, Transaction

_IS_MUTED = sa.and_(
    DELIVERY.c.state == DeliveryState.CANCELLED.value,
    DELIVERY.c.reason == DeliveryReason.MUTED.value,
)
_OF_ALERT = sa.select(DELIVERY.c.id).where(DELIVERY.c.alert_id == ALERT.c.id)
_IS_UNSENT = sa.and_(_OF_ALERT.where(_IS_MUTED).exists(), ~_OF_ALERT.where(~_IS_MUTED).exists())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    alert_id: str
    is_unsent: bool  # the mute cancelled it for each recipient
    news: SentNews


def take_back(tx: Transaction, alert_ids: Collection[str], story_ids: Iterable[str]) -> None:
    """Record that muted messages were not sent: their reports go to the digest and are news later.

    A message that another recipient gets still counts as sent.
    """
    fold_lock(tx)
    for story in _stories(tx, story_ids):
        messages = _messages(tx, (story.id, *merged_ids(tx, story.id)))
        gone = [found for found in messages if found.is_unsent and found.alert_id in alert_ids]
        kept = [found.news for found in messages if not found.is_unsent]
        _silence_reports(tx, [found.news.facts for found in gone], [news.facts for news in kept])
        write_stories(tx, [without_messages(story, [found.news for found in gone], kept)])
    outdate_windows(tx)


def hold_again(
    tx: Transaction, story_ids: Collection[str], *, since_at: datetime, now: datetime
) -> None:
    """Hold the messages that a mute cancelled since then, unless they are too old."""
    fold_lock(tx)
    for story in _stories(tx, story_ids):
        parts = (story.id, *merged_ids(tx, story.id))
        cancelled = sa.select(DELIVERY).where(
            _IS_MUTED,
            DELIVERY.c.story_id.in_(parts),
            DELIVERY.c.updated_at >= since_at,
            DELIVERY.c.not_before > now - GIVE_UP_AFTER,
        )
        rows = tx.execute(cancelled).all()
        count_again(tx, {row.alert_id for row in rows}, [story.id])
        for row in rows:
            _hold(tx, row, now=now)
    tx.is_durable = True


def count_again(tx: Transaction, alert_ids: Collection[str], story_ids: Collection[str]) -> None:
    """Record that muted messages are sent after all."""
    fold_lock(tx)
    for story in _stories(tx, story_ids):
        messages = _messages(tx, (story.id, *merged_ids(tx, story.id)))
        again = [found.news for found in messages if found.alert_id in alert_ids]
        for news in again:
            _restore_decision(tx, news.facts)
        write_stories(tx, [with_messages(story, again)])
    outdate_windows(tx)


def _hold(tx: Transaction, row: ResultRow, *, now: datetime) -> None:
    """Hold a message until the next flush, with a new term."""
    term = row.give_up_at - row.created_at if row.give_up_at else GIVE_UP_AFTER
    values = {
        "state": DeliveryState.HELD.value,
        "reason": DeliveryReason.UPDATE_WAIT.value,
        "not_before": now,
        "due_at": now,
        "give_up_at": now + term,
        "updated_at": now,
    }
    tx.execute(DELIVERY.update().where(DELIVERY.c.id == row.id).values(values))


def _stories(tx: Transaction, story_ids: Iterable[str]) -> list[Story]:
    found = [current_story(tx, story_id) for story_id in sorted(set(story_ids))]
    return list({story.id: story for story in found if story}.values())


def _messages(tx: Transaction, story_ids: Collection[str]) -> list[_Message]:
    """Return the alerts on these stories; those that this version cannot read do not count."""
    query = sa.select(ALERT.c.id, ALERT.c.facts, _IS_UNSENT.label("is_unsent")).where(
        ALERT.c.story_id.in_(story_ids),
        ALERT.c.facts_type == AlertFacts.__name__,
    )
    adapter = facts_adapter(AlertFacts.__name__)
    found = []
    for row in tx.execute(query.order_by(ALERT.c.revision)):
        try:
            facts = adapter.validate_json(row.facts)
        except ValidationError:
            continue
        found.append((row, facts))
    languages = _languages(tx, {facts.entry_id for _, facts in found})
    return [
        _Message(
            alert_id=row.id,
            is_unsent=row.is_unsent,
            news=SentNews(facts=facts, language=languages.get(facts.entry_id, "")),
        )
        for row, facts in found
    ]


def _languages(tx: Transaction, entry_ids: Collection[str]) -> dict[str, str]:
    query = sa.select(REPORT).where(
        REPORT.c.entry_id.in_(entry_ids), REPORT.c.features.is_not(None)
    )
    return {row.entry_id: features_of_row(row).language for row in tx.execute(query)}


def _silence_reports(
    tx: Transaction, gone: Collection[AlertFacts], kept: Collection[AlertFacts]
) -> None:
    """Send reports to the digest, except those of which an earlier version was sent."""
    for facts in gone:  # a sent edit would still count as sent
        is_edit = (SENT_EDIT.c.entry_id == facts.entry_id) & (SENT_EDIT.c.sent_at == facts.seen_at)
        tx.execute(SENT_EDIT.delete().where(is_edit))
    ids = {facts.entry_id for facts in gone} - {facts.entry_id for facts in kept}
    is_sent = ENTRY.c.id.in_(ids) & ENTRY.c.action.in_(SENT_ACTIONS)
    values = {"action": Action.DIGEST.value, "reason": Reason.SILENCED.value}
    tx.execute(ENTRY.update().where(is_sent).values(values))


def _restore_decision(tx: Transaction, facts: AlertFacts) -> None:
    action = Action.ALERT if facts.kind is AlertKind.NEW else Action.UPDATE
    is_silenced = (ENTRY.c.id == facts.entry_id) & (ENTRY.c.reason == Reason.SILENCED.value)
    values = {"action": action.value, "reason": facts.reason.value}
    tx.execute(ENTRY.update().where(is_silenced).values(values))
