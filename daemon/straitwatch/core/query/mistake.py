"""Turns a mistake in an expression into a `Problem` of its file."""

from straitwatch.core.model import Problem, Sourced
from straitwatch.core.query.place import how_to_quote, problem_at


class Mistake(Exception):  # noqa: N818 - it becomes a Problem in parse_query and parse_term
    """A mistake at an offset; `literal` is given if the words may be meant as text."""

    def __init__(self, offset: int, message: str, hint: str = "", *, literal: str = "") -> None:
        super().__init__(message)
        self.offset, self.message, self.hint, self.literal = offset, message, hint, literal

    def as_problem(self, text: Sourced) -> Problem:
        """Build the problem, with the quotation marks that the expression needs in its file."""
        hints = (self.hint, how_to_quote(text, self.literal) if self.literal else "")
        return problem_at(text, self.offset, self.message, hint=", or ".join(filter(None, hints)))
