"""What a correction by hand makes of a story."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from straitwatch.core.model import (
    BY_HAND,
    Fold,
    FoldedReport,
    Relation,
    Report,
    Story,
    StoryConstraint,
)
from straitwatch.core.story import add_sources, raise_severity


def regrow_story(before: Story, reports: Sequence[Report]) -> Story:
    """Return a story as it would be with these reports, oldest first, and what was said of it.

    Lists and a severity that it did not have are those that a silence holds: they are news later.
    """
    fold = Fold(story_id=before.id, relation=Relation.SAME_EVENT, reason=BY_HAND)
    story: Story | None = None
    for report in reports:
        story = raise_severity(add_sources(story, report, fold), report.matches)
    if story is None:
        raise ValueError(f"story {before.id} would have no report")
    lists = tuple(name for name in story.watchlists if name in before.watchlists)
    pick = max if before.is_breaking else min
    return replace(
        story,
        watchlists=lists or story.watchlists,
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
    """Return when the reports of each story were last corrected by a person, by story.

    What was folded into such a story before is as decided: the story was another one then.
    """
    story_by_report = {report.features.entry_id: report.fold.story_id for report in reports}
    corrected: dict[str, datetime] = {}
    for constraint in constraints:
        for entry_id in (constraint.report_a, constraint.report_b):
            if story_id := story_by_report.get(entry_id):
                made_at = corrected.get(story_id, constraint.made_at)
                corrected[story_id] = max(made_at, constraint.made_at)
    return corrected
