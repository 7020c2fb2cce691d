"""Merges and splits stories, takes a merge back, and rebuilds them from their reports."""

from collections.abc import Collection

from straitwatch import store as db
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.corrections import (
    join_stories,
    part_stories,
    regrow_story,
    split_off,
    with_copies,
    without_threads,
)
from straitwatch.core.identity import derived_story_id
from straitwatch.core.model import (
    AlertPolicy,
    BeforeMerge,
    Feed,
    FeedState,
    Kind,
    ManualAction,
    Report,
    Story,
)
from straitwatch.core.report import Arrival, make_report
from straitwatch.core.story import outlet_of
from straitwatch.store import Transaction

_MAX_REPORTS = 10_000


def merge_stories(
    tx: Transaction, keep: str, other: str, by: db.Signature, beat: CompiledBeat
) -> Story | None:
    """Merge the story `other` into `keep`; return None if one of them does not exist.

    Messages sent about either count as sent. Later reports update `keep`, and the id of `other`
    refers to it.
    """
    db.fold_lock(tx)
    stories = db.stories_by_id(tx, [keep, other])
    if len(stories) < 2:  # noqa: PLR2004 - two
        return None
    db.record_merge(tx, keep, other, by)
    return _regrow(tx, join_stories(stories[keep], stories[other]), beat)


def split_story(
    tx: Transaction,
    story_id: str,
    entry_ids: Collection[str],
    by: db.Signature,
    beat: CompiledBeat,
) -> Story | None:
    """Move some reports of a story into a new one; return None if none or all of them would move.

    Copies of the same page move too. No message was sent about the new story, so its next report
    alerts.
    """
    db.fold_lock(tx)
    story = db.stories_by_id(tx, [story_id]).get(story_id)
    entries = db.story_entries(tx, story_id, limit=_MAX_REPORTS)
    known = {stored.entry.id for stored in entries}
    moved = with_copies([stored.entry for stored in entries], entry_ids)
    if story is None or not moved or not moved < known:
        return None
    # A second split of the same reports makes another story.
    made_of = [story_id, db.fold_generation(tx), *sorted(moved)]
    fresh = split_off(story, derived_story_id("\x1f".join(made_of)))
    db.record_split(tx, story_id, fresh, moved, by)
    _regrow(tx, story, beat)
    return _regrow(tx, fresh, beat)


def unmerge_stories(
    tx: Transaction, merge: ManualAction, by: db.Signature, beat: CompiledBeat
) -> Story | None:
    """Make a merged story one of its own again, with those of its reports that are still there.

    The messages of both count as before the merge, and later ones for the story that was kept.
    Return None if the stories have changed since, so that one of them would have no report.
    """
    db.fold_lock(tx)
    keep, other = merge.story_id, merge.other_story_id
    now = db.stories_by_id(tx, [keep]).get(keep)
    present = set(db.story_entry_ids(tx, keep))
    moved = present & set(merge.reports)
    if now is None or not moved or moved == present:
        return None
    led_to_other = merge.before_merge.led_to_other if merge.before_merge else ()
    gone = db.restore_merged(tx, keep, other, led_to_other=led_to_other)
    if gone is None:
        return None
    before = merge.before_merge or BeforeMerge(kept=without_threads(now, gone))
    db.record_split(tx, keep, gone, moved, by)
    sent = db.alerts_after(tx, keep, max(before.kept.revision, gone.revision))
    reports = _reports(tx, keep, beat)
    parted = part_stories(now, before.kept, gone, reports=reports, sent=sent)
    db.write_stories(tx, [parted])
    return _regrow(tx, gone, beat)


def _regrow(tx: Transaction, before: Story, beat: CompiledBeat) -> Story:
    story = regrow_story(before, _reports(tx, before.id, beat))
    db.write_stories(tx, [story])
    return story


def _reports(tx: Transaction, story_id: str, beat: CompiledBeat) -> list[Report]:
    """Return the reports of a story, oldest first."""
    feeds = db.stored_feeds(tx)
    beat = beat.with_feeds(feeds.values())
    entries = db.story_entries(tx, story_id, limit=_MAX_REPORTS)
    return [_to_report(stored, feeds[stored.feed_id], beat) for stored in entries]


def _to_report(stored: db.StoredEntry, feed: Feed, beat: CompiledBeat) -> Report:
    """Return a report as it was stored, without searching its text again, or make it anew."""
    if stored.features is not None and stored.attributions is not None:
        return Report(
            entry=stored.entry,
            feed=feed,
            outlet=outlet_of(stored.entry, feed),
            attributions=stored.attributions,
            matches=stored.matches,
            kind=Kind(kind=stored.kind),
            signals=(),
            features=stored.features,
            seen_at=stored.seen_at,
        )
    state = FeedState(feed_id=feed.id, baseline_at=stored.seen_at)
    arrival = Arrival(feed=feed, state=state, seen_at=stored.seen_at)
    return make_report(stored.entry, stored.matches, arrival, AlertPolicy(), beat)
