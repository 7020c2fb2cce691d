"""Finds the people, places, things and figures that a text names, in any language."""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import sqrt

from straitwatch.core.beat import AliasGroup
from straitwatch.core.cluster.guards import quantities
from straitwatch.core.cluster.text import normalize_text, stems

_MIN_FIGURE = 10  # smaller figures such as "two ships" are too common
_LEAD_WEIGHT = 0.5  # against 1 for a name in the title
_MAYBE_FIGURE = re.compile(r"[\d十百]")
_FIRST_CJK = "\u3000"


class NameFinder:
    """Finds the names of a beat in texts."""

    def __init__(self, groups: Iterable[AliasGroup], characters: Mapping[int, int]) -> None:
        """Index the aliases; `characters` replaces code points in their spellings."""
        self._names: dict[tuple[str, ...], str] = {}
        self._words: dict[str, int] = {}  # words in the longest name, by its first word
        for group in groups:
            for name, spelling in group.spellings():
                words = stems(normalize_text(spelling.translate(characters)))
                if not words:  # only function words
                    continue
                self._names.setdefault(words, f"@{name}")
                self._words[words[0]] = max(len(words), self._words.get(words[0], 0))
        self._longest = max(map(len, self._words), default=0)

    def find(self, title: str, lead: str) -> dict[str, float]:
        """Return the weights of the names in a report, of unit length; names of the title first.

        Replace the characters of both texts beforehand, as those of the aliases.
        """
        found = dict.fromkeys(self._find(title), 1.0)
        if found and _MAYBE_FIGURE.search(title):  # without a name, figures are weak evidence
            figures = (figure for figure in quantities(title) if float(figure) >= _MIN_FIGURE)
            found |= {f"@{figure}": 1.0 for figure in figures}
        for name in self._find(lead):
            found.setdefault(name, _LEAD_WEIGHT)
        length = sqrt(sum(weight * weight for weight in found.values())) or 1.0
        return {name: weight / length for name, weight in found.items()}

    def _find(self, text: str) -> Iterator[str]:
        """Find the longest names, from left to right."""
        words = stems(normalize_text(text))
        if text.isascii() and self._words.keys().isdisjoint(words):  # most texts have no name
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
