"""Matches texts against compiled watch-lists: scans once for all lists, then checks likely rules.

A list scores `threshold` points if any `match` rule holds, plus the points of each `signals` rule
that holds, minus those of each `noise` rule that holds. It fires if the score reaches the threshold
and no `exclude` rule holds. Noise therefore outweighs a match without signals, and further signals
outweigh noise. For example, a plain earthquake report does not fire, but one in which warships
cross the median line does. The severity is that of the first `severity` line that holds, or
`normal`. Lines with a condition on the story are resolved when the story is known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick

from straitwatch.core.match.document import Document, Span
from straitwatch.core.match.explain import Explanation, explain_lists
from straitwatch.core.match.filters import find_exclusion, is_in
from straitwatch.core.match.normalize import TextNormalizer
from straitwatch.core.match.rules import (
    CompiledList,
    Rule,
    SetNode,
    is_subject,
    points_of,
    severity_of,
)
from straitwatch.core.match.variants import Check, Ending, Pattern
from straitwatch.core.model import Hit, Match, MatchText, RuleScore, WatchList

_CJK = "⺀"  # the first character of the scripts without spaces between words
_HANGUL = ("가", "힣")
_SHORT_HANGUL = re.compile("[가-힣]{1,2}(?![가-힣])")  # longer words also end compounds

_Pair = tuple[int, int]  # set id, term id


@dataclass(slots=True)
class _Entry:
    """The terms of one string in the automaton."""

    left: str  # the kind of character that must not precede it: "", "letter" or "hangul"
    right: bool  # True if no letter may follow it
    whole: list[_Pair] = field(default_factory=list)
    checked: list[tuple[tuple[Check, ...], Ending, _Pair]] = field(default_factory=list)


class Vocabulary:
    """All strings that lists search for, with their term sets."""

    def __init__(self, normalizer: TextNormalizer) -> None:
        self.normalizer = normalizer
        self.terms: list[str] = []  # as written, by term id
        self.sets: list[SetNode] = []
        self._entries: dict[str, _Entry] = {}
        self._term_ids: dict[str, int] = {}

    def new_set(self, name: str) -> SetNode:
        """Add an empty term set."""
        self.sets.append(SetNode(len(self.sets), name))
        return self.sets[-1]

    def add(self, node: SetNode, written: str, patterns: Sequence[Pattern]) -> None:
        """Add a term with all its patterns to a set."""
        pair = (node.id, self.term(written))
        node.size += len(patterns)
        for pattern in patterns:
            entry = self._entries.get(pattern.text)
            if entry is None:
                entry = self._entries[pattern.text] = _entry(pattern.text)
            if pattern.checks or pattern.ending:
                entry.checked.append((pattern.checks, pattern.ending, pair))
            else:
                entry.whole.append(pair)

    def term(self, written: str) -> int:
        """Return the id of a term, which is new if necessary."""
        term = self._term_ids.setdefault(written, len(self.terms))
        if term == len(self.terms):
            self.terms.append(written)
        return term

    @property
    def patterns(self) -> list[str]:
        """The normalized strings, in the order of `entries`."""
        return list(self._entries)

    @property
    def entries(self) -> list[_Entry]:
        """The terms of each string, in the order of `patterns`."""
        return list(self._entries.values())


def _entry(text: str) -> _Entry:
    first, last = text[0], text[-1]
    left = "letter" if first.isalnum() and first < _CJK else ""
    if _SHORT_HANGUL.match(text):
        left = "hangul"
    return _Entry(left, last.isalnum() and last < _CJK)


class Matcher:
    """All enabled watch-lists, compiled."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        lists: Sequence[CompiledList],
        *,
        subjects: Mapping[str, tuple[_Pair, ...]] | None = None,
    ) -> None:
        self._subjects = subjects or {}
        self.lists = tuple(compiled for compiled in lists if compiled.config.enabled)
        self.pattern_count = len(vocabulary.patterns)
        self._normalizer = vocabulary.normalizer
        self._sets = tuple(vocabulary.sets)
        self._limited = [(node.id, node.languages) for node in self._sets if node.languages]
        self._terms = tuple(vocabulary.terms)
        self._entries = [
            (entry.left, entry.right, tuple(entry.whole), tuple(entry.checked))
            for entry in vocabulary.entries
        ]
        self._automaton = AhoCorasick(vocabulary.patterns, store_patterns=False)
        self._positive = [
            (number, rule, rule.node.clauses())
            for number, compiled in enumerate(self.lists)
            for rule in [*compiled.match, *compiled.signals]
        ]
        self._gate = self._build_gate()

    @property
    def watchlists(self) -> tuple[WatchList, ...]:
        """The enabled lists."""
        return tuple(compiled.config for compiled in self.lists)

    def knows(self, term: str) -> bool:
        """Return True if a list or set has this term, in the same spelling."""
        return term in self._terms

    def match(self, text: MatchText) -> tuple[Match, ...]:
        """Return the matches of the lists that fire on a text."""
        return self.match_document(self.read(text))

    def match_document(self, doc: Document) -> tuple[Match, ...]:
        """Return the matches of the lists that fire on a text that was read."""
        if not doc.hits:
            return ()
        matches = []
        for at, held in sorted(self._held_rules(doc).items()):
            compiled = self.lists[at]
            if not find_exclusion(compiled.config, doc.source):
                found = self._decide(compiled, held, doc)
                if found:
                    matches.append(found)
        return tuple(matches)

    def read(self, text: MatchText) -> Document:
        """Normalize and scan a text."""
        doc = Document(text, self._normalizer)
        for name in text.about:
            for set_id, term in self._subjects.get(name, ()):
                doc.hits[set_id] = [Span(0, 0, term)]
        self._scan(doc)
        for set_id, languages in self._limited:
            if set_id in doc.hits and not is_in(languages, doc.language):
                doc.foreign[set_id] = doc.hits.pop(set_id)
        return doc

    def find_near_rules(self, doc: Document) -> dict[str, set[str]]:
        """Return the names of the `match` rules that lack one condition at most, by list.

        The rarest condition of such a rule is a name in the headline. A text that shares only
        common words with a list is about another topic. `explain` names the missing condition.
        """
        near: dict[str, set[str]] = {}
        for set_id, spans in doc.hits.items():
            if set_id not in self._gate or not self._has_name(spans, doc):
                continue
            for at, rule, clauses in map(self._positive.__getitem__, self._gate[set_id]):
                lacks = sum(clause.isdisjoint(doc.hits) for clause in clauses)
                if rule.name.startswith("match") and len(clauses) > 1 >= lacks:
                    near.setdefault(self.lists[at].config.id, set()).add(rule.name)
        return near

    def _has_name(self, spans: Iterable[Span], doc: Document) -> bool:
        """Return True if a hit in the title is a name: written with a capital, or without case."""
        return any(
            0 < span.end <= doc.title_end and not self._terms[span.term][:1].islower()
            for span in spans
        )

    def terms_in(self, doc: Document) -> set[str]:
        """Return the terms in a text, in the spelling of the lists."""
        spans = (span for spans in doc.hits.values() for span in spans)
        return {self._terms[span.term] for span in spans if not is_subject(span)}

    # ------------------------------------------------------------ scan

    def _scan(self, doc: Document) -> None:
        text, hits, entries = doc.text, doc.hits, self._entries
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            left, right, whole, checked = entries[number]
            if left:
                before = text[start - 1]
                if before.isalnum() and (
                    before < _CJK if left == "letter" else _HANGUL[0] <= before <= _HANGUL[1]
                ):
                    continue
            if right:
                after = text[end]
                if after.isalnum() and after < _CJK:
                    if checked:
                        self._scan_checked(doc, start, end, checked, is_whole=False)
                    continue
            for set_id, term in whole:
                span = Span(start, end, term)
                if set_id in hits:
                    hits[set_id].append(span)
                else:
                    hits[set_id] = [span]
            if checked:
                self._scan_checked(doc, start, end, checked, is_whole=True)

    @staticmethod
    def _scan_checked(
        doc: Document,
        start: int,
        end: int,
        checked: tuple[tuple[tuple[Check, ...], Ending, _Pair], ...],
        *,
        is_whole: bool,
    ) -> None:
        for checks, ending, (set_id, term) in checked:
            last = _whole_end(end, ending) if is_whole else _word_end(doc, end, ending)
            if not last or not _passes(doc, start, checks):
                continue
            doc.hits.setdefault(set_id, []).append(Span(start, last, term))

    # ------------------------------------------------------------ rules

    def _build_gate(self) -> dict[int, tuple[int, ...]]:
        """Map each term set to the rules that need a hit from its group of sets.

        For each rule, the group with the fewest expected hits is used.
        """
        gate: dict[int, list[int]] = {}
        for number, (_, _rule, clauses) in enumerate(self._positive):
            for set_id in min(clauses, key=self._expected_hits):
                gate.setdefault(set_id, []).append(number)
        return {set_id: tuple(rules) for set_id, rules in gate.items()}

    def _expected_hits(self, clause: frozenset[int]) -> int:
        return sum(self._sets[set_id].size for set_id in clause)

    def _held_rules(self, doc: Document) -> dict[int, list[Rule]]:
        """Return the match and signal rules that hold, by list."""
        gate, hits = self._gate, doc.hits
        candidates: set[int] = set()
        for set_id in hits:
            if set_id in gate:
                candidates.update(gate[set_id])
        held: dict[int, list[Rule]] = {}
        for number in sorted(candidates):
            at, rule, clauses = self._positive[number]
            if any(clause.isdisjoint(hits) for clause in clauses):
                continue
            if rule.holds(doc):
                held.setdefault(at, []).append(rule)
        return held

    def _decide(self, compiled: CompiledList, held: list[Rule], doc: Document) -> Match | None:
        threshold = compiled.config.threshold
        gained = points_of(held)
        if gained < threshold:
            return None
        noise = [rule for rule in compiled.noise if rule.holds(doc)]
        score = gained - sum(rule.points for rule in noise)
        if score < threshold or any(rule.holds(doc) for rule in compiled.exclude):
            return None
        severity, waiting = severity_of(compiled, score, doc)
        return Match(
            watchlist=compiled.config.id,
            score=score,
            severity=severity,
            pending_levels=waiting,
            hits=self.hits_of(held, doc),
            rules=(*map(_gain, held), *map(_loss, noise)),
        )

    def explain(self, text: MatchText, *, only: str = "") -> tuple[Explanation, ...]:
        """Explain why each list, or only the list `only`, fires on a text or not."""
        lists = [compiled for compiled in self.lists if only in ("", compiled.config.id)]
        return explain_lists(lists, text, self.read(text), as_hits=self.as_hits)

    def hits_of(self, rules: Iterable[Rule], doc: Document) -> tuple[Hit, ...]:
        """Return the hits that made the rules hold, in reading order, without repeats."""
        return self.as_hits({span for rule in rules for span in rule.node.evidence(doc)}, doc)

    def as_hits(self, spans: Iterable[Span], doc: Document) -> tuple[Hit, ...]:
        """Convert spans to hits in the original, in reading order, without repeats."""
        places = {(span.start, span.end): span for span in sorted(set(spans), reverse=True)}
        return tuple(self._as_hit(span, doc) for span in reversed(places.values()))

    def _as_hit(self, span: Span, doc: Document) -> Hit:
        term = self._terms[span.term]
        if not is_subject(span):
            return doc.hit(span, term)
        return Hit(term=term, field="feed", start=0, end=0, text=f"the feed is about {term}")


