"""Normalizes headlines, and the words that people search in them, as lists are matched."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from straitwatch.core.match.normalize import TextNormalizer

_LIMIT = 300  # characters; PostgreSQL refuses an index entry of more than 2,700 bytes


def searchable(headline: str) -> str:
    """Return the text of a headline in which words are searched."""
    return _normalizer().normalize(headline).text[:_LIMIT]


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a search; a headline that contains all of them is found."""
    return tuple(dict.fromkeys(searchable(text).split()))


@cache
def _normalizer() -> "TextNormalizer":
    from straitwatch.core.match.normalize import (  # noqa: PLC0415 - 0.04 s that few commands need
        TextNormalizer,
    )

    return TextNormalizer()
