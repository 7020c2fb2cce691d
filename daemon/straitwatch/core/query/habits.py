"""What other query languages and input methods accustom people to, and what it means here.

A mistake that cannot be meant is refused by the parser; what may be meant is a warning: text in
quotation marks is always meant.
"""

import re
from collections.abc import Iterator

from straitwatch.core.model import Problem, Sourced
from straitwatch.core.query.place import problem_at

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
    """Warn of marks and words that look as if they separated terms, but are part of one."""
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text.text)
    instead = "write OR between the terms" if is_rule else "write two entries"
    hint = f'{instead}, or put it in quotation marks if it is meant: "..."'
    if found := _SEPARATOR.search(bare):
        mark = "a full-width blank" if found[0] == "\u3000" else found[0]
        message = f"{mark} separates nothing: it is part of the term"
        yield problem_at(text, found.start(), message, hint=hint, is_warning=True)
    if not is_rule and (operator := _TITLE_CASE.search(bare)):
        message = f"{operator[0]} is a word of this term, no operator"
        yield problem_at(text, operator.start(), message, hint=hint, is_warning=True)
