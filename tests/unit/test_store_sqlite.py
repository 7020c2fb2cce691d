import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from straitwatch.errors import StoreBusy, StoreError, StoreUnavailable
from straitwatch.store import Store, Transaction, get_meta, set_meta, write_backup


def test_store_makes_the_folders_on_its_way(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/deep/down/straitwatch.db").close()

    assert (tmp_path / "deep/down/straitwatch.db").exists()


def test_relative_path_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Store.open("sqlite:///data/straitwatch.db").close()

    assert (tmp_path / "data/straitwatch.db").exists()


def test_second_daemon_on_a_file_is_refused_with_the_owner(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/straitwatch.db"
    first = Store.open(url, exclusive=True)

    with pytest.raises(StoreBusy, match=rf"straitwatch\.db.*pid {os.getpid()}"):
        Store.open(url, exclusive=True)

    first.close()
    Store.open(url, exclusive=True).close()


def test_command_may_read_beside_the_daemon(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/straitwatch.db"
    daemon = Store.open(url, exclusive=True)
    daemon.call(set_meta, "key", "1")
    command = Store.open(url)

    assert command.call(get_meta, "key") == "1"

    command.close()
    daemon.close()


def test_lock_of_a_killed_daemon_is_free(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/straitwatch.db"
    program = (
        "import os, signal\n"
        "from straitwatch.store import Store\n"
        f"store = Store.open({url!r}, exclusive=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=False, timeout=60)

    Store.open(url, exclusive=True).close()


def test_file_that_is_not_a_database_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "straitwatch.db"
    path.write_text("not a database, but a text that is long enough to be one" * 100)

    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{path}")


def test_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable):
        Store.open(f"sqlite:///{tmp_path}/file/straitwatch.db")


def test_invalid_address_is_reported_without_its_secrets() -> None:
    with pytest.raises(StoreError, match="sqlite:///"):
        Store.open("straitwatch.db")
    with pytest.raises(StoreError) as refused:
        Store.open("postgresql+psycopg://user:hush@127.0.0.1:1/none")
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://127.0.0.1:1/none?user=desk&password=hush",
        "postgresql+psycopg://desk:hush@127.0.0.1:port/none",
        "postgresql+psycopg://desk@127.0.0.1:1/none?sslpassword=hush&connect_timeout=1",
    ],
)
def test_password_in_any_part_of_an_address_is_hidden(address: str) -> None:
    with pytest.raises(StoreError) as refused:
        Store.open(address)

    assert "hush" not in str(refused.value)
    assert "hint: " in str(refused.value)


def test_backup_is_a_whole_database(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/straitwatch.db")
    store.call(set_meta, "key", "1")

    write_backup(f"sqlite:///{tmp_path}/straitwatch.db", tmp_path / "backups/copy.db")
    store.call(set_meta, "key", "2")
    store.close()

    copy = sqlite3.connect(tmp_path / "backups/copy.db")
    assert copy.execute("SELECT value FROM meta").fetchone() == ("1",)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()


def test_backup_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/straitwatch.db").close()
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="copy to"):
        write_backup(f"sqlite:///{tmp_path}/straitwatch.db", tmp_path / "file/copy.db")


def test_committed_transaction_is_on_the_disk(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/straitwatch.db")

    settings = store.call(
        lambda tx: {
            name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    )
    store.close()

    assert settings == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}


def test_disk_is_waited_for_when_the_outbox_is_concerned_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/straitwatch.db")
    waits: list[int] = []
    monkeypatch.setattr(os, "fsync", waits.append)

    store.call(set_meta, "key", "1")
    assert waits == []
    store.call(write_what_must_last)
    assert len(waits) == 1
    store.close()


def write_what_must_last(tx: Transaction) -> None:
    tx.is_durable = True
    set_meta(tx, "key", "2")
