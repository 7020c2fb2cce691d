"""The directories of a user, and the time zone of this machine."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from straitwatch.app.load import config_option
from straitwatch.cli import app
from straitwatch.errors import UsageError
from straitwatch.places import find_config, is_timezone, local_timezone, own_places


def test_user_keeps_configuration_and_database_in_the_usual_places(tmp_path: Path) -> None:
    own = own_places({"HOME": str(tmp_path)}, is_root=False)

    assert own.config == tmp_path / ".config/straitwatch"
    assert own.data == tmp_path / ".local/state/straitwatch"


def test_root_keeps_them_where_services_do() -> None:
    assert own_places({}, is_root=True).config == Path("/etc/straitwatch")


def test_configuration_of_setup_comes_before_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home/straitwatch"
    environ = {"XDG_CONFIG_HOME": str(own.parent)}
    monkeypatch.chdir(tmp_path)
    write_settings(tmp_path / "config")

    before = find_config(environ)
    write_settings(own)

    assert before == Path("config")
    assert find_config(environ) == own


def write_settings(directory: Path) -> None:
    directory.mkdir(parents=True)
    (directory / "straitwatch.yaml").touch()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a valid `config/`; the user is not root."""
    write_settings(tmp_path / "clone/config")
    monkeypatch.chdir(tmp_path / "clone")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return tmp_path / "clone"


def check(*options: str) -> Result:
    return CliRunner().invoke(app, ["check", *options])


def test_command_in_a_clone_uses_its_configuration(clone: Path) -> None:
    result = check()

    assert "directory  config\n" in result.stdout
    assert result.stderr == ""


def test_command_in_a_clone_prefers_the_configuration_of_setup_and_says_so(
    clone: Path, tmp_path: Path
) -> None:
    own = tmp_path / "home/straitwatch"
    write_settings(own)

    result = check()

    assert f"directory  {own}\n" in result.stdout
    assert result.stderr == f"using {own}; for config/ of this directory add `--config config`\n"


def test_command_of_root_uses_the_configuration_in_its_home(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    own = tmp_path / "home/straitwatch"
    write_settings(own)

    assert f"directory  {own}\n" in check().stdout


def test_named_configuration_is_used_without_a_remark(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(tmp_path / "home/straitwatch")
    write_settings(tmp_path / "desk")

    by_option = check("--config", "config")
    monkeypatch.setenv("STRAITWATCH_CONFIG", str(tmp_path / "desk"))
    by_variable = check()

    assert ("directory  config\n" in by_option.stdout, by_option.stderr) == (True, "")
    assert f"directory  {tmp_path / 'desk'}\n" in by_variable.stdout


def test_configuration_that_cannot_be_read_is_not_replaced_by_another(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable = clone / ("x" * 300)  # root may read every directory, but not this name
    monkeypatch.setenv("XDG_CONFIG_HOME", str(unreadable))

    with pytest.raises(UsageError, match=f"{unreadable}/straitwatch/straitwatch.yaml: the conf"):
        CliRunner().invoke(app, ["check"], catch_exceptions=False)

    assert "directory  config\n" in check("--config", "config").stdout
    assert config_option(clone / "config") == f"--config {clone / 'config'}"


def test_user_without_a_home_has_the_places_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_242_424)

    own = own_places({}, is_root=False)

    assert (own.config, own.data) == (Path("/etc/straitwatch"), Path("/var/lib/straitwatch"))


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
