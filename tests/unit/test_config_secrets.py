"""`secrets.env` holds the variables of a configuration."""

import os
import stat
from pathlib import Path

import pytest

from straitwatch.config import load_settings, read_secrets, write_secrets
from straitwatch.errors import ConfigError, UsageError

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


def test_mark_of_an_editor_hides_no_variable(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_bytes(b"\xef\xbb\xbfA=1\n")

    assert read_secrets(tmp_path) == {"A": "1"}


def test_file_in_another_encoding_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text(SETTINGS, encoding="utf-8")
    path = tmp_path / "secrets.env"
    path.write_bytes("DESK_URL=ntfy://topic\n# Zürich\n".encode("latin-1"))

    with pytest.raises(ConfigError, match=r"secrets\.env:2: not UTF-8: byte 0xfc"):
        load_settings(tmp_path, environ={})
    with pytest.raises(UsageError, match="not UTF-8"):
        write_secrets(tmp_path, {"B": "2"})

    assert b"Z\xfcrich" in path.read_bytes()


@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o640, 1), (0o644, 1)])
def test_file_that_others_can_read_is_a_warning(tmp_path: Path, mode: int, warnings: int) -> None:
    (tmp_path / "straitwatch.yaml").write_text(SETTINGS, encoding="utf-8")
    write_secrets(tmp_path, {"DESK_URL": "ntfy://topic"}).chmod(mode)

    notices = load_settings(tmp_path, environ={}).notices

    assert len([found for found in notices if "other users" in found.message]) == warnings


def test_line_that_sets_no_variable_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text(SETTINGS, encoding="utf-8")
    write_secrets(tmp_path, {"DESK_URL": "ntfy://topic"})
    with (tmp_path / "secrets.env").open("a", encoding="utf-8") as file:
        file.write("\n; a comment\nSLACK_URL = x\n")

    (notice,) = load_settings(tmp_path, environ={}).notices

    assert str(notice).startswith("secrets.env:4:1: warning: this line sets no variable")
