"""Reads a response body as a stream, and caps its size before and after decompression."""

import zlib

import aiohttp

from straitwatch.core.model import FetchFailure
from straitwatch.fetch.failure import FetchError

ACCEPT_ENCODING = "gzip, deflate"  # each further decoder needs its own cap
_PLAIN = ("", "identity")
_ENCODINGS = (*_PLAIN, "gzip", "x-gzip", "deflate")
_GZIP_MAGIC = b"\x1f\x8b"
_STARTS_OF_FEEDS = (b"<", b"{", b"\xef")  # XML, JSON, a byte order mark
_ANY_ZLIB = 32 + zlib.MAX_WBITS  # gzip or zlib, according to the header
_RAW_DEFLATE = -zlib.MAX_WBITS
_MAX_MEMBERS = 64  # of one gzip stream; real ones have 1, and each member copies the rest


async def read_body(response: aiohttp.ClientResponse, *, limit: int) -> bytes:
    """Return the whole body.

    Raises:
        FetchError: the body is too large, damaged, truncated or in an encoding that was not
        requested.
    """
    if (response.content_length or 0) > limit:
        raise _too_large(limit)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise FetchError(FetchFailure.PROTOCOL, "a content encoding that was not asked for")
    inflater: Inflater | None = None
    parts: list[bytes] = []
    received = 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
        if len(parts) == 0 and _is_compressed(chunk, encoding):
            inflater = Inflater(chunk, limit=limit)
        parts.append(inflater.feed(chunk) if inflater else chunk)
    if inflater:
        inflater.finish()
    return b"".join(parts)


def _is_compressed(start: bytes, encoding: str) -> bool:
    # Some servers announce gzip and send plain text.
    return encoding not in _PLAIN and start.lstrip()[:1] not in _STARTS_OF_FEEDS


class Inflater:
    """Decompresses gzip, zlib and raw deflate in steps, up to a limit."""

    def __init__(self, start: bytes, *, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._members = 1
        has_header = start[:1] == _GZIP_MAGIC[:1] or _starts_like_zlib(start)
        self._stream = zlib.decompressobj(_ANY_ZLIB if has_header else _RAW_DEFLATE)

    def feed(self, data: bytes) -> bytes:
        """Decompress the next piece of the stream.

        Raises:
            FetchError: the stream exceeds the limit or is damaged.
        """
        out: list[bytes] = []
        while data:
            if self._stream.eof and not self._begin_member(data):
                break
            stream = self._stream
            try:
                piece = stream.decompress(data, self._room + 1)
            except zlib.error as error:
                raise FetchError(FetchFailure.PROTOCOL, "the compressed body is damaged") from error
            self._room -= len(piece)
            if self._room < 0:
                raise _too_large(self._limit)
            out.append(piece)
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
        return b"".join(out)

    def finish(self) -> None:
        """Check that the stream is complete.

        Raises:
            FetchError: the stream is truncated.
        """
        if not self._stream.eof:
            raise FetchError(FetchFailure.TRUNCATED, "the compressed body is truncated")

    def _begin_member(self, data: bytes) -> bool:
        if not _GZIP_MAGIC.startswith(data[:2]):
            return False  # padding after the last member
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise FetchError(FetchFailure.PROTOCOL, "the compressed body has too many parts")
        self._stream = zlib.decompressobj(_ANY_ZLIB)
        return True


def _starts_like_zlib(data: bytes) -> bool:
    return data[0] & 0x0F == zlib.DEFLATED and (
        len(data) < 2 or int.from_bytes(data[:2], "big") % 31 == 0  # noqa: PLR2004 - RFC 1950
    )


def _too_large(limit: int) -> FetchError:
    return FetchError(FetchFailure.TOO_LARGE, f"more than {limit} bytes")
