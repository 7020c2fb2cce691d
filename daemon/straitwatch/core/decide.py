"""Decides whether a report of a known story is sent, and why."""

from straitwatch.core.model import (
    Action,
    AlertPolicy,
    Decision,
    EntryKind,
    Fold,
    Reason,
    Relation,
    Report,
    ReportStatus,
    Severity,
    Story,
)

_HELD = {ReportStatus.BASELINE: Reason.BASELINE, ReportStatus.REKEYED: Reason.REKEYED}
_ALERT = Decision(action=Action.ALERT, reason=Reason.NEW_STORY)
_KINDS = {EntryKind.COMMENTARY: Reason.COMMENTARY, EntryKind.ROUNDUP: Reason.ROUNDUP}


def decide(
    report: Report,
    fold: Fold,
    before: Story | None,
    after: Story,
    *,
    severity: Severity,
    policy: AlertPolicy,
) -> Decision:
    """Decide whether a report is sent, and say why.

    Args:
        report: the report.
        fold: its story, and its news compared with the reports that were sent.
        before: the story without the report; None if the report opens it.
        after: the story with the report.
        severity: of this report alone.
        policy: routes, and the languages that the desk reads.

    """
    if held := _HELD.get(report.status):
        return _none(held)
    if before is not None and fold.novelty.signals and before.sent_severity:
        return _update(Reason.CORRECTION)  # even if late: an old entry may be corrected today
    is_repeat = before is not None and _is_repeat(report, fold)
    if report.status is ReportStatus.LATE:
        is_known = is_repeat and before is not None and before.watchlists == after.watchlists
        return _none(Reason.KNOWN_ENTRY) if is_known else _digest(Reason.LATE)
    if kind := _KINDS.get(report.kind.kind):
        return _decide_about_kind(kind, report, policy, is_repeat=is_repeat)
    if before is None:
        return _ALERT
    if before.sent_severity is None:
        return _decide_in_unsent_story(report, fold)
    if set(after.watchlists) - set(before.watchlists):
        return _update(Reason.NEW_LIST)
    if after.is_breaking and not before.is_breaking:
        return _update(Reason.BREAKING)
    if severity.rank > before.sent_severity.rank:
        return _decide_about_severity(fold)
    return _decide_about_novelty(report, fold, before, policy)


def _decide_about_kind(
    kind: Reason, report: Report, policy: AlertPolicy, *, is_repeat: bool
) -> Decision:
    """Send commentary and round-ups to the digest, unless a route asks for them."""
    if is_repeat:
        return _none(Reason.KNOWN_ENTRY)
    is_wanted = any(report.kind.kind in route.kinds for route in policy.routes)
    return Decision(action=Action.ALERT, reason=kind) if is_wanted else _digest(kind)


def _decide_in_unsent_story(report: Report, fold: Fold) -> Decision:
    """Alert once on a story of which no report was sent, such as one from a feed's archive."""
    is_old = report.is_edited or fold.is_own_repeat
    return _none(Reason.KNOWN_ENTRY) if is_old else _ALERT


def _decide_about_severity(fold: Fold) -> Decision:
    """Alert on a report that is more severe than those that were sent; a copy is an update."""
    if fold.relation in (Relation.SAME_ENTRY, Relation.DUPLICATE):
        return _update(Reason.HIGHER_SEVERITY)
    return Decision(action=Action.ALERT, reason=Reason.MORE_SEVERE)


def _decide_about_novelty(
    report: Report, fold: Fold, before: Story, policy: AlertPolicy
) -> Decision:
    if report.change:
        removed = report.change.is_removed
        return _update(Reason.PAGE_REMOVED if removed else Reason.PAGE_CHANGED)
    if report.is_edited and _changes_the_facts(fold):
        return _update(Reason.DEVELOPMENT)
    if _is_repeat(report, fold):
        return _none(Reason.KNOWN_ENTRY)
    if _is_development(fold):
        return _update(Reason.DEVELOPMENT)
    if fold.is_probable:
        return _update(Reason.PROBABLE)
    if _is_first_in_language(report, before, policy):
        return _update(Reason.OTHER_LANGUAGE)
    return _none(Reason.RETELLING)


def _is_development(fold: Fold) -> bool:
    """Return True if a report adds facts that a desk must know.

    A near-duplicate must add an act or another acting side. If it only adds a name, such as a
    further speaker, it is a copy.
    """
    novelty = fold.novelty
    if fold.relation is Relation.DUPLICATE:
        return bool(novelty.sides or novelty.acts)
    return novelty.is_development


def _changes_the_facts(fold: Fold) -> bool:
    """Return True if an edit adds an act or a side, or contradicts the reports that were sent."""
    return bool(fold.novelty.sides or fold.novelty.acts or fold.novelty.opposites)


def _is_repeat(report: Report, fold: Fold) -> bool:
    """Return True if the entry was stored before, or its page in any feed."""
    return report.is_edited or fold.relation is Relation.SAME_ENTRY


def _is_first_in_language(report: Report, before: Story, policy: AlertPolicy) -> bool:
    """Return True if this is the first report to be sent in a language that the desk reads."""
    language = report.features.language  # without script or country
    if not before.sent_languages or language in before.sent_languages:
        return False
    read = {wanted.partition("-")[0] for wanted in policy.languages}
    return not read or language in read


def _update(reason: Reason) -> Decision:
    return Decision(action=Action.UPDATE, reason=reason)


def _digest(reason: Reason) -> Decision:
    return Decision(action=Action.DIGEST, reason=reason)


def _none(reason: Reason) -> Decision:
    return Decision(action=Action.NONE, reason=reason)
