"""Several replicas on one database fold and alert as one would."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders import poll_of
from builders.beat import BEAT
from builders.store import NOW, make_entry, make_feed
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    Feed,
    FeedState,
    FoldedReport,
    Route,
    Sourced,
    WatchList,
)
from straitwatch.core.report import Arrival
from straitwatch.core.rules import Rules
from straitwatch.pipeline import FoldWindowCache, commit_poll, refold
from straitwatch.store import (
    Store,
    Transaction,
    claim_due_feeds,
    list_deliveries,
    list_stories,
    recent_reports,
    sync_feeds,
)

REPLICAS = 3
WEEK = timedelta(days=7)
# Invented. Each event has three wordings, so that folding has to decide.
EVENTS = [
    (
        "Fleet of twelve ships crosses the strait at dawn",
        "Twelve ships of a fleet cross the strait before dawn",
        "At dawn a fleet crosses the strait with twelve ships",
    ),
    (
        "Ferry service over the strait resumes after the storm",
        "After the storm ferry service across the strait is back",
        "Strait ferry service resumes as the storm moves on",
    ),
    (
        "Parliament debates a budget for strait radar stations",
        "Radar stations on the strait: parliament argues over the budget",
        "Budget for radar stations at the strait before parliament",
    ),
]
OUTLETS = 4
STRAIT = WatchList(id="strait", title="Strait", match=(Sourced(text="strait"),))
MATCHER, PROBLEMS = compile_rules({}, (STRAIT,))
assert MATCHER is not None, PROBLEMS
RULES = Rules(
    beat=BEAT,
    matcher=MATCHER,
    policy=AlertPolicy(routes=(Route(name="desk", send=("desk-slack",)),)),
    titles={"strait": "Strait"},
    recipients={"desk-slack": ("",)},
)


@dataclass(frozen=True, slots=True)
class Poll:
    """One feed that has one new entry."""

    feed: Feed
    entry: Entry
    now: datetime


def polls() -> Iterator[Poll]:
    """Build a feed for each outlet, with each event in each of its wordings."""
    for number in range(OUTLETS * len(EVENTS) * 3):
        outlet, event, way = number % OUTLETS, number // OUTLETS % len(EVENTS), number % 3
        id_ = f"{number:02}"
        feed = make_feed(f"f{id_}", name=f"Outlet {outlet}")
        entry = make_entry(
            f"e{id_}",
            title=EVENTS[event][way],
            summary="",
            canonical_url=f"outlet{outlet}.example/{number}",
            source=f"Outlet {outlet}",
            published_at=NOW,
        )
        yield Poll(feed, entry, NOW + timedelta(minutes=number))


def claimed(store: Store) -> dict[str, FeedState]:
    """Configure and claim all feeds, which were seen before."""
    store.call(sync_feeds, [poll.feed for poll in polls()], NOW)
    states = store.call(claim_due_feeds, now=NOW, limit=1000, lease=WEEK)
    return {state.feed_id: replace(state, baseline_at=NOW - WEEK) for state in states}


def commit(tx: Transaction, poll: Poll, state: FeedState, folding: FoldWindowCache) -> None:
    after = replace(state, last_polled_at=poll.now, next_due_at=poll.now + WEEK)
    arrival = Arrival(feed=poll.feed, state=state, seen_at=poll.now)
    made = poll_of(poll.entry, arrival=arrival, rules=RULES, state=after)
    commit_poll(tx, made, rules=RULES, folding=folding)


def work(store: Store, share: list[Poll], states: dict[str, FeedState]) -> None:
    """Run one replica, with its own polls, window and clock."""
    folding = FoldWindowCache()
    for poll in share:
        store.call(commit, poll, states[poll.feed.id], folding)


def what_was_said(store: Store) -> tuple[list[tuple], list[tuple]]:
    """Return the stories and the messages, without values that depend on the engine."""
    stories = store.call(list_stories, limit=100)
    messages = store.call(list_deliveries, limit=1000)
    return (
        sorted(
            (story.id, story.title, story.revision, story.outlets, story.origins)
            for story in stories
        ),
        sorted(
            (message.delivery.id, message.delivery.parent_id, message.kind) for message in messages
        ),
    )


@pytest.fixture
def replicas(store_url: str) -> Iterator[list[Store]]:
    """Stores of their own on one database."""
    opened = [Store.open(store_url) for _ in range(REPLICAS)]
    yield opened
    for store in opened:
        store.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Store]:
    """The store of a replica that has no others beside it."""
    store = Store.open(f"sqlite:///{tmp_path}/alone.db")
    yield store
    store.close()


def run_at_once(replicas: list[Store]) -> None:
    states, todo = claimed(replicas[0]), list(polls())
    shares = [todo[n::REPLICAS] for n in range(REPLICAS)]
    with ThreadPoolExecutor(REPLICAS) as pool:
        done = [pool.submit(work, *both, states) for both in zip(replicas, shares, strict=True)]
        for one in done:
            one.result()


def run_in_turns(replicas: list[Store]) -> None:
    states, foldings = claimed(replicas[0]), [FoldWindowCache() for _ in replicas]
    for number, poll in enumerate(polls()):
        turn = number * 7 % REPLICAS if number % 5 else 0  # one is ahead, the others catch up
        replicas[turn].call(commit, poll, states[poll.feed.id], foldings[turn])


@pytest.mark.parametrize("run", [run_at_once, run_in_turns])
def test_replicas_decide_like_one_process_with_the_same_order(
    replicas: list[Store], alone: Store, run: Callable[[list[Store]], None]
) -> None:
    run(replicas)

    seen = [report.features.entry_id for report in reports(replicas[0])]
    by_entry = {poll.entry.id: poll for poll in polls()}
    assert sorted(seen) == sorted(by_entry)
    work(alone, [by_entry[entry_id] for entry_id in seen], claimed(alone))
    assert what_was_said(replicas[0]) == what_was_said(alone)


def test_replay_of_the_reports_of_replicas_finds_no_difference(replicas: list[Store]) -> None:
    run_at_once(replicas)

    again = list(refold(reports(replicas[0]), BEAT.lexicon, {}))

    assert [now for _, now in again] == [report.fold for report, _ in again]


def test_replicas_open_each_story_once(replicas: list[Store]) -> None:
    run_at_once(replicas)

    stories, messages = what_was_said(replicas[0])
    assert len(stories) < len(list(polls())) / 3
    firsts = [message for message in messages if message[2] == "new"]
    assert len(firsts) == len(stories)


def reports(store: Store) -> list[FoldedReport]:
    return store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)
