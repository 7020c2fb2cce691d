"""Stores the pauses of hosts that ask not to be asked for a while."""

from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import HostPause
from straitwatch.store.rows import HOST_PAUSE
from straitwatch.store.transaction import Transaction


def add_pause(tx: Transaction, pause: HostPause) -> None:
    """Store a pause, unless a longer one is stored; delete those that are over."""
    tx.execute(HOST_PAUSE.delete().where(HOST_PAUSE.c.until_at <= pause.since_at))
    stored = active_pauses(tx, pause.since_at).get(pause.host)
    if stored and stored.until_at >= pause.until_at:
        return
    row = {
        "host": pause.host,
        "status": pause.status,
        "since_at": pause.since_at,
        "until_at": pause.until_at,
    }
    tx.upsert(HOST_PAUSE, [row], key=("host",), changed=("status", "since_at", "until_at"))


def active_pauses(tx: Transaction, now: datetime) -> dict[str, HostPause]:
    """Return the pauses that are not over, by host."""
    rows = tx.execute(_ACTIVE, {"b_now": now}).mappings()
    return {row["host"]: HostPause(**row) for row in rows}


_ACTIVE = (
    sa.select(*HOST_PAUSE.c)
    .where(HOST_PAUSE.c.until_at > sa.bindparam("b_now"))
    .order_by(HOST_PAUSE.c.host)
)
