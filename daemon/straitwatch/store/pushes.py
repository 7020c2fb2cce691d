"""Stores the subscriptions to pushes, and makes pushed feeds due."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import PushOffer, Subscription, SubscriptionState
from straitwatch.store.feeds import IS_WATCHED
from straitwatch.store.rows import FEED, PUSH_SUBSCRIPTION
from straitwatch.store.transaction import ResultRow, Transaction

_TABLE = PUSH_SUBSCRIPTION.c
_REQUESTED = ("callback", "state", "due_at", "lease_until", "live_at", "failures", "detail")

# A profile without hubs is not unpacked: most feeds have none.
_NAMES_HUBS = sa.type_coerce(FEED.c.profile, sa.Text).like('%"hubs":["%')
_PUSHED = ("pushed_at", "pushed_seq", "paced_until")


def push_offers(tx: Transaction) -> dict[str, PushOffer]:
    """Return the offers of the watched feeds, by feed id."""
    query = sa.select(FEED.c.id, FEED.c.profile).where(IS_WATCHED, _NAMES_HUBS)
    return {row.id: row.profile.push for row in tx.execute(query)}


def has_new_offers(tx: Transaction) -> bool:
    """Return True if a watched feed names hubs and has no subscription; cheaper than a plan."""
    is_known = sa.exists().where(_TABLE.feed_id == FEED.c.id)
    query = sa.select(FEED.c.id).where(IS_WATCHED, _NAMES_HUBS, ~is_known).limit(1)
    return tx.execute(query).first() is not None


def push_subscriptions(tx: Transaction) -> list[Subscription]:
    return [_to_subscription(row) for row in tx.execute(sa.select(PUSH_SUBSCRIPTION))]


def find_push_subscription(tx: Transaction, token: str) -> Subscription | None:
    """Return the subscription with this token, and lock it until the commit."""
    query = sa.select(PUSH_SUBSCRIPTION).where(_TABLE.token == token)
    row = tx.execute(query.with_for_update()).one_or_none()
    return _to_subscription(row) if row else None


def due_push_subscriptions(tx: Transaction, *, now: datetime, limit: int) -> list[Subscription]:
    """Return the subscriptions whose request is due, and lock them until the commit."""
    query = sa.select(PUSH_SUBSCRIPTION).where(_TABLE.due_at <= now).order_by(_TABLE.due_at)
    rows = tx.execute(query.limit(limit).with_for_update(skip_locked=True))
    return [_to_subscription(row) for row in rows]


def add_push_subscriptions(tx: Transaction, subscriptions: Sequence[Subscription]) -> None:
    """Store new subscriptions, unless another replica has just stored them."""
    rows = [asdict(one) | {"state": one.state.value} for one in subscriptions]
    tx.insert_new(PUSH_SUBSCRIPTION, rows)


def update_push_subscriptions(tx: Transaction, subscriptions: Sequence[Subscription]) -> None:
    """Store the changes by requests and answers of hubs; pushes and polls change the rest."""
    rows = [
        {"b_token": one.token, **{name: getattr(one, name) for name in _REQUESTED}}
        | {"state": one.state.value}
        for one in subscriptions
    ]
    if rows:
        tx.execute(PUSH_SUBSCRIPTION.update().where(_TABLE.token == sa.bindparam("b_token")), rows)


def delete_push_subscription(tx: Transaction, token: str) -> None:
    tx.execute(PUSH_SUBSCRIPTION.delete().where(_TABLE.token == token))


def write_push(tx: Transaction, subscription: Subscription) -> None:
    """Store the changes by a push."""
    values = {name: getattr(subscription, name) for name in _PUSHED}
    is_one = _TABLE.token == subscription.token
    tx.execute(PUSH_SUBSCRIPTION.update().where(is_one).values(**values))


def last_lease(tx: Transaction, feed_id: str) -> int:
    """Return the number of the newest lease of a feed."""
    query = sa.select(FEED.c.lease_seq).where(FEED.c.id == feed_id)
    return int(tx.execute(query).scalar_one())


def pushed_feeds(tx: Transaction, *, since: datetime) -> dict[str, datetime]:
    """Return the feeds that were pushed since a time and not claimed since, with their pace.

    A failing feed keeps its due time, because its server may have asked for a pause.
    """
    query = (
        sa.select(FEED.c.id, sa.func.min(_TABLE.paced_until).label("paced_until"))
        .join(PUSH_SUBSCRIPTION, _TABLE.feed_id == FEED.c.id)
        .where(
            IS_WATCHED,
            FEED.c.failures == 0,
            _TABLE.pushed_at > since,
            _TABLE.pushed_seq >= FEED.c.lease_seq,
        )
        .group_by(FEED.c.id)
    )
    return {row.id: row.paced_until for row in tx.execute(query)}


def poll_earlier(tx: Transaction, due: Sequence[tuple[str, datetime]]) -> None:
    """Poll feeds at these times, unless they are due earlier."""
    rows: list[dict[str, Any]] = [{"b_id": id_, "b_due": at} for id_, at in due]
    if not rows:
        return
    is_later = (FEED.c.id == sa.bindparam("b_id"), FEED.c.next_due_at > sa.bindparam("b_due"))
    tx.execute(FEED.update().where(*is_later).values(next_due_at=sa.bindparam("b_due")), rows)


def count_pushed_entries(
    tx: Transaction, feed_id: str, new: int, *, since: datetime
) -> tuple[int, int]:
    """Count the new entries of a poll as announced by a push since the last poll, or as missed.

    Each hub is counted: those that pushed, and those that were live all the time and did not.

    Returns:
        The numbers of announced and of missed entries; an entry that any hub announced counts as
        announced.
    """
    is_pushed = sa.and_(_TABLE.feed_id == feed_id, _TABLE.pushed_at > since)
    is_missed = sa.and_(
        _TABLE.feed_id == feed_id,
        _TABLE.state == SubscriptionState.LIVE.value,
        _TABLE.live_at <= since,
        sa.or_(_TABLE.pushed_at.is_(None), _TABLE.pushed_at <= since),
    )
    hubs: list[int] = []
    for is_counted, column in (
        (is_pushed, _TABLE.entries_pushed),
        (is_missed, _TABLE.entries_missed),
    ):
        update = PUSH_SUBSCRIPTION.update().where(is_counted)
        hubs.append(tx.execute(update.values({column: column + new})).rowcount)
    if hubs[0]:
        return new, 0
    return 0, new if hubs[1] else 0


def _to_subscription(row: ResultRow) -> Subscription:
    values = row._asdict()
    return Subscription(**values | {"state": SubscriptionState(values["state"])})
