"""Build feeds, their entries, and the polls that read them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from straitwatch.core.baseline import silent_entries
from straitwatch.core.model import Entry, Feed, FeedState, ParsedDocument, Poll
from straitwatch.core.report import Arrival, build_reports, gather_poll
from straitwatch.core.rules import Rules

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


def seen_feed_state(feed: Feed) -> FeedState:
    return replace(FeedState(feed_id=feed.id), baseline_at=NOON, lease_seq=1)


def make_arrival(feed: Feed | None = None, **values: Any) -> Arrival:
    feed = feed or make_feed()
    filled: dict[str, Any] = {"feed": feed, "state": seen_feed_state(feed), "seen_at": NOON}
    return Arrival(**(filled | values))


def poll_of(
    *entries: Entry,
    arrival: Arrival,
    rules: Rules,
    state: FeedState | None = None,
) -> Poll:
    """Make the poll that brings these entries; the feed's state stays as it is unless given."""
    read = ParsedDocument(format="rss20", entries=entries)
    silent = silent_entries(
        read,
        arrival.known,
        state=arrival.state,
        backfill=rules.policy.backfill,
        now=arrival.seen_at,
    )
    arrival = replace(arrival, silent=silent)
    changed = (entry for entry in entries if arrival.has_changed(entry))
    reports = build_reports(changed, arrival, rules)
    return gather_poll(read, arrival, state or arrival.state, reports)
