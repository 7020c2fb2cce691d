"""JSON Lines in and out, the same way for every offline command."""

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

FIRST_YEAR, LAST_YEAR = 1900, 2199  # of a line: sums with the first and last dates of all overflow
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An object and where it stood."""

    place: str
    value: Mapping[str, Any]

    def refuse(self, words: str) -> "BadLine":
        """Say what is wrong with it."""
        return BadLine(error=f"{self.place}: {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that cannot be used; the command answers with the error and goes on."""

    error: str


def read_lines(files: Sequence[Path]) -> Iterator[Line | BadLine]:
    """Yield one object a line from the files, or from standard input when there are none.

    Blank lines are skipped. What is no JSON object in UTF-8 comes back as `BadLine`.

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
    """Replace each half of a character, which JSON can name and no feed contains.

    Places in the texts stay the same. The id is only returned, so it stays as it is.
    """
    text = json.dumps(value, ensure_ascii=False)
    if not _HALF.search(text):
        return value
    whole: dict[str, Any] = json.loads(_HALF.sub("\ufffd", text))
    return whole | {"id": value["id"]} if "id" in value else whole


def read_time(text: str) -> datetime | None:
    """Read an ISO date or date-time, in UTC where it names no zone; None if it is none of them."""
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
    """Return a text that any terminal takes: JSON may name half a character."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
