"""Claims due feeds and polls them side by side."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextvars import Context
from dataclasses import replace
from datetime import datetime
from itertools import islice
from math import inf
from time import monotonic

import structlog

from straitwatch import store as db
from straitwatch.app.backfills import Backfills
from straitwatch.app.runtime import Runtime
from straitwatch.core.identity import host_of
from straitwatch.core.lanes import Lanes, Visit
from straitwatch.core.model import (
    Feed,
    FeedState,
    FetchFailure,
    NoticeFacts,
    PollPolicy,
    PollReport,
)
from straitwatch.core.moves import learned_address
from straitwatch.core.policy import BACKLOG, BACKLOG_READ_AFTER, FEED_LEASE, NEW_FEED_YIELDS
from straitwatch.errors import StoreError
from straitwatch.pipeline import (
    FetchedFeed,
    count_new_entries,
    fetch_feed,
    ingest_feed,
    record_broken_poll,
)

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

POLL_SECONDS = 0.25  # between two looks for feeds that are due, and for places that are free
_UNFINISHED = 2  # polls for each place that are fetched or read; the bodies of more fill the memory


class Polls:
    """The polls in flight. A poll has a place only while it waits for a server: see `Lanes`."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        request_send: Callable[[], Awaitable[None]],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._runtime = runtime
        self._request_send = request_send
        self._seconds = seconds
        self._lanes = Lanes()
        self._addresses: dict[str, str] = {}  # learned ones, by feed
        self._limits: dict[str, asyncio.Timeout] = {}  # of the fetches in progress, by feed
        self._waiting: dict[str, Visit] = {}  # the due feeds without a place, by id
        self._read_at = -inf  # the last reading of all due feeds, in seconds
        self._due_until: datetime | None = None  # those that wait were due by then
        self._refill: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._backfills = Backfills(runtime, request_send=request_send, take_turn=self._take_turn)
        self.on_poll: Callable[[PollReport], None] | None = None

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The polls in flight, and the searches for missed entries that they have started."""
        return (*self._tasks, *self._backfills.tasks)

    @property
    def waiting(self) -> Collection[str]:
        """The due feeds without a place."""
        return self._waiting

    async def start_due(self) -> int:
        """Start the polls that are due and have a place; return their number."""
        if self._runtime.is_stopping:
            return 0
        await self._update_waiting()
        started = await self._start_waiting()
        waiting = self._waiting.values()
        for feed_id in self._lanes.interrupt(waiting, self._policy, now=self._seconds()):
            self._limits[feed_id].reschedule(0)
        return started

    async def run_all(self, *, due_by: datetime) -> None:
        """Poll every feed that is due by a time."""
        self._waiting = await self._read_due(due_by)
        while self._waiting or self.tasks:
            await self._start_waiting()
            pause = asyncio.create_task(asyncio.sleep(POLL_SECONDS))
            await asyncio.wait((*self.tasks, pause), return_when=asyncio.FIRST_COMPLETED)
            pause.cancel()

    @property
    def _policy(self) -> PollPolicy:
        return self._runtime.active.config.polling

    async def _update_waiting(self) -> None:
        """Read the due feeds; of a backlog, mostly those that have become due in the meantime."""
        now, seconds = self._runtime.tools.clock(), self._seconds()
        is_recent = seconds - self._read_at < BACKLOG_READ_AFTER.total_seconds()
        if is_recent and len(self._waiting) > BACKLOG * self._policy.concurrency:
            added = await self._read_due(since=self._due_until)
            self._waiting = self._waiting | added
        else:
            self._waiting = await self._read_due()
            self._read_at = seconds
        self._due_until = now

    async def _read_due(
        self, due_by: datetime | None = None, *, since: datetime | None = None
    ) -> dict[str, Visit]:
        """Return the feeds of this configuration that are due, by id, in the order of polling.

        The longest due comes first. A feed that was not fetched yet may hang, so it yields to the
        others for a while.
        """
        tools, feeds = self._runtime.tools, self._runtime.active.feeds
        due = await tools.store.run(db.due_feeds, now=tools.clock(), due_by=due_by, since=since)
        if not due:
            return {}
        paused = await tools.store.run(db.active_pauses, tools.clock())
        # Replicas may have other configurations.
        visits = [
            self._visit(item) for item in sorted(due, key=self._rank) if item.feed_id in feeds
        ]
        return {visit.feed_id: visit for visit in visits if visit.host not in paused}

    @staticmethod
    def _rank(due: db.DueFeed) -> datetime:
        is_new = not due.last_outcome
        return due.due_at + NEW_FEED_YIELDS if is_new else due.due_at

    def _visit(self, due: db.DueFeed) -> Visit:
        has_hung = due.last_outcome == FetchFailure.TIMEOUT
        return Visit(
            feed_id=due.feed_id,
            host=self._host(due.feed_id),
            is_slow=self._lanes.is_slow(due.feed_id, default=has_hung),
        )

    def _host(self, feed_id: str) -> str:
        return host_of(self._addresses.get(feed_id) or self._runtime.active.feeds[feed_id].url)

    async def _start_waiting(self, *, most: int | None = None) -> int:
        """Start the waiting polls, `most` of which are looked at, that have a place.

        Returns:
            their number.
        """
        if len(self._tasks) >= _UNFINISHED * self._policy.concurrency:
            return 0
        entered = self._lanes.enter(
            islice(self._waiting.values(), most), self._policy, now=self._seconds()
        )
        for visit in entered:
            del self._waiting[visit.feed_id]
        claimed = await self._claim(entered)
        await self._requeue_moved(entered, claimed)
        for visit in entered:
            state = claimed.get(visit.feed_id)
            if state is None:  # its host is paused or another one, or another replica polls it
                self._lanes.give_up(visit)
                continue
            task = asyncio.create_task(self._poll(visit, state))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def _claim(self, visits: Sequence[Visit]) -> dict[str, FeedState]:
        if not visits:
            return {}
        tools = self._runtime.tools
        try:
            return await tools.store.run(_claim_unpaused, visits, now=tools.clock())
        except BaseException:
            for visit in visits:
                self._lanes.give_up(visit)
            raise

    async def _requeue_moved(self, visits: Sequence[Visit], claimed: dict[str, FeedState]) -> None:
        """End the claims of feeds whose learned host is not the one of their visit.

        After a restart, the hosts are known from the claims. The feeds wait for a place again, so
        that the places and the pause of the right host count.
        """
        now = self._runtime.tools.clock()
        for id_, state in claimed.items():
            self._addresses[id_] = learned_address(state.profile.move, now)
        actual = [replace(visit, host=self._host(visit.feed_id)) for visit in visits]
        moved = [
            visit
            for visit, before in zip(actual, visits, strict=True)
            if visit != before and visit.feed_id in claimed
        ]
        if moved:
            states = [claimed.pop(visit.feed_id) for visit in moved]
            await self._runtime.tools.store.run(db.reset_feed_leases, states)
            self._waiting |= {visit.feed_id: visit for visit in moved}

    def _fill_place(self) -> None:
        """Start the next poll now: a place is free."""
        is_filling = self._refill is not None and not self._refill.done()
        if self._waiting and not is_filling and not self._runtime.is_stopping:
            # Without the feed whose end made the place: the logs of others must not name it.
            self._refill = asyncio.create_task(self._start_next(), context=Context())

    async def _start_next(self) -> None:
        try:
            await self._start_waiting(most=BACKLOG * self._policy.concurrency)
        except StoreError:  # the feeds are still due
            log.exception("due feeds not claimed")

    async def _poll(self, visit: Visit, state: FeedState) -> None:
        feed = self._runtime.active.feeds[visit.feed_id]
        with structlog.contextvars.bound_contextvars(feed=feed.name):
            report = await self._ingest(feed, state, visit)
        if report is None:
            return
        self._runtime.totals.add(report)
        await count_new_entries(state, report.entries_new, tools=self._runtime.tools)
        if report.rekeyed:
            await self._notify_rekeyed(feed, report)
        if report.alerts:
            await self._request_send()
        if self.on_poll is not None:
            self.on_poll(report)
        if report.is_behind:
            self._backfills.start(feed)

    async def _take_turn(self, host: str) -> None:
        """Wait until a host may be asked for an older page."""
        await asyncio.sleep(self._lanes.book(host, self._policy, now=self._seconds()))

    async def _ingest(self, feed: Feed, state: FeedState, visit: Visit) -> PollReport | None:
        """Fetch a feed and read it; return None if the fetch was interrupted."""
        try:
            fetched = await self._fetch(feed, state, visit)
            if fetched is None:
                await self._postpone(state)
                return None
            tools, rules = self._runtime.tools, self._runtime.active.rules
            return await ingest_feed(fetched, tools=tools, rules=rules, policy=self._policy)
        except Exception as error:  # around one feed: the others continue
            log.exception("poll failed")
            return await self._record_broken(feed, state, error)

    async def _fetch(self, feed: Feed, state: FeedState, visit: Visit) -> FetchedFeed | None:
        """Fetch a feed in its place; return None if the place was needed for quicker feeds."""
        self._lanes.begin(visit, now=self._seconds())
        limit = self._limits[feed.id] = asyncio.timeout(None)
        try:
            async with limit:
                return await fetch_feed(feed, state, tools=self._runtime.tools)
        except TimeoutError:
            if not limit.expired():
                raise
            return None
        finally:
            del self._limits[feed.id]
            self._lanes.leave(visit, now=self._seconds())
            self._fill_place()

    async def _postpone(self, state: FeedState) -> None:
        """End the claim of a feed; it stays due, and waits for a place among the slow feeds."""
        log.info("slow fetch interrupted: other feeds wait")
        self._runtime.tools.metrics.polls.labels(outcome="interrupted").inc()
        await self._runtime.tools.store.run(db.reset_feed_leases, [state])

    async def _record_broken(self, feed: Feed, state: FeedState, error: Exception) -> PollReport:
        tools, policy = self._runtime.tools, self._runtime.active.config.polling
        try:
            return await record_broken_poll(feed, state, error, tools=tools, policy=policy)
        except StoreError:  # the lease of the feed expires by itself
            log.exception("failed poll not recorded")
            return PollReport(feed_id=feed.id, outcome="error", detail=str(error))

    async def _notify_rekeyed(self, feed: Feed, report: PollReport) -> None:
        today = f"{self._runtime.tools.clock():%Y-%m-%d}"
        known = f"{report.rekeyed} of them are known under other ids and send no alert"
        facts = NoticeFacts(
            title=f"{feed.name} reissued its entries under new ids",
            lines=(
                f"{report.entries_new} entries look new; {known}.",
                f"If they are news: straitwatch feeds release {shlex.quote(feed.name)}",
            ),
        )
        await self._runtime.notify(f"rekeyed:{feed.id}:{today}", facts)


def _claim_unpaused(
    tx: db.Transaction, visits: Sequence[Visit], *, now: datetime
) -> dict[str, FeedState]:
    """Claim feeds; those of a host that has asked for a pause in the meantime stay due."""
    paused = db.active_pauses(tx, now)
    ids = [visit.feed_id for visit in visits if visit.host not in paused]
    claimed = db.claim_due_feeds(tx, now=now, limit=len(ids), lease=FEED_LEASE, only=ids)
    return {state.feed_id: state for state in claimed}
