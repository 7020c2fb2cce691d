"""What one configuration would do with entries of the past, one after the other.

Each entry is matched, folded and decided on as in a poll of its own, at its own time. Nothing is
written.
"""

from dataclasses import dataclass, field
from datetime import datetime

from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import (
    Action,
    Alert,
    Decision,
    Entry,
    Feed,
    FeedState,
    Fold,
    KnownEntry,
    PlannedEntry,
    Poll,
    Reason,
    Relation,
    Report,
    Story,
)
from straitwatch.core.plan import SAME_GUID, PollContext, new_window, plan_poll
from straitwatch.core.report import Arrival, build_reports
from straitwatch.core.rules import Rules

_UNCHANGED = Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would have become of one entry, and the message that it would have led to."""

    planned: PlannedEntry
    alert: Alert | None = None


@dataclass(slots=True)
class Rehearsal:
    """Takes in entries in the order in which they were seen, and remembers their stories."""

    rules: Rules
    _window: StoryWindow = field(default_factory=new_window)
    _stories: dict[str, Story] = field(default_factory=dict)
    _known: dict[str, KnownEntry] = field(default_factory=dict)  # the entries that matched

    def take(self, entry: Entry, feed: Feed, seen_at: datetime) -> Rehearsed:
        """Do with an entry what a poll would; one that comes again is an edit or nothing."""
        arrival = Arrival(
            feed=feed,
            state=FeedState(feed_id=feed.id, baseline_at=seen_at),
            seen_at=seen_at,
            known=self._known,
        )
        if not arrival.has_changed(entry):
            return Rehearsed(planned=self._unchanged(entry))
        (item,) = build_reports([entry], arrival, self.rules)
        return self._plan(item, arrival) if isinstance(item, Report) else Rehearsed(planned=item)

    def _plan(self, report: Report, arrival: Arrival) -> Rehearsed:
        poll = Poll(feed=report.feed, state=arrival.state, reports=(report,))
        context = PollContext(window=self._window, stories=self._stories, known=self._known)
        plan = plan_poll(poll, context, self.rules)
        (planned,) = plan.entries
        self._stories |= {story.id: story for story in plan.stories}
        self._known[report.entry.id] = KnownEntry(
            entry_id=report.entry.id,
            text_hash=report.entry.text_hash,
            story_id=planned.fold.story_id if planned.fold else "",
            watchlists=report.features.watchlists,
        )
        return Rehearsed(planned=planned, alert=next(iter(plan.alerts), None))

    def _unchanged(self, entry: Entry) -> PlannedEntry:
        story_id = self._known[entry.id].story_id
        fold = Fold(story_id=story_id, relation=Relation.SAME_ENTRY, reason=SAME_GUID)
        return PlannedEntry(entry=entry, is_new=False, fold=fold, decision=_UNCHANGED)
