"""Say why each list fired or did not: points per rule, hits, masked hits, what was missing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from straitwatch.core.match.document import Document, Span
from straitwatch.core.match.filters import filtered_because
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
    reach_of,
    score_of,
    severity_of,
)
from straitwatch.core.model import Hit, MatchText, Severity

AsHits = Callable[[Iterable[Span]], tuple[Hit, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplanation:
    """One rule of a list and what it found."""

    rule: str
    when: str
    points: int  # what it would give or take away
    holds: bool
    hits: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()  # what kept it from holding, in words

    @property
    def kind(self) -> str:
        """`match`, `signals`, `noise` or `exclude`: the number is a place, not an identity."""
        return self.rule.partition("[")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedHit:
    """A hit that does not count because it stands inside a longer term."""

    hit: Hit
    inside: Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one list fired, or did not."""

    watchlist: str
    fires: bool
    score: int
    threshold: int
    severity: Severity | None
    rules: tuple[RuleExplanation, ...]
    masked: tuple[MaskedHit, ...] = ()
    filtered: str = ""  # the list did not look at this text, and why
    excluded_by: str = ""

    @property
    def is_near_miss(self) -> bool:
        """Whether one word, one step of distance or one noise rule decided against it."""
        if self.fires:
            return False
        gained = any(rule.holds and not rule.rule.startswith("noise") for rule in self.rules)
        one_short = any(len(rule.missing) == 1 and rule.hits for rule in self.rules)
        return bool(self.filtered or self.excluded_by or gained or one_short)


def explain_lists(
    lists: Iterable[CompiledList],
    text: MatchText,
    doc: Document,
    *,
    as_hits: Callable[[Iterable[Span], Document], tuple[Hit, ...]],
) -> tuple[Explanation, ...]:
    """Explain lists on one document."""

    def show(spans: Iterable[Span]) -> tuple[Hit, ...]:
        return as_hits(spans, doc)

    return tuple(_explain_list(compiled, text, doc, show=show) for compiled in lists)


def _explain_list(
    compiled: CompiledList, text: MatchText, doc: Document, *, show: AsHits
) -> Explanation:
    config = compiled.config
    filtered = filtered_because(config, text)
    score = score_of(compiled, doc)
    excluded = [rule.name for rule in compiled.exclude if rule.node.holds(doc)]
    fires = score >= config.threshold and not filtered and not excluded
    return Explanation(
        watchlist=config.id,
        fires=fires,
        score=score,
        threshold=config.threshold,
        severity=severity_of(compiled, score, doc) if fires else None,
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
    holds = rule.node.holds(doc)
    spans = rule.node.evidence(doc) if holds else _halfway(rule.node, doc)
    return RuleExplanation(
        rule=rule.name,
        when=rule.when,
        points=points,
        holds=holds,
        hits=show(spans),
        missing=() if holds else tuple(_missing(rule.node, doc)),
    )


def _halfway(node: Node, doc: Document) -> list[Span]:
    return [span for leaf in _leaves(node) for span in leaf.spans(doc)]


def _missing(node: Node, doc: Document) -> Iterator[str]:
    match node:
        case Leaf():
            yield node.text
        case AllOf():
            for part in node.parts:
                if not part.holds(doc):
                    yield from _missing(part, doc)
        case AnyOf():
            yield " or ".join(text for part in node.parts for text in _missing(part, doc))
        case Close():
            yield _missing_pair(node, doc)
        case _:
            yield "something that must not be there is there"


def _missing_pair(node: Close, doc: Document) -> str:
    lacking = [leaf.text for leaf in (node.left, node.right) if not leaf.spans(doc)]
    if lacking:
        return " and ".join(lacking)
    distance = node.distance(doc)
    pair = f"{node.left.text} and {node.right.text}"
    if distance is None:
        return f"{pair} overlap or stand in the wrong order"
    if node.words is None:
        return f"{pair} stand in different sentences"
    return f"{pair} are {distance:g} words apart, at most {node.words} allowed"


def _leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case AllOf() | AnyOf():
            for part in node.parts:
                yield from _leaves(part)
        case Close():
            yield node.left
            yield node.right
        case _:
            return


def _masked(compiled: CompiledList, doc: Document, *, show: AsHits) -> Iterator[MaskedHit]:
    rules = [*compiled.match, *compiled.signals]
    sets = {
        inner.id: inner
        for rule in rules
        for leaf in _leaves(rule.node)
        for node, _ in leaf.members
        for inner in _with_nested(node)
    }
    for node in sets.values():
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
