"""Defines `--config`, and finds the configuration of a command that is typed without it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from straitwatch.errors import UsageError
from straitwatch.places import DEFAULT_CONFIG, find_config, has_settings


def _find(context: typer.Context, given: Path) -> Path:
    """Return the configuration to use; say so on stderr if `config/` is another one.

    Raises:
        UsageError: the configuration that comes first cannot be read.
    """
    source = context.get_parameter_source("config")
    if context.resilient_parsing or source is None or source.name != "DEFAULT":
        return given
    try:
        found = find_config(os.environ)
    except OSError as error:
        raise UsageError(
            f"{error.filename}: the configuration cannot be read: {error.strerror}\n"
            "hint: run the command as the owner of this file, or name a directory with --config"
        ) from error
    if found != DEFAULT_CONFIG and has_settings(DEFAULT_CONFIG):
        typer.echo(f"using {found}; for config/ of this directory add `--config config`", err=True)
    return found


ConfigDir = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        metavar="DIR",
        envvar="STRAITWATCH_CONFIG",
        callback=_find,
        help="Directory with straitwatch.yaml, feeds.yaml, terms/ and watchlists/. A configuration "
        "that `setup` wrote comes before the default.",
    ),
]
