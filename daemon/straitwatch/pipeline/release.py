"""Alerts on stored reports at a person's request: held, split off, or never sent."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from straitwatch import store as db
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.model import (
    Feed,
    FeedState,
    Fold,
    Reason,
    Release,
    Report,
    ReportStatus,
    Story,
)
from straitwatch.core.plan import PollContext, name_source, plan_release
from straitwatch.core.report import Arrival, make_report
from straitwatch.core.rules import Rules
from straitwatch.pipeline.corrections import split_story
from straitwatch.pipeline.window import WINDOW, FoldWindowCache
from straitwatch.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOff:
    """The new story of the reports that were split off, and its alerts, if any were requested."""

    story: Story
    release: Release | None = None


def release_feed(
    tx: Transaction,
    feed: Feed,
    *,
    rules: Rules,
    now: datetime,
    reason: Reason = Reason.REKEYED,
) -> Release:
    """Release the reports of a feed that were held for this reason within `WINDOW`, once."""
    held = db.held_reports(tx, feed.id, reason=reason, since_at=now - WINDOW)
    arrival = _arrival_of(feed, now)
    reports = [
        (_make_report(stored, arrival, rules), stored.fold) for stored in held if stored.fold
    ]
    window = FoldWindowCache().catch_up(tx, rules.beat, now=now)
    release = plan_release(reports, _context(tx, window, now), rules)
    db.apply_release(tx, release, now=now)
    return release


def split_reports(
    tx: Transaction,
    story_id: str,
    entry_ids: Collection[str],
    by: db.Signature,
    beat: CompiledBeat,
    *,
    rules: Rules | None = None,
) -> SplitOff | None:
    """Split reports off from a story; with rules, alert on them in the same transaction.

    Return None if the story does not contain the reports, or contains no others.
    """
    story = split_story(tx, story_id, entry_ids, by, beat)
    if story is None:
        return None
    if rules is None:
        return SplitOff(story=story)
    release = alert_story(tx, story.id, rules=rules, now=by.made_at, split_from=story_id)
    return SplitOff(story=story, release=release)


def alert_story(
    tx: Transaction, story_id: str, *, rules: Rules, now: datetime, split_from: str = ""
) -> Release | None:
    """Alert on a story that was never sent, as if its reports came now, oldest first.

    Return None if the story was sent already. The alert names the story `split_from`.
    """
    db.fold_lock(tx)
    story = db.stories_by_id(tx, [story_id]).get(story_id)
    if story is None or story.revision:
        return None
    window = StoryWindow(rules.beat.lexicon)
    reports = _reports_of_story(tx, story_id, rules, now)
    for report, fold in reports:
        window.add(report.features, fold, is_sent=False)
    release = plan_release(reports, _context(tx, window, now), rules)
    if source := db.stories_by_id(tx, [split_from]).get(split_from):
        release = name_source(release, source, rules.policy.languages)
    db.apply_alert(tx, release, now=now)
    return release


def _reports_of_story(
    tx: Transaction, story_id: str, rules: Rules, now: datetime
) -> list[tuple[Report, Fold]]:
    """Return a story's reports, oldest first; none counts as late, because a person requests it."""
    feeds = db.stored_feeds(tx)
    reports: list[tuple[Report, Fold]] = []
    for stored in sorted(db.story_entries(tx, story_id), key=_reported_at):
        if stored.fold is not None:
            report = _make_report(stored, _arrival_of(feeds[stored.feed_id], now), rules)
            reports.append((replace(report, status=ReportStatus.FRESH), stored.fold))
    return reports


def _reported_at(stored: db.StoredEntry) -> tuple[datetime, datetime]:
    """Order entries by the time of their poll, and those of one poll by their own dates."""
    return stored.seen_at, stored.entry.published_at or stored.seen_at


def _arrival_of(feed: Feed, now: datetime) -> Arrival:
    return Arrival(feed=feed, state=FeedState(feed_id=feed.id, baseline_at=now), seen_at=now)


def _make_report(stored: db.StoredEntry, arrival: Arrival, rules: Rules) -> Report:
    return make_report(stored.entry, stored.matches, arrival, rules.policy, rules.beat)


def _context(tx: Transaction, window: StoryWindow, now: datetime) -> PollContext:
    silences = tuple(db.active_silences(tx, now))
    return PollContext(window=window, stories=db.StoredStories(tx), silences=silences)
