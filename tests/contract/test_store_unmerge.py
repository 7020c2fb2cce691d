"""A merge that is undone: each story is as before, and later messages still count."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.beat import BEAT
from builders.store import (
    NOW,
    claimed_feed,
    make_alert,
    make_entry,
    make_fold,
    make_match,
    make_plan,
    make_planned,
    make_story,
)
from straitwatch.core.identity import action_id
from straitwatch.core.model import (
    ActionKind,
    AlertFacts,
    ManualAction,
    MatchNote,
    Severity,
    Story,
    StoryFilter,
    StoryLevel,
)
from straitwatch.pipeline import ActionResult, act, undo
from straitwatch.store import (
    Store,
    add_alert,
    apply_plan,
    current_story,
    stories_by_id,
    story_entries,
)
from straitwatch.store.rows import MANUAL_ACTION
from straitwatch.store.stories import write_stories

LATER = NOW + timedelta(minutes=5)
LEVEL = StoryLevel(watchlist="china", level=Severity.HIGH, story=StoryFilter(min_origins=2))
ENGLISH: dict[str, Any] = {
    "severity": Severity.NORMAL,
    "sent_severity": Severity.NORMAL,
    "sent_languages": ("en",),
    "threads": (("desk-slack", "", "d1"),),
}
CHINESE: dict[str, Any] = {
    "severity": Severity.CRITICAL,
    "sent_severity": Severity.CRITICAL,
    "sent_languages": ("zh",),
    "watchlists": ("china", "taiwan-policy"),
    "pending_levels": (LEVEL,),
    "is_breaking": True,
    "revision": 4,
    "threads": (("desk-slack", "", "d2"), ("mail", "ana", "d3")),
}


def store_stories(store: Store, **stories: dict[str, Any]) -> None:
    """Store stories, each with one report: that of s1 is e1."""
    claimed = claimed_feed(store)
    planned, made = [], []
    for story_id, values in stories.items():
        story = make_story(story_id, **values)
        entry_id = story_id.replace("s", "e")
        matches = tuple(make_match(name, severity=story.severity) for name in story.watchlists)
        planned.append(
            make_planned(
                entry_id, entry=make_entry(entry_id), fold=make_fold(story_id), matches=matches
            )
        )
        made.append(story)
    plan = make_plan(claimed, planned, stories=tuple(made), alerts=(), deliveries=())
    assert store.call(apply_plan, plan)


def merge(store: Store, keep: str, other: str) -> ManualAction:
    wanted = ManualAction(
        id=action_id(keep, other),
        kind=ActionKind.MERGE,
        made_at=NOW,
        story_id=keep,
        other_story_id=other,
    )
    action = store.call(act, wanted, beat=BEAT).action
    assert action is not None
    return action


def take_back(store: Store, action: ManualAction) -> ActionResult:
    return store.call(undo, action.id, author="ben", now=LATER, beat=BEAT)


def story_of(store: Store, story_id: str) -> Story:
    return store.call(stories_by_id, [story_id])[story_id]


def send(store: Store, story_id: str, **changes: Any) -> None:
    """Alert on the story once more, at high severity, as `advance` and a plan do."""
    story = story_of(store, story_id)
    alert = make_alert(f"later-{story_id}", story_id=story_id, revision=story.revision + 1)
    assert isinstance(alert.facts, AlertFacts)
    note = MatchNote(
        watchlist="taiwan-policy", title="Taiwan", severity=Severity.HIGH, score=9, terms=()
    )
    facts = replace(alert.facts, entry_id=story_id.replace("s", "e"), matches=(note,))
    store.call(add_alert, replace(alert, facts=facts), [])
    store.call(write_stories, [replace(story, revision=story.revision + 1, **changes)])


@pytest.mark.parametrize(("kept", "gone"), [(ENGLISH, CHINESE), (CHINESE, ENGLISH)])
def test_both_stories_are_as_before(
    store: Store, kept: dict[str, Any], gone: dict[str, Any]
) -> None:
    store_stories(store, s1=kept, s2=gone)
    before = [story_of(store, story_id) for story_id in ("s1", "s2")]

    take_back(store, merge(store, "s1", "s2"))

    after = [story_of(store, story_id) for story_id in ("s1", "s2")]
    for name in (*CHINESE, "alerted_at"):
        assert [getattr(story, name) for story in after] == [
            getattr(story, name) for story in before
        ]


def test_story_that_was_never_sent_is_unsent_again(store: Store) -> None:
    unsent = ENGLISH | {"sent_severity": None, "sent_languages": (), "threads": ()}
    store_stories(store, s1=unsent | {"revision": 0, "alerted_at": None}, s2=CHINESE)

    take_back(store, merge(store, "s1", "s2"))

    story = story_of(store, "s1")
    assert (story.revision, story.alerted_at, story.sent_severity) == (0, None, None)
    assert (story.sent_languages, story.threads) == ((), ())


def test_merge_without_a_former_state_leaves_the_threads_of_each_story(store: Store) -> None:
    store_stories(store, s1=ENGLISH, s2=CHINESE)
    action = merge(store, "s1", "s2")
    forget = MANUAL_ACTION.update().values(before_merge=None)  # as an earlier version stored it
    store.call(lambda tx: tx.execute(forget))

    take_back(store, action)

    assert story_of(store, "s1").threads == ENGLISH["threads"]
    assert story_of(store, "s2").threads == CHINESE["threads"]


def test_message_since_the_merge_still_counts(store: Store) -> None:
    store_stories(store, s1=ENGLISH, s2=CHINESE)
    action = merge(store, "s1", "s2")
    send(store, "s1", threads=(*story_of(store, "s1").threads, ("push", "", "d4")))

    take_back(store, action)

    story = story_of(store, "s1")
    assert (story.revision, story.sent_severity) == (5, Severity.HIGH)
    assert story.threads == (("desk-slack", "", "d1"), ("push", "", "d4"))


def test_first_message_of_a_story_may_be_sent_after_the_merge(store: Store) -> None:
    unsent = {"sent_severity": None, "sent_languages": (), "revision": 0, "alerted_at": None}
    store_stories(store, s1=ENGLISH | unsent, s2=CHINESE)
    action = merge(store, "s1", "s2")
    send(store, "s1", sent_languages=("zh", "en"))

    take_back(store, action)

    story = story_of(store, "s1")
    assert (story.alerted_at, story.sent_severity, story.sent_languages) == (
        NOW,
        Severity.HIGH,
        ("en",),
    )


def test_two_merges_are_undone_in_either_order(store: Store) -> None:
    store_stories(store, s1=ENGLISH, s2=CHINESE, s3=CHINESE | {"revision": 2})
    before = story_of(store, "s1")
    merges = [merge(store, "s1", "s2"), merge(store, "s1", "s3")]

    for action in merges:
        assert not take_back(store, action).problem

    after = story_of(store, "s1")
    for name in CHINESE:
        assert getattr(after, name) == getattr(before, name)


def test_ids_of_a_chain_of_merges_lead_back_to_their_reports(store: Store) -> None:
    store_stories(store, s1111=ENGLISH, s2222=CHINESE, s3333=CHINESE)
    first = merge(store, "s2222", "s1111")
    second = merge(store, "s3333", "s2222")

    take_back(store, second)
    found = {story_id: store.call(current_story, story_id) for story_id in ("s1111", "s2222")}
    take_back(store, first)

    assert [story.id if story else "" for story in found.values()] == ["s2222", "s2222"]
    assert [stored.entry.id for stored in store.call(story_entries, "s1111")] == ["e1111"]
