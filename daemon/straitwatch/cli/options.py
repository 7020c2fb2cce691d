"""Defines the options that many commands share, and opens the configuration and store they name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch.config import DEFAULT_CONFIG as DEFAULT_CONFIG  # noqa: PLC0414 - for all commands
from straitwatch.config import Config, Settings, configured_store, load_config, load_settings
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
def opened(directory: Path) -> "Iterator[tuple[Settings, Store]]":
    """Open the store of a configuration without compiling its watch-lists.

    Raises:
        ConfigError: the configuration is not valid.
        StoreError: the database cannot be opened, is absent or has an older schema.
    """
    configure_logging(level="warning")
    settings = load_settings(directory, environ=os.environ)
    with _opened_store(settings.database) as store:
        if _active_version(store) != settings.version:
            load_quickly(directory)  # the daemon has not checked these watch-lists and receivers
        yield settings, store


@contextmanager
def opened_with_lists(directory: Path) -> "Iterator[tuple[Config, Store]]":
    """Open the store of a configuration with compiled watch-lists.

    Raises:
        ConfigError: the configuration is not valid.
        StoreError: the database cannot be opened, is absent or has an older schema.
    """
    configure_logging(level="warning")
    config = load_quickly(directory)
    with _opened_store(config.database) as store:
        yield config, store


@contextmanager
def opened_without_config(directory: Path) -> "Iterator[tuple[ZoneInfo, Store]]":
    """Open the store of a broken configuration; yield its time zone too.

    Raises:
        ConfigError: the address of the database cannot be read either.
        StoreError: the database cannot be opened, is absent or has an older schema.
    """
    database, timezone = configured_store(directory, environ=os.environ)
    with _opened_store(database) as store:
        yield ZoneInfo(timezone), store


@contextmanager
def _opened_store(database: str) -> "Iterator[Store]":
    from straitwatch.store import Store  # noqa: PLC0415 - half a second that `check` can do without

    store = Store.open(database, migrate=False)
    try:
        yield store
    finally:
        store.close()


def _active_version(store: "Store") -> str:
    """Return the version of the configuration that the daemon accepted last."""
    from straitwatch.store import saved_config  # noqa: PLC0415 - as above

    saved = store.call(saved_config)
    return saved.version if saved else ""


def load_quickly(directory: Path) -> Config:
    """Load a configuration like the daemon does; Apprise is imported only for its addresses.

    Raises:
        ConfigError: with every problem at once.
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
    "opened_with_lists",
    "opened_without_config",
]
