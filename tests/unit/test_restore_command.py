"""`straitwatch db restore` replaces the database by a backup that it has checked."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders.configs import write_config
from commands import run
from straitwatch.errors import StoreAbsent, StoreBusy, StoreError
from straitwatch.store import Store


@pytest.fixture
def backup(desk: Path, tmp_path: Path) -> Path:
    target = tmp_path / "backup.db"
    assert run(desk, "db", "backup", str(target)).exit_code == 0
    return target


@pytest.mark.parametrize("version", ["0014", "9999"])
def test_backup_needs_no_database_of_this_version(desk: Path, tmp_path: Path, version: str) -> None:
    database, target = tmp_path / "straitwatch.db", tmp_path / "backup.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update alembic_version set version_num = ?", (version,))

    assert run(desk, "db", "backup", str(target)).exit_code == 0

    assert count(target, "story") == count(database, "story")


def test_backup_needs_only_the_address_of_the_database(desk: Path, tmp_path: Path) -> None:
    (desk / "feeds.yaml").write_text("feeds: [{nme: x}]", encoding="utf-8")

    assert run(desk, "db", "backup", str(tmp_path / "backup.db")).exit_code == 0


def test_backup_without_a_database_is_refused(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "straitwatch.db").unlink()

    assert isinstance(run(desk, "db", "backup", str(tmp_path / "b.db")).exception, StoreAbsent)
    assert not (tmp_path / "b.db").exists()


def count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])


def leave_log(database: Path) -> None:
    """Delete the stories in the -wal file alone, as a killed process leaves it."""
    files = (database, database.with_name(f"{database.name}-wal"))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("delete from story")
        left = [file.read_bytes() for file in files]
    for file, content in zip(files, left, strict=True):
        file.write_bytes(content)


def test_restored_database_has_the_entries_of_the_backup(
    desk: Path, backup: Path, tmp_path: Path
) -> None:
    database = tmp_path / "straitwatch.db"
    before = count(database, "entry")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("delete from entry")

    result = run(desk, "db", "restore", str(backup))

    assert result.exit_code == 0, result.output
    assert count(database, "entry") == before > 0
    assert "some alerts may come twice" in result.stdout


def test_old_database_is_kept_with_its_log(desk: Path, backup: Path, tmp_path: Path) -> None:
    for _ in range(2):
        run(desk, "db", "restore", str(backup))

    kept = [tmp_path / f"straitwatch.db.replaced-{number}" for number in (1, 2)]
    assert [count(path, "story") for path in kept] == [1, 1]
    assert not list(tmp_path.glob("*.restoring*"))


def test_restore_needs_no_database(backup: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    config = write_config(elsewhere, feeds={})

    assert run(config, "db", "restore", str(backup)).exit_code == 0

    assert count(elsewhere / "straitwatch.db", "story") == 1


def test_log_of_a_deleted_database_does_not_damage_the_restored_one(
    desk: Path, backup: Path, tmp_path: Path
) -> None:
    database = tmp_path / "straitwatch.db"
    leave_log(database)
    database.unlink()

    result = run(desk, "db", "restore", str(backup))

    assert result.exit_code == 0, result.output
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert count(database, "story") == 1
    assert (tmp_path / "straitwatch.db.replaced-1-wal").exists()


def test_kept_database_is_restored_with_its_log(desk: Path, backup: Path, tmp_path: Path) -> None:
    database = tmp_path / "straitwatch.db"
    leave_log(database)
    run(desk, "db", "restore", str(backup))
    assert count(database, "story") == 1

    run(desk, "db", "restore", f"{database}.replaced-1")

    assert count(database, "story") == 0


def test_database_in_use_is_not_replaced(desk: Path, backup: Path, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}", exclusive=True)

    result = run(desk, "db", "restore", str(backup))

    store.close()
    assert isinstance(result.exception, StoreBusy)
    assert not list(tmp_path.glob("*.replaced-1"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"not a database" * 100, "is damaged or no database"), (b"", "no backup of Straitwatch")],
)
def test_file_that_is_no_backup_is_refused(
    desk: Path, tmp_path: Path, content: bytes, problem: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    result = run(desk, "db", "restore", str(file))

    assert isinstance(result.exception, StoreError)
    assert problem in str(result.exception)
    assert count(tmp_path / "straitwatch.db", "story") == 1


def test_damaged_backup_is_refused(desk: Path, backup: Path, tmp_path: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[8192:16384] = b"\xff" * 8192
    backup.write_bytes(content)

    assert "damaged" in str(run(desk, "db", "restore", str(backup)).exception)
