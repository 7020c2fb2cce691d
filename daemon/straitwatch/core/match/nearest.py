"""Find near misses, and the rules that decide between two versions of a list.

A near miss is a text that missed a list for a single reason: one term, a few words of distance, one
noise rule, or a mask. All other texts are about something else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from straitwatch.core.match.explain import Explanation, Lack, RuleExplanation

_HEAVY_MASKS = 2  # masked hits to show as the reason


class MissKind(StrEnum):
    """The kind of reason why a list did not fire."""

    FILTER = "filter"
    EXCLUDE = "exclude"
    NOISE = "noise"
    POINTS = "points"
    TERM = "term"
    DISTANCE = "distance"
    MASK = "mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """The single reason why a list did not fire on a text."""

    kind: MissKind
    rule: str  # such as noise[2] or match[0]; "" if it is not a rule
    what: str  # the same for all texts with this reason, which are grouped by it
    text: str  # in words, for this text
    excess: int = 0  # words of distance too many


def find_near_miss(explanation: Explanation) -> NearMiss | None:
    """Return the single reason why a list did not fire; None if it fires or lacks more."""
    if explanation.fires:
        return None
    if explanation.score >= explanation.threshold:
        return _refused(explanation)
    return (
        _outweighed(explanation)
        or _one_short(explanation)
        or _too_few(explanation)
        or _masked(explanation)
    )


def _refused(explanation: Explanation) -> NearMiss:
    """Return the filter or exclusion that decided although the points are sufficient."""
    if explanation.filtered:
        what = explanation.filtered
        return NearMiss(kind=MissKind.FILTER, rule="", what=what, text=f"not looked at: {what}")
    rule = next(found for found in explanation.rules if found.rule == explanation.excluded_by)
    words = _words(rule)
    text = f"{rule.rule} keeps it out: {words}"
    return NearMiss(kind=MissKind.EXCLUDE, rule=rule.rule, what=rule.when, text=text)


def _outweighed(explanation: Explanation) -> NearMiss | None:
    """Return the noise rule without which the list fires, if there is one."""
    noise = [rule for rule in explanation.held if rule.points < 0]
    if not noise:
        return None
    rule = min(noise, key=lambda noisy: noisy.points)
    if explanation.score - rule.points < explanation.threshold:
        return None
    text = (
        f"{rule.rule} took {-rule.points} points ({_words(rule)}): "
        f"{explanation.score} of {explanation.threshold}"
    )
    return NearMiss(kind=MissKind.NOISE, rule=rule.rule, what=rule.when, text=text)


def _one_short(explanation: Explanation) -> NearMiss | None:
    """Return the one thing that a `match` line lacks: the least distance, or else a term."""
    lacking = [
        (rule, rule.missing[0])
        for rule in explanation.rules
        if rule.kind == "match" and len(rule.missing) == 1 and _has_hit_in_text(rule)
    ]
    apart = [pair for pair in lacking if pair[1].kind in (Lack.DISTANCE, Lack.SENTENCE, Lack.ORDER)]
    if apart:
        rule, lack = min(apart, key=lambda pair: pair[1].excess)
        kind = MissKind.DISTANCE
    elif lacking:
        rule, lack = lacking[0]
        kind = MissKind.TERM
    else:
        return None
    what = rule.when if kind is MissKind.DISTANCE else lack.text
    text = f"{rule.rule} lacks one thing: {lack.text}"
    return NearMiss(kind=kind, rule=rule.rule, what=what, text=text, excess=lack.excess)


def _has_hit_in_text(rule: RuleExplanation) -> bool:
    return any(hit.field != "feed" for hit in rule.hits)


def _too_few(explanation: Explanation) -> NearMiss | None:
    gained = sum(rule.points for rule in explanation.held if rule.points > 0)
    if gained <= 0:
        return None
    text = f"{explanation.score} of {explanation.threshold} points"
    return NearMiss(kind=MissKind.POINTS, rule="", what="too few points", text=text)


def _masked(explanation: Explanation) -> NearMiss | None:
    if not explanation.masked:
        return None
    inside = [f"{masked.hit.text} inside {masked.inside.text}" for masked in explanation.masked]
    shown = list(dict.fromkeys(inside))[:_HEAVY_MASKS]
    text = f"does not count: {'; '.join(shown)}"
    return NearMiss(kind=MissKind.MASK, rule="", what=shown[0], text=text)


def _words(rule: RuleExplanation) -> str:
    return ", ".join(dict.fromkeys(hit.text for hit in rule.hits)) or rule.when


# ---------------------------------------------------------------- two sets of lists


def find_deciding_rules(fires: Explanation, other: Explanation | None) -> Iterator[str]:
    """Yield the rules that only the firing side has, and those that stop the other side.

    Rules are compared by their text, because their number changes with each line added above.
    """
    if other is None:
        yield from (_named(rule) for rule in fires.held if rule.points >= 0)
        return
    if other.filtered or other.excluded_by:
        yield other.filtered or other.excluded_by
    if fires.threshold != other.threshold:
        yield f"threshold {fires.threshold}, not {other.threshold}"
    theirs = {(rule.kind, rule.when) for rule in other.held}
    ours = {(rule.kind, rule.when) for rule in fires.held}
    for rule in fires.held:
        if rule.points > 0 and (rule.kind, rule.when) not in theirs:
            yield _named(rule)
    for rule in other.held:
        if rule.points < 0 and (rule.kind, rule.when) not in ours:
            yield _named(rule)


def _named(rule: RuleExplanation) -> str:
    return f"{rule.rule} {rule.points:+d}: {rule.when}"
