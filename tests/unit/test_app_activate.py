"""A configuration made ready to use: drivers, rules, fallbacks."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from builders.app import HOOK
from builders.configs import write_config
from straitwatch.app.activate import Active, activate
from straitwatch.app.load import load

MAIL = "mailtos://mail.example?from=watch@example.org&to=a@example.org,b@example.org"


def activated(directory: Path, receivers: dict[str, Any], **settings: Any) -> Active:
    feeds = {"Example Wire": "https://wire.example/rss"}
    return activate(load(write_config(directory, feeds=feeds, receivers=receivers, **settings)))


def test_activate_opens_no_driver_for_a_receiver_that_is_not_set_up(tmp_path: Path) -> None:
    active = activated(tmp_path, {"slack": {"url": HOOK}, "pager": {"url": "${UNSET_PAGER_URL}"}})

    assert sorted(active.drivers) == ["slack", "terminal"]
    assert active.rules.give_up["pager"] == timedelta(hours=48)


def test_activate_tries_mail_longer_than_slack(tmp_path: Path) -> None:
    rules = activated(tmp_path, {"slack": {"url": HOOK}, "mail": {"url": MAIL}}).rules

    assert rules.give_up["slack"] == timedelta(hours=24)
    assert rules.give_up["mail"] == timedelta(hours=48)


def test_activate_prefers_the_configured_time_to_give_up(tmp_path: Path) -> None:
    receivers = {"slack": {"url": HOOK, "give_up_after": "3h"}}

    assert activated(tmp_path, receivers).rules.give_up["slack"] == timedelta(hours=3)


def test_activate_does_not_try_a_message_with_a_fallback_for_a_day(tmp_path: Path) -> None:
    receivers = {"slack": {"url": HOOK, "fallback": "mail"}, "mail": {"url": MAIL}}

    assert activated(tmp_path, receivers).rules.give_up["slack"] == timedelta(minutes=30)


def test_activate_ignores_a_fallback_that_is_not_set_up(tmp_path: Path) -> None:
    unset = {"url": "${UNSET_MAIL_URL}"}
    receivers = {"slack": {"url": HOOK, "fallback": "mail"}, "mail": unset}

    rules = activated(tmp_path, receivers).rules

    assert rules.fallbacks == {}
    assert rules.give_up["slack"] == timedelta(hours=24)


def test_activate_gives_a_fallback_its_own_recipients_and_time(tmp_path: Path) -> None:
    receivers = {"slack": {"url": HOOK, "fallback": "mail"}, "mail": {"url": MAIL}}

    fallbacks = activated(tmp_path, receivers).rules.fallbacks

    assert list(fallbacks) == ["slack"]
    assert fallbacks["slack"].recipients == ("a@example.org", "b@example.org")
    assert fallbacks["slack"].give_up_after == timedelta(hours=48)


def test_activate_leaves_out_feeds_that_are_switched_off(tmp_path: Path) -> None:
    feeds = {"On": "https://on.example/rss", "Off": "https://off.example/rss"}
    config = write_config(tmp_path, feeds=feeds)
    rows = yaml.safe_load((config / "feeds.yaml").read_text())
    rows["feeds"][1]["enabled"] = False
    (config / "feeds.yaml").write_text(yaml.safe_dump(rows))

    active = activate(load(config))

    assert [feed.name for feed in active.feeds.values()] == ["On"]


def test_activate_names_the_receivers_that_must_not_resend(tmp_path: Path) -> None:
    receivers = {"slack": {"url": HOOK}, "pager": {"url": HOOK, "on_unsure": "hold"}}

    assert activated(tmp_path, receivers).no_resend_receivers == ["pager"]
