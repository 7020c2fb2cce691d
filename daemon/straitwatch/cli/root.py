"""Holds the typer application with every command."""

from typing import Annotated

import typer

from straitwatch import __version__
from straitwatch.cli.lazy import HELP_OPTIONS, LazyGroup

app = typer.Typer(
    name="straitwatch",
    cls=LazyGroup,
    help="Watch news feeds for a watch-list and send one explained alert per event.",
    epilog="Begin with `straitwatch demo`, then `straitwatch setup` and `straitwatch run`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": HELP_OPTIONS},
)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"straitwatch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Watch news feeds for a watch-list and send one explained alert per event."""
