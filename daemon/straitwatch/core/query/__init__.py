"""The watch-list language: text in, a tree of frozen values out. See `parse` for the grammar."""

from straitwatch.core.query.habits import find_doubts
from straitwatch.core.query.nodes import (
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
    Word,
)
from straitwatch.core.query.parse import named_sets, parse_query, parse_term
from straitwatch.core.query.place import problem_at

__all__ = [
    "ABOUT",
    "FIELDS",
    "And",
    "In",
    "Mode",
    "Near",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "SetRef",
    "Word",
    "find_doubts",
    "named_sets",
    "parse_query",
    "parse_term",
    "problem_at",
]
