"""Tables for people."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table

from straitwatch.cli.console import new_console

_NO_LIMIT = 10_000  # characters


def local_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a time as tables show it, in the configured zone."""
    return moment.astimezone(zone).strftime("%d %b %H:%M") if moment else "never"


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal; as wide as it is where there is none, as in a pipe.

    What a cell holds is shown as it is: headlines come with square brackets.
    """
    console = new_console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _NO_LIMIT
    console.print(table)
