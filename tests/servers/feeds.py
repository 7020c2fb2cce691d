"""A real feed server on loopback: each path follows its script and records its requests.

async with FeedServer() as server:
    server.answer("/rss", Page(body, etag='"1"'))         # conditional requests get their 304
    server.answer("/busy", Page(status=503), Page(body))  # in turn; the last one repeats
    server.answer("/broken", Raw(b"HTTP/1.1 200 OK\r\n\r\nhalf", hangs=True))
    ...
    server.requests                                       # the received ones, in order
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web
from multidict import CIMultiDict

FEED_TYPE = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer like those of a web server; with validators it honours conditional requests."""

    body: bytes | str = b""
    status: int = 200
    etag: str = ""
    last_modified: str = ""
    is_stuck: bool = False  # answers 304 to every conditional request
    content_type: str = FEED_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_known_to(self, request: web.Request) -> bool:
        asked = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        if self.is_stuck:
            return any(asked)
        return (
            asked[0] == self.etag
            if self.etag
            else bool(self.last_modified) and (asked[1] == self.last_modified)
        )


@dataclass(frozen=True, slots=True)
class Raw:
    """Raw bytes for responses that no web server sends on purpose.

    With `drips`, that many bytes go out every `pause` seconds for ever; with `hangs`, the
    connection stays open without more data; otherwise it is closed.
    """

    head: bytes = b""
    drips: bytes = b""
    pause: float = 0.01
    hangs: bool = False


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answer = Page | Raw | Handler


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came in."""

    path: str  # with the query
    headers: CIMultiDict[str]


class FeedServer:
    """Serves scripted answers on 127.0.0.1, on a port of its own."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.requests: list[Seen] = []
        self.host = host
        self.port = 0
        self.most_at_once = 0
        self._at_once = 0
        self._tls = tls
        self._scripts: dict[str, list[Answer]] = defaultdict(list)
        self._asked: asyncio.Condition | None = None
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._asked = asyncio.Condition()
        self._runner = web.ServerRunner(web.Server(self._serve), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, 0, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def url(self, path: str, *, host: str | None = None) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def answer(self, path: str, *answers: Answer) -> str:
        """Script a path; returns its address."""
        self._scripts[path] = list(answers)
        return self.url(path)

    def paths(self) -> list[str]:
        return [seen.path for seen in self.requests]

    async def asked(self, count: int = 1) -> None:
        """Wait until that many requests have come in."""
        assert self._asked is not None
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.requests) >= count)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._asked is not None
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            async with self._asked:
                self.requests.append(Seen(request.path_qs, CIMultiDict(request.headers)))
                self._asked.notify_all()
            return await self._answer(request)
        finally:
            self._at_once -= 1

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        script = self._scripts.get(request.path_qs) or self._scripts.get(request.path)
        if not script:
            return web.Response(status=404)
        answer = script.pop(0) if len(script) > 1 else script[0]
        match answer:
            case Page():
                return _page(answer, request)
            case Raw():
                return await _raw(answer, request)
            case _:
                return await answer(request)


def _page(page: Page, request: web.BaseRequest) -> web.Response:
    headers = dict(page.headers)
    if page.etag:
        headers["ETag"] = page.etag
    if page.last_modified:
        headers["Last-Modified"] = page.last_modified
    if page.status == 200 and page.is_known_to(request):
        return web.Response(status=304, headers=headers)
    body = page.body.encode() if isinstance(page.body, str) else page.body
    headers.setdefault("Content-Type", page.content_type)
    return web.Response(status=page.status, body=body, headers=headers)


async def _raw(raw: Raw, request: web.BaseRequest) -> web.StreamResponse:
    transport = request.transport
    assert transport is not None
    transport.write(raw.head)
    while raw.drips and not transport.is_closing():
        transport.write(raw.drips)
        await asyncio.sleep(raw.pause)
    if raw.hangs:
        while not transport.is_closing():
            await asyncio.sleep(raw.pause)
    transport.close()
    return web.Response()  # goes nowhere: the connection is closed
