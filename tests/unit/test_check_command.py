"""`straitwatch check` as people and programs see it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from straitwatch.cli import app
from straitwatch.cli.problems import underline

LIST = """\
watchlists:
  - id: strait
    match: [Taiwan Strait]
    noise: [{points: 10, when: typhoon}]
    must_match: [A ship in the Taiwan Strait]
    must_not_match: [Typhoon over the Taiwan Strait]
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config/watchlists").mkdir(parents=True)
    return tmp_path / "config"


def check(config: Path, lists: str, *options: str) -> Result:
    (config / "watchlists/lists.yaml").write_text(lists, encoding="utf-8")
    return CliRunner().invoke(app, ["check", *options])


def test_good_configuration_gets_a_verdict_for_each_list(config: Path) -> None:
    result = check(config, LIST)

    assert result.exit_code == 0
    assert "strait  ok     1 must match, 1 must not match" in result.stdout
    assert "the configuration is good" in result.stdout


def test_problem_shows_its_line_with_a_caret_and_a_hint(config: Path) -> None:
    result = check(config, LIST.replace("    noise", "    nois"))

    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        "config/watchlists/lists.yaml:4:5: unknown key: nois",
        "      nois: [{points: 10, when: typhoon}]",
        "      ^",
        "hint: did you mean `noise`?",
        "1 problem",
        "examples and names in other files were not checked because of these problems",
    ]


def test_configuration_that_can_send_no_alert_gets_a_warning(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--config", str(tmp_path)])

    assert result.exit_code == 0
    assert "no feed is polled" in result.stdout
    assert "no watch-list is on" in result.stdout
    assert result.stdout.splitlines()[-1].endswith(", with 2 warnings")


def test_single_rule_is_shown_as_a_list_of_rules(config: Path) -> None:
    result = check(config, LIST + "    severity: high\n")

    assert "hint: write severity: [{level: high}]" in result.stdout


def test_many_unused_sets_share_one_warning(config: Path) -> None:
    sets = "".join(f"  set{number}: [word{number}]\n" for number in range(9))

    result = check(config, f"terms:\n{sets}{LIST}")

    assert result.stdout.count("no watch-list uses") == 1
    assert "9 of the term sets: set0, set1, set2 ..." in result.stdout


def test_failing_example_shows_points_and_words(config: Path) -> None:
    result = check(config, LIST.replace("typhoon}", "earthquake}"))

    assert result.exit_code == 2
    place = "config/watchlists/lists.yaml:6:22: strait: must not match, but does"
    assert place in result.stdout
    assert "Typhoon over the Taiwan Strait" in result.stdout
    assert "10 points, the threshold is 10" in result.stdout
    assert "match[0]      +10  Taiwan Strait" in result.stdout
    assert "strait  FAILS" in result.stdout


def test_missed_example_names_the_missing_term(config: Path) -> None:
    result = check(config, LIST.replace("A ship in", "A typhoon over"))

    assert result.exit_code == 2
    assert "strait: must match, but does not" in result.stdout
    assert "noise[0]      -10  typhoon" in result.stdout


def test_unset_variable_is_reported_without_failing(config: Path) -> None:
    (config / "straitwatch.yaml").write_text(
        "receivers: {desk: {url: '${NO_SUCH_URL}'}}\n", encoding="utf-8"
    )

    result = check(config, LIST)

    assert result.exit_code == 0
    assert "warning: desk: NO_SUCH_URL is not set" in result.stdout
    assert "hint: alerts are printed in the terminal until a receiver is usable" in result.stdout
    assert "receivers  2, 1 usable" in result.stdout


def test_messages_of_an_unset_receiver_wait_while_another_is_usable(
    config: Path,
) -> None:
    (config / "straitwatch.yaml").write_text(
        "receivers: {desk: {url: '${NO_SUCH_URL}'}, screen: {url: 'terminal://'}}\n"
        "routes: [{send: [desk, screen]}]\n",
        encoding="utf-8",
    )

    result = check(config, LIST)

    assert "hint: its messages wait until it is usable" in result.stdout


def test_json_output_has_one_object_a_line(config: Path) -> None:
    good = [json.loads(line) for line in check(config, LIST, "--json").stdout.splitlines()]
    bad = [json.loads(line) for line in check(config, "nonsense: 1", "--json").stdout.splitlines()]

    assert good[-1]["ok"] is True
    assert good[-1]["watchlists"]["strait"]["verdict"] == "ok"
    assert good[-1]["encoder"]
    assert (bad[0]["file"], bad[0]["line"]) == ("config/watchlists/lists.yaml", 1)
    assert bad[-1] == {"ok": False, "problems": 1}


def test_schemas_are_written_where_the_files_look(config: Path) -> None:
    check(config, LIST, "--write-schema")

    assert (config / "schema/watchlists.schema.json").is_file()


def test_caret_is_under_its_character_in_wide_scripts() -> None:
    line, caret = underline("  - 解放軍 and 台灣", 9)

    assert (line, caret) == ("  - 解放軍 and 台灣", " " * 11 + "^")


@pytest.mark.parametrize("mark", ["\u200b", "\u0301", "\u200d"])
def test_caret_is_under_its_character_after_zero_width_marks(mark: str) -> None:
    _, caret = underline(f"  - a{mark} and b", 11)

    assert caret == " " * 9 + "^"


def test_empty_file_of_lists_is_reported(config: Path) -> None:
    (config / "watchlists/mine.yaml").write_text("# soon\n", encoding="utf-8")

    result = check(config, LIST)

    assert result.exit_code == 0
    assert "mine.yaml:1:1: warning: this file is empty" in result.output


def test_long_line_is_cut_around_the_mistake() -> None:
    line, caret = underline("x" * 300 + "!" + "y" * 300, 301)

    assert len(line) <= 102
    assert line[len(caret) - 1] == "!"
