"""Parses the bytes of a feed to raw entries, even if the document is damaged.

`parse_feed` never raises. It decodes the bytes (`decode`), repairs the text (`repair`), and reads
XML with feedparser and JSON Feed with `json_feed`. `core.normalize` cleans the entries later.
"""

import zlib
from collections.abc import Collection
from dataclasses import replace

from straitwatch.core.model import ParseProblem, RawFeed
from straitwatch.core.parse.decode import decode_document
from straitwatch.core.parse.hints import read_hints
from straitwatch.core.parse.json_feed import read_json_feed
from straitwatch.core.parse.older import find_older
from straitwatch.core.parse.outside import hash_entries
from straitwatch.core.parse.sitemap import read_sitemap
from straitwatch.core.parse.web_page import describe_page

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "decode_document",
    "describe_page",
    "hash_entries",
    "parse_feed",
    "read_sitemap",
]

MAX_DOCUMENT_BYTES = 16_000_000  # after decompression; the largest of 932 real feeds had 4 MB
_GZIP_MAGIC = b"\x1f\x8b"


def parse_feed(
    body: bytes,
    *,
    content_type: str = "",
    encoding: str | None = None,
    max_entries: int = 5000,
    known: Collection[bytes] = (),
) -> RawFeed:
    """Parse a document as a feed; damage is reported as `problem`.

    Args:
        body: the bytes from the server after HTTP content decoding.
        content_type: the HTTP header; only its charset is used, as a hint.
        encoding: the configured encoding, for feeds that declare none.
        max_entries: entries beyond this number are dropped and reported.
        known: the digests of items that are not read again.
    """
    inflated, is_cut = _inflate(body)
    if inflated is None:
        return _problem(ParseProblem.TOO_LARGE, f"more than {MAX_DOCUMENT_BYTES:,} bytes")
    try:
        text = decode_document(inflated, content_type=content_type, encoding=encoding)
        parsed = _parse_text(text, max_entries, known)
    except RecursionError:
        return _problem(ParseProblem.NOT_A_FEED, "nested too deeply")
    if is_cut and parsed.problem is None:
        return _problem(ParseProblem.TRUNCATED, "the compressed data ends early", parsed)
    return parsed


def _parse_text(text: str, max_entries: int, known: Collection[bytes]) -> RawFeed:
    start = text.lstrip("\x00 \t\r\n\ufeff\u200b\xa0")
    if not start:
        return _problem(ParseProblem.EMPTY, "an empty document")
    if start[0] in "{[":
        return read_json_feed(start, max_entries=max_entries)
    # Only workers parse, and the daemon starts 15 ms of CPU faster without feedparser.
    from straitwatch.core.parse.xml_feed import read_xml_feed  # noqa: PLC0415

    parsed = read_xml_feed(start, max_entries=max_entries, known=known)
    return replace(parsed, hints=read_hints(start), older=find_older(start))


def _inflate(body: bytes) -> tuple[bytes | None, bool]:
    """Decompress undeclared gzip, and say if it is truncated; None if the result is too large."""
    if not body.startswith(_GZIP_MAGIC):
        return (body if len(body) <= MAX_DOCUMENT_BYTES else None), False
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        inflated = inflater.decompress(body, MAX_DOCUMENT_BYTES + 1)
    except zlib.error:
        return body, False
    if len(inflated) > MAX_DOCUMENT_BYTES:
        return None, False
    return inflated, not inflater.eof


def _problem(problem: ParseProblem, detail: str, parsed: RawFeed | None = None) -> RawFeed:
    found = parsed or RawFeed(format="")
    return RawFeed(
        format=found.format,
        title=found.title,
        link=found.link,
        language=found.language,
        push=found.push,
        entries=found.entries,
        problem=problem,
        detail=detail,
    )
