"""Reads the JSON Lines of `match`, `cluster` and `backtest`.

A line has `id`, `title`, `ts` and optionally `summary`, `content`, `url`, `source`, `lang`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from straitwatch.cli.jsonl import FIRST_YEAR, LAST_YEAR, read_time
from straitwatch.core.normalize import (
    MAX_CONTENT,
    MAX_SUMMARY,
    MAX_TITLE,
    UnknownLanguageError,
    cut,
    read_language,
)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # for lines before the first one with a time
_LIMITS = {"title": MAX_TITLE, "summary": MAX_SUMMARY, "content": MAX_CONTENT}  # as of a feed
_TEXTS = ("title", "summary", "content", "url", "source", "lang", "ts", "guid", "published_at")


class UnusableError(ValueError):
    """A line that is JSON but not a report."""


class LineClock:
    """Reads `ts`; a line without one has the time of the line before."""

    def __init__(self) -> None:
        self._now = LONG_AGO

    def read(self, text: str) -> datetime:
        """Return the time of a line with this `ts`."""
        if text:
            self._now = read_line_time("ts", text)
        return self._now


def read_line_time(name: str, text: str) -> datetime:
    """Return a time of a line.

    Raises:
        UnusableError: it is not a time.

    """
    read = read_time(text)
    if read is None:
        years = f"{FIRST_YEAR} to {LAST_YEAR}"
        raise UnusableError(f"{name}: not an ISO date or date-time of {years}: {text!r}")
    return read


def read_key(line: Mapping[str, Any]) -> str:
    """Return the id of a line as text.

    Raises:
        UnusableError: it has none.

    """
    key = line.get("id")
    if not isinstance(key, str | int) or isinstance(key, bool) or key == "":
        raise UnusableError("id: a string or a number is needed")
    return str(key)


def read_optional_key(line: Mapping[str, Any]) -> str:
    """Return the id of a line as text; "" if it has none.

    Raises:
        UnusableError: it is neither a string nor a number.

    """
    return "" if line.get("id") in (None, "") else read_key(line)


def read_texts(line: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of a line, "" if it has none, shortened like those of a feed.

    Raises:
        UnusableError: a value is not text, or there is neither a title nor an address.

    """
    texts = _read(line, _TEXTS)
    if not texts["title"] and not texts["url"]:
        raise UnusableError("title: a title or an address is needed")
    return texts


def read_matched_texts(line: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Return these texts of a line, of which watch-lists match the first ones.

    Raises:
        UnusableError: a value is not text, `lang` is not a language, or there is no text.

    """
    if not any(name in line for name in _LIMITS):
        raise UnusableError("title: a title, a summary or a content is needed")
    return _read(line, names)


def _read(line: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    texts = {name: "" if line.get(name) is None else line[name] for name in names}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise UnusableError(f"{name}: expected text, got {type(text).__name__}")
    texts |= {name: cut(texts[name], limit=_LIMITS[name]) for name in names if name in _LIMITS}
    if texts.get("lang"):
        texts["lang"] = _read_language(texts["lang"])
    return texts


def _read_language(text: str) -> str:
    try:
        return read_language(text)
    except UnknownLanguageError as error:
        raise UnusableError(f"lang: {error}\nhint: {error.hint}") from None
