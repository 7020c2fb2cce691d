"""Room: store. What a person puts right: two stories that are one, one story that is two.

A report stays where a person put it, also when the window is built anew: that makes it permanent.
"""

from collections.abc import Collection
from dataclasses import replace
from hashlib import blake2b

import sqlalchemy as sa

from straitwatch.core.model import Relation, Story
from straitwatch.core.plan import BY_HAND, StoredReport, regrow_story
from straitwatch.store.engine import Transaction
from straitwatch.store.feeds import stored_feeds
from straitwatch.store.jobs import get_meta, set_meta
from straitwatch.store.rows import REPORT, STORY
from straitwatch.store.stories import fold_lock, stories_by_id, story_entries, write_stories

_GENERATION = "fold generation"
_MAX_REPORTS = 10_000


def fold_generation(tx: Transaction) -> str:
    """Return a word that changes with each correction: an older window is out of date."""
    return get_meta(tx, _GENERATION) or ""


def merge_stories(tx: Transaction, keep: str, other: str) -> Story | None:
    """Put the reports of a story into another one; None when one of them does not exist.

    What was said of both stays said; later reports update the one that is kept.
    """
    fold_lock(tx)
    stories = stories_by_id(tx, [keep, other])
    if len(stories) < 2:  # noqa: PLR2004 - two
        return None
    kept, gone = stories[keep], stories[other]
    places = {(receiver, recipient) for receiver, recipient, _ in kept.threads}
    more = tuple(it for it in gone.threads if (it[0], it[1]) not in places)
    times = [it.alerted_at for it in (kept, gone) if it.alerted_at]
    before = replace(
        kept,
        revision=max(kept.revision, gone.revision),
        threads=kept.threads + more,
        alerted_at=min(times, default=None),
    )
    _move(tx, REPORT.c.story_id == other, keep)
    merged = _regrow(tx, before)
    tx.execute(STORY.delete().where(STORY.c.id == other))
    return merged


def split_story(tx: Transaction, story_id: str, entry_ids: Collection[str]) -> Story | None:
    """Make a story of its own of some reports; None when they are not in it, or all there is.

    Nothing was said of the new story yet: the next report of it alerts.
    """
    fold_lock(tx)
    story = stories_by_id(tx, [story_id]).get(story_id)
    there = {it.entry.id for it in story_entries(tx, story_id, limit=_MAX_REPORTS)}
    moved = set(entry_ids)
    if story is None or not moved or not moved < there:
        return None
    made_of = [story_id, fold_generation(tx), *sorted(moved)]  # split again, it is another story
    key = blake2b("\x1f".join(made_of).encode(), digest_size=8).hexdigest()
    fresh = replace(story, id=key, revision=0, alerted_at=None, threads=())
    write_stories(tx, [fresh])
    _move(tx, REPORT.c.entry_id.in_(moved), key)
    _regrow(tx, story)
    return _regrow(tx, fresh)


def _move(tx: Transaction, which: sa.ColumnElement[bool], story_id: str) -> None:
    values = {
        "story_id": story_id,
        "relation": Relation.SAME_EVENT.value,
        "reason": BY_HAND,
        "score": 0.0,
        "threshold": 0.0,
        "evidence": (),
    }
    tx.execute(REPORT.update().where(which).values(values))
    set_meta(tx, _GENERATION, str(int(fold_generation(tx) or 0) + 1))


def _regrow(tx: Transaction, before: Story) -> Story:
    feeds = stored_feeds(tx)
    reports = [
        StoredReport(entry=it.entry, feed=feeds[it.feed_id], matches=it.matches, seen_at=it.seen_at)
        for it in story_entries(tx, before.id, limit=_MAX_REPORTS)
    ]
    story = regrow_story(before, sorted(reports, key=lambda report: report.seen_at))
    write_stories(tx, [story])
    return story
