"""The database, worked by one thread.

Callers hand in plain functions; what is queued commits together. A function's answer is given
out only after the commit that holds its work.
"""

import asyncio
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
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

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert
Waiting = Future[Any] | asyncio.Future[Any]

MAX_GROUP = 200  # items in one commit: bounds both the wait and the work lost to a failed commit
LINGER = 0.02  # seconds that batched items may wait for company while the writer is busy
# PostgreSQL ends a session that stands still this long in a transaction: a replica that is frozen
# or cut off while it holds the lock for folding keeps all others waiting. The longest stand is
# building a fold window anew, 10 s for 100,000 reports (bench/README.md).
FROZEN_AFTER = "2min"
BUSY_TIMEOUT = 10_000  # ms that SQLite waits for another process (a command beside the daemon)
# One state for the whole look: SQLite's WAL gives it by itself, PostgreSQL when asked.
_READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"is_reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_UNAVAILABLE = (OperationalError, InterfaceError, InternalError)


class Transaction:
    """One open transaction; valid only inside the function it is handed to.

    `is_durable` asks that the commit survives a power cut. Polls do without, because the next
    one finds the same entries again; what concerns the outbox asks for it.
    """

    __slots__ = ("_on_rollback", "connection", "is_durable", "is_postgres")

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.is_postgres = connection.dialect.name == "postgresql"
        self.is_durable = False
        self._on_rollback: list[Callable[[], None]] = []

    def on_rollback(self, call: Callable[[], None]) -> None:
        """Have a function called, in the writer's thread, if the work done so far is taken back.

        That is before any other work is done: for what was derived from it in memory.
        """
        self._on_rollback.append(call)

    @property
    def savepoint(self) -> int:
        """Where the work that comes now begins."""
        return len(self._on_rollback)

    def rollback(self, savepoint: int = 0) -> None:
        """Call what was registered for a rollback since `savepoint`."""
        for call in self._on_rollback[savepoint:]:
            call()
        del self._on_rollback[savepoint:]

    @property
    def is_lost(self) -> bool:
        """Whether SQLite has rolled back all of it, as it does when the disk is full or fails."""
        driver: Any = self.connection.connection.dbapi_connection
        return not self.is_postgres and not driver.in_transaction

    def execute(
        self, statement: sa.Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; a list of parameters runs it once for each."""
        return self.connection.execute(statement, parameters)

    def insert(self, table: sa.Table) -> Insert:
        """Return the engine's own INSERT, the one that knows ON CONFLICT."""
        return _insert(table, is_postgres=self.is_postgres)

    def try_lock(self, name: str) -> bool:
        """Keep other replicas out until this transaction ends; False when one of them is in.

        SQLite has one writer and needs no lock.
        """
        if not self.is_postgres:
            return True
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        return bool(self.execute(sa.select(sa.func.pg_try_advisory_xact_lock(key))).scalar())

    def insert_new(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert the rows that are not there yet, by whichever of the table's keys."""
        if rows:
            self.connection.execute(_insert_new(table, is_postgres=self.is_postgres), rows)

    def upsert(
        self,
        table: sa.Table,
        rows: Sequence[Mapping[str, Any]],
        *,
        key: tuple[str, ...],
        changed: tuple[str, ...],
    ) -> None:
        """Insert rows; where the key is there already, write the changed columns."""
        if rows:
            statement = _upsert(table, key, changed, is_postgres=self.is_postgres)
            self.connection.execute(statement, rows)


# Building a statement costs several times what running it does, so they are kept.


def _insert(table: sa.Table, *, is_postgres: bool) -> Insert:
    return postgresql.insert(table) if is_postgres else sqlite.insert(table)


@cache
def _insert_new(table: sa.Table, *, is_postgres: bool) -> Insert:
    return _insert(table, is_postgres=is_postgres).on_conflict_do_nothing()


@cache
def _upsert(
    table: sa.Table, key: tuple[str, ...], changed: tuple[str, ...], *, is_postgres: bool
) -> Insert:
    insert = _insert(table, is_postgres=is_postgres)
    values = {name: insert.excluded[name] for name in changed}
    return insert.on_conflict_do_update(index_elements=list(key), set_=values)


_Settled = tuple[Waiting, Any, BaseException | None]  # who waits, the answer or the failure


@dataclass(slots=True)
class _Work:
    """Queued work: one call, or items of one batch function that wait to be coalesced."""

    fn: Callable[..., Any]
    futures: list[Waiting]
    items: list[Any] | None = None  # None: a single call with args and kwargs
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] | None = None

    def perform(self, tx: Transaction) -> list[Any]:
        """Do the work; one answer for each future."""
        if self.items is None:
            return [self.fn(tx, *self.args, **(self.kwargs or {}))]
        answers = list(self.fn(tx, self.items))
        if len(answers) != len(self.items):
            raise StoreError(f"{self.fn.__name__}: {len(self.items)} items, {len(answers)} answers")
        return answers

    def split(self) -> list["_Work"]:
        """Return the items of a batch as batches of one."""
        pairs = zip(self.items or (), self.futures, strict=True)
        return [_Work(self.fn, [future], [item]) for item, future in pairs]


class Store:
    """The database of one process.

    All work runs in one writer thread. Whatever is queued when it gets free shares one commit;
    each function has a savepoint of its own, so that one that raises fails alone.
    """

    def __init__(self, engine: sa.Engine, lock_file: IO[str] | None) -> None:
        self._engine = engine
        self._lock_file = lock_file
        is_sqlite = engine.dialect.name == "sqlite"
        self._wal = f"{engine.url.database}-wal" if is_sqlite else ""
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._guard = threading.Lock()  # nothing may be queued behind the stop mark
        self._is_closed = False
        self._last_commit = 0.0
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    @staticmethod
    def open(url: str, *, exclusive: bool = False, migrate: bool = True) -> "Store":
        """Open a database; one that does not exist yet is made only if it may be migrated.

        Args:
            url: sqlite:///PATH or postgresql+psycopg://...
            exclusive: refuse to share an SQLite file with another daemon.
            migrate: bring an older schema up to date.

        Raises:
            StoreBusy: another process holds this SQLite file.
            StoreUnavailable: the database does not answer.
            SchemaMismatch: it has a schema that this version cannot use.
            StoreError: there is no such SQLite file, and none is to be made.
        """
        engine = _create_engine(url)
        lock_file = None
        try:
            path = _prepare_file(engine, may_make=migrate)
            lock_file = _lock(path) if exclusive and path else None
            with engine.begin() as connection:
                ensure_schema(connection, migrate=migrate)
        except BaseException as error:
            engine.dispose()
            if lock_file:
                lock_file.close()
            if isinstance(error, SQLAlchemyError | OSError):
                raise _translate(error, engine) from error
            raise
        return Store(engine, lock_file)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    async def run(
        self, fn: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function in a transaction; return its answer once that is committed.

        A cancelled caller does not take the work back.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._submit(_Work(fn, [future], args=args, kwargs=kwargs))
        return await future

    async def batch(self, fn: Callable[[Transaction, Sequence[T]], Sequence[R]], item: T) -> R:
        """Run a function on all the items that are queued for it, in one call."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._submit(_Work(fn, [future], items=[item]))
        return await future

    def call(
        self, fn: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function like `run`, for callers without an event loop."""
        future: Future[R] = Future()
        self._submit(_Work(fn, [future], args=args, kwargs=kwargs))
        return future.result()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Look at one state of the database, for as long as it takes; nobody waits for it.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            with self._engine.connect().execution_options(**_READING[self.dialect]) as connection:
                tx = Transaction(connection)
                if tx.is_postgres:  # a reader locks nothing, and may think between its pages
                    tx.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                yield tx
        except SQLAlchemyError as error:
            raise _translate(error, self._engine) from error

    def backup(self, path: Path) -> None:
        """Copy an SQLite database to a file while it is in use.

        Raises:
            StoreError: the database is no SQLite file, or the copy cannot be written.
        """
        source = self._engine.url.database
        if self.dialect != "sqlite" or not source:
            raise StoreError("only SQLite is backed up here; use pg_dump for PostgreSQL")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection, copy = sqlite3.connect(source), sqlite3.connect(path)
            try:
                connection.backup(copy, pages=1_000)
            finally:
                copy.close()
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"backup to {path} failed: {error}") from error

    def close(self) -> None:
        """Finish what is queued, then let go of the database; a second call does nothing."""
        with self._guard:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()
        self._engine.dispose()
        if self._lock_file:
            self._lock_file.close()

    # ------------------------------------------------------------ the writer thread

    def _submit(self, work: _Work) -> None:
        with self._guard:
            if self._is_closed:
                raise StoreUnavailable("the store is closed")
            self._queue.put(work)

    def _work(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group:
                self._commit(_coalesce(group))
                self._last_commit = monotonic()

    def _next_group(self) -> tuple[list[_Work], bool]:
        """Wait for work; take along all that is queued, and linger only for batches while busy."""
        group: list[_Work] = []
        until = self._last_commit + LINGER
        while len(group) < MAX_GROUP:
            is_patient = all(work.items is not None for work in group)
            wait = max(0.0, until - monotonic()) if is_patient else 0.0
            try:
                work = self._queue.get(timeout=wait) if group else self._queue.get()
            except queue.Empty:
                break
            if work is None:
                return group, False
            group.append(work)
        return group, True

    def _commit(self, group: list[_Work]) -> None:
        """Do all the work in one transaction, then tell everybody."""
        settled: list[_Settled] = []
        tx: Transaction | None = None
        try:
            with self._engine.begin() as connection:
                tx = Transaction(connection)
                for work in group:
                    settled += self._perform(tx, work, is_alone=len(group) == 1)
            if tx.is_durable and self._wal:
                _sync(self._wal)
        except BaseException as error:  # noqa: BLE001 - handed to the callers
            if tx is not None:
                tx.rollback()
            settled = [(future, None, error) for work in group for future in work.futures]
        _tell(
            [
                (future, answer, _translate(failure, self._engine) if failure else None)
                for future, answer, failure in settled
            ]
        )

    def _perform(self, tx: Transaction, work: _Work, *, is_alone: bool) -> list[_Settled]:
        """Do one piece of work in a savepoint; a batch that fails is tried item by item."""
        if is_alone and len(work.futures) == 1:
            return [(work.futures[0], work.perform(tx)[0], None)]
        savepoint = tx.savepoint
        try:
            with tx.connection.begin_nested():
                answers = work.perform(tx)
        except BaseException as error:
            tx.rollback(savepoint)
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            if tx.is_lost:
                cause = _first_cause(error)  # what is raised last: "no such savepoint"
                raise StoreUnavailable(f"the whole transaction was lost: {cause}") from error
            if len(work.futures) == 1:
                return [(work.futures[0], None, error)]
            single = [self._perform(tx, one, is_alone=False) for one in work.split()]
            return [outcome for outcomes in single for outcome in outcomes]
        return [
            (future, answer, None) for future, answer in zip(work.futures, answers, strict=True)
        ]


def _first_cause(error: BaseException) -> BaseException:
    while error.__context__:
        error = error.__context__
    return error


def _tell(settled: list[_Settled]) -> None:
    """Hand out answers; an event loop is woken once, however many of its callers wait."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Settled]] = {}
    here: list[_Settled] = []
    for one in settled:
        future = one[0]
        if isinstance(future, asyncio.Future):
            by_loop.setdefault(future.get_loop(), []).append(one)
        else:
            here.append(one)
    _settle(here)
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            loop.call_soon_threadsafe(_settle, some)


def _settle(settled: list[_Settled]) -> None:
    for future, answer, failure in settled:
        if future.done():  # its caller was cancelled
            continue
        if failure is None:
            future.set_result(answer)
        else:
            future.set_exception(failure)


def _coalesce(group: list[_Work]) -> list[_Work]:
    """Join the batch items of one function, at the place of the first of them."""
    joined: list[_Work] = []
    batches: dict[Callable[..., Any], _Work] = {}
    for work in group:
        batch = batches.get(work.fn) if work.items is not None else None
        if batch is not None and batch.items is not None and work.items is not None:
            batch.items.extend(work.items)
            batch.futures.extend(work.futures)
            continue
        joined.append(work)
        if work.items is not None:
            batches[work.fn] = work
    return joined


# ---------------------------------------------------------------- opening


def _create_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = sa.create_engine(parsed, pool_pre_ping=not is_sqlite)
    except ArgumentError as error:
        raise StoreError(
            "the database address is not understood\n"
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
        sa.event.listen(engine, "connect", _limit_standing_still)
    return engine


def _limit_standing_still(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN_AFTER}'")
    cursor.close()
    connection.commit()  # else the first rollback would take it back


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # None: the driver's own implicit transactions would commit before DDL and skip SAVEPOINT.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # takes effect in a new file only
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")  # and see _sync


def _begin_immediate(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("is_reading"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # DEFERRED would fail when it turns to writing


def _sync(wal: str) -> None:
    """Make what was committed survive a power cut, as synchronous=FULL would.

    The log is appended to, so its prefix is safe in order; FULL for every commit was measured to
    take 2.5 times as long for a poll's 35 entries.
    """
    with suppress(FileNotFoundError):  # nothing was ever written
        descriptor = os.open(wal, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _prepare_file(engine: sa.Engine, *, may_make: bool) -> Path | None:
    """Make the folder of an SQLite file, or insist that the file is there; return its path."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    path = Path(engine.url.database)
    if not may_make and not path.exists():
        raise StoreAbsent(f"no database yet: {path}\nhint: `straitwatch run` makes it")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _lock(database: Path) -> IO[str]:
    """Take the file lock that keeps two daemons off one SQLite file; it ends with the process."""
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
            f"{database}: another straitwatch works on this file (pid {owner})\n"
            "hint: stop it first; only PostgreSQL can be shared by several daemons"
        ) from error
    lock_file.truncate(0)
    lock_file.write(str(os.getpid()))
    lock_file.flush()
    return lock_file


def _translate(error: BaseException, engine: sa.Engine) -> BaseException:
    """Turn the database's errors into ours; leave all others as they are."""
    if isinstance(error, _UNAVAILABLE) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    ):
        where = engine.url.render_as_string(hide_password=True)
        cause = str(error.orig).strip() or type(error).__name__
        trouble: BaseException = StoreUnavailable(f"{where}: {cause}")
    elif isinstance(error, SQLAlchemyError):
        trouble = StoreError(f"the database refused a statement: {error}")
    elif isinstance(error, OSError) and not isinstance(error, StoreError):
        trouble = StoreUnavailable(str(error))
    else:
        return error
    with suppress(AttributeError):
        trouble.__cause__ = error
    return trouble
