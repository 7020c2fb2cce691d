"""Merging and splitting stories for good."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from builders.beat import BEAT, SHIPPED
from builders.features import make_features
from builders.store import (
    NOW,
    claimed_feed,
    make_alert,
    make_delivery,
    make_entry,
    make_feed,
    make_fold,
    make_match,
    make_plan,
    make_planned,
    make_story,
)
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.compiled_beat import CompiledBeat, compile_beat
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    SAME_GUID,
    Action,
    AlertFacts,
    AlertPolicy,
    Decision,
    FeedState,
    KnownEntry,
    Poll,
    Reason,
    Relation,
    Release,
    Route,
    Severity,
    StoryFilter,
    StoryLevel,
    StoryReport,
)
from straitwatch.core.report import Arrival, make_report
from straitwatch.core.rules import Rules
from straitwatch.pipeline import (
    FoldWindowCache,
    commit_poll,
    merge_stories,
    release_feed,
    split_story,
)
from straitwatch.store import (
    DigestQuery,
    Signature,
    Store,
    Transaction,
    add_alert,
    apply_plan,
    claim_due_feeds,
    current_story,
    digest_items,
    fold_generation,
    known_entries,
    list_deliveries,
    list_stories,
    recent_reports,
    stories_by_id,
    story_entries,
    sync_feeds,
)
from straitwatch.store.stories import write_stories

WEEK = timedelta(days=7)
BY = Signature(made_at=NOW, author="ana")
MATCHER, _ = compile_rules({}, ())
assert MATCHER is not None
NO_RULES = Rules(beat=BEAT, matcher=MATCHER, policy=AlertPolicy(), titles={}, recipients={})


def store_reports(store: Store, **stories: list[str]) -> None:
    """Store stories with the reports that they have, by the ids of the entries."""
    claimed = claimed_feed(store)
    planned = [
        make_planned(entry, entry=make_entry(entry), fold=make_fold(story))
        for story, entries in stories.items()
        for entry in entries
    ]
    made = tuple(
        make_story(story, threads=((f"to-{story}", "", f"d-{story}"),)) for story in stories
    )
    store.call(apply_plan, make_plan(claimed, planned, stories=made, alerts=(), deliveries=()))


def entries_of(store: Store, story: str) -> set[str]:
    return {stored.entry.id for stored in store.call(story_entries, story)}


def test_merged_stories_become_one_with_all_reports(store: Store) -> None:
    store_reports(store, s1=["e1", "e2"], s2=["e3"])

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert entries_of(store, "s1") == {"e1", "e2", "e3"}
    assert list(store.call(stories_by_id, ["s1", "s2"])) == ["s1"]


def test_id_of_a_merged_story_leads_to_the_remaining_story(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"], s3=["e3"])

    store.call(merge_stories, "s2", "s3", BY, BEAT)
    store.call(merge_stories, "s1", "s2", BY, BEAT)

    found = [store.call(current_story, story_id) for story_id in ("s1", "s2", "s3", "s4")]
    assert [story.id if story else None for story in found] == ["s1", "s1", "s1", None]
    assert [story.id for story in store.call(list_stories)] == ["s1"]


def test_beginning_of_an_id_that_two_stories_share_names_neither(store: Store) -> None:
    store_reports(store, shared1=["e1"], shared2=["e2"])

    assert store.call(current_story, "shared") is None
    assert store.call(current_story, "shared1") is not None


def test_alerts_of_a_merged_story_are_shown_with_the_others(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])
    store.call(add_alert, make_alert(story_id="s2"), [make_delivery()])

    store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert [listed.delivery.id for listed in store.call(list_deliveries, story_id="s1")] == ["d1"]


def test_story_broke_if_either_part_of_it_did(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])
    broke = make_story("s2", is_breaking=True, severity=Severity.CRITICAL)
    store.call(write_stories, [broke])

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)
    fresh = store.call(split_story, "s1", ["e2"], BY, BEAT)

    assert merged is not None
    assert fresh is not None
    assert (merged.is_breaking, merged.severity) == (True, Severity.CRITICAL)
    assert not fresh.is_breaking


def test_merged_story_continues_in_the_threads_of_both(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert [receiver for receiver, _, _ in merged.threads] == ["to-s1", "to-s2"]


def test_story_that_does_not_exist_cannot_be_merged(store: Store) -> None:
    store_reports(store, s1=["e1"])

    assert store.call(merge_stories, "s1", "nothing", BY, BEAT) is None
    assert entries_of(store, "s1") == {"e1"}


def test_split_reports_become_a_story_without_alerts(store: Store) -> None:
    store_reports(store, s1=["e1", "e2", "e3"])

    fresh = store.call(split_story, "s1", ["e3"], BY, BEAT)

    assert fresh is not None
    assert (fresh.revision, fresh.alerted_at, fresh.threads) == (0, None, ())
    assert entries_of(store, fresh.id) == {"e3"}
    assert entries_of(store, "s1") == {"e1", "e2"}


def test_story_that_keeps_only_a_page_that_came_again_still_takes_in_reports(
    store: Store,
) -> None:
    claimed = claimed_feed(store)
    again = replace(make_fold("s1"), relation=Relation.SAME_ENTRY, reason="same-url")
    planned = [
        make_planned("e1", entry=make_entry("e1"), fold=make_fold("s1")),
        make_planned("e2", entry=make_entry("e2"), fold=again),
    ]
    made = (make_story("s1"),)
    store.call(apply_plan, make_plan(claimed, planned, stories=made, alerts=(), deliveries=()))

    assert store.call(split_story, "s1", ["e1"], BY, BEAT)

    relations = {
        report.fold.story_id: report.fold.relation
        for report in store.call(
            recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader
        )
    }
    assert relations["s1"] is Relation.SAME_EVENT


def test_split_needs_reports_of_the_story_and_leaves_at_least_one(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])

    assert store.call(split_story, "s1", ["e1"], BY, BEAT) is None
    assert store.call(split_story, "s1", ["e2"], BY, BEAT) is None


def test_window_that_is_built_anew_follows_the_correction(store: Store) -> None:
    store_reports(store, s1=["e1", "e2"], s2=["e3"])
    before = store.call(fold_generation)

    store.call(merge_stories, "s1", "s2", BY, BEAT)

    reports = store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)
    assert {report.fold.story_id for report in reports} == {"s1"}
    assert store.call(fold_generation) != before


def test_link_still_names_the_origin_after_a_story_is_rebuilt(store: Store) -> None:
    claimed = claimed_feed(store)
    linked = make_entry("e1", links=("https://www.wsj.com/world/a-1",))
    planned = [
        make_planned("e1", entry=linked, fold=make_fold("s1")),
        make_planned("e2", entry=make_entry("e2"), fold=make_fold("s2")),
    ]
    stories = (make_story("s1"), make_story("s2"))
    store.call(apply_plan, make_plan(claimed, planned, stories=stories, alerts=(), deliveries=()))

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert "Wall Street Journal" in merged.origins


def test_merged_story_has_the_origins_that_its_reports_were_stored_with(store: Store) -> None:
    claimed = claimed_feed(store)
    kept = make_planned(
        "e1",
        entry=make_entry("e1"),
        features=make_features("Fleet in the strait", entry_id="e1"),
        attributions=("Reuters",),  # not in the text, which is not searched again
    )
    planned = [kept, make_planned("e2", entry=make_entry("e2"), fold=make_fold("s2"))]
    stories = (make_story("s1"), make_story("s2"))
    store.call(apply_plan, make_plan(claimed, planned, stories=stories, alerts=(), deliveries=()))

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert "Reuters" in merged.origins


def test_correction_leaves_the_scores_from_which_a_lists_threshold_follows(store: Store) -> None:
    claimed = claimed_feed(store)
    planned = [
        make_planned(name, entry=make_entry(name), fold=replace(make_fold(story), score=0.5))
        for name, story in (("e1", "s1"), ("e2", "s2"))
    ]
    stories = (make_story("s1"), make_story("s2"))
    store.call(apply_plan, make_plan(claimed, planned, stories=stories, alerts=(), deliveries=()))

    store.call(merge_stories, "s1", "s2", BY, BEAT)

    reports = store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)
    assert [report.fold.score for report in reports] == [0.5, 0.5]


def test_severity_that_waits_for_sources_waits_in_the_merged_story(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])
    line = StoryLevel(
        watchlist="taiwan-policy", level=Severity.HIGH, story=StoryFilter(min_origins=2)
    )
    store.call(write_stories, [make_story("s2", pending_levels=(line,))])

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert store.call(stories_by_id, ["s1"])["s1"].pending_levels == (line,)


def test_silenced_report_is_still_news_after_a_correction(store: Store) -> None:
    claimed = claimed_feed(store)
    loud = make_match("arms", severity=Severity.CRITICAL)
    planned = [
        make_planned("e1", entry=make_entry("e1"), fold=make_fold("s1")),
        make_planned("e2", entry=make_entry("e2"), fold=make_fold("s1"), matches=(loud,)),
        make_planned("e3", entry=make_entry("e3"), fold=make_fold("s2")),
    ]
    stories = (make_story("s1"), make_story("s2"))  # as the silence on "arms" left them
    store.call(apply_plan, make_plan(claimed, planned, stories=stories, alerts=(), deliveries=()))

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert (merged.watchlists, merged.severity) == (stories[0].watchlists, stories[0].severity)


def test_returning_entry_stays_in_the_story_that_a_person_chose(store: Store) -> None:
    store_reports(store, s1=["e1", "e2"])

    fresh = store.call(split_story, "s1", ["e2"], BY, BEAT)

    assert fresh is not None
    assert store.call(known_entries, ["e2"])["e2"].story_id == fresh.id


def test_reports_that_a_story_lists_follow(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])

    merged = store.call(merge_stories, "s1", "s2", BY, BEAT)

    assert merged is not None
    assert isinstance(merged.reports[0], StoryReport)
    assert merged.outlets == ("Feed f1",)


def test_story_that_is_split_merged_back_and_split_again_is_a_new_one(store: Store) -> None:
    store_reports(store, s1=["e1", "e2"])
    first = store.call(split_story, "s1", ["e2"], BY, BEAT)
    assert first is not None
    store.call(merge_stories, "s1", first.id, BY, BEAT)

    second = store.call(split_story, "s1", ["e2"], BY, BEAT)

    assert second is not None
    assert second.id != first.id


def test_edit_that_was_read_before_a_merge_goes_to_the_merged_story(store: Store) -> None:
    store_reports(store, s1=["e1"], s2=["e2"])
    known = store.call(known_entries, ["e2"])
    store.call(merge_stories, "s1", "s2", BY, BEAT)

    store.call(commit_edit, known)

    assert entries_of(store, "s1") == {"e1", "e2"}
    assert store.call(stories_by_id, ["s2"]) == {}


def commit_edit(tx: Transaction, known: Mapping[str, KnownEntry]) -> None:
    """Commit an edit of e2 as it was read while the stories were `known`."""
    feed = make_feed()
    edited = make_entry("e2", title="Fleet crosses the strait again")
    state = claim_due_feeds(tx, now=NOW + WEEK, limit=1, lease=WEEK)[0]
    after = replace(state, next_due_at=NOW + 2 * WEEK, last_polled_at=NOW + WEEK)
    arrival = Arrival(feed=feed, state=state, seen_at=NOW + WEEK, known=known)
    report = make_report(edited, (make_match(),), arrival, AlertPolicy(), BEAT)
    poll = Poll(feed=feed, state=after, reports=(report,))
    commit_poll(tx, poll, rules=NO_RULES, folding=FoldWindowCache())


COPY = "Fleet crosses the strait - Feed f2"  # an aggregator's copy of another feed's article


def test_copy_of_a_configured_outlet_keeps_its_origin_in_a_merged_story(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    for number, title in enumerate((COPY, "Ships cross the strait")):
        planned = make_planned(
            f"e{number}",
            entry=make_entry(f"e{number}", title=title),
            fold=make_fold(f"s{number}"),
        )
        story = make_story(f"s{number}")
        plan = make_plan(claimed, [planned], stories=(story,), alerts=(), deliveries=())
        assert store.call(apply_plan, replace(plan, is_last=False))

    merged = store.call(merge_stories, "s0", "s1", BY, BEAT)

    assert merged is not None
    assert merged.origins == ("Feed f2", "Feed f1")


# ---------------------------------------------------------------- release of held reports

REKEYED = Decision(action=Action.NONE, reason=Reason.REKEYED)
SILENT = make_story("s1", revision=0, alerted_at=None, threads=())


def store_held(store: Store, decision: Decision = REKEYED, **changes: str) -> FeedState:
    """Store one report that was held back, as by the brake on a re-keyed feed."""
    claimed = claimed_feed(store)
    planned = make_planned(
        "e1", entry=make_entry("e1", **changes), fold=make_fold("s1"), decision=decision
    )
    store.call(
        apply_plan, make_plan(claimed, [planned], stories=(SILENT,), alerts=(), deliveries=())
    )
    return claimed


def let_go(store: Store, claimed: FeedState, reason: Reason = Reason.REKEYED) -> Release:
    feed = make_feed(claimed.feed_id)
    rules = replace(
        NO_RULES,
        policy=AlertPolicy(routes=(Route(name="desk", send=("desk-slack",)),)),
        recipients={"desk-slack": ("",)},
        beat=BEAT.with_feeds([make_feed("f1"), make_feed("f2")]),
    )
    return store.call(release_feed, feed, rules=rules, now=NOW + timedelta(hours=1), reason=reason)


def test_held_report_is_sent_when_it_is_released(store: Store) -> None:
    claimed = store_held(store)

    release = let_go(store, claimed)

    (stored,) = store.call(story_entries, "s1")
    assert stored.decision.reason is Reason.NEW_STORY
    assert store.call(stories_by_id, ["s1"])["s1"].revision == 1
    assert [
        listed.delivery.id for listed in store.call(list_deliveries, story_id="s1", limit=9)
    ] == [delivery.id for delivery in release.deliveries]


def test_copy_of_a_configured_outlet_keeps_its_origin_when_it_is_released(store: Store) -> None:
    claimed = claimed_feed(store)
    planned = make_planned(
        "e1", entry=make_entry("e1", title=COPY), fold=make_fold("s1"), decision=REKEYED
    )
    store.call(
        apply_plan, make_plan(claimed, [planned], stories=(SILENT,), alerts=(), deliveries=())
    )

    (alert,) = let_go(store, claimed).alerts

    assert isinstance(alert.facts, AlertFacts)
    assert alert.facts.origin == "Feed f2"


def test_window_knows_that_a_held_report_was_sent_once_it_is_released(store: Store) -> None:
    claimed = store_held(store, title="Minister Lin counts 12 ships in the strait")
    folding = FoldWindowCache()
    copy = store.call(recent_reports, since_at=NOW - WEEK, after_seq=0, reader=BEAT.reader)[
        0
    ].features
    assert store.call(catch_up, folding).novelty(copy, "s1").figures

    let_go(store, claimed)

    running, restarted = store.call(catch_up, folding), store.call(catch_up, FoldWindowCache())
    assert restarted.novelty(copy, "s1").figures == ()
    assert running.novelty(copy, "s1") == restarted.novelty(copy, "s1")


def test_window_is_rebuilt_only_for_a_beat_with_other_names(store: Store) -> None:
    store_held(store)
    folding = FoldWindowCache()
    other = compile_beat(replace(SHIPPED, aliases=()))

    first = store.call(catch_up, folding)

    assert store.call(catch_up, folding, compile_beat(SHIPPED)) is first
    rebuilt = store.call(catch_up, folding, other)
    assert rebuilt is not first
    assert rebuilt.lexicon is other.lexicon


def catch_up(tx: Transaction, folding: FoldWindowCache, beat: CompiledBeat = BEAT) -> StoryWindow:
    return folding.catch_up(tx, beat, now=NOW + timedelta(hours=2))


def test_report_released_to_the_digest_is_in_the_next_one(store: Store) -> None:
    claimed = store_held(store)
    released_at = NOW + timedelta(hours=1)
    nowhere = replace(NO_RULES, policy=AlertPolicy(routes=()))

    store.call(release_feed, make_feed(claimed.feed_id), rules=nowhere, now=released_at)

    after = DigestQuery(digest="morning", since_at=released_at, until_at=released_at + WEEK)
    (item,) = store.call(digest_items, after)
    assert item.story_id == "s1"


def test_reports_of_a_first_fetch_are_released_only_when_asked_for(store: Store) -> None:
    claimed = store_held(store, Decision(action=Action.NONE, reason=Reason.BASELINE))

    assert let_go(store, claimed).decisions == {}
    assert len(let_go(store, claimed, Reason.BASELINE).alerts) == 1


def test_second_release_finds_no_reports(store: Store) -> None:
    claimed = store_held(store)
    let_go(store, claimed)

    assert let_go(store, claimed).decisions == {}


@pytest.mark.parametrize(
    ("action", "reason"),
    [(Action.NONE, Reason.KNOWN_ENTRY), (Action.DIGEST, Reason.LATE)],
)
def test_edit_of_a_held_report_leaves_it_held(store: Store, action: Action, reason: Reason) -> None:
    store_held(store)
    (claimed,) = store.call(
        claim_due_feeds, now=NOW + timedelta(hours=1), limit=1, lease=timedelta(minutes=2)
    )
    edited = make_planned(
        "e1",
        entry=make_entry("e1", title="Ships cross the strait at dawn"),
        fold=replace(make_fold("s1"), reason=SAME_GUID),
        decision=Decision(action=action, reason=reason),
        is_new=False,
    )
    store.call(
        apply_plan, make_plan(claimed, [edited], stories=(SILENT,), alerts=(), deliveries=())
    )

    assert list(let_go(store, claimed).decisions) == ["e1"]
