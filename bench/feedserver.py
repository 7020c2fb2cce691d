"""Serves many feeds on loopback, each at its own address, with little CPU.

    python bench/feedserver.py

It prints its port, and serves until its standard input is closed. Feed n is at
http://127.1.x.y:PORT/n.xml: 35 entries, about 53 KB, RSS for even n and Atom for odd n, every
seventh in Chinese. A command on standard input changes the responses of all feeds:

    revalidate        send and accept validators: an unchanged feed is a 304
    forget            use no validators: an unchanged feed is sent as a whole
    stamp             like forget, and each response has another time outside its entries
    change PERCENT    add two new entries to this share of the feeds
    count             print the numbers of documents and of 304 sent since the last count

The answer to all commands but `count` is `ok`.
"""

import asyncio
import sys
from functools import lru_cache
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from time import time_ns

ENTRIES = 35
NEW_ENTRIES = 2
_WORDS = "The ministry said on Monday that talks on trade and transport would go on next week. "
_ZH_WORDS = "外交部星期一表示,有關貿易與交通的會談將於下週繼續舉行,雙方代表團已抵達會場。"


def address(number: int) -> str:
    """Return the loopback address of a feed, unique for each feed."""
    return f"127.1.{number // 250 + 1}.{number % 250 + 1}"


def feed_url(number: int, port: int) -> str:
    return f"http://{address(number)}:{port}/{number}.xml"


def feed_document(number: int, revision: int) -> bytes:
    """Write a feed; each later revision adds new entries at the top and drops the oldest."""
    newest = ENTRIES + NEW_ENTRIES * revision
    ids = range(newest, newest - ENTRIES, -1)
    write = _atom if number % 2 else _rss
    return write(number, ids).encode()


def _text(number: int) -> str:
    return _ZH_WORDS * 12 if number % 7 == 0 else _WORDS * 14


def _rss(number: int, ids: range) -> str:
    items = "".join(
        f"<item><title>Report {i} of outlet {number}: talks go on</title>"
        f"<link>https://outlet{number}.example/news/{i}</link>"
        f'<guid isPermaLink="false">outlet{number}-{i}</guid>'
        f"<pubDate>Mon, 05 Jan 2026 {i % 24:02}:15:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{_text(number)}&lt;/p&gt;</description></item>"
        for i in ids
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Outlet {number}</title><link>https://outlet{number}.example/</link>"
        f"<description>News</description>{items}</channel></rss>"
    )


def _atom(number: int, ids: range) -> str:
    entries = "".join(
        f"<entry><title>Report {i} of outlet {number}: talks go on</title>"
        f'<link href="https://outlet{number}.example/news/{i}"/>'
        f"<id>tag:outlet{number}.example,2026:{i}</id>"
        f"<updated>2026-01-05T{i % 24:02}:15:00Z</updated>"
        f'<summary type="html">&lt;p&gt;{_text(number)}&lt;/p&gt;</summary></entry>'
        for i in ids
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f'<title>Outlet {number}</title><link href="https://outlet{number}.example/"/>'
        f"<id>tag:outlet{number}.example,2026:feed</id><updated>2026-01-05T00:00:00Z</updated>"
        f"{entries}</feed>"
    )


@lru_cache(maxsize=512)
def _cached_document(number: int, revision: int) -> bytes:
    return feed_document(number, revision)


class Site:
    """The current responses of all feeds."""

    def __init__(self) -> None:
        self.sends_validators = True
        self.is_stamped = False
        self.changed_percent = 0
        self.revision = 0
        self.documents = 0
        self.not_modified = 0

    def execute(self, command: str) -> str:
        match command.split():
            case ["count"]:
                counts = f"{self.documents} {self.not_modified}"
                self.documents = self.not_modified = 0
                return counts
            case ["revalidate"]:
                self.sends_validators, self.is_stamped = True, False
            case ["forget"]:
                self.sends_validators, self.is_stamped = False, False
            case ["stamp"]:
                self.sends_validators, self.is_stamped = False, True
            case ["change", percent]:
                self.changed_percent = int(percent)
                self.revision += 1
        return "ok"

    def answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        try:
            number = int(path.strip(b"/").removesuffix(b".xml"))
        except ValueError:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        is_changed = number % 100 < self.changed_percent
        revision = self.revision if is_changed else 0
        etag = b'"%d-%d"' % (number, revision)
        if self.sends_validators and b": " + etag + b"\r\n" in request:
            self.not_modified += 1
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\nConnection: close\r\n\r\n"
        self.documents += 1
        body = _cached_document(number, revision)
        if self.is_stamped:
            body += b"<!-- %d -->" % time_ns()
        validators = b"ETag: " + etag + b"\r\n" if self.sends_validators else b""
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml; charset=utf-8\r\n"
            + validators
            + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
            + body
        )


class Connection(asyncio.Protocol):
    def __init__(self, site: Site) -> None:
        self._site = site
        self._request = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if not transport.get_extra_info("peername")[0].startswith("127."):
            transport.abort()  # the socket listens on all addresses; only loopback is answered

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._request += data
        if b"\r\n\r\n" in self._request:
            self._transport.write(self._site.answer(self._request))
            self._transport.close()


def _listener() -> socket:
    sock = socket()
    sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    sock.bind(("0.0.0.0", 0))  # one socket for every 127.1.x.y
    sock.listen(4096)
    return sock


async def serve() -> None:
    loop = asyncio.get_running_loop()
    site = Site()
    sock = _listener()
    server = await loop.create_server(lambda: Connection(site), sock=sock)
    print(sock.getsockname()[1], flush=True)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    async with server:
        while line := await commands.readline():
            print(site.execute(line.decode()), flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
