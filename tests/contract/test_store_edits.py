"""Edits of entries that were reported before: a correction is sent once."""

from dataclasses import replace
from datetime import datetime, timedelta

from builders import poll_of
from builders.store import NOW, make_entry
from contract.test_store_returning import FEED, MONTH, RULES
from straitwatch.core.model import Entry, FeedState, PollReport, Reason
from straitwatch.core.report import Arrival
from straitwatch.pipeline import FoldWindowCache, commit_poll
from straitwatch.store import Store, Transaction, claim_due_feeds, known_entries, sync_feeds

TITLE = "Fleet of twelve ships crosses the strait at dawn"
CORRECTED = "CORRECTED: Fleet of two ships crosses the strait at dawn"


def poll(store: Store, entry: Entry, *, now: datetime) -> PollReport:
    """Poll a feed that was seen before, as a replica that has just started."""
    store.call(sync_feeds, [FEED], now)
    (claimed,) = store.call(claim_due_feeds, now=now, limit=1, lease=timedelta(hours=1))
    return store.call(_commit, replace(claimed, baseline_at=NOW - MONTH), entry, now)


def _commit(tx: Transaction, state: FeedState, entry: Entry, now: datetime) -> PollReport:
    after = replace(state, last_polled_at=now, next_due_at=now)
    known = known_entries(tx, [entry.id])
    arrival = Arrival(feed=FEED, state=state, seen_at=now, known=known)
    poll = poll_of(entry, arrival=arrival, rules=RULES, state=after)
    return commit_poll(tx, poll, rules=RULES, folding=FoldWindowCache())


def entry(title: str, text: str, **changes: object) -> Entry:
    made = make_entry("e1", title=title, canonical_url="news.example/fleet", published_at=None)
    return replace(made, text_hash=text.encode().ljust(16), **changes)


def test_correction_is_sent_once_by_any_replica(store: Store) -> None:
    poll(store, entry(TITLE, "one"), now=NOW)
    second = poll(store, entry(CORRECTED, "two"), now=NOW + timedelta(hours=1))
    third = poll(store, entry(CORRECTED + " today", "three"), now=NOW + timedelta(hours=2))

    assert (second.reasons, third.reasons) == ((Reason.CORRECTION,), (Reason.KNOWN_ENTRY,))


def test_correction_is_sent_after_its_story_is_closed(store: Store) -> None:
    poll(store, entry(TITLE, "one"), now=NOW)
    edited = poll(store, entry(CORRECTED, "two"), now=NOW + timedelta(days=4))

    assert edited.reasons == (Reason.CORRECTION,)


def test_correction_is_sent_when_its_entry_is_late(store: Store) -> None:
    poll(store, entry(TITLE, "one", published_at=NOW), now=NOW)
    edited = poll(store, entry(CORRECTED, "two", published_at=NOW), now=NOW + timedelta(hours=50))

    assert edited.reasons == (Reason.CORRECTION,)
