"""Runs statements, upserts, locks and rollback hooks in one open transaction."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import CursorResult

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    Insert = sqlite.Insert | postgresql.Insert
ResultRow = sa.Row[*tuple[Any, ...]]  # a row of a query's result


class Transaction:
    """One open transaction, valid only inside the function that receives it.

    Set `is_durable` if the commit must survive a power cut. Changes to the outbox need that; a poll
    does not, because the next poll finds the same entries again.
    """

    __slots__ = ("_on_rollback", "connection", "is_durable", "is_postgres")

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.is_postgres = connection.dialect.name == "postgresql"
        self.is_durable = False
        self._on_rollback: list[Callable[[], None]] = []

    def on_rollback(self, call: Callable[[], None]) -> None:
        """Call a function in the writer thread if the work done so far is rolled back.

        It runs before any other work. Use it to drop values in memory that depend on that work.
        """
        self._on_rollback.append(call)

    @property
    def savepoint(self) -> int:
        """The number of rollback functions so far; `rollback` takes it to undo later work only."""
        return len(self._on_rollback)

    def rollback(self, savepoint: int = 0) -> None:
        """Call the functions that were registered since `savepoint`."""
        for call in self._on_rollback[savepoint:]:
            call()
        del self._on_rollback[savepoint:]

    @property
    def is_lost(self) -> bool:
        """True if SQLite rolled back everything, as it does when the disk is full or fails."""
        driver: Any = self.connection.connection.dbapi_connection
        return not self.is_postgres and not driver.in_transaction

    def execute(
        self, statement: sa.Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement, once for each item of a list of parameters."""
        return self.connection.execute(statement, parameters)

    def insert(self, table: sa.Table) -> "Insert":
        """Return the dialect's INSERT, which supports ON CONFLICT."""
        return _insert(table, is_postgres=self.is_postgres)

    def try_lock(self, name: str) -> bool:
        """Take a lock until this transaction ends; return False if another replica holds it.

        SQLite has a single writer and needs no lock.
        """
        if not self.is_postgres:
            return True
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        return bool(self.execute(sa.select(sa.func.pg_try_advisory_xact_lock(key))).scalar())

    def insert_new(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, except those that violate a unique key."""
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
        """Insert rows; update the `changed` columns of rows whose key exists."""
        if rows:
            statement = _upsert(table, key, changed, is_postgres=self.is_postgres)
            self.connection.execute(statement, rows)


# Building a statement costs several times as much as running it, so statements are cached.


def _insert(table: sa.Table, *, is_postgres: bool) -> "Insert":
    if not is_postgres:
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - takes 15 ms, for the few

    return postgresql.insert(table)


@cache
def _insert_new(table: sa.Table, *, is_postgres: bool) -> "Insert":
    return _insert(table, is_postgres=is_postgres).on_conflict_do_nothing()


@cache
def _upsert(
    table: sa.Table, key: tuple[str, ...], changed: tuple[str, ...], *, is_postgres: bool
) -> "Insert":
    insert = _insert(table, is_postgres=is_postgres)
    values = {name: insert.excluded[name] for name in changed}
    return insert.on_conflict_do_update(index_elements=list(key), set_=values)
