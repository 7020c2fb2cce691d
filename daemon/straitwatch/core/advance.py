"""Advances a story by one report: adds it, decides whether it is sent, and to whom.

Polls, backtests and releases all call `advance`.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from straitwatch.core.decide import decide
from straitwatch.core.model import (
    Action,
    AlertPolicy,
    Decision,
    Destination,
    EntryKind,
    Fold,
    Match,
    Reason,
    Report,
    ReportStatus,
    Severity,
    Step,
    Story,
)
from straitwatch.core.route import newly_reached, route_story, silence_of
from straitwatch.core.story import (
    add_sources,
    highest,
    raise_severity,
    resolve_severity,
    union,
)

_UNCOUNTED = (ReportStatus.BASELINE, ReportStatus.REKEYED)  # never make a story breaking


def advance(
    story: Story | None,
    report: Report,
    fold: Fold,
    policy: AlertPolicy,
    *,
    report_rate: float = inf,
) -> Step:
    """Add a report to its story, and decide whether it is sent and to whom.

    Args:
        story: the story that `fold` names, before the report; None if the report opens it.
        report: the report.
        fold: the story of the report, and the news that it adds to that story.
        policy: the routes and all active silences.
        report_rate: the usual reports an hour of the report's watch-lists; without it, the story
            does not become breaking.

    """
    sourced = add_sources(story, report, fold)
    matches = report.matches
    if report.status.is_news:  # a report that is not sent must not consume the one-time rise
        matches = resolve_severity(matches, sourced, report.feed)
    unsilenced = tuple(
        match
        for match in matches
        if silence_of(match, report, policy.silences, story_id=fold.story_id) is None
    )
    rate = inf if report.status in _UNCOUNTED else report_rate
    after = _raise(story, sourced, report, unsilenced or matches, rate)
    if after.is_breaking and not sourced.is_breaking:
        unsilenced = tuple(replace(match, severity=match.severity.raised) for match in unsilenced)
    severity = highest(match.severity for match in unsilenced or matches)
    step = Step(
        story=after,
        fold=fold,
        decision=decide(report, fold, story, after, severity=severity, policy=policy),
        matches=matches,
        unsilenced=unsilenced,
        opens_story=story is None,
    )
    return _address(step, report, story, policy)


def _raise(
    before: Story | None,
    sourced: Story,
    report: Report,
    matches: Sequence[Match],
    report_rate: float,
) -> Story:
    """Return the story with the report's watch-lists and severity.

    Commentary and round-ups do not change either in a story with other reports, and are never
    critical.
    """
    if report.kind.kind is EntryKind.NEWS:
        return raise_severity(sourced, matches, report_rate)
    if before is not None:
        return sourced
    opened = raise_severity(sourced, matches)
    is_critical = opened.severity is Severity.CRITICAL
    return replace(opened, severity=Severity.HIGH) if is_critical else opened


def _address(step: Step, report: Report, before: Story | None, policy: AlertPolicy) -> Step:
    """Add the destinations, and change the decision and the story accordingly."""
    if not step.unsilenced:
        return _silence(step, before)
    destinations = _destinations(step, report, before, policy)
    if not destinations:
        is_news = report.kind.kind is EntryKind.NEWS
        reason = Reason.NO_ROUTE if is_news else step.decision.reason
        return _redecide(step, Action.DIGEST, reason) if step.is_sent else step
    if not step.is_sent:
        step = _redecide(step, Action.UPDATE, Reason.NEW_ROUTE)
    return replace(step, story=_note_sent(step, report), destinations=destinations)


def _note_sent(step: Step, report: Report) -> Story:
    """Return the story after this report is sent."""
    story = replace(step.story, revision=step.story.revision + 1)
    if report.kind.kind is not EntryKind.NEWS:
        return story  # the first news report of this story is still an alert
    levels = (match.severity for match in step.unsilenced)
    return replace(
        story,
        alerted_at=story.alerted_at or report.seen_at,
        sent_severity=highest((*levels, story.sent_severity or Severity.LOW)),
        sent_languages=union(story.sent_languages, (report.features.language,)),
    )


def _destinations(
    step: Step, report: Report, before: Story | None, policy: AlertPolicy
) -> tuple[Destination, ...]:
    matches, after = step.unsilenced, step.story
    if step.is_sent:
        routed = route_story(matches, report, policy, story=after)
        corrects = step.decision.reason.corrects
        return (*routed, *_other_receivers(routed, step)) if corrects else routed
    if step.decision.reason is Reason.RETELLING and before is not None:
        return newly_reached(matches, report, policy, before=before, after=after)
    return ()


def _other_receivers(routed: Sequence[Destination], step: Step) -> tuple[Destination, ...]:
    """Return the other receivers that got the story: a correction goes to them too."""
    reached = {destination.receiver for destination in routed}
    informed = dict.fromkeys(receiver for receiver, _, _ in step.story.threads)
    lists = tuple(match.watchlist for match in step.unsilenced)
    severity = highest(match.severity for match in step.unsilenced)
    return tuple(
        Destination(receiver=receiver, routes=(), watchlists=lists, severity=severity)
        for receiver in informed
        if receiver not in reached
    )


def _silence(step: Step, before: Story | None) -> Step:
    """Undo the changes to watch-lists and severity, so that they are news after the silence."""
    held = _redecide(step, Action.DIGEST, Reason.SILENCED) if step.is_sent else step
    if before is None:
        return held
    story = replace(
        step.story,
        watchlists=before.watchlists,
        severity=before.severity,
        is_breaking=before.is_breaking,
    )
    return replace(held, story=story)


def _redecide(step: Step, action: Action, reason: Reason) -> Step:
    return replace(step, decision=Decision(action=action, reason=reason))
