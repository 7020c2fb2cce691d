"""Evaluates the rules of a watch-list, which are trees of term sets, on a document."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import Protocol

from straitwatch.core.match.document import Document, Span
from straitwatch.core.model import ANY_STORY, Severity, StoryFilter, StoryLevel, WatchList

NOTHING: list[Span] = []
ALL_FIELDS = 0b111  # title, summary, content
SUBJECT = 0b1000  # the subject of the feed


def is_subject(span: Span) -> bool:
    """Return True if a hit is the subject of the feed and not a part of the text."""
    return span.end == 0


class Node(Protocol):
    """A node in the tree of a rule."""

    def holds(self, doc: Document) -> bool:
        """Return True if the node holds for the document."""
        ...

    def evidence(self, doc: Document) -> list[Span]:
        """Return the spans that make the node hold."""
        ...

    def clauses(self) -> list[frozenset[int]]:
        """Return groups of term sets; the node can hold only with a hit from each group."""
        ...


@dataclass(slots=True, eq=False)
class SetNode:
    """A term set: its own hits and those of nested sets, without hits inside its masks."""

    id: int
    name: str
    size: int = 0  # patterns, as a measure of expected hits
    nested: tuple["SetNode", ...] = ()
    mask: "SetNode | None" = None
    languages: tuple[str, ...] = ()  # in which its own phrases count; empty: all

    def spans(self, doc: Document) -> list[Span]:
        """Return the hits in order, without repeats."""
        known = doc.known_sets.get(self.id)
        if known is None:
            known = doc.known_sets[self.id] = self.unmasked(self.raw(doc), doc)
        return known

    def raw(self, doc: Document) -> list[Span]:
        """Return the hits before masking."""
        own = doc.hits.get(self.id, NOTHING)
        for other in self.nested:
            own = own + other.spans(doc)
        return sorted(set(own)) if len(own) > 1 else own

    def unmasked(self, spans: list[Span], doc: Document) -> list[Span]:
        """Drop the hits inside a longer hit of the mask."""
        masks = self.mask.spans(doc) if spans and self.mask else NOTHING
        if not masks:
            return spans
        reach = reach_of(masks)
        return [span for span in spans if not covers(masks, reach, span)]

    def reach(self) -> frozenset[int]:
        """Return the ids of this set and all nested ones."""
        return frozenset({self.id}).union(*(other.reach() for other in self.nested))


def covers(masks: Sequence[Span], reach: Sequence[int], span: Span) -> bool:
    """Return True if a mask contains the span and is longer; `reach` is `reach_of(masks)`."""
    before = bisect_left(masks, span.start, key=_start)
    if before and reach[before - 1] >= span.end:
        return True
    until = bisect_right(masks, span.start, lo=before, key=_start)
    return any(mask.end > span.end for mask in masks[before:until])


def reach_of(masks: Sequence[Span]) -> list[int]:
    """Return the furthest end among each mask and those before it."""
    return list(accumulate((mask.end for mask in masks), max))


def _start(span: Span) -> int:
    return span.start


class Leaf:
    """One or more term sets, each limited to some fields."""

    __slots__ = ("fields", "id", "members", "reach", "text")

    def __init__(self, number: int, members: tuple[tuple[SetNode, int], ...], *, text: str) -> None:
        self.id, self.members, self.text = number, members, text
        self.reach = frozenset[int]().union(*(node.reach() for node, _ in members))
        self.fields = reduce(or_, (fields for _, fields in members), 0)

    def spans(self, doc: Document) -> list[Span]:
        """Return the hits in order, without repeats."""
        if self.reach.isdisjoint(doc.hits):
            return NOTHING
        known = doc.known_spans.get(self.id)
        if known is None:
            known = doc.known_spans[self.id] = self._spans(doc)
        return known

    def _spans(self, doc: Document) -> list[Span]:
        found = [_within(node.spans(doc), fields, doc) for node, fields in self.members]
        if len(found) == 1:
            return found[0]
        return sorted({span for spans in found for span in spans})

    def holds(self, doc: Document) -> bool:
        return bool(self.spans(doc))

    evidence = spans

    def clauses(self) -> list[frozenset[int]]:
        return [self.reach]


def _within(spans: list[Span], fields: int, doc: Document) -> list[Span]:
    if fields == ALL_FIELDS or not spans:
        return spans
    return [span for span in spans if doc.is_in(span, fields)]


class AllOf:
    """Holds if all parts hold."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts

    def holds(self, doc: Document) -> bool:
        return all(part.holds(doc) for part in self.parts)  # cheapest first: see compile

    def evidence(self, doc: Document) -> list[Span]:
        return [span for part in self.parts for span in part.evidence(doc)]

    def clauses(self) -> list[frozenset[int]]:
        return [clause for part in self.parts for clause in part.clauses()]


