"""Values for the store's contract tests."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from straitwatch.core.model import (
    Action,
    Alert,
    AlertFacts,
    AlertKind,
    Decision,
    Delivery,
    Entry,
    Feed,
    FeedState,
    Fold,
    Hit,
    Match,
    Outlet,
    Plan,
    PlannedEntry,
    PollReport,
    Reason,
    Relation,
    RuleScore,
    Severity,
    Story,
    StoryReport,
    Validators,
)
from straitwatch.store import StatusCounts, Store, claim_due_feeds, sync_feeds

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
SEND_LEASE = timedelta(seconds=30)


def make_feed(id_: str = "f1", **changes: Any) -> Feed:
    values: dict[str, Any] = {"id": id_, "name": f"Feed {id_}", "url": f"https://{id_}.example/rss"}
    return Feed(**(values | changes))


def claim(store: Store, *, now: datetime = NOW, limit: int = 10, **more: Any) -> list[FeedState]:
    return store.call(claim_due_feeds, now=now, limit=limit, lease=LEASE, **more)


def claimed_feed(store: Store, **changes: Any) -> FeedState:
    """Configure one feed and claim it."""
    store.call(sync_feeds, [make_feed(**changes)], NOW)
    return claim(store)[0]


def make_entry(id_: str = "e1", **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "id": id_,
        "guid": f"guid-{id_}",
        "url": f"https://news.example/{id_}?utm_source=x",
        "canonical_url": f"news.example/{id_}",
        "title": f"Ships cross the strait ({id_})",
        "summary": "穿越台海",
        "content": "Long text.",
        "authors": ("A. Writer", "B. 作者"),
        "published_at": NOW - timedelta(hours=1),
        "language": "en",
        "text_hash": b"\x00hash\xff",
    }
    return Entry(**(values | changes))


def make_match(watchlist: str = "taiwan-policy", **changes: Any) -> Match:
    values: dict[str, Any] = {
        "watchlist": watchlist,
        "score": 18,
        "severity": Severity.HIGH,
        "hits": (Hit(term="海峽", field="summary", start=0, end=2, text="穿越"),),
        "rules": (RuleScore(rule="match[0]", when="海峽", points=10),),
    }
    return Match(**(values | changes))


def make_fold(story_id: str = "s1", **changes: Any) -> Fold:
    values: dict[str, Any] = {
        "story_id": story_id,
        "relation": Relation.NEW,
        "reason": "new-event",
        "score": 0.125,
        "threshold": 0.14,
        "evidence": ("strait", "解放軍"),
    }
    return Fold(**(values | changes))


def make_outlet(name: str = "Feed f1") -> Outlet:
    return Outlet(name=name, stance="independent", tier=1, country="TW", language="en")


def make_story(id_: str = "s1", **changes: Any) -> Story:
    values: dict[str, Any] = {
        "id": id_,
        "title": "Ships cross the strait",
        "first_seen_at": NOW,
        "last_seen_at": NOW,
        "revision": 1,
        "severity": Severity.HIGH,
        "watchlists": ("taiwan-policy",),
        "outlets": ("Feed f1",),
        "reports": (
            StoryReport(
                outlet=make_outlet(), title="Ships", url="https://news.example/e1", seen_at=NOW
            ),
        ),
        "has_tier_one": True,
        "alerted_at": NOW,
        "threads": (("desk-slack", "", "d1"),),
    }
    return Story(**(values | changes))


def make_alert(id_: str = "a1", *, story_id: str = "s1", revision: int = 1, **more: Any) -> Alert:
    facts = AlertFacts(
        story_id=story_id,
        revision=revision,
        kind=AlertKind.NEW,
        reason=Reason.NEW_STORY,
        severity=more.get("severity", Severity.NORMAL),
        title="Ships cross the strait",
        url="https://news.example/e1",
        outlet=make_outlet(),
        first_seen_at=NOW,
        seen_at=NOW,
    )
    values: dict[str, Any] = {
        "id": id_,
        "kind": AlertKind.NEW,
        "story_id": story_id,
        "revision": revision,
        "severity": Severity.NORMAL,
        "facts": facts,
        "created_at": NOW,
        "config_version": "v1",
    }
    return Alert(**(values | more))


def make_delivery(id_: str = "d1", **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": id_,
        "alert_id": "a1",
        "receiver": "desk-slack",
        "routes": ("taiwan-desk",),
        "watchlists": ("taiwan-policy",),
        "give_up_at": NOW + timedelta(hours=24),
    }
    return Delivery(**(values | changes))


def make_planned(id_: str = "e1", **changes: Any) -> PlannedEntry:
    values: dict[str, Any] = {
        "entry": make_entry(id_),
        "is_new": True,
        "matches": (make_match(),),
        "fold": make_fold(),
        "decision": Decision(action=Action.ALERT, reason=Reason.NEW_STORY),
    }
    return PlannedEntry(**(values | changes))


def make_unmatched(id_: str, **changes: Any) -> PlannedEntry:
    return PlannedEntry(entry=make_entry(id_, **changes), is_new=True)


def make_plan(
    claimed: FeedState,
    entries: Sequence[PlannedEntry] | None = None,
    *,
    now: datetime = NOW,
    **changes: Any,
) -> Plan:
    """Build a plan for one matched entry that alerts one receiver by default."""
    state = FeedState(
        feed_id=claimed.feed_id,
        lease_seq=claimed.lease_seq,
        validators=Validators(etag='"new"'),
        next_due_at=now + timedelta(minutes=15),
        baseline_at=now,
        last_polled_at=now,
        last_ok_at=now,
        last_outcome="ok",
    )
    values: dict[str, Any] = {
        "state": state,
        "entries": tuple(entries) if entries is not None else (make_planned(),),
        "stories": (make_story(),),
        "alerts": (make_alert(),),
        "deliveries": (make_delivery(),),
        "report": PollReport(feed_id=claimed.feed_id, outcome="ok"),
    }
    return Plan(**(values | changes))


def make_quiet_plan(
    claimed: FeedState, entries: Sequence[PlannedEntry], *, now: datetime = NOW
) -> Plan:
    """Build a plan that stores entries without alerts."""
    return make_plan(claimed, entries, now=now, stories=(), alerts=(), deliveries=())


def make_counts(**changes: Any) -> StatusCounts:
    names = ("feeds", "polled", "failed", "entries_new", "stories_new", "alerts")
    zeros = dict.fromkeys((*names, "delivered", "pending", "dead"), 0)
    return StatusCounts(**zeros | changes)


def damage(path: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    with closing(sqlite3.connect(path)) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        where = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = database.execute(where, (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
