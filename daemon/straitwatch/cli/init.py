"""`init`: write the shipped configuration into a directory for you to edit."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from straitwatch.cli.lazy import new_app
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
    shutil.copytree(shipped("config"), directory, dirs_exist_ok=True)
    typer.echo(f"written to {directory}")
    typer.echo(f"next: straitwatch check --config {directory}")
