"""Loading a configuration with its receivers checked by their drivers."""

from pathlib import Path

import pytest

from builders.configs import write_config
from straitwatch.app.load import config_option, load, load_to_run
from straitwatch.config import DEFAULT_CONFIG
from straitwatch.errors import ConfigError


def write(directory: Path, *, match: str = "[Taiwan Strait]", **settings: object) -> Path:
    lists = f"watchlists: [{{id: a, title: A, match: {match}, must_match: [Rain in spring]}}]\n"
    feeds = {"Example Wire": "https://wire.example/rss"}
    return write_config(directory, feeds=feeds, watchlists=lists, **settings)


def test_load_accepts_a_failing_example_and_load_to_run_rejects_it(tmp_path: Path) -> None:
    config = write(tmp_path)

    assert load(config).watchlists
    with pytest.raises(ConfigError, match="a: this example must match, and it does not"):
        load_to_run(config)


def test_load_to_run_accepts_passing_examples(tmp_path: Path) -> None:
    assert load_to_run(write(tmp_path, match="[Rain]")).watchlists


def test_load_rejects_a_receiver_that_its_driver_rejects(tmp_path: Path) -> None:
    config = write(tmp_path, receivers={"desk": {"url": "slack://half-a-token"}})

    with pytest.raises(ConfigError, match=r"straitwatch.yaml:.*desk: "):
        load(config)


def test_config_option_names_a_directory_that_commands_do_not_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    assert config_option(DEFAULT_CONFIG) == ""
    assert config_option(tmp_path / "my desk") == f"--config '{tmp_path / 'my desk'}'"
