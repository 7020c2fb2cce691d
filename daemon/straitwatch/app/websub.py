"""Keeps the subscriptions to pushes, and receives the hubs' messages."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.model import Subscription
from straitwatch.core.policy import HUB_REQUESTS_AT_ONCE
from straitwatch.pipeline import (
    Push,
    PushOutcome,
    answer_verification,
    claim_requests,
    hasten_pushed,
    receive_push,
    send_request,
    update_subscriptions,
)

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

UPDATE_AFTER = timedelta(seconds=30)  # it reads every subscription; a new offer does not wait
_STATUS = {
    PushOutcome.ACCEPTED: 202,
    PushOutcome.UNSIGNED: 202,
    PushOutcome.TOO_LARGE: 413,
    PushOutcome.TOO_SLOW: 408,
    PushOutcome.ENDED: 410,
    PushOutcome.UNKNOWN: 404,
}


class Subscriber:
    """A WebSub subscriber, if `web.public_url` is set; otherwise its subscriptions end."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._updated_at: datetime | None = None
        self._has_subscriptions = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The requests to hubs in flight."""
        return self._tasks

    async def tend(self) -> None:
        """Follow the offers of feeds, send due requests, and poll the feeds that were pushed."""
        tools = self._runtime.tools
        if await self._is_update_due():
            await self._update()
        if self._has_subscriptions:
            await self._start_requests()
            await tools.store.run(hasten_pushed, now=tools.clock())

    async def _start_requests(self) -> None:
        """Start the requests to hubs that are due; a slow hub delays nothing else."""
        tools, room = self._runtime.tools, HUB_REQUESTS_AT_ONCE - len(self._tasks)
        if self._runtime.is_stopping or room <= 0:
            return
        for subscription in await tools.store.run(claim_requests, now=tools.clock(), limit=room):
            task = asyncio.create_task(self._request(subscription))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _request(self, subscription: Subscription) -> None:
        try:
            await send_request(subscription, self._runtime.tools)
        except Exception:  # around one feed: the request is repeated later
            log.exception("request to hub failed", feed_id=subscription.feed_id)

    async def _is_update_due(self) -> bool:
        now, public_url = self._runtime.tools.clock(), self._runtime.active.config.web_public_url
        if self._updated_at is None or now - self._updated_at >= UPDATE_AFTER:
            return True
        return bool(public_url) and await self._runtime.tools.store.run(db.has_new_offers)

    async def _update(self) -> None:
        tools, config = self._runtime.tools, self._runtime.active.config
        self._updated_at = tools.clock()
        self._has_subscriptions = await tools.store.run(
            update_subscriptions, public_url=config.web_public_url, now=self._updated_at
        )

    async def verify(self, token: str, params: Mapping[str, str]) -> str | None:
        """Answer a hub that asks whether a subscription is wanted; None if it is not."""
        tools = self._runtime.tools
        return await tools.store.run(answer_verification, token, params, now=tools.clock())

    async def receive(self, token: str, signature: str, body: AsyncIterator[bytes]) -> int:
        """Take a push, which may hold the whole document of its feed; return the HTTP status."""
        limit = self._runtime.active.config.polling.max_bytes
        push = Push(token=token, signature=signature, body=body)
        return _STATUS[await receive_push(push, limit=limit, tools=self._runtime.tools)]
