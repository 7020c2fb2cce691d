"""Claims due feeds and polls them side by side."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import partial

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.model import Feed, FeedState, NoticeFacts, PollReport
from straitwatch.core.policy import FEED_LEASE
from straitwatch.errors import StoreError
from straitwatch.pipeline import ingest_feed, record_broken_poll

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Polls:
    """The polls in flight: as many at once as `polling.concurrency` allows."""

    def __init__(self, runtime: Runtime, *, request_send: Callable[[], Awaitable[None]]) -> None:
        self._runtime = runtime
        self._request_send = request_send
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_poll: Callable[[PollReport], None] | None = None

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The polls in flight."""
        return self._tasks

    async def start_due(self, *, due_by: datetime | None = None) -> int:
        """Claim the feeds that are due, up to the free room, and start to poll them.

        Args:
            due_by: leave feeds that fall due later; None: now.
        """
        runtime = self._runtime
        room = runtime.active.config.polling.concurrency - len(self._tasks)
        if runtime.is_stopping or room <= 0:
            return 0
        claimed = await self._claim(room, due_by)
        for state in claimed:
            task = asyncio.create_task(self._poll(runtime.active.feeds[state.feed_id], state))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def run_all(self, *, due_by: datetime) -> None:
        """Poll every feed that is due by a time."""
        while await self.start_due(due_by=due_by) or self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def _claim(self, limit: int, due_by: datetime | None) -> list[FeedState]:
        """Claim feeds of this configuration, and return those of other replicas' configurations.

        The first claim takes any feeds. A claim that lists ours costs more and is rarely needed.
        """
        tools, feeds = self._runtime.tools, self._runtime.active.feeds
        claim = partial(db.claim_due_feeds, now=tools.clock(), lease=FEED_LEASE, due_by=due_by)
        claimed = await tools.store.run(claim, limit=limit)
        unknown = [state for state in claimed if state.feed_id not in feeds]
        if not unknown:
            return claimed
        await tools.store.run(db.reset_feed_leases, unknown)
        ours = [state for state in claimed if state not in unknown]
        return ours + await tools.store.run(claim, limit=len(unknown), only=list(feeds))

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        with structlog.contextvars.bound_contextvars(feed=feed.name):
            report = await self._ingest(feed, state)
        self._runtime.totals.add(report)
        if report.rekeyed:
            await self._notify_rekeyed(feed, report)
        if report.alerts:
            await self._request_send()
        if self.on_poll is not None:
            self.on_poll(report)

    async def _ingest(self, feed: Feed, state: FeedState) -> PollReport:
        tools, active = self._runtime.tools, self._runtime.active
        policy = active.config.polling
        try:
            return await ingest_feed(feed, state, tools=tools, rules=active.rules, policy=policy)
        except Exception as error:  # around one feed: the others continue
            log.exception("poll failed")
            return await self._record_broken(feed, state, error)

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
