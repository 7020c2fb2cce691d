"""Compiles term sets and watch-lists to a `Matcher`, or reports all of their problems at once."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from straitwatch.core.match.matcher import Matcher, Vocabulary
from straitwatch.core.match.normalize import TextNormalizer
from straitwatch.core.match.rules import (
    ALL_FIELDS,
    SUBJECT,
    AllOf,
    AnyOf,
    Close,
    CompiledList,
    Leaf,
    Level,
    Node,
    NoneOf,
    Rule,
    SetNode,
    leaves_of,
)
from straitwatch.core.match.variants import phrase_patterns
from straitwatch.core.model import PointsRule, Problem, Sourced, TermSet, WatchList
from straitwatch.core.query import (
    ABOUT,
    FIELDS,
    And,
    In,
    Mode,
    Near,
    Not,
    Or,
    Phrase,
    Query,
    SetRef,
    find_doubts,
    named_sets,
    parse_query,
    parse_term,
    problem_at,
)

_MAX_UNUSED_WARNINGS = 3  # more unused sets share one warning
_FIELD_BITS = {"title": 0b001, "summary": 0b010, "content": 0b100}
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SHORT_HAN = 2
_SHORT = 3  # letters; a plain word this short is an everyday word


def compile_rules(
    term_sets: Mapping[str, TermSet], watchlists: Sequence[WatchList]
) -> tuple[Matcher | None, tuple[Problem, ...]]:
    """Compile one matcher for all lists; None if there is a problem that is not a warning."""
    compiler = _Compiler(term_sets)
    lists = [compiler.watchlist(config) for config in watchlists]
    problems = tuple(compiler.all_problems())
    if any(not problem.is_warning for problem in problems):
        return None, problems
    return Matcher(compiler.vocabulary, lists, subjects=compiler.subjects()), problems


class _Compiler:
    """Compiles names to sets and expressions to rules, and collects problems."""

    def __init__(self, term_sets: Mapping[str, TermSet]) -> None:
        self._configured = term_sets
        self.vocabulary = Vocabulary(TextNormalizer())
        self._problems: list[Problem] = []
        self._used: set[str] = set()
        self._entries = {name: self._read_terms(terms.any) for name, terms in term_sets.items()}
        self._masks = {
            name: self._read_terms(terms.not_inside) for name, terms in term_sets.items()
        }
        self._nodes: dict[str, SetNode] = {}
        self._subjects: dict[str, SetNode] = {}  # hits for feeds about a set's subject
        self._phrases: dict[Phrase, SetNode] = {}
        self._shapes: dict[int, set[str]] = {}  # the normalized strings of each set, by its node
        self._leaves: dict[tuple[tuple[int, int], ...], Leaf] = {}
        self._cyclic = self._find_cycles()
        for name in term_sets:
            self._set(name)

    def subjects(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Map each term set to the hits of a feed about it: sets, each with the term to show."""
        return {
            name: tuple(
                (subject.id, self._term_of(name))
                for other, subject in self._subjects.items()
                if self._nodes[name].id in self._nodes[other].reach()
            )
            for name in self._nodes
        }

    def _term_of(self, name: str) -> int:
        phrases = (text.text for text, entry in self._entries[name] if isinstance(entry, Phrase))
        return self.vocabulary.term(next(phrases, name).strip())

    def all_problems(self) -> Iterator[Problem]:
        """Yield all problems; unused sets are warnings."""
        yield from self._problems
        used = set(self._used)
        waiting = list(used)
        while waiting:
            for _, entry in self._references(waiting.pop()):
                if entry.name not in used:
                    used.add(entry.name)
                    waiting.append(entry.name)
        unused = [terms for name, terms in self._configured.items() if name not in used]
        if len(unused) > _MAX_UNUSED_WARNINGS:
            names = ", ".join(terms.name for terms in unused[:_MAX_UNUSED_WARNINGS])
            yield Problem(
                position=unused[0].position,
                message=f"no watch-list uses {len(unused)} of the term sets: {names} ...",
                hint="write their names with a $ in a rule, or delete them",
                is_warning=True,
            )
            return
        for terms in unused:
            yield Problem(
                position=terms.position,
                message=f"no watch-list uses the term set {terms.name}",
                hint=f"write ${terms.name} in a rule, or delete the set",
                is_warning=True,
            )

    # ------------------------------------------------------------ term sets

    def _read_terms(self, texts: Iterable[Sourced]) -> list[tuple[Sourced, Phrase | SetRef]]:
        entries: list[tuple[Sourced, Phrase | SetRef]] = []
        seen: set[Phrase | SetRef] = set()
        for text in texts:
            entry = parse_term(text)
            if isinstance(entry, Problem):
                self._problems.append(entry)
                continue
            if entry in seen:
                message = f"{text.text.strip()} is in this list twice"
                self._problems.append(
                    problem_at(text, 0, message, hint="delete one", is_warning=True)
                )
                continue
            seen.add(entry)
            entries.append((text, entry))
            if not text.is_quoted:
                self._problems += find_doubts(text, is_rule=False)
            if isinstance(entry, Phrase):
                self._check_term(text, entry)
            else:
                self._check_name(text, entry)
        return entries

    def _check_term(self, text: Sourced, phrase: Phrase, offset: int = 0) -> None:
        written = " ".join(word.text for word in phrase.words)
        if len(written) == 1 and _HAN.match(written):
            message = f"{written} is a single Han character: it is part of thousands of words"
            hint = "write the words that you mean, at least two characters each"
            self._problems.append(problem_at(text, offset, message, hint=hint))
        elif _is_everyday(written) and phrase.words[0].mode is Mode.PLAIN:
            message = f"{written} is very short and will match often"
            hint = f"write it in capitals if it is an acronym, or ={written} for this very word"
            self._problems.append(problem_at(text, offset, message, hint=hint, is_warning=True))

    def _check_name(self, text: Sourced, entry: SetRef) -> None:
        if entry.name in self._configured:
            return
        close = difflib.get_close_matches(entry.name, list(self._configured), n=1)
        hint = f"did you mean ${close[0]}?" if close else "define it under terms:"
        message = f"unknown term set ${entry.name}"
        self._problems.append(problem_at(text, entry.offset, message, hint=hint))

    def _references(self, name: str) -> Iterator[tuple[Sourced, SetRef]]:
        for text, entry in [*self._entries.get(name, ()), *self._masks.get(name, ())]:
            if isinstance(entry, SetRef) and entry.name in self._configured:
                yield text, entry

    def _find_cycles(self) -> set[str]:
        cyclic: set[str] = set()
        for name in self._configured:
            path = self._path_back(name)
            if path and not cyclic.intersection(path):
                circle = " -> ".join(f"${member}" for member in path)
                message = f"these term sets contain each other in a circle: {circle}"
                self._problems.append(
                    Problem(
                        position=self._configured[name].position,
                        message=message,
                        hint="remove one of the names",
                    )
                )
            cyclic.update(path)
        return cyclic

    def _path_back(self, name: str) -> list[str]:
        """Return the path from a set back to itself, or an empty list."""
        paths = [[name]]
        seen: set[str] = set()
        while paths:
            path = paths.pop()
            for _, entry in self._references(path[-1]):
                if entry.name == name:
                    return [*path, name]
                if entry.name not in seen:
                    seen.add(entry.name)
                    paths.append([*path, entry.name])
        return []

    def _set(self, name: str) -> SetNode:
        if name in self._nodes:
            return self._nodes[name]
        node = self._nodes[name] = self.vocabulary.new_set(f"${name}")
        if name in self._cyclic:
            return node
        node.languages = self._configured[name].languages
        self._fill(node, self._entries[name])
        if self._masks[name]:
            node.mask = self.vocabulary.new_set(f"${name} not_inside")
            self._fill(node.mask, self._masks[name])
            self._check_masks(name)
        return node

    def _check_masks(self, name: str) -> None:
        """Report terms that are always inside a mask, and masks that contain no term."""
        normalize = self.vocabulary.normalizer.normalize_term
        shapes = self._shapes.get(self._nodes[name].id, set())
        has_sets = any(isinstance(entry, SetRef) for _, entry in self._entries[name])
        for text, entry in self._masks[name]:
            normalized = normalize(text.text)
            if normalized in shapes:
                message = f"{text.text.strip()} is a term of ${name} and also in its not_inside"
                hint = "a hit inside itself still counts; delete one of the two"
            elif (
                _is_plain(entry)
                and not has_sets
                and not any(shape in normalized for shape in shapes)
            ):
                message = f"{text.text.strip()} contains no term of ${name}, so it masks no hit"
                hint = "delete it from not_inside, or correct it"
            else:
                continue
            self._problems.append(problem_at(text, 0, message, hint=hint, is_warning=True))

    def _fill(self, node: SetNode, entries: list[tuple[Sourced, Phrase | SetRef]]) -> None:
        nested = []
        for text, entry in entries:
            if isinstance(entry, Phrase):
                self._add(node, entry, text.text.strip())
            elif entry.name in self._configured:
                nested.append(self._set(entry.name))
        node.nested = tuple(nested)
        node.size += sum(other.size for other in nested)

    def _add(self, node: SetNode, phrase: Phrase, written: str) -> None:
        patterns = phrase_patterns(phrase, self.vocabulary.normalizer)
        self._shapes.setdefault(node.id, set()).update(pattern.text for pattern in patterns)
        self.vocabulary.add(node, written, patterns)

    # ------------------------------------------------------------ watch-lists

    def watchlist(self, config: WatchList) -> CompiledList:
        """Compile one list; rules with problems are omitted and reported."""
        compiled = CompiledList(config=config)
        compiled.match = self._rules(config, "match", config.match, config.threshold)
        compiled.exclude = self._rules(config, "exclude", config.exclude, 0)
        compiled.signals = self._points(config, "signals", config.signals)
        compiled.noise = self._points(config, "noise", config.noise)
        for at, level in enumerate(config.severity):
            name = f"severity[{at}]"
            rule = self._rule(config, name, level.when, 0) if level.when else None
            compiled.levels.append(Level(name, level.level, rule, level.min_points, level.story))
        self._check_reachable(config)
        return compiled

    def _check_reachable(self, config: WatchList) -> None:
        most = sum(signal.points for signal in config.signals)
        if config.match or (config.signals and most >= config.threshold):
            return
        message = f"the watch-list {config.id} can never match"
        hint = "give it at least one line under match:"
        if config.signals:
            message += f": its signals add up to {most}, its threshold is {config.threshold}"
            hint = "lower the threshold, or add a line under match:"
        self._problems.append(Problem(position=config.position, message=message, hint=hint))

    def _rules(
        self, config: WatchList, kind: str, texts: Iterable[Sourced], points: int
    ) -> list[Rule]:
        rules = (self._rule(config, f"{kind}[{at}]", text, points) for at, text in enumerate(texts))
        return [rule for rule in rules if rule]

    def _points(self, config: WatchList, kind: str, lines: Iterable[PointsRule]) -> list[Rule]:
        rules = (
            self._rule(config, f"{kind}[{at}]", line.when, line.points)
            for at, line in enumerate(lines)
        )
        return [rule for rule in rules if rule]

    def _rule(self, config: WatchList, name: str, text: Sourced, points: int) -> Rule | None:
        query = parse_query(text)
        if isinstance(query, Problem):
            self._problems.append(_named(query, f"{config.id}.{name}"))
            self._used |= named_sets(text.text)
            return None
        fields = sum(_FIELD_BITS[field] for field in set(config.fields)) or ALL_FIELDS
        fields |= SUBJECT
        before = len(self._problems)
        self._problems += find_doubts(text, is_rule=True)
        node = self._node(query, fields, text)
        self._problems[before:] = [
            _named(problem, f"{config.id}.{name}") for problem in self._problems[before:]
        ]
        subjects = frozenset(subject.id for subject in self._subjects.values())
        asked = frozenset[int]().union(*(leaf.reach for leaf in leaves_of(node)))
        return Rule(name, str(query), points, node, subjects=subjects & asked)

    def _node(self, query: Query, fields: int, text: Sourced) -> Node:
        match query:
            case Phrase() | SetRef():
                return self._leaf(query, fields, text)
            case In(field, inner):
                return self._node(inner, _narrowed(fields, field), text)
            case Not(inner):
                return NoneOf(self._node(inner, fields, text))
            case And(parts):
                nodes = [self._node(part, fields, text) for part in parts]
                return AllOf(tuple(sorted(nodes, key=lambda node: isinstance(node, Close))))
            case Or(parts):
                if all(isinstance(part, Phrase | SetRef) for part in parts):
                    return self._leaf(query, fields, text)
                return AnyOf(tuple(self._node(part, fields, text) for part in parts))
            case Near(left, right, words, is_ordered):
                return Close(
                    self._leaf(left, fields & ALL_FIELDS, text),
                    self._leaf(right, fields & ALL_FIELDS, text),
                    words=words,
                    is_ordered=is_ordered,
                )

    def _leaf(self, query: Query, fields: int, text: Sourced) -> Leaf:
        members = tuple(dict.fromkeys(self._members(query, fields, text)))
        key = tuple((node.id, bits) for node, bits in members)
        if key not in self._leaves:
            self._leaves[key] = Leaf(len(self._leaves), members, text=str(query))
        return self._leaves[key]

    def _members(self, query: Query, fields: int, text: Sourced) -> Iterator[tuple[SetNode, int]]:
        match query:
            case SetRef(name):
                self._used.add(name)
                self._check_name(text, query)
                if name not in self._configured:
                    return
                if fields & ALL_FIELDS:
                    yield self._set(name), fields & ALL_FIELDS
                if fields & SUBJECT:
                    yield self._subject(name), ALL_FIELDS
            case Phrase():
                yield self._phrase(query, text), fields & ALL_FIELDS
            case In(field, inner):
                yield from self._members(inner, _narrowed(fields, field), text)
            case Or(parts):
                for part in parts:
                    yield from self._members(part, fields, text)
            case And() | Not() | Near():
                raise AssertionError("the parser rejects such an operand of NEAR")

    def _subject(self, name: str) -> SetNode:
        if name not in self._subjects:
            self._subjects[name] = self.vocabulary.new_set(f"about ${name}")
        return self._subjects[name]

    def _phrase(self, phrase: Phrase, text: Sourced) -> SetNode:
        if phrase not in self._phrases:
            self._check_term(text, phrase)
            node = self._phrases[phrase] = self.vocabulary.new_set(str(phrase))
            self._add(node, phrase, str(phrase))
        return self._phrases[phrase]


def _narrowed(fields: int, field: str) -> int:
    """Limit the fields: `title:` to the title, `about:` to the feed's subject."""
    return SUBJECT if field == ABOUT else fields & _FIELD_BITS[FIELDS[field]]


def is_short_term(written: str) -> bool:
    """Return True if a term is so short that many words contain it."""
    letters = sum(map(str.isalnum, written))
    return letters <= (_SHORT_HAN if _HAN.match(written) else _SHORT)


def _is_plain(entry: Phrase | SetRef) -> bool:
    return isinstance(entry, Phrase) and not entry.words[-1].is_prefix


def _is_everyday(written: str) -> bool:
    return len(written) <= _SHORT and written.isascii() and written.islower()


def _named(problem: Problem, name: str) -> Problem:
    return Problem(
        position=problem.position,
        message=f"{name}: {problem.message}",
        hint=problem.hint,
        excerpt=problem.excerpt,
        is_warning=problem.is_warning,
    )
