"""Parses a fetched body to clean entries in one call, which is the job of a parse worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from straitwatch.core.backfill import older_url
from straitwatch.core.contents import describe_contents
from straitwatch.core.identity import join_url
from straitwatch.core.model import (
    NOTHING_SEEN,
    ParsedDocument,
    ParseProblem,
    PushOffer,
    RawFeed,
    SeenItems,
)
from straitwatch.core.normalize import (
    DocumentSource,
    FeedDefaults,
    SeenItem,
    clean_title,
    clean_url,
    normalize_document,
    pack_items,
    unpack_items,
)
from straitwatch.core.parse import parse_feed, read_sitemap


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseRequest:
    """A fetched body, and the settings of its feed."""

    body: bytes
    feed_id: str
    url: str  # the final address after redirects, for relative links
    fetched_at: datetime
    content_type: str = ""
    encoding: str | None = None
    timezone: str | None = None
    language: str = ""
    max_entries: int = 5000
    as_published: bool = False  # offline: keep an aggregator's " - Publisher" and repeated entries
    seen: SeenItems = NOTHING_SEEN  # the items of the feed's last document
    is_sitemap: bool = False  # or leads to one: robots.txt, an index


def parse_document(request: ParseRequest) -> ParsedDocument:
    """Parse the body and clean its entries; never raises.

    Items with the same bytes as in the last document are not parsed again: see `unread`.
    """
    known = {item.digest: item for item in unpack_items(request.seen.records)}
    new_only = _parse(request, known) if known else None
    return new_only or _parse(request, {}) or ParsedDocument(format="")


def _parse(request: ParseRequest, known: Mapping[bytes, SeenItem]) -> ParsedDocument | None:
    """Parse the body without its known items; None if in doubt about their entries."""
    parsed = _read(request, known)
    scope = _scope(parsed, request.url)
    if parsed.skipped and scope != request.seen.scope:
        return None
    source = DocumentSource(
        feed_id=request.feed_id,
        base_url=request.url,
        fetched_at=request.fetched_at,
        defaults=FeedDefaults(timezone=request.timezone, language=request.language),
        as_published=request.as_published,
    )
    normalized = normalize_document(parsed, source, known=known)
    if normalized is None:
        return None
    return ParsedDocument(
        format=parsed.format,
        title=clean_title(parsed.title),
        push=_absolute(parsed.push, request.url),
        entries=normalized.entries,
        unread=normalized.unread,
        seen=SeenItems(scope=scope, records=pack_items(normalized.items)),
        problem=parsed.problem,
        detail=_detail(parsed, request.url),
        page=parsed.page,
        hints=parsed.hints,
        older_url=older_url(parsed.older, page_url=request.url),
        contents=describe_contents(normalized.entries, fetched_at=request.fetched_at),
    )


def _detail(parsed: RawFeed, url: str) -> str:
    """Return the detail of a document, with the feed that a web page announces."""
    is_page = parsed.problem is ParseProblem.HTML
    address = clean_url(parsed.link, base=url) if is_page else ""
    return f"{parsed.detail}: {address}" if address else parsed.detail


def _read(request: ParseRequest, known: Mapping[bytes, SeenItem]) -> RawFeed:
    if request.is_sitemap:
        return read_sitemap(request.body, content_type=request.content_type)
    return parse_feed(
        request.body,
        content_type=request.content_type,
        encoding=request.encoding,
        max_entries=request.max_entries,
        known=known,
    )


def _scope(parsed: RawFeed, url: str) -> bytes:
    """Return a hash of the context of the items; b"" if none were found."""
    if not parsed.items:
        return b""
    return blake2b(parsed.scope + url.encode("utf-8", "replace"), digest_size=8).digest()


def _absolute(offer: PushOffer, base: str) -> PushOffer:
    """Resolve the addresses of an offer; they stay as written, because a hub compares them."""
    topic = join_url(base, offer.topic) if offer.topic else ""
    return PushOffer(topic=topic, hubs=tuple(join_url(base, hub) for hub in offer.hubs))
