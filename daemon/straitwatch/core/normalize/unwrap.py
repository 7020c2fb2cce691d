"""Joins lines that were hard-wrapped at a fixed width, because no sentence ends there."""

import re
from collections.abc import Iterator, Sequence

_WIDTHS = range(40, 101)  # characters of the longest line of a wrapped text
_WIDTHS_CJK = range(15, 61)
_MIN_LINES = 3  # fewer lines show no regular width
_ITEM = re.compile(r"(?:[-*•·▪‣]|\d{1,2}[.)])\s")  # of a list; a dash within a text is longer
_CJK = "⺀"  # the first character of the scripts without spaces between words


def unwrap(lines: Sequence[str]) -> list[str]:
    """Join the lines of a hard-wrapped text; empty lines between paragraphs are kept."""
    width = max(map(len, lines), default=0)
    if sum(map(bool, lines)) < _MIN_LINES:
        return list(lines)
    return list(_joined(lines, width))


def _joined(lines: Sequence[str], width: int) -> Iterator[str]:
    paragraph = last = ""
    for line in lines:
        if last and line and _is_broken(last, line, width):
            is_cjk = last[-1] >= _CJK and line[0] >= _CJK
            paragraph = f"{paragraph}{line}" if is_cjk else f"{paragraph} {line}"
        else:
            yield paragraph
            paragraph = line
        last = line
    yield paragraph


def _is_broken(last: str, line: str, width: int) -> bool:
    """Return True if the first word of `line` did not fit into the line before it."""
    if _ITEM.match(line):
        return False
    if last[-1] >= _CJK and line[0] >= _CJK:
        return width in _WIDTHS_CJK and len(last) >= width - 1
    return width in _WIDTHS and len(last) + 1 + len(line.split(" ", 1)[0]) > width
