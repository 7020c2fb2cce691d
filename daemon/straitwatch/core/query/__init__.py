"""The watch-list language: text in, a tree of frozen values out. See `parse` for the grammar."""

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
from straitwatch.core.query.parse import named_sets, parse_query, parse_term, problem_at

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
    "named_sets",
    "parse_query",
    "parse_term",
    "problem_at",
]
