"""Silences by command: their matches, authors and ends."""

import json
from pathlib import Path

import pytest

from commands import rows, run
from straitwatch.errors import UsageError


def silenced(config: Path, *options: str) -> dict:
    (row,) = rows(config, "silences", "add", *options)
    return row


def test_silence_is_listed_with_its_author_and_reason_until_it_is_ended(config: Path) -> None:
    made = silenced(config, "--tag", "sport", "--for", "4h", "--reason", "games", "--author", "lin")

    text = run(config, "silences", "list").stdout
    ended = run(config, "silences", "expire", made["id"])

    assert all(word in text for word in (made["id"], "tag sport", "lin", "games"))
    assert ended.exit_code == 0
    assert "no silences" in run(config, "silences", "list").stdout


def test_status_lists_silences(config: Path) -> None:
    made = silenced(config, "--severity", "low", "--for", "1h", "--reason", "holiday")

    text = run(config, "status").stdout
    run(config, "silences", "expire", made["id"])

    assert "severity low" in text
    assert "holiday" in text


def test_ended_silence_cannot_be_ended_again(config: Path) -> None:
    made = silenced(config, "--tag", "sport", "--for", "4h")
    run(config, "silences", "expire", made["id"])

    again = run(config, "silences", "expire", made["id"])

    assert again.exit_code == 1
    assert f"no active silence: {made['id']}" in again.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--for", "4h"], "a silence needs a condition"),
        (["--tag", "sport"], "how long?"),
        (["--language", "english", "--for", "4h"], "hint: did you mean `en`?"),
        (["--tag", "sport", "--for", "soon"], "hint: --for 4h"),
        (["--tag", "sport", "--until", "2020-01-01"], "has passed"),
        (["--list", "taiwan-polic", "--for", "4h"], "no such watch-list: taiwan-polic"),
    ],
)
def test_invalid_silence_is_refused(config: Path, options, message) -> None:
    refused = run(config, "silences", "add", *options)

    assert isinstance(refused.exception, UsageError)
    assert message in str(refused.exception)


@pytest.mark.parametrize(
    ("option", "problem"), [("--for", "not a duration: 4x"), ("--until", "not a date: 4x")]
)
def test_wrong_end_is_named_once(config: Path, option: str, problem: str) -> None:
    refused = run(config, "silences", "add", "--tag", "sport", option, "4x")

    assert str(refused.exception).splitlines()[0] == problem


def test_tag_without_a_feed_is_reported(config: Path) -> None:
    result = run(config, "silences", "add", "--tag", "sprot", "--for", "1h", "--json")

    assert result.exit_code == 0
    assert "no feed has the tag sprot" in result.stderr
    run(config, "silences", "expire", json.loads(result.stdout)["id"])


def test_muted_story_lists_the_mute_until_it_is_undone(config: Path) -> None:
    story = rows(config, "stories", "list")[0]["id"]
    made = silenced(config, "--story", story, "--for", "2d", "--reason", "known", "--author", "lin")
    (shown,) = rows(config, "stories", "show", story)
    text = run(config, "stories", "show", story).stdout

    undone = run(config, "stories", "undo", made["id"])

    (action,) = shown["actions"]
    assert (action["id"], action["kind"], action["author"]) == (made["id"], "mute_story", "lin")
    assert "lin muted the story until" in text
    assert undone.stdout == "undone: lin muted the story\n"
    assert "no silences" in run(config, "silences", "list").stdout
