"""Finds marks and words of other query languages and input methods that may be a mistake.

The parser rejects certain mistakes. Marks that may be part of a term are warnings, except inside
quotation marks.
"""

import re
from collections.abc import Iterator

from straitwatch.core.model import Problem, Sourced
from straitwatch.core.query.place import how_to_quote, problem_at

_QUOTED = re.compile(r'"[^"]*"?')
_CJK = "[\u2e80-\u9fff\uac00-\ud7af]"
_SEPARATOR = re.compile(
    rf"[、，；｡。！？;]|(?<={_CJK})[/\u3000](?={_CJK})|(?<=\s)/(?=\s)|(?<!\d),|,(?!\d)"
)
_TITLE_CASE = re.compile(r"(?<=\S\s)(?:Or|And)(?=\s\S)")
SPELLED_OPERATORS = frozenset({"And", "Or", "Not"})
LOOSE_NEAR = re.compile(r"(?i)(?:o?near|before|adj|within)(?:[-_:.\\~]?\d{1,3}|[-_:.\\~]s)")
PATTERN = re.compile(
    r"^/.+/[a-z]*$|\w\?\w|\[\w[\w-]*\]|\\[bdswBDSW]|\.[*+]|^\^\w|\w\$(?=\s|$)|\w\{\d|\(\?"
)


def find_doubts(text: Sourced, *, is_rule: bool) -> Iterator[Problem]:
    """Return warnings about marks and words that look like separators but are part of a term."""
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text.text)
    instead = "write OR between the terms" if is_rule else "write two entries"
    quoted = how_to_quote(text, "...") if is_rule else 'if it is one term, quote it: "..."'
    hint = f"{instead}, or {quoted}"
    if found := _SEPARATOR.search(bare):
        mark = "a full-width space" if found[0] == "\u3000" else found[0]
        message = f"{mark} is not a separator: it is part of the term"
        yield problem_at(text, found.start(), message, hint=hint, is_warning=True)
    if not is_rule and (operator := _TITLE_CASE.search(bare)):
        message = f"{operator[0]} is a word of this term, not an operator"
        yield problem_at(text, operator.start(), message, hint=hint, is_warning=True)
