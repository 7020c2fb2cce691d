"""Loads a configuration with its receivers checked by their drivers."""

import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from straitwatch.config import Config, load_config
from straitwatch.core.match import ExampleFailure, run_examples
from straitwatch.core.model import Problem
from straitwatch.core.plural import score_words
from straitwatch.deliver import validate_receiver
from straitwatch.errors import ConfigError
from straitwatch.places import find_config


def load(directory: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Load a configuration for a command.

    Raises:
        ConfigError: with every problem at once.
    """
    return load_config(
        directory,
        environ=os.environ if environ is None else environ,
        validate_receiver=validate_receiver,
    )


def load_to_run(directory: Path) -> Config:
    """Load a configuration for the daemon: the examples of its watch-lists must pass too.

    Raises:
        ConfigError: with every problem at once.
    """
    config = load(directory)
    failures = run_examples(config.matcher, config.watchlists)
    if failures:
        raise ConfigError([_example_problem(failure) for failure in failures])
    return config


def config_option(directory: Path) -> str:
    """Return the `--config` option that a command needs, "" if it finds the directory itself."""
    with suppress(OSError):  # a directory that this user cannot read, so commands need the option
        found = find_config(os.environ)
        if directory.resolve() == found.resolve():
            return ""
    return f"--config {shlex.quote(str(directory.resolve()))}"


def _example_problem(failure: ExampleFailure) -> Problem:
    expected, actual = ("match", "does not") if failure.expected else ("not match", "does")
    points = score_words(failure.explanation.score, failure.explanation.threshold)
    return Problem(
        position=failure.example.position,
        message=f"{failure.watchlist}: this example must {expected}, and it {actual} ({points})",
        hint="`straitwatch check` shows which rule gave which points",
    )
