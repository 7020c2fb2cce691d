"""Build matches, reports, stories, and the routes that they take."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from builders.beat import BEAT
from builders.feeds import NOON, make_arrival, make_entry, make_feed
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    Feed,
    Fold,
    Hit,
    Match,
    Relation,
    Report,
    Route,
    Severity,
    Story,
)
from straitwatch.core.report import make_report
from straitwatch.core.story import add_sources, raise_severity


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
        BEAT,
    )
    return replace(made, **changes)


def grown(*reports: tuple[str, str, str]) -> Story:
    """Return a story with reports, each an outlet, its stance and whose reporting it carries."""
    story = None
    for outlet, stance, origin in reports:
        feed = make_feed(outlet, stance=stance)
        report = report_of(feed=feed, attributions=(origin or outlet,))
        story = raise_severity(add_sources(story, report, make_fold()), report.matches)
    assert story is not None
    return story
