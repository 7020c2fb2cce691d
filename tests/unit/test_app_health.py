"""The health watch: notices, canary, heartbeat and gauges."""

from datetime import timedelta

from structlog.testing import capture_logs

from builders.app import Desk, open_desk
from builders.store import make_alert
from servers.feeds import FeedServer, Page
from straitwatch import store as db


def gauge(desk: Desk, name: str, **labels: str) -> float | None:
    return desk.runtime.tools.metrics.registry.get_sample_value(f"straitwatch_{name}", labels)


async def fail_feed(desk: Desk) -> None:
    """Fail the polls of the feed until it counts as broken."""
    desk.feeds.answer("/wire", Page(status=404))
    for _ in range(3):
        await desk.poll()
        desk.clock.advance(hours=7)


def canary(server: FeedServer) -> dict:
    return {"every": "15m", "send": ["desk-slack"], "ping": server.url("/ping")}


async def test_health_watch_sends_one_notice_about_a_failing_feed(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await fail_feed(desk)

        await desk.app.health.watch()
        await desk.app.health.watch()

        assert len(desk.titles()) == 1
        assert "Example Wire" in str(desk.messages()[0].facts)


async def test_health_watch_logs_a_notice_that_has_no_receiver(tmp_path) -> None:
    async with open_desk(tmp_path, system={"send": []}) as desk:
        await fail_feed(desk)

        with capture_logs() as logs:
            await desk.app.health.watch()

        assert desk.titles() == []
        unsent = "health notice not sent: name a receiver in system.send"
        assert unsent in [line["event"] for line in logs]


async def test_health_watch_reports_a_violated_outbox_guarantee(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.call(db.add_alert, make_alert(), [])

        await desk.app.health.check_outbox()
        await desk.app.health.watch()

        assert gauge(desk, "outbox_broken_promises") == 1
        assert len(desk.titles()) == 1


async def test_health_watch_sends_a_canary_once_in_its_interval(tmp_path) -> None:
    async with FeedServer() as server:
        server.answer("/ping", Page(b"ok"))
        async with open_desk(tmp_path, canary=canary(server)) as desk:
            await desk.app.health.watch()
            await desk.app.health.watch()
            await desk.app.senders.run_all()

            assert len(desk.slack.messages) == 1
            assert "canary" in str(desk.slack.messages[0])


async def test_health_watch_pings_the_heartbeat_once_in_its_interval(tmp_path) -> None:
    async with FeedServer() as server:
        server.answer("/ping", Page(b"ok"))
        async with open_desk(tmp_path, canary=canary(server)) as desk:
            await desk.poll()
            for _ in range(2):
                await desk.app.health.watch()
                await desk.app.senders.run_all()
            assert server.paths() == ["/ping"]

            desk.clock.advance(minutes=15)
            await desk.app.health.watch()

            assert server.paths() == ["/ping", "/ping"]
            assert gauge(desk, "well") == 1


async def test_health_watch_repeats_a_ping_that_failed(tmp_path) -> None:
    async with FeedServer() as server:
        server.answer("/ping", Page(status=503), Page(b"ok"))
        async with open_desk(tmp_path, canary=canary(server)) as desk:
            for _ in range(3):
                await desk.app.health.watch()

            assert server.paths() == ["/ping", "/ping"]


async def test_health_watch_withholds_the_heartbeat_while_a_message_is_overdue(tmp_path) -> None:
    async with FeedServer() as server:
        server.answer("/ping", Page(b"ok"))
        async with open_desk(tmp_path, canary=canary(server)) as desk:
            desk.write_message("one")
            desk.clock.advance(minutes=16)

            await desk.app.health.watch()

            assert server.paths() == []
            assert gauge(desk, "well") == 0


async def test_health_watch_gauges_show_feeds_and_messages(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")
        desk.clock.advance(seconds=90)
        until = desk.clock() + timedelta(seconds=60)
        desk.call(db.hold_receiver, "desk-slack", until=until, reason="rate_limited")

        await desk.app.health.update_gauges()

        assert gauge(desk, "feeds", condition="configured") == 1
        assert gauge(desk, "deliveries", state="pending") == 1
        assert gauge(desk, "oldest_pending_seconds") == 90
        assert gauge(desk, "receiver_hold_seconds", receiver="desk-slack") == 60


async def test_health_watch_warns_once_while_every_feed_fails(tmp_path) -> None:
    feeds = {"Example Wire": "/wire", "Port News": "/missing"}
    async with open_desk(tmp_path, feeds=feeds) as desk:
        await fail_feed(desk)

        with capture_logs() as logs:
            await desk.app.health.update_gauges()
            await desk.app.health.update_gauges()

        assert [line["event"] for line in logs] == [
            "nearly every feed fails: check this machine's network"
        ]
