"""A real WebSub hub on loopback (https://www.w3.org/TR/websub/, the parts of a hub).

async with Hub() as hub:
    hub.url                                  # that a feed names with rel=hub
    await hub.subscribed()                   # until a subscription is verified
    await hub.publish(topic, document)       # sends the document, signed, to the subscribers
"""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

import aiohttp
from aiohttp import web


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A verified subscription."""

    topic: str
    callback: str
    secret: str
    lease_seconds: int


class Hub:
    """Accepts subscriptions, verifies the intent of each, and distributes documents."""

    def __init__(self, *, lease_seconds: int | None = None, method: str = "sha256") -> None:
        self.lease_seconds = lease_seconds  # None: as asked for
        self.method = method
        self.refusal: tuple[int, str] | None = None  # status and text of the answers to requests
        self.denial = ""  # the reason for which subscriptions are denied
        self.port = 0
        self.requests: list[dict[str, str]] = []
        self.answers: list[int] = []  # the status of each answer to a verification
        self.subscribers: dict[str, Subscriber] = {}  # by callback
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hub"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self._runner = web.ServerRunner(web.Server(self._serve), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._tasks)
        await self._runner.cleanup()
        await self._session.close()

    async def until(self, count: int) -> None:
        """Wait until there are that many verified subscriptions."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.subscribers) == count)

    async def settled(self) -> None:
        """Wait until each request was verified or denied."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def publish(self, topic: str, document: bytes, *, signature: str = "") -> list[int]:
        """Distribute a document; return the status of each subscriber's answer."""
        answers = []
        for subscriber in [one for one in self.subscribers.values() if one.topic == topic]:
            headers = {
                "Content-Type": "application/rss+xml",
                "Link": f'<{self.url}>; rel="hub", <{topic}>; rel="self"',
                "X-Hub-Signature": signature or self.sign(subscriber.secret, document),
            }
            callback = subscriber.callback
            async with self._session.post(callback, data=document, headers=headers) as answer:
                answers.append(answer.status)
        return answers

    def sign(self, secret: str, document: bytes) -> str:
        digest = hmac.new(secret.encode(), document, getattr(hashlib, self.method)).hexdigest()
        return f"{self.method}={digest}"

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.requests.append(form)
        if self.refusal:
            return web.Response(status=self.refusal[0], text=self.refusal[1])
        task = asyncio.create_task(self._verify(form))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=202)

    async def _verify(self, form: dict[str, str]) -> None:
        callback, topic, mode = form["hub.callback"], form["hub.topic"], form["hub.mode"]
        if self.denial:
            await self._ask(
                callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": self.denial}
            )
            return
        lease = self.lease_seconds or int(form.get("hub.lease_seconds", 864_000))
        challenge = secrets.token_urlsafe(12)
        params = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            params["hub.lease_seconds"] = str(lease)
        if await self._ask(callback, params) != challenge:
            return
        async with self._changed:
            if mode == "subscribe":
                self.subscribers[callback] = Subscriber(topic, callback, form["hub.secret"], lease)
            else:
                self.subscribers.pop(callback, None)
            self._changed.notify_all()

    async def _ask(self, callback: str, params: dict[str, str]) -> str:
        async with self._session.get(callback, params=params) as answer:
            self.answers.append(answer.status)
            return await answer.text() if answer.status == 200 else ""
