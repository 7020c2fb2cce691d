"""Reads a response body as a stream, and caps its size before and after decompression."""

import re

import aiohttp

from straitwatch.core.model import FetchFailure
from straitwatch.fetch.decoders import BodyDecoder, looks_like_feed, read_codings, too_large
from straitwatch.fetch.failure import FetchError

_END_OF_FEED = re.compile(rb"(?:</(?:rss|feed|rdf:RDF)\s*>|\})\s*\Z")


async def read_body(response: aiohttp.ClientResponse, *, limit: int) -> tuple[bytes, list[str]]:
    """Return the whole body, and the announced content encodings that do not exist.

    Raises:
        FetchError: the body is too large, damaged, truncated or in an unknown encoding.
    """
    if (response.content_length or 0) > limit:
        raise too_large(limit)
    codings, unknown = read_codings(response.headers.getall("Content-Encoding", []))
    body = await _read(response, BodyDecoder(codings, limit=limit), limit=limit)
    if unknown and body and not looks_like_feed(body):
        raise FetchError(FetchFailure.PROTOCOL, "a content encoding that was not asked for")
    return body, unknown


async def _read(response: aiohttp.ClientResponse, decoder: BodyDecoder, *, limit: int) -> bytes:
    parts: list[bytes] = []
    received = 0
    try:
        async for chunk in response.content.iter_any():
            received += len(chunk)
            if received > limit:
                raise too_large(limit)
            parts.append(decoder.feed(chunk))
    except aiohttp.ClientPayloadError:
        body = b"".join((*parts, decoder.finish()))
        # A wrong Content-Length does no harm if the document itself is complete.
        if not decoder.is_compressed and not _END_OF_FEED.search(body[-100:]):
            raise
        return body
    return b"".join((*parts, decoder.finish()))
