"""Carries out a click on a button of a Slack message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from straitwatch import store as db
from straitwatch.core.clicks import UNDO, Click
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, AlertFacts, ManualAction
from straitwatch.core.render import show_actions
from straitwatch.pipeline.actions import ActionResult, act, undo
from straitwatch.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickResult:
    """The message as it looks after a click, or the reason why nothing was done."""

    blocks: tuple[Mapping[str, Any], ...] = ()
    problem: str = ""
    is_repeat: bool = False


def carry_out(tx: Transaction, click: Click, *, now: datetime, beat: CompiledBeat) -> ClickResult:
    """Carry out a click and record it in one transaction; a repeated click changes nothing."""
    record = db.show_delivery(tx, click.delivery_id)
    if record is None or not isinstance(record.facts, AlertFacts):
        return ClickResult(problem="this message is no longer in the database")
    if click.command == UNDO:
        result = undo(tx, click.subject, author=click.author, now=now, beat=beat)
    else:
        wanted = wanted_action(
            ActionKind(click.command),
            record.facts,
            watchlist=click.detail,
            id=action_id("slack", *click.key),
            author=click.author,
            via=ActionVia.SLACK,
            made_at=now,
        )
        result = act(tx, wanted, beat=beat)
    if result.problem:
        return ClickResult(problem=result.problem)
    return _shown(tx, click, record, result)


def wanted_action(
    kind: ActionKind, facts: AlertFacts, *, watchlist: str, **values: Any
) -> ManualAction:
    """Return the action that a message about a story offers."""
    is_merge = kind is ActionKind.MERGE
    about_report = kind in (ActionKind.NOT_RELEVANT, ActionKind.SPLIT)
    return ManualAction(
        kind=kind,
        # The story that began first keeps its id and its threads.
        story_id=facts.related_id if is_merge else facts.story_id,
        other_story_id=facts.story_id if is_merge else "",
        reports=(facts.entry_id,) if about_report else (),
        watchlists=(watchlist,) if kind is ActionKind.SNOOZE_LIST else (),
        **values,
    )


def _shown(
    tx: Transaction, click: Click, record: db.DeliveryRecord, result: ActionResult
) -> ClickResult:
    """Return the message with all actions on its story, which its later edits keep."""
    assert isinstance(record.facts, AlertFacts)  # noqa: S101 - checked by `carry_out`
    facts, delivery_id = record.facts, record.delivery.id
    actions = db.actions_of_story(tx, facts.story_id)
    blocks = tuple(show_actions(click.blocks, facts, delivery_id, actions))
    db.save_edit(tx, delivery_id, text=click.text, blocks=blocks)
    return ClickResult(blocks=blocks, is_repeat=result.is_repeat)
