"""`demo`: run the daemon on a demonstration news stream."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from straitwatch.cli.lazy import new_app
from straitwatch.demo import run_demo
from straitwatch.errors import UsageError

app = new_app()


@app.command(epilog="Example:  `straitwatch demo --output /tmp/demo`")
def demo(
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="A new or empty directory for its files. Default: a temporary one."
        ),
    ] = None,
) -> None:
    """Run the daemon on a demonstration news stream for about a minute.

    The stream is served on this machine; no internet connection is needed.
    """
    directory = output or Path(tempfile.mkdtemp(prefix="straitwatch-demo-"))
    if directory.exists() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty\nhint: name a new directory")
    directory.mkdir(parents=True, exist_ok=True)
    status = asyncio.run(run_demo(directory.resolve(), say=lambda text: typer.echo(text, err=True)))
    raise typer.Exit(status)
