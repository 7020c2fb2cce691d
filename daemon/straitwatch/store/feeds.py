"""Stores feeds, their leases and the results of their polls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from straitwatch.core.diagnosis import WatchedFeed
from straitwatch.core.model import (
    NO_PROFILE,
    DeliveryState,
    Distrust,
    Fallback,
    Feed,
    FeedState,
    Validators,
)
from straitwatch.store.expiry import NO_FALLBACKS, return_unanswered
from straitwatch.store.gaps import note_windows
from straitwatch.store.rows import DELIVERY, FEED
from straitwatch.store.transaction import Transaction

_CONFIGURED = ("name", "url", "language", "country", "kind", "stance", "tier", "is_enabled")
_HEALTH_COLUMNS = (
    FEED.c.id,
    FEED.c.baseline_at,
    FEED.c.next_due_at,
    FEED.c.last_polled_at,
    FEED.c.last_ok_at,
    FEED.c.last_new_at,
    FEED.c.failures,
    FEED.c.last_outcome,
    FEED.c.last_detail,
    FEED.c.distrust_since_at,
    FEED.c.distrust_found_at,
    FEED.c.distrust_until_at,
    FEED.c.profile,
)
_STATE_COLUMNS = (
    *_HEALTH_COLUMNS,
    FEED.c.lease_seq,
    FEED.c.etag,
    FEED.c.last_modified,
    FEED.c.validators_host,
    FEED.c.body_hash,
    FEED.c.whole_due_at,
    FEED.c.unmodified_since_at,
)
IS_WATCHED = sa.and_(FEED.c.is_enabled, FEED.c.retired_at.is_(None))


def sync_feeds(tx: Transaction, feeds: Sequence[Feed], now: datetime) -> None:
    """Store the feeds of the configuration.

    New feeds are due at once. Removed feeds are retired, not deleted, so that they keep their state
    if they come back.
    """
    columns = [FEED.c[name] for name in ("id", *_CONFIGURED, "retired_at")]
    known = {row[0]: tuple(row[1:]) for row in tx.execute(sa.select(*columns))}
    wanted = {feed.id: _configured(feed) for feed in feeds}
    new = [{"id": id_} | values for id_, values in wanted.items() if id_ not in known]
    if new:
        defaults = _to_columns(FeedState(feed_id="", next_due_at=now)) | {"retired_at": None}
        tx.insert_new(FEED, [defaults | row for row in new])
    changed = [
        {"b_id": id_, "retired_at": None} | values
        for id_, values in wanted.items()
        if id_ in known and known[id_] != (*values.values(), None)
    ]
    if changed:
        tx.execute(FEED.update().where(FEED.c.id == sa.bindparam("b_id")), changed)
    gone = [id_ for id_, values in known.items() if id_ not in wanted and values[-1] is None]
    if gone:
        tx.execute(
            FEED.update().where(FEED.c.id == sa.bindparam("b_id")),
            [{"b_id": id_, "retired_at": now} for id_ in gone],
        )


def advance_polls(tx: Transaction, intervals: Mapping[str, timedelta], *, now: datetime) -> None:
    """Poll feeds after their new intervals at the latest; failing ones keep their back-off."""
    rows = [{"b_id": id_, "b_due": now + interval} for id_, interval in intervals.items()]
    if not rows:
        return
    is_later = (
        FEED.c.id == sa.bindparam("b_id"),
        FEED.c.failures == 0,
        FEED.c.next_due_at > sa.bindparam("b_due"),
    )
    tx.execute(FEED.update().where(*is_later).values(next_due_at=sa.bindparam("b_due")), rows)


def stored_feeds(tx: Transaction) -> dict[str, Feed]:
    """Return every feed that was ever configured, by id; tags are not stored."""
    names = ("id", "name", "url", "language", "country", "kind", "stance", "tier")
    rows = tx.execute(sa.select(*(FEED.c[name] for name in names)))
    return {row.id: Feed(**row._mapping) for row in rows}  # noqa: SLF001 - public despite its name


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed that is due and that no replica polls."""

    feed_id: str
    due_at: datetime
    last_outcome: str


def due_feeds(
    tx: Transaction,
    *,
    now: datetime,
    due_by: datetime | None = None,
    since: datetime | None = None,
) -> list[DueFeed]:
    """Return the feeds that are due and unclaimed, the longest due first.

    Args:
        tx: the transaction.
        now: the time.
        due_by: the latest due time; None means now.
        since: the earliest due time; None means any.
    """
    values = {"due_by": due_by or now, "b_now": now}
    if since is None:
        return [DueFeed(*row) for row in tx.execute(_DUE, values)]
    return [DueFeed(*row) for row in tx.execute(_DUE_SINCE, values | {"since": since})]