class AnyOf:
    """Holds if at least one part holds."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts

    def holds(self, doc: Document) -> bool:
        return any(part.holds(doc) for part in self.parts)

    def evidence(self, doc: Document) -> list[Span]:
        return [span for part in self.parts if part.holds(doc) for span in part.evidence(doc)]

    def clauses(self) -> list[frozenset[int]]:
        choices = [part.clauses() for part in self.parts]
        if not all(choices):
            return []
        return [frozenset[int]().union(*(min(clauses, key=len) for clauses in choices))]


class NoneOf:
    """Holds if the part does not hold."""

    __slots__ = ("part",)

    def __init__(self, part: Node) -> None:
        self.part = part

    def holds(self, doc: Document) -> bool:
        return not self.part.holds(doc)

    def evidence(self, doc: Document) -> list[Span]:  # noqa: ARG002 - absence shows nothing
        return []

    def clauses(self) -> list[frozenset[int]]:
        return []


class Close:
    """Holds if a hit of one side is near a hit of the other, and the two do not overlap."""

    __slots__ = ("is_ordered", "left", "right", "words")

    def __init__(self, left: Leaf, right: Leaf, *, words: int | None, is_ordered: bool) -> None:
        self.left, self.right, self.words, self.is_ordered = left, right, words, is_ordered

    def holds(self, doc: Document) -> bool:
        left = self.left.spans(doc)
        right = self.right.spans(doc) if left else NOTHING
        if not right:
            return False
        if self._pairs(doc, left, right, is_first_enough=True):
            return True
        return not self.is_ordered and bool(self._pairs(doc, right, left, is_first_enough=True))

    def evidence(self, doc: Document) -> list[Span]:
        left, right = self.left.spans(doc), self.right.spans(doc)
        pairs = self._pairs(doc, left, right)
        if not self.is_ordered:
            pairs += self._pairs(doc, right, left)
        return [span for pair in pairs for span in pair]

    def distance(self, doc: Document) -> float | None:
        """Return the least number of words between the two sides, or None if one is missing."""
        left, right = self.left.spans(doc), self.right.spans(doc)
        pairs = list(_neighbors(left, right))
        if not self.is_ordered:
            pairs += _neighbors(right, left)
        return min((doc.words_between(*pair) for pair in pairs), default=None)

    def _pairs(
        self, doc: Document, first: list[Span], second: list[Span], *, is_first_enough: bool = False
    ) -> list[tuple[Span, Span]]:
        pairs = []
        for pair in _neighbors(first, second):
            if self._is_close(doc, *pair):
                pairs.append(pair)
                if is_first_enough:
                    break
        return pairs

    def _is_close(self, doc: Document, left: Span, right: Span) -> bool:
        if is_subject(left):
            return True
        if self.words is None:
            return doc.sentence_of(left) == doc.sentence_of(right)
        return doc.words_between(left, right) <= self.words

    def clauses(self) -> list[frozenset[int]]:
        return [*self.left.clauses(), *self.right.clauses()]


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Yield the leaves that can make a rule hold, which excludes those of NOT."""
    match node:
        case Leaf():
            yield node
        case AllOf() | AnyOf():
            for part in node.parts:
                yield from leaves_of(part)
        case Close():
            yield node.left
            yield node.right
        case _:
            return


def _neighbors(first: list[Span], second: list[Span]) -> Iterable[tuple[Span, Span]]:
    """Yield the nearest pairs of a span of `first` and a later span of `second`."""
    starts = [span.start for span in second]
    for span in first:
        at = bisect_left(starts, span.end)
        if at < len(second):
            yield span, second[at]
    by_end = sorted(first, key=lambda span: span.end)
    ends = [span.end for span in by_end]
    for span in second:
        at = bisect_right(ends, span.start)
        if at:
            yield by_end[at - 1], span


@dataclass(slots=True, eq=False)
class Rule:
    """One line of a watch-list."""

    name: str  # match[0], signals[2] ...
    when: str
    points: int
    node: Node
    subjects: frozenset[int] = frozenset()  # sets for the feed's subject

    def holds(self, doc: Document) -> bool:
        """Return True if the rule holds, with at least one hit besides the feed's subject."""
        if not self.node.holds(doc):
            return False
        if self.subjects.isdisjoint(doc.hits):
            return True
        spans = self.node.evidence(doc)
        return not spans or not all(map(is_subject, spans))


@dataclass(slots=True, eq=False)
class Level:
    """One line of `severity`."""

    name: str
    level: Severity
    rule: Rule | None
    min_points: int | None
    story: StoryFilter


@dataclass(slots=True, eq=False)
class CompiledList:
    """A watch-list with all of its rules compiled."""

    config: WatchList
    match: list[Rule] = field(default_factory=list)
    signals: list[Rule] = field(default_factory=list)
    noise: list[Rule] = field(default_factory=list)
    exclude: list[Rule] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)

    def rules(self) -> list[Rule]:
        """Return every rule, including those of `severity`."""
        levels = [level.rule for level in self.levels if level.rule]
        return [*self.match, *self.signals, *self.noise, *self.exclude, *levels]


def points_of(held: Iterable[Rule]) -> int:
    """Add the points of rules that hold; several `match` rules count once."""
    matched = [rule.points for rule in held if rule.name.startswith("match")]
    return max(matched, default=0) + sum(
        rule.points for rule in held if not rule.name.startswith("match")
    )


def score_of(compiled: CompiledList, doc: Document) -> int:
    """Compute the score of a list on a document, even if it does not fire."""
    held = [rule for rule in [*compiled.match, *compiled.signals] if rule.holds(doc)]
    return points_of(held) - sum(rule.points for rule in compiled.noise if rule.holds(doc))


def severity_of(
    compiled: CompiledList, score: int, doc: Document
) -> tuple[Severity, tuple[StoryLevel, ...]]:
    """Return the level of the first severity line that holds, and earlier lines that may hold.

    The earlier lines hold for the text, but their condition on its story is not known yet.
    """
    waiting: list[StoryLevel] = []
    for level in compiled.levels:
        if level.min_points is not None and score < level.min_points:
            continue
        if level.rule is None or level.rule.holds(doc):
            if level.story == ANY_STORY:
                return level.level, tuple(waiting)
            line = StoryLevel(watchlist=compiled.config.id, level=level.level, story=level.story)
            waiting.append(line)
    return Severity.NORMAL, tuple(waiting)
