"""A long document is stored in parts; the feed's state follows with the last one."""

from dataclasses import replace
from datetime import timedelta

from builders import poll_of
from builders.beat import BEAT
from builders.store import NOW, claim, claimed_feed, make_entry, make_feed
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    FeedState,
    Poll,
    Route,
    Sourced,
    Validators,
    WatchList,
)
from straitwatch.core.report import Arrival, split_poll
from straitwatch.core.rules import Rules
from straitwatch.pipeline import FoldWindowCache, commit_poll
from straitwatch.store import Store, StoredStories, feed_states, known_entries, last_seq

FEED = make_feed()
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
ENTRIES = [make_entry(f"e{n}", published_at=NOW) for n in range(4)]


def poll(claimed: FeedState, *entries: Entry) -> Poll:
    state = replace(claimed, baseline_at=NOW - timedelta(days=9))
    after = replace(state, last_polled_at=NOW, next_due_at=NOW, validators=Validators(etag="new"))
    arrival = Arrival(feed=FEED, state=state, seen_at=NOW)
    return poll_of(*entries, arrival=arrival, rules=RULES, state=after)


def etag(store: Store) -> str:
    return store.call(feed_states)[FEED.id].validators.etag


def test_first_part_of_a_document_leaves_the_state_of_its_feed(store: Store) -> None:
    first, last = split_poll(poll(claimed_feed(store), *ENTRIES), 2)
    folding = FoldWindowCache()

    store.call(commit_poll, first, rules=RULES, folding=folding)
    assert (store.call(last_seq), etag(store)) == (2, "")

    store.call(commit_poll, last, rules=RULES, folding=folding)
    assert (store.call(last_seq), etag(store)) == (4, "new")


def test_entries_of_a_part_are_known_when_the_document_is_read_again(store: Store) -> None:
    first, _ = split_poll(poll(claimed_feed(store), *ENTRIES), 2)

    store.call(commit_poll, first, rules=RULES, folding=FoldWindowCache())

    assert set(store.call(known_entries, [entry.id for entry in ENTRIES])) == {"e0", "e1"}


def test_part_is_refused_when_somebody_else_has_claimed_the_feed(store: Store) -> None:
    first, last = split_poll(poll(claimed_feed(store), *ENTRIES), 2)
    folding = FoldWindowCache()
    store.call(commit_poll, first, rules=RULES, folding=folding)
    assert claim(store, now=NOW + timedelta(days=1))

    report = store.call(commit_poll, last, rules=RULES, folding=folding)

    assert (report.outcome, store.call(last_seq), etag(store)) == ("fenced", 2, "")


def test_stored_stories_are_read_when_they_are_asked_for(store: Store) -> None:
    made = poll(claimed_feed(store), ENTRIES[0])
    store.call(commit_poll, made, rules=RULES, folding=FoldWindowCache())

    def ask(tx) -> tuple[str, list[str]]:
        stories = StoredStories(tx)
        assert stories.get("unknown") is None
        return stories[story_id].title, list(stories)

    (story_id,) = {row.story_id for row in store.call(known_entries, ["e0"]).values()}
    assert store.call(ask) == (ENTRIES[0].title, [story_id])
