"""Self-checks of the machine, the configuration and the database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from builders.app import HOOK, NOW, STORY, Desk, open_desk
from builders.configs import rss
from builders.store import damage, make_alert
from servers.feeds import Page
from straitwatch import store as db
from straitwatch.app.load import load
from straitwatch.core.model import Proxies
from straitwatch.doctor import Finding, check_proxies, examine


async def poll(desk: Desk) -> None:
    await desk.poll()


def findings_after(
    directory: Path, work: Callable[[Desk], Awaitable[None]] = poll, **settings: Any
) -> dict[str, Finding]:
    """Return the findings by name, five minutes after some work of a running daemon."""

    async def prepare() -> list[Finding]:
        async with open_desk(directory, **settings) as desk:
            await work(desk)
            desk.clock.advance(minutes=5)
            await desk.app.health.beat()
            return await asyncio.to_thread(
                lambda: list(examine(load(desk.config), now=desk.clock()))
            )

    return {finding.name: finding for finding in asyncio.run(prepare())}


def test_doctor_is_content_with_a_daemon_that_polls(tmp_path: Path) -> None:
    found = findings_after(tmp_path)

    assert [name for name, finding in found.items() if not finding.is_good] == []
    assert found["outbox"].text == "0 messages waiting, no contradiction"
    assert found["encoder"].text.startswith("unavailable: switched off")


def test_doctor_finds_a_database_that_does_not_exist_yet(tmp_path: Path) -> None:
    async def prepare() -> Path:
        async with open_desk(tmp_path) as desk:
            return desk.config

    config = asyncio.run(prepare())
    (tmp_path / "straitwatch.db").unlink()

    (database,) = [
        finding for finding in examine(load(config), now=NOW) if finding.name == "database"
    ]

    assert not database.is_good


def test_doctor_measures_the_disk_of_the_database(tmp_path: Path) -> None:
    found = findings_after(tmp_path)

    assert found["disk"].text.endswith(f" MB free in {tmp_path}")


def test_doctor_finds_a_daemon_that_has_not_polled_for_two_days(tmp_path: Path) -> None:
    async def stop_for_two_days(desk: Desk) -> None:
        await desk.poll()
        desk.clock.advance(days=2)

    found = findings_after(tmp_path, stop_for_two_days)

    assert not found["polls"].is_good
    assert found["daemon"].text.startswith("polling is late: 1 feed due since 01 Mar 20:")


def stopped(directory: Path) -> Path:
    """Start a daemon and let it go; return its configuration."""

    async def prepare() -> Path:
        async with open_desk(directory) as desk:
            await desk.poll()
            return desk.config

    return asyncio.run(prepare())


def finding(config: Path, name: str) -> Finding:
    return next(found for found in examine(load(config), now=NOW) if found.name == name)


def test_doctor_finds_a_daemon_that_does_not_run(tmp_path: Path) -> None:
    daemon = finding(stopped(tmp_path), "daemon")

    assert not daemon.is_good
    assert daemon.text == "not running since 01 Mar 20:00 CST"
    assert daemon.hint == "start it with `straitwatch run`"


def test_doctor_finds_damage_in_a_page_that_nobody_reads(tmp_path: Path) -> None:
    config = stopped(tmp_path)
    damage(tmp_path / "straitwatch.db", "mark")

    database = finding(config, "database")

    assert not database.is_good
    assert database.text.startswith("the database is damaged: ")
    assert "restore a backup" in database.hint


def test_doctor_shows_the_last_poll_in_the_zone_of_the_desk(tmp_path: Path) -> None:
    polls = findings_after(tmp_path, timezone="Asia/Taipei")["polls"]

    assert polls.text == "last 01 Mar 20:00 CST"


def test_doctor_names_a_failing_feed_with_its_failures(tmp_path: Path) -> None:
    async def fail(desk: Desk) -> None:
        desk.feeds.answer("/wire", Page(status=404))
        for _ in range(3):
            await desk.poll()
            desk.clock.advance(hours=7)

    feed = findings_after(tmp_path, fail)["feed Example Wire"]

    assert not feed.is_good
    assert feed.text.endswith("(3 failures in a row)")


def test_doctor_names_a_feed_without_news(tmp_path: Path) -> None:
    old = "<pubDate>Thu, 05 Dec 2024 10:00:00 GMT</pubDate>"

    async def poll_old(desk: Desk) -> None:
        document = rss(STORY).replace(b"</item>", f"{old}</item>".encode())
        desk.feeds.answer("/wire", Page(document))
        await desk.poll()

    found = findings_after(tmp_path, poll_old)["feeds without news"]

    assert (found.is_good, found.text) == (False, "1 stale: Example Wire")
    assert "its newest entry is of 05 Dec 2024" in found.hint


def test_doctor_counts_many_failing_feeds_by_cause(tmp_path: Path) -> None:
    works = {"Wire": "/wire", "Other Wire": "/wire?2"}
    paths = works | {f"Feed {number}": f"/{number}" for number in range(13)}

    async def fail(desk: Desk) -> None:
        desk.publish(STORY)
        for path in list(paths.values())[2:]:
            desk.feeds.answer(path, Page(status=404))
        await desk.poll()

    found = findings_after(tmp_path, fail, feeds=paths)

    assert found["feeds"].text.startswith("13 of 15 feeds are failing: ")
    assert found["feeds"].text.endswith(" (13)")
    assert "straitwatch feeds health" in found["feeds"].hint
    assert not [name for name in found if name.startswith("feed ")]


def test_doctor_warns_of_a_receiver_whose_buttons_do_not_work(tmp_path: Path) -> None:
    async def refuse_clicks(desk: Desk) -> None:
        await desk.poll()
        problems = {"desk-slack": "Slack refuses the app token: invalid_auth"}
        desk.call(db.save_button_problems, problems)

    receiver = findings_after(tmp_path, refuse_clicks)["receiver desk-slack"]

    assert receiver.is_warning
    assert "its buttons do not work" in receiver.text


def test_doctor_names_the_unset_variable_of_a_receiver(tmp_path: Path) -> None:
    receivers = {"desk-slack": {"url": HOOK}, "pager": {"url": "${UNSET_PAGER_URL}"}}

    receiver = findings_after(tmp_path, receivers=receivers)["receiver pager"]

    assert not receiver.is_good
    assert receiver.text == "UNSET_PAGER_URL is not set"


def test_doctor_names_each_contradiction_in_the_outbox(tmp_path: Path) -> None:
    async def contradict(desk: Desk) -> None:
        desk.call(db.add_alert, make_alert(), [])

    outbox = findings_after(tmp_path, contradict)["outbox"]

    assert not outbox.is_good
    assert "a1" in outbox.text


def test_doctor_counts_dead_letters(tmp_path: Path) -> None:
    async def give_up(desk: Desk) -> None:
        desk.write_message("one", receiver="former-desk")
        for _ in range(2):
            await desk.app.housekeeping.tend_outbox()
            desk.clock.advance(days=3)

    dead = findings_after(tmp_path, give_up)["dead letters"]

    assert (dead.is_good, dead.text) == (False, "1")


def test_doctor_names_the_proxy_without_its_password() -> None:
    address = "http://desk:secret@proxy.example:3128"
    proxies = Proxies(http=address, https=address, bypass=("a.example",), source="polling.proxy")

    assert check_proxies(proxies).text == (
        "http://***@proxy.example:3128, from polling.proxy; not for a.example"
    )


def test_doctor_says_that_there_is_no_proxy() -> None:
    assert check_proxies(Proxies()).text == "none"
