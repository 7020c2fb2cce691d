"""`straitwatch render`: look at a message before anybody gets it."""

import json
from pathlib import Path

import pytest

from builders.configs import write_config
from commands import run
from straitwatch.core.render import EXAMPLES
from straitwatch.errors import UsageError


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, feeds={})


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("form", ["slack", "mail", "html", "text"])
def test_every_example_is_shown_and_says_that_it_is_one(config: Path, name, form) -> None:
    shown = run(config, "render", "--example", name, "--as", form)

    assert shown.exit_code == 0, shown.output
    assert "xample" in shown.stdout


def test_slack_message_is_shown_as_the_json_that_is_sent(config: Path) -> None:
    message = json.loads(run(config, "render", "--example", "alert", "--as", "slack").stdout)

    assert {"text", "blocks", "metadata"} <= set(message)


def test_persons_own_template_is_used(config: Path) -> None:
    folder = config / "templates/text"
    folder.mkdir(parents=True)
    (folder / "alert.j2").write_text("{% block title %}Desk: {{ severity }}{% endblock %}")

    assert "Desk: high" in run(config, "render", "--example", "alert").stdout


def test_message_can_be_written_to_a_file(config: Path, tmp_path: Path) -> None:
    target = tmp_path / "alert.html"

    run(config, "render", "--example", "alert", "--as", "html", "--output", str(target))

    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_render_needs_exactly_one_message(config: Path) -> None:
    refused = run(config, "render")

    assert isinstance(refused.exception, UsageError)


def test_file_that_cannot_be_written_is_named(config: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "alert.html"

    refused = run(config, "render", "--example", "alert", "--output", str(missing))

    assert isinstance(refused.exception, UsageError)
    assert f"{missing} cannot be written: No such file or directory" in str(refused.exception)
