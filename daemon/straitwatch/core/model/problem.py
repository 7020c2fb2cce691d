"""The place of a configured text, and a problem in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a configuration file; line and column start at 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem in a person's text: its position, a message and a hint."""

    position: Position | None
    message: str
    hint: str = ""
    excerpt: str = ""  # the offending source line, for a caret under `position.column`
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        word = "warning: " if self.is_warning else ""
        return f"{where}{word}{self.message}" + (f"\nhint: {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A piece of text with its position in a configuration file.

    `column_is_exact` is false where YAML folded or escaped the text, so that an offset in `text`
    is not an offset in the file; `is_quoted` is true if the file has quotation marks around it.
    """

    text: str
    position: Position | None = None
    column_is_exact: bool = True
    is_quoted: bool = False