def _gain(rule: Rule) -> RuleScore:
    return RuleScore(rule=rule.name, when=rule.when, points=rule.points)


def _loss(rule: Rule) -> RuleScore:
    return RuleScore(rule=rule.name, when=rule.when, points=-rule.points)


def _passes(doc: Document, start: int, checks: tuple[Check, ...]) -> bool:
    return all(
        doc.has_text(start + check.start, start + check.end, check.text)
        if check.text
        else doc.has_capitals(start + check.start, start + check.end)
        for check in checks
    )


_WORD_REST = re.compile(f"[^\\W{_CJK}-\U0010ffff]*")
_MODEL = re.compile(r"[A-ZА-ЯІ]{1,3}\d?s?")


def _whole_end(end: int, ending: Ending) -> int:
    """Return the end of a pattern that ends with its word; 0 if it needs more letters."""
    return 0 if ending is Ending.VARIANT else end


def _word_end(doc: Document, end: int, ending: Ending) -> int:
    """Return the end of the word that contains a pattern; 0 if the rest of it is not allowed."""
    if ending is Ending.NONE:
        return 0
    found = _WORD_REST.match(doc.text, end)
    last = found.end() if found else end
    if ending is Ending.VARIANT:
        return last if _MODEL.fullmatch(doc.original(end, last)) else 0
    return 0 if ending is Ending.LETTERS and doc.text[end].isdigit() else last
