"""Builders that fill in what a test does not talk about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from straitwatch.core.baseline import silent_entries
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    Feed,
    FeedState,
    Fold,
    Hit,
    Match,
    ParsedDocument,
    Poll,
    Relation,
    Report,
    Route,
    Severity,
    Story,
)
from straitwatch.core.report import Arrival, build_reports, gather_poll, make_report
from straitwatch.core.rules import Rules
from straitwatch.core.story import add_sources, raise_severity

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
    story = Story(**(filled | values))
    if story.revision and "sent_severity" not in values:
        return replace(story, sent_severity=story.severity, sent_languages=("en",))
    return story


def make_fold(relation: Relation = Relation.NEW, story_id: str = "story-1") -> Fold:
    return Fold(story_id=story_id, relation=relation, reason="new-event")


def make_route(name: str = "desk", **values: Any) -> Route:
    filled: dict[str, Any] = {"name": name, "send": ("desk-slack",)}
    return Route(**(filled | values))


def seen_feed_state(feed: Feed) -> FeedState:
    return replace(FeedState(feed_id=feed.id), baseline_at=NOON, lease_seq=1)


def make_arrival(feed: Feed | None = None, **values: Any) -> Arrival:
    feed = feed or make_feed()
    filled: dict[str, Any] = {"feed": feed, "state": seen_feed_state(feed), "seen_at": NOON}
    return Arrival(**(filled | values))


def report_of(
    entry: Entry | None = None,
    *matches: Match,
    feed: Feed | None = None,
    now: datetime = NOON,
    **changes: Any,
) -> Report:
    """Make the report of an entry on which one list fires, unless others are given."""
    made = make_report(
        entry or make_entry(),
        matches or (make_match(),),
        make_arrival(feed, seen_at=now),
        AlertPolicy(),
    )
    return replace(made, **changes)


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


def grown(*reports: tuple[str, str, str]) -> Story:
    """Return a story with reports, each an outlet, its stance and whose reporting it carries."""
    story = None
    for outlet, stance, origin in reports:
        feed = make_feed(outlet, stance=stance)
        report = report_of(feed=feed, attributions=(origin or outlet,))
        story = raise_severity(add_sources(story, report, make_fold()), report.matches)
    assert story is not None
    return story
