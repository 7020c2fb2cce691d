"""Stores the items of each feed's last document, so that only new ones are parsed."""

import sqlalchemy as sa

from straitwatch.core.model import NOTHING_SEEN, SeenItems
from straitwatch.store.rows import SEEN
from straitwatch.store.transaction import Transaction

_COLUMNS = ("entries_hash", "scope", "records")
_SELECT = sa.select(*(SEEN.c[name] for name in _COLUMNS)).where(
    SEEN.c.feed_id == sa.bindparam("id")
)
_DELETE = SEEN.delete().where(SEEN.c.feed_id == sa.bindparam("id"))


def seen_items(tx: Transaction, feed_id: str) -> SeenItems:
    """Return the items of the last document of a feed."""
    row = tx.execute(_SELECT, {"id": feed_id}).first()
    return SeenItems(**dict(zip(_COLUMNS, map(bytes, row), strict=True))) if row else NOTHING_SEEN


def write_seen(tx: Transaction, feed_id: str, seen: SeenItems) -> None:
    """Store the items of the last document of a feed, in the transaction of its entries."""
    if seen == NOTHING_SEEN:
        tx.execute(_DELETE, {"id": feed_id})
        return
    row = {name: getattr(seen, name) for name in _COLUMNS}
    tx.upsert(SEEN, [{"feed_id": feed_id, **row}], key=("feed_id",), changed=_COLUMNS)
