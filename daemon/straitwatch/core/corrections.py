"""Rebuilds stories after a manual correction, and lists the corrected ones."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from straitwatch.core.model import (
    BY_HAND,
    AlertFacts,
    Entry,
    Fold,
    FoldedReport,
    Reason,
    Relation,
    Report,
    Severity,
    Story,
    StoryConstraint,
)
from straitwatch.core.story import add_sources, highest, raise_severity, union

T = TypeVar("T")


def regrow_story(before: Story, reports: Sequence[Report]) -> Story:
    """Rebuild a story from these reports, oldest first, and keep the record of its messages.

    Watch-lists and a severity that the story did not have were held by a silence. They are left
    out, so that they are news after it.
    """
    fold = Fold(story_id=before.id, relation=Relation.SAME_EVENT, reason=BY_HAND)
    story: Story | None = None
    for report in reports:
        story = raise_severity(add_sources(story, report, fold), report.matches)
    if story is None:
        raise ValueError(f"story {before.id} would have no report")
    watchlists = tuple(name for name in story.watchlists if name in before.watchlists)
    pick = max if before.is_breaking else min
    return replace(
        story,
        watchlists=watchlists or story.watchlists,
        pending_levels=before.pending_levels,
        severity=pick(story.severity, before.severity, key=lambda level: level.rank),
        is_breaking=before.is_breaking,
        revision=before.revision,
        alerted_at=before.alerted_at,
        sent_severity=before.sent_severity,
        sent_languages=before.sent_languages,
        threads=before.threads,
    )


def corrected_stories(
    reports: Iterable[FoldedReport], constraints: Sequence[StoryConstraint]
) -> dict[str, datetime]:
    """Return the last manual correction of each story, by its id.

    Reports that were folded before the correction keep their fold, because the story was different.
    """
    story_by_report = {report.features.entry_id: report.fold.story_id for report in reports}
    corrected: dict[str, datetime] = {}
    for constraint in constraints:
        for entry_id in (constraint.report_a, constraint.report_b):
            if story_id := story_by_report.get(entry_id):
                made_at = corrected.get(story_id, constraint.made_at)
                corrected[story_id] = max(made_at, constraint.made_at)
    return corrected


def join_stories(kept: Story, gone: Story) -> Story:
    """Return a story with the lists, the severity and the sent messages of another one added."""
    recipients = {thread[:2] for thread in kept.threads}
    sent = tuple(filter(None, (kept.sent_severity, gone.sent_severity)))
    times = [story.alerted_at for story in (kept, gone) if story.alerted_at]
    return replace(
        kept,
        watchlists=union(kept.watchlists, gone.watchlists),
        pending_levels=union(kept.pending_levels, gone.pending_levels),
        severity=highest((kept.severity, gone.severity)),
        is_breaking=kept.is_breaking or gone.is_breaking,
        revision=max(kept.revision, gone.revision),
        threads=(
            *kept.threads,
            *(thread for thread in gone.threads if thread[:2] not in recipients),
        ),
        alerted_at=min(times, default=None),
        sent_severity=highest(sent) if sent else None,
        sent_languages=union(kept.sent_languages, gone.sent_languages),
    )


def part_stories(
    now: Story,
    before: Story,
    gone: Story,
    *,
    reports: Sequence[Report],
    sent: Sequence[AlertFacts] = (),
) -> Story:
    """Rebuild a story without everything that came with a story that was merged into it.

    Messages about the other story no longer count: their content is news again.

    Args:
        now: the story.
        before: the story before the merge.
        gone: the other one.
        reports: those that stay in the story, oldest first.
        sent: the messages about the story since the merge.

    """
    news = [facts for facts in sent if facts.reason not in _ASIDES]
    entries = {facts.entry_id for facts in news}
    languages = [report.features.language for report in reports if report.entry.id in entries]
    levels = [note.severity for facts in news for note in facts.matches]
    lists = {note.watchlist for facts in sent for note in facts.matches}
    pending = [level for level in gone.pending_levels if level.watchlist in lists]
    was_sent = [before.sent_severity] if before.sent_severity else []
    first_sent_at = before.alerted_at or min((facts.seen_at for facts in news), default=None)
    parted = replace(
        now,
        watchlists=_without(now.watchlists, gone.watchlists, but={*before.watchlists, *lists}),
        pending_levels=_without(
            now.pending_levels, gone.pending_levels, but=(*before.pending_levels, *pending)
        ),
        severity=_lowered(now.severity, gone.severity, [before.severity, *levels])
        or before.severity,
        is_breaking=now.is_breaking and (before.is_breaking or not gone.is_breaking),
        revision=_revision_without(now, before, gone),
        threads=_without(now.threads, gone.threads, but=before.threads),
        alerted_at=now.alerted_at and first_sent_at,
        sent_severity=_lowered(now.sent_severity, gone.sent_severity, [*was_sent, *levels]),
        sent_languages=_without(
            now.sent_languages, gone.sent_languages, but={*before.sent_languages, *languages}
        ),
    )
    return regrow_story(parted, reports)


_ASIDES = (Reason.COMMENTARY, Reason.ROUNDUP)  # after them, the first news is still an alert


def _without(now: Iterable[T], gone: Collection[T], *, but: Collection[T]) -> tuple[T, ...]:
    """Return the values that did not come with another story; those in `but` had another source."""
    return tuple(value for value in now if value in but or value not in gone)


def _lowered(
    now: Severity | None, gone: Severity | None, own: Sequence[Severity]
) -> Severity | None:
    """Return the severity without that of another story; `own` are the levels of this one."""
    if now is None or now is not gone:
        return now
    return min((now, highest(own)), key=lambda level: level.rank) if own else None


def _revision_without(now: Story, before: Story, gone: Story) -> int:
    """Return the former revision, unless a message about the merged story has a later one."""
    if now.revision > max(before.revision, gone.revision):
        return now.revision
    return min(now.revision, before.revision)


def without_threads(story: Story, other: Story) -> Story:
    """Return a story without the threads of another one, for a merge of an earlier version.

    Such a merge did not record the former story.
    """
    return replace(story, threads=_without(story.threads, other.threads, but=()))


def split_off(story: Story, new_id: str) -> Story:
    """Return a new story with the lists and the severity of another one, and no sent message."""
    return replace(
        story,
        id=new_id,
        revision=0,
        is_breaking=False,
        alerted_at=None,
        sent_severity=None,
        sent_languages=(),
        threads=(),
    )


def with_copies(entries: Sequence[Entry], chosen: Collection[str]) -> set[str]:
    """Return the chosen entries and the copies of their pages in other feeds."""
    pages = {
        (entry.canonical_url, entry.title)
        for entry in entries
        if entry.id in chosen and entry.canonical_url
    }
    copies = {entry.id for entry in entries if (entry.canonical_url, entry.title) in pages}
    return copies | set(chosen)
