"""Defines the parts of a query; `str` writes them as a person would.

Phrase, SetRef   words
In               in one field only
Near             two of them close to each other
And, Or, Not     combinations
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from straitwatch.core.query.habits import LOOSE_NEAR, PATTERN, SPELLED_OPERATORS

OPERATORS = frozenset({"AND", "OR", "NOT"})
LOWER_OPERATORS = frozenset({"and", "or", "not"})
FIELDS = {
    "title": "title",
    "summary": "summary",
    "body": "content",
}  # as written -> as in the model
ABOUT = "about"  # about:$taiwan searches the subject of the feed, not the text
BARE_WORD = re.compile(r"[^\s()\"“”„«»:$|+-][^\s()\"“”„«»:$|]*")
NEAR_OPERATOR = re.compile(r"(?P<name>NEAR|BEFORE)/(?P<reach>\d+|S)")
NEAR_LIKE = re.compile(r"(?i)(?:near|onear|adj|before|pre|w|within|n)(?:/\w*)?")


class Mode(StrEnum):
    """The forms of a word that match."""

    PLAIN = ""
    EXACT = "="
    FORMS = "~"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a phrase."""

    text: str
    mode: Mode = Mode.PLAIN
    is_prefix: bool = False

    def __str__(self) -> str:
        return f"{self.mode.value}{self.text}{'*' if self.is_prefix else ''}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Neighboring words."""

    words: tuple[Word, ...]

    def __str__(self) -> str:
        text = " ".join(map(str, self.words))
        is_bare = all(map(_is_bare, self.words)) and not PATTERN.search(text)
        return text if is_bare else f'"{text}"'


@dataclass(frozen=True, slots=True)
class SetRef:
    """A term set by its name."""

    name: str
    offset: int = -1  # in the expression; ignored by comparisons

    def __str__(self) -> str:
        return f"${self.name}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SetRef) and other.name == self.name

    def __hash__(self) -> int:
        return hash(("$", self.name))


@dataclass(frozen=True, slots=True)
class In:
    """A query on one field only: title, summary, body, or the subject of the feed."""

    field: str
    query: "Query"

    def __str__(self) -> str:
        return f"{self.field}:{_wrap(self.query, (And, Or, Not, Near, In))}"


@dataclass(frozen=True, slots=True)
class Near:
    """Two operands at most `words` words apart, or in one sentence if `words` is None."""

    left: "Query"
    right: "Query"
    words: int | None
    is_ordered: bool = False

    def __str__(self) -> str:
        name = "BEFORE" if self.is_ordered else "NEAR"
        reach = "S" if self.words is None else self.words
        nested = (And, Or, Not, Near)
        return f"{_wrap(self.left, nested)} {name}/{reach} {_wrap(self.right, nested)}"


@dataclass(frozen=True, slots=True)
class Not:
    """A query that must not match."""

    query: "Query"

    def __str__(self) -> str:
        return f"NOT {_wrap(self.query, (And, Or))}"


@dataclass(frozen=True, slots=True)
class And:
    """Queries that must all match."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " AND ".join(_wrap(part, (And, Or)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Queries of which one must match."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(_wrap(part, (And, Or)) for part in self.parts)


Query = Phrase | SetRef | In | Near | Not | And | Or


def _wrap(query: Query, nested: tuple[type, ...]) -> str:
    return f"({query})" if isinstance(query, nested) else str(query)


def _is_bare(word: Word) -> bool:
    if word.text in OPERATORS | LOWER_OPERATORS | SPELLED_OPERATORS:
        return False
    if NEAR_LIKE.fullmatch(word.text) or LOOSE_NEAR.fullmatch(word.text):
        return False
    return BARE_WORD.fullmatch(word.text) is not None and not word.text.startswith("'")
