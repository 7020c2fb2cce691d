"""Settings are the configuration without its compiled watch-lists."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from builders.configs import write_config
from commands import run
from straitwatch.clock import utc_now
from straitwatch.config import Settings, kept_settings, load_config, load_settings
from straitwatch.errors import ConfigError
from straitwatch.shipped import shipped
from straitwatch.store import Store, save_config


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, feeds={"Example Wire": "https://news.example/rss"})


def test_settings_have_every_value_of_the_configuration(config: Path) -> None:
    settings = load_settings(config, environ=os.environ)
    whole = load_config(config, environ=os.environ)

    names = [field.name for field in fields(Settings)]
    assert [name for name in names if getattr(settings, name) != getattr(whole, name)] == []


def test_settings_do_not_look_into_queries(config: Path) -> None:
    (config / "watchlists/lists.yaml").write_text(
        "watchlists: [{id: strait, match: ['(Taiwan']}]", encoding="utf-8"
    )

    assert load_settings(config, environ=os.environ).watchlists[0].id == "strait"
    with pytest.raises(ConfigError, match="strait"):
        load_config(config, environ=os.environ)


def test_settings_refuse_every_other_problem(config: Path) -> None:
    (config / "feeds.yaml").write_text("feeds: [{name: Wire}]", encoding="utf-8")

    with pytest.raises(ConfigError, match="url"):
        load_settings(config, environ=os.environ)


def test_command_trusts_lists_that_the_daemon_has_accepted(config: Path, tmp_path: Path) -> None:
    (config / "watchlists/lists.yaml").write_text(
        "watchlists: [{id: strait, match: ['(Taiwan']}]", encoding="utf-8"
    )
    settings = load_settings(config, environ=os.environ)
    store = Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}")
    before = run(config, "stories", "list")
    store.call(save_config, settings.version, settings.text, utc_now())
    store.close()

    assert "warning: the configuration has 1 problem" in before.stderr
    assert run(config, "stories", "list").stderr == ""


def test_stored_configuration_is_read_with_the_secrets_of_the_directory(tmp_path: Path) -> None:
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    receivers = {"plain": {"url": url}, "named": {"url": "${DESK_URL}"}}
    config = write_config(tmp_path, feeds={"Wire": "https://w.example/rss"}, receivers=receivers)
    environ = {"DESK_URL": url}
    stored = load_settings(config, environ=environ)
    (config / "straitwatch.yaml").write_text(f"database: {stored.database}\nurk: [", "utf-8")

    kept = kept_settings(stored.text, config, environ=environ)

    assert (kept.database, kept.timezone) == (stored.database, stored.timezone)
    assert kept.feeds == stored.feeds
    assert kept.receivers["named"].mark == stored.receivers["named"].mark
    assert kept.receivers["plain"].mark == ""  # unknown: it fits any history


@pytest.mark.parametrize(
    "token", ["${DESK_TOKEN}", "${DESK_TOKEN:-}", "a-token-that-is-long-enough"]
)
def test_stored_configuration_with_a_token_can_be_read(tmp_path: Path, token: str) -> None:
    feeds = {"Wire": "https://w.example/rss"}
    web = {"listen": "127.0.0.1:0", "token": token}
    canary = {"every": "1h", "send": ["terminal"], "ping": "https://ping.example/secret"}
    config = write_config(tmp_path, feeds=feeds, web=web, canary=canary)
    environ = {"DESK_TOKEN": "the-token-of-the-environment"}
    stored = load_settings(config, environ=environ)

    kept = kept_settings(stored.text, config, environ=environ)

    is_in_clear = token.startswith("a-")
    assert (token in stored.text) is not is_in_clear
    assert kept.web_access.token == ("" if is_in_clear else "the-token-of-the-environment")


def test_stored_configuration_with_a_header_of_a_feed_can_be_read(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    feed = "{name: Wire, url: 'https://w.example/rss', headers: {Authorization: Bearer abc}}"
    (config / "feeds.yaml").write_text(f"feeds: [{feed}]", encoding="utf-8")
    stored = load_settings(config, environ={})

    (kept,) = kept_settings(stored.text, config, environ={}).feeds

    assert "abc" not in stored.text
    assert kept.id == stored.feeds[0].id


def test_stored_configuration_with_the_shipped_files_can_be_read() -> None:
    stored = load_settings(shipped("config"), environ={})

    kept = kept_settings(stored.text, shipped("config"), environ={})

    assert [feed.id for feed in kept.feeds] == [feed.id for feed in stored.feeds]
    assert [one.id for one in kept.watchlists] == [one.id for one in stored.watchlists]
