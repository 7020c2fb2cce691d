"""Opens databases: engines, their settings, and the lock of an SQLite file."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from straitwatch.errors import StoreError
from straitwatch.store.failures import translate_error
from straitwatch.store.files import lock, prepare_file
from straitwatch.store.schema import ensure_schema

# PostgreSQL ends a session that is idle for this long in a transaction: a replica that is frozen or
# cut off while it holds the fold lock blocks all others. The longest legitimate pause is rebuilding
# a fold window: 10 s for 100,000 reports (bench/README.md).
FROZEN_AFTER = "2min"
BUSY_TIMEOUT = 10_000  # ms that SQLite waits for another process, such as a command


def open_database(url: str, *, exclusive: bool, migrate: bool) -> tuple[sa.Engine, IO[str] | None]:
    """Connect to a database; return its engine and the lock file of an exclusive SQLite file."""
    engine = _create_engine(url)
    lock_file = None
    try:
        if path := sqlite_path(engine):
            prepare_file(path, may_create=migrate)
            lock_file = lock(path) if exclusive else None
        with engine.begin() as connection:
            ensure_schema(connection, migrate=migrate)
    except BaseException as error:
        engine.dispose()
        if lock_file:
            lock_file.close()
        if isinstance(error, SQLAlchemyError | OSError):
            raise translate_error(error, engine) from error
        raise
    return engine, lock_file


def sqlite_path(engine: sa.Engine) -> Path | None:
    """Return the real path of an SQLite file, beside which SQLite puts its -wal file."""
    path = engine.url.database
    return Path(path).resolve() if engine.dialect.name == "sqlite" and path else None


def _create_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = sa.create_engine(parsed, pool_pre_ping=not is_sqlite)
    except (ArgumentError, ValueError):  # the errors quote the address with its password
        raise StoreError(
            "the database address is not valid\n"
            "hint: write sqlite:///data/straitwatch.db or postgresql+psycopg://user@host/name"
        ) from None
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the database driver {error.name} is not installed\n"
            "hint: pip install 'straitwatch[postgres]'"
        ) from error
    if is_sqlite:
        sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(engine, "begin", _begin_immediate)
    if parsed.get_backend_name() == "postgresql":
        sa.event.listen(engine, "connect", _limit_idle_transactions)
    return engine


def _limit_idle_transactions(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN_AFTER}'")
    cursor.close()
    connection.commit()  # otherwise the first rollback would undo it


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # None, because the driver's implicit transactions would commit before DDL and skip SAVEPOINT.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # affects new files only
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")  # see sync_log


def _begin_immediate(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("is_reading"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # DEFERRED could fail at the first write


def sync_log(wal: str) -> None:
    """Flush the log to disk, so that its commits survive a power cut as with synchronous=FULL.

    The log is append-only, so flushing it also secures every earlier commit. FULL for every commit
    takes 2.5 times as long for a poll with 35 entries.
    """
    with suppress(FileNotFoundError):  # no commit yet
        descriptor = os.open(wal, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
