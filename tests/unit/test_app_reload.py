"""A reload adopts a valid configuration; with an invalid one, the daemon keeps the old one."""

from pathlib import Path

import yaml
from structlog.testing import capture_logs

from builders.app import Desk, open_desk
from servers.feeds import Page

GOOD = "match: [Taiwan Strait]"
LOOPBACK = {"allow_private_addresses": True}
BROKEN = "match: [(Taiwan OR]"


def edit_lists(desk: Desk, before: str, after: str) -> None:
    path = desk.config / "watchlists/lists.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def edit_settings(desk: Desk, **settings: object) -> None:
    path = desk.config / "straitwatch.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | settings))


def reload_ok(desk: Desk) -> float | None:
    name = "straitwatch_config_last_reload_successful"
    return desk.runtime.tools.metrics.registry.get_sample_value(name)


async def test_reload_swaps_in_the_changed_watch_lists(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        before = desk.runtime.active
        edit_lists(desk, "title: Taiwan policy", "title: Taiwan")

        assert await desk.app.reloader.reload()

        assert desk.runtime.active is not before
        assert desk.runtime.active.rules.titles["taiwan-policy"] == "Taiwan"


async def test_reload_keeps_the_active_configuration_if_the_new_one_is_invalid(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        before = desk.runtime.active
        edit_lists(desk, GOOD, BROKEN)

        assert not await desk.app.reloader.reload()

        assert desk.runtime.active is before
        assert reload_ok(desk) == 0


async def test_reload_rejects_a_configuration_whose_examples_fail(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        edit_lists(desk, GOOD, f"{GOOD}\n    must_match: [Rain in spring]")

        assert not await desk.app.reloader.reload()


async def test_reload_keeps_the_feeds_while_their_file_is_missing(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        feeds = desk.config / "feeds.yaml"
        away = feeds.rename(tmp_path / "away")

        assert not await desk.app.reloader.reload()

        assert [feed.name for feed in desk.runtime.active.config.feeds] == ["Example Wire"]
        Path(away).rename(feeds)
        assert await desk.app.reloader.reload()


async def test_reload_reports_an_invalid_configuration_once_and_then_its_end(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        edit_lists(desk, GOOD, BROKEN)
        await desk.app.reloader.reload()
        edit_lists(desk, BROKEN, f"{BROKEN}]")
        await desk.app.reloader.reload()
        edit_lists(desk, f"{BROKEN}]", GOOD)
        await desk.app.reloader.reload()

        assert desk.titles() == [
            "Invalid configuration; the previous one stays active",
            "The configuration is valid again",
        ]
        first, last = desk.messages()
        assert "lists.yaml:4:" in str(first.facts)
        assert " CST." in str(last.facts)
        assert reload_ok(desk) == 1


async def test_reload_waits_until_the_files_stay_the_same(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        before = desk.runtime.active
        edit_lists(desk, "title: Taiwan policy", "title: Taiwan")

        await desk.app.reloader.watch()
        assert desk.runtime.active is before

        await desk.app.reloader.watch()
        assert desk.runtime.active is not before


async def test_reload_reads_invalid_files_again_only_after_a_change(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        edit_lists(desk, GOOD, BROKEN)

        with capture_logs() as logs:
            for _ in range(4):
                await desk.app.reloader.watch()

        assert [line["log_level"] for line in logs] == ["error"]


async def test_reload_fetches_with_the_new_polling_settings(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        before = desk.runtime.tools.fetcher
        edit_settings(desk, polling={"contact": "desk@example.org"})

        assert await desk.app.reloader.reload()

        assert desk.runtime.tools.fetcher is not before


async def test_reload_brings_the_next_poll_forward_with_a_shorter_interval(tmp_path) -> None:
    async with open_desk(tmp_path, polling={"interval": "2h"} | LOOPBACK) as desk:
        await desk.poll()
        edit_settings(desk, polling={"interval": "5m"} | LOOPBACK)

        assert await desk.app.reloader.reload()

        desk.clock.advance(minutes=5)
        await desk.poll()
        assert len(desk.feeds.requests) == 2


async def test_reload_leaves_a_failing_feed_its_back_off(tmp_path) -> None:
    async with open_desk(tmp_path, polling={"interval": "2h"} | LOOPBACK) as desk:
        desk.feeds.answer("/wire", Page(status=503))
        await desk.poll()
        edit_settings(desk, polling={"interval": "5m"} | LOOPBACK)

        assert await desk.app.reloader.reload()

        desk.clock.advance(minutes=5)
        await desk.poll()
        assert len(desk.feeds.requests) == 1


async def test_reload_names_the_settings_that_need_a_restart(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        edit_settings(desk, web={"listen": ""})

        with capture_logs() as logs:
            assert await desk.app.reloader.reload()

        assert [line["setting"] for line in logs if "setting" in line] == ["web_listen"]
