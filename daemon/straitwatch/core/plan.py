"""Plans the changes of a poll or a release, as values that the store writes.

    for each report: fold -> advance -> add to the window -> alert and deliveries

Only this module decides the order of the stages. `backtest` and the demonstration call the same
function, without writing its result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf

from straitwatch.core.advance import advance
from straitwatch.core.cluster import PROFILES, FoldProfile, StoryWindow
from straitwatch.core.facts import describe_alert
from straitwatch.core.identity import alert_id, delivery_key
from straitwatch.core.kind import find_signals
from straitwatch.core.listing import headline_pair
from straitwatch.core.model import (
    SAME_GUID,
    Action,
    Alert,
    AlertFacts,
    AlertKind,
    AlertPolicy,
    Decision,
    Delivery,
    DeliveryReason,
    DeliveryState,
    Destination,
    EntryKind,
    Fold,
    KnownEntry,
    Novelty,
    PageCause,
    PageTask,
    PageWish,
    Plan,
    PlannedEntry,
    Poll,
    PollReport,
    Relation,
    Release,
    Report,
    Severity,
    Silence,
    Step,
    Story,
    StoryName,
    WatchList,
)
from straitwatch.core.outbox import update_hold
from straitwatch.core.policy import GIVE_UP_AFTER
from straitwatch.core.rules import Rules
from straitwatch.core.schedule import held_until


def fold_profiles(watchlists: Iterable[WatchList]) -> dict[str, FoldProfile]:
    """Return the fold profile of each watch-list."""
    return {watchlist.id: PROFILES[watchlist.folding] for watchlist in watchlists}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollContext:
    """The stored state that a plan depends on.

    `plan_poll` adds the poll's reports to `window`. If the commit fails, the caller discards the
    window and rebuilds it from the store.
    """

    window: StoryWindow
    stories: Mapping[str, Story] = field(default_factory=dict)  # by id; may be lazy
    silences: tuple[Silence, ...] = ()  # of commands; those of the configuration are in `Rules`
    known: Mapping[str, KnownEntry] = field(default_factory=dict)  # stored versions of edits, by id
    returned: Mapping[str, Fold] = field(default_factory=dict)  # by entry, if its page was stored
    report_rates: Mapping[str, float] | None = None  # reports an hour, by list; default: window

    def report_rate(self, report: Report) -> float:
        """Return the usual reports an hour of the report's busiest watch-list."""
        lists = (match.watchlist for match in report.matches)
        if self.report_rates is None:
            return max(self.window.report_rate(watchlist) for watchlist in lists)
        return max(self.report_rates.get(watchlist, inf) for watchlist in lists)


@dataclass(slots=True)
class _Draft:
    """An unfinished plan: each report may change a story that the next one belongs to."""

    context: PollContext
    rules: Rules
    policy: AlertPolicy = field(init=False)  # with all active silences
    touched: dict[str, Story] = field(default_factory=dict)
    entries: list[PlannedEntry] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    stories_new: int = 0

    def __post_init__(self) -> None:
        policy = self.rules.policy
        self.policy = replace(policy, silences=(*policy.silences, *self.context.silences))

    def story(self, story_id: str) -> Story | None:
        return self.touched.get(story_id) or self.context.stories.get(story_id)

    def add(self, report: Report, fold: Fold, report_rate: float = inf) -> Step:
        """Advance the story that `fold` names, and add the messages that result."""
        before = self.story(fold.story_id)
        step = advance(before, report, fold, self.policy, report_rate=report_rate)
        self.stories_new += step.opens_story
        highest_sent = before.sent_severity if before else None
        story = self._announce(step, report, highest_sent) if step.is_sent else step.story
        self.touched[story.id] = story
        return step

    def _announce(self, step: Step, report: Report, highest_sent: Severity | None) -> Story:
        """Add the alert and one delivery for each recipient; return the story with its threads."""
        related = step.fold.related
        facts = describe_alert(
            step,
            report,
            titles=self.rules.titles,
            related=self.story(related.story_id) if related else None,
            languages=self.rules.policy.languages,
        )
        story = step.story
        alert = Alert(
            id=alert_id(story.id, story.revision),
            kind=facts.kind,
            story_id=story.id,
            revision=story.revision,
            severity=story.severity,
            facts=facts,
            created_at=report.seen_at,
            config_version=self.rules.config_version,
        )
        deliveries, threads = _deliveries(alert, step, highest_sent, self.rules)
        if deliveries:
            self.alerts.append(alert)
            self.deliveries.extend(deliveries)
        return replace(story, threads=threads)


