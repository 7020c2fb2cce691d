"""Stage: alert or not, and why.

In: a report, its story before and after it, the policy. Out: a `Decision` with its reason.
"""

from datetime import timedelta

from straitwatch.core.model import (
    Action,
    AlertPolicy,
    Decision,
    Fold,
    Reason,
    Relation,
    Report,
    ReportStatus,
    Story,
)

DAY_AFTER = timedelta(hours=24)  # a report this long after the alert is news again: say so
RENEWED_AFTER = timedelta(hours=18)  # a daily bulletin, published a little earlier than yesterday's
_HELD = {ReportStatus.BASELINE: Reason.BASELINE, ReportStatus.REKEYED: Reason.REKEYED}


def decide(
    report: Report, fold: Fold, before: Story | None, after: Story, policy: AlertPolicy
) -> Decision:
    """Decide whether something is said about the story now, and why."""
    if held := _HELD.get(report.status):
        return Decision(action=Action.NONE, reason=held)
    is_repeat = before is not None and _is_repeat(report, fold, before)
    if report.status is ReportStatus.LATE:
        if before and is_repeat and before.watchlists == after.watchlists:
            return Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)
        return Decision(action=Action.DIGEST, reason=Reason.LATE)  # a form of yes
    if before is None or (before.revision == 0 and not is_repeat):
        return Decision(action=Action.ALERT, reason=Reason.NEW_STORY)
    if gained := _gain(before, after, policy) or _later(report, fold, before, after):
        action = Action.UPDATE if before.revision else Action.ALERT
        return Decision(action=action, reason=gained)
    reason = Reason.KNOWN_ENTRY if is_repeat else Reason.ALREADY_ALERTED
    return Decision(action=Action.NONE, reason=reason)


def _is_repeat(report: Report, fold: Fold, before: Story) -> bool:
    """Return True if the report was there before: the entry, or the outlet's page under a new id.

    The same page in another outlet's feed is a report of its own: the first one may have been part
    of a silent baseline.
    """
    is_same_page = fold.relation is Relation.SAME_ENTRY
    return report.is_edited or (is_same_page and report.outlet.name in before.outlets)


def _gain(before: Story, after: Story, policy: AlertPolicy) -> Reason | None:
    if set(after.watchlists) - set(before.watchlists):
        return Reason.NEW_LIST
    if after.is_breaking and not before.is_breaking:
        return Reason.BREAKING
    if after.severity.rank > before.severity.rank:
        return Reason.HIGHER_SEVERITY
    if len(after.outlets) == len(before.outlets):
        return None
    if after.has_tier_one and not before.has_tier_one:
        return Reason.TIER_ONE
    if len(after.outlets) in policy.update_outlets:
        return Reason.MORE_OUTLETS
    return None


def _later(report: Report, fold: Fold, before: Story, after: Story) -> Reason | None:
    if len(after.outlets) == len(before.outlets):
        return Reason.DAY_LATER if _is_page_renewed(report, fold, before) else None
    if before.alerted_at is not None and report.seen_at - before.alerted_at > DAY_AFTER:
        return Reason.DAY_LATER
    return None


def _is_page_renewed(report: Report, fold: Fold, before: Story) -> bool:
    """Return True if one page carries another bulletin each day: a new id and title, much later."""
    if report.is_edited or fold.relation is not Relation.SAME_ENTRY:
        return False
    titles = {before.title, *(listed.title for listed in before.reports)}
    is_later = report.seen_at - before.last_seen_at > RENEWED_AFTER
    return report.entry.title not in titles and is_later
