"""Actions of people: each is carried out once, recorded, and can be undone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.beat import BEAT
from builders.store import (
    NOW,
    claimed_feed,
    make_entry,
    make_fold,
    make_plan,
    make_planned,
    make_story,
)
from straitwatch.core.identity import action_id
from straitwatch.core.model import (
    ActionKind,
    ActionVia,
    ManualAction,
    Mark,
    Severity,
    Silence,
    Story,
    Verdict,
)
from straitwatch.core.policy import MUTE_FOR, SNOOZE_FOR
from straitwatch.pipeline import ActionResult, act, undo
from straitwatch.store import (
    Store,
    actions_of_story,
    active_silences,
    apply_plan,
    find_action,
    list_actions,
    prune_stories,
    read_marks,
    set_mark,
    stories_by_id,
    story_entries,
)
from straitwatch.store.stories import write_stories

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def stories(store: Store) -> None:
    """Two stories that were sent: s1 with two reports, s2 with one."""
    claimed = claimed_feed(store)
    planned = [
        make_planned(entry, entry=make_entry(entry), fold=make_fold(story))
        for entry, story in (("e1", "s1"), ("e2", "s1"), ("e3", "s2"))
    ]
    made = tuple(
        make_story(
            story,
            threads=(("desk-slack", "", f"d-{story}"), (f"to-{story}", "", f"d2-{story}")),
            sent_severity=severity,
            severity=Severity.HIGH,
        )
        for story, severity in (("s1", Severity.NORMAL), ("s2", Severity.HIGH))
    )
    store.call(apply_plan, make_plan(claimed, planned, stories=made, alerts=(), deliveries=()))


def request(kind: ActionKind, key: str = "click", **values: Any) -> ManualAction:
    filled: dict[str, Any] = {"story_id": "s1", "author": "ana", "via": ActionVia.SLACK}
    return ManualAction(id=action_id(key), kind=kind, made_at=NOW, **(filled | values))


def do(store: Store, kind: ActionKind, key: str = "click", **values: Any) -> ManualAction:
    result = store.call(act, request(kind, key, **values), beat=BEAT)
    assert result.action is not None
    assert not result.problem
    return result.action


def take_back(store: Store, action: ManualAction) -> ActionResult:
    return store.call(undo, action.id, author="ben", now=LATER, beat=BEAT)


def entries_of(store: Store, story: str) -> set[str]:
    return {stored.entry.id for stored in store.call(story_entries, story)}


def story_of(store: Store, story_id: str) -> Story:
    return store.call(stories_by_id, [story_id])[story_id]


@pytest.mark.usefixtures("stories")
def test_muted_story_has_a_silence_of_its_own_with_an_end(store: Store) -> None:
    action = do(store, ActionKind.MUTE_STORY)

    assert store.call(active_silences, NOW) == (
        Silence(
            id=action.id, stories=("s1",), starts_at=NOW, until_at=NOW + MUTE_FOR, author="ana"
        ),
    )


@pytest.mark.usefixtures("stories")
def test_snoozed_list_is_silent_for_some_hours(store: Store) -> None:
    do(store, ActionKind.SNOOZE_LIST, watchlists=("taiwan-policy",))

    (silence,) = store.call(active_silences, NOW)
    assert (silence.watchlists, silence.until_at) == (("taiwan-policy",), NOW + SNOOZE_FOR)


@pytest.mark.usefixtures("stories")
@pytest.mark.parametrize("kind", [ActionKind.MUTE_STORY, ActionKind.SNOOZE_LIST])
def test_undone_silence_ends(store: Store, kind: ActionKind) -> None:
    action = do(store, kind, watchlists=("taiwan-policy",))

    take_back(store, action)

    assert store.call(active_silences, LATER) == ()


@pytest.mark.usefixtures("stories")
def test_action_is_recorded_with_its_author_and_its_end(store: Store) -> None:
    action = do(store, ActionKind.MUTE_STORY)
    take_back(store, action)

    undone = replace(action, undone_at=LATER, undone_by="ben")
    assert store.call(actions_of_story, "s1") == [undone]
    assert store.call(find_action, action.id[:5]) == undone


@pytest.mark.usefixtures("stories")
def test_repeated_request_acts_once(store: Store) -> None:
    first = store.call(act, request(ActionKind.SPLIT, reports=("e2",)), beat=BEAT)
    again = store.call(act, request(ActionKind.SPLIT, reports=("e2",)), beat=BEAT)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert again.action == first.action
    assert len(store.call(actions_of_story, "s1")) == 1


@pytest.mark.usefixtures("stories")
def test_repeated_request_after_the_undo_does_not_act_again(store: Store) -> None:
    action = do(store, ActionKind.MUTE_STORY)
    take_back(store, action)

    again = store.call(act, request(ActionKind.MUTE_STORY), beat=BEAT)

    assert again.is_repeat
    assert store.call(active_silences, LATER) == ()


@pytest.mark.usefixtures("stories")
def test_action_is_undone_once(store: Store) -> None:
    action = do(store, ActionKind.SPLIT, reports=("e2",))

    first, again = take_back(store, action), take_back(store, action)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert entries_of(store, "s1") == {"e1", "e2"}


@pytest.mark.usefixtures("stories")
def test_split_report_returns_when_undone(store: Store) -> None:
    action = do(store, ActionKind.SPLIT, reports=("e2",))
    apart = (entries_of(store, "s1"), entries_of(store, action.other_story_id))

    take_back(store, action)

    assert apart == ({"e1"}, {"e2"})
    assert entries_of(store, "s1") == {"e1", "e2"}
    assert action.other_story_id not in store.call(stories_by_id, [action.other_story_id])


@pytest.mark.usefixtures("stories")
def test_only_report_of_a_story_is_not_split_off(store: Store) -> None:
    wanted = request(ActionKind.SPLIT, story_id="s2", reports=("e3",))

    result = store.call(act, wanted, beat=BEAT)

    assert (result.action, bool(result.problem)) == (None, True)
    assert store.call(actions_of_story, "s2") == []


@pytest.mark.usefixtures("stories")
def test_merged_story_is_on_its_own_again_when_undone(store: Store) -> None:
    before = [story_of(store, story_id) for story_id in ("s1", "s2")]
    action = do(store, ActionKind.MERGE, other_story_id="s2")
    together = entries_of(store, "s1")

    take_back(store, action)

    assert together == {"e1", "e2", "e3"}
    assert (entries_of(store, "s1"), entries_of(store, "s2")) == ({"e1", "e2"}, {"e3"})
    after = [story_of(store, story_id) for story_id in ("s1", "s2")]
    assert [story.threads for story in after] == [story.threads for story in before]
    assert [story.revision for story in after] == [story.revision for story in before]


@pytest.mark.usefixtures("stories")
def test_messages_of_a_story_do_not_count_for_the_other_after_the_undo(store: Store) -> None:
    low = replace(story_of(store, "s1"), severity=Severity.NORMAL)
    store.call(write_stories, [low])
    action = do(store, ActionKind.MERGE, other_story_id="s2")
    store.call(write_stories, [replace(story_of(store, "s1"), severity=Severity.NORMAL)])

    take_back(store, action)

    assert story_of(store, "s1").sent_severity is Severity.NORMAL
    assert story_of(store, "s2").sent_severity is Severity.HIGH


@pytest.mark.usefixtures("stories")
def test_reports_after_a_merge_stay_when_it_is_undone(store: Store) -> None:
    action = do(store, ActionKind.MERGE, other_story_id="s2")
    do(store, ActionKind.SPLIT, "other click", reports=("e3",))

    result = take_back(store, action)

    assert result.problem == "the stories were changed after this action"
    assert result.action is None


@pytest.mark.usefixtures("stories")
def test_action_on_a_merged_story_concerns_the_remaining_one(store: Store) -> None:
    do(store, ActionKind.MERGE, other_story_id="s2")

    action = do(store, ActionKind.MUTE_STORY, "other click", story_id="s2")

    assert action.story_id == "s1"


@pytest.mark.usefixtures("stories")
def test_mute_covers_the_story_that_its_story_is_merged_into(store: Store) -> None:
    do(store, ActionKind.MUTE_STORY, story_id="s2")
    merge = do(store, ActionKind.MERGE, "other click", other_story_id="s2")
    (merged,) = store.call(active_silences, NOW)

    take_back(store, merge)

    (apart,) = store.call(active_silences, NOW)
    assert (merged.stories, apart.stories) == (("s2", "s1"), ("s2",))


@pytest.mark.usefixtures("stories")
def test_report_is_marked_for_the_lists_that_fired(store: Store) -> None:
    action = do(store, ActionKind.NOT_RELEVANT, reports=("e1",))

    ((key, mark),) = store.call(read_marks).items()
    assert key == ("e1", "taiwan-policy")
    assert (mark.verdict, mark.marked_by) == (Verdict.NOT_RELEVANT, "ana")
    assert action.watchlists == ("taiwan-policy",)


@pytest.mark.usefixtures("stories")
def test_former_mark_returns_when_undone(store: Store) -> None:
    former = Mark(entry_id="e1", watchlist="taiwan-policy", verdict=Verdict.RELEVANT, marked_at=NOW)
    store.call(set_mark, former)
    action = do(store, ActionKind.NOT_RELEVANT)

    take_back(store, action)

    assert store.call(read_marks) == {("e1", "taiwan-policy"): former}


@pytest.mark.usefixtures("stories")
@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_mark_that_was_undone_does_not_return(store: Store, order: str) -> None:
    former = Mark(entry_id="e1", watchlist="taiwan-policy", verdict=Verdict.RELEVANT, marked_at=NOW)
    store.call(set_mark, former)
    marks = {
        name: do(store, ActionKind.NOT_RELEVANT, name, reports=("e1",), author=name)
        for name in "abc"
    }

    for name in order:
        take_back(store, marks[name])

    assert store.call(read_marks) == {("e1", "taiwan-policy"): former}


@pytest.mark.usefixtures("stories")
def test_later_mark_of_another_person_survives_the_undo(store: Store) -> None:
    action = do(store, ActionKind.NOT_RELEVANT, reports=("e1",))
    later = Mark(
        entry_id="e1", watchlist="taiwan-policy", verdict=Verdict.RELEVANT, marked_at=LATER
    )
    store.call(set_mark, later)

    take_back(store, action)

    assert store.call(read_marks) == {("e1", "taiwan-policy"): later}


def test_action_on_an_unknown_story_is_refused(store: Store) -> None:
    results = [
        store.call(act, request(kind, kind, story_id="nothing"), beat=BEAT) for kind in ActionKind
    ]

    assert all(result.problem and result.action is None for result in results)


def test_unknown_action_cannot_be_undone(store: Store) -> None:
    result = store.call(undo, "nothing", author="ben", now=LATER, beat=BEAT)

    assert result.problem == "no such action: nothing"


@pytest.mark.usefixtures("stories")
def test_actions_are_deleted_with_their_stories(store: Store) -> None:
    do(store, ActionKind.SNOOZE_LIST, story_id="", watchlists=("taiwan-policy",))
    do(store, ActionKind.MUTE_STORY, "other click")

    store.call(prune_stories, now=NOW + timedelta(days=500), after=timedelta(days=400))

    assert [action.kind for action in store.call(list_actions)] == [ActionKind.MUTE_STORY]
