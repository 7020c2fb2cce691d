"""Reviews watch-lists on past entries: near misses, unused rules and terms, and misleading ones.

Near misses are grouped by the single missing condition. Misleading rules and terms are those of
matched entries that people marked as not relevant.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from straitwatch.core.match.matcher import Matcher
from straitwatch.core.match.nearest import MissKind, NearMiss, find_near_miss
from straitwatch.core.model import MatchText, TermSet, Verdict

NEAR_WORDS = 3  # the largest excess of words between terms in a near miss
_SAMPLES = 3
_SCRIPTS = (
    ("Hangul", re.compile("[\uac00-\ud7a3]")),
    ("Kana", re.compile("[\u3040-\u30ff]")),
    ("Han", re.compile("[\u3400-\u9fff\uf900-\ufaff]")),
    ("Cyrillic", re.compile("[\u0400-\u04ff]")),
)


def script_of(text: str) -> str:
    """Return the name of a text's script; "Latin" if there is no other one."""
    return next((name for name, pattern in _SCRIPTS if pattern.search(text)), "Latin")


@dataclass(slots=True)
class NearMisses:
    """Entries that missed a list for the same single reason."""

    watchlist: str
    kind: MissKind
    rule: str
    what: str
    count: int = 0
    points: int = 0  # the sum over all entries; with more points, a new rule is more promising
    samples: list[tuple[str, str, str]] = field(default_factory=list)  # feed, title, reason


@dataclass(slots=True)
class RuleRecord:
    """The entries on which a rule held, and people's verdicts on its matches."""

    watchlist: str
    rule: str
    when: str
    held: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)


class Review:
    """Collects statistics of rules and terms, entry by entry."""

    def __init__(self, matcher: Matcher, *, only: Sequence[str] = ()) -> None:
        self._matcher = matcher
        self._lists = [
            compiled for compiled in matcher.lists if not only or compiled.config.id in only
        ]
        self.entries = 0
        self.scripts: Counter[str] = Counter()
        self._misses: dict[tuple[str, str, str, str], NearMisses] = {}
        self._terms: Counter[str] = Counter()
        self._term_verdicts: dict[str, Counter[Verdict]] = {}
        self._rules = {
            (compiled.config.id, rule.name): RuleRecord(compiled.config.id, rule.name, rule.when)
            for compiled in self._lists
            for rule in compiled.rules()
        }

    def add(
        self, text: MatchText, *, feed: str, verdicts: Mapping[str, Verdict] | None = None
    ) -> None:
        """Add an entry, with people's verdicts by watch-list."""
        self.entries += 1
        self.scripts[script_of(text.title)] += 1
        doc = self._matcher.read(text)
        if not doc.hits:
            return
        self._terms.update(self._matcher.terms_in(doc))
        fired = {match.watchlist: match for match in self._matcher.match(text)}
        for compiled in self._lists:
            name = compiled.config.id
            held = [rule.name for rule in compiled.rules() if rule.holds(doc)]
            for rule in held:
                self._rules[name, rule].held += 1
            match = fired.get(name)
            if match is None:
                if held:
                    self._note_miss(text, name, feed)
                continue
            if verdict := (verdicts or {}).get(name):
                for scored in match.rules:
                    self._rules[name, scored.rule].verdicts[verdict] += 1
                for term in {hit.term for hit in match.hits if hit.field != "feed"}:
                    self._term_verdicts.setdefault(term, Counter())[verdict] += 1

    def near_misses(self) -> list[NearMisses]:
        """Return the near misses, the most promising first."""
        return sorted(self._misses.values(), key=lambda miss: (-miss.points, miss.what))

    def dead_rules(self) -> list[RuleRecord]:
        """Return the rules that never held."""
        return [record for record in self._rules.values() if not record.held]

    def dead_terms(self, term_sets: Iterable[TermSet]) -> dict[str, dict[str, list[str]]]:
        """Return the terms that never hit, by set and script."""
        dead: dict[str, dict[str, list[str]]] = {}
        for terms in term_sets:
            for term in (written.text.strip() for written in terms.any):
                if not term.startswith("$") and not self._terms[term]:
                    scripts = dead.setdefault(terms.name, {})
                    scripts.setdefault(script_of(term), []).append(term)
        return dead

    def misleading_rules(self) -> list[RuleRecord]:
        """Return the rules with matches marked as not relevant, the worst first."""
        bad = [record for record in self._rules.values() if record.verdicts[Verdict.NOT_RELEVANT]]
        return sorted(bad, key=lambda record: -record.verdicts[Verdict.NOT_RELEVANT])

    def misleading_terms(self) -> list[tuple[str, Counter[Verdict]]]:
        """Return the terms with matches marked as not relevant, the worst first."""
        bad = [item for item in self._term_verdicts.items() if item[1][Verdict.NOT_RELEVANT]]
        return sorted(bad, key=lambda item: -item[1][Verdict.NOT_RELEVANT])

    def _note_miss(self, text: MatchText, name: str, feed: str) -> None:
        (explanation,) = self._matcher.explain(text, only=name)
        missed = find_near_miss(explanation)
        gained = sum(rule.points for rule in explanation.held if rule.points > 0)
        if missed is None or not _is_informative(missed, gained):
            return
        rule = "" if missed.kind is MissKind.TERM else missed.rule
        group = self._misses.setdefault(
            (name, missed.kind.value, rule, missed.what),
            NearMisses(name, missed.kind, missed.rule, missed.what),
        )
        group.count += 1
        group.points += gained
        if len(group.samples) < _SAMPLES:
            group.samples.append((feed, text.title, missed.text))


def _is_informative(missed: NearMiss, gained: int) -> bool:
    """Return True if a near miss helps to improve a list; a single common word does not."""
    if missed.kind in (MissKind.NOISE, MissKind.EXCLUDE, MissKind.FILTER):
        return True
    if missed.kind is MissKind.DISTANCE:
        return missed.excess <= NEAR_WORDS
    return missed.kind is MissKind.TERM and gained > 0
