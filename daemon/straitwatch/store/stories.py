"""Reads and writes stories."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from straitwatch.core.model import (
    Severity,
    Story,
)
from straitwatch.store.keys import in_chunks
from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.rows import (
    STORY,
)
from straitwatch.store.transaction import ResultRow, Transaction

IS_WHOLE = STORY.c.merged_into.is_(None)  # not merged into another story
LEAST_ID = 4  # characters of an abbreviated id; fewer are probably a typing error
_GENERATION = "fold generation"
_FOLD_LOCK = 0x464F_4C44  # any number; the same for every replica


def fold_lock(tx: Transaction) -> None:
    """Allow one replica at a time to fold, until the commit; SQLite has a single writer."""
    if tx.is_postgres:
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOLD_LOCK)))


def fold_generation(tx: Transaction) -> str:
    """Return a value that each correction and release changes; it outdates older fold windows."""
    return get_meta(tx, _GENERATION) or ""


def outdate_windows(tx: Transaction) -> None:
    """Make each replica rebuild its fold window before it folds again."""
    set_meta(tx, _GENERATION, str(int(fold_generation(tx) or 0) + 1))


def merged_ids(tx: Transaction, story_id: str) -> tuple[str, ...]:
    """Return the ids of the stories that were merged into this one."""
    query = sa.select(STORY.c.id).where(STORY.c.merged_into == story_id).order_by(STORY.c.id)
    return tuple(tx.execute(query).scalars())


def stories_by_id(tx: Transaction, ids: Collection[str]) -> dict[str, Story]:
    """Return stories by id, except those that were merged into others."""
    rows = (
        row
        for chunk in in_chunks(ids)
        for row in tx.execute(sa.select(STORY).where(STORY.c.id.in_(chunk), IS_WHOLE))
    )
    return {row.id: story_of_row(row) for row in rows}


class StoredStories(Mapping[str, Story]):
    """The stored stories by id; each is read once, on first access."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._read: dict[str, Story | None] = {}

    def __getitem__(self, story_id: str) -> Story:
        """Return a story; one that was merged into another raises KeyError."""
        if story_id not in self._read:
            self._read[story_id] = stories_by_id(self._tx, [story_id]).get(story_id)
        story = self._read[story_id]
        if story is None:
            raise KeyError(story_id)
        return story

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the stories read so far."""
        return (story_id for story_id, story in self._read.items() if story is not None)

    def __len__(self) -> int:
        """Return the number of stories read so far."""
        return sum(1 for _ in self)


def current_story(tx: Transaction, story_id: str) -> Story | None:
    """Return a story, or the story that it was merged into; None if the id is unknown.

    The first characters of an id, at least `LEAST_ID`, are enough if they are unique.
    """
    query = sa.select(STORY.c.id, STORY.c.merged_into)
    found = tx.execute(query.where(STORY.c.id == story_id)).all()
    if not found and len(known := story_id.rstrip("…")) >= LEAST_ID:
        begins = STORY.c.id.startswith(known, autoescape=True)
        found = tx.execute(query.where(begins).limit(2)).all()
    if len(found) != 1:
        return None
    current = found[0].merged_into or found[0].id
    return stories_by_id(tx, [current]).get(current)


def list_stories(tx: Transaction, *, limit: int = 50) -> list[Story]:
    """Return stories, the one with the latest report first."""
    query = sa.select(STORY).where(IS_WHOLE).order_by(STORY.c.last_seen_at.desc(), STORY.c.id)
    return [story_of_row(row) for row in tx.execute(query.limit(limit))]


def write_stories(tx: Transaction, stories: Sequence[Story]) -> None:
    # Sorted by id, so that two replicas cannot deadlock.
    rows = [_to_story_row(story) for story in sorted(stories, key=lambda story: story.id)]
    tx.upsert(STORY, rows, key=("id",), changed=_STORY_COLUMNS[1:])


_STORY_COLUMNS = tuple(column.name for column in STORY.c if column.name != "merged_into")


def _to_story_row(story: Story) -> dict[str, Any]:
    row = {name: getattr(story, name) for name in _STORY_COLUMNS}
    sent = story.sent_severity.value if story.sent_severity else None
    return row | {"severity": story.severity.value, "sent_severity": sent}


def story_of_row(row: ResultRow) -> Story:
    values = {name: getattr(row, name) for name in _STORY_COLUMNS}
    sent = Severity(row.sent_severity) if row.sent_severity else None
    return Story(**(values | {"severity": Severity(row.severity), "sent_severity": sent}))
