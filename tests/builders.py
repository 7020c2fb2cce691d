"""Builders that fill in what a test does not talk about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from straitwatch.core.model import (
    Entry,
    Feed,
    FeedState,
    Fold,
    Hit,
    Match,
    Relation,
    Route,
    Severity,
    Story,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make_feed(name: str = "Example Wire", **values: Any) -> Feed:
    slug = name.lower().replace(" ", "-")
    filled: dict[str, Any] = {
        "id": slug[:12],
        "name": name,
        "url": f"https://{slug}.example/rss",
        "language": "en",
        "tier": 2,
    }
    return Feed(**(filled | values))


def make_entry(title: str = "Ships cross the strait", **values: Any) -> Entry:
    slug = title.lower().replace(" ", "-")
    filled: dict[str, Any] = {
        "id": f"entry-{slug}",
        "guid": slug,
        "url": f"https://news.example/{slug}",
        "canonical_url": f"news.example/{slug}",
        "title": title,
        "published_at": NOON,
        "language": "en",
        "text_hash": title.encode()[:8],
    }
    return Entry(**(filled | values))


def make_hit(text: str = "strait", *, start: int = 16, field: str = "title") -> Hit:
    return Hit(term=text, field=field, start=start, end=start + len(text), text=text)


def make_match(watchlist: str = "taiwan-policy", **values: Any) -> Match:
    filled: dict[str, Any] = {
        "watchlist": watchlist,
        "score": 10,
        "severity": Severity.NORMAL,
        "hits": (make_hit(),),
    }
    return Match(**(filled | values))


def make_story(**values: Any) -> Story:
    filled: dict[str, Any] = {
        "id": "story-1",
        "title": "Ships cross the strait",
        "first_seen_at": NOON,
        "last_seen_at": NOON,
        "revision": 1,
        "severity": Severity.NORMAL,
        "watchlists": ("taiwan-policy",),
        "outlets": ("Example Wire",),
        "alerted_at": NOON,
    }
    return Story(**(filled | values))


def make_fold(relation: Relation = Relation.NEW, story_id: str = "story-1") -> Fold:
    return Fold(story_id=story_id, relation=relation, reason="new-event")


def make_route(name: str = "desk", **values: Any) -> Route:
    filled: dict[str, Any] = {"name": name, "send": ("desk-slack",)}
    return Route(**(filled | values))


def seen_feed_state(feed: Feed) -> FeedState:
    return replace(FeedState(feed_id=feed.id), baseline_at=NOON, lease_seq=1)
