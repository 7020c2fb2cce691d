"""Options that many commands share, and what they lead to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch.config import DEFAULT_CONFIG as DEFAULT_CONFIG  # noqa: PLC0414 - for all commands
from straitwatch.config import Config, configured_store, load_config
from straitwatch.core.model import Receiver
from straitwatch.core.normalize import UnknownLanguageError, read_language
from straitwatch.errors import UsageError
from straitwatch.telemetry import configure_logging

if TYPE_CHECKING:
    from straitwatch.store import Store

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


def check_language(text: str) -> str:
    """Return the tag of a language that an option names; "" for none.

    Raises:
        UsageError: there is no such language.
    """
    try:
        return read_language(text) if text else ""
    except UnknownLanguageError as error:
        raise UsageError(f"{error}\nhint: {error.hint}") from None


@contextmanager
def opened(directory: Path) -> "Iterator[tuple[Config, Store]]":
    """Open the store of a configuration for looking at, or for one change; nothing is made.

    Raises:
        ConfigError: the configuration is not valid.
        StoreError: the database cannot be opened, is not there or has an older schema.

    """
    configure_logging(level="warning")
    config = load_quickly(directory)
    from straitwatch.store import Store  # noqa: PLC0415 - `check` reads configurations without

    store = Store.open(config.database, migrate=False)
    try:
        yield config, store
    finally:
        store.close()


@contextmanager
def opened_without_config(directory: Path) -> "Iterator[tuple[ZoneInfo, Store]]":
    """Open the store of a configuration that is broken elsewhere; yield its time zone too.

    Raises:
        ConfigError: not even the address of the database can be read.
        StoreError: the database cannot be opened, is not there or has an older schema.

    """
    from straitwatch.store import Store  # noqa: PLC0415 - as above

    database, timezone = configured_store(directory, environ=os.environ)
    store = Store.open(database, migrate=False)
    try:
        yield ZoneInfo(timezone), store
    finally:
        store.close()


def load_quickly(directory: Path) -> Config:
    """Read a configuration like `app.load`, without the daemon's libraries where none is needed.

    Raises:
        ConfigError: with every problem there is.
    """
    return load_config(directory, environ=os.environ, validate_receiver=_validate)


def _validate(receiver: Receiver) -> str | None:
    if receiver.url == "terminal://":
        return None
    from straitwatch.deliver import validate_receiver  # noqa: PLC0415 - half a second, if needed

    return validate_receiver(receiver)


__all__ = [
    "DEFAULT_CONFIG",
    "ConfigDir",
    "Json",
    "check_language",
    "load_quickly",
    "opened",
    "opened_without_config",
]
