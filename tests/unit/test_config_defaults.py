"""Every default is written once: in the core, from which the schemas take it."""

from datetime import timedelta
from pathlib import Path

import pytest

from straitwatch.config import Config, load_config, reference_page
from straitwatch.config.scalars import read_duration, write_duration
from straitwatch.config.schemas.base import default_of
from straitwatch.core import policy
from straitwatch.core.model import (
    AlertPolicy,
    Canary,
    DigestPlan,
    DriverKind,
    Feed,
    PollPolicy,
    QuietHours,
    Receiver,
    Retention,
    Route,
    Severity,
    WatchList,
)

FEED = "feeds: [{name: CNA, url: 'https://cna.example/feed'}]\n"
LIST = "watchlists: [{id: strait, match: [strait]}]\n"


def load(directory: Path, settings: str, *, feeds: str = "", lists: str = "") -> Config:
    (directory / "straitwatch.yaml").write_text(settings, encoding="utf-8")
    (directory / "feeds.yaml").write_text(feeds, encoding="utf-8")
    (directory / "watchlists").mkdir()
    (directory / "watchlists/a.yaml").write_text(lists, encoding="utf-8")
    return load_config(directory, environ={})


def test_settings_that_are_left_out_have_the_defaults_of_the_core(tmp_path: Path) -> None:
    config = load(tmp_path, "")

    policy_without_routes = AlertPolicy(routes=config.alerts.routes)
    assert config.alerts == policy_without_routes
    assert config.polling == PollPolicy()
    assert config.retention == Retention()


def test_feed_has_the_defaults_of_the_core(tmp_path: Path) -> None:
    (feed,) = load(tmp_path, "", feeds=FEED).feeds

    assert feed == Feed(id=feed.id, name="CNA", url="https://cna.example/feed")


def test_watchlist_has_the_defaults_of_the_core(tmp_path: Path) -> None:
    (watchlist,) = load(tmp_path, "", lists=LIST).watchlists

    assert watchlist == WatchList(
        id="strait", title="strait", match=watchlist.match, position=watchlist.position
    )


def test_receiver_has_the_defaults_of_the_core(tmp_path: Path) -> None:
    config = load(tmp_path, "receivers: {desk: {url: 'json://desk.example'}}")

    assert config.receivers["desk"] == Receiver(name="desk", url="json://desk.example")


def test_route_has_the_defaults_of_the_core(tmp_path: Path) -> None:
    config = load(tmp_path, "routes: [{send: [terminal]}]")

    (route,) = config.alerts.routes
    assert route == Route(name="route-1", send=("terminal",), position=route.position)


def test_digest_quiet_hours_and_canary_have_the_defaults_of_the_core(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "digests: [{name: morning, at: '07:30'}]\n"
        "quiet_hours: {night: {from: '22:00', to: '06:00'}}\n"
        "canary: {}\n",
    )

    (digest,), (night,) = config.alerts.digests, config.alerts.quiet_hours
    assert digest == DigestPlan(name="morning", at=digest.at, timezone="UTC")
    assert night == QuietHours(name="night", starts=night.starts, ends=night.ends, timezone="UTC")
    assert night.hold == (Severity.LOW, Severity.NORMAL)
    assert config.canary == Canary()


def test_default_of_a_field_that_must_be_given_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"Feed\.name has no default"):
        default_of(Feed, "name")
    with pytest.raises(ValueError, match=r"Feed\.colour has no default"):
        default_of(Feed, "colour")


def test_reference_names_the_times_after_which_delivery_is_given_up() -> None:
    (row,) = [line for line in reference_page().splitlines() if "`give_up_after`" in line]

    for span in (
        policy.give_up_after(DriverKind.SLACK_BOT),
        policy.give_up_after(DriverKind.SMTP),
        policy.FALL_BACK_AFTER,
    ):
        assert write_duration(span) in row


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (45, "45s"), (90, "90s"), (600, "10m"), (172_800, "2d")]
)
def test_duration_is_written_as_it_is_read(seconds: int, text: str) -> None:
    span = timedelta(seconds=seconds)

    assert write_duration(span) == text
    assert read_duration(text) == span
