"""`straitwatch match`: JSON Lines in, the lists that fire out."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from straitwatch.cli import app

WATCHLIST = """\
terms:
  taiwan: [Taiwan, 台灣]
watchlists:
  - id: island
    title: The island
    match: [$taiwan AND drill]
    severity: [{level: high}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "a.yaml").write_text(WATCHLIST, encoding="utf-8")
    return tmp_path


def run(config: Path, *lines: object, as_json: bool = True) -> tuple[int, str]:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    source = config / "input.jsonl"
    source.write_text(text, encoding="utf-8")
    arguments = ["match", str(source), "--config", str(config), *(["--json"] if as_json else [])]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout


def test_line_is_answered_with_the_lists_that_fire(config: Path) -> None:
    status, out = run(
        config, {"id": 7, "title": "News", "summary": "Drills off 台湾", "lang": None}
    )

    assert status == 0
    assert json.loads(out) == {
        "id": 7,
        "matches": [
            {
                "watchlist": "island",
                "score": 10,
                "severity": "high",
                "hits": [
                    {"term": "drill", "field": "summary", "start": 0, "end": 6, "text": "Drills"},
                    {"term": "台灣", "field": "summary", "start": 11, "end": 13, "text": "台湾"},
                ],
            }
        ],
    }


def test_half_a_character_leaves_places_and_the_id_as_they_are(config: Path) -> None:
    status, out = run(config, r'{"id": "\ud83d", "title": "\ud83d drill \ud83d\ude00 Taiwan"}')

    answer = json.loads(out)
    hits = [(hit["term"], hit["start"]) for hit in answer["matches"][0]["hits"]]
    assert (status, answer["id"], hits) == (0, "\ud83d", [("drill", 2), ("Taiwan", 10)])


def test_lists_that_do_not_fire_are_not_named(config: Path) -> None:
    assert json.loads(run(config, {"id": "a", "title": "Weather"})[1]) == {"id": "a", "matches": []}


def test_bad_line_is_reported_the_rest_continues_and_the_status_is_one(config: Path) -> None:
    status, out = run(config, "no json", {"id": 1, "title": 5}, {"id": "b", "title": None})

    first, second, third = map(json.loads, out.splitlines())
    assert status == 1
    assert first["id"] is None
    assert "not JSON" in first["error"]
    assert "input.jsonl:2: title: expected text" in second["error"]
    assert third == {"id": "b", "matches": []}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"id": 1, "title": "News", "lang": "english"}, "lang: unknown language: english"),
        ({"id": [1], "title": "News"}, "id: a string or a number is needed"),
        ({"id": 1, "titel": "News"}, "title: a title, a summary or a content is needed"),
    ],
)
def test_line_without_a_usable_text_is_refused(
    config: Path, line: dict[str, object], error: str
) -> None:
    status, out = run(config, line)

    assert status == 1
    assert error in json.loads(out)["error"]


def test_unknown_language_is_refused_with_a_suggestion(config: Path) -> None:
    _, out = run(config, {"id": 1, "title": "News", "lang": "english"})

    assert json.loads(out)["error"].endswith("hint: did you mean `en`?")


def test_language_is_read_in_any_of_its_forms(config: Path) -> None:
    lists = WATCHLIST + "    languages: [zh-Hant]\n"
    (config / "watchlists" / "a.yaml").write_text(lists, encoding="utf-8")

    _, out = run(config, {"id": 1, "title": "Taiwan drill", "lang": "zh_TW"})

    assert json.loads(out)["matches"]


def test_help_names_the_keys_of_a_line(config: Path) -> None:
    shown = CliRunner().invoke(app, ["match", "--help"]).stdout

    assert all(key in shown for key in ("title", "summary", "content", "id", "lang", "source"))


def test_people_see_the_list_and_the_text(config: Path) -> None:
    _, out = run(config, {"id": 1, "title": "Taiwan drill"}, as_json=False)

    assert "island (high, 10 points)" in out
    assert "Taiwan drill" in out


def test_source_that_is_a_feed_supplies_its_subject(config: Path) -> None:
    feed = "{name: Island Post, url: 'https://example.org/f.xml', about: [Taiwan]}"
    (config / "feeds.yaml").write_text(f"feeds: [{feed}]", encoding="utf-8")
    line = {"id": 1, "title": "Drill begins"}

    _, out = run(config, {**line, "source": "Island Post"}, {**line, "source": "Elsewhere"})

    first, second = map(json.loads, out.splitlines())
    assert [hit["text"] for hit in first["matches"][0]["hits"]] == [
        "the feed is about Taiwan",
        "Drill",
    ]
    assert second["matches"] == []


def test_half_a_character_is_replaced_in_texts_and_echoed_in_ids(config: Path) -> None:
    status, out = run(config, {"id": "\ud800", "title": "\ud800 Taiwan drill \udc00"})
    (match,) = json.loads(out)["matches"]

    assert status == 0
    assert json.loads(out)["id"] == "\ud800"
    assert [(hit["text"], hit["start"]) for hit in match["hits"]] == [("Taiwan", 2), ("drill", 9)]
