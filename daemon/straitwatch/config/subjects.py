"""Resolves the subject of a feed: `about: [taiwan]` names a term set, `[Kinmen]` a term."""

from collections.abc import Mapping

from straitwatch.core.model import TermSet


def subject_sets(name: str, term_sets: Mapping[str, TermSet]) -> tuple[str, ...]:
    """Return the term set with this name, or the term sets with this term; () if there is none."""
    bare = name.removeprefix("$")
    if bare in term_sets:
        return (bare,)
    return tuple(
        terms.name
        for terms in term_sets.values()
        if any(_is_same(bare, term.text) for term in terms.any)
    )


def _is_same(name: str, term: str) -> bool:
    return term.strip().strip('=~"').casefold() == name.casefold()
