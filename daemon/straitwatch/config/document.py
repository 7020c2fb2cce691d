"""Holds a YAML file as plain values, with the position of each value and key."""

from dataclasses import dataclass, field
from typing import Any

from straitwatch.core.model import Position, Problem, Sourced

Key = str | int
KeyPath = tuple[Key, ...]

QUOTE_ALL = "wrap the whole line in single quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The line and column of a value, from 0; `is_exact` if the file has its text verbatim."""

    line: int
    column: int
    is_exact: bool = True
    is_quoted: bool = False


@dataclass(slots=True)
class Document:
    """A file as values; `places` and `keys` hold the place of each value and each key."""

    name: str
    text: str
    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    secrets: tuple[str, ...] = ()  # texts that are never shown or stored
    secret_pairs: tuple[tuple[str, str], ...] = ()  # keys and values, the value a secret

    def position(self, path: KeyPath, *, of_key: bool = False) -> Position:
        """Return the position of a value, or of the nearest value around it in the file."""
        known = self.nearest(path)
        place = (self.keys.get(known) if of_key else None) or self.places.get(
            known, Place(line=0, column=0)
        )
        return Position(file=self.name, line=place.line + 1, column=place.column + 1)

    def nearest(self, path: KeyPath) -> KeyPath:
        """Drop the parts of a path that the file does not have."""
        known: KeyPath = ()
        for part in path:
            if (*known, part) in self.places:
                known = (*known, part)
        return known

    def sourced(self, path: KeyPath, text: str) -> Sourced:
        """Return a text with its position."""
        place = self.places.get(self.nearest(path), Place(line=0, column=0, is_exact=False))
        return Sourced(
            text=text,
            position=Position(file=self.name, line=place.line + 1, column=place.column + 1),
            column_is_exact=place.is_exact,
            is_quoted=place.is_quoted,
        )

    def problem(
        self,
        path: KeyPath,
        message: str,
        hint: str = "",
        *,
        of_key: bool = False,
        is_warning: bool = False,
    ) -> Problem:
        """Build a problem about a value, or about its key."""
        return self.at(self.position(path, of_key=of_key), message, hint, is_warning=is_warning)

    def at(
        self, position: Position, message: str, hint: str = "", *, is_warning: bool = False
    ) -> Problem:
        """Build a problem about a position."""
        return Problem(
            position=position,
            message=message,
            hint=hint,
            excerpt=self.line(position.line),
            is_warning=is_warning,
        )

    def line(self, number: int) -> str:
        """Return a line of the file, counted from 1, or "" if there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""
