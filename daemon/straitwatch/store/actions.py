"""Stores the actions of people, and whether they were undone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import ActionKind, ActionVia, ManualAction, Mark
from straitwatch.store.edits import queue_edits_of_stories
from straitwatch.store.rows import MANUAL_ACTION, STORY
from straitwatch.store.silences import expire_silence
from straitwatch.store.stories import LEAST_ID
from straitwatch.store.transaction import ResultRow, Transaction

_COLUMNS = tuple(column.name for column in MANUAL_ACTION.c)
_MAX_ACTIONS = 200  # of one story that are shown


def add_action(tx: Transaction, action: ManualAction) -> None:
    """Record an action that was carried out in this transaction."""
    row: dict[str, Any] = {name: getattr(action, name) for name in _COLUMNS}
    row |= {"kind": action.kind.value, "via": action.via.value}
    tx.execute(MANUAL_ACTION.insert(), row)
    _show(tx, action, action.made_at)


def find_action(tx: Transaction, action_id: str) -> ManualAction | None:
    """Return an action by its id, or by the first characters of it if they are unique."""
    query = sa.select(MANUAL_ACTION)
    row = tx.execute(query.where(MANUAL_ACTION.c.id == action_id)).first()
    if row is not None:
        return _to_action(row)
    if len(action_id) < LEAST_ID:
        return None
    begins = MANUAL_ACTION.c.id.startswith(action_id, autoescape=True)
    found = tx.execute(query.where(begins).limit(2)).all()
    return _to_action(found[0]) if len(found) == 1 else None


def actions_of_story(tx: Transaction, story_id: str) -> list[ManualAction]:
    """Return the actions on a story, newest first; also those that merged or split it off."""
    is_on = (MANUAL_ACTION.c.story_id == story_id) | (MANUAL_ACTION.c.other_story_id == story_id)
    return _newest(tx, sa.select(MANUAL_ACTION).where(is_on), _MAX_ACTIONS)


def actions_of_stories(
    tx: Transaction, story_ids: Collection[str]
) -> dict[str, list[ManualAction]]:
    """Return the actions on each of these stories, and on those that they were merged into."""
    if not story_ids:
        return {}
    query = sa.select(STORY.c.id, STORY.c.merged_into).where(STORY.c.id.in_(list(story_ids)))
    current = {row.id: row.merged_into or row.id for row in tx.execute(query)}
    ids = [*story_ids, *current.values()]
    is_on = MANUAL_ACTION.c.story_id.in_(ids) | MANUAL_ACTION.c.other_story_id.in_(ids)
    actions = _newest(tx, sa.select(MANUAL_ACTION).where(is_on), _MAX_ACTIONS)
    return {
        story_id: [
            action
            for action in actions
            if {action.story_id, action.other_story_id} & {story_id, current.get(story_id)}
        ]
        for story_id in story_ids
    }


def list_actions(tx: Transaction, *, limit: int = 50) -> list[ManualAction]:
    """Return the actions on all stories, newest first."""
    return _newest(tx, sa.select(MANUAL_ACTION), limit)


def actions_of_mark(tx: Transaction, mark: Mark) -> list[ManualAction]:
    """Return the action that made a mark, in a list; none for a mark of another origin."""
    query = sa.select(MANUAL_ACTION).where(
        MANUAL_ACTION.c.kind == ActionKind.NOT_RELEVANT.value,
        MANUAL_ACTION.c.made_at == mark.marked_at,
        MANUAL_ACTION.c.author == mark.marked_by,
    )
    found = _newest(tx, query, _MAX_ACTIONS)
    return [
        action
        for action in found
        if mark.entry_id in action.reports and mark.watchlist in action.watchlists
    ]


def note_undone(tx: Transaction, action: ManualAction, *, author: str, now: datetime) -> None:
    """Record that an action was undone."""
    values = {"undone_at": now, "undone_by": author}
    tx.execute(MANUAL_ACTION.update().where(MANUAL_ACTION.c.id == action.id).values(values))
    _show(tx, action, now)


def end_silence(tx: Transaction, silence_id: str, *, author: str, now: datetime) -> bool:
    """End a silence now, and undo the action that made it; return False if it is not active."""
    tx.is_durable = True
    if not expire_silence(tx, silence_id, now):
        return False
    row = tx.execute(sa.select(MANUAL_ACTION).where(MANUAL_ACTION.c.id == silence_id)).first()
    if row is not None and row.undone_at is None:
        note_undone(tx, _to_action(row), author=author, now=now)
    return True


def _show(tx: Transaction, action: ManualAction, now: datetime) -> None:
    """Show an action in the messages about its stories."""
    queue_edits_of_stories(tx, (action.story_id, action.other_story_id), now=now)


def _newest(tx: Transaction, query: sa.Select[Any], limit: int) -> list[ManualAction]:
    ordered = query.order_by(MANUAL_ACTION.c.made_at.desc(), MANUAL_ACTION.c.id).limit(limit)
    rows: Sequence[ResultRow] = tx.execute(ordered).all()
    return [_to_action(row) for row in rows]


def _to_action(row: ResultRow) -> ManualAction:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return ManualAction(**(values | {"kind": ActionKind(row.kind), "via": ActionVia(row.via)}))
