"""The file of an SQLite database: its mode, its lock, its damage, and its loss while in use."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from builders.store import damage
from straitwatch.errors import StoreBusy, StoreDamaged, StoreError, StoreLost, StoreUnavailable
from straitwatch.store import Store, Transaction, get_meta, set_meta, write_backup
from straitwatch.store.files import find_damage, is_locked

ALWAYS = timedelta(days=1)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "straitwatch.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def path(tmp_path: Path, migrated: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "straitwatch.db"))


def opened(path: Path, **options: bool) -> Store:
    return Store.open(f"sqlite:///{path}", **options)


def refusal(path: Path, **options: bool) -> str:
    """Return the error of opening a file."""
    with pytest.raises(StoreError) as refused:
        opened(path, **options)
    assert "sqlalche.me" not in str(refused.value)
    assert "\nhint: " in str(refused.value)
    return str(refused.value)


def stored(path: Path, key: str) -> str | None:
    with closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def test_new_database_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    store = opened(tmp_path / "straitwatch.db", exclusive=True)
    store.call(set_meta, "key", "1")
    os.umask(before)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    store.close()

    names = ("straitwatch.db", "straitwatch.db-wal", "straitwatch.db-shm", "straitwatch.db.lock")
    assert modes == dict.fromkeys(names, 0o600)


def test_backup_is_readable_for_its_owner_only(path: Path) -> None:
    store = opened(path)
    write_backup(f"sqlite:///{path}", path.with_name("copy.db"))
    store.close()

    assert stat.S_IMODE(path.with_name("copy.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_lock_that_is_a_link_to_another_file_is_refused(
    path: Path, link: Callable[[Path, Path], None]
) -> None:
    other = path.with_name("other")
    other.write_text("kept", encoding="ascii")
    link(path.with_name("straitwatch.db.lock"), other)

    assert "straitwatch.db.lock: " in refusal(path, exclusive=True)
    assert other.read_text(encoding="ascii") == "kept"


def symlink(path: Path) -> Path:
    other = path.parent / "elsewhere" / "other.db"
    other.parent.mkdir()
    other.symlink_to(path)
    return other


def linked_folder(path: Path) -> Path:
    folder = path.parent / "linked"
    folder.symlink_to(path.parent, target_is_directory=True)
    return folder / path.name


def hard_link(path: Path) -> Path:
    other = path.with_name("other.db")
    os.link(path, other)
    return other


@pytest.mark.parametrize("other_name", [symlink, linked_folder, hard_link])
def test_second_daemon_is_refused_under_another_name_of_the_file(
    path: Path, other_name: Callable[[Path], Path]
) -> None:
    first = opened(path, exclusive=True)

    with pytest.raises(StoreBusy, match="hint"):
        opened(other_name(path), exclusive=True)

    first.close()


def test_commits_through_a_symbolic_link_wait_for_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    store = opened(symlink(path))
    monkeypatch.setattr(os, "fsync", waits.append)

    def write(tx: Transaction) -> None:
        tx.is_durable = True
        set_meta(tx, "key", "2")

    store.call(write)
    store.close()

    assert len(waits) == 1


def test_lock_tells_if_a_daemon_uses_the_file(path: Path) -> None:
    store = opened(path, exclusive=True)
    during = is_locked(path)
    store.close()

    assert (during, is_locked(path)) == (True, False)


def test_damage_is_found_in_a_page_that_nobody_reads(path: Path) -> None:
    assert find_damage(path) == ""

    damage(path, "mark")

    assert find_damage(path)


def test_damaged_file_is_refused_with_a_hint(path: Path) -> None:
    damage(path, "alembic_version")

    assert "the database is damaged" in refusal(path)


def test_file_that_is_not_a_database_is_refused_with_a_hint(path: Path) -> None:
    path.write_text("not a database, but a text that is long enough to be one" * 100)

    assert "not a database" in refusal(path)


def test_database_of_another_program_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "recipes.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipe (name TEXT)")

    assert "another program; its tables: recipe" in refusal(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]


def test_folder_in_place_of_the_file_is_refused_with_a_hint(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path)


def test_path_through_a_file_is_refused_with_a_hint(path: Path) -> None:
    assert "database:" in refusal(path / "straitwatch.db")


def test_read_only_database_is_reported_as_such(path: Path) -> None:
    store = opened(path)
    store.call(lambda tx: tx.connection.exec_driver_sql("PRAGMA query_only = 1"))

    with pytest.raises(StoreUnavailable, match=r"read-only.*\nhint: "):
        store.call(set_meta, "key", "1")

    assert "read-only" in str(store.failure(within=ALWAYS))
    assert store.failure(within=timedelta(0)) is None
    store.close()


def test_full_disk_is_reported_as_such(path: Path) -> None:
    store = opened(path)
    store.call(lambda tx: tx.connection.exec_driver_sql("PRAGMA max_page_count = 1"))

    with pytest.raises(StoreUnavailable, match="the disk is full"):
        store.call(set_meta, "key", "x" * 1_000_000)

    store.close()


def test_damage_stays_a_failure(path: Path) -> None:
    damage(path, "meta")
    store = opened(path)

    with pytest.raises(StoreDamaged):
        store.call(set_meta, "key", "1")

    assert isinstance(store.failure(within=timedelta(0)), StoreDamaged)
    store.close()


# ---------------------------------------------------------------- deleted while in use


def delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def test_file_in_use_is_unchanged(path: Path) -> None:
    store = opened(path, exclusive=True)
    store.call(set_meta, "key", "1")

    assert store.file_change == ""
    assert store.rescue() == ""
    store.close()


def test_deleted_database_is_put_back_with_all_data(path: Path) -> None:
    store = opened(path, exclusive=True)
    store.call(set_meta, "before", "1")
    path.unlink()  # its -wal file stays
    store.call(set_meta, "after", "2")

    assert store.file_change == "deleted"
    assert "is back" in store.rescue()
    store.close()

    assert (stored(path, "before"), stored(path, "after")) == ("1", "2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_data_of_a_replaced_database_is_saved_beside_the_new_one(
    path: Path, migrated: Path
) -> None:
    store = opened(path, exclusive=True)
    store.call(set_meta, "key", "old")
    delete(path)
    shutil.copy(migrated, path)

    assert store.file_change == "replaced"
    store.rescue()
    store.close()

    saved = path.with_name("straitwatch.db.saved-1")
    assert (stored(path, "key"), stored(saved, "key")) == (None, "old")


def test_changes_of_a_replaced_database_are_not_read_into_the_new_one(
    path: Path, migrated: Path
) -> None:
    store = opened(path, exclusive=True)
    store.call(set_meta, "key", "old")
    new = Path(shutil.copy(migrated, path.with_name("new.db")))
    new.replace(path)  # the -wal file of the old one stays

    store.rescue()
    store.close()

    assert (stored(path, "key"), find_damage(path)) == (None, "")


def test_database_whose_folder_was_deleted_is_put_back(tmp_path: Path, migrated: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    path = Path(shutil.copy(migrated, folder / "straitwatch.db"))
    store = opened(path, exclusive=True)
    store.call(set_meta, "key", "1")
    shutil.rmtree(folder)

    store.rescue()
    store.close()

    assert stored(path, "key") == "1"


def test_new_connection_does_not_open_the_file_that_replaced_the_database(path: Path) -> None:
    store = opened(path, exclusive=True)
    with store.reading():  # this connection is in use, so the next one would be new
        path.unlink()

        with pytest.raises(StoreLost, match="deleted while it was in use"):
            store.call(get_meta, "key")

    assert not path.exists()
    store.close()


def test_command_says_that_the_daemon_uses_a_deleted_database(path: Path) -> None:
    store = opened(path, exclusive=True)
    path.unlink()

    assert "deleted while a daemon uses it" in refusal(path, migrate=False)

    store.rescue()
    store.close()
