"""Carries out a click on a button of a Slack message."""

from datetime import datetime
from typing import Any

from straitwatch import store as db
from straitwatch.core.clicks import UNDO, Click
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, Facts, ManualAction
from straitwatch.core.offers import Subject, subjects_of
from straitwatch.pipeline.actions import ActionResult, act, undo
from straitwatch.store import Transaction


def carry_out(tx: Transaction, click: Click, *, now: datetime, beat: CompiledBeat) -> ActionResult:
    """Carry out a click and record it in one transaction; a repeated click changes nothing.

    Its message is edited in any case, because it showed a button that did not fit.
    """
    record = db.show_delivery(tx, click.delivery_id)
    subject = subject_named(record.facts, click.story_id) if record else None
    if subject is None:
        return ActionResult(problem="this message is no longer in the database")
    if click.command == UNDO:
        result = undo(tx, click.subject, author=click.author, now=now, beat=beat)
    else:
        wanted = wanted_action(
            ActionKind(click.command),
            subject,
            watchlist=click.detail,
            id=action_id("slack", *click.key),
            author=click.author,
            via=ActionVia.SLACK,
            made_at=now,
        )
        result = act(tx, wanted, beat=beat)
    db.queue_edits(tx, [click.delivery_id], now=now)
    return result


def subject_named(facts: Facts, story_id: str) -> Subject | None:
    """Return a story of a message, the first without a name; None if it is not in the message."""
    subjects = subjects_of(facts)
    return subjects.get(story_id) if story_id else next(iter(subjects.values()), None)


def wanted_action(
    kind: ActionKind, subject: Subject, *, watchlist: str, **values: Any
) -> ManualAction:
    """Return the action that a message offers on one of its stories."""
    is_merge = kind is ActionKind.MERGE
    about_report = kind in (ActionKind.NOT_RELEVANT, ActionKind.SPLIT) and subject.entry_id
    return ManualAction(
        kind=kind,
        # The story that began first keeps its id and its threads.
        story_id=subject.related_id if is_merge else subject.story_id,
        other_story_id=subject.story_id if is_merge else "",
        reports=(subject.entry_id,) if about_report else (),
        watchlists=(watchlist,) if kind is ActionKind.SNOOZE_LIST else (),
        **values,
    )
