"""Normalizes headlines, and the words that people search in them, as lists are matched."""

from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from straitwatch.core.match.normalize import TextNormalizer

_LIMIT = 300  # characters; PostgreSQL refuses an index entry of more than 2,700 bytes


def searchable(headline: str) -> str:
    """Return the text of a headline in which words are searched."""
    return _normalizer().normalize(headline).text[:_LIMIT]


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a search, without the punctuation around them.

    A headline that contains all of them is found. A search of punctuation alone keeps it.
    """
    words = searchable(text).split()
    return tuple(dict.fromkeys(filter(None, map(_without_marks, words)))) or tuple(words)


def _without_marks(word: str) -> str:
    return word.strip("".join(mark for mark in word if category(mark).startswith("P")))


@cache
def _normalizer() -> "TextNormalizer":
    from straitwatch.core.match.normalize import (  # noqa: PLC0415 - 0.04 s that few commands need
        TextNormalizer,
    )

    return TextNormalizer()
