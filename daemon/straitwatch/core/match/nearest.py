"""How near a list came to firing, and what tips it one way with one set of lists and not another.

A near miss is a text that one thing alone kept out: one term, a few words of distance, one noise
rule, a mask. Everything else is no miss but a text about something else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from straitwatch.core.match.explain import Explanation, Lack, RuleExplanation

_HEAVY_MASKS = 2  # masked hits that are shown as the reason


class Kept(StrEnum):
    """What kept a list from firing."""

    FILTER = "filter"
    EXCLUDE = "exclude"
    NOISE = "noise"
    POINTS = "points"
    TERM = "term"
    DISTANCE = "distance"
    MASK = "mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """The one thing that kept a list from firing on a text."""

    kind: Kept
    rule: str  # noise[2], match[0]; "" where it is no rule
    what: str  # the same for every text that it kept out: reports are grouped by it
    text: str  # in words, for this text
    excess: int = 0  # words of distance too many


def near_miss(explanation: Explanation) -> NearMiss | None:
    """Say what alone kept a list from firing; None: it fires, or more than one thing is missing."""
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
    """The points would do: a filter or an exclusion decided."""
    if explanation.filtered:
        what = explanation.filtered
        return NearMiss(kind=Kept.FILTER, rule="", what=what, text=f"not looked at: {what}")
    rule = next(it for it in explanation.rules if it.rule == explanation.excluded_by)
    words = _words(rule)
    text = f"{rule.rule} keeps it out: {words}"
    return NearMiss(kind=Kept.EXCLUDE, rule=rule.rule, what=rule.when, text=text)


def _outweighed(explanation: Explanation) -> NearMiss | None:
    """Without the heaviest noise rule it would fire."""
    noise = [rule for rule in explanation.held if rule.points < 0]
    if not noise:
        return None
    rule = min(noise, key=lambda it: it.points)
    if explanation.score - rule.points < explanation.threshold:
        return None
    text = (
        f"{rule.rule} took {-rule.points} points ({_words(rule)}): "
        f"{explanation.score} of {explanation.threshold}"
    )
    return NearMiss(kind=Kept.NOISE, rule=rule.rule, what=rule.when, text=text)


def _one_short(explanation: Explanation) -> NearMiss | None:
    """A line of `match` lacks one thing; the least distance first, then a term."""
    lacking = [
        (rule, rule.missing[0])
        for rule in explanation.rules
        if rule.kind == "match" and len(rule.missing) == 1 and _has_hit_in_text(rule)
    ]
    apart = [it for it in lacking if it[1].kind in (Lack.DISTANCE, Lack.SENTENCE, Lack.ORDER)]
    if apart:
        rule, lack = min(apart, key=lambda it: it[1].excess)
        kind = Kept.DISTANCE
    elif lacking:
        rule, lack = lacking[0]
        kind = Kept.TERM
    else:
        return None
    what = rule.when if kind is Kept.DISTANCE else lack.text
    text = f"{rule.rule} lacks one thing: {lack.text}"
    return NearMiss(kind=kind, rule=rule.rule, what=what, text=text, excess=lack.excess)


def _has_hit_in_text(rule: RuleExplanation) -> bool:
    return any(hit.field != "feed" for hit in rule.hits)


def _too_few(explanation: Explanation) -> NearMiss | None:
    gained = sum(rule.points for rule in explanation.held if rule.points > 0)
    if gained <= 0:
        return None
    text = f"{explanation.score} of {explanation.threshold} points"
    return NearMiss(kind=Kept.POINTS, rule="", what="too few points", text=text)


def _masked(explanation: Explanation) -> NearMiss | None:
    if not explanation.masked:
        return None
    inside = [f"{it.hit.text} inside {it.inside.text}" for it in explanation.masked]
    shown = list(dict.fromkeys(inside))[:_HEAVY_MASKS]
    text = f"does not count: {'; '.join(shown)}"
    return NearMiss(kind=Kept.MASK, rule="", what=shown[0], text=text)


def _words(rule: RuleExplanation) -> str:
    return ", ".join(dict.fromkeys(hit.text for hit in rule.hits)) or rule.when


# ---------------------------------------------------------------- two sets of lists


def what_tips(fires: Explanation, other: Explanation | None) -> Iterator[str]:
    """Name what the firing side has that the other lacks, and what holds the other side back.

    Rules are compared by what they say: their number changes when a line is added above them.
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
