"""Prints the problems of a configuration with the line and a caret."""

from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from straitwatch.core.model import Position, Problem

_WIDTH = 100  # characters of a line that are shown; longer ones are cut around the mistake


def print_problem(out: Console, problem: Problem) -> None:
    """Print a problem, its line and its hint."""
    where = f"{problem.position}: " if problem.position else ""
    word = "warning: " if problem.is_warning else ""
    style = "yellow" if problem.is_warning else "red"
    out.print(Text.assemble((where, "bold"), (word + problem.message, style)))
    if problem.position and problem.excerpt:
        for line in underline(problem.excerpt, problem.position.column):
            out.print(Text(f"  {line}"))
    if problem.hint:
        out.print(Text.assemble(("hint: ", "bold"), problem.hint))


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return the JSON object of a problem."""
    return place_json(problem.position) | {
        "level": "warning" if problem.is_warning else "error",
        "message": problem.message,
        "hint": problem.hint,
    }


def place_json(position: Position | None) -> dict[str, Any]:
    """Return the keys that name a place; null without a place."""
    if position is None:
        return {"file": None, "line": None, "column": None}
    return {"file": position.file, "line": position.line, "column": position.column}


def underline(line: str, column: int) -> tuple[str, str]:
    """Cut a line around a column, counted from 1, and put a caret under it."""
    index = column - 1
    begin = max(0, index - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[begin : begin + _WIDTH]
    lead = "…" if begin else ""
    trail = "…" if begin + _WIDTH < len(line) else ""
    before = "".join(_blank(character) for character in lead + line[begin:index])
    return f"{lead}{shown}{trail}".replace("\t", " "), f"{before}^"


def _blank(character: str) -> str:
    """Return spaces as wide as a character is in a terminal."""
    return " " if character == "\t" else " " * cell_len(character)
