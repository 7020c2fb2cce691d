"""Looks for missed entries on older pages, beside the polls and never in their places."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog

from straitwatch.app.runtime import Runtime
from straitwatch.core.identity import host_of
from straitwatch.core.model import Feed
from straitwatch.core.policy import BACKFILLS_AT_ONCE
from straitwatch.pipeline import backfill_feed

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Backfills:
    """The searches in flight: a few at once, and one for each host.

    `take_turn` waits until a host may be asked again.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        request_send: Callable[[], Awaitable[None]],
        take_turn: Callable[[str], Awaitable[None]],
    ) -> None:
        self._runtime = runtime
        self._request_send = request_send
        self._take_turn = take_turn
        self._waiting: dict[str, str] = {}  # the hosts, by feed
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by host

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The searches in flight."""
        return self._tasks.values()

    def start(self, feed: Feed) -> None:
        """Search the older pages of a feed, once there is a place."""
        self._waiting[feed.id] = host_of(feed.url)
        self._start_waiting()

    def _start_waiting(self) -> None:
        for feed_id, host in list(self._waiting.items()):
            if len(self._tasks) >= BACKFILLS_AT_ONCE or self._runtime.is_stopping:
                return
            if host not in self._tasks:
                del self._waiting[feed_id]
                self._tasks[host] = asyncio.create_task(self._run(feed_id, host))

    async def _run(self, feed_id: str, host: str) -> None:
        try:
            feed = self._runtime.active.feeds.get(feed_id)
            if feed is not None:  # a reload may have removed it
                with structlog.contextvars.bound_contextvars(feed=feed.name):
                    await self._search(feed)
        finally:
            del self._tasks[host]
            self._start_waiting()

    async def _search(self, feed: Feed) -> None:
        active = self._runtime.active
        try:
            reports = await backfill_feed(
                feed,
                tools=self._runtime.tools,
                rules=active.rules,
                policy=active.config.polling,
                take_turn=self._take_turn,
            )
        except Exception:  # around one feed: the others continue
            log.exception("back-fill failed")
            return
        for report in reports:
            self._runtime.totals.add_entries(report)
        if any(report.alerts for report in reports):
            await self._request_send()
