"""Joins the lines that a program broke at a fixed width; a sentence does not end there."""

import re
from collections.abc import Iterator, Sequence

_WIDTHS = range(40, 101)  # characters of the longest line of a wrapped text
_WIDTHS_CJK = range(15, 61)
_FEWEST = 3  # lines: fewer show no habit
_ITEM = re.compile(r"(?:[-*•·▪‣]|\d{1,2}[.)])\s")  # begins a line; a dash may not
_CJK = "⺀"  # from this letter on, words have no spaces between them


def unwrap(lines: Sequence[str]) -> list[str]:
    """Join neighbouring lines of a hard-wrapped text; an empty line stays between paragraphs."""
    width = max(map(len, lines), default=0)
    if sum(map(bool, lines)) < _FEWEST:
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
    """Return True if the next word had no room in a line."""
    if _ITEM.match(line):
        return False
    if last[-1] >= _CJK and line[0] >= _CJK:
        return width in _WIDTHS_CJK and len(last) >= width - 1
    return width in _WIDTHS and len(last) + 1 + len(line.split(" ", 1)[0]) > width
