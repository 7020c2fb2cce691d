"""Plays past entries through one configuration, each as a poll of its own at its own time.

It writes no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import (
    SAME_GUID,
    Action,
    Alert,
    Decision,
    Delivery,
    DeliveryReason,
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
    StoryConstraint,
)
from straitwatch.core.plan import PollContext, plan_poll
from straitwatch.core.report import Arrival, build_reports
from straitwatch.core.rules import Rules

_UNCHANGED = Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """The plan for one entry, and the message that it would have led to."""

    planned: PlannedEntry
    alert: Alert | None = None
    message: str = ""  # the same for reports that share a message; "" = no message


@dataclass(slots=True)
class Rehearsal:
    """Takes entries in the order in which they were seen, and remembers their stories."""

    rules: Rules
    constraints: Sequence[StoryConstraint] = ()  # manual corrections
    _windows: list[StoryWindow] = field(default_factory=list)
    _stories: dict[str, Story] = field(default_factory=dict)
    _waiting: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # by story
    _known: dict[str, KnownEntry] = field(default_factory=dict)  # the entries that matched

    def take(self, entry: Entry, feed: Feed, seen_at: datetime) -> Rehearsed:
        """Match and plan an entry, without a sentence vector."""
        return self.plan(self.read(entry, feed, seen_at))

    def read(self, entry: Entry, feed: Feed, seen_at: datetime) -> Report | PlannedEntry:
        """Match an entry; a repeated one is an edit, or unchanged."""
        arrival = Arrival(feed=feed, state=_seen(feed, seen_at), seen_at=seen_at, known=self._known)
        if not arrival.has_changed(entry):
            return self._unchanged(entry)
        (item,) = build_reports([entry], arrival, self.rules)
        return item

    def plan(self, report: Report | PlannedEntry) -> Rehearsed:
        """Plan a report as the only one of a poll."""
        if isinstance(report, PlannedEntry):
            return Rehearsed(planned=report)
        poll = Poll(feed=report.feed, state=_seen(report.feed, report.seen_at), reports=(report,))
        window = self._window_of(report.seen_at)
        context = PollContext(window=window, stories=self._stories, known=self._known)
        plan = plan_poll(poll, context, self.rules)
        (planned,) = plan.entries
        self._stories |= {story.id: story for story in plan.stories}
        self._known[report.entry.id] = KnownEntry(
            entry_id=report.entry.id,
            text_hash=report.entry.text_hash,
            title=report.entry.title,
            story_id=planned.fold.story_id if planned.fold else "",
            watchlists=report.features.watchlists,
        )
        alert = next(iter(plan.alerts), None)
        message = self._message_of(alert, plan.deliveries) if alert else ""
        return Rehearsed(planned=planned, alert=alert, message=message)

    def _message_of(self, alert: Alert, deliveries: Sequence[Delivery]) -> str:
        """Return the message that contains an alert: updates are collected for a while."""
        ends = [
            delivery.not_before
            for delivery in deliveries
            if delivery.state_reason == DeliveryReason.UPDATE_WAIT and delivery.not_before
        ]
        if not ends:
            return alert.id
        message, until = self._waiting.get(alert.story_id, ("", alert.created_at))
        if alert.created_at >= until:
            message, until = alert.id, min(ends)
        self._waiting[alert.story_id] = message, until
        return message

    def _window_of(self, seen_at: datetime) -> StoryWindow:
        """Return the window that remembers this time; a file may switch between several periods.

        Reports that are further apart than a window's memory never share a story.
        """
        near = (window for window in self._windows if window.remembers(seen_at))
        window = next(near, None)
        if window is None:
            window = StoryWindow(self.rules.beat.lexicon, constraints=self.constraints)
            self._windows.append(window)
        return window

    def _unchanged(self, entry: Entry) -> PlannedEntry:
        story_id = self._known[entry.id].story_id
        fold = Fold(story_id=story_id, relation=Relation.SAME_ENTRY, reason=SAME_GUID)
        return PlannedEntry(entry=entry, is_new=False, fold=fold, decision=_UNCHANGED)


def _seen(feed: Feed, seen_at: datetime) -> FeedState:
    """Return the state of a feed whose first fetch is over."""
    return FeedState(feed_id=feed.id, baseline_at=seen_at)
