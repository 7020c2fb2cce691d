"""Commands use the last valid configuration while the files are broken, unless they need the files."""

import shutil
from pathlib import Path

import pytest

from commands import HEADLINE, raise_error, rows, run
from straitwatch.errors import ConfigError

BREAKS = {
    "feeds.yaml": "feeds: [\n",
    "straitwatch.yaml": "receivers: {desk: {urk: x}\n",
    "watchlists/lists.yaml": "watchlists: [{id: a, match: ['Taiwan AND']}]\n",
}
COMMANDS = (
    ["stories", "list"],
    ["stories", "alerts"],
    ["outbox", "list"],
    ["silences", "list"],
    ["feeds", "list"],
    ["feeds", "health"],
    ["receivers", "list"],
    ["why", HEADLINE],
)


@pytest.fixture
def broken(config: Path, tmp_path: Path) -> Path:
    made = tmp_path / "config"
    shutil.copytree(config, made)
    return made


def break_file(broken: Path, name: str) -> None:
    """Replace a file by a broken one, which names the same database."""
    path = broken / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if line.startswith("database:"))
    path.write_text(kept + BREAKS[name], encoding="utf-8")


@pytest.mark.parametrize("name", BREAKS)
def test_commands_that_read_use_the_last_valid_configuration(
    config: Path, broken: Path, name: str
) -> None:
    break_file(broken, name)
    for command in COMMANDS:
        expected, result = run(config, *command), run(broken, *command)

        assert (result.exit_code, result.stdout) == (expected.exit_code, expected.stdout)
        assert "warning: the configuration has 1 problem; this command uses the last valid one" in (
            result.stderr
        )


def test_story_and_delivery_are_shown_while_the_configuration_is_broken(
    config: Path, broken: Path
) -> None:
    (story,), (delivery, *_) = rows(config, "stories", "list"), rows(config, "outbox", "list")
    break_file(broken, "feeds.yaml")

    assert HEADLINE in run(broken, "stories", "show", story["id"]).stdout
    assert HEADLINE in run(broken, "outbox", "show", delivery["id"]).stdout


@pytest.fixture
def desk(broken: Path, config: Path, tmp_path: Path) -> Path:
    """The broken configuration with a database of its own, which commands may write."""
    database = config.parent / "straitwatch.db"
    for path in config.parent.glob(f"{database.name}*"):
        shutil.copy(path, tmp_path)
    settings = broken / "straitwatch.yaml"
    text = settings.read_text(encoding="utf-8").replace(str(database.parent), str(tmp_path))
    settings.write_text(text, encoding="utf-8")
    break_file(broken, "watchlists/lists.yaml")
    return broken


def test_desk_can_act_while_a_list_is_broken(desk: Path, config: Path) -> None:
    (story,), (delivery, *_) = rows(config, "stories", "list"), rows(config, "outbox", "list")
    watchlist = story["watchlists"][0]
    for command in (
        ["silences", "add", "--list", watchlist, "--for", "1h"],
        ["mark", story["id"], "relevant"],
        ["stories", "mute", story["id"]],
        ["outbox", "replay", delivery["id"]],
        ["receivers", "pause", delivery["receiver"]],
        ["receivers", "resume", delivery["receiver"]],
        ["receivers", "test", delivery["receiver"]],
        ["render", "--example", "alert"],
    ):
        result = run(desk, *command)

        assert result.exit_code == 0, (command, result.output, result.exception)
        assert "this command uses the last valid one" in result.stderr


def test_status_and_doctor_report_a_broken_configuration(broken: Path) -> None:
    break_file(broken, "straitwatch.yaml")
    status, doctor = run(broken, "status"), run(broken, "doctor", "--all")

    assert status.exit_code == doctor.exit_code == 1
    assert "1 feed, 0 failing; last poll" in status.stdout
    assert "CST" in status.stdout
    assert "configuration: 1 problem, so the last valid one is active" in doctor.stdout
    assert "database: sqlite" in doctor.stdout


def test_check_and_run_refuse_a_broken_configuration(broken: Path) -> None:
    break_file(broken, "feeds.yaml")

    assert run(broken, "check").exit_code == 2
    with pytest.raises(ConfigError):
        raise_error(run(broken, "run", "--once"))


def test_broken_configuration_without_a_database_is_an_error(broken: Path) -> None:
    settings = broken / "straitwatch.yaml"
    settings.write_text("database: sqlite:///elsewhere.db\n", encoding="utf-8")
    break_file(broken, "feeds.yaml")

    with pytest.raises(ConfigError, match=r"feeds\.yaml"):
        raise_error(run(broken, "status"))
