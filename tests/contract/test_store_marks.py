from datetime import timedelta
from typing import Any

from builders.store import NOW, claimed_feed, make_quiet_plan, make_unmatched
from straitwatch.core.model import Mark, Verdict
from straitwatch.store import (
    Store,
    apply_plan,
    delete_mark,
    known_entries,
    prune,
    read_marks,
    set_mark,
)


def make_mark(entry_id: str = "e1", **changes: Any) -> Mark:
    values: dict[str, Any] = {
        "entry_id": entry_id,
        "watchlist": "taiwan-policy",
        "verdict": Verdict.NOT_RELEVANT,
        "marked_at": NOW,
        "marked_by": "desk",
        "note": "a recipe",
    }
    return Mark(**(values | changes))


def store_entries(store: Store, *ids: str) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_quiet_plan(claimed, [make_unmatched(id_) for id_ in ids]))


def test_mark_is_read_back_unchanged(store: Store) -> None:
    store_entries(store, "e1")
    mark = make_mark()

    store.call(set_mark, mark)

    assert store.call(read_marks) == {("e1", "taiwan-policy"): mark}


def test_later_mark_replaces_the_earlier_one(store: Store) -> None:
    store_entries(store, "e1")
    store.call(set_mark, make_mark())
    later = make_mark(verdict=Verdict.RELEVANT, marked_at=NOW + timedelta(hours=1), note="")

    store.call(set_mark, later)

    assert store.call(read_marks) == {("e1", "taiwan-policy"): later}


def test_marks_can_be_asked_for_by_time_and_by_entry(store: Store) -> None:
    store_entries(store, "e1", "e2")
    store.call(set_mark, make_mark("e1"))
    store.call(set_mark, make_mark("e2", marked_at=NOW + timedelta(days=1)))

    recent = store.call(read_marks, since_at=NOW + timedelta(hours=1))
    first = store.call(read_marks, entry_id="e1")

    assert [key[0] for key in recent] == ["e2"]
    assert [key[0] for key in first] == ["e1"]


def test_mark_that_is_taken_back_is_gone(store: Store) -> None:
    store_entries(store, "e1")
    store.call(set_mark, make_mark())

    assert store.call(delete_mark, "e1", "taiwan-policy")
    assert not store.call(delete_mark, "e1", "taiwan-policy")
    assert store.call(read_marks) == {}


def test_mark_goes_with_its_entry(store: Store) -> None:
    store_entries(store, "old", "listed")
    store.call(set_mark, make_mark("old"))
    later = NOW + timedelta(days=200)
    store.call(known_entries, ["listed"], now=later)

    store.call(prune, now=later, entries_after=timedelta(days=90))

    assert store.call(read_marks) == {}
