"""A new configuration gets the files of the shipped one, and nothing else that is beside them."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from straitwatch.cli import app
from straitwatch.shipped import shipped

KEPT_BACK = (
    "data/straitwatch.db",
    "data/straitwatch.db.lock",
    "secrets.env",
    "straitwatch.yaml.bak",
    "shadow/taiwan-policy.yaml",
    "terms/.places.yaml.swp",
    "watchlists/old.yaml~",
)


def files_in(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose shipped configuration ran a daemon."""
    source = tmp_path / "clone/config"
    shutil.copytree(shipped("config"), source, ignore=shutil.ignore_patterns("data", "secrets.env"))
    for name in KEPT_BACK:
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).touch()
    for command in ("init", "setup_files"):
        monkeypatch.setattr(f"straitwatch.cli.{command}.shipped", lambda _: source)
    return source


@pytest.mark.parametrize(
    "command", [("init",), ("setup", "--yes", "--no-poll", "--systemd", "skip", "--dir")]
)
def test_new_configuration_has_no_database_and_no_secrets_of_its_source(
    used: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = CliRunner().invoke(app, [*command, str(tmp_path / "desk")])

    assert result.exit_code == 0, result.output
    assert files_in(tmp_path / "desk") - {"secrets.env"} == files_in(used) - set(KEPT_BACK)
    assert not (tmp_path / "desk/data/straitwatch.db").exists()
