"""Explains a stored entry, or any text, as `straitwatch why` does."""

from starlette.requests import Request
from starlette.responses import Response

from straitwatch.core.reasons import REASONS
from straitwatch.errors import UsageError
from straitwatch.web.desk import Visit, visit
from straitwatch.why.answers import Answer, StoredAnswer
from straitwatch.why.page_words import page_words
from straitwatch.why.read import Question, read_answers


def why(request: Request) -> Response:
    """Answer why an entry was sent or not, or which lists fire on a text."""
    here = visit(request)
    text, problem, answers = here.parameter("q"), "", list[Answer]()
    try:
        answers = _answers(here, text) if text else []
    except UsageError as error:
        problem = str(error)
    first = answers[0] if answers else None
    stored = first if isinstance(first, StoredAnswer) else None
    return here.page(
        "why.html",
        text=text,
        problem=problem.partition("\n")[0],
        answer=first,
        stored=stored,
        reason=REASONS[stored.reason].long if stored else "",
        page_line=page_words(stored.page, here.plain_time) if stored and stored.page else "",
        others=answers[1:],
    )


def _answers(here: Visit, text: str) -> list[Answer]:
    asked = Question(text=text, config=here.config, now=here.now, language=here.parameter("lang"))
    with here.reading() as tx:
        return read_answers(tx, asked)
