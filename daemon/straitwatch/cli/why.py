"""`why`: explain the decision about an entry, or match a text against the lists."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_with_lists_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import (
    DEFAULT_CONFIG,
    ConfigDir,
    Json,
    check_language,
    load_quickly,
)
from straitwatch.cli.output import new_console
from straitwatch.cli.why_text import answer_lines, brief_line
from straitwatch.clock import utc_now
from straitwatch.errors import StoreAbsent, UsageError
from straitwatch.why.answers import StoredAnswer
from straitwatch.why.read import Question, answer_unseen, read_answers

app = new_app()


@app.command(
    epilog='Examples:  `straitwatch why https://news.example/a`  ·  `straitwatch why "Fleet '
    'crosses the Taiwan Strait"`'
)
def why(
    text: Annotated[
        str,
        typer.Argument(
            metavar="URL|TITLE|STORY|TEXT",
            help="An address, a headline, the id of a story, report or alert, or any text.",
        ),
    ],
    language: Annotated[
        str, typer.Option(help="The language of a text that is in no feed, such as en or ru.")
    ] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Explain a decision about an entry, or match a text against the lists.

    For a stored entry you see the decision, its reason and the configuration at that time, and the
    verdict of today's lists with the changes in between.
    """
    if not text.strip():
        raise UsageError("the text is empty\nhint: name an address, a headline, an id, or any text")
    language = check_language(language)
    try:
        with opened_with_lists_to_read(config) as (loaded, store), store.reading() as tx:
            asked = Question(text=text, config=loaded, now=utc_now(), language=language)
            answers = read_answers(tx, asked)
    except StoreAbsent:  # you can ask the lists before the first run
        loaded = load_quickly(config)
        asked = Question(text=text, config=loaded, now=utc_now(), language=language)
        answers = [answer_unseen(asked, {})]
    if json:
        for answer in answers:
            write_line(answer.to_json())
        return
    console = new_console(highlight=False, soft_wrap=True)
    zone = ZoneInfo(loaded.timezone)
    for line in answer_lines(answers[0], zone):
        console.print(line)
    for answer in answers[1:]:
        if isinstance(answer, StoredAnswer):
            console.print(brief_line(answer, zone))
