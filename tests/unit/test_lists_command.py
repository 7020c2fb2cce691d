"""`straitwatch lists new` writes a watch-list that works and explains itself."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from straitwatch.cli import app
from straitwatch.config import load_config, writing
from straitwatch.core.match import run_examples
from straitwatch.errors import UsageError


def new(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ("lists", "new", *arguments, "--config", str(config)))


def test_new_list_is_valid_and_its_examples_pass(tmp_path: Path) -> None:
    result = new(tmp_path, "undersea-cables", "--term", "undersea cable", "--term", "海底電纜")

    loaded = load_config(tmp_path, environ={})
    (made,) = loaded.watchlists
    assert result.exit_code == 0, result.output
    assert (made.id, made.title) == ("undersea-cables", "Undersea cables")
    assert len(made.must_match) == 2
    assert run_examples(loaded.matcher, loaded.watchlists) == ()


@pytest.mark.parametrize("term", ["off", "100", "China's exports", "a#1 b"])
def test_new_list_quotes_what_yaml_would_misread(tmp_path: Path, term: str) -> None:
    new(tmp_path, "example-list", "--term", term, "--title", "Desk: one")

    text = (tmp_path / "watchlists/example-list.yaml").read_text(encoding="utf-8")
    assert load_config(tmp_path, environ={}).watchlists[0].title == "Desk: one"
    assert f"Report: {term}" in text


def test_new_list_takes_an_expression(tmp_path: Path) -> None:
    new(tmp_path, "jets", "--term", 'title:("F-16" AND Taipei)')

    (made,) = load_config(tmp_path, environ={}).watchlists
    assert made.must_match == ()


def test_new_list_never_replaces_another(tmp_path: Path) -> None:
    new(tmp_path, "cables")

    assert "already" in str(new(tmp_path, "cables").exception)


def test_bad_id_is_answered_with_a_good_one(tmp_path: Path) -> None:
    result = new(tmp_path, "Undersea Cables")

    assert isinstance(result.exception, UsageError)
    assert str(result.exception).endswith("hint: such as `undersea-cables`")


def test_term_that_is_no_expression_leaves_no_file(tmp_path: Path) -> None:
    result = new(tmp_path, "cables", "--term", "a AND b OR c")

    assert "without parentheses" in str(result.exception)
    assert not (tmp_path / "watchlists/cables.yaml").exists()


def test_read_only_mount_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mounted read-only; edit it outside"), writing(tmp_path):
        raise OSError(30, os.strerror(30), str(tmp_path / "feeds.yaml"))
