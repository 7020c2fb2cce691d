"""`secrets.env` holds the variables of a configuration."""

import os
import stat
from pathlib import Path

import pytest

from straitwatch.config import load_settings, read_secrets, write_secrets

SETTINGS = "receivers: {desk: {url: '${DESK_URL}'}}\nroutes: [{match: {}, send: [desk]}]\n"


@pytest.mark.parametrize("line", ["A=b c", "A='b c'", 'export A="b c"', "  A=b c  "])
def test_variable_is_read_as_systemd_and_docker_write_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "secrets.env").write_text(f"# A=no\n{line}\nnothing\n", encoding="utf-8")

    assert read_secrets(tmp_path) == {"A": "b c"}


def test_written_variable_replaces_its_line_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("# mine\nA=1\nB=2\n", encoding="utf-8")
    path.chmod(0o644)

    write_secrets(tmp_path, {"A": "3"})

    assert path.read_text(encoding="utf-8") == "# mine\nB=2\nA=3\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_unreadable_file_is_named_if_a_variable_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "straitwatch.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "secrets.env").mkdir()  # root can read every file
    monkeypatch.setattr(os, "access", lambda *_: False)

    without = load_settings(tmp_path, environ={})
    given = load_settings(tmp_path, environ={"DESK_URL": "ntfy://topic"})

    assert any("cannot be read by this user" in notice.message for notice in without.notices)
    assert not given.notices
