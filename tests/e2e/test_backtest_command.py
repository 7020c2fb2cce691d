"""The `backtest` command on a store that the real pipeline filled."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from builders.configs import write_config
from commands import HEADLINE, rows, run

STRICTER = """\
watchlists:
  - id: taiwan-policy
    title: Taiwan policy
    match: [Taiwan Strait]
    noise: [{points: 5, when: dawn}]
"""
BROKEN_EXAMPLE = """\
watchlists:
  - {id: taiwan-policy, title: Taiwan policy, match: [Taiwan Strait], must_match: [A quiet day]}
"""


def test_changed_file_is_held_against_the_configuration_in_force(config, tmp_path) -> None:
    changed = tmp_path / "lists.yaml"
    changed.write_text(STRICTER, encoding="utf-8")

    found = rows(config, "backtest", str(changed), "--diff")

    (one,) = [row for row in found if row["kind"] == "list"]
    (sample,) = [row for row in found if row["kind"] == "sample"]
    assert (one["watchlist"], one["alerts_gained"], one["alerts_lost"]) == ("taiwan-policy", 0, 1)
    assert (sample["change"], sample["title"]) == ("lost", HEADLINE)
    assert sample["why"] == ["noise[0] -5: dawn"]


def test_changed_directory_and_a_git_revision_can_be_asked(config, tmp_path) -> None:
    other = tmp_path / "other"
    shutil.copytree(config, other)
    _git(other, "init", "--quiet")
    _git(other, "add", ".")
    _git(other, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first")
    (other / "watchlists/lists.yaml").write_text(STRICTER, encoding="utf-8")

    on_disk = rows(config, "backtest", str(other))
    committed = rows(other, "backtest", "git:HEAD")

    assert [row["kind"] for row in on_disk] == ["total"]
    assert [row["alerts_after"] for row in committed if row["kind"] == "list"] == [1]


def test_line_with_an_unknown_language_is_refused(config, tmp_path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text(
        '{"id": 1, "title": "Taiwan Strait", "lang": "english"}\n'
        '{"id": 2, "title": "Taiwan Strait", "lang": "en"}\n',
        encoding="utf-8",
    )

    result = run(config, "backtest", "--jsonl", str(file))

    assert result.exit_code == 1
    assert "old.jsonl:1: lang: unknown language: english" in result.stderr
    assert "1 entries" in result.stdout


def test_backtest_without_a_difference_counts_alerts_a_day(config) -> None:
    text = run(config, "backtest").stdout

    assert "taiwan-policy  1.0 alerts a day, 1 entries" in text
    assert HEADLINE in text


def test_failing_example_of_the_change_is_shown_and_fails(config, tmp_path) -> None:
    changed = tmp_path / "lists.yaml"
    changed.write_text(BROKEN_EXAMPLE, encoding="utf-8")

    result = run(config, "backtest", str(changed), "--diff")

    assert result.exit_code == 1
    assert "must match, but does not" in result.stdout


def test_entries_come_from_a_file_where_there_is_no_database(tmp_path) -> None:
    made = write_config(tmp_path, feeds={"Example Wire": "https://news.example/rss"})
    lines = [
        {"id": "a", "title": "Fleet in the Taiwan Strait", "ts": "2026-03-01"},
        {"id": "b", "title": "Carrier in the Taiwan Strait", "ts": "2026-03-11T00:00:00Z"},
    ]
    file = tmp_path / "old.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")

    found = rows(made, "backtest", "--jsonl", str(file))

    assert found[0]["entries_after"] == 2
    assert (found[-1]["entries"], found[-1]["days"]) == (2, 10.0)


@pytest.mark.parametrize(("source", "entries"), [("Example Wire", 1), ("Other Wire", 0)])
def test_source_of_a_file_is_the_feed_of_that_name(tmp_path, source, entries) -> None:
    lists = STRICTER.replace(
        "noise:", "sources: {include: [Example Wire], tags: [desk]}\n    noise:"
    )
    made = write_config(
        tmp_path, feeds={"Example Wire": "https://news.example/rss"}, watchlists=lists
    )
    feeds = (made / "feeds.yaml").read_text(encoding="utf-8")
    (made / "feeds.yaml").write_text(
        feeds.replace("- language: en", "- language: en\n  tags: [desk]"), encoding="utf-8"
    )
    file = tmp_path / "old.jsonl"
    line = {"id": "a", "title": "Fleet in the Taiwan Strait", "source": source}
    file.write_text(json.dumps(line) + "\n", encoding="utf-8")

    (row, *_) = rows(made, "backtest", "--jsonl", str(file))

    assert row.get("entries_after", 0) == entries


def test_bad_line_of_a_file_is_reported_and_the_rest_continues(tmp_path) -> None:
    made = write_config(tmp_path, feeds={"Example Wire": "https://news.example/rss"})
    file = tmp_path / "old.jsonl"
    file.write_text('nonsense\n{"title": "Fleet in the Taiwan Strait"}\n', encoding="utf-8")

    result = run(made, "backtest", "--jsonl", str(file))

    assert result.exit_code == 1
    assert "old.jsonl:1" in result.output
    assert "Fleet in the" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.yaml",), "git:REVISION"),
        (("git:nothing",), "git has no nothing"),
        (("--list", "unknown"), "no such watch-list"),
    ],
)
def test_file_that_cannot_be_compared_is_refused_with_a_hint(config, arguments, said) -> None:
    result = run(config, "backtest", *arguments)

    assert said in str(result.exception)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)
