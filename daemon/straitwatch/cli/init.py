"""`init`: write the shipped configuration into a directory for you to edit."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from straitwatch.cli.lazy import new_app
from straitwatch.config import copy_configuration, writing
from straitwatch.errors import UsageError
from straitwatch.shipped import shipped

app = new_app()


@app.command(epilog="Example:  `straitwatch init /etc/straitwatch`")
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory.")],
) -> None:
    """Write the shipped configuration into a directory for you to edit."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty\nhint: name a new directory")
    with writing(directory):
        copy_configuration(shipped("config"), directory)
    typer.echo(f"written to {directory}")
    typer.echo(
        f"next:\n"
        f"  export STRAITWATCH_CONFIG={shlex.quote(str(directory.resolve()))}\n"
        "  straitwatch check                      names unset variables and other problems\n"
        "  export SLACK_URL='https://hooks…'      or a line in secrets.env, without `export`\n"
        "  straitwatch receivers test desk-slack  sends a test message\n"
        "  straitwatch run                        the daemon\n"
        "`straitwatch setup` asks for all of it instead"
    )
