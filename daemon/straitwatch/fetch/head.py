"""Repairs the head of a response, so that one malformed header line does not hide a feed.

A line that is no header is left out, as browsers do, and named in the field `IGNORED`. The strict
parser of aiohttp then reads the repaired head. Responses cannot be confused with each other,
because each connection carries one request.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from aiohttp import TCPConnector
from aiohttp.client_proto import ResponseHandler

IGNORED = "Straitwatch-Ignored"  # a field that only this module writes
MAX_HEAD = 262_144  # bytes; browsers accept as many
MAX_LINE = 32_768  # bytes; some content security policies pass 8 KB
_MAX_FIELDS = 100  # the parser accepts 128
_MAX_NAMED = 3  # of the ignored lines
_MAX_NAME = 40  # characters of an ignored line; the rest may be long or secret

_END = re.compile(rb"\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_STATUS = re.compile(rb"HTTP/(\d)(?:\.(\d))?[ \t]+(\d{3})(?!\d)([^\n]*)", re.IGNORECASE)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_HTTP = b"\x00\r\n\r\n"
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)")  # another head follows
_SCHEME = b"HTTP/"

_CLEAN = re.compile(
    rb"HTTP/1\.[01] [2-5]\d\d(?: [ -~]*)?\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}:[\t -~\x80-\xff]{0,8000}\r\n){0,100}\r\n"
)
_FRAMING = re.compile(rb"\n(?:content-length|transfer-encoding):", re.IGNORECASE)
_ODD = re.compile(
    rb"\n(?:content-length:(?![ \t]*\d{1,15}[ \t]*\r)"
    rb"|transfer-encoding:(?![ \t]*chunked[ \t]*\r)"
    rb"|straitwatch-ignored:)",
    re.IGNORECASE,
)

_Field = tuple[bytes, bytes]


class TolerantConnector(TCPConnector):
    """A connector whose connections repair the heads of their responses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = partial(_repairing_handler, loop=self._loop)


class _RepairingHandler(ResponseHandler):
    """Passes a response to the parser, its head as a whole and repaired."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._head: bytearray | None = bytearray()  # None: the body has begun

    def data_received(self, data: bytes) -> None:
        if self._head is None:
            super().data_received(data)
            return
        searched = max(len(self._head) - 3, 0)
        self._head += data
        while self._head is not None and (end := self._end_of_head(searched)):
            head, rest = repair_head(bytes(self._head[:end])), self._head[end:]
            is_interim = _INTERIM.match(head) is not None
            self._head = rest if is_interim else None
            super().data_received(head if is_interim else head + rest)
            searched = 0

    def _end_of_head(self, searched: int) -> int | None:
        """Return the length of the head; None if more of it is to come."""
        if not self._head:
            return None
        while self._head.startswith((b"\r", b"\n")):
            del self._head[:1]
            searched = 0
        if found := _END.search(self._head, searched):
            return found.end()
        is_http = _SCHEME.startswith(self._head[: len(_SCHEME)].upper())
        return None if is_http and len(self._head) <= MAX_HEAD else len(self._head)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._head:
            head, self._head = bytes(self._head), None
            super().data_received(head)  # let the parser name the fault
        super().connection_lost(exc)


def _repairing_handler(loop: asyncio.AbstractEventLoop) -> ResponseHandler:
    return _RepairingHandler(loop)


def repair_head(head: bytes) -> bytes:
    """Return the head of a response without its malformed lines; a good one is not changed."""
    if _CLEAN.fullmatch(head) and len(_FRAMING.findall(head)) <= 1 and not _ODD.search(head):
        return head
    start, *lines = _LINE_END.split(head.strip(b"\r\n"))
    if len(head) > MAX_HEAD or not (status := _STATUS.match(start)):
        return _NOT_HTTP if len(head) > MAX_HEAD else head
    fields, ignored = _read_fields(_unfold(lines))
    framing, unclear = _framing(fields)
    others = [field for field in fields if field[0].lower() not in _FRAMED]
    notes = _describe([*ignored, *unclear, *(name for name, _ in others[_MAX_FIELDS:])])
    written = [b"%b: %b" % field for field in (*framing, *others[:_MAX_FIELDS], *notes)]
    return b"\r\n".join([_status_line(status), *written, b"", b""])


_FRAMED = (b"content-length", b"transfer-encoding", IGNORED.lower().encode())


def _status_line(status: re.Match[bytes]) -> bytes:
    version = b"1.0" if (status[1], status[2]) == (b"1", b"0") else b"1.1"
    reason = re.sub(rb"[^ -~]", b"", status[4]).strip()
    return b"HTTP/%b %b %b" % (version, status[3], reason)


def _unfold(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join continued lines, which begin with white space (RFC 9112, 5.2)."""
    whole: bytes | None = None
    for line in lines:
        if line[:1] not in (b" ", b"\t"):
            if whole is not None:
                yield whole
            whole = line
        elif whole is not None:
            whole += b" " + line.strip()
    if whole is not None:
        yield whole


def _read_fields(lines: Iterable[bytes]) -> tuple[list[_Field], list[bytes]]:
    fields: list[_Field] = []
    ignored: list[bytes] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        if colon and _NAME.fullmatch(name) and len(line) <= MAX_LINE:
            fields.append((name, _CONTROLS.sub(b" ", value).strip()))
        elif line:
            ignored.append(name)
    return fields, ignored


def _framing(fields: Iterable[_Field]) -> tuple[list[_Field], list[bytes]]:
    """Return the fields that say where the body ends, and the names of contradictory ones.

    Without such a field, the body ends with the connection.
    """
    codings = _items(fields, b"transfer-encoding")
    if b"chunked" in codings:
        return [(b"Transfer-Encoding", b"chunked")], []
    lengths = _items(fields, b"content-length")
    if not lengths:
        return [], []
    length = lengths.pop()
    if lengths or not re.fullmatch(rb"\d{1,15}", length):
        return [], [b"Content-Length"]
    return [(b"Content-Length", length)], []


def _items(fields: Iterable[_Field], wanted: bytes) -> set[bytes]:
    values = (value for name, value in fields if name.lower() == wanted)
    return {item.strip().lower() for value in values for item in value.split(b",")}


def _describe(ignored: list[bytes]) -> list[_Field]:
    if not ignored:
        return []
    shown = [re.sub(rb"[^ -~]", b"?", name)[:_MAX_NAME].strip() for name in ignored[:_MAX_NAMED]]
    names = [name or b"(no name)" for name in shown]
    more = len(ignored) - len(names)
    text = b", ".join(names) + (b" and %d more" % more if more else b"")
    return [(IGNORED.encode(), text)]
