"""Any malformed line in the head of a response leaves the other headers as they are."""

import asyncio
import re
from collections.abc import Sequence

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_parser import HttpResponseParser
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDictProxy

from straitwatch.fetch.head import repair_head

GOOD = (b"Content-Type: text/xml", b'ETag: "1"', b"Cache-Control: max-age=60")
# A line cannot hold its own end, and white space at its start continues the line before it.
lines = st.binary(max_size=60).map(lambda line: re.sub(rb"[\r\n]", b"", line).lstrip(b" \t"))
odd_lines = lines | st.text('ab:; \t"()<>@,/[]?={}-', max_size=30).map(
    lambda text: text.strip().encode()
)


def headers_of(head: bytes) -> CIMultiDictProxy[str]:
    """Read a head with the parser of the fetcher."""
    loop = asyncio.new_event_loop()
    try:
        parser = HttpResponseParser(
            BaseProtocol(loop), loop, 2**16, read_until_eof=True, max_field_size=2**15
        )
        messages, _, _ = parser.feed_data(head)
    finally:
        loop.close()
    return messages[0][0].headers


@given(st.lists(odd_lines.filter(bool), max_size=4), st.integers(0, len(GOOD)))
def test_good_headers_survive_any_other_line(odd: Sequence[bytes], at: int) -> None:
    written = [*GOOD[:at], *odd, *GOOD[at:]]
    head = b"HTTP/1.1 200 OK\r\n" + b"\r\n".join(written) + b"\r\n\r\n"

    headers = headers_of(repair_head(head))

    for line in GOOD:
        name, _, value = line.decode().partition(": ")
        assert value in headers.getall(name)


@given(st.binary(max_size=200))
def test_repair_never_fails(head: bytes) -> None:
    assert isinstance(repair_head(b"HTTP/1.1 200" + head + b"\r\n\r\n"), bytes)
