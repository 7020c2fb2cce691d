"""Finds the place of an expression's part in its file, and how to quote it there."""

import re
from dataclasses import replace

from straitwatch.core.model import Problem, Sourced

_JOINED = re.compile(r"[()$\"]|\b(?:AND|OR|NOT)\b|\b(?:NEAR|BEFORE)/|\b(?:title|summary|body):")


def problem_at(
    text: Sourced, offset: int, message: str, *, hint: str = "", is_warning: bool = False
) -> Problem:
    """Return a problem with the position of a character of the expression."""
    position = text.position
    if position and text.column_is_exact:
        position = replace(position, column=position.column + offset)
    elif len(text.text) > offset > 0:
        message = f"{message} (at character {offset + 1}: {text.text[offset : offset + 20]!r})"
    return Problem(
        position=position, message=message, hint=hint, excerpt=text.text, is_warning=is_warning
    )


def how_to_quote(text: Sourced, words: str) -> str:
    """Return how to write words as plain text; YAML removes quotation marks around a whole item."""
    if not _JOINED.search(text.text):
        return f"if you mean this text, put both kinds of quotation marks around it: '\"{words}\"'"
    inside = " inside the outer ones" if text.is_quoted else ""
    return f'if you mean this text, put it in double quotation marks{inside}: "{words}"'
