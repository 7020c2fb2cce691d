"""Prints answers: tables, JSON Lines, times and highlighted hits."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from straitwatch.cli.jsonl import printable, write_line
from straitwatch.clock import utc_now
from straitwatch.core.model import Hit

_NO_LIMIT = 10_000  # characters
HIT = "bold yellow"

T = TypeVar("T")


def new_console(**options: Any) -> Console:
    """Return a console that shows text as it is: `feeds.yaml:100:24` holds no emoji."""
    return Console(emoji=False, **options)


def print_error(text: str) -> None:
    """Print an error on stderr, unwrapped: addresses and paths stay whole."""
    new_console(stderr=True).print(
        printable(text), style="red", markup=False, highlight=False, soft_wrap=True
    )


# ---------------------------------------------------------------- rows


def print_rows(
    rows: Sequence[T],
    columns: Mapping[str, Callable[[T], object]],
    *,
    as_json: Callable[[T], Any] | None = None,
    empty: str = "",
) -> None:
    """Print a table for people, or one JSON object for each row.

    Args:
        rows: the values, one for each row.
        columns: the text of a cell, by heading.
        as_json: the JSON object of a row; None prints the table.
        empty: printed instead of a table without rows.
    """
    if as_json:
        for row in rows:
            write_line(as_json(row))
        return
    if not rows and empty:
        typer.echo(empty)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(_cell(text(row)) for text in columns.values()))
    print_table(table)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal; in a pipe as wide as its longest row.

    Cells are shown as they are, because headlines contain square brackets.
    """
    console = new_console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _NO_LIMIT
    console.print(table)


# ---------------------------------------------------------------- times and hits


def local_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time in the desk's zone, such as `29 Nov 14:05`; another year is added."""
    if moment is None:
        return "never"
    local = moment.astimezone(zone)
    is_this_year = local.year == utc_now().astimezone(zone).year
    return f"{local:%d %b %H:%M}" if is_this_year else f"{local:%d %b %Y %H:%M}"


def zone_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time with its zone, for a sentence of its own: `29 Nov 14:05 CST`."""
    return f"{local_time(moment, zone)} {moment.astimezone(zone):%Z}" if moment else "never"


def in_zone(heading: str, zone: ZoneInfo) -> str:
    """Return the heading of a column of times, with their zone: `Seen (CST)`."""
    return f"{heading} ({utc_now().astimezone(zone):%Z})"


def highlighted(text: str, hits: Iterable[Hit], *, field: str = "title", lead: str = "") -> Text:
    """Return a text behind its lead, with the hits of one field marked."""
    line = Text(lead + printable(text))
    for hit in hits:
        if hit.field == field:
            line.stylize(HIT, len(lead) + hit.start, len(lead) + hit.end)
    return line


def hit_words(hits: Iterable[Hit]) -> str:
    """Return the words that were hit, each once."""
    return ", ".join(dict.fromkeys(hit.text for hit in hits))
