"""The command line starts quickly and completes its commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from straitwatch.cli.registry import COMMANDS
from straitwatch.clock import utc_now
from straitwatch.config import load_settings
from straitwatch.store import Store, save_config

HEAVY = (
    "sqlalchemy",
    "sqlalchemy.dialects.postgresql",
    "pydantic",
    "aiohttp",
    "apprise",
    "numpy",
    "yaml",
    "feedparser",
    "apscheduler",
    "jinja2",
    "straitwatch.core.match",
    "straitwatch.core.cluster",
)
SCRIPT = """
import sys
from straitwatch.cli import app
try:
    app(sys.argv[1:], prog_name="straitwatch")
except SystemExit:
    pass
print(*[name for name in {heavy} if name in sys.modules], file=sys.stderr)
"""


def imported(*arguments: str) -> list[str]:
    """Return the heavy modules that a command imports."""
    script = SCRIPT.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_help_and_version_import_no_heavy_module(option: str) -> None:
    assert imported(option) == []


def test_status_imports_only_the_store_and_the_configuration(desk: Path) -> None:
    settings = load_settings(desk, environ=os.environ)
    store = Store.open(settings.database, migrate=False)
    store.call(save_config, settings.version, settings.text, utc_now())  # the daemon accepted it
    store.close()

    assert imported("status", "--config", str(desk)) == ["sqlalchemy", "pydantic", "yaml"]


def completed(words: str) -> tuple[list[str], list[str]]:
    """Return the completions that bash gets for a command line, and the heavy modules."""
    environ = os.environ | {
        "_STRAITWATCH_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(heavy=HEAVY)],
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    return done.stdout.split(), done.stderr.split()


def test_completion_offers_every_command_and_imports_none() -> None:
    assert completed("straitwatch ") == (list(COMMANDS), ["pydantic"])  # typer imports it


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("straitwatch rec", ["receivers"]),
        ("straitwatch silences ", ["add", "list", "expire"]),
        ("straitwatch stories sp", ["split"]),
    ],
)
def test_completion_offers_commands_of_a_group(words: str, offered: list[str]) -> None:
    assert completed(words)[0] == offered


def test_completion_script_is_shown_for_bash() -> None:
    script = "from straitwatch.cli import app; app(prog_name='straitwatch')"
    done = subprocess.run(
        [sys.executable, "-c", script, "--show-completion", "bash"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "_STRAITWATCH_COMPLETE=complete_bash" in done.stdout
