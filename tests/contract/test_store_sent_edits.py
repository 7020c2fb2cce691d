"""Sent edits are known to every replica, and after a restart."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import poll_of
from builders.beat import BEAT
from builders.store import NOW, make_entry, make_feed
from straitwatch.core.match import compile_rules
from straitwatch.core.model import AlertPolicy, Entry, FeedState, Reason, Route, Sourced, WatchList
from straitwatch.core.normalize import hash_text
from straitwatch.core.report import Arrival
from straitwatch.core.rules import Rules
from straitwatch.pipeline import FoldWindowCache, commit_poll
from straitwatch.store import (
    Store,
    Transaction,
    claim_due_feeds,
    known_entries,
    recent_reports,
    sync_feeds,
)

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
FEEDS = {name: make_feed(name, name=f"Outlet {name}") for name in ("one", "two")}
MATCHER, PROBLEMS = compile_rules(
    {}, (WatchList(id="strait", title="Strait", match=(Sourced(text="strait"),)),)
)
assert MATCHER is not None, PROBLEMS
RULES = Rules(
    beat=BEAT,
    matcher=MATCHER,
    policy=AlertPolicy(routes=(Route(name="desk", send=("desk-slack",)),)),
    titles={"strait": "Strait"},
    recipients={"desk-slack": ("",)},
)
TITLE = "Fleet of twelve ships crosses the strait at dawn"
CORRECTED = "Correction: Fleet of ten ships crosses the strait at dawn"
AGAIN = "Correction: Fleet of ten ships crosses the strait before dawn"

# Who takes the polls, in turn: one, two replicas, or one that is started anew before each.
WAYS = {"one": [0, 0, 0, 0], "replicas": [0, 1, 0, 1], "restarts": [0, 1, 2, 3]}


@pytest.fixture(params=WAYS)
def foldings(request: pytest.FixtureRequest) -> list[FoldWindowCache]:
    made = [FoldWindowCache() for _ in range(4)]
    return [made[number] for number in WAYS[request.param]]


def test_correction_in_an_edit_is_sent_once(store: Store, foldings: list[FoldWindowCache]) -> None:
    first, second, third, fourth = foldings

    assert poll(store, "one", [entry("e1", TITLE)], 0, first) == (Reason.NEW_STORY,)
    assert poll(store, "two", [entry("e2", f"{TITLE} off the coast")], 1, second) == (
        Reason.RETELLING,
    )
    assert poll(store, "one", [entry("e1", CORRECTED)], 2, third) == (Reason.CORRECTION,)
    assert poll(store, "one", [entry("e1", AGAIN)], 3, fourth) == (Reason.KNOWN_ENTRY,)


def test_poll_brings_several_edits(store: Store) -> None:
    titles = {"e1": TITLE, "e2": "Ferries over the strait are late after a storm"}
    poll(store, "one", [entry(id_, title) for id_, title in titles.items()], 0, FoldWindowCache())

    edited = [entry(id_, f"{title}, again") for id_, title in titles.items()]

    assert poll(store, "one", edited, 1, FoldWindowCache()) == (
        Reason.KNOWN_ENTRY,
        Reason.KNOWN_ENTRY,
    )


def test_first_words_of_a_report_that_is_sent_as_an_edit_were_not_sent(store: Store) -> None:
    poll(store, "one", [entry("e1", TITLE)], 0, FoldWindowCache())
    poll(store, "two", [entry("e2", f"{TITLE} off the coast")], 1, FoldWindowCache())

    assert poll(store, "two", [entry("e2", CORRECTED)], 2, FoldWindowCache()) == (
        Reason.CORRECTION,
    )

    reports = store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)
    assert {report.features.entry_id: report.is_sent for report in reports} == {
        "e1": True,
        "e2": False,
    }


def entry(id_: str, title: str) -> Entry:
    return make_entry(
        id_, title=title, summary="", content="", text_hash=hash_text((title,)), published_at=None
    )


def poll(
    store: Store, feed: str, entries: list[Entry], hours: int, folding: FoldWindowCache
) -> tuple[Reason, ...]:
    """Poll a known feed with these entries; return the decisions."""
    now = NOW + hours * HOUR
    store.call(sync_feeds, list(FEEDS.values()), NOW)
    (claimed,) = store.call(claim_due_feeds, now=now, limit=1, lease=HOUR, only=[feed])
    return store.call(_commit, replace(claimed, baseline_at=NOW - WEEK), entries, now, folding)


def _commit(
    tx: Transaction, state: FeedState, entries: list[Entry], now: datetime, folding: FoldWindowCache
) -> tuple[Reason, ...]:
    after = replace(state, last_polled_at=now, last_ok_at=now, next_due_at=now)
    known = known_entries(tx, [entry.id for entry in entries])
    arrival = Arrival(feed=FEEDS[state.feed_id], state=state, seen_at=now, known=known)
    made = poll_of(*entries, arrival=arrival, rules=RULES, state=after)
    return commit_poll(tx, made, rules=RULES, folding=folding).reasons
