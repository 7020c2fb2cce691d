"""JSON Lines in and out, the same way for every offline command."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from straitwatch.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that cannot be used; the command answers with the error and goes on."""

    error: str


def read_lines(files: Sequence[Path]) -> Iterator[dict[str, Any] | BadLine]:
    """Yield one object a line from the files, or from standard input when there are none.

    Blank lines are skipped. A line that is no JSON object comes back as `BadLine`.

    Raises:
        UsageError: a file cannot be read.
    """
    if not files:
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield from _objects(sys.stdin, "standard input")
        return
    for path in files:
        try:
            with path.open(encoding="utf-8-sig", errors="replace") as stream:
                yield from _objects(stream, str(path))
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _objects(stream: TextIO, name: str) -> Iterator[dict[str, Any] | BadLine]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield BadLine(error=f"{name}:{number}: not JSON: {error}")
            continue
        if isinstance(value, dict):
            yield value
        else:
            yield BadLine(error=f"{name}:{number}: expected an object, got {type(value).__name__}")


def write_line(value: object, stream: TextIO | None = None) -> None:
    """Print one JSON object on a line of its own, readable in any script."""
    out = stream or sys.stdout
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    out.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
