"""Translates the errors of database drivers into errors with a place and a hint."""

import sqlite3
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)

from straitwatch.core.redact import is_secret_name, redact_parameters, redact_secrets
from straitwatch.errors import StoreDamaged, StoreError, StoreUnavailable

_UNAVAILABLE = (OperationalError, InterfaceError, InternalError)
RESTORE_HINT = (
    "stop Straitwatch, move the file and its -wal file away, and restore a backup; "
    "without one, `sqlite3 OLD .recover | sqlite3 NEW` saves what can be read"
)
# By the beginning of SQLite's name for an error: the kind of error, its words and a hint.
_BY_CODE: dict[str, tuple[type[StoreError], str, str]] = {
    "SQLITE_CORRUPT": (StoreDamaged, "the database is damaged", RESTORE_HINT),
    "SQLITE_NOTADB": (
        StoreDamaged,
        "this file is not a database of SQLite, or its beginning is damaged",
        "name another file in `database:`, or restore a backup",
    ),
    "SQLITE_READONLY": (
        StoreUnavailable,
        "the database is read-only",
        "the user who runs Straitwatch must be allowed to write the file and its folder",
    ),
    "SQLITE_FULL": (
        StoreUnavailable,
        "the disk is full",
        "free some space; a running daemon continues by itself",
    ),
    "SQLITE_BUSY": (
        StoreUnavailable,
        "the database is locked by another program",
        "close the program that writes to it, such as a database browser or a backup tool",
    ),
    "SQLITE_CANTOPEN": (
        StoreUnavailable,
        "the database cannot be opened",
        "it must be a file, in a folder that the user who runs Straitwatch may write",
    ),
    "SQLITE_IOERR": (
        StoreUnavailable,
        "the disk reports an error",
        "check the disk and its free space; a running daemon continues by itself",
    ),
}
_FOLDER_HINT = "choose a folder that the user who runs Straitwatch may write, see `database:`"
_SERVER_HINT = "check that PostgreSQL runs, and the address in `database:`"


def translate_error(error: BaseException, engine: sa.Engine) -> BaseException:
    """Return a store error for an error of the database, and any other error unchanged."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, SQLAlchemyError):
        translated = _translate(error, engine.url)
    elif isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        translated = StoreUnavailable(f"{where}{error.strerror or error}\nhint: {_FOLDER_HINT}")
    else:
        return error
    with suppress(AttributeError):
        translated.__cause__ = error
    return translated


def describe_address(url: sa.URL) -> str:
    """Return the path of a file, or the address of a server without its secrets."""
    if url.get_backend_name() == "sqlite":
        return url.database or str(url)
    return redact_parameters(url.render_as_string(hide_password=True))


def is_damage(error: BaseException) -> bool:
    """Return True if an error of SQLite says that the file is damaged."""
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def foreign_file(path: Path | str, tables: list[str]) -> StoreError:
    """Return the error about a database of another program."""
    shown = ", ".join(tables[:3])
    return StoreError(
        f"{path}: this database belongs to another program; its tables: {shown}\n"
        "hint: name another file in `database:`"
    )


def _translate(error: SQLAlchemyError, url: sa.URL) -> StoreError:
    where = describe_address(url)
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error) and (known := _known(cause)):
        kind, words, hint = known
        return kind(f"{where}: {words} ({cause})\nhint: {hint}")
    text = _without_secrets(str(cause or error).strip() or type(error).__name__, url)
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if isinstance(error, _UNAVAILABLE) or is_lost:
        hint = "" if url.get_backend_name() == "sqlite" else f"\nhint: {_SERVER_HINT}"
        return StoreUnavailable(f"{where}: {text}{hint}")
    return StoreError(f"{where}: the database refused a statement: {text}")


def _known(error: sqlite3.Error) -> tuple[type[StoreError], str, str] | None:
    name = getattr(error, "sqlite_errorname", "")
    return next((known for code, known in _BY_CODE.items() if name.startswith(code)), None)


def _without_secrets(text: str, url: sa.URL) -> str:
    secrets = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        if is_secret_name(name):
            secrets += [value] if isinstance(value, str) else value
    return redact_secrets(text, secrets)
