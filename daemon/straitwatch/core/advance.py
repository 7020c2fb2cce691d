"""The one step of a story: add a report, decide what to say about it, and to whom.

Polls, backtests and the release of held reports all go through `advance`.
"""

from dataclasses import replace
from math import inf

from straitwatch.core.decide import decide
from straitwatch.core.model import (
    Action,
    AlertPolicy,
    Decision,
    Destination,
    Fold,
    Reason,
    Report,
    ReportStatus,
    Step,
    Story,
)
from straitwatch.core.route import newly_reached, route_story, silence_of
from straitwatch.core.story import add_sources, raise_severity, resolve_severity

_UNCOUNTED = (ReportStatus.BASELINE, ReportStatus.REKEYED)  # such reports break no story


def advance(
    story: Story | None,
    report: Report,
    fold: Fold,
    policy: AlertPolicy,
    *,
    report_rate: float = inf,
) -> Step:
    """Add a report to its story and decide what to say about it.

    Args:
        story: the story that `fold` names, as it was; None when the report opens it.
        report: the report.
        fold: where it belongs.
        policy: routes, and all silences that are in force.
        report_rate: how many reports an hour the lists of the report usually have; without it no
            story breaks.

    """
    sourced = add_sources(story, report, fold)
    matches = report.matches
    if report.status.is_news:  # a report that is not sent must not use up the rise
        matches = resolve_severity(matches, sourced, report.feed)
    unsilenced = tuple(
        match for match in matches if silence_of(match, report, policy.silences) is None
    )
    rate = inf if report.status in _UNCOUNTED else report_rate
    after = raise_severity(sourced, unsilenced or matches, rate)
    if after.is_breaking and not sourced.is_breaking:
        unsilenced = tuple(replace(match, severity=match.severity.raised) for match in unsilenced)
    step = Step(
        story=after,
        fold=fold,
        decision=decide(report, fold, story, after, policy),
        matches=matches,
        unsilenced=unsilenced,
        opens_story=story is None,
    )
    return _address(step, report, story, policy)


def _address(step: Step, report: Report, before: Story | None, policy: AlertPolicy) -> Step:
    """Add where the step leads, and what that means for its decision and its story."""
    if not step.unsilenced:
        return _silence(step, before)
    destinations = _destinations(step, report, before, policy)
    if not destinations:
        return _redecide(step, Action.DIGEST, Reason.NO_ROUTE) if step.is_sent else step
    if not step.is_sent:
        step = _redecide(step, Action.UPDATE, Reason.NEW_ROUTE)
    story = step.story
    alerted_at = story.alerted_at or report.seen_at
    said = replace(story, revision=story.revision + 1, alerted_at=alerted_at)
    return replace(step, story=said, destinations=destinations)


def _destinations(
    step: Step, report: Report, before: Story | None, policy: AlertPolicy
) -> tuple[Destination, ...]:
    matches, after = step.unsilenced, step.story
    if step.is_sent:
        return route_story(matches, report, policy, story=after)
    if step.decision.reason is Reason.ALREADY_ALERTED and before is not None:
        return newly_reached(matches, report, policy, before=before, after=after)
    return ()


def _silence(step: Step, before: Story | None) -> Step:
    """Hold a step back: what it brings to the story is news once the silence is over."""
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
