"""Stores single values by key."""

import sqlalchemy as sa

from straitwatch.store.rows import (
    META,
)
from straitwatch.store.transaction import Transaction


def get_meta(tx: Transaction, key: str) -> str | None:
    """Return the value of a key; None if it is not set."""
    return tx.execute(sa.select(META.c.value).where(META.c.key == key)).scalar()


def set_meta(tx: Transaction, key: str, value: str) -> None:
    insert = tx.insert(META).values(key=key, value=value)
    tx.execute(insert.on_conflict_do_update(index_elements=[META.c.key], set_={"value": value}))


def secret(tx: Transaction, key: str, fresh: str) -> str:
    """Return a secret of this database; the first caller's `fresh` value becomes it."""
    tx.insert_new(META, [{"key": key, "value": fresh}])
    return get_meta(tx, key) or fresh
