"""Stores decisions of people about pairs of reports: one story or two."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import LinkKind, StoryConstraint
from straitwatch.store.rows import REPORT, STORY_CONSTRAINT
from straitwatch.store.transaction import Transaction


def story_constraints(
    tx: Transaction, *, since_at: datetime | None = None
) -> list[StoryConstraint]:
    """Return all decisions, or those since a time, which cover every report since then."""
    table = STORY_CONSTRAINT.c
    query = sa.select(STORY_CONSTRAINT).order_by(table.report_a, table.report_b)
    if since_at is not None:
        query = query.where(table.made_at >= since_at)
    return [
        StoryConstraint(
            report_a=row.report_a,
            report_b=row.report_b,
            kind=LinkKind(row.kind),
            made_at=row.made_at,
            author=row.author,
        )
        for row in tx.execute(query)
    ]


def write_constraints(tx: Transaction, constraints: Iterable[StoryConstraint]) -> None:
    """Store decisions; a later one about the same pair replaces the earlier one."""
    rows = [
        {
            "report_a": min(constraint.report_a, constraint.report_b),
            "report_b": max(constraint.report_a, constraint.report_b),
            "kind": constraint.kind.value,
            "author": constraint.author,
            "made_at": constraint.made_at,
        }
        for constraint in constraints
    ]
    key, changed = ("report_a", "report_b"), ("kind", "author", "made_at")
    tx.upsert(STORY_CONSTRAINT, rows, key=key, changed=changed)


def delete_constraints_between(
    tx: Transaction, story_id: str, other_id: str, *, kind: LinkKind
) -> None:
    """Delete the decisions about reports of two stories."""
    own, other = _reports_of(story_id), _reports_of(other_id)
    table = STORY_CONSTRAINT.c
    are_between = sa.or_(
        table.report_a.in_(own) & table.report_b.in_(other),
        table.report_a.in_(other) & table.report_b.in_(own),
    )
    tx.execute(STORY_CONSTRAINT.delete().where(table.kind == kind.value, are_between))


def oldest_report(tx: Transaction, story_id: str) -> str:
    """Return the entry of the first report of a story, which represents it; "" if it was pruned."""
    query = _reports_of(story_id).order_by(REPORT.c.seq).limit(1)
    return tx.execute(query).scalar() or ""


def reports_apart(tx: Transaction, entry_ids: Collection[str]) -> set[str]:
    """Return the reports that must not be linked with one of these."""
    table = STORY_CONSTRAINT.c
    is_cut = table.kind == LinkKind.CANNOT_LINK.value
    pairs = ((table.report_a, table.report_b), (table.report_b, table.report_a))
    return {
        entry_id
        for near, far in pairs
        for entry_id in tx.execute(sa.select(far).where(is_cut, near.in_(entry_ids))).scalars()
    }


def _reports_of(story_id: str) -> sa.Select[tuple[str]]:
    return sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id)
