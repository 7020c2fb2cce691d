"""Alert or not, and why.

Two questions are answered apart: folding has said to which story a report belongs; here it is
decided whether it brings something new.
"""

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
        fold: its story, how sure that is, and what it adds to the reports that were sent.
        before: the story as it was; None when the report opens it.
        after: the story with the report in it.
        severity: that of the report alone, in its story.
        policy: which languages the desk reads.

    """
    if held := _HELD.get(report.status):
        return _none(held)
    if before is not None and fold.novelty.signals and before.sent_severity:
        return _update(Reason.CORRECTION)  # also when late: an old entry may be corrected today
    is_repeat = before is not None and _is_repeat(report, fold)
    if report.status is ReportStatus.LATE:
        is_known = is_repeat and before is not None and before.watchlists == after.watchlists
        return _none(Reason.KNOWN_ENTRY) if is_known else _digest(Reason.LATE)
    if kind := _KINDS.get(report.kind.kind):
        return _decide_about_kind(kind, report, policy, is_repeat=is_repeat)
    if before is None:
        return _ALERT
    if before.sent_severity is None:
        return _decide_about_untold(report, fold)
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
    """Decide about commentary and round-ups: for the digest, unless a route asks for them."""
    if is_repeat:
        return _none(Reason.KNOWN_ENTRY)
    is_wanted = any(report.kind.kind in route.kinds for route in policy.routes)
    return Decision(action=Action.ALERT, reason=kind) if is_wanted else _digest(kind)


def _decide_about_untold(report: Report, fold: Fold) -> Decision:
    """Decide about a further report of a story that nobody was sent.

    What was only part of another feed's silent start is sent once.
    """
    is_old = report.is_edited or fold.is_own_repeat
    return _none(Reason.KNOWN_ENTRY) if is_old else _ALERT


def _decide_about_severity(fold: Fold) -> Decision:
    """Decide about a report that is more severe than all that was sent; a copy is no event."""
    if fold.relation in (Relation.SAME_ENTRY, Relation.DUPLICATE):
        return _update(Reason.HIGHER_SEVERITY)
    return Decision(action=Action.ALERT, reason=Reason.MORE_SEVERE)


def _decide_about_novelty(
    report: Report, fold: Fold, before: Story, policy: AlertPolicy
) -> Decision:
    if report.is_edited and _tells_more(fold):
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
    """Return True if a report adds what a desk must hear.

    A near-duplicate must do so by a deed or by another country that acts; one that only names who
    says the same is a copy.
    """
    novelty = fold.novelty
    if fold.relation is Relation.DUPLICATE:
        return bool(novelty.sides or novelty.acts)
    return novelty.is_development


def _tells_more(fold: Fold) -> bool:
    """Return True if an edit tells of another deed or country, or the opposite of what was sent."""
    return bool(fold.novelty.sides or fold.novelty.acts or fold.novelty.opposites)


def _is_repeat(report: Report, fold: Fold) -> bool:
    """Return True if the report was there before: the entry, or its page in whatever feed."""
    return report.is_edited or fold.relation is Relation.SAME_ENTRY


def _is_first_in_language(report: Report, before: Story, policy: AlertPolicy) -> bool:
    """Return True if the desk reads the language, and nobody was sent the story in it."""
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
