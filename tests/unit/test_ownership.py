"""Files that root writes belong to the user of the daemon."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import run
from straitwatch.config import write_secrets
from straitwatch.store import Store

USER = 12_345
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def test_new_secrets_belong_to_the_owner_of_the_directory(tmp_path: Path) -> None:
    os.chown(tmp_path, USER, USER)

    assert write_secrets(tmp_path, {"A": "1"}).stat().st_uid == USER


def test_new_database_and_its_lock_belong_to_the_owner_of_the_directory(tmp_path: Path) -> None:
    os.chown(tmp_path, USER, USER)

    Store.open(f"sqlite:///{tmp_path / 'news.db'}", exclusive=True).close()

    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {USER}


def test_restored_database_stays_with_its_owner(desk: Path, tmp_path: Path) -> None:
    database = tmp_path / "straitwatch.db"
    run(desk, "db", "backup", str(tmp_path / "backup.db"))
    os.chown(database, USER, USER)

    assert run(desk, "db", "restore", str(tmp_path / "backup.db")).exit_code == 0

    assert database.stat().st_uid == USER


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_file_of_root_is_not_given_away_through_a_link(
    desk: Path, tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    database, victim = tmp_path / "straitwatch.db", tmp_path / "victim"
    victim.touch()
    run(desk, "db", "backup", str(tmp_path / "backup.db"))
    os.chown(database, USER, USER)
    link(tmp_path / "straitwatch.db.lock", victim)

    assert run(desk, "db", "restore", str(tmp_path / "backup.db")).exit_code == 1

    assert victim.stat().st_uid == 0
