"""Run commands in this process, and define the feed of `config` in e2e/conftest.py."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from straitwatch.cli import app

HEADLINE = "Fleet crosses the Taiwan Strait at dawn"
ITEMS = (
    ("g1", HEADLINE, "Twelve ships passed through the Taiwan Strait on Monday."),
    ("g2", "Rain in the mountains", "It will last."),
)


def run(config: Path, *arguments: str) -> Result:
    arguments = (*arguments, "--config", str(config))
    return CliRunner().invoke(app, arguments)


def rows(config: Path, *arguments: str) -> list[dict]:
    result = run(config, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def raise_error(result: Result) -> None:
    assert result.exception
    raise result.exception
