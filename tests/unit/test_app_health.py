"""The health watch: notices, canary, heartbeat and gauges."""

import socket
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from builders.app import HOOK, Desk, open_desk
from builders.configs import write_config
from builders.store import damage, make_alert
from servers.feeds import FeedServer, Page
from straitwatch import store as db
from straitwatch.errors import StoreDamaged, StoreUnavailable


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
            await desk.poll()
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


async def test_health_watch_gauge_shows_since_when_a_receiver_is_unreachable(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    receivers = {"desk-slack": {"url": HOOK, "base_url": closed}}
    async with open_desk(tmp_path, receivers=receivers) as desk:
        desk.write_message("one")
        for _ in range(3):
            await desk.app.senders.run_all()
            desk.clock.advance(minutes=6)

        await desk.app.health.update_gauges()

        assert gauge(desk, "receiver_broken_seconds", receiver="desk-slack") == 18 * 60


async def test_health_watch_gauge_tells_a_rate_limit_from_a_broken_receiver(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        until = desk.clock() + timedelta(hours=1)
        desk.call(db.hold_receiver, "desk-slack", until=until, reason="rate_limited")

        await desk.app.health.update_gauges()

        assert gauge(desk, "receiver_broken_seconds", receiver="desk-slack") == 0


async def test_health_watch_begins_the_counts_of_rare_events_at_0(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.app.health.update_gauges()

        labels = {"receiver": "desk-slack", "outcome": "delivered"}
        assert gauge(desk, "delivery_attempts_total", **labels) == 0
        assert gauge(desk, "decisions_total", reason="new_story") == 0


async def test_health_watch_gauges_drop_a_receiver_that_was_removed(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.app.health.update_gauges()
        others = {"other": {"url": HOOK}}
        feeds = {"Example Wire": desk.feeds.url("/wire")}
        write_config(tmp_path, feeds=feeds, receivers=others, system={"send": ["other"]})
        await desk.app.reloader.reload()

        await desk.app.health.update_gauges()

        assert gauge(desk, "receiver_broken_seconds", receiver="other") == 0
        assert gauge(desk, "receiver_broken_seconds", receiver="desk-slack") is None


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


async def test_health_watch_finds_no_fault_in_a_daemon_that_works(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        await desk.app.health.beat()

        assert desk.app.health.faults() == ()
        assert gauge(desk, "well") == 1


async def test_health_watch_finds_that_polling_is_late(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        desk.clock.advance(hours=2)
        await desk.app.health.beat()

        (fault,) = desk.app.health.faults()

        assert fault.text.startswith("polling is late: 1 feed due since ")
        assert gauge(desk, "well") == 0


async def test_health_watch_finds_a_failed_write_without_asking_the_database(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.call(lambda tx: tx.connection.exec_driver_sql("PRAGMA query_only = 1"))
        with pytest.raises(StoreUnavailable):
            await desk.app.health.beat()

        (fault,) = desk.app.health.faults()

        assert "the database is read-only" in fault.text
        assert gauge(desk, "well") == 0
        assert not fault.needs_restart


async def test_health_watch_finds_damage_that_a_statement_meets(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        _checkpoint(tmp_path / "straitwatch.db")
        damage(tmp_path / "straitwatch.db", "mark")
        with pytest.raises(StoreDamaged):
            desk.call(lambda tx: tx.connection.exec_driver_sql("DELETE FROM mark"))
        await desk.app.health.beat()

        (fault,) = desk.app.health.faults()

        assert "the database is damaged" in fault.text
        assert fault.needs_restart
        assert desk.call(db.read_runs)[0].damage


async def test_health_watch_finds_a_writer_that_hangs(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.clock.advance(minutes=3)

        (fault,) = desk.app.health.faults()

        assert fault.text.startswith("nothing is written to the database since ")
        assert fault.needs_restart


async def test_health_watch_finds_damage_in_a_page_that_nobody_reads(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        _checkpoint(tmp_path / "straitwatch.db")
        damage(tmp_path / "straitwatch.db", "mark")

        await desk.app.health.check_file()

        (fault,) = desk.app.health.faults()
        assert fault.text.startswith("damaged database: ")
        assert fault.needs_restart


def _checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_health_watch_reports_a_deleted_database_to_the_system_receivers(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (tmp_path / "straitwatch.db").unlink()

        assert await desk.app.health.notice_lost_file()

        assert desk.app.health.faults()[0].text == "the database was deleted while in use"
        assert desk.app.health.faults()[0].needs_restart
        assert desk.titles() == ["The database was deleted while Straitwatch used it"]


async def test_health_watch_withholds_the_heartbeat_while_polling_is_late(tmp_path) -> None:
    async with FeedServer() as server:
        server.answer("/ping", Page(b"ok"))
        async with open_desk(tmp_path, canary=canary(server)) as desk:
            await desk.poll()
            desk.clock.advance(hours=2)

            await desk.app.health.watch()

            assert server.paths() == []
