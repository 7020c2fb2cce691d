"""Writes the corrections of people: merged and split stories, and released entries.

A report stays in the story that a person chose, even when the fold window is rebuilt.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import (
    BY_HAND,
    Action,
    AlertFacts,
    LinkKind,
    Reason,
    Relation,
    Release,
    Story,
    StoryConstraint,
)
from straitwatch.store.constraints import (
    delete_constraints_between,
    oldest_report,
    reports_apart,
    write_constraints,
)
from straitwatch.store.delivery_rows import facts_adapter
from straitwatch.store.entries import held_entries
from straitwatch.store.entry_rows import StoredEntry
from straitwatch.store.outbox import add_deliveries, insert_alerts
from straitwatch.store.poll_writer import HELD
from straitwatch.store.rows import ALERT, ENTRY, REPORT, STORY
from straitwatch.store.stories import fold_lock, outdate_windows, stories_by_id, write_stories
from straitwatch.store.transaction import Transaction

_MAX_REPORTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The author and time of a correction."""

    made_at: datetime
    author: str = ""

    def constrain(
        self, kind: LinkKind, report: str, others: Sequence[str]
    ) -> list[StoryConstraint]:
        """Return a constraint between one report and each of the others."""
        return [
            StoryConstraint(
                report_a=report,
                report_b=other,
                kind=kind,
                made_at=self.made_at,
                author=self.author,
            )
            for other in others
        ]


def record_merge(tx: Transaction, keep: str, other: str, by: Signature) -> None:
    """Move the reports of the story `other` to `keep`; its id refers to `keep` from now on."""
    delete_constraints_between(tx, keep, other, kind=LinkKind.CANNOT_LINK)
    first, joining = oldest_report(tx, keep), oldest_report(tx, other)
    if first and joining:
        write_constraints(tx, by.constrain(LinkKind.MUST_LINK, first, [joining]))
    _move(tx, REPORT.c.story_id == other, keep)
    is_part = (STORY.c.id == other) | (STORY.c.merged_into == other)
    tx.execute(STORY.update().where(is_part).values(merged_into=keep))


def restore_merged(
    tx: Transaction, keep: str, other: str, *, led_to_other: Collection[str]
) -> Story | None:
    """Make a merged story one of its own again, without reports; None if it is not merged.

    The ids of the stories that had been merged into it lead to it again.
    """
    is_merged = STORY.c.merged_into == keep
    restored = STORY.update().where(STORY.c.id == other, is_merged).values(merged_into=None)
    if not tx.execute(restored).rowcount:
        return None
    led = STORY.update().where(STORY.c.id.in_(led_to_other), is_merged)
    tx.execute(led.values(merged_into=other))
    return stories_by_id(tx, [other]).get(other)


def alerts_after(tx: Transaction, story_id: str, revision: int) -> list[AlertFacts]:
    """Return the alerts of a story after this revision, oldest first."""
    query = sa.select(ALERT.c.facts).where(
        ALERT.c.story_id == story_id,
        ALERT.c.revision > revision,
        ALERT.c.facts_type == AlertFacts.__name__,
    )
    adapter = facts_adapter(AlertFacts.__name__)
    found = tx.execute(query.order_by(ALERT.c.revision)).scalars()
    return [adapter.validate_json(facts) for facts in found]


def record_split(
    tx: Transaction, story_id: str, fresh: Story, moved: Collection[str], by: Signature
) -> None:
    """Write a new story and move reports of an old one to it."""
    write_stories(tx, [fresh])
    _move(tx, REPORT.c.entry_id.in_(moved), fresh.id)
    _promote_first_report(tx, story_id)
    _open_with_first(tx, fresh.id)
    _constrain_split(tx, story_id, fresh.id, by, moved=sorted(moved))


