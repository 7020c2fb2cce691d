"""Finds the words in a text that attribute its reporting to a source.

Each language group has a module with the same tables. `@` in a pattern is the name of the source.

- `SOURCED`: wordings that make a name the source: an official spoke to the outlet, the outlet
  published something, or an agency carried the text.
- `UNNAMED`: wordings that attribute the report to media without naming them.
- `REFUSED`: words before a name that deny, answer or forbid its report instead of repeating it.
- `WRONG`: words after a name that call its report wrong.
"""

import re
from functools import cache

from straitwatch.core.attribution import chinese, cyrillic, english, japanese, korean
from straitwatch.core.attribution.cyrillic import decline

__all__ = ["decline", "find_sourced", "find_unnamed", "is_byline_name", "name_pattern"]

_MODULES = (english, chinese, cyrillic, japanese, korean)
_MARK = "\ue000"  # the name, in the text that is searched
_BEFORE, _AFTER = 60, 120  # characters beside a name that are searched


def find_sourced(text: str, name: re.Match[str]) -> str:
    """Return the words that make a name in a text the source; "" if none do."""
    before = text[max(0, name.start() - _BEFORE) : name.start()]
    after = text[name.end() :][:_AFTER]
    if _is_refuted(before, after) or re.search(english.RANK, before):
        return ""
    marked = f"{before}{_MARK}{after}"
    found = next(filter(None, (wording.search(marked) for wording in _sourced())), None)
    return found[0].replace(_MARK, name[0]).strip() if found else ""


def find_unnamed(text: str) -> str:
    """Return the words that attribute a text to media without naming them; "" if none do."""
    for wording in _unnamed():
        for found in wording.finditer(text):
            start = found.start()
            before, after = text[max(0, start - _BEFORE) : start], text[start:][:_AFTER]
            if not _is_refuted(before, after):
                return found[0].strip()
    return ""


def is_byline_name(before: str) -> bool:
    """Return True if the name after these words in a byline is an agency, not a person."""
    return re.search(english.BEFORE_IN_BYLINE, before, re.IGNORECASE) is not None


def name_pattern(name: str) -> str:
    """Return a pattern that finds a name as a separate word.

    In Korean and Japanese text, endings may follow a Latin name, for example WSJ에.
    """
    escaped = re.escape(name)
    if name.isascii():
        return rf"(?<![\w-]){escaped}(?![A-Za-z0-9_À-ɏ-])"
    if re.match(r"[А-яЁёІіЇїЄє]", name):
        return rf"(?<![\w-]){escaped}(?![\w-])"
    before = chinese.NOT_AFTER.get(name[0], "")
    after = chinese.NOT_BEFORE.get(name[-1], "")
    return (f"(?<![{before}])" if before else "") + escaped + (f"(?![{after}])" if after else "")


def _is_refuted(before: str, after: str) -> bool:
    return bool(_refused().search(before) or _wrong().search(after))


@cache
def _sourced() -> tuple[re.Pattern[str], ...]:
    texts = (text.replace("@", _MARK) for module in _MODULES for text in module.SOURCED)
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


@cache
def _unnamed() -> tuple[re.Pattern[str], ...]:
    texts = (text for module in _MODULES for text in module.UNNAMED)
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


@cache
def _refused() -> re.Pattern[str]:
    texts = (module.REFUSED for module in (english, chinese, cyrillic))
    return re.compile("|".join(texts), re.IGNORECASE)


@cache
def _wrong() -> re.Pattern[str]:
    return re.compile("|".join(module.WRONG for module in _MODULES), re.IGNORECASE)
