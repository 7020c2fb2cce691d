"""Builders for tests of the matcher."""

from collections.abc import Mapping, Sequence

from straitwatch.core.match import Matcher, compile_rules
from straitwatch.core.model import (
    Match,
    MatchText,
    PointsRule,
    Position,
    Problem,
    Sourced,
    TermSet,
    WatchList,
)

AT = Position(file="config/watchlists/x.yaml", line=7, column=5)


def sourced(text: str) -> Sourced:
    return Sourced(text=text, position=AT)


def make_set(
    name: str,
    terms: Sequence[str],
    not_inside: Sequence[str] = (),
    *,
    languages: tuple[str, ...] = (),
) -> TermSet:
    return TermSet(
        name=name,
        any=tuple(map(sourced, terms)),
        not_inside=tuple(map(sourced, not_inside)),
        languages=languages,
        position=AT,
    )


def make_list(*match: str, **kwargs: object) -> WatchList:
    points = {
        key: tuple(
            PointsRule(points=points, when=sourced(when)) for points, when in kwargs.pop(key)
        )  # type: ignore[attr-defined]
        for key in ("signals", "noise")
        if key in kwargs
    }
    texts = {
        key: tuple(map(sourced, kwargs.pop(key)))  # type: ignore[call-overload]
        for key in ("exclude", "must_match", "must_not_match")
        if key in kwargs
    }
    values = {"id": "x", "title": "X", "position": AT, **kwargs}
    return WatchList(match=tuple(map(sourced, match)), **points, **texts, **values)  # type: ignore[arg-type]


def compiled(watchlist: WatchList, terms: Mapping[str, TermSet] | None = None) -> Matcher:
    matcher, problems = compile_rules(terms or {}, [watchlist])
    assert matcher is not None, problems
    return matcher


def problems_of(
    *lists: WatchList, terms: Mapping[str, TermSet] | None = None
) -> tuple[Problem, ...]:
    return compile_rules(terms or {}, lists)[1]


def match_of(
    title: str, *rules: str, terms: Mapping[str, TermSet] | None = None, **fields: str
) -> Match | None:
    matcher = compiled(make_list(*rules), terms)
    return next(iter(matcher.match(MatchText(title=title, **fields))), None)  # type: ignore[arg-type]


def found(title: str, term: str, **fields: str) -> list[str]:
    """The words of a text that count as a term."""
    match = match_of(title, term, **fields)
    return [hit.text for hit in match.hits] if match else []
