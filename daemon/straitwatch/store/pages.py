"""Stores the pages to fetch: claims them within the budgets, and records the results."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from straitwatch.core.identity import host_of
from straitwatch.core.model import (
    PageCause,
    PageOutcome,
    PagePolicy,
    PageState,
    PageTask,
    PageWish,
    PlannedEntry,
)
from straitwatch.core.policy import (
    EDIT_LOOKS,
    FULL_TEXT_WITHIN,
    PAGE_LEASE,
    PAGE_SPACING,
    USELESS_FOR,
    USELESS_PAGES,
    WATCHED_PAGES,
)
from straitwatch.store.feeds import to_validators, validators_host
from straitwatch.store.keys import url_key
from straitwatch.store.pauses import active_pauses
from straitwatch.store.rows import PAGE, REPORT
from straitwatch.store.transaction import ResultRow, Transaction

_HOUR = timedelta(hours=1)
_CHANGED = ("entry_id", "url", "task", "cause", "rank", "asked_at", "due_at", "failures")


def ask_for_pages(tx: Transaction, entries: Iterable[PlannedEntry], *, now: datetime) -> None:
    """Store the wishes of a poll, in its transaction; a page is never asked for twice.

    The page of an alert is watched from now on, also if its text was fetched before.
    """
    asked = [planned for planned in entries if planned.page and host_of(planned.entry.url)]
    rows = [_to_row(planned, planned.page, now=now) for planned in asked if planned.page]
    texts = [row for row in rows if row["key"] and row["task"] == PageTask.TEXT.value]
    tx.insert_new(PAGE, texts)
    watched = [row for row in rows if row["key"] and row["task"] == PageTask.EDITS.value]
    if watched:
        insert = tx.insert(PAGE)
        values = {name: insert.excluded[name] for name in _CHANGED}
        is_text = PAGE.c.task == PageTask.TEXT.value
        tx.execute(
            insert.on_conflict_do_update(index_elements=["key"], set_=values, where=is_text),
            watched,
        )
    for planned in asked:
        if planned.page and planned.page.task is PageTask.EDITS and planned.fold:
            _limit_watched(tx, planned.fold.story_id)


def _to_row(planned: PlannedEntry, wish: PageWish, *, now: datetime) -> dict[str, Any]:
    entry = planned.entry
    is_watch = wish.task is PageTask.EDITS
    return {
        "key": url_key(entry.canonical_url),
        "entry_id": entry.id,
        "url": entry.url,
        "host": host_of(entry.url),
        "task": wish.task.value,
        "cause": wish.cause.value,
        "detail": wish.detail,
        "rank": wish.cause.rank,
        "asked_at": now,
        "due_at": now + EDIT_LOOKS[0] if is_watch else now,
        "lease_until": None,
        "lease_seq": 0,
        "looks": 0,
        "failures": 0,
        "fetched_at": None,
        "rest_until": None,
        "outcome": PageOutcome.WAITING.value,
        "etag": "",
        "last_modified": "",
        "validators_host": "",
        "version": None,
    }


def _limit_watched(tx: Transaction, story_id: str) -> None:
    """Watch the page of a story that was alerted first, and the latest."""
    of_story = sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id)
    query = (
        sa.select(PAGE.c.key)
        .where(
            PAGE.c.entry_id.in_(of_story),
            PAGE.c.task == PageTask.EDITS.value,
            PAGE.c.due_at.is_not(None),
        )
        .order_by(PAGE.c.asked_at, PAGE.c.key)
    )
    keys = list(tx.execute(query).scalars())
    if extra := keys[1 : len(keys) - WATCHED_PAGES + 1]:
        ended = {"due_at": None, "outcome": PageOutcome.SUPERSEDED.value}
        tx.execute(PAGE.update().where(PAGE.c.key.in_(extra)).values(ended))


# ---------------------------------------------------------------- claims


def claim_pages(
    tx: Transaction, policy: PagePolicy, *, now: datetime, limit: int
) -> list[PageState]:
    """Claim the most urgent pages that are due, within the budgets of all hosts and of each.

    A claim counts as a request, so a page that is fetched when the process dies is not free.
    """
    if tx.execute(_due(now, ()).limit(1)).first() is None:
        return []
    if not tx.try_lock("pages"):  # another replica claims; the budgets are common
        return []
    recent = _recent_requests(tx, now)
    room = min(limit, policy.per_hour - sum(recent.values()))
    if room <= 0:
        return []
    busy = {host for host, count in recent.items() if count >= policy.per_host}
    claimed: dict[str, ResultRow] = {}  # one page of each host
    unavailable = busy | _resting_hosts(tx, now) | _useless_hosts(tx, now)
    unavailable |= set(active_pauses(tx, now))
    for row in tx.execute(_due(now, unavailable)):
        claimed.setdefault(row.host, row)
        if len(claimed) == room:
            break
    states = [_to_state(row) for row in claimed.values()]
    if states:
        values = {
            "lease_until": now + PAGE_LEASE,
            "lease_seq": PAGE.c.lease_seq + 1,
            "fetched_at": now,
        }
        keys = [state.key for state in states]
        tx.execute(PAGE.update().where(PAGE.c.key.in_(keys)).values(values))
    return [replace(state, lease_seq=state.lease_seq + 1, fetched_at=now) for state in states]


def _recent_requests(tx: Transaction, now: datetime) -> dict[str, int]:
    """Count the pages requested in the last hour, by host; most are requested once in it."""
    query = (
        sa.select(PAGE.c.host, sa.func.count())
        .where(PAGE.c.fetched_at > now - _HOUR)
        .group_by(PAGE.c.host)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def _resting_hosts(tx: Transaction, now: datetime) -> set[str]:
    """Return the hosts that refused a page, or gave one a moment ago."""
    query = (
        sa.select(PAGE.c.host)
        .where(sa.or_(PAGE.c.rest_until > now, PAGE.c.fetched_at > now - PAGE_SPACING))
        .distinct()
    )
    return set(tx.execute(query).scalars())


def _useless_hosts(tx: Transaction, now: datetime) -> set[str]:
    """Return the hosts none of whose pages had an article lately: they need JavaScript."""
    is_useless = PAGE.c.outcome == PageOutcome.NO_TEXT.value
    query = (
        sa.select(PAGE.c.host)
        .where(PAGE.c.fetched_at > now - USELESS_FOR, PAGE.c.outcome != PageOutcome.WAITING.value)
        .group_by(PAGE.c.host)
        .having(sa.func.count() >= USELESS_PAGES)
        .having(sa.func.count() == sa.func.sum(sa.case((is_useless, 1), else_=0)))
    )
    return set(tx.execute(query).scalars())


def _due(now: datetime, unavailable: Iterable[str]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(PAGE)
        .where(
            PAGE.c.due_at <= now,
            sa.or_(PAGE.c.lease_until.is_(None), PAGE.c.lease_until <= now),
            PAGE.c.host.not_in(list(unavailable)),
        )
        .order_by(PAGE.c.rank, PAGE.c.due_at.desc())  # news before older news
        .limit(200)
    )


def reset_page_leases(tx: Transaction) -> None:
    """Make the pages of a crashed process due again."""
    tx.execute(
        PAGE.update()
        .where(PAGE.c.lease_until.is_not(None))
        .values(lease_until=None, lease_seq=PAGE.c.lease_seq + 1)
    )


def expire_pages(tx: Transaction, *, now: datetime) -> int:
    """Give up on texts that the budget did not reach in time; return their number."""
    is_late = sa.and_(
        PAGE.c.task == PageTask.TEXT.value,
        PAGE.c.due_at.is_not(None),
        PAGE.c.asked_at < now - FULL_TEXT_WITHIN,
        sa.or_(PAGE.c.lease_until.is_(None), PAGE.c.lease_until <= now),
    )
    ended = {"due_at": None, "outcome": PageOutcome.EXPIRED.value}
    return tx.execute(PAGE.update().where(is_late).values(ended)).rowcount


def complete_page(tx: Transaction, state: PageState) -> bool:
    """Store the result of a request and end its lease; False if the page was claimed again."""
    values: dict[str, Any] = {
        "lease_until": None,
        "due_at": state.due_at,
        "looks": state.looks,
        "failures": state.failures,
        "fetched_at": state.fetched_at,
        "rest_until": state.rest_until,
        "outcome": str(state.outcome),
        "detail": state.detail,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "validators_host": validators_host(state.validators),
        "version": state.version,
    }
    is_ours = sa.and_(PAGE.c.key == state.key, PAGE.c.lease_seq == state.lease_seq)
    return tx.execute(PAGE.update().where(is_ours).values(values)).rowcount == 1


# ---------------------------------------------------------------- for people


def page_of_entry(tx: Transaction, entry_id: str) -> PageState | None:
    """Return the page of an entry, if it was asked for."""
    row = tx.execute(sa.select(PAGE).where(PAGE.c.entry_id == entry_id)).first()
    return _to_state(row) if row else None


def count_pages(tx: Transaction, *, since_at: datetime) -> Mapping[str, int]:
    """Count the pages by their last outcome: those that wait, and those requested since a time."""
    is_recent = sa.or_(PAGE.c.due_at.is_not(None), PAGE.c.fetched_at > since_at)
    query = sa.select(PAGE.c.outcome, sa.func.count()).where(is_recent).group_by(PAGE.c.outcome)
    return {row[0]: row[1] for row in tx.execute(query)}


def _to_state(row: ResultRow) -> PageState:
    return PageState(
        key=bytes(row.key),
        entry_id=row.entry_id,
        url=row.url,
        host=row.host,
        task=PageTask(row.task),
        cause=PageCause(row.cause),
        detail=row.detail,
        asked_at=row.asked_at,
        due_at=row.due_at,
        lease_seq=row.lease_seq,
        looks=row.looks,
        failures=row.failures,
        fetched_at=row.fetched_at,
        rest_until=row.rest_until,
        outcome=row.outcome,
        validators=to_validators(row.etag, row.last_modified, row.validators_host),
        version=row.version,
    )
