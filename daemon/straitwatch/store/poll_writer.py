"""Writes the plan of one poll: entries, matches, reports, stories and messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.feature_text import features_to_text
from straitwatch.core.listing import heading_of
from straitwatch.core.model import (
    SAME_GUID,
    Action,
    Features,
    Plan,
    PlannedEntry,
    Reason,
)
from straitwatch.core.search import searchable
from straitwatch.store.entry_rows import SENT_ACTIONS
from straitwatch.store.feeds import has_lease, write_state
from straitwatch.store.keys import title_key, url_key
from straitwatch.store.outbox import add_deliveries, insert_alerts
from straitwatch.store.pages import ask_for_pages
from straitwatch.store.rows import (
    ENTRY,
    MATCH,
    REPORT,
    SENT_EDIT,
)
from straitwatch.store.seen import write_seen
from straitwatch.store.shadow import write_differences
from straitwatch.store.stories import fold_lock, write_stories
from straitwatch.store.transaction import Transaction


def apply_plan(tx: Transaction, plan: Plan) -> bool:
    """Write everything that a poll changes, unless its feed was claimed again since.

    Return False, and write no row, in that case. Applying a plan twice has the same effect as once.
    The new state of the feed is written with the last part of a poll.
    """
    if any(planned.fold for planned in plan.entries):
        fold_lock(tx)  # before any row lock; report numbers then follow the order of commits
    if not has_lease(tx, plan.state):
        return False
    write_plan(tx, plan)
    if plan.is_last:
        write_state(tx, plan.state)
        if plan.seen is not None:
            write_seen(tx, plan.state.feed_id, plan.seen)
    return True


def write_plan(tx: Transaction, plan: Plan) -> None:
    """Write everything that a plan changes but the state of the feed."""
    now = plan.state.last_polled_at
    if now is None:
        raise ValueError(f"the plan of feed {plan.state.feed_id} does not say when it was polled")
    _write_entries(tx, plan, now=now)
    write_stories(tx, plan.stories)
    _write_matches(tx, plan.entries)
    _write_reports(tx, plan.entries, now=now)
    if plan.shadow_version:
        write_differences(tx, plan, now=now)
    insert_alerts(tx, plan.alerts)
    add_deliveries(tx, plan.deliveries, alerts=plan.alerts)
    ask_for_pages(tx, plan.entries, now=now)


def _write_entries(tx: Transaction, plan: Plan, *, now: datetime) -> None:
    tx.insert_new(ENTRY, [_to_row(new, plan, now=now) for new in plan.entries if new.is_new])
    edited = [_to_edit(known, plan, now=now) for known in plan.entries if not known.is_new]
    _write_sent_edits(tx, plan.entries, now=now)  # reads the earlier decisions
    if edited:
        tx.execute(_EDIT, edited)


def _to_row(planned: PlannedEntry, plan: Plan, *, now: datetime) -> dict[str, Any]:
    entry = planned.entry
    return {
        "id": entry.id,
        "feed_id": plan.state.feed_id,
        "guid": entry.guid,
        "url": entry.url,
        "canonical_url": entry.canonical_url,
        "canonical_key": url_key(entry.canonical_url),
        "title": entry.title,
        "title_key": title_key(entry.title),
        "summary": entry.summary,
        "content": entry.content,
        "authors": entry.authors,
        "links": entry.links,
        "published_at": entry.published_at,
        "language": entry.language,
        "source": entry.source,
        "text_hash": entry.text_hash,
        "has_page_text": entry.has_page_text,
        "seen_at": now,
        "action": planned.decision.action.value,
        "reason": planned.decision.reason.value,
        "config_version": plan.config_version,
    }


_EDITABLE = (
    "url",
    "canonical_url",
    "canonical_key",
    "title",
    "title_key",
    "summary",
    "content",
    "authors",
    "links",
    "published_at",
    "language",
    "source",
    "text_hash",
    "has_page_text",
    "edited_at",
)
_DECIDED = ("action", "reason", "config_version")
_STRENGTH = {Action.NONE: 0, Action.DIGEST: 1, Action.UPDATE: 2, Action.ALERT: 3}
_STORED_STRENGTH = sa.case(
    {action.value: strength for action, strength in _STRENGTH.items()}, value=ENTRY.c.action
)
HELD = (Reason.REKEYED.value, Reason.BASELINE.value)
# Not IN (...): SQLAlchemy would then run the edits one by one.
_IS_HELD = sa.or_(*(ENTRY.c.reason == reason for reason in HELD))
_KEEPS = sa.or_(  # the stored decision is stronger, or the entry is held back until its release
    sa.bindparam("b_strength") < _STORED_STRENGTH,
    sa.and_(_IS_HELD, sa.bindparam("b_strength") <= 1),
)
_EDIT = (  # an edit keeps the strongest decision about its entry: an alert cannot be unsent
    ENTRY.update()
    .where(ENTRY.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(name) for name in _EDITABLE})
    .values(
        {
            name: sa.case((_KEEPS, ENTRY.c[name]), else_=sa.bindparam(f"b_{name}"))
            for name in _DECIDED
        }
    )
)


def _to_edit(planned: PlannedEntry, plan: Plan, *, now: datetime) -> dict[str, Any]:
    row = _to_row(planned, plan, now=now)
    edit = {name: row[name] for name in _EDITABLE if name != "edited_at"}
    return edit | {
        "edited_at": now,
        "b_id": planned.entry.id,
        **{f"b_{name}": row[name] for name in _DECIDED},
        "b_strength": _STRENGTH[planned.decision.action],
    }


def _write_sent_edits(tx: Transaction, entries: Sequence[PlannedEntry], *, now: datetime) -> None:
    sent = {
        planned.entry.id: features_to_text(planned.features)
        for planned in entries
        if planned.decision.is_sent
        and planned.features
        and planned.fold
        and planned.fold.reason == SAME_GUID
    }
    if not sent:
        return
    actions = sa.select(ENTRY.c.id, ENTRY.c.action).where(ENTRY.c.id.in_(sent))
    before = {row.id: row.action for row in tx.execute(actions)}
    rows = [
        {
            "entry_id": id_,
            "features": features,
            "is_first": before.get(id_) not in SENT_ACTIONS,
            "sent_at": now,
        }
        for id_, features in sent.items()
    ]
    tx.execute(SENT_EDIT.insert(), rows)


def _write_matches(tx: Transaction, entries: Sequence[PlannedEntry]) -> None:
    matches = [
        {
            "entry_id": planned.entry.id,
            "watchlist": match.watchlist,
            "score": match.score,
            "severity": match.severity.value,
            "hits": match.hits,
            "rules": match.rules,
        }
        for planned in entries
        for match in planned.matches
    ]
    key, changed = ("entry_id", "watchlist"), ("score", "severity", "hits", "rules")
    tx.upsert(MATCH, matches, key=key, changed=changed)


# An edit leaves its report in its story.
_EDITED = ("canonical_key", "watchlists", "headline", "attributions")
_REFOLDED = (  # all but `reported_at`, which gives a report its place in the order
    "story_id",
    "canonical_key",
    "watchlists",
    "headline",
    "relation",
    "reason",
    "score",
    "threshold",
    "evidence",
    "related",
    "usual",
    "is_probable",
    "novelty",
    "features",
    "attributions",
    "vector",
    "vector_model",
)


def _write_reports(tx: Transaction, entries: Sequence[PlannedEntry], *, now: datetime) -> None:
    reports = [
        {
            "entry_id": planned.entry.id,
            "story_id": planned.fold.story_id,
            "canonical_key": url_key(planned.entry.canonical_url),
            "watchlists": tuple(match.watchlist for match in planned.matches),
            "headline": searchable(heading_of(planned.entry)),
            "relation": planned.fold.relation.value,
            "reason": planned.fold.reason,
            "score": planned.fold.score,
            "threshold": planned.fold.threshold,
            "evidence": planned.fold.evidence,
            "related": planned.fold.related,
            "usual": planned.fold.usual,
            "is_probable": planned.fold.is_probable,
            "novelty": planned.fold.novelty,
            "attributions": planned.attributions,
            "reported_at": now,
            **_feature_columns(planned.features),
        }
        for planned in entries
        if planned.fold
    ]
    edited = [row for row in reports if row["reason"] == SAME_GUID]
    folded = [row for row in reports if row["reason"] != SAME_GUID]
    tx.upsert(REPORT, folded, key=("entry_id",), changed=_REFOLDED)
    tx.upsert(REPORT, edited, key=("entry_id",), changed=_EDITED)


def _feature_columns(features: Features | None) -> dict[str, Any]:
    vector = features.vector if features else None
    return {
        "features": features_to_text(features) if features else None,
        "vector": vector.values if vector else None,
        "vector_model": vector.model if vector else "",
    }
