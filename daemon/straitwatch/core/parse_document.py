"""Parses a fetched body to clean entries in one call, which is the job of a parse worker."""

from dataclasses import dataclass
from datetime import datetime

from straitwatch.core.contents import describe_contents
from straitwatch.core.model import ParsedDocument
from straitwatch.core.normalize import FeedDefaults, clean_title, normalize_entries
from straitwatch.core.parse import parse_feed


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


def parse_document(request: ParseRequest) -> ParsedDocument:
    """Parse the body and clean its entries; never raises."""
    parsed = parse_feed(
        request.body,
        content_type=request.content_type,
        encoding=request.encoding,
        max_entries=request.max_entries,
    )
    entries = normalize_entries(
        parsed,
        feed_id=request.feed_id,
        base_url=request.url,
        fetched_at=request.fetched_at,
        defaults=FeedDefaults(timezone=request.timezone, language=request.language),
        as_published=request.as_published,
    )
    return ParsedDocument(
        format=parsed.format,
        title=clean_title(parsed.title),
        entries=entries,
        problem=parsed.problem,
        detail=parsed.detail,
        page=parsed.page,
        hints=parsed.hints,
        contents=describe_contents(entries, fetched_at=request.fetched_at),
    )
