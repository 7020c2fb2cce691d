"""Keeps the configurations that were in force, and the rejection of a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter

from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.rows import (
    CONFIG,
    META,
)
from straitwatch.store.transaction import Transaction

_REFUSED = "config refused"
_TOLD_AGAIN_AFTER = timedelta(hours=6)  # a refusal that lasts
_IN_FORCE = "config in force"  # its version: a small fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedConfig:
    """A configuration that was in force: all its files, without secrets."""

    version: str
    text: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRejection:
    """A new configuration that was refused, while the old one goes on."""

    since_at: datetime
    told_at: datetime
    problems: tuple[str, ...]


_REFUSAL = TypeAdapter(ConfigRejection)


def save_config(tx: Transaction, version: str, text: str, now: datetime) -> None:
    """Keep a configuration that comes into force; `saved_at` says when it first did."""
    insert = tx.insert(CONFIG).values(version=version, text=text, saved_at=now)
    tx.execute(insert.on_conflict_do_nothing())
    set_meta(tx, _IN_FORCE, version)


def saved_config(tx: Transaction, version: str = "") -> SavedConfig | None:
    """Return a configuration that was in force, by its version; without one, the one that is."""
    version = version or get_meta(tx, _IN_FORCE) or ""
    row = tx.execute(sa.select(CONFIG).where(CONFIG.c.version == version)).first()
    return SavedConfig(version=row.version, text=row.text, saved_at=row.saved_at) if row else None


def record_rejection(tx: Transaction, problems: Sequence[str], *, now: datetime) -> bool:
    """Note that a new configuration was refused; True when people are to be told (again)."""
    known = config_rejection(tx)
    is_told = known is not None and now - known.told_at < _TOLD_AGAIN_AFTER
    refusal = ConfigRejection(
        since_at=known.since_at if known else now,
        told_at=known.told_at if known and is_told else now,
        problems=tuple(problems),
    )
    set_meta(tx, _REFUSED, _REFUSAL.dump_json(refusal).decode())
    return not is_told


def config_rejection(tx: Transaction) -> ConfigRejection | None:
    """Return why the configuration on disk is not the one in force; None when it is."""
    text = get_meta(tx, _REFUSED)
    return _REFUSAL.validate_json(text) if text else None


def clear_rejection(tx: Transaction) -> ConfigRejection | None:
    """Forget a refusal, because a configuration was taken over; return what is forgotten."""
    known = config_rejection(tx)
    if known is not None:
        tx.execute(META.delete().where(META.c.key == _REFUSED))
    return known
