"""Pages that come back after an absence, longer ago than folding looks back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import poll_of
from builders.beat import BEAT
from builders.store import NOW, make_entry, make_feed
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    FeedState,
    PollReport,
    Reason,
    Route,
    Sourced,
    WatchList,
)
from straitwatch.core.report import Arrival
from straitwatch.core.rules import Rules
from straitwatch.pipeline import WINDOW, FoldWindowCache, commit_poll, refold
from straitwatch.store import Store, Transaction, claim_due_feeds, recent_reports, sync_feeds

MONTH = timedelta(days=30)
HOUR = timedelta(hours=1)
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
TITLE = "Fleet of twelve ships crosses the strait at dawn"


def poll(store: Store, *entries: Entry, now: datetime) -> PollReport:
    """Poll a feed that was seen before and that lists these entries."""
    store.call(sync_feeds, [FEED], now)
    (claimed,) = store.call(claim_due_feeds, now=now, limit=1, lease=HOUR)
    return store.call(commit, replace(claimed, baseline_at=NOW - MONTH), entries, now)


def commit(
    tx: Transaction, state: FeedState, entries: tuple[Entry, ...], now: datetime
) -> PollReport:
    after = replace(state, last_polled_at=now, next_due_at=now)
    arrival = Arrival(feed=FEED, state=state, seen_at=now)
    poll = poll_of(*entries, arrival=arrival, rules=RULES, state=after)
    return commit_poll(tx, poll, rules=RULES, folding=FoldWindowCache())


def page(id_: str, title: str = TITLE) -> Entry:
    """One page under another guid, in a feed without dates."""
    return make_entry(
        id_,
        title=title,
        canonical_url="news.example/fleet",
        url="https://news.example/fleet",
        published_at=None,
    )


def test_page_that_returns_after_a_month_sends_no_alert(store: Store) -> None:
    first = poll(store, page("e1"), now=NOW)
    again = poll(store, page("e2"), now=NOW + MONTH)

    assert (first.alerts, again.alerts, again.stories_new) == (1, 0, 0)


def test_page_that_returns_with_its_old_date_is_not_in_the_digest(
    store: Store,
) -> None:
    poll(store, replace(page("e1"), published_at=NOW), now=NOW)
    again = poll(store, replace(page("e2"), published_at=NOW), now=NOW + MONTH)

    assert again.reasons == (Reason.KNOWN_ENTRY,)


def test_another_text_at_the_same_address_is_news_after_a_month(store: Store) -> None:
    poll(store, page("e1"), now=NOW)
    other = poll(store, page("e2", "Ferry service over the strait resumes"), now=NOW + MONTH)

    assert other.alerts == 1


@pytest.mark.parametrize("days", [1, 30])
def test_page_with_a_constant_title_and_another_text_each_time_is_news(
    store: Store, days: int
) -> None:
    first, later = (
        replace(page(id_), summary=f"{count} vessels were seen off the cape by sunrise today.")
        for id_, count in (("e1", 14), ("e2", 31))
    )
    poll(store, first, now=NOW)

    assert poll(store, later, now=NOW + timedelta(days=days)).alerts == 1


@pytest.mark.parametrize("days", [1, 30])
def test_replay_takes_a_page_that_came_back_as_decided(store: Store, days: int) -> None:
    poll(store, page("e1"), now=NOW)
    poll(store, page("e2"), now=NOW + timedelta(days=days))

    since_at = NOW + timedelta(days=days) - WINDOW
    reports = store.call(recent_reports, since_at=since_at, after_seq=0, reader=BEAT.reader)
    folded = list(refold(reports, BEAT.lexicon, {}))

    assert folded
    assert all(report.fold == now for report, now in folded)
