"""Creates, locks, checks and saves the file of an SQLite database."""

import errno
import itertools
import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from straitwatch.errors import StoreAbsent, StoreBusy, StoreError, StoreLost
from straitwatch.ownership import NO_LINK, give_to_owner, has_one_name

_OWNER_ONLY = 0o600  # SQLite gives its -wal and -shm files the mode of the database
_LOCK_TRIES = 5  # `is_locked` holds the lock for a moment
_LOCK_PAUSE = 0.02  # seconds
Identity = tuple[int, int]  # device and inode


def prepare_file(path: Path, *, may_create: bool) -> None:
    """Create a missing file and its folder, readable for its owner only.

    Raises:
        StoreAbsent: the file is missing and must not be created.
    """
    if path.exists():
        return
    if not may_create and is_locked(path):
        raise StoreLost(
            f"{path}: the database was deleted while a daemon uses it\n"
            "hint: the daemon notices, puts it back and stops; then start it again"
        )
    if not may_create:
        raise StoreAbsent(f"no database yet: {path}\nhint: `straitwatch run` creates it")
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another process was faster
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
        give_to_owner(file, of=path.parent)
        os.close(file)


def identify(path: Path) -> Identity | None:
    """Return the device and inode of a file; None if it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


# ---------------------------------------------------------------- one daemon on a file


def lock(path: Path) -> IO[str]:
    """Lock a database against a second daemon until this process ends.

    The lock is beside the real file, so it also holds for symbolic links. A hard link would have
    another lock, and another -wal file, which damages the database: such a file is refused.

    Raises:
        StoreBusy: another process holds the lock, or the file has several names.
        StoreError: the lock file is a link.
    """
    import fcntl  # noqa: PLC0415 - not on Windows, where only the other commands work

    if (names := path.stat().st_nlink) > 1:
        raise StoreBusy(
            f"{path}: this file has {names} names (hard links), and only one daemon may use it\n"
            f"hint: find them with `find / -samefile {path}`, and delete all but one"
        )
    lock_file = _open_lock(path)
    give_to_owner(lock_file.fileno(), of=path)
    for attempt in range(_LOCK_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        if attempt + 1 < _LOCK_TRIES:
            time.sleep(_LOCK_PAUSE)
    else:
        owner = lock_file.read().strip() or "unknown"
        lock_file.close()
        raise StoreBusy(
            f"{path}: another Straitwatch uses this file (pid {owner})\n"
            "hint: stop it first; several daemons can share PostgreSQL only"
        )
    lock_file.truncate(0)
    lock_file.write(str(os.getpid()))
    lock_file.flush()
    return lock_file


def _open_lock(path: Path) -> IO[str]:
    """Open the lock file; another file that a link leads to would be overwritten."""
    name = _lock_path(path)
    refused = StoreError(
        f"{name}: the lock is a link or no file\nhint: stop the daemon and delete it"
    )
    try:
        file = os.open(name, os.O_RDWR | os.O_CREAT | NO_LINK, _OWNER_ONLY)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise refused from error
        raise
    if not has_one_name(file):
        os.close(file)
        raise refused
    return os.fdopen(file, "r+")


def is_locked(path: Path) -> bool:
    """Return True if a daemon uses this database now."""
    import fcntl  # noqa: PLC0415 - as above

    try:
        lock_file = _lock_path(path.resolve()).open(encoding="ascii")
    except OSError:
        return False
    with lock_file:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


# ---------------------------------------------------------------- a file that is in use


class OpenFile:
    """The file that this process opened, even if its name now leads to another one or nowhere."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity = identify(path)
        wal, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
        self._logs = {wal: identify(wal), index: identify(index)}

    @property
    def change(self) -> str:
        """`deleted` or `replaced`; "" while the name leads to this file."""
        found = identify(self.path)
        if found is None:
            return "deleted"
        return "replaced" if found != self._identity else ""

    def refuse_another(self, *_: object) -> None:
        """Prevent a new connection from opening, or creating, another file of this name.

        Raises:
            StoreLost: the file was deleted or replaced.
        """
        if change := self.change:
            raise StoreLost(
                f"{self.path}: the database was {change} while it was in use\n"
                "hint: stop the daemon; it saves its data as it stops"
            )

    def save(self, connection: sqlite3.Connection) -> str:
        """Copy the data; put the copy in place of a deleted file. Return the outcome in words."""
        copy = self._free_name()
        copy_database(connection, copy)
        self._remove_logs()
        if self.change != "deleted":
            return f"its data is saved as {copy}"
        copy.rename(self.path)
        return f"it is back at {self.path}, with all data"

    def _remove_logs(self) -> None:
        """Delete the logs of the lost file: SQLite would read them as changes of the next one."""
        for path, identity in self._logs.items():
            if self.change == "deleted" or identify(path) == identity:
                path.unlink(missing_ok=True)

    def _free_name(self) -> Path:
        numbers = itertools.count(1)
        names = (self.path.with_name(f"{self.path.name}.saved-{number}") for number in numbers)
        return next(name for name in names if not name.exists())


# ---------------------------------------------------------------- damage, and copies


def find_damage(path: Path) -> str:
    """Read the whole file as it is on the disk; return the damage, or ""."""
    try:
        with closing(connect_read_only(path)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found).replace("\n", " ")


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Connect to a database that must stay as it is."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database to a new file that only its owner can read, while it is in use.

    Raises:
        StoreError: the copy cannot be written.
    """
    try:
        prepare_file(target, may_create=True)
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy, pages=1_000)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"copy to {target} failed: {error}") from error
