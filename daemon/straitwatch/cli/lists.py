"""`lists`: begin a watch-list."""

import json as json_text
import re
from pathlib import Path
from typing import Annotated

import typer

from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, load_quickly
from straitwatch.config import writing
from straitwatch.core.match import run_examples
from straitwatch.core.model import Problem
from straitwatch.errors import ConfigError, UsageError

app = new_app(help="Begin a watch-list.")
_PLAIN = re.compile(r"\w[\w ]*")
_YAML_WORD = re.compile(r"[\d_]+|yes|no|y|n|on|off|true|false|null", re.IGNORECASE)
_EXPRESSION = re.compile(r"[:$()\"*~=/]|\b(?:AND|OR|NOT|NEAR|BEFORE)\b")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TEMPLATE = """\
# yaml-language-server: $schema=../schema/watchlists.schema.json
# After an edit, run `straitwatch check`: it runs the examples below. A running daemon reloads it.
# docs/reference/watch-lists.md lists everything that an expression can say.
watchlists:
  - id: {id}
    title: {title}
    match:                              # one line is enough; neighboring words are a phrase
{match}
      # - title:(missile* NEAR/5 ($taiwan OR 台灣))     # $taiwan is a set of terms/
    # signals:                          # more points for entries that also say this
    #   - {{points: 5, when: "summary:(minister OR parliament)"}}
    # noise:                            # fewer points, so that a bare match does not fire
    #   - {{points: 12, when: "title:(film OR football)"}}
    severity:                           # the first line that holds
      # - {{level: high, when: "title:(attack* OR blockad*)"}}
      - {{level: normal}}
{wanted}
    must_not_match:                     # headlines that you do not want
      - A calm day at the harbor
"""
_WANTED = "    must_match:                         # headlines that you want; use real ones"


@app.callback()
def _group() -> None:
    """Begin a watch-list."""


@app.command(
    "new",
    epilog="Examples:  `straitwatch lists new undersea-cables`  ·  `straitwatch lists new "
    'undersea-cables --term "undersea cable" --term 海底電纜`',
)
def new(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Its id, such as undersea-cables.")
    ],
    term: Annotated[
        list[str] | None,
        typer.Option(help="A word or phrase to look for; repeat it. Default: the words of ID."),
    ] = None,
    title: Annotated[str, typer.Option(help="Its name in alerts. Default: made from ID.")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Write a watch-list with examples into watchlists/, for you to edit.

    The list works at once: a running daemon reloads it, so it sends alerts for its terms.
    """
    words = identifier.replace("-", " ")
    if not _ID.fullmatch(identifier):
        near = re.sub(r"[^a-z0-9]+", "-", identifier.lower()).strip("-")
        hint = f"\nhint: such as `{near}`" if near else ""
        raise UsageError(f"an id has small letters, digits and hyphens: {identifier}{hint}")
    known = {watchlist.id for watchlist in load_quickly(config).watchlists}
    path = config / "watchlists" / f"{identifier}.yaml"
    if identifier in known or path.exists():
        raise UsageError(f"there is a watch-list {identifier} already\nhint: choose another id")
    text = _text(identifier, title or words.capitalize(), term or [words])
    with writing(path):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _require_valid(config, path, identifier)
    typer.echo(f"{path} is written; edit it, then run `straitwatch check`")
    typer.echo(f"try it: straitwatch backtest {path} --list {identifier}")


def _text(identifier: str, title: str, terms: list[str]) -> str:
    plain = [term for term in terms if not _EXPRESSION.search(term)]
    wanted = [f"      - {_quoted(f'Report: {term}')}" for term in plain]
    return _TEMPLATE.format(
        id=identifier,
        title=_quoted(title),
        match="\n".join(f"      - {_quoted(term)}" for term in terms),
        wanted="\n".join([_WANTED if wanted else f"    # {_WANTED.strip()}", *wanted]),
    )


def _quoted(text: str) -> str:
    is_plain = re.fullmatch(r"\w[\w ]*", text) and not re.fullmatch(
        r"[\d_]+|(?i:yes|no|on|off|true|false|null)", text
    )
    return text if is_plain else json_text.dumps(text, ensure_ascii=False)


def _require_valid(config: Path, path: Path, identifier: str) -> None:
    """Remove the new file if it is not valid or its examples fail.

    Raises:
        UsageError: the terms cannot be used.
    """
    try:
        loaded = load_quickly(config)
        failures = run_examples(loaded.matcher, loaded.watchlists)
    except ConfigError as error:
        path.unlink()
        problems = [problem for problem in error.problems if not problem.is_warning]
        raise UsageError("\n".join(map(_without_place, problems))) from error
    if any(failure.watchlist == identifier for failure in failures):
        path.unlink()
        raise UsageError("a term does not match itself\nhint: choose simpler terms")


def _without_place(problem: Problem) -> str:
    return f"{problem.message}\nhint: {problem.hint}" if problem.hint else problem.message
