"""`demo`: see it work without the internet."""

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
        Path | None, typer.Option(metavar="DIR", help="A new or empty folder to keep it in.")
    ] = None,
) -> None:
    """Run the daemon on a demonstration news stream for about a minute."""
    directory = output or Path(tempfile.mkdtemp(prefix="straitwatch-demo-"))
    if directory.exists() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty\nhint: name a new folder")
    directory.mkdir(parents=True, exist_ok=True)
    status = asyncio.run(run_demo(directory.resolve(), say=lambda text: typer.echo(text, err=True)))
    raise typer.Exit(status)