def claim_due_feeds(
    tx: Transaction,
    *,
    now: datetime,
    limit: int,
    lease: timedelta,
    only: Collection[str] | None = None,
    due_by: datetime | None = None,
) -> list[FeedState]:
    """Claim the feeds that have been due longest, until their lease ends.

    Args:
        tx: the transaction.
        now: the time.
        limit: the largest number of feeds.
        lease: the duration of the claim.
        only: feed ids to choose from; None means all.
        due_by: the latest due time; None means now.
    """
    claim = _claim(is_postgres=tx.is_postgres, has_choice=only is not None)
    values: dict[str, Any] = {"due_by": due_by or now, "b_now": now, "until": now + lease}
    values |= {"most": limit}
    if only is not None:
        values |= {"ids": list(only)}
    states = [_to_state(row) for row in tx.execute(claim, values)]
    return sorted(states, key=lambda state: (state.next_due_at or now, state.feed_id))


_IS_DUE = (
    IS_WATCHED,
    FEED.c.next_due_at <= sa.bindparam("due_by"),
    sa.or_(FEED.c.lease_until.is_(None), FEED.c.lease_until <= sa.bindparam("b_now")),
)
_DUE_COLUMNS = (FEED.c.id, FEED.c.next_due_at, FEED.c.last_outcome)
_DUE = sa.select(*_DUE_COLUMNS).where(*_IS_DUE).order_by(FEED.c.next_due_at)
_DUE_SINCE = _DUE.where(FEED.c.next_due_at >= sa.bindparam("since"))


@cache  # building this costs more than running it
def _claim(*, is_postgres: bool, has_choice: bool) -> sa.Executable:
    is_due = list(_IS_DUE)
    if has_choice:
        is_due.append(FEED.c.id.in_(sa.bindparam("ids", expanding=True)))
    due = sa.select(FEED.c.id).where(*is_due).order_by(FEED.c.next_due_at)
    due = due.limit(sa.bindparam("most", type_=sa.Integer))
    if is_postgres:
        due = due.with_for_update(skip_locked=True)
    return (
        FEED.update()
        .where(FEED.c.id.in_(due.scalar_subquery()))
        .values(lease_until=sa.bindparam("until"), lease_seq=FEED.c.lease_seq + 1)
        .returning(*_STATE_COLUMNS)
    )


def oldest_claim(tx: Transaction, *, now: datetime, lease: timedelta) -> datetime | None:
    """Return the claim time of the oldest running poll; None if no poll is running."""
    ends = sa.select(sa.func.min(FEED.c.lease_until).label("at")).where(FEED.c.lease_until > now)
    end: datetime | None = tx.execute(ends).scalar()
    return end - lease if end else None


def complete_polls(tx: Transaction, states: Sequence[FeedState]) -> list[bool]:
    """Store the results of polls and end their leases; False for feeds claimed again since."""
    ours = _hold(tx, states)
    rows = [
        _to_columns(state) | {"b_id": state.feed_id}
        for state, is_ours in zip(states, ours, strict=True)
        if is_ours
    ]
    if rows:
        tx.execute(_COMPLETE, rows)
        note_windows(tx, [state for state, is_ours in zip(states, ours, strict=True) if is_ours])
    return ours


def reset_feed_leases(tx: Transaction, states: Sequence[FeedState]) -> None:
    """End the leases of feeds that were not polled; they stay due."""
    rows = [{"b_id": state.feed_id, "b_seq": state.lease_seq} for state in states]
    if rows:
        reset = FEED.update().where(
            FEED.c.id == sa.bindparam("b_id"), FEED.c.lease_seq == sa.bindparam("b_seq")
        )
        tx.execute(reset.values(lease_until=None), rows)


def reset_leases(
    tx: Transaction,
    now: datetime,
    holding: Collection[str] = (),
    fallbacks: Mapping[str, Fallback] = NO_FALLBACKS,
) -> None:
    """Reset every lease at the start of the only process that uses an SQLite file.

    Deliveries that were being sent are handled as if their leases had ended; see
    `expire_deliveries`.
    """
    tx.execute(
        FEED.update()
        .where(FEED.c.lease_until.is_not(None))
        .values(lease_until=None, lease_seq=FEED.c.lease_seq + 1)
    )
    return_unanswered(
        tx,
        DELIVERY.c.state == DeliveryState.SENDING.value,
        now=now,
        holding=holding,
        fallbacks=fallbacks,
    )


def feed_state(tx: Transaction, feed_id: str) -> FeedState | None:
    """Return the state of a feed, if it was ever configured."""
    row = tx.execute(sa.select(*_STATE_COLUMNS).where(FEED.c.id == feed_id)).first()
    return _to_state(row) if row else None


def feed_states(tx: Transaction) -> dict[str, FeedState]:
    """Return the state of every configured feed, by id."""
    rows = tx.execute(sa.select(*_STATE_COLUMNS).where(FEED.c.retired_at.is_(None)))
    return {row.id: _to_state(row) for row in rows}


def watched_feeds(tx: Transaction) -> list[WatchedFeed]:
    """Return the feeds that are enabled and configured, by name.

    Their states are without the columns that only a poll needs: health checks read all feeds
    several times a minute, and half of that time went into those columns.
    """
    query = sa.select(FEED.c.name, FEED.c.url, *_HEALTH_COLUMNS).where(IS_WATCHED)
    return [
        WatchedFeed(name=name, url=url, state=_to_health(row))
        for name, url, *row in tx.execute(query.order_by(FEED.c.name))
    ]


