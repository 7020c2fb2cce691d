"""Options that many commands share, and what they lead to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from straitwatch.app import load
from straitwatch.config import Config
from straitwatch.store import Store
from straitwatch.telemetry import configure_logging

ConfigDir = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        metavar="DIR",
        envvar="STRAITWATCH_CONFIG",
        help="Directory with straitwatch.yaml, feeds.yaml, terms/ and watchlists/.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON Lines instead of a table.")]
DEFAULT_CONFIG = Path("config")


@contextmanager
def opened(directory: Path) -> Iterator[tuple[Config, Store]]:
    """Open the store of a configuration for looking at, or for one change; nothing is made.

    Raises:
        ConfigError: the configuration is not valid.
        StoreError: the database cannot be opened, is not there or has an older schema.

    """
    configure_logging(level="warning")
    config = load(directory)
    store = Store.open(config.database, migrate=False)
    try:
        yield config, store
    finally:
        store.close()


__all__ = ["DEFAULT_CONFIG", "ConfigDir", "Json", "opened"]
