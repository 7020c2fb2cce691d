"""Undoes the content encodings of a body in steps, each capped; the bytes overrule the headers.

Servers announce gzip and send plain text, announce `utf-8`, or compress without a word. A body
that begins like a feed is therefore taken as it is, and gzip and Zstandard are known by their
first bytes.
"""

import sys
import zlib
from collections.abc import Iterable
from typing import Protocol

import brotli

from straitwatch.core.model import FetchFailure
from straitwatch.fetch.failure import FetchError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_KNOWN = ("gzip", "x-gzip", "deflate", "br", "zstd")
_MAX_CODINGS = 3  # one around the other; real ones have 1
_MAX_PARTS = 64  # of one stream; real ones have 1, and each part copies the rest

# XML, JSON and byte order marks; no valid Brotli stream begins with one of these bytes.
_STARTS_OF_FEEDS = (b"<", b"{", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_START = 4  # bytes that identify a body
_MAX_START = 1024  # white space before it is passed over
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ANY_ZLIB = 32 + zlib.MAX_WBITS  # gzip or zlib, according to the header
_RAW_DEFLATE = -zlib.MAX_WBITS
_MAX_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # 8 MB, as in RFC 9659
_DAMAGED = "the compressed body is damaged"


def read_codings(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the known codings of `Content-Encoding` fields, and the other names in them.

    Raises:
        FetchError: there are too many codings.
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    known = [name for name in names if name in _KNOWN]
    if len(known) > _MAX_CODINGS:
        raise FetchError(FetchFailure.PROTOCOL, "too many content encodings")
    return known, [name for name in names if name not in (*_KNOWN, "", "identity")]


def looks_like_feed(body: bytes) -> bool:
    """Return True if a body begins like a document, not like compressed data."""
    return body.lstrip()[:3].startswith(_STARTS_OF_FEEDS)


class Decoder(Protocol):
    """Decompresses a stream."""

    def feed(self, data: bytes) -> bytes:
        """Decompress the next piece.

        Raises:
            FetchError: the result exceeds the limit, or the stream is damaged.
        """

    def is_complete(self) -> bool:
        """Return True if the stream has ended."""


class BodyDecoder:
    """Undoes all codings of a body."""

    def __init__(self, codings: Iterable[str], *, limit: int) -> None:
        layers = [_Layer(coding, limit=limit) for coding in codings]
        self._layers = layers[::-1] or [_Layer("", limit=limit)]

    def feed(self, data: bytes) -> bytes:
        """Decode the next piece."""
        for layer in self._layers:
            data = layer.feed(data)
        return data

    def finish(self) -> bytes:
        """Return the rest.

        Raises:
            FetchError: a stream is truncated.
        """
        data = b""
        for layer in self._layers:
            data = layer.feed(data) + layer.finish()
        return data

    @property
    def is_compressed(self) -> bool:
        """True if a coding was undone."""
        return any(not isinstance(layer.decoder, _Plain) for layer in self._layers)


class _Layer:
    """One coding, which is chosen by the first bytes."""

    def __init__(self, coding: str, *, limit: int) -> None:
        self.decoder: Decoder | None = None
        self._coding = coding
        self._limit = limit
        self._start = b""

    def feed(self, data: bytes) -> bytes:
        if self.decoder is not None:
            return self.decoder.feed(data) if data else b""
        self._start += data
        is_enough = len(self._start.lstrip()) >= _START or len(self._start) >= _MAX_START
        return self._begin() if is_enough else b""

    def finish(self) -> bytes:
        rest = self._begin() if self.decoder is None else b""
        if self.decoder is not None and not self.decoder.is_complete():
            raise FetchError(FetchFailure.TRUNCATED, "the compressed body is truncated")
        return rest

    def _begin(self) -> bytes:
        self.decoder = _open_decoder(self._start, self._coding, limit=self._limit)
        return self.decoder.feed(self._start) if self._start else b""


def _open_decoder(start: bytes, coding: str, *, limit: int) -> Decoder:
    if not start or looks_like_feed(start):
        return _Plain()
    if start.startswith(_GZIP_MAGIC):
        return _Inflater(_ANY_ZLIB, limit=limit)
    if start.startswith(_ZSTD_MAGIC) or coding == "zstd":
        return _Zstandard(limit=limit)
    if coding == "br":
        return _Brotli(limit=limit)
    if coding:
        return _Inflater(_ANY_ZLIB if _starts_like_zlib(start) else _RAW_DEFLATE, limit=limit)
    return _Plain()


class _Room:
    """Limits the size of a result."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.left = limit

    def take(self, piece: bytes) -> bytes:
        self.left -= len(piece)
        if self.left < 0:
            raise too_large(self._limit)
        return piece


class _Plain:
    def feed(self, data: bytes) -> bytes:
        return data

    def is_complete(self) -> bool:
        return True


class _Inflater:
    """Decompresses gzip, zlib and raw deflate."""

    def __init__(self, window: int, *, limit: int) -> None:
        self._room = _Room(limit)
        self._parts = 1
        self._stream = zlib.decompressobj(window)

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while data:
            if self._stream.eof and not self._begin_member(data):
                break
            stream = self._stream
            try:
                out.append(self._room.take(stream.decompress(data, self._room.left + 1)))
            except zlib.error as error:
                raise FetchError(FetchFailure.PROTOCOL, _DAMAGED) from error
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
        return b"".join(out)

    def is_complete(self) -> bool:
        return self._stream.eof

    def _begin_member(self, data: bytes) -> bool:
        if not _GZIP_MAGIC.startswith(data[:2]):
            return False  # padding after the last member
        self._parts = _count_part(self._parts)
        self._stream = zlib.decompressobj(_ANY_ZLIB)
        return True


class _Zstandard:
    def __init__(self, *, limit: int) -> None:
        self._room = _Room(limit)
        self._parts = 1
        self._stream = zstd.ZstdDecompressor(options=_MAX_WINDOW)

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while data or not (self._stream.eof or self._stream.needs_input):
            if self._stream.eof:
                self._parts = _count_part(self._parts)
                self._stream = zstd.ZstdDecompressor(options=_MAX_WINDOW)
            try:
                out.append(self._room.take(self._stream.decompress(data, self._room.left + 1)))
            except zstd.ZstdError as error:
                raise FetchError(FetchFailure.PROTOCOL, _DAMAGED) from error
            data = self._stream.unused_data if self._stream.eof else b""
        return b"".join(out)

    def is_complete(self) -> bool:
        return self._stream.eof


class _Brotli:
    def __init__(self, *, limit: int) -> None:
        self._room = _Room(limit)
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while not self._stream.is_finished():
            try:
                piece = self._stream.process(data, output_buffer_limit=self._room.left + 1)
            except brotli.error as error:
                raise FetchError(FetchFailure.PROTOCOL, _DAMAGED) from error
            out.append(self._room.take(piece))
            data = b""
            if self._stream.can_accept_more_data():
                break
        return b"".join(out)

    def is_complete(self) -> bool:
        return bool(self._stream.is_finished())


def _starts_like_zlib(data: bytes) -> bool:
    return data[0] & 0x0F == zlib.DEFLATED and (
        len(data) < 2 or int.from_bytes(data[:2], "big") % 31 == 0  # noqa: PLR2004 - RFC 1950
    )


def _count_part(parts: int) -> int:
    if parts == _MAX_PARTS:
        raise FetchError(FetchFailure.PROTOCOL, "the compressed body has too many parts")
    return parts + 1


def too_large(limit: int) -> FetchError:
    """Return the failure of a body over the limit."""
    return FetchError(FetchFailure.TOO_LARGE, f"more than {limit} bytes")
