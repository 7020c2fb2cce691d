"""Reads terms/ and watchlists/ and compiles them to one matcher."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from straitwatch.config.document import Document, KeyPath
from straitwatch.config.files import (
    BEAT_FOLDER,
    FEEDS,
    SETTINGS,
    in_order,
    kept_documents,
    read_file,
    require_directory,
    rule_files,
)
from straitwatch.config.schemas import (
    PointsSchema,
    RulesSchema,
    StoryConditionsSchema,
    WatchListSchema,
)
from straitwatch.config.validation_messages import fit, salvage
from straitwatch.core.model import (
    PointsRule,
    Position,
    Problem,
    Severity,
    SeverityRule,
    Sourced,
    SourceFilter,
    StoryFilter,
    TermSet,
    WatchList,
)
from straitwatch.core.query import parse_query, parse_term
from straitwatch.errors import ConfigError

if TYPE_CHECKING:
    from straitwatch.core.match import Matcher

_KEPT = 2  # stored configurations: each takes 1 s and 7 MB, and explains many old decisions


@dataclass(slots=True)
class RuleFiles:
    """The contents of terms/ and watchlists/, and their problems."""

    documents: list[Document] = field(default_factory=list)
    term_sets: dict[str, TermSet] = field(default_factory=dict)
    watchlists: list[WatchList] = field(default_factory=list)
    matcher: "Matcher | None" = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Compiled watch-lists."""

    matcher: "Matcher"
    watchlists: tuple[WatchList, ...]
    term_sets: Mapping[str, TermSet]


def load_lists(directory: Path, *, overlay: Sequence[Path] = ()) -> Lists:
    """Compile the watch-lists of a configuration; its other files are not read.

    Args:
        directory: the configuration.
        overlay: files that replace those of the same name.

    Raises:
        ConfigError: with every problem in terms/ and watchlists/.
    """
    require_directory(directory)
    return _compiled(read_rules(directory, overlay=overlay))


@lru_cache(maxsize=_KEPT)
def kept_lists(text: str) -> Lists:
    """Compile the watch-lists of a stored configuration: see `files.kept_text`.

    Raises:
        ConfigError: this version cannot read them.
    """
    documents = kept_documents(text)
    return _compiled(_read([document for document in documents if _has_rules(document)]))


def _has_rules(document: Document) -> bool:
    is_of_beat = document.name.startswith(f"{BEAT_FOLDER}/")
    return not is_of_beat and document.name not in (SETTINGS, FEEDS)


def _compiled(rules: RuleFiles) -> Lists:
    errors = [problem for problem in rules.problems if not problem.is_warning]
    if errors or rules.matcher is None:
        raise ConfigError(in_order(rules.problems))
    return Lists(
        matcher=rules.matcher, watchlists=tuple(rules.watchlists), term_sets=rules.term_sets
    )


def read_rules(
    directory: Path, *, overlay: Sequence[Path] = (), is_compiled: bool = True
) -> RuleFiles:
    """Read every file in terms/ and watchlists/, compile them, and collect all problems."""
    documents = [read_file(path) for path in rule_files(directory, overlay)]
    return _read(documents, is_compiled=is_compiled)


def _read(documents: list[Document], *, is_compiled: bool = True) -> RuleFiles:
    rules = RuleFiles(documents=documents)
    for document in rules.documents:
        _add(rules, document)
    if any(not problem.is_warning for problem in rules.problems):
        # A broken file's sets are missing, so report only the mistakes inside queries.
        rules.problems += list(_mistakes_in_queries(rules))
        return rules
    if not is_compiled:
        return rules
    _compile(rules)
    return rules


def _compile(rules: RuleFiles) -> None:
    # Many commands do not match, and these imports take a tenth of a second.
    from straitwatch.core.match import compile_rules, unload_dictionaries  # noqa: PLC0415

    rules.matcher, problems = compile_rules(rules.term_sets, rules.watchlists)
    unload_dictionaries()
    rules.problems += [_with_line(problem, rules.documents) for problem in problems]


def _mistakes_in_queries(rules: RuleFiles) -> Iterator[Problem]:
    for terms in rules.term_sets.values():
        for text in (*terms.any, *terms.not_inside):
            if isinstance(term := parse_term(text), Problem):
                yield _with_line(term, rules.documents)
    for watchlist in rules.watchlists:
        for name, text in _queries(watchlist):
            if isinstance(query := parse_query(text), Problem):
                named = replace(query, message=f"{watchlist.id}.{name}: {query.message}")
                yield _with_line(named, rules.documents)