def has_lease(tx: Transaction, state: FeedState) -> bool:
    """Return True if a claim is the newest one of its feed, and lock the feed until the commit."""
    return _hold(tx, [state])[0]


def write_state(tx: Transaction, state: FeedState) -> None:
    """Store a feed's state and end its lease; call `has_lease` first."""
    tx.execute(_COMPLETE, [_to_columns(state) | {"b_id": state.feed_id}])
    note_windows(tx, [state])


_SEQS = sa.select(FEED.c.id, FEED.c.lease_seq).where(
    FEED.c.id.in_(sa.bindparam("ids", expanding=True))
)
_SEQS_LOCKED = _SEQS.order_by(FEED.c.id).with_for_update()


def _hold(tx: Transaction, states: Sequence[FeedState]) -> list[bool]:
    query = _SEQS_LOCKED if tx.is_postgres else _SEQS
    rows = tx.execute(query, {"ids": [state.feed_id for state in states]})
    seqs = {row.id: row.lease_seq for row in rows}
    return [seqs.get(state.feed_id) == state.lease_seq for state in states]


def _configured(feed: Feed) -> dict[str, Any]:
    values = {name: getattr(feed, name) for name in _CONFIGURED[:-1]}
    return values | {"is_enabled": feed.enabled}


_AFTER_REDIRECT = "//"  # before the host of validators that came after a redirect


def validators_host(validators: Validators) -> str:
    """Return the host of validators as it is stored, marked if they came after a redirect."""
    return (_AFTER_REDIRECT if validators.is_redirected else "") + validators.host


def to_validators(etag: str, last_modified: str, host: str) -> Validators:
    """Return stored validators; see `validators_host`."""
    return Validators(
        etag=etag,
        last_modified=last_modified,
        host=host.removeprefix(_AFTER_REDIRECT),
        is_redirected=host.startswith(_AFTER_REDIRECT),
    )


def _to_columns(state: FeedState) -> dict[str, Any]:
    return {
        "lease_seq": state.lease_seq,
        "lease_until": None,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "validators_host": validators_host(state.validators),
        "body_hash": state.body_hash,
        "baseline_at": state.baseline_at,
        "next_due_at": state.next_due_at,
        "last_polled_at": state.last_polled_at,
        "last_ok_at": state.last_ok_at,
        "last_new_at": state.last_new_at,
        "failures": state.failures,
        "last_outcome": state.last_outcome,
        "last_detail": state.last_detail,
        "whole_due_at": state.whole_due_at,
        "unmodified_since_at": state.unmodified_since_at,
        "distrust_since_at": state.distrust.since_at if state.distrust else None,
        "distrust_found_at": state.distrust.found_at if state.distrust else None,
        "distrust_until_at": state.distrust.until_at if state.distrust else None,
        "profile": None if state.profile == NO_PROFILE else state.profile,
    }


_COMPLETE = (
    FEED.update()
    .where(FEED.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(name) for name in _to_columns(FeedState(feed_id=""))})
)


def _to_state(row: Sequence[Any]) -> FeedState:
    health, rest = row[: len(_HEALTH_COLUMNS)], row[len(_HEALTH_COLUMNS) :]
    lease_seq, etag, last_modified, host, body_hash, whole_due_at, unmodified_since_at = rest
    return replace(
        _to_health(health),
        lease_seq=lease_seq,
        validators=to_validators(etag, last_modified, host),
        body_hash=bytes(body_hash),
        whole_due_at=whole_due_at,
        unmodified_since_at=unmodified_since_at,
    )


def _to_health(row: Sequence[Any]) -> FeedState:
    """Return a state without the columns that only a poll needs."""
    id_, baseline_at, due_at, polled_at, ok_at, new_at, failures, outcome, detail, *rest = row
    *distrust, profile = rest
    return FeedState(
        feed_id=id_,
        baseline_at=baseline_at,
        next_due_at=due_at,
        last_polled_at=polled_at,
        last_ok_at=ok_at,
        last_new_at=new_at,
        failures=failures,
        last_outcome=outcome,
        last_detail=detail,
        distrust=_to_distrust(*distrust),
        profile=profile or NO_PROFILE,
    )


def _to_distrust(
    since_at: datetime | None, found_at: datetime | None, until_at: datetime | None
) -> Distrust | None:
    if since_at is None or found_at is None or until_at is None:
        return None
    return Distrust(since_at=since_at, found_at=found_at, until_at=until_at)


def distrusted_feeds(tx: Transaction, now: datetime) -> dict[str, Distrust]:
    """Return the feeds whose validators are not sent, by name."""
    columns = (FEED.c.distrust_since_at, FEED.c.distrust_found_at, FEED.c.distrust_until_at)
    query = sa.select(FEED.c.name, *columns).where(IS_WATCHED, FEED.c.distrust_until_at > now)
    rows = tx.execute(query.order_by(FEED.c.name))
    return {
        name: Distrust(since_at=since_at, found_at=found_at, until_at=until_at)
        for name, since_at, found_at, until_at in rows
    }
