"""The directories of a user, and the time zone of this machine."""

from pathlib import Path

import pytest

from straitwatch.places import find_config, is_timezone, local_timezone, own_places


def test_user_keeps_configuration_and_database_in_the_usual_places(tmp_path: Path) -> None:
    own = own_places({"HOME": str(tmp_path)}, is_root=False)

    assert own.config == tmp_path / ".config/straitwatch"
    assert own.data == tmp_path / ".local/state/straitwatch"


def test_root_keeps_them_where_services_do() -> None:
    assert own_places({}, is_root=True).config == Path("/etc/straitwatch")


def test_configuration_of_the_working_directory_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home/straitwatch"
    own.mkdir(parents=True)
    (own / "straitwatch.yaml").touch()
    environ = {"XDG_CONFIG_HOME": str(own.parent)}
    monkeypatch.chdir(tmp_path)

    before = find_config(environ, is_root=False)
    (tmp_path / "config").mkdir()

    assert before == own
    assert find_config(environ, is_root=False) == Path("config")


@pytest.mark.parametrize("name", ["", "Europe/Berlim", "Europe", "../etc/passwd", "a b"])
def test_name_of_no_time_zone_is_noticed(name: str) -> None:
    assert not is_timezone(name)


def test_time_zone_is_that_of_the_machine(tmp_path: Path) -> None:
    zone = tmp_path / "zoneinfo/Asia/Taipei"
    zone.parent.mkdir(parents=True)
    zone.touch()
    link = tmp_path / "localtime"
    link.symlink_to(zone)

    assert local_timezone({}, link=link) == "Asia/Taipei"
    assert local_timezone({"TZ": ":Europe/Kyiv"}, link=link) == "Europe/Kyiv"
    assert local_timezone({}, link=tmp_path / "none") == "UTC"
