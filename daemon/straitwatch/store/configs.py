"""Stores the configurations that were active, and the rejection of a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter

from straitwatch.core.health import may_notify
from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.rows import (
    CONFIG,
    META,
)
from straitwatch.store.transaction import Transaction

# Keys of `meta`.
_REJECTED = "config refused"
_ACTIVE = "config in force"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedConfig:
    """A configuration that was active: all its files, without secrets."""

    version: str
    text: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRejection:
    """A new configuration that was rejected; the previous one stays active."""

    since_at: datetime
    told_at: datetime  # of the last notice
    problems: tuple[str, ...]


_REJECTION = TypeAdapter(ConfigRejection)


def save_config(tx: Transaction, version: str, text: str, now: datetime) -> None:
    """Store the configuration that becomes active; `saved_at` keeps the first time."""
    insert = tx.insert(CONFIG).values(version=version, text=text, saved_at=now)
    tx.execute(insert.on_conflict_do_nothing())
    set_meta(tx, _ACTIVE, version)


def saved_config(tx: Transaction, version: str = "") -> SavedConfig | None:
    """Return a configuration by its version; by default, the active one."""
    version = version or get_meta(tx, _ACTIVE) or ""
    row = tx.execute(sa.select(CONFIG).where(CONFIG.c.version == version)).first()
    return SavedConfig(version=row.version, text=row.text, saved_at=row.saved_at) if row else None


def record_rejection(tx: Transaction, problems: Sequence[str], *, now: datetime) -> bool:
    """Store the rejection of a configuration; return True if a notice about it is due."""
    known = config_rejection(tx)
    is_due = known is None or may_notify(known.told_at, now)
    rejection = ConfigRejection(
        since_at=known.since_at if known else now,
        told_at=now if known is None or is_due else known.told_at,
        problems=tuple(problems),
    )
    set_meta(tx, _REJECTED, _REJECTION.dump_json(rejection).decode())
    return is_due


def config_rejection(tx: Transaction) -> ConfigRejection | None:
    """Return the rejection of the configuration on disk; None if that one is active."""
    text = get_meta(tx, _REJECTED)
    return _REJECTION.validate_json(text) if text else None


def clear_rejection(tx: Transaction) -> ConfigRejection | None:
    """Delete and return the stored rejection, because a configuration became active."""
    known = config_rejection(tx)
    if known is not None:
        tx.execute(META.delete().where(META.c.key == _REJECTED))
    return known
