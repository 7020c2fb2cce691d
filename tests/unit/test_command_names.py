"""Texts name only commands that exist, and the command line lists and suggests those."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

from straitwatch.cli import app
from straitwatch.cli.lazy import load_command
from straitwatch.cli.registry import COMMANDS
from straitwatch.errors import UsageError

ROOT = Path(__file__).parents[2]
WORD = "[a-z][a-z-]*"
TYPED = re.compile(
    rf"(?<![\\w./:-])straitwatch (?!straitwatch)({WORD})(?: ({WORD}))?(?![\\w.:=/-])"
)
SHORT = re.compile(rf"`({WORD}) ({WORD})[ `]")


def subcommands(name: str) -> list[str]:
    command = load_command(name)
    return list(command.commands) if isinstance(command, TyperGroup) else []


def unknown_commands(text: str) -> Iterator[str]:
    for name, subcommand in TYPED.findall(text):
        if name not in COMMANDS:
            yield name
        elif subcommand and subcommands(name) and subcommand not in subcommands(name):
            yield f"{name} {subcommand}"
    for name, subcommand in SHORT.findall(text):
        if name in COMMANDS and subcommands(name) and subcommand not in subcommands(name):
            yield f"{name} {subcommand}"


def literals(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return "\n".join(word for word in words if isinstance(word, str))


def comments(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line.partition("#")[2] for line in lines)


def texts() -> Iterator[tuple[Path, str]]:
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        yield path, path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("config/**/*.yaml"), ROOT / "compose.yaml"):
        yield path, comments(path)
    for path in ROOT.glob("daemon/**/*.py"):
        yield path, literals(path)


def test_texts_name_only_commands_that_exist() -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for path, text in texts()
        if (found := list(unknown_commands(text)))
    }

    assert wrong == {}


@pytest.mark.parametrize("text", ["`straitwatch receiver list`", "see `outbox check`"])
def test_command_that_does_not_exist_is_found_in_a_text(text: str) -> None:
    assert list(unknown_commands(text))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_line_of_the_table_is_that_of_the_command(name: str) -> None:
    first, *_ = (load_command(name).help or "").partition("\n")

    assert first == COMMANDS[name].help


def test_help_lists_commands_by_group_in_the_order_of_their_use() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout

    places = [text.index(f"─ {panel} ─") for panel in ("Use", "Tune", "Operate", "Develop")]
    assert places == sorted(places)
    assert all(re.search(rf"│ {name} ", text) for name in COMMANDS)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (["receiver", "list"], "no such command: receiver; did you mean `receivers`?"),
        (["alerts", "list"], "no such command: alerts; did you mean `stories alerts`?"),
        (["feeds", "heath"], "no such command: feeds heath; did you mean `feeds health`?"),
        (["xyzzy"], "no such command: xyzzy\nhint: see `straitwatch --help`"),
        (["db", "xyzzy"], "no such command: db xyzzy\nhint: see `straitwatch db --help`"),
    ],
)
def test_mistyped_command_is_answered_with_the_nearest_name(typed: list[str], answer: str) -> None:
    result = CliRunner().invoke(app, typed)

    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == answer
