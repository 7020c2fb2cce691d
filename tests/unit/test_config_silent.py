"""Mistakes without an error of their own are reported with place and correction."""

from pathlib import Path

import pytest

from straitwatch.config import load_config
from straitwatch.errors import ConfigError

LIST = "watchlists:\n  - id: harbor\n    match: [harbor]\n"
FEED = "feeds:\n  - {name: Wire, url: 'https://h.example/rss', stance: state, tags: [asia]}\n"


def _write(directory: Path, **files: str) -> Path:
    for name, text in {"watchlists/harbor.yaml": LIST, "feeds.yaml": FEED, **files}.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return directory


def _notices(directory: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> list[str]:
    _write(directory, **files)
    monkeypatch.chdir(directory)
    return [str(notice) for notice in load_config(Path(), environ={}).notices]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("watchlists/more.txt", "ends in .yaml"),
        ("watchlists/more.yaml.txt", "ends in .yaml"),
        ("watchlists/MORE.YAML", "ends in .yaml"),
        ("terms/asia/places.yaml", "folders inside are not read"),
        ("watch-lists/more.yaml", "did you mean `watchlists`?"),
        ("feed.yaml", "did you mean `feeds.yaml`?"),
        ("straitwatch.yml", "did you mean `straitwatch.yaml`?"),
        ("places.yaml", "term sets belong to terms/"),
    ],
)
def test_file_or_folder_that_is_not_read_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    (notice,) = _notices(tmp_path, monkeypatch, **{name: LIST.replace("harbor", "other")})

    assert "is not read" in notice
    assert hint in notice


@pytest.mark.parametrize(
    "name", ["watchlists/README.md", "watchlists/harbor.yaml.bak", "watchlists/.harbor.yaml.swp", "notes.txt", "data/x.db"]
)  # fmt: skip
def test_notes_and_copies_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert _notices(tmp_path, monkeypatch, **{name: "x"}) == []


@pytest.mark.parametrize(
    ("key", "written", "message", "hint"),
    [
        ("languages", "[english]", "unknown language: english", "did you mean `en`?"),
        ("languages", "[Englsh]", "unknown language: Englsh", "did you mean `en`?"),
        ("languages", "[cn]", "unknown language: cn", "did you mean `zh`?"),
        ("languages", "[ua]", "unknown language: ua", "did you mean `uk`?"),
        ("languages", "[日文]", "unknown language: 日文", "did you mean `ja`?"),
        ("languages", "[xq]", "unknown language: xq", "such as en"),
        ("languages", "[zh、en]", "`、` does not separate labels", "write [zh, en]"),
        ("countries", "[UK]", "unknown country: UK", "did you mean `GB`?"),
        ("countries", "[tw]", "unknown country: tw", "did you mean `TW`?"),
        ("sources", "{stances: [offical]}", "unknown stance: offical", "did you mean `official`?"),
        ("sources", "{stances: [State]}", "unknown stance: State", "did you mean `state`?"),
        ("sources", "{tags: [asia，navy]}", "`，` does not separate labels", "write [asia, navy]"),
    ],
)
def test_wrong_code_or_label_is_refused(
    tmp_path: Path, key: str, written: str, message: str, hint: str
) -> None:
    _write(tmp_path, **{"watchlists/harbor.yaml": f"{LIST}    {key}: {written}\n"})

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, environ={})

    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint
    assert problem.position is not None
    assert problem.position.line == 4


@pytest.mark.parametrize(
    ("written", "tag"), [("zh-TW", "zh-Hant"), ("EN", "en"), ("en_US", "en-us"), ("yue", "yue")]
)
def test_language_tag_takes_the_form_that_entries_have(
    tmp_path: Path, written: str, tag: str
) -> None:
    _write(tmp_path, **{"watchlists/harbor.yaml": f"{LIST}    languages: [{written}]\n"})

    assert load_config(tmp_path, environ={}).watchlists[0].languages == (tag,)


def test_invalid_id_gets_a_suggestion(tmp_path: Path) -> None:
    _write(tmp_path, **{"watchlists/harbor.yaml": LIST.replace("id: harbor", "id: Harbor Watch")})

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, environ={})

    assert caught.value.problems[0].hint == "did you mean `harbor-watch`?"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("{tags: [aisa]}", "no feed has the tag aisa"),
        ("{stances: [party]}", "no feed has the stance party"),
    ],
)
def test_label_without_a_feed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, message: str
) -> None:
    lists = {"watchlists/harbor.yaml": f"{LIST}    sources: {asked}\n"}

    (notice,) = _notices(tmp_path, monkeypatch, **lists)

    assert message in notice
    assert notice.startswith("watchlists/harbor.yaml:4:")


def test_separators_inside_a_term_are_reported_unless_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'watchlists:\n  - id: a\n    match: [$x]\nterms:\n  x: [港口、海峽, "Lima, Peru"]\n'

    (notice,) = _notices(tmp_path, monkeypatch, **{"watchlists/harbor.yaml": text})

    assert notice.startswith("watchlists/harbor.yaml:5:9: warning: 、 is not a separator")