def plan_poll(poll: Poll, context: PollContext, rules: Rules) -> Plan:
    """Plan the changes of one poll, or of one part of it."""
    draft = _Draft(context, rules)
    for report in poll.reports:
        fold, is_known = _fold(report, context, rules)
        step = draft.add(report, fold, context.report_rate(report))
        if not is_known:
            is_sent = step.is_sent and report.kind.kind is EntryKind.NEWS
            context.window.add(report.features, fold, is_sent=is_sent)
        elif step.is_sent:
            context.window.note_sent(report.features, fold.story_id)
        draft.entries.append(_planned(report, step, rules))
    return _finish(draft, poll)


def _fold(report: Report, context: PollContext, rules: Rules) -> tuple[Fold, bool]:
    """Find the story of a report, by identity first; True if the window already has the report."""
    entry = report.entry
    known = context.known.get(entry.id)
    if known is not None and known.story_id:
        fold = Fold(
            story_id=known.story_id,
            relation=Relation.SAME_ENTRY,
            reason=SAME_GUID,
            novelty=_edit_novelty(report, known, context.window),
        )
        return fold, True
    fold = context.window.fold(report.features, rules.folding)
    if fold.relation is not Relation.SAME_ENTRY and entry.id in context.returned:
        # The page may be older than the window.
        fold = context.returned[entry.id]
    return fold, False


def _edit_novelty(report: Report, known: KnownEntry, window: StoryWindow) -> Novelty:
    """Return the news of an edit, compared with the messages about its story.

    Signals that the stored title already had are not new. They are read from that title because a
    rebuilt window holds the report as it was first folded, and no window holds a closed story.
    """
    features = report.features
    novelty = window.novelty(features, known.story_id)
    if report.change and report.change.signal:
        return replace(novelty, signals=(report.change.signal,))
    signals = novelty.signals if window.is_open(known.story_id) else features.signals
    if not signals:
        return novelty
    before = {signal.kind for signal in find_signals(known.title)}
    return replace(novelty, signals=tuple(kind for kind in signals if kind not in before))


def _planned(report: Report, step: Step, rules: Rules) -> PlannedEntry:
    is_watched = step.is_sent and report.kind.kind is EntryKind.NEWS and not report.change
    return PlannedEntry(
        entry=report.entry,
        is_new=not report.is_edited,
        matches=step.matches,
        fold=step.fold,
        features=report.features,
        attributions=report.attributions,
        decision=step.decision,
        differences=report.differences,
        page=_WATCH if is_watched and rules.pages.watch_edits else None,
    )


_WATCH = PageWish(task=PageTask.EDITS, cause=PageCause.ALERTED)


def _finish(draft: _Draft, poll: Poll) -> Plan:
    entries = (*draft.entries, *poll.unmatched)
    rules = draft.rules
    return Plan(
        state=poll.state,
        seen=poll.seen,
        entries=entries,
        stories=tuple(draft.touched.values()),
        alerts=tuple(draft.alerts),
        deliveries=tuple(draft.deliveries),
        config_version=rules.config_version,
        shadow_version=rules.shadow.version if rules.shadow else "",
        is_last=poll.is_last,
        report=PollReport(
            feed_id=poll.feed.id,
            outcome=poll.state.last_outcome,
            entries=poll.entries,
            entries_new=sum(planned.is_new for planned in entries),
            stories_new=draft.stories_new,
            alerts=len(draft.alerts),
            detail=poll.state.last_detail,
            is_baseline=poll.is_baseline,
            rekeyed=poll.rekeyed,
            is_behind=poll.state.profile.backfill is not None,
            reasons=tuple(planned.decision.reason for planned in entries),
        ),
    )


# ---------------------------------------------------------------- messages

_Threads = tuple[tuple[str, str, str], ...]  # as in `Story`
_Hold = tuple[datetime | None, str]  # the end of a hold, if there is one, and its reason


