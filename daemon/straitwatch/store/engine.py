"""Runs plain functions in one writer thread that commits queued work together.

A caller gets its answer only after the commit that holds its work.
"""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import (
    DBAPIError,
    SQLAlchemyError,
)

from straitwatch.errors import StoreDamaged, StoreError, StoreUnavailable
from straitwatch.store.connect import open_database, sqlite_path, sync_log
from straitwatch.store.failures import translate_error
from straitwatch.store.files import OpenFile, find_damage, is_locked
from straitwatch.store.transaction import Transaction

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Waiting = Future[Any] | asyncio.Future[Any]
MAX_GROUP = 200  # items in one commit: bounds both the wait and the work lost to a failed commit
SLICE_EVERY = 0.5  # seconds from a slice to the next while shorter work never ends
LINGER = 0.02  # seconds that batched items wait for more items while the writer is busy
# Readers see one snapshot: SQLite's WAL gives it by itself, PostgreSQL on request.
_READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"is_reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_Result = tuple[Waiting, Any, BaseException | None]  # the future, its answer or its failure


@dataclass(slots=True)
class _Work:
    """Queued work: one call, or items for one batch function."""

    fn: Callable[..., Any]
    futures: list[Waiting]
    items: list[Any] | None = None  # None: a single call with args and kwargs
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] | None = None
    is_slice: bool = False  # of long work: shorter work passes it

    def perform(self, tx: Transaction) -> list[Any]:
        """Do the work and return one answer for each future."""
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

    All work runs in one writer thread. Work that is queued while the thread is busy shares the next
    commit. Each function has its own savepoint, so a function that raises fails alone.
    """

    def __init__(self, engine: sa.Engine, lock_file: IO[str] | None) -> None:
        self._engine = engine
        self._lock_file = lock_file
        path = sqlite_path(engine)
        self._file = OpenFile(path) if path else None
        self._wal = f"{path}-wal" if path else ""
        if self._file:
            sa.event.listen(engine, "do_connect", self._file.refuse_another)
        self._failure: tuple[StoreError, float] | None = None  # the last one, and when
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._slices: deque[_Work] = deque()  # used by the writer thread only
        self._next_slice = 0.0  # when one is done although other work is queued
        self._guard = threading.Lock()  # no work may follow the stop mark
        self._is_closed = False
        self._last_commit = 0.0
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    @staticmethod
    def open(url: str, *, exclusive: bool = False, migrate: bool = True) -> "Store":
        """Open a database, and create it if it is missing and `migrate` is set.

        Args:
            url: sqlite:///PATH or postgresql+psycopg://...
            exclusive: Refuse to share an SQLite file with another daemon.
            migrate: Upgrade an older schema.

        Raises:
            StoreBusy: Another process holds this SQLite file.
            StoreUnavailable: The database does not answer.
            SchemaMismatch: This version cannot use the database's schema.
            StoreAbsent: The SQLite file is missing and `migrate` is not set.
        """
        engine, lock_file = open_database(url, exclusive=exclusive, migrate=migrate)
        return Store(engine, lock_file)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @property
    def folder(self) -> Path | None:
        """The folder of an SQLite file; None for a database on a server."""
        return self._file.path.parent if self._file else None

    @property
    def file_change(self) -> str:
        """`deleted` or `replaced` if the SQLite file is no longer the one in use; else ""."""
        return self._file.change if self._file else ""

    @property
    def is_locked(self) -> bool | None:
        """True while a daemon uses the SQLite file; None for PostgreSQL, which has no such lock."""
        return is_locked(self._file.path) if self._file else None

    def find_damage(self) -> str:
        """Read the whole SQLite file as it is on the disk; return the damage, or ""."""
        return find_damage(self._file.path) if self._file else ""

    @property
    def is_working(self) -> bool:
        """True unless the writer thread ended."""
        return self._thread.is_alive()

    def failure(self, *, within: timedelta) -> StoreError | None:
        """Return the last failure to reach or write the database, if it is recent.

        A damaged file stays a failure until it is replaced.
        """
        if self._failure is None:
            return None
        error, at = self._failure
        is_recent = monotonic() - at < within.total_seconds()
        return error if is_recent or isinstance(error, StoreDamaged) else None

    async def run(
        self, fn: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function in a transaction and return its answer after the commit.

        Cancelling the caller does not undo the work.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._submit(_Work(fn, [future], args=args, kwargs=kwargs))
        return await future

    async def run_slice(
        self, fn: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function like `run` does, alone, and after the other work that is queued.

        Use it for one of many slices of long work, so that the short work of others passes it.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._submit(_Work(fn, [future], args=args, kwargs=kwargs, is_slice=True))
        return await future

    async def batch(self, fn: Callable[[Transaction, Sequence[T]], Sequence[R]], item: T) -> R:
        """Run a function once on all items that are queued for it; return the answer for `item`."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._submit(_Work(fn, [future], items=[item]))
        return await future

    def call(
        self, fn: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a function like `run` does, for callers without an event loop."""
        future: Future[R] = Future()
        self._submit(_Work(fn, [future], args=args, kwargs=kwargs))
        return future.result()

    async def read(
        self, fn: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a long query on a snapshot, in a thread beside the writer."""

        def work() -> R:
            with self.reading() as tx:
                return fn(tx, *args, **kwargs)

        return await asyncio.to_thread(work)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read one snapshot of the database without blocking the writer.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        try:
            with self._engine.connect().execution_options(**_READING[self.dialect]) as connection:
                tx = Transaction(connection)
                if tx.is_postgres:  # a reader holds no lock, so it may pause
                    tx.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                yield tx
        except SQLAlchemyError as error:
            raise translate_error(error, self._engine) from error

    def rescue(self) -> str:
        """Save the data of a file that was deleted or replaced; no work may follow.

        A deleted file is put back under its name. Beside a new one, the data is saved under
        another name.

        Returns:
            The outcome in words; "" if the file is still in place.

        Raises:
            StoreError: the data cannot be saved.
        """
        if self._file is None or not self._file.change:
            return ""
        self._end_work()
        with self._engine.connect().execution_options(is_reading=True) as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.rollback()  # a copy waits for open transactions
            return self._file.save(driver)

    def close(self) -> None:
        """Finish the queued work and disconnect; a second call has no effect."""
        self._end_work()
        self._engine.dispose()
        if self._lock_file:
            self._lock_file.close()

    # ------------------------------------------------------------ the writer thread

    def _end_work(self) -> None:
        with self._guard:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()

    def _submit(self, work: _Work) -> None:
        with self._guard:
            if self._is_closed:
                raise StoreUnavailable("the store is closed")
            self._queue.put(work)

    def _work(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if not group and self._slices:
                self._commit([self._slices.popleft()])
                self._next_slice = monotonic() + SLICE_EVERY
            if group:
                self._commit(_coalesce(group))
                self._last_commit = monotonic()
        for work in self._slices:
            self._commit([work])

    def _next_group(self) -> tuple[list[_Work], bool]:
        """Wait for work and take all that is queued but slices; an empty group is time for one."""
        group: list[_Work] = []
        until = self._last_commit + LINGER
        while len(group) < MAX_GROUP and not self._is_time_for_slice():
            try:
                work = self._queue.get(timeout=self._linger(group, until))
            except queue.Empty:
                break
            if work is None:
                return group, False
            if work.is_slice:
                self._add_slice(work)
            else:
                group.append(work)
        return group, True

    def _add_slice(self, work: _Work) -> None:
        if not self._slices:
            self._next_slice = monotonic() + SLICE_EVERY
        self._slices.append(work)

    def _is_time_for_slice(self) -> bool:
        return bool(self._slices) and self._next_slice <= monotonic()

    def _linger(self, group: list[_Work], until: float) -> float | None:
        """Return how long to wait for more work: only batches wait for others, while busy."""
        if not group:
            return 0.0 if self._slices else None
        is_patient = all(work.items is not None for work in group)
        return max(0.0, until - monotonic()) if is_patient else 0.0

    def _commit(self, group: list[_Work]) -> None:
        """Do all the work in one transaction, then answer the callers."""
        results: list[_Result] = []
        tx: Transaction | None = None
        try:
            with self._engine.begin() as connection:
                tx = Transaction(connection)
                for work in group:
                    results += self._perform(tx, work, is_alone=len(group) == 1)
            if tx.is_durable and self._wal:
                sync_log(self._wal)
        except BaseException as error:  # noqa: BLE001 - passed to the callers
            if tx is not None:
                tx.rollback()
            results = [(future, None, error) for work in group for future in work.futures]
        _send_results(
            [
                (future, answer, self._translate(failure) if failure else None)
                for future, answer, failure in results
            ]
        )

    def _translate(self, error: BaseException) -> BaseException:
        """Translate an error, and note it if the database failed rather than the function."""
        translated = translate_error(error, self._engine)
        is_known = self._failure is not None and isinstance(self._failure[0], StoreDamaged)
        if isinstance(translated, StoreUnavailable | StoreDamaged) and not is_known:
            self._failure = translated, monotonic()
        return translated

    def _perform(self, tx: Transaction, work: _Work, *, is_alone: bool) -> list[_Result]:
        """Do one piece of work in a savepoint; retry a failed batch item by item."""
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
                cause = _first_cause(error)  # the error itself says only "no such savepoint"
                raise StoreUnavailable(f"the whole transaction was lost: {cause}") from error
            if len(work.futures) == 1:
                return [(work.futures[0], None, error)]
            single = [self._perform(tx, part, is_alone=False) for part in work.split()]
            return [outcome for outcomes in single for outcome in outcomes]
        return [
            (future, answer, None) for future, answer in zip(work.futures, answers, strict=True)
        ]


def _first_cause(error: BaseException) -> BaseException:
    while error.__context__:
        error = error.__context__
    return error


def _send_results(results: list[_Result]) -> None:
    """Answer the callers; wake each event loop once, however many of its callers wait."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Result]] = {}
    here: list[_Result] = []
    for result in results:
        future = result[0]
        if isinstance(future, asyncio.Future):
            by_loop.setdefault(future.get_loop(), []).append(result)
        else:
            here.append(result)
    _resolve_futures(here)
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and its callers are gone
            loop.call_soon_threadsafe(_resolve_futures, some)


def _resolve_futures(results: list[_Result]) -> None:
    for future, answer, failure in results:
        if future.done():  # its caller was cancelled
            continue
        if failure is None:
            future.set_result(answer)
        else:
            future.set_exception(failure)


def _coalesce(group: list[_Work]) -> list[_Work]:
    """Join the batch items of each function at the position of its first item."""
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