def _queries(watchlist: WatchList) -> Iterator[tuple[str, Sourced]]:
    for kind in ("match", "exclude"):
        for at, text in enumerate(getattr(watchlist, kind)):
            yield f"{kind}[{at}]", text
    for kind in ("signals", "noise", "severity"):
        for at, rule in enumerate(getattr(watchlist, kind)):
            if rule.when is not None:
                yield f"{kind}[{at}]", rule.when


def _with_line(problem: Problem, documents: Sequence[Document]) -> Problem:
    position = problem.position
    if position is None:
        return problem
    document = next((document for document in documents if document.name == position.file), None)
    return replace(problem, excerpt=document.line(position.line)) if document else problem


def _add(rules: RuleFiles, document: Document) -> None:
    rules.problems += [*document.problems, *document.warnings]
    if document.problems:
        return
    if document.data is None:
        rules.problems.append(_empty(document))
    shape, problems = fit(document, document.data, RulesSchema)
    rules.problems += problems
    shape = shape or salvage(document.data, RulesSchema)
    if shape is None:
        return
    for name, terms in shape.terms.items():
        path: KeyPath = ("terms", name)
        base = (*path, "any") if (*path, "any") in document.places else path
        position = document.position(path, of_key=True)
        if first := rules.term_sets.get(name):
            rules.problems.append(
                document.at(
                    position,
                    f"the term set {name} is given twice, first at {first.position}",
                    "rename one, or join them",
                )
            )
            continue
        rules.term_sets[name] = TermSet(
            name=name,
            any=_texts(document, base, terms.any),
            not_inside=_texts(document, (*path, "not_inside"), terms.not_inside),
            languages=terms.languages,
            position=position,
        )
    for at, shape_ in enumerate(shape.watchlists):
        _add_watchlist(rules, document, ("watchlists", at), shape_)


def _empty(document: Document) -> Problem:
    return Problem(
        position=Position(file=document.name, line=1, column=1),
        message="this file is empty",
        hint="write terms: or watchlists: in it, or delete it",
        is_warning=True,
    )


def _add_watchlist(
    rules: RuleFiles, document: Document, path: KeyPath, shape: WatchListSchema
) -> None:
    first = next((known for known in rules.watchlists if known.id == shape.id), None)
    if first:
        message = f"the watch-list {shape.id} is given twice, first at {first.position}"
        rules.problems.append(document.problem((*path, "id"), message, "rename one, or join them"))
        return
    rules.watchlists.append(_watchlist(document, path, shape))


def _watchlist(document: Document, path: KeyPath, shape: WatchListSchema) -> WatchList:
    def texts(key: str, values: Sequence[str]) -> tuple[Sourced, ...]:
        return _texts(document, (*path, key), values)

    def points(key: str, values: Sequence[PointsSchema]) -> tuple[PointsRule, ...]:
        return tuple(
            PointsRule(
                points=value.points, when=document.sourced((*path, key, at, "when"), value.when)
            )
            for at, value in enumerate(values)
        )

    return WatchList(
        id=shape.id,
        title=shape.title or shape.id,
        enabled=shape.enabled,
        languages=shape.languages,
        countries=shape.countries,
        sources=SourceFilter(**shape.sources.model_dump()),
        fields=shape.fields,
        threshold=shape.threshold,
        full_text=shape.full_text,
        folding=shape.folding,
        match=texts("match", shape.match),
        signals=points("signals", shape.signals),
        noise=points("noise", shape.noise),
        exclude=texts("exclude", shape.exclude),
        severity=tuple(
            SeverityRule(
                level=Severity(rule.level),
                when=document.sourced((*path, "severity", at, "when"), rule.when)
                if rule.when is not None
                else None,
                min_points=rule.min_points,
                story=story_filter(rule),
            )
            for at, rule in enumerate(shape.severity)
        ),
        must_match=texts("must_match", shape.must_match),
        must_not_match=texts("must_not_match", shape.must_not_match),
        position=document.position((*path, "id")),
    )


def story_filter(shape: StoryConditionsSchema) -> StoryFilter:
    """Return the conditions of a schema on the sources of a story."""
    return StoryFilter(
        min_origins=shape.min_origins, state_only=shape.state_only, state_first=shape.state_first
    )


def _texts(document: Document, path: KeyPath, values: Sequence[str]) -> tuple[Sourced, ...]:
    return tuple(document.sourced((*path, at), value) for at, value in enumerate(values))
