"""Reads JSON Feed 1.0 and 1.1, which feedparser does not support."""

import json
import re
from collections.abc import Iterator
from typing import Any

from straitwatch.core.model import OlderEntries, ParseProblem, PushOffer, RawEntry, RawFeed

_VERSION = re.compile(r"jsonfeed\.org/version/1(\.1)?")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_ITEM_KEYS = {"id", "url", "external_url", "title", "content_html", "content_text", "summary"}
_PLAIN = frozenset({"title", "summary"})
_DECODER = json.JSONDecoder(strict=False)  # control characters in strings are common


def read_json_feed(text: str, *, max_entries: int) -> RawFeed:
    """Read a JSON Feed; items that are not objects are dropped, and a truncated end is reported."""
    try:
        document = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return _read_broken(text, str(error), max_entries)
    if not isinstance(document, dict):
        return _not_a_feed("JSON, but not an object")
    items = document.get("items")
    version = _VERSION.search(_text(document.get("version")))
    if version is None and not _looks_like_items(items):
        return _not_a_feed("JSON, but not a JSON Feed")
    return _feed(document, items if isinstance(items, list) else [], max_entries)


def _feed(document: dict[str, Any], items: list[Any], max_entries: int) -> RawFeed:
    too_many = len(items) > max_entries
    return RawFeed(
        format=_format(_text(document.get("version"))),
        title=_text(document.get("title")),
        link=_text(document.get("home_page_url")),
        language=_text(document.get("language")),
        push=_push_offer(document),
        older=OlderEntries(link=_text(document.get("next_url"))),
        entries=tuple(_entry(item) for item in items[:max_entries] if isinstance(item, dict)),
        problem=ParseProblem.TOO_MANY_ENTRIES if too_many else None,
        detail=f"{len(items)} entries, the first {max_entries} were read" if too_many else "",
    )


def _push_offer(document: dict[str, Any]) -> PushOffer:
    hubs = document.get("hubs")
    found = [hub for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    urls = [_text(hub.get("url")) for hub in found if _text(hub.get("type")).lower() == "websub"]
    return PushOffer(topic=_text(document.get("feed_url")), hubs=tuple(filter(None, urls)))


def _read_broken(text: str, error: str, max_entries: int) -> RawFeed:
    """Read the complete items before the error in a document."""
    start = _ITEMS.search(text)
    head = text[: start.start()] if start else text
    if start is None or not _VERSION.search(text):
        return _not_a_feed(f"JSON that cannot be read: {error}")
    version = _VERSION.search(head) or _VERSION.search(text)
    items = list(_whole_items(text, start.end()))
    return RawFeed(
        format=_format(version[0] if version else ""),
        entries=tuple(_entry(item) for item in items[:max_entries]),
        problem=ParseProblem.TRUNCATED,
        detail=f"the document ends early: {error}",
    )


def _whole_items(text: str, position: int) -> Iterator[dict[str, Any]]:
    while True:
        position = _skip(text, position)
        try:
            item, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        if isinstance(item, dict):
            yield item


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n,":
        position += 1
    return position


def _entry(item: dict[str, Any]) -> RawEntry:
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        content=_text(item.get("content_html")) or _text(item.get("content_text")),
        plain=_PLAIN if _text(item.get("content_html")) else _PLAIN | {"content"},
        authors=_authors(item),
        categories=_tags(item.get("tags")),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        language=_text(item.get("language")),
    )


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = [_text(p.get("name")) if isinstance(p, dict) else _text(p) for p in people]
    return tuple(name for name in names if name)


def _tags(tags: object) -> tuple[str, ...]:
    names = [_text(tag) for tag in tags] if isinstance(tags, list) else []
    return tuple(name for name in names if name)


def _text(value: object) -> str:
    """Return a string or a number as text; "" for other values."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # more digits than Python converts
            return ""
    return ""


def _format(version: str) -> str:
    found = _VERSION.search(version)
    if found is None:
        return "json"
    return "json11" if found[1] else "json10"


def _looks_like_items(items: object) -> bool:
    if not isinstance(items, list) or not items:
        return False
    return all(isinstance(item, dict) and len(_ITEM_KEYS & item.keys()) > 1 for item in items[:5])


def _not_a_feed(detail: str) -> RawFeed:
    return RawFeed(format="", problem=ParseProblem.NOT_A_FEED, detail=detail[:200])
