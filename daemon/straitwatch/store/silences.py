"""Stores silences made by command; those of the configuration are not stored."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import Severity, Silence
from straitwatch.core.story import union
from straitwatch.store.mutes import hold_again
from straitwatch.store.rows import SILENCE, STORY
from straitwatch.store.transaction import Transaction


def add_silence(tx: Transaction, silence: Silence, *, now: datetime) -> None:
    """Store a silence; it replaces one with the same id."""
    row = {
        "id": silence.id,
        "watchlists": silence.watchlists,
        "severities": tuple(level.value for level in silence.severities),
        "tags": silence.tags,
        "stances": silence.stances,
        "languages": silence.languages,
        "stories": silence.stories,
        "starts_at": silence.starts_at or now,
        "until_at": silence.until_at,
        "author": silence.author,
        "reason": silence.reason,
    }
    tx.upsert(SILENCE, [row], key=("id",), changed=tuple(name for name in row if name != "id"))


def active_silences(tx: Transaction, now: datetime) -> tuple[Silence, ...]:
    """Return the active and future silences, the next to end first."""
    return _read(tx, SILENCE.c.until_at > now)


def all_silences(tx: Transaction) -> tuple[Silence, ...]:
    """Return every stored silence, those that have ended too."""
    return _read(tx, sa.true())


def expire_silence(tx: Transaction, silence_id: str, now: datetime) -> bool:
    """End a silence now, and hold the messages again that it cancelled.

    Return False if no active or future silence has this id.
    """
    is_active = sa.and_(SILENCE.c.id == silence_id, SILENCE.c.until_at > now)
    silence = tx.execute(sa.select(SILENCE.c.stories, SILENCE.c.starts_at).where(is_active)).first()
    if silence is None:
        return False
    tx.execute(SILENCE.update().where(is_active).values(until_at=now))
    if silence.stories:
        hold_again(tx, silence.stories, since_at=silence.starts_at, now=now)
    return True


def _read(tx: Transaction, condition: sa.ColumnElement[bool]) -> tuple[Silence, ...]:
    query = sa.select(SILENCE).where(condition).order_by(SILENCE.c.until_at, SILENCE.c.id)
    silences = tuple(
        Silence(**(dict(row) | {"severities": tuple(map(Severity, row["severities"]))}))
        for row in tx.execute(query).mappings()
    )
    return _with_merged(tx, silences)


def _with_merged(tx: Transaction, silences: tuple[Silence, ...]) -> tuple[Silence, ...]:
    """Add the stories into which silenced ones were merged; without them after an undo."""
    named = {story_id for silence in silences for story_id in silence.stories}
    if not named:
        return silences
    is_merged = STORY.c.id.in_(named) & STORY.c.merged_into.is_not(None)
    found = tx.execute(sa.select(STORY.c.id, STORY.c.merged_into).where(is_merged))
    current = {row.id: row.merged_into for row in found}
    return tuple(
        replace(
            silence,
            stories=union(
                silence.stories, (current[id_] for id_ in silence.stories if id_ in current)
            ),
        )
        for silence in silences
    )
