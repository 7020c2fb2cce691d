"""Backs up an SQLite database; replaces it by a backup, and keeps the old one."""

import itertools
import os
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from straitwatch.errors import StoreAbsent, StoreBusy, StoreDamaged, StoreError
from straitwatch.ownership import NO_LINK, give_to_owner
from straitwatch.store.connect import open_database, sqlite_path
from straitwatch.store.files import (
    connect_read_only,
    copy_database,
    find_damage,
    is_locked,
    lock,
    prepare_file,
)
from straitwatch.store.rows import EntryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The result of a restore: the place of the old file, and the age of the backup's news."""

    kept: Path | None  # None: there was no database
    newest_at: datetime | None  # the newest entry of the backup


def write_backup(url: str, target: Path) -> None:
    """Copy a database of any version to a new file, while it is in use.

    Raises:
        StoreAbsent: there is no database.
        StoreError: it is not an SQLite file, or the copy cannot be written.
    """
    path = _sqlite_path(url, "only SQLite can be backed up\nhint: use pg_dump for PostgreSQL")
    prepare_file(path, may_create=False)
    with closing(sqlite3.connect(path)) as source:
        copy_database(source, target)


def restore_backup(url: str, backup: Path) -> Restored:
    """Check a backup, upgrade a copy of it, and put the copy in the database's place.

    Raises:
        StoreBusy: a daemon uses the database.
        StoreDamaged: the backup is damaged.
        StoreError: it is no backup, or is newer than this version.
    """
    path = _sqlite_path(url, "only SQLite can be restored\nhint: use pg_restore for PostgreSQL")
    _require_backup(backup, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.restoring")
    try:
        newest_at = _prepare(backup, draft)
        return Restored(kept=_swap(draft, path), newest_at=newest_at)
    finally:
        _delete(draft)


def _sqlite_path(url: str, refusal: str) -> Path:
    engine = sa.create_engine(url) if url.startswith("sqlite") else None
    path = sqlite_path(engine) if engine else None
    if path is None:
        raise StoreError(refusal)
    return path


def _require_backup(backup: Path, path: Path) -> None:
    if not backup.is_file():
        raise StoreAbsent(f"no such file: {backup}\nhint: `straitwatch db backup FILE` makes one")
    if backup.resolve() == path:
        raise StoreError(f"{backup} is the database itself\nhint: name a backup")
    if is_locked(path):
        raise StoreBusy(f"{path}: a daemon uses this database\nhint: stop it first")
    if damage := find_damage(backup):
        raise StoreDamaged(f"{backup} is damaged or no database: {damage}\nhint: try an older one")


def _prepare(backup: Path, draft: Path) -> datetime | None:
    """Make a copy of the backup with the schema of this version."""
    _delete(draft)  # of a restore that was killed
    with closing(connect_read_only(backup)) as source:
        copy_database(source, draft)
    if not _has_entries(draft):
        raise StoreError(f"{backup} is no backup of Straitwatch: it has no table of entries")
    engine, _ = open_database(f"sqlite:///{draft}", exclusive=False, migrate=True)
    with engine.begin() as connection:
        newest_at = connection.execute(sa.select(sa.func.max(EntryRow.seen_at))).scalar()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return newest_at


def _has_entries(path: Path) -> bool:
    engine = sa.create_engine(f"sqlite:///{path}")
    found = sa.inspect(engine).has_table(EntryRow.__tablename__)
    engine.dispose()
    return found


def _swap(draft: Path, path: Path) -> Path | None:
    """Put the copy in place, under the daemon's lock; return the new name of the old file.

    The logs move even without their database, because SQLite would apply them to the copy.
    """
    with lock(path) if path.exists() else nullcontext():
        file = os.open(draft, os.O_RDONLY | NO_LINK)
        give_to_owner(file, of=path if path.exists() else path.parent)
        os.close(file)
        kept = _free_name(path)
        for old, new in zip(_files(path), _files(kept), strict=True):
            if old.exists():
                old.rename(new)
        draft.replace(path)
    return kept if kept.exists() else None


def _files(path: Path) -> list[Path]:
    """Return a database and its logs."""
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.replaced-{number}") for number in itertools.count(1))
    return next(name for name in names if not any(file.exists() for file in _files(name)))


def _delete(path: Path) -> None:
    for file in _files(path):
        file.unlink(missing_ok=True)
