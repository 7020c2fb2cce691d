"""Bodies in every content encoding, announced rightly or wrongly, against a real server."""

import gzip
import itertools
import zlib
from collections.abc import Callable

import brotli
import pytest

from builders import make_feed
from servers.feeds import FeedServer, Page, Raw
from straitwatch.core.model import Fetched, FetchFailed, FetchFailure, FetchResult, PollPolicy
from straitwatch.fetch import Fetcher
from straitwatch.fetch.decoders import zstd

BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
UTF16 = BODY.decode().encode("utf-16")
POLICY = PollPolicy(allow_private_addresses=True)


async def fetch(answer: Page | Raw, *, max_bytes: int = POLICY.max_bytes) -> FetchResult:
    policy = PollPolicy(allow_private_addresses=True, max_bytes=max_bytes)
    async with FeedServer() as server, Fetcher(policy) as fetcher:
        return await fetcher.fetch(make_feed(url=server.answer("/rss", answer)))


async def body_of(body: bytes, encoding: str) -> tuple[bytes, str]:
    result = await fetch(Page(body, headers={"Content-Encoding": encoding}))
    assert isinstance(result, Fetched), result
    return result.body, result.remark


async def failure_of(body: bytes, encoding: str, *, max_bytes: int = 100_000) -> FetchFailure:
    page = Page(body, headers={"Content-Encoding": encoding})
    result = await fetch(page, max_bytes=max_bytes)
    assert isinstance(result, FetchFailed), result
    return result.kind


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("br", brotli.compress(BODY)),
        ("BR", brotli.compress(BODY)),
        ("zstd", zstd.compress(BODY)),
        ("zstd", zstd.compress(BODY[:20]) + zstd.compress(BODY[20:])),
        ("gzip, identity", gzip.compress(BODY)),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
        ("gzip, br", brotli.compress(gzip.compress(BODY))),
        ("gzip, gzip", gzip.compress(BODY)),
        ("br", gzip.compress(BODY)),
        ("gzip", zstd.compress(BODY)),
        ("br", BODY),
        ("zstd", b"\n\n\n\n\n" + BODY),
        ("deflate", BODY),
    ],
    ids=itertools.count(),  # compressed bytes hold the time, which differs between processes
)
async def test_bodies_are_decoded_by_their_bytes(encoding: str, packed: bytes) -> None:
    body, remark = await body_of(packed, encoding)

    assert (body.lstrip(), remark) == (BODY, "")


@pytest.mark.parametrize("encoding", ["utf-8", "none", "UTF8", "binary", "text/xml", "gzip, none"])
async def test_unknown_encoding_of_a_plain_document_is_ignored_and_named(encoding: str) -> None:
    body, remark = await body_of(BODY, encoding)

    assert body == BODY
    assert remark.startswith("ignored an unknown content encoding: ")


async def test_unknown_encoding_of_a_utf_16_document_is_ignored() -> None:
    assert (await body_of(UTF16, "utf-16"))[0] == UTF16


async def test_compressed_body_under_an_unknown_encoding_is_decoded() -> None:
    assert (await body_of(gzip.compress(BODY), "utf-8"))[0] == BODY


async def test_unknown_encoding_of_other_bytes_is_a_failure() -> None:
    assert await failure_of(bytes(range(128, 256)), "aes128gcm") is FetchFailure.PROTOCOL


async def test_encodings_in_two_header_lines_are_both_undone() -> None:
    packed = gzip.compress(gzip.compress(BODY))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n"

    result = await fetch(Raw(head + packed))

    assert isinstance(result, Fetched)
    assert result.body == BODY


@pytest.mark.parametrize(
    ("encoding", "packed", "kind"),
    [
        ("br", brotli.compress(BODY)[:-6], FetchFailure.TRUNCATED),
        ("zstd", zstd.compress(BODY)[:-6], FetchFailure.TRUNCATED),
        ("br", b"\x0b" + bytes(range(100)), FetchFailure.PROTOCOL),
        ("zstd", b"\x28\xb5\x2f\xfd" + bytes(range(100)), FetchFailure.PROTOCOL),
        ("zstd", zstd.compress(b"") * 100 + zstd.compress(BODY), FetchFailure.PROTOCOL),
        ("gzip, gzip, gzip, gzip", gzip.compress(BODY), FetchFailure.PROTOCOL),
    ],
    ids=["cut-br", "cut-zstd", "damaged-br", "damaged-zstd", "too-many-frames", "too-many-layers"],
)
async def test_damaged_bodies_are_failures(
    encoding: str, packed: bytes, kind: FetchFailure
) -> None:
    assert await failure_of(packed, encoding) is kind


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", lambda data: brotli.compress(data, quality=1)),
        ("zstd", zstd.compress),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("br, zstd", lambda data: zstd.compress(brotli.compress(data, quality=1))),
    ],
)
async def test_bomb_is_stopped_at_the_limit(
    encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    bomb = compress(bytes(5_000_000))
    assert len(bomb) < 100_000

    assert await failure_of(bomb, encoding) is FetchFailure.TOO_LARGE


async def test_zstandard_window_over_8_mb_is_refused() -> None:
    wide = {zstd.CompressionParameter.window_log: 27}
    compressor = zstd.ZstdCompressor(options=wide)

    packed = compressor.compress(BODY) + compressor.flush()

    assert await failure_of(packed, "zstd") is FetchFailure.PROTOCOL


@pytest.mark.parametrize(
    ("body", "encoding"), [(BODY, "identity"), (gzip.compress(BODY), "gzip")], ids=["plain", "gzip"]
)
async def test_complete_document_with_a_wrong_length_is_read(body: bytes, encoding: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 9999\r\n\r\n"

    result = await fetch(Raw(head.encode() + body))

    assert isinstance(result, Fetched), result
    assert result.body == BODY
