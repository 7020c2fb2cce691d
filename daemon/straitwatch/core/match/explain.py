"""Explains why a list fired or not, with points per rule, hits, masked hits and missing terms."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil

from straitwatch.core.match.document import Document, Span
from straitwatch.core.match.filters import find_exclusion
from straitwatch.core.match.rules import (
    AllOf,
    AnyOf,
    Close,
    CompiledList,
    Leaf,
    Node,
    Rule,
    SetNode,
    covers,
    leaves_of,
    reach_of,
    score_of,
    severity_of,
)
from straitwatch.core.model import Hit, MatchText, Severity

_IN_ARTICLE = 0b100  # the field `content`
AsHits = Callable[[Iterable[Span]], tuple[Hit, ...]]


class LackKind(StrEnum):
    """Kinds of conditions that a rule lacks."""

    TERM = "term"
    DISTANCE = "distance"
    SENTENCE = "sentence"
    ORDER = "order"
    ABSENCE = "absence"  # an excluded term is present


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One condition that a rule lacks."""

    kind: LackKind
    text: str  # in words
    excess: int = 0  # words too many between the two sides of NEAR
    may_be_in_article: bool = True  # False: the title must have it

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplanation:
    """One rule of a list and its result on a text."""

    rule: str
    when: str
    points: int  # added or subtracted if the rule holds
    holds: bool
    hits: tuple[Hit, ...] = ()
    missing: tuple[Missing, ...] = ()  # the reasons why it does not hold

    @property
    def kind(self) -> str:
        """The name without the line number: `match`, `signals`, `noise` or `exclude`."""
        return self.rule.partition("[")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedHit:
    """A hit that does not count: a longer term contains it, or the text is in another language."""

    hit: Hit
    inside: Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The reasons why a list fired or not."""

    watchlist: str
    fires: bool
    score: int
    threshold: int
    severity: Severity | None
    rules: tuple[RuleExplanation, ...]
    masked: tuple[MaskedHit, ...] = ()
    filtered: str = ""  # the reason why the list does not read this text
    excluded_by: str = ""

    @property
    def held(self) -> tuple[RuleExplanation, ...]:
        """The rules that hold."""
        return tuple(rule for rule in self.rules if rule.holds)


def explain_lists(
    lists: Iterable[CompiledList],
    text: MatchText,
    doc: Document,
    *,
    as_hits: Callable[[Iterable[Span], Document], tuple[Hit, ...]],
) -> tuple[Explanation, ...]:
    """Explain the result of each list on a document."""

    def show(spans: Iterable[Span]) -> tuple[Hit, ...]:
        return as_hits(spans, doc)

    return tuple(_explain_list(compiled, text, doc, show=show) for compiled in lists)


def _explain_list(
    compiled: CompiledList, text: MatchText, doc: Document, *, show: AsHits
) -> Explanation:
    config = compiled.config
    filtered = find_exclusion(config, text)
    score = score_of(compiled, doc)
    excluded = [rule.name for rule in compiled.exclude if rule.holds(doc)]
    fires = score >= config.threshold and not filtered and not excluded
    return Explanation(
        watchlist=config.id,
        fires=fires,
        score=score,
        threshold=config.threshold,
        severity=severity_of(compiled, score, doc)[0] if fires else None,
        rules=tuple(_explain_rules(compiled, doc, show=show)),
        masked=tuple(_masked(compiled, doc, show=show)),
        filtered=filtered,
        excluded_by=excluded[0] if excluded else "",
    )


def _explain_rules(
    compiled: CompiledList, doc: Document, *, show: AsHits
) -> Iterator[RuleExplanation]:
    for rule in [*compiled.match, *compiled.signals, *compiled.exclude]:
        yield _explain_rule(rule, doc, points=rule.points, show=show)
    for rule in compiled.noise:
        yield _explain_rule(rule, doc, points=-rule.points, show=show)


def _explain_rule(rule: Rule, doc: Document, *, points: int, show: AsHits) -> RuleExplanation:
    holds = rule.holds(doc)
    spans = rule.node.evidence(doc) if holds else _partial_evidence(rule.node, doc)
    return RuleExplanation(
        rule=rule.name,
        when=rule.when,
        points=points,
        holds=holds,
        hits=show(spans),
        missing=() if holds else tuple(_missing_of(rule, doc)),
    )


def _partial_evidence(node: Node, doc: Document) -> list[Span]:
    return [span for leaf in leaves_of(node) for span in leaf.spans(doc)]


def _missing_of(rule: Rule, doc: Document) -> Iterator[Missing]:
    if rule.node.holds(doc):  # the feed's subject is the only hit
        yield Missing(kind=LackKind.TERM, text="a hit in the text")
    else:
        yield from _missing(rule.node, doc)


def _missing(node: Node, doc: Document) -> Iterator[Missing]:
    match node:
        case Leaf():
            yield _missing_term(node)
        case AllOf():
            for part in node.parts:
                if not part.holds(doc):
                    yield from _missing(part, doc)
        case AnyOf():
            lacks = [lack for part in node.parts for lack in _missing(part, doc)]
            kind = lacks[0].kind if len({lack.kind for lack in lacks}) == 1 else LackKind.TERM
            excess = min(lack.excess for lack in lacks)
            yield Missing(
                kind=kind,
                text=" or ".join(map(str, lacks)),
                excess=excess,
                may_be_in_article=any(lack.may_be_in_article for lack in lacks),
            )
        case Close():
            yield _missing_pair(node, doc)
        case _:
            text = "an excluded term is present"
            yield Missing(kind=LackKind.ABSENCE, text=text)


def _missing_term(leaf: Leaf) -> Missing:
    return Missing(
        kind=LackKind.TERM, text=leaf.text, may_be_in_article=leaf.fields & _IN_ARTICLE != 0
    )


def _missing_pair(node: Close, doc: Document) -> Missing:
    missing = _describe_pair(node, doc)
    fields = node.left.fields & node.right.fields
    return replace(missing, may_be_in_article=fields & _IN_ARTICLE != 0)


def _describe_pair(node: Close, doc: Document) -> Missing:
    lacking = [leaf.text for leaf in (node.left, node.right) if not leaf.spans(doc)]
    if lacking:
        return Missing(kind=LackKind.TERM, text=" and ".join(lacking))
    distance = node.distance(doc)
    pair = f"{node.left.text} and {node.right.text}"
    if distance is None:
        return Missing(kind=LackKind.ORDER, text=f"{pair} overlap or are in the wrong order")
    if node.words is None:
        return Missing(kind=LackKind.SENTENCE, text=f"{pair} are in different sentences")
    return Missing(
        kind=LackKind.DISTANCE,
        text=f"{pair} are {distance:g} words apart, at most {node.words} allowed",
        excess=ceil(distance - node.words),
    )


def _masked(compiled: CompiledList, doc: Document, *, show: AsHits) -> Iterator[MaskedHit]:
    rules = [*compiled.match, *compiled.signals]
    sets = {
        inner.id: inner
        for rule in rules
        for leaf in leaves_of(rule.node)
        for node, _ in leaf.members
        for inner in _with_nested(node)
    }
    for node in sets.values():
        for span in doc.foreign.get(node.id, ()):
            hit = show([span])[0]
            yield MaskedHit(hit=hit, inside=replace(hit, text=f"a text in {doc.language}"))
        masks = node.mask.spans(doc) if node.mask else []
        reach = reach_of(masks)
        for span in node.raw(doc):
            if covers(masks, reach, span):
                inside = next(m for m in masks if covers([m], [m.end], span))
                yield MaskedHit(hit=show([span])[0], inside=show([inside])[0])


def _with_nested(node: SetNode) -> Iterator[SetNode]:
    yield node
    for other in node.nested:
        yield from _with_nested(other)