def _constrain_split(
    tx: Transaction, story_id: str, fresh_id: str, by: Signature, *, moved: Sequence[str]
) -> None:
    """Store constraints that keep the two stories apart; the first reports represent them."""
    delete_constraints_between(tx, story_id, fresh_id, kind=LinkKind.MUST_LINK)
    first, stays = oldest_report(tx, fresh_id), oldest_report(tx, story_id)
    others = [entry_id for entry_id in moved if entry_id != first]
    # The report that represented the story so far may be one of those that moved.
    apart = {*moved, *reports_apart(tx, moved)} - {stays}
    write_constraints(
        tx,
        by.constrain(LinkKind.CANNOT_LINK, stays, sorted(apart))
        + by.constrain(LinkKind.MUST_LINK, first, others),
    )


def held_reports(
    tx: Transaction, feed_id: str, *, reason: Reason, since_at: datetime
) -> list[StoredEntry]:
    """Return the reports of a feed that are held back for a reason, oldest first."""
    fold_lock(tx)
    return held_entries(tx, feed_id, reason=reason, since_at=since_at, limit=_MAX_REPORTS)


def apply_release(tx: Transaction, release: Release, *, now: datetime) -> None:
    """Write the release of held reports; the next digest lists them as new."""
    for entry_id, decision in release.decisions.items():
        values = {
            "action": decision.action.value,
            "reason": decision.reason.value,
            "config_version": release.config_version,
        }
        is_held = (ENTRY.c.id == entry_id) & ENTRY.c.reason.in_(HELD)
        if tx.execute(ENTRY.update().where(is_held).values(values)).rowcount:
            of_entry = REPORT.c.entry_id == entry_id
            tx.execute(REPORT.update().where(of_entry).values(released_at=now))
    _write_messages(tx, release)


def apply_alert(tx: Transaction, release: Release, *, now: datetime) -> None:
    """Write the alert on reports that a person split off; the next digest lists them as new.

    Earlier decisions to send stay.
    """
    is_unsent = ENTRY.c.action.not_in((Action.ALERT.value, Action.UPDATE.value))
    for entry_id, decision in release.decisions.items():
        values = {
            "action": decision.action.value,
            "reason": decision.reason.value,
            "config_version": release.config_version,
        }
        is_entry = ENTRY.c.id == entry_id
        where = is_entry if decision.is_sent else is_entry & is_unsent
        tx.execute(ENTRY.update().where(where).values(values))
        if decision.action is not Action.NONE:
            of_entry = REPORT.c.entry_id == entry_id
            tx.execute(REPORT.update().where(of_entry).values(released_at=now))
    _write_messages(tx, release)


def _write_messages(tx: Transaction, release: Release) -> None:
    write_stories(tx, release.stories)
    insert_alerts(tx, release.alerts)
    add_deliveries(tx, release.deliveries, alerts=release.alerts)
    outdate_windows(tx)  # in which these reports are unsent


def _move(tx: Transaction, which: sa.ColumnElement[bool], story_id: str) -> None:
    """Put reports into a story by hand.

    Their scores stay, because a list's threshold is derived from them. So does the relation of a
    page that came again, which has no score.
    """
    is_page = REPORT.c.relation == Relation.SAME_ENTRY.value
    values = {
        "story_id": story_id,
        "relation": sa.case((is_page, REPORT.c.relation), else_=Relation.SAME_EVENT.value),
        "reason": BY_HAND,
        "evidence": (),
        "is_probable": False,
    }
    tx.execute(REPORT.update().where(which).values(values))
    outdate_windows(tx)


def _promote_first_report(tx: Transaction, story_id: str) -> None:
    """Make the oldest remaining report the first of its story, even if it repeats a page."""
    first = sa.select(sa.func.min(REPORT.c.seq)).where(REPORT.c.story_id == story_id)
    is_page = REPORT.c.relation == Relation.SAME_ENTRY.value
    values = {"relation": Relation.SAME_EVENT.value, "reason": BY_HAND}
    tx.execute(
        REPORT.update().where(REPORT.c.seq == first.scalar_subquery(), is_page).values(values)
    )


def _open_with_first(tx: Transaction, story_id: str) -> None:
    """Make the oldest report the first of its story."""
    is_first = REPORT.c.entry_id == oldest_report(tx, story_id)
    tx.execute(REPORT.update().where(is_first).values(relation=Relation.NEW.value))
