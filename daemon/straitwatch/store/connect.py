"""Opens databases, locks SQLite files and translates the errors of drivers."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)

from straitwatch.errors import StoreAbsent, StoreBusy, StoreError, StoreUnavailable
from straitwatch.store.schema import ensure_schema

# PostgreSQL ends a session that is idle for this long in a transaction: a replica that is frozen or
# cut off while it holds the fold lock blocks all others. The longest legitimate pause is rebuilding
# a fold window: 10 s for 100,000 reports (bench/README.md).
FROZEN_AFTER = "2min"
BUSY_TIMEOUT = 10_000  # ms that SQLite waits for another process, such as a command
_UNAVAILABLE = (OperationalError, InterfaceError, InternalError)


def open_database(url: str, *, exclusive: bool, migrate: bool) -> tuple[sa.Engine, IO[str] | None]:
    """Connect to a database; return its engine and the lock file of an exclusive SQLite file."""
    engine = _create_engine(url)
    lock_file = None
    try:
        path = _prepare_file(engine, may_create=migrate)
        lock_file = _lock(path) if exclusive and path else None
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


def _create_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = sa.create_engine(parsed, pool_pre_ping=not is_sqlite)
    except ArgumentError as error:
        raise StoreError(
            "the database address is not valid\n"
            "hint: write sqlite:///data/straitwatch.db or postgresql+psycopg://user@host/name"
        ) from error
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


def _prepare_file(engine: sa.Engine, *, may_create: bool) -> Path | None:
    """Return the path of an SQLite file; create its folder, or raise if the file must exist."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    path = Path(engine.url.database)
    if not may_create and not path.exists():
        raise StoreAbsent(f"no database yet: {path}\nhint: `straitwatch run` creates it")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _lock(database: Path) -> IO[str]:
    """Lock an SQLite file against a second daemon until this process ends."""
    import fcntl  # noqa: PLC0415 - not on Windows, where only the other commands work

    path = database.with_name(database.name + ".lock")
    lock_file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock_file.seek(0)
        owner = lock_file.read().strip() or "unknown"
        lock_file.close()
        raise StoreBusy(
            f"{database}: another Straitwatch uses this file (pid {owner})\n"
            "hint: stop it first; several daemons can share PostgreSQL only"
        ) from error
    lock_file.truncate(0)
    lock_file.write(str(os.getpid()))
    lock_file.flush()
    return lock_file


def translate_error(error: BaseException, engine: sa.Engine) -> BaseException:
    """Return a store error for an error of the database, and any other error unchanged."""
    if isinstance(error, _UNAVAILABLE) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    ):
        where = engine.url.render_as_string(hide_password=True)
        cause = str(error.orig).strip() or type(error).__name__
        translated: BaseException = StoreUnavailable(f"{where}: {cause}")
    elif isinstance(error, SQLAlchemyError):
        translated = StoreError(f"the database refused a statement: {error}")
    elif isinstance(error, OSError) and not isinstance(error, StoreError):
        translated = StoreUnavailable(str(error))
    else:
        return error
    with suppress(AttributeError):
        translated.__cause__ = error
    return translated
