"""Every mistake gets its place, its own words and something to do about it.

The cases are files: `Description:`, one `Expect:` and perhaps `Hint:` for each problem in order,
then the files of the configuration, each after `=== name`.
"""

import re
from pathlib import Path

import pytest

from straitwatch.config import load_config
from straitwatch.errors import ConfigError

CASES = sorted((Path(__file__).parent / "broken_configs").glob("*.txt"))


def read_case(path: Path) -> tuple[list[tuple[str, str | None]], dict[str, str]]:
    head, *parts = re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    expected: list[tuple[str, str | None]] = []
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        if key == "Expect":
            expected.append((value, None))
        if key == "Hint":
            expected[-1] = (expected[-1][0], value)
    files = dict(part.split("\n", 1) for part in parts)
    return expected, files


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_broken_configuration_is_refused_with_place_and_hint(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, files = read_case(path)
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError) as caught:
        load_config(Path(), environ={})

    told = [str(problem).partition("\nhint: ") for problem in caught.value.problems]
    assert [
        (what, hint if wanted is not None else None)
        for (what, _, hint), (_, wanted) in zip(told, expected, strict=True)
    ] == expected


def test_bytes_that_are_not_utf8_are_reported_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_bytes(b"feeds:\n  - {name: \xa4\xa4\xa5\xa1}\n")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, environ={})

    (problem,) = caught.value.problems
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (2, 12)
    assert problem.message == "not UTF-8: byte 0xa4 cannot be read"


def test_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "straitwatch.yaml").write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(ConfigError, match="anchors and aliases make this file too large"):
        load_config(tmp_path, environ={})


def test_value_that_holds_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text("people: &p {a: *p}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="anchors and aliases make this file too large"):
        load_config(tmp_path, environ={})


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 3000, "- " * 5000 + "x"])
def test_deep_nesting_is_refused_and_does_not_crash(tmp_path: Path, text: str) -> None:
    (tmp_path / "feeds.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError):
        load_config(tmp_path, environ={})


def test_missing_directory_is_not_an_empty_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory"):
        load_config(tmp_path / "nowhere", environ={})
