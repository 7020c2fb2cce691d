"""Reads and writes JSON Lines for the offline commands."""

import json
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from straitwatch.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1900, 2199  # arithmetic with the extreme datetimes overflows
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An object and its place, such as `reports.jsonl:3`."""

    place: str
    value: Mapping[str, Any]

    def refuse(self, words: str) -> "BadLine":
        """Return the line as unusable, with the reason."""
        return BadLine(error=f"{self.place}: {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """An unusable line; the command prints the error and continues."""

    error: str


def read_lines(files: Sequence[Path]) -> Iterator[Line | BadLine]:
    """Yield one object for each line of the files; without files, of standard input.

    Blank lines are skipped. A line that is not a JSON object in UTF-8 becomes a `BadLine`.

    Raises:
        UsageError: a file cannot be read.
    """
    if not files:
        yield from _objects(sys.stdin.buffer, "standard input")
        return
    for path in files:
        try:
            with path.open("rb") as stream:
                yield from _objects(stream, str(path))
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _objects(stream: BinaryIO, name: str) -> Iterator[Line | BadLine]:
    for number, raw in enumerate(stream, start=1):
        place = f"{name}:{number}"
        line = raw.removeprefix(BOM_UTF8) if number == 1 else raw
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            byte = f"{place}: byte {error.start + 1} is not UTF-8"
            yield BadLine(error=f"{byte}\nhint: convert the file to UTF-8")
        except (ValueError, RecursionError) as error:
            yield BadLine(error=f"{place}: not JSON: {error}\nhint: each line is one JSON object")
        else:
            if isinstance(value, dict):
                yield Line(place=place, value=_with_whole_characters(value))
            else:
                yield BadLine(error=f"{place}: expected an object, got {type(value).__name__}")


def _with_whole_characters(value: dict[str, Any]) -> dict[str, Any]:
    """Replace lone surrogates: JSON can name half a character, but no feed contains one.

    Offsets in the texts stay the same. The id is only printed, so it is not changed.
    """
    text = json.dumps(value, ensure_ascii=False)
    if not _HALF.search(text):
        return value
    whole: dict[str, Any] = json.loads(_HALF.sub("\ufffd", text))
    return whole | {"id": value["id"]} if "id" in value else whole


def read_time(text: str) -> datetime | None:
    """Read an ISO date or date-time, in UTC unless it names a zone; None for any other text."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def write_line(value: object, stream: TextIO | None = None) -> None:
    """Print one JSON object on a line of its own, readable in any script."""
    out = stream or sys.stdout
    out.write(printable(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) + "\n")


def printable(text: str) -> str:
    """Return a text that any terminal accepts: JSON may name half a character."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
