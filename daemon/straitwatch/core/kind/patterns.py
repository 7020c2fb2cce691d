"""Compiles the word patterns of this package."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Wording:
    """A pattern in any case, compiled when it is first used: all together take a tenth of a second.

    Most commands never read the kind of a text.
    """

    text: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.text, re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        return self._pattern.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._pattern.finditer(text)


def any_of(*alternatives: str) -> Wording:
    """Return a pattern that matches any of the alternatives."""
    return Wording("|".join(alternatives))


# A label begins a title, with or without brackets, and ends with a mark.
OPEN = r"^[\s\W]{0,3}"
CLOSE = r"\s*(?:[:：︰|｜》】〉」』〕\]\)）/／;]|\s[-–—]\s|[-–—]\s)"
