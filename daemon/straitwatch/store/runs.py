"""Stores which processes work on a database, and when they were last seen."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter

from straitwatch.core.liveness import Run
from straitwatch.store.meta import set_meta
from straitwatch.store.rows import META
from straitwatch.store.transaction import Transaction

_KEY = "run of "  # and the worker
_ONCE = f"{_KEY}a pass"  # one row for all `run --once`
_FORGOTTEN_AFTER = timedelta(days=1)  # once another process was seen
_RUN = TypeAdapter(Run)


def record_run(tx: Transaction, worker: str, run: Run) -> None:
    """Store that a process works, or that it ended; old ones are forgotten."""
    _forget(tx, before=run.last_at - _FORGOTTEN_AFTER)
    key = _ONCE if run.is_once else _KEY + worker
    set_meta(tx, key, _RUN.dump_json(run).decode())


def read_runs(tx: Transaction) -> tuple[Run, ...]:
    """Return the processes that worked on this database lately."""
    return tuple(_runs(tx).values())


def _runs(tx: Transaction) -> dict[str, Run]:
    query = sa.select(META.c.key, META.c.value).where(META.c.key.startswith(_KEY))
    return {row.key: _RUN.validate_json(row.value) for row in tx.execute(query)}


def _forget(tx: Transaction, *, before: datetime) -> None:
    old = [key for key, run in _runs(tx).items() if run.last_at < before and key != _ONCE]
    if old:
        tx.execute(META.delete().where(META.c.key.in_(old)))
