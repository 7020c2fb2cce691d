"""Finds near misses, and the rules that decide between two versions of a list.

A near miss is a text that missed a list for a single reason: one term, a few words of distance, one
noise rule, or a mask. Texts that lack more are about other topics.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from straitwatch.core.match.explain import Explanation, LackKind, RuleExplanation
from straitwatch.core.plural import score_words

_MAX_MASKED = 2  # masked hits in the text of a reason


class MissKind(StrEnum):
    """Kinds of reasons why a list did not fire."""

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
    what: str  # groups texts with the same reason
    text: str  # the reason in words, for this text
    excess: int = 0  # words of distance above the limit


def find_near_miss(explanation: Explanation) -> NearMiss | None:
    """Return the single reason why a list did not fire; None if it fires or has more reasons."""
    if explanation.fires:
        return None
    if explanation.score >= explanation.threshold:
        return _find_refusal(explanation)
    return (
        _find_noise(explanation)
        or _find_lack(explanation)
        or _find_points(explanation)
        or _find_mask(explanation)
    )


def find_open_miss(explanation: Explanation, rules: Collection[str]) -> str:
    """Return the condition that one of these rules lacks, if an article may meet it."""
    if explanation.fires or explanation.filtered or explanation.excluded_by:
        return ""
    for rule in explanation.rules:
        if rule.rule in rules and len(rule.missing) == 1 and rule.missing[0].may_be_in_article:
            return f"{rule.rule} lacks one thing: {rule.missing[0].text}"
    return ""


def _find_refusal(explanation: Explanation) -> NearMiss:
    """Return the filter or exclude rule that stopped a list with enough points."""
    if explanation.filtered:
        what = explanation.filtered
        return NearMiss(kind=MissKind.FILTER, rule="", what=what, text=f"filtered out: {what}")
    rule = next(found for found in explanation.rules if found.rule == explanation.excluded_by)
    words = _words(rule)
    text = f"{rule.rule} excludes it: {words}"
    return NearMiss(kind=MissKind.EXCLUDE, rule=rule.rule, what=rule.when, text=text)


def _find_noise(explanation: Explanation) -> NearMiss | None:
    """Return the noise rule without which the list would fire, if there is one."""
    noise = [rule for rule in explanation.held if rule.points < 0]
    if not noise:
        return None
    rule = min(noise, key=lambda noisy: noisy.points)
    if explanation.score - rule.points < explanation.threshold:
        return None
    text = (
        f"{rule.rule} subtracts {-rule.points} points ({_words(rule)}): "
        f"{explanation.score} of {explanation.threshold}"
    )
    return NearMiss(kind=MissKind.NOISE, rule=rule.rule, what=rule.when, text=text)


def _find_lack(explanation: Explanation) -> NearMiss | None:
    """Return the single condition that a `match` rule lacks: the least distance, or else a term."""
    lacking = [
        (rule, rule.missing[0])
        for rule in explanation.rules
        if rule.kind == "match" and len(rule.missing) == 1 and _has_hit_in_text(rule)
    ]
    distant = [
        pair
        for pair in lacking
        if pair[1].kind in (LackKind.DISTANCE, LackKind.SENTENCE, LackKind.ORDER)
    ]
    if distant:
        rule, lack = min(distant, key=lambda pair: pair[1].excess)
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


def _find_points(explanation: Explanation) -> NearMiss | None:
    gained = sum(rule.points for rule in explanation.held if rule.points > 0)
    if gained <= 0:
        return None
    text = score_words(explanation.score, explanation.threshold)
    return NearMiss(kind=MissKind.POINTS, rule="", what="too few points", text=text)


def _find_mask(explanation: Explanation) -> NearMiss | None:
    if not explanation.masked:
        return None
    inside = [f"{masked.hit.text} inside {masked.inside.text}" for masked in explanation.masked]
    shown = list(dict.fromkeys(inside))[:_MAX_MASKED]
    text = f"does not count: {'; '.join(shown)}"
    return NearMiss(kind=MissKind.MASK, rule="", what=shown[0], text=text)


def _words(rule: RuleExplanation) -> str:
    return ", ".join(dict.fromkeys(hit.text for hit in rule.hits)) or rule.when


# ---------------------------------------------------------------- two sets of lists


def find_deciding_rules(fires: Explanation, other: Explanation | None) -> Iterator[str]:
    """Yield the rules that hold only on the firing side, and those that stop the other side.

    Rules are compared by their text, because a line added above changes their number.
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