def _deliveries(
    alert: Alert, step: Step, highest_sent: Severity | None, rules: Rules
) -> tuple[list[Delivery], _Threads]:
    """Return one delivery for each recipient, and the story's threads including them."""
    threads = {(receiver, recipient): first for receiver, recipient, first in step.story.threads}
    decision = step.decision
    deliveries: list[Delivery] = []
    for destination in step.destinations:
        for recipient in rules.recipients.get(destination.receiver) or ("",):
            place = (destination.receiver, recipient)
            parent = threads.get(place, "") if decision.action is Action.UPDATE else ""
            is_wanted = destination.wants_updates or decision.reason.corrects
            if parent and not is_wanted:
                continue
            hold = _hold(
                destination,
                rules.policy,
                sent=highest_sent if parent else None,
                now=alert.created_at,
            )
            delivery = _delivery(
                alert, destination, recipient, parent=parent, hold=hold, rules=rules
            )
            if not parent:
                threads[place] = delivery.id
            deliveries.append(delivery)
    return deliveries, tuple((*place, first) for place, first in threads.items())


def _delivery(
    alert: Alert,
    destination: Destination,
    recipient: str,
    *,
    parent: str,
    hold: _Hold,
    rules: Rules,
) -> Delivery:
    not_before, why = hold
    give_up = rules.give_up.get(destination.receiver, GIVE_UP_AFTER)
    return Delivery(
        id=delivery_key(alert.id, destination.receiver, recipient),
        alert_id=alert.id,
        receiver=destination.receiver,
        recipient=recipient,
        routes=tuple(route.name for route in destination.routes),
        watchlists=destination.watchlists,
        state=DeliveryState.HELD if not_before else DeliveryState.PENDING,
        state_reason=why,
        not_before=not_before,
        give_up_at=(not_before or alert.created_at) + give_up,
        parent_id=parent,
    )


def _hold(
    destination: Destination, policy: AlertPolicy, *, sent: Severity | None, now: datetime
) -> _Hold:
    """Return the end of a message's hold, and the reason.

    Quiet hours hold any message, `update_wait` holds updates, and an explicit `group_wait` holds
    both. If several routes lead to one receiver, the quiet hours that end first apply, counted
    from the end of the wait.
    """
    until = update_hold(destination.severity, sent, wait=policy.update_wait, now=now)
    if end := _end_of_quiet(destination, policy, until or now):
        return end, DeliveryReason.QUIET_HOURS
    waits = [now + destination.group_wait] if destination.group_wait else []
    if until:
        return max((until, *waits)), DeliveryReason.UPDATE_WAIT
    return (waits[0], DeliveryReason.GROUP_WAIT) if waits else (None, DeliveryReason.NONE)


def _end_of_quiet(destination: Destination, policy: AlertPolicy, at: datetime) -> datetime | None:
    """Return the end of the quiet hours that hold a message at this time, if any do."""
    ends: list[datetime] = []
    for quiet in policy.quiet_hours:
        if quiet.name in destination.quiet_hours:
            end = held_until(destination.severity, quiet=quiet, now=at)
            if end is None:
                return None
            ends.append(end)
    return min(ends, default=None)


# ---------------------------------------------------------------- released reports


def name_source(release: Release, source: Story, languages: Sequence[str]) -> Release:
    """Return the release with the story that its reports were split from in its first alert."""
    title, _ = headline_pair(source.title, source.reports, languages)
    name = StoryName(story_id=source.id, title=title)
    alerts = [
        replace(alert, facts=replace(alert.facts, split_from=name))
        if isinstance(alert.facts, AlertFacts) and alert.kind is AlertKind.NEW
        else alert
        for alert in release.alerts
    ]
    return replace(release, alerts=tuple(alerts))


def plan_release(
    held: Sequence[tuple[Report, Fold]], context: PollContext, rules: Rules
) -> Release:
    """Plan the alerts that stored reports would cause if they were new, oldest first.

    A story that was sent already gets a message only for a report that is an update.
    """
    draft = _Draft(context, rules)
    decisions: dict[str, Decision] = {}
    for report, fold in held:
        # A held report is not a repeat, and other reports may have been sent since it was folded.
        novelty = context.window.novelty(report.features, fold.story_id)
        step = draft.add(report, replace(fold, relation=Relation.SAME_EVENT, novelty=novelty))
        if step.is_sent:
            context.window.note_sent(report.features, fold.story_id)
        decisions[report.entry.id] = step.decision
    alerted = {alert.story_id for alert in draft.alerts}
    return Release(
        decisions=decisions,
        stories=tuple(
            replace(story, last_seen_at=context.stories[story.id].last_seen_at)
            for story in draft.touched.values()
            if story.id in alerted
        ),
        alerts=tuple(draft.alerts),
        deliveries=tuple(draft.deliveries),
        config_version=rules.config_version,
    )
