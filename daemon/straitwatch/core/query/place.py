"""Where in a file a mistake in an expression stands."""

from dataclasses import replace

from straitwatch.core.model import Problem, Sourced


def problem_at(
    text: Sourced, offset: int, message: str, *, hint: str = "", is_warning: bool = False
) -> Problem:
    """Build a problem that points at a character of the expression."""
    position = text.position
    if position and text.column_is_exact:
        position = replace(position, column=position.column + offset)
    elif len(text.text) > offset > 0:
        message = f"{message} (at character {offset + 1}: {text.text[offset : offset + 20]!r})"
    return Problem(
        position=position, message=message, hint=hint, excerpt=text.text, is_warning=is_warning
    )
