"""Room: store. What a person puts right: stories that are one or two, entries that are news.

A report stays where a person put it, also when the window is built anew: that makes it permanent.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.cluster import derived_story_id
from straitwatch.core.corrections import BY_HAND, regrow_story
from straitwatch.core.model import (
    AlertPolicy,
    Feed,
    FeedState,
    Reason,
    Relation,
    Report,
    Story,
)
from straitwatch.core.plan import Release
from straitwatch.core.report import Arrival, make_report
from straitwatch.core.story import union
from straitwatch.store.engine import Transaction
from straitwatch.store.feeds import stored_feeds
from straitwatch.store.jobs import get_meta, set_meta
from straitwatch.store.outbox import add_deliveries, insert_alerts
from straitwatch.store.rows import ENTRY, REPORT, STORY
from straitwatch.store.stories import (
    HELD,
    StoredEntry,
    fold_lock,
    held_entries,
    stories_by_id,
    story_entries,
    write_stories,
)

_GENERATION = "fold generation"
_MAX_REPORTS = 10_000


def fold_generation(tx: Transaction) -> str:
    """Return a word that changes with each correction: an older window is out of date."""
    return get_meta(tx, _GENERATION) or ""


def merge_stories(tx: Transaction, keep: str, other: str) -> Story | None:
    """Put the reports of a story into another one; None when one of them does not exist.

    What was said of both stays said; later reports update the one that is kept, and the other's id
    leads there.
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
        watchlists=tuple(dict.fromkeys((*kept.watchlists, *gone.watchlists))),
        waiting=tuple(dict.fromkeys((*kept.waiting, *gone.waiting))),
        severity=max(kept.severity, gone.severity, key=lambda level: level.rank),
        is_breaking=kept.is_breaking or gone.is_breaking,
        revision=max(kept.revision, gone.revision),
        threads=kept.threads + more,
        alerted_at=min(times, default=None),
        sent_severity=max(
            filter(None, (kept.sent_severity, gone.sent_severity)),
            key=lambda level: level.rank,
            default=None,
        ),
        sent_languages=union(kept.sent_languages, gone.sent_languages),
    )
    _move(tx, REPORT.c.story_id == other, keep)
    merged = _regrow(tx, before)
    is_part = (STORY.c.id == other) | (STORY.c.merged_into == other)
    tx.execute(STORY.update().where(is_part).values(merged_into=keep))
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
    key = derived_story_id("\x1f".join(made_of))
    untold = replace(story, alerted_at=None, sent_severity=None, sent_languages=(), threads=())
    fresh = replace(untold, id=key, revision=0, is_breaking=False)
    write_stories(tx, [fresh])
    _move(tx, REPORT.c.entry_id.in_(moved), key)
    _open_again(tx, story_id)
    _regrow(tx, story)
    return _regrow(tx, fresh)


def held_reports(
    tx: Transaction, feed_id: str, *, reason: Reason, since_at: datetime
) -> list[StoredEntry]:
    """Return the reports of a feed that are held back for a reason, the first one first."""
    fold_lock(tx)
    return held_entries(tx, feed_id, reason=reason, since_at=since_at, limit=_MAX_REPORTS)


def apply_release(tx: Transaction, release: Release, *, now: datetime) -> None:
    """Write what follows from letting held reports out; they are not held any more.

    The next digest takes them for reports of now.
    """
    for entry_id, decision in release.decisions.items():
        values = {
            "action": decision.action.value,
            "reason": decision.reason.value,
            "config_version": release.config_version,
        }
        is_held = (ENTRY.c.id == entry_id) & ENTRY.c.reason.in_(HELD)
        if tx.execute(ENTRY.update().where(is_held).values(values)).rowcount:
            ours = REPORT.c.entry_id == entry_id
            tx.execute(REPORT.update().where(ours).values(released_at=now))
    write_stories(tx, release.stories)
    insert_alerts(tx, release.alerts)
    add_deliveries(tx, release.deliveries, alerts=release.alerts)


def _move(tx: Transaction, which: sa.ColumnElement[bool], story_id: str) -> None:
    """Put reports into a story by hand; their scores stay: a list's threshold follows from them."""
    values = {
        "story_id": story_id,
        "relation": Relation.SAME_EVENT.value,
        "reason": BY_HAND,
        "evidence": (),
    }
    tx.execute(REPORT.update().where(which).values(values))
    set_meta(tx, _GENERATION, str(int(fold_generation(tx) or 0) + 1))


def _open_again(tx: Transaction, story_id: str) -> None:
    """Let the oldest report that stays open the story: a page that came again opens none."""
    first = sa.select(sa.func.min(REPORT.c.seq)).where(REPORT.c.story_id == story_id)
    is_page = REPORT.c.relation == Relation.SAME_ENTRY.value
    values = {"relation": Relation.SAME_EVENT.value, "reason": BY_HAND}
    tx.execute(
        REPORT.update().where(REPORT.c.seq == first.scalar_subquery(), is_page).values(values)
    )


def _regrow(tx: Transaction, before: Story) -> Story:
    feeds = stored_feeds(tx)
    entries = story_entries(tx, before.id, limit=_MAX_REPORTS)
    reports = [
        _to_report(stored, feeds[stored.feed_id])
        for stored in sorted(entries, key=lambda stored: stored.seen_at)
    ]
    story = regrow_story(before, reports)
    write_stories(tx, [story])
    return story


def _to_report(stored: StoredEntry, feed: Feed) -> Report:
    state = FeedState(feed_id=feed.id, baseline_at=stored.seen_at)
    arrival = Arrival(feed=feed, state=state, seen_at=stored.seen_at)
    return make_report(stored.entry, stored.matches, arrival, AlertPolicy())
