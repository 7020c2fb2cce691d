"""A split or a merge is a decision about reports, and holds when the window is built anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders.beat import BEAT
from builders.store import (
    NOW,
    claimed_feed,
    make_entry,
    make_feed,
    make_fold,
    make_match,
    make_plan,
    make_planned,
    make_story,
)
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    FeedState,
    LinkKind,
    Poll,
    Relation,
    Story,
)
from straitwatch.core.report import Arrival, make_report
from straitwatch.core.rules import Rules
from straitwatch.pipeline import FoldWindowCache, commit_poll, merge_stories, refold, split_story
from straitwatch.store import (
    Signature,
    Store,
    Transaction,
    apply_plan,
    claim_due_feeds,
    known_entries,
    recent_reports,
    stories_by_id,
    story_constraints,
    story_entries,
)
from straitwatch.store.pruning import prune

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
BY = Signature(made_at=NOW + HOUR, author="ana")
MATCHER, _ = compile_rules({}, ())
assert MATCHER is not None
RULES = Rules(beat=BEAT, matcher=MATCHER, policy=AlertPolicy(), titles={}, recipients={})

BOMBERS = make_entry("e1", title="Bombers circle Taiwan as fighters scramble at noon", summary="")
COAST = make_entry(
    "e2", title="Coast guard cutters ring Taiwan as fighters scramble at noon", summary=""
)
RETELLING = make_entry("e3", title="Cutters of the coast guard ring Taiwan", summary="")


def store_reports(store: Store, **stories: list[str]) -> None:
    claimed = claimed_feed(store)
    planned = [
        make_planned(entry, entry=make_entry(entry), fold=make_fold(story))
        for story, entries in stories.items()
        for entry in entries
    ]
    made = tuple(make_story(story) for story in stories)
    store.call(apply_plan, make_plan(claimed, planned, stories=made, alerts=(), deliveries=()))


def pairs(store: Store, kind: LinkKind) -> set[tuple[str, str]]:
    return {
        (constraint.report_a, constraint.report_b)
        for constraint in store.call(story_constraints, since_at=NOW - WEEK)
        if constraint.kind is kind
    }


def poll(store: Store, entries: Sequence[Entry], at: datetime) -> None:
    """Poll the feed at a time, with a window that is built anew."""
    (state,) = store.call(claim_due_feeds, now=at, limit=1, lease=timedelta(minutes=2))
    store.call(commit_reports, state, entries, at)


def commit_reports(
    tx: Transaction, state: FeedState, entries: Sequence[Entry], at: datetime
) -> None:
    feed = make_feed()
    known = replace(state, baseline_at=NOW)
    arrival = Arrival(feed=feed, state=known, seen_at=at)
    reports = tuple(
        make_report(entry, (make_match(),), arrival, AlertPolicy(), BEAT) for entry in entries
    )
    after = replace(known, last_polled_at=at, next_due_at=at)
    commit_poll(
        tx, Poll(feed=feed, state=after, reports=reports), rules=RULES, folding=FoldWindowCache()
    )


def story_of(store: Store, entry_id: str) -> str:
    reports = store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)
    return {report.features.entry_id: report.fold.story_id for report in reports}[entry_id]


def differences(store: Store) -> list[str]:
    """Replay; return the titles of the reports whose fold differs from the stored one."""
    reports = store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)
    constraints = store.call(story_constraints, since_at=NOW - WEEK)
    return [
        report.features.title
        for report, now in refold(reports, BEAT.lexicon, {}, constraints)
        if (report.fold.story_id, report.fold.relation) != (now.story_id, now.relation)
    ]


def test_split_keeps_the_first_report_apart_from_each_that_was_moved(store: Store) -> None:
    store_reports(store, s1=["e1", "e2", "e3", "e4"])

    store.call(split_story, "s1", ["e3", "e4"], BY, BEAT)

    assert pairs(store, LinkKind.CANNOT_LINK) == {("e1", "e3"), ("e1", "e4")}
    assert pairs(store, LinkKind.MUST_LINK) == {("e3", "e4")}


def test_merge_links_the_first_reports_of_both_stories(store: Store) -> None:
    store_reports(store, s1=["e1", "e2"], s2=["e3", "e4"])

    store.call(merge_stories, "s1", "s2", BY, BEAT)

    (constraint,) = store.call(story_constraints, since_at=NOW - WEEK)
    assert (constraint.report_a, constraint.report_b) == ("e1", "e3")
    assert (constraint.kind, constraint.author) == (LinkKind.MUST_LINK, "ana")
    assert constraint.made_at == BY.made_at


def test_merge_takes_an_earlier_split_back_and_a_split_a_merge(store: Store) -> None:
    store_reports(store, s1=["e1", "e2", "e3"])
    fresh = store.call(split_story, "s1", ["e2", "e3"], BY, BEAT)
    assert fresh is not None

    store.call(merge_stories, "s1", fresh.id, BY, BEAT)
    merged = pairs(store, LinkKind.CANNOT_LINK)
    store.call(split_story, "s1", ["e2"], BY, BEAT)

    assert merged == set()
    assert pairs(store, LinkKind.CANNOT_LINK) == {("e1", "e2")}
    assert pairs(store, LinkKind.MUST_LINK) == set()


def test_split_holds_when_the_first_report_is_split_off_later(store: Store) -> None:
    store_reports(store, s1=["e1", "e2", "e3"])
    store.call(split_story, "s1", ["e3"], BY, BEAT)

    store.call(split_story, "s1", ["e1"], BY, BEAT)

    assert pairs(store, LinkKind.CANNOT_LINK) == {("e1", "e2"), ("e1", "e3"), ("e2", "e3")}


def test_copy_of_a_page_follows_the_page_that_is_split_off(store: Store) -> None:
    claimed = claimed_feed(store)
    page = make_entry("e2")
    copy = replace(page, id="e3", guid="other")
    planned = [
        make_planned("e1", entry=make_entry("e1"), fold=make_fold()),
        make_planned("e2", entry=page, fold=make_fold(relation=Relation.SAME_EVENT)),
        make_planned("e3", entry=copy, fold=make_fold(relation=Relation.SAME_ENTRY)),
    ]
    store.call(apply_plan, make_plan(claimed, planned, alerts=(), deliveries=()))

    fresh = store.call(split_story, "s1", ["e2"], BY, BEAT)

    assert fresh is not None
    moved = store.call(story_entries, fresh.id)
    assert {stored.entry.id for stored in moved} == {"e2", "e3"}


def test_constraints_go_with_their_entries(store: Store) -> None:
    store_reports(store, s1=["e1", "e2"])
    store.call(split_story, "s1", ["e2"], BY, BEAT)
    later = NOW + YEAR
    (claimed,) = store.call(claim_due_feeds, now=later, limit=1, lease=HOUR)
    fresh = make_planned("e9", entry=make_entry("e9"), fold=make_fold("s9"))
    plan = make_plan(
        claimed, [fresh], now=later, stories=(make_story("s9"),), alerts=(), deliveries=()
    )
    store.call(apply_plan, plan)
    store.call(known_entries, ["e9"], now=later)  # still listed: the old ones may go

    assert store.call(prune, now=later, entries_after=timedelta(days=90)) == 2
    assert store.call(story_constraints, since_at=NOW - WEEK) == []


@pytest.fixture
def split(store: Store) -> Story:
    """Two events that folding took for one and a person split, with a report decided before."""
    claimed = claimed_feed(store)
    folds = (
        make_fold(),
        make_fold(relation=Relation.SAME_EVENT, reason="same-event"),
        make_fold(relation=Relation.SAME_EVENT, reason="same-event"),
    )
    planned = [
        make_planned(entry.id, entry=entry, fold=fold)
        for entry, fold in zip((BOMBERS, COAST, RETELLING), folds, strict=True)
    ]
    store.call(apply_plan, make_plan(claimed, planned, alerts=(), deliveries=()))
    fresh = store.call(split_story, "s1", ["e2"], BY, BEAT)
    assert fresh is not None
    return fresh


def test_same_page_follows_a_split_report_after_a_restart(store: Store, split: Story) -> None:
    page = replace(COAST, id="e4", guid="again", title="Cutters near Taiwan", text_hash=b"4")

    poll(store, [page], NOW + 2 * HOUR)

    assert story_of(store, "e4") == split.id


def test_copy_of_a_split_report_follows_it_after_a_restart(store: Store, split: Story) -> None:
    copy = make_entry("e5", title=f"{COAST.title} - Port News", summary="", text_hash=b"5")

    poll(store, [copy], NOW + 2 * HOUR)

    assert story_of(store, "e5") == split.id
    assert split.id in store.call(stories_by_id, [split.id])


def test_replay_takes_a_split_as_decided(store: Store, split: Story) -> None:
    assert split.id != "s1"
    assert differences(store) == []


def test_replay_after_a_split_folds_later_reports_as_they_were_folded(
    store: Store, split: Story
) -> None:
    later = [
        make_entry("e5", title=f"{COAST.title} - Port News", summary="", text_hash=b"5"),
        make_entry("e6", title="Bombers circle Taiwan, fighters up", summary="", text_hash=b"6"),
        make_entry("e7", title="Rice harvest in Tainan is late", summary="", text_hash=b"7"),
    ]
    for hours, entry in enumerate(later, start=2):
        poll(store, [entry], NOW + hours * HOUR)

    assert story_of(store, "e5") == split.id
    assert differences(store) == []


def test_replay_takes_a_merge_as_decided(store: Store, split: Story) -> None:
    store.call(merge_stories, split.id, "s1", replace(BY, made_at=NOW + 2 * HOUR), BEAT)
    poll(store, [make_entry("e6", title=f"{COAST.title} again", summary="")], NOW + 3 * HOUR)

    assert differences(store) == []
