"""Opens the configuration and the store; while the files are broken, the last valid one."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from straitwatch.cli.options import (
    load_quickly,
    opened,
    opened_store,
    opened_with_lists,
    receivers_of_daemon,
)
from straitwatch.cli.output import new_console, zone_time
from straitwatch.cli.problems import print_problem
from straitwatch.config import Config, Settings, kept_lists, kept_settings
from straitwatch.core.plural import counted
from straitwatch.errors import ConfigError, StoreAbsent
from straitwatch.store import Store, saved_config

_SHOWN = 5  # problems; `check` lists all


@contextmanager
def opened_to_read(directory: Path) -> Iterator[tuple[Settings, Store]]:
    """Open the store; while the files are broken, with the last valid configuration.

    Raises:
        ConfigError: the files are broken, and there is no database to be found.
        StoreError: the database cannot be opened, is absent or has an older schema.
    """
    with ExitStack() as stack:
        try:
            found = stack.enter_context(opened(directory))
        except ConfigError as error:
            settings, store, _ = _open_last_valid(directory, error, stack)
            found = settings, store
        yield found


@contextmanager
def opened_with_lists_to_read(directory: Path) -> Iterator[tuple[Config, Store]]:
    """Open the store with compiled watch-lists, as `opened_to_read` does.

    Raises:
        ConfigError: the files are broken, and there is no database to be found.
        StoreError: the database cannot be opened, is absent or has an older schema.
    """
    with ExitStack() as stack:
        try:
            found = stack.enter_context(opened_with_lists(directory))
        except ConfigError as error:
            settings, store, text = _open_last_valid(directory, error, stack)
            found = settings.with_matcher(kept_lists(text).matcher), store
        yield found


def settings_to_read(
    directory: Path, *, load: Callable[[Path], Settings] = load_quickly
) -> Settings:
    """Load a configuration; while the files are broken, the last valid one.

    Raises:
        ConfigError: the files are broken, and there is no database to be found.
        StoreError: the database cannot be opened, is absent or has an older schema.
    """
    try:
        return load(directory)
    except ConfigError as error:
        with ExitStack() as stack:
            return _open_last_valid(directory, error, stack)[0]


def _open_last_valid(
    directory: Path, error: ConfigError, stack: ExitStack
) -> tuple[Settings, Store, str]:
    """Open the store; return the configuration that the daemon accepted last, and its text.

    The problems of the files are printed, and they are the errors among its notices.
    """
    try:
        settings = kept_settings("", directory, environ=os.environ)
    except ConfigError:  # no directory, or no address of a database
        raise error from None
    try:
        store = stack.enter_context(opened_store(settings.database))
    except StoreAbsent:
        raise error from None
    saved = store.call(saved_config)
    text = ""
    if saved:
        with suppress(ConfigError):  # of another version: the defaults are enough to read
            settings = _like_daemon(saved.text, directory, store)
            text = saved.text
    _warn(error, zone_time(saved.saved_at, ZoneInfo(settings.timezone)) if saved and text else "")
    return replace(settings, notices=error.problems), store, text


def _like_daemon(text: str, directory: Path, store: Store) -> Settings:
    settings = kept_settings(text, directory, environ=os.environ)
    if in_use := receivers_of_daemon(settings, store):
        return kept_settings(text, directory, environ=os.environ, in_use=in_use)
    return settings


def _warn(error: ConfigError, valid_at: str) -> None:
    """Print the problems of the files, and the configuration that is used instead."""
    out = new_console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    problems = [problem for problem in error.problems if not problem.is_warning]
    for problem in problems[:_SHOWN]:
        print_problem(out, problem)
    rest = len(problems) - _SHOWN
    if rest > 0:
        out.print(f"and {rest} more; see `straitwatch check`")
    used = f"the last valid one, of {valid_at}" if valid_at else "default settings"
    out.print(
        f"warning: the configuration has {counted(len(problems), 'problem')}; "
        f"this command uses {used}\n",
        style="yellow",
    )
