"""Responses with malformed heads: the bad line is ignored and named, and the feed is read."""

import asyncio

import pytest

from builders import make_feed
from servers.feeds import FeedServer, Raw
from straitwatch.core.model import Fetched, FetchFailed, FetchFailure, FetchResult, PollPolicy
from straitwatch.fetch import Fetcher
from straitwatch.fetch.head import repair_head

BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
POLICY = PollPolicy(allow_private_addresses=True)
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
OK = b"HTTP/1.1 200 OK\r\n"


async def fetch(*parts: bytes) -> FetchResult:
    async with FeedServer() as server, Fetcher(POLICY) as fetcher:
        return await fetcher.fetch(make_feed(url=server.answer("/rss", Raw(b"".join(parts)))))


async def remark_of(*lines: bytes, start: bytes = OK) -> str:
    result = await fetch(start, b'ETag: "1"\r\n', *lines, b"\r\n", BODY)
    assert isinstance(result, Fetched), result
    assert result.body == BODY
    assert result.validators.etag == '"1"'
    return result.remark


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b'"X-XSS-Protection: 0"\r\n', '"X-XSS-Protection'),
        (b"X Frame Options: DENY\r\n", "X Frame Options"),
        (b"X-Caf\xc3\xa9: 1\r\n", "X-Caf??"),
        (b"no colon at all\r\n", "no colon at all"),
        (b": no name\r\n", "(no name)"),
        (b"<!-- debug -->\r\n", "<!-- debug -->"),
        (b"X(y): 1\r\n", "X(y)"),
        (b"\x00\x01: 1\r\n", "??"),
        (b"X-Long: " + b"x" * 40_000 + b"\r\n", "X-Long"),
        (b"[X]: " + b"x" * 40_000 + b"\r\n", "[X]"),
    ],
)
async def test_malformed_line_is_ignored_and_named(line: bytes, name: str) -> None:
    remark = await remark_of(line, LENGTH)

    assert remark == f"ignored malformed response headers: {name}"


@pytest.mark.parametrize(
    "lines",
    [
        (LENGTH, LENGTH),
        (b"Content-Length: %d, %d\r\n" % (len(BODY), len(BODY)),),
        (b"Content-Length : %d\r\n" % len(BODY),),
        (b"Content-Length:\r\n  %d\r\n" % len(BODY),),
        (b"X-Folded: a,\r\n\tb\r\n", LENGTH),
        (b"X-Bad: \x00\x01\xff\xfe\r\n", LENGTH),
        (b"X-Bare: a\rb\r\n", LENGTH),
        (b"X-Empty:\r\n", LENGTH),
        (b"Transfer-Encoding: identity\r\n", LENGTH),
        (b"Upgrade: h2,h2c\r\nConnection: Upgrade, close\r\n", LENGTH),
        (b"Set-Cookie: a=\x7f\r\n" * 120, LENGTH),
    ],
)
async def test_odd_line_is_read_without_a_remark(lines: tuple[bytes, ...]) -> None:
    remark = await remark_of(*lines)

    assert not remark or "Set-Cookie" in remark


@pytest.mark.parametrize(
    "lines",
    [
        (LENGTH, b"Content-Length: 7\r\n"),
        (b"Content-Length: -1\r\n",),
        (b"Content-Length: many\r\n",),
        (b"Content-Length: 1,024\r\n",),
    ],
)
async def test_contradictory_length_is_ignored_and_named(lines: tuple[bytes, ...]) -> None:
    remark = await remark_of(*lines)

    assert remark == "ignored malformed response headers: Content-Length"


async def test_chunks_outrank_a_length() -> None:
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

    result = await fetch(OK, b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", chunks)

    assert isinstance(result, Fetched), result
    assert result.body == BODY


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200\r\n",
        b"HTTP/1.0 200 OK\r\n",
        b"http/1.1 200 OK\r\n",
        b"HTTP/2 200\r\n",
        b"HTTP/1.1  200  OK\r\n",
        b"HTTP/1.1 200 \xc2\xa1S\xed!\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n continues nothing\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 103 Early Hints\r\nX Y: z\r\n\r\nHTTP/1.1 200 OK\r\n",
    ],
)
async def test_odd_status_line_is_understood(start: bytes) -> None:
    assert await remark_of(LENGTH, start=start) == ""


async def test_lines_may_end_without_a_carriage_return() -> None:
    result = await fetch(b"HTTP/1.1 200 OK\nX Y: 1\nContent-Type: text/xml\n\n", BODY)

    assert isinstance(result, Fetched), result
    assert (result.body, result.content_type) == (BODY, "text/xml")


async def test_remark_names_three_lines_and_counts_the_others() -> None:
    remark = await remark_of(*(b"bad %d: secret\r\n" % number for number in range(5)))

    assert remark == "ignored malformed response headers: bad 0, bad 1, bad 2 and 2 more"


async def test_server_cannot_write_the_remark() -> None:
    assert await remark_of(b"Straitwatch-Ignored: lies\r\n", LENGTH) == ""


async def test_head_over_the_limit_is_a_failure() -> None:
    result = await fetch(OK, b"X: y\r\n" * 50_000, b"\r\n", BODY)

    assert isinstance(result, FetchFailed)
    assert result.kind is FetchFailure.PROTOCOL


@pytest.mark.parametrize("size", [1, 7])
def test_good_head_is_not_changed(size: int) -> None:
    head = OK + b'ETag: "1"\r\n' * size + b"Transfer-Encoding: chunked\r\n\r\n"

    assert repair_head(head) is head


async def test_head_may_arrive_byte_by_byte() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in OK + b"X Y: 1\r\n" + LENGTH + b"\r\n" + BODY:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Fetcher(POLICY) as fetcher:
        result = await fetcher.fetch(make_feed(url=f"http://127.0.0.1:{port}/rss"))

    assert isinstance(result, Fetched), result
    assert (result.body, result.remark) == (BODY, "ignored malformed response headers: X Y")
