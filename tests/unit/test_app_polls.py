"""Polls of due feeds, side by side."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from builders import make_feed
from builders.app import STORY, Desk, open_desk
from builders.configs import rss
from servers.feeds import FeedServer, Page, Raw
from straitwatch import store as db
from straitwatch.app.polls import Polls
from straitwatch.core.identity import host_of
from straitwatch.core.model import FeedState, HostPause, Move, ParsedDocument, PollReport
from straitwatch.core.parse_document import ParseRequest
from straitwatch.parsepool import ParsePool

TWO_FEEDS = {"One": "/one", "Two": "/two"}


class Gate:
    """Pages that a server sends only once they are opened."""

    def __init__(self, desk: Desk, *paths: str) -> None:
        self._is_open = asyncio.Event()
        for path in paths:
            desk.feeds.answer(path, self._send)

    def open(self) -> None:
        self._is_open.set()

    async def _send(self, _request: web.Request) -> web.Response:
        await self._is_open.wait()
        return web.Response(body=rss(STORY))


class BusyPool(ParsePool):
    """A pool whose workers are busy for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.is_busy = asyncio.Event()

    async def parse(self, request: ParseRequest) -> ParsedDocument:
        self.is_busy.set()
        return await asyncio.get_running_loop().create_future()


class Seconds:
    """A monotonic clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def cancel(desk: Desk, polls: Polls | None = None) -> None:
    polls = polls or desk.app.polls
    desk.runtime.is_stopping = True
    for task in polls.tasks:
        task.cancel()
    await asyncio.wait(polls.tasks)


def states(desk: Desk) -> dict[str, FeedState]:
    return desk.call(db.feed_states)


async def test_polls_store_new_entries_and_count_them(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(STORY, ("g2", "Rain in spring", "It rains."))

        await desk.poll()

        totals = desk.runtime.totals
        assert (totals.polled, totals.failed, totals.entries_new) == (1, 0, 2)


async def test_first_fetch_logs_only_the_entries_that_send_no_alert(tmp_path) -> None:
    polling = {"backfill": "24h", "allow_private_addresses": True}
    async with open_desk(tmp_path, polling=polling) as desk:
        head, _, last = rss(("g2", "Rain in spring", "It rains."), STORY).rpartition(b"<guid")
        published = f"<pubDate>{format_datetime(desk.clock())}</pubDate><guid".encode()
        desk.feeds.answer("/wire", Page(head + published + last))

        with capture_logs() as logs:
            await desk.poll()

    (line,) = [line for line in logs if line["event"] == "older entries recorded without alerts"]
    assert line["entries"] == 1


async def test_polls_leave_feeds_that_fall_due_later(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        await desk.poll()

        assert len(desk.feeds.requests) == 1


async def test_polls_run_at_most_as_many_as_the_configured_concurrency(tmp_path) -> None:
    polling = {"concurrency": 1, "allow_private_addresses": True}
    async with open_desk(tmp_path, feeds=TWO_FEEDS, polling=polling) as desk:
        gate = Gate(desk, "/one", "/two")
        started = [await desk.app.polls.start_due(), await desk.app.polls.start_due()]
        gate.open()
        await desk.poll()

        assert started == [1, 0]
        assert sorted(desk.feeds.paths()) == ["/one", "/two"]


async def test_polls_of_a_hanging_host_delay_no_other_host(tmp_path) -> None:
    async with FeedServer() as stuck:
        feeds = {f"Stuck {n}": stuck.answer(f"/{n}", Raw(hangs=True)) for n in range(60)}
        async with open_desk(tmp_path, feeds=feeds | {"Example Wire": "/wire"}) as desk:
            reports = asyncio.Queue[PollReport]()
            desk.app.polls.on_poll = reports.put_nowait
            for _ in range(2):
                await desk.app.polls.start_due()
                await reports.get()
                desk.clock.advance(minutes=1)

            assert len(stuck.requests) <= 2
            assert desk.feeds.paths() == ["/wire", "/wire"]
            await cancel(desk)


async def test_polls_read_a_backlog_again_only_now_and_then(tmp_path) -> None:
    async with FeedServer() as stuck:
        feeds = {f"Stuck {n}": stuck.answer(f"/{n}", Raw(hangs=True)) for n in range(9)}
        polling = {"concurrency": 1, "allow_private_addresses": True}
        async with open_desk(tmp_path, feeds=feeds, polling=polling) as desk:
            seconds = Seconds()
            polls = Polls(desk.runtime, request_send=desk.app.senders.wake, seconds=seconds)
            *_, earlier, later = desk.runtime.active.feeds
            for feed_id in (earlier, later):
                desk.call(make_due, feed_id, desk.clock() + timedelta(minutes=1))
            found = []
            await polls.start_due()
            desk.call(make_due, earlier, desk.clock() - timedelta(minutes=1))
            desk.clock.advance(minutes=2)

            for seconds.now in (1, 9):
                await polls.start_due()
                found.append({earlier, later} & set(polls.waiting))

            assert found == [{later}, {earlier, later}]
            await cancel(desk, polls)


async def test_poll_has_no_place_while_its_document_is_read(tmp_path) -> None:
    polling = {"concurrency": 1, "allow_private_addresses": True}
    async with open_desk(tmp_path, feeds=TWO_FEEDS, polling=polling) as desk:
        pool = BusyPool()
        desk.runtime.tools = replace(desk.runtime.tools, pool=pool)
        for path in ("/one", "/two"):
            desk.feeds.answer(path, Page(rss(STORY)))

        await desk.app.polls.start_due()
        await pool.is_busy.wait()
        await desk.feeds.asked(2)

        assert sorted(desk.feeds.paths()) == ["/one", "/two"]
        await cancel(desk)


async def test_stuck_fetch_gives_way_to_a_feed_that_waits(tmp_path) -> None:
    polling = {"concurrency": 2, "allow_private_addresses": True}
    feeds = {"Stuck": "/stuck", "Jammed": "/jammed", "Example Wire": "/wire"}
    async with open_desk(tmp_path, feeds=feeds, polling=polling) as desk:
        seconds = Seconds()
        polls = Polls(desk.runtime, request_send=desk.app.senders.wake, seconds=seconds)
        for path in ("/stuck", "/jammed"):
            desk.feeds.answer(path, Raw(hangs=True))
        *stuck, wire = (feed.id for feed in desk.runtime.active.feeds.values())
        for feed_id in stuck:
            desk.call(make_due, feed_id, desk.clock() - timedelta(minutes=1))

        await polls.start_due()
        await desk.feeds.asked(2)
        seconds.now = 2
        await polls.start_due()
        await asyncio.wait(polls.tasks, return_when=asyncio.FIRST_COMPLETED)
        await polls.start_due()
        await asyncio.wait(polls.tasks, return_when=asyncio.FIRST_COMPLETED)

        found = states(desk)
        assert desk.feeds.paths()[2:] == ["/wire"]
        assert found[wire].last_outcome == "ok"
        assert [found[feed_id].failures for feed_id in stuck] == [0, 0]
        assert len(desk.call(db.due_feeds, now=desk.clock())) == 1
        await cancel(desk, polls)


async def test_polls_start_none_while_the_daemon_stops(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.runtime.is_stopping = True

        assert await desk.app.polls.start_due() == 0


async def test_polls_send_an_alert_without_waiting_for_the_next_tick(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        desk.clock.advance(minutes=1)
        desk.publish(STORY)

        await desk.poll()

        assert desk.runtime.totals.alerts == 1
        assert len(desk.app.senders.tasks) == 1
        await desk.app.senders.run_all()
        assert "Taiwan Strait" in str(desk.slack.messages)


async def test_polls_leave_the_feeds_of_another_replica(tmp_path) -> None:
    polling = {"concurrency": 1, "allow_private_addresses": True}
    async with open_desk(tmp_path, polling=polling) as desk:
        (ours,) = desk.runtime.active.feeds.values()
        theirs = make_feed("Theirs", id="0000")
        desk.call(db.sync_feeds, [ours, theirs], desk.clock())
        before = desk.clock() - timedelta(days=1)
        desk.call(make_due, theirs.id, before)

        await desk.poll()

        assert desk.feeds.paths() == ["/wire"]
        claimed = desk.call(
            db.claim_due_feeds, now=desk.clock(), limit=5, lease=timedelta(minutes=1)
        )
        assert [state.feed_id for state in claimed] == [theirs.id]


def make_due(tx: db.Transaction, feed_id: str, at) -> None:
    lease = timedelta(minutes=1)
    (state,) = db.claim_due_feeds(
        tx, now=at + timedelta(days=1), limit=5, lease=lease, only=[feed_id]
    )
    db.complete_polls(tx, [replace(state, next_due_at=at)])


async def test_polls_record_a_poll_that_breaks_inside_straitwatch_as_a_failure(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        pool = ParsePool()
        await pool.close()
        desk.runtime.tools = replace(desk.runtime.tools, pool=pool)

        await desk.poll()

        (state,) = states(desk).values()
        assert (desk.runtime.totals.failed, state.failures) == (1, 1)


async def test_polls_report_each_poll_to_the_progress_bar(tmp_path) -> None:
    async with open_desk(tmp_path, feeds=TWO_FEEDS) as desk:
        desk.feeds.answer("/one", Page(rss(STORY)))
        reports: list[PollReport] = []
        desk.app.polls.on_poll = reports.append

        await desk.poll()

        assert sorted(report.entries_new for report in reports) == [0, 1]


async def test_polls_send_one_notice_a_day_about_reissued_ids(tmp_path) -> None:
    def items(prefix: str) -> list[tuple[str, str, str]]:
        return [
            (f"{prefix}{number}", f"Bulletin number {number} of the harbor", f"Text {number}.")
            for number in range(12)
        ]

    async with open_desk(tmp_path) as desk:
        for prefix in ("first", "second", "third"):
            desk.publish(*items(prefix))
            await desk.poll()
            desk.clock.advance(minutes=5)

        assert desk.titles() == ["Example Wire reissued its entries under new ids"]
        (notice,) = desk.messages()
        assert "straitwatch feeds release 'Example Wire'" in str(notice.facts)


@pytest.mark.parametrize(("minutes", "is_new_first"), [(0.5, False), (2, True)])
async def test_feed_that_was_never_fetched_yields_to_the_others_for_a_minute(
    tmp_path, minutes: float, is_new_first: bool
) -> None:
    polling = {"concurrency": 1, "allow_private_addresses": True}
    async with open_desk(tmp_path, feeds=TWO_FEEDS, polling=polling) as desk:
        for path in ("/one", "/two"):
            desk.feeds.answer(path, Page(rss(STORY)))
        known, new = desk.runtime.active.feeds
        desk.call(make_due, new, desk.clock() + timedelta(hours=1))
        await desk.poll()
        desk.call(make_due, new, desk.clock())
        desk.clock.advance(minutes=minutes)
        desk.call(make_due, known, desk.clock())

        await desk.poll()

        assert desk.feeds.paths()[1:] == (["/two", "/one"] if is_new_first else ["/one", "/two"])


async def test_polls_leave_every_feed_of_a_host_that_asked_for_a_pause(tmp_path) -> None:
    async with open_desk(tmp_path, feeds=TWO_FEEDS | {"Elsewhere": "/else"}) as desk:
        busy = Page(status=429, headers={"Retry-After": "3600"})
        for path in ("/one", "/two", "/else"):
            desk.feeds.answer(path, *([busy] if path == "/one" else []), Page(rss(STORY)))
        one, *_ = desk.runtime.active.feeds
        desk.call(make_due, one, desk.clock() - timedelta(minutes=1))
        polling = replace(desk.runtime.active.config.polling, concurrency=1)
        config = replace(desk.runtime.active.config, polling=polling)
        desk.runtime.active = replace(desk.runtime.active, config=config)

        await desk.poll()
        desk.clock.advance(minutes=59)
        await desk.poll()
        early = desk.feeds.paths()
        desk.clock.advance(minutes=10)
        await desk.poll()

        assert early == ["/one"]
        assert sorted(desk.feeds.paths()[1:]) == ["/else", "/one", "/two"]


def move_feed(tx: db.Transaction, feed_id: str, to: str, now) -> None:
    """Let a feed have learned another address."""
    move = Move(to=to, since_at=now, polls=9, checked_at=now, adopted_at=now)
    state = db.feed_state(tx, feed_id)
    db.complete_polls(tx, [replace(state, profile=replace(state.profile, move=move))])


async def test_polls_after_a_restart_use_the_learned_address(tmp_path) -> None:
    async with FeedServer(host="127.0.0.2") as other, open_desk(tmp_path) as desk:
        (feed_id,) = desk.runtime.active.feeds
        desk.call(move_feed, feed_id, other.answer("/moved", Page(rss(STORY))), desk.clock())

        await desk.poll()

        assert (desk.feeds.paths(), other.paths()) == ([], ["/moved"])


async def test_polls_after_a_restart_respect_the_pause_of_a_learned_host(tmp_path) -> None:
    async with FeedServer(host="127.0.0.2") as other, open_desk(tmp_path) as desk:
        (feed_id,) = desk.runtime.active.feeds
        to = other.answer("/moved", Page(rss(STORY)))
        now = desk.clock()
        desk.call(move_feed, feed_id, to, now)
        until_at = now + timedelta(hours=1)
        pause = HostPause(host=host_of(to), status=429, since_at=now, until_at=until_at)
        desk.call(db.add_pause, pause)

        await desk.poll()

        assert (desk.feeds.paths(), other.paths()) == ([], [])
        assert len(desk.call(db.due_feeds, now=now)) == 1


async def test_status_names_a_paused_host_and_the_end_of_its_pause(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.feeds.answer("/wire", Page(status=503, headers={"Retry-After": "3600"}))
        await desk.poll()

        status = await desk.app.status()

        (pause,) = status.pauses
        assert "answered 503 and asked for a pause" in pause
        assert "until 01 Mar 21:00 CST" in pause
