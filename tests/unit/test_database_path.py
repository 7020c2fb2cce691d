"""The place of an SQLite database."""

from pathlib import Path

import pytest

from straitwatch.config import load_settings
from straitwatch.config.database import locate_database

URL = "sqlite:///data/one.db"


def make_file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration directory, and another working directory."""
    (tmp_path / "work").mkdir()
    (tmp_path / "config").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "config"


def test_relative_path_begins_at_the_configuration(config: Path) -> None:
    assert locate_database(URL, config) == (f"sqlite:///{config}/data/one.db", None)


def test_database_in_the_working_directory_stays_in_use(config: Path) -> None:
    former = make_file(Path("data/one.db").resolve())

    assert locate_database(URL, config) == (f"sqlite:///{former}", former)


def test_database_beside_the_configuration_wins(config: Path) -> None:
    make_file(Path("data/one.db"))
    own = make_file(config / "data/one.db")

    assert locate_database(URL, config) == (f"sqlite:///{own}", None)


@pytest.mark.parametrize("url", ["sqlite:////var/lib/one.db", "postgresql+psycopg://host/one"])
def test_absolute_path_and_server_are_kept(config: Path, url: str) -> None:
    assert locate_database(url, config) == (url, None)


def test_former_place_is_a_warning_of_check(config: Path) -> None:
    former = make_file(Path("data/straitwatch.db").resolve())

    settings = load_settings(config, environ={})

    warnings = [str(problem) for problem in settings.notices]
    assert any(f"the database is {former}" in warning for warning in warnings)
