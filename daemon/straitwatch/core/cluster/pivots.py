"""What a text speaks of, in no language: part of the cluster stage.

In: a title and its lead. Out: the people, places and things of this beat that it names, and its
figures; texts in two languages can be compared by these. The names come from `aliases`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from math import sqrt

from straitwatch.core.cluster.aliases import ALIASES
from straitwatch.core.cluster.beat import beat_shares
from straitwatch.core.cluster.guards import quantities
from straitwatch.core.cluster.text import normalize_text, stems, terms

_LEAST_FIGURE = 10  # "two ships" are in every other report
_COMMON = 0.05  # share from which a name says nothing about an event
_LEAD_WEIGHT = 0.5  # against 1 for what the title names
_MAYBE_FIGURE = re.compile(r"[\d十百]")
_FIRST_CJK = "\u3000"


class Pivots:
    """Finds what texts name."""

    def __init__(self, characters: Mapping[int, int]) -> None:
        """Read the aliases; `characters` are code points to read as others."""
        self._names: dict[tuple[str, ...], str] = {}
        self._words: dict[str, int] = {}  # the most words of a name that begins with this one
        for shown, name in _aliases():
            words = stems(normalize_text(name.translate(dict(characters))))
            self._names.setdefault(words, f"@{shown}")
            self._words[words[0]] = max(len(words), self._words.get(words[0], 0))
        self._longest = max(map(len, self._words))

    def of(self, title: str, lead: str) -> dict[str, float]:
        """Return what a report names with weights of unit length, the title's names first.

        The characters of both texts are those that the aliases were read in.
        """
        found = dict.fromkeys(self._find(title), 1.0)
        if found and _MAYBE_FIGURE.search(title):  # figures of nothing named are any figures
            figures = (figure for figure in quantities(title) if float(figure) >= _LEAST_FIGURE)
            found |= {f"@{figure}": 1.0 for figure in figures}
        for name in self._find(lead):
            found.setdefault(name, _LEAD_WEIGHT)
        length = sqrt(sum(weight * weight for weight in found.values())) or 1.0
        return {name: weight / length for name, weight in found.items()}

    def _find(self, text: str) -> Iterator[str]:
        """Find the longest names, from left to right."""
        words = stems(normalize_text(text))
        if text.isascii() and self._words.keys().isdisjoint(words):  # most texts name nothing
            return
        end = 0  # of the last name
        for place, word in enumerate(words):
            if place < end or not (word in self._words or word >= _FIRST_CJK):
                continue
            for count in range(self._words.get(word, 0), 0, -1):
                if (name := self._names.get(words[place : place + count])) is not None:
                    yield name
                    end = place + count
                    break
            else:
                if word >= _FIRST_CJK:
                    yield from self._find_inside(word)

    def _find_inside(self, run: str) -> Iterator[str]:
        """Find names in characters that are written without spaces."""
        place = 0
        while place < len(run):
            for end in range(min(place + self._longest, len(run)), place, -1):
                if (name := self._names.get((run[place:end],))) is not None:
                    yield name
                    place = end
                    break
            else:
                place += 1


def _aliases() -> Iterator[tuple[str, str]]:
    """Return each name with the one that is shown for it."""
    for line in ALIASES.strip().splitlines():
        names = [name.strip() for name in line.replace(";", ",").split(",")]
        yield from ((names[0], name) for name in names)


@cache
def pivots_of(characters: frozenset[tuple[int, int]]) -> Pivots:
    """Return the finder that reads code points as others, given as pairs."""
    return Pivots(dict(characters))


@cache
def common_pivots() -> frozenset[str]:
    """Return the names that too many of the beat's reports hold to say anything."""
    return frozenset(name for name, share in pivot_shares().items() if share >= _COMMON)


@cache
def pivot_shares() -> dict[str, float]:
    """Return the assumed share of each common name, that of its rarest word; see `beat_shares`."""
    shares = beat_shares()
    names = (line.partition(",")[0].partition(";")[0] for line in ALIASES.strip().splitlines())
    return {
        f"@{name}": min((shares.get(t, 0.0) for t in terms(name)), default=0.0) for name in names
    }
