"""Defines the options that many commands share, and opens the configuration and store they name."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from straitwatch.cli.config_option import ConfigDir
from straitwatch.clock import utc_now
from straitwatch.config import DEFAULT_CONFIG as DEFAULT_CONFIG  # noqa: PLC0414 - for all commands
from straitwatch.config import (
    NOTHING_IN_USE,
    Config,
    Settings,
    load_config,
    load_settings,
)
from straitwatch.core.model import Receiver
from straitwatch.core.normalize import UnknownLanguageError, read_language
from straitwatch.errors import StoreError, UsageError
from straitwatch.telemetry import configure_logging

if TYPE_CHECKING:
    from straitwatch.store import Store

_SQLITE = "sqlite:///"
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
    with opened_store(settings.database) as store:
        if _active_version(store) != settings.version:
            load_quickly(directory)  # the daemon has not checked these watch-lists and receivers
        if in_use := receivers_of_daemon(settings, store):
            settings = load_settings(directory, environ=os.environ, in_use=in_use)
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
    with opened_store(config.database) as store:
        if in_use := receivers_of_daemon(config, store):
            config = load_quickly(directory, in_use=in_use)
        yield config, store


@contextmanager
def opened_store(database: str) -> "Iterator[Store]":
    """Open a database.

    Raises:
        StoreError: it cannot be opened, is absent or has an older schema.
    """
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


def receivers_of_daemon(config: Settings, store: "Store") -> dict[str, str]:
    """Return the receivers that the running daemon knows otherwise than this shell.

    Only the daemon has the variables of its environment. Nothing is returned if no daemon runs.
    """
    from straitwatch.store import receivers_in_use  # noqa: PLC0415 - as above

    in_use = store.call(receivers_in_use, utc_now()) or {}
    here = {name: receiver.broken_because for name, receiver in config.receivers.items()}
    return {name: in_use[name] for name in here if in_use.get(name, here[name]) != here[name]}


def load_like_daemon(directory: Path) -> Config:
    """Load a configuration with the receivers as the running daemon knows them.

    If no daemon answers for receivers that are not set up here, a note on stderr says so.

    Raises:
        ConfigError: with every problem at once.
    """
    config = load_quickly(directory)
    unset = [receiver for receiver in config.receivers.values() if receiver.broken_because]
    store = open_if_present(config.database)
    if store is None:
        in_use = None
    else:
        from straitwatch.store import receivers_in_use  # noqa: PLC0415 - as above

        in_use = store.call(receivers_in_use, utc_now())
        differing = receivers_of_daemon(config, store)
        store.close()
        if differing:
            return load_quickly(directory, in_use=differing)
    if unset and in_use is None:
        names = ", ".join(receiver.name for receiver in unset)
        typer.echo(f"no daemon runs, so this shell decides if {names} can be used", err=True)
    return config


def open_if_present(database: str) -> "Store | None":
    """Open a database; None if it is missing or cannot be read."""
    path = database.removeprefix(_SQLITE).partition("?")[0]
    if database.startswith(_SQLITE) and not Path(path).is_file():
        return None
    from straitwatch.store import Store  # noqa: PLC0415 - half a second, when there is a database

    try:
        return Store.open(database, migrate=False)
    except StoreError:  # an older schema or an unavailable server: `doctor` reports it
        return None


def load_quickly(directory: Path, *, in_use: Mapping[str, str] = NOTHING_IN_USE) -> Config:
    """Load a configuration like the daemon does; Apprise is imported only for its addresses.

    Raises:
        ConfigError: with every problem at once.
    """
    return load_config(directory, environ=os.environ, validate_receiver=_validate, in_use=in_use)


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
]
