"""Keeps the subscriptions to pushes, and receives the hubs' messages."""

from collections.abc import AsyncIterator, Mapping

from straitwatch.app.runtime import Runtime
from straitwatch.pipeline import (
    Push,
    PushOutcome,
    answer_verification,
    hasten_pushed,
    receive_push,
    send_requests,
    update_subscriptions,
)

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

    async def tend(self) -> None:
        """Follow the offers of feeds, send due requests, and poll the feeds that were pushed."""
        tools, config = self._runtime.tools, self._runtime.active.config
        update, now = update_subscriptions, tools.clock()
        if await tools.store.run(update, public_url=config.web_public_url, now=now):
            await send_requests(tools)
            await tools.store.run(hasten_pushed, now=tools.clock())

    async def verify(self, token: str, params: Mapping[str, str]) -> str | None:
        """Answer a hub that asks whether a subscription is wanted; None if it is not."""
        tools = self._runtime.tools
        return await tools.store.run(answer_verification, token, params, now=tools.clock())

    async def receive(self, token: str, signature: str, body: AsyncIterator[bytes]) -> int:
        """Take a push, which may hold the whole document of its feed; return the HTTP status."""
        limit = self._runtime.active.config.polling.max_bytes
        push = Push(token=token, signature=signature, body=body)
        return _STATUS[await receive_push(push, limit=limit, tools=self._runtime.tools)]
