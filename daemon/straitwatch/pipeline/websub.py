"""Asks hubs for the pushes of feeds, and answers the hubs."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

import structlog

from straitwatch import store as db
from straitwatch.core.model import FeedState, Subscription, SubscriptionState
from straitwatch.core.policy import PUSH_KEEP, PUSH_READ_WITHIN
from straitwatch.core.websub import (
    due_after_push,
    is_signed,
    note_answer,
    plan_subscriptions,
    pushed,
    request_again,
    request_form,
    verify,
)
from straitwatch.pipeline.tools import Tools
from straitwatch.store import Transaction

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class PushOutcome(StrEnum):
    """The result of a push; also the metric label."""

    ACCEPTED = "accepted"
    UNSIGNED = "unsigned"  # no signature, or a wrong one: ignored
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    ENDED = "ended"  # of a feed that is no longer wanted
    UNKNOWN = "unknown"  # there is no such subscription


def update_subscriptions(tx: Transaction, *, public_url: str, now: datetime) -> bool:
    """Make the subscriptions follow the offers of feeds; return True if there are any.

    Without a public address, all end.
    """
    known = db.push_subscriptions(tx)
    new, changed = plan_subscriptions(
        db.push_offers(tx) if public_url else {},
        known,
        public_url=public_url,
        now=now,
        draw_secret=partial(secrets.token_urlsafe, 32),
    )
    db.add_push_subscriptions(tx, new)
    db.update_push_subscriptions(tx, changed)
    return bool(known or new)


def claim_requests(tx: Transaction, *, now: datetime, limit: int) -> list[Subscription]:
    """Return the subscriptions whose requests to hubs are due, until an answer as failed ones."""
    claimed: list[Subscription] = []
    for subscription in db.due_push_subscriptions(tx, now=now, limit=limit):
        requested = request_again(subscription, now)
        if requested is None:
            db.delete_push_subscription(tx, subscription.token)
        else:
            claimed.append(requested)
    db.update_push_subscriptions(tx, claimed)
    return claimed


async def send_request(subscription: Subscription, tools: Tools) -> None:
    """Ask a hub for a subscription, or for its end."""
    posted = await tools.hubs.post_form(subscription.hub, request_form(subscription))
    refused = note_answer(subscription, posted, tools.clock())
    if refused is not None:
        log.warning("hub refused", feed_id=subscription.feed_id, detail=refused.detail)
        await tools.store.run(_record_refusal, subscription, refused)


def _record_refusal(tx: Transaction, before: Subscription, refused: Subscription) -> None:
    """Record a refusal, unless the hub confirmed the request in the meantime."""
    current = db.find_push_subscription(tx, before.token)
    if current is not None and current.due_at == before.due_at:
        db.update_push_subscriptions(tx, [refused])


def answer_verification(
    tx: Transaction, token: str, params: Mapping[str, str], *, now: datetime
) -> str | None:
    """Record the answer of a hub; return the text of our answer, or None for a 404."""
    subscription = db.find_push_subscription(tx, token)
    verified = verify(subscription, params, now) if subscription else None
    if verified is None:
        return None
    if params.get("hub.mode") == "unsubscribe":
        db.delete_push_subscription(tx, token)
    else:
        db.update_push_subscriptions(tx, [verified])
    return params.get("hub.challenge", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A request to the callback of a subscription; its body is read only if it is wanted."""

    token: str
    signature: str
    body: AsyncIterator[bytes]


async def receive_push(push: Push, *, limit: int, tools: Tools) -> PushOutcome:
    """Make a feed due, if the push is signed.

    Args:
        push: the request.
        limit: of its body, in bytes.
        tools: the store and the metrics.
    """
    subscription = await tools.store.run(db.find_push_subscription, push.token)
    outcome = await _judge(push, subscription, limit)
    tools.metrics.pushes.labels(outcome=outcome).inc()
    if subscription and outcome is PushOutcome.ACCEPTED:
        await tools.store.run(record_push, push.token, now=tools.clock())
        log.info("feed pushed", feed_id=subscription.feed_id)
    return outcome


async def _judge(push: Push, subscription: Subscription | None, limit: int) -> PushOutcome:
    if subscription is None:
        return PushOutcome.UNKNOWN
    if subscription.state is SubscriptionState.ENDING:
        return PushOutcome.ENDED
    try:
        async with asyncio.timeout(PUSH_READ_WITHIN.total_seconds()):
            body = await _read(push.body, limit)
    except TimeoutError:
        return PushOutcome.TOO_SLOW
    if body is None:
        return PushOutcome.TOO_LARGE
    is_right = is_signed(body, push.signature, secret=subscription.secret)
    return PushOutcome.ACCEPTED if is_right else PushOutcome.UNSIGNED


async def _read(chunks: AsyncIterator[bytes], limit: int) -> bytes | None:
    """Return a body; None if it is longer than the limit."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def record_push(tx: Transaction, token: str, *, now: datetime) -> None:
    """Make the feed of a subscription due; after a poll that is under way, again."""
    subscription = db.find_push_subscription(tx, token)
    if subscription is not None:
        last_lease = db.last_lease(tx, subscription.feed_id)
        db.write_push(tx, pushed(subscription, last_lease=last_lease, now=now))
        hasten_pushed(tx, now=now)


def hasten_pushed(tx: Transaction, *, now: datetime) -> None:
    """Make every feed due that was pushed and not polled since.

    A poll that was under way during the push has replaced the due time with its own.
    """
    paced = db.pushed_feeds(tx, since=now - PUSH_KEEP)
    due = [(id_, due_after_push(until, now)) for id_, until in paced.items()]
    db.poll_earlier(tx, due)


async def count_new_entries(state: FeedState, new: int, *, tools: Tools) -> None:
    """Count the new entries of a poll as pushed or missed, if its feed is subscribed to.

    Args:
        state: before the poll.
        new: their number.
        tools: the store and the metrics.
    """
    if not (new and state.profile.push.hubs and state.last_polled_at):
        return
    counted = await tools.store.run(
        db.count_pushed_entries, state.feed_id, new, since=state.last_polled_at
    )
    for outcome, count in zip(("pushed", "missed"), counted, strict=True):
        tools.metrics.push_entries.labels(outcome=outcome).inc(count)
