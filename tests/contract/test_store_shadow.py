from dataclasses import replace
from datetime import timedelta

from builders.store import (
    NOW,
    claimed_feed,
    make_entry,
    make_match,
    make_quiet_plan,
    make_unmatched,
)
from straitwatch.core.model import Change, Difference, PlannedEntry
from straitwatch.store import (
    Store,
    apply_plan,
    clear_rejection,
    config_rejection,
    drop_shadow,
    end_shadow,
    record_rejection,
    shadow_counts,
    shadow_run,
    shadow_samples,
    start_shadow,
)

HOUR = timedelta(hours=1)
GAINED = Difference(
    watchlist="taiwan-policy", change=Change.GAINED, before=None, after=make_match()
)


def begin(store: Store, *, version: str = "v1", hours: int = 24):
    return store.call(start_shadow, version, files=["lists.yaml"], now=NOW, runs_for=hours * HOUR)


def store_difference(store: Store, *differences: Difference, is_new: bool = True) -> None:
    claimed = claimed_feed(store)
    planned = PlannedEntry(entry=make_entry("e1"), is_new=is_new, differences=differences)
    plan = make_quiet_plan(claimed, [planned, make_unmatched("e2")])
    store.call(apply_plan, replace(plan, shadow_version="v1"))


def test_run_continues_with_its_first_settings(store: Store) -> None:
    first = begin(store, hours=48)

    again = begin(store, hours=1)

    assert again == first
    assert first.until_at == NOW + 48 * HOUR


def test_differences_of_a_change_are_stored_with_the_entry(store: Store) -> None:
    store_difference(store, GAINED)

    (sample,) = store.call(shadow_samples, "v1")
    assert (sample.change, sample.match, sample.feed_name) == (
        Change.GAINED,
        make_match(),
        "Feed f1",
    )
    assert store.call(shadow_counts, "v1") == {("taiwan-policy", Change.GAINED): 1}


def test_another_change_has_its_own_differences(store: Store) -> None:
    store_difference(store, GAINED)

    assert store.call(shadow_samples, "v2") == []


def test_run_is_reported_by_one_caller(store: Store) -> None:
    begin(store)

    assert store.call(end_shadow, "v1", NOW + 24 * HOUR)
    assert not store.call(end_shadow, "v1", NOW + 25 * HOUR)
    assert store.call(shadow_run, "v1").reported_at == NOW + 24 * HOUR


def test_dropped_change_leaves_no_rows(store: Store) -> None:
    begin(store)
    store_difference(store, GAINED)

    store.call(drop_shadow, "v1")

    assert store.call(shadow_run, "v1") is None
    assert store.call(shadow_counts, "v1") == {}


def test_refusal_is_reported_once_and_again_after_six_hours(store: Store) -> None:
    reported = [
        store.call(record_rejection, [f"problem {hours}"], now=NOW + hours * HOUR)
        for hours in (0, 1, 5, 7)
    ]

    assert reported == [True, False, False, True]
    assert store.call(config_rejection).since_at == NOW
    assert store.call(config_rejection).problems == ("problem 7",)


def test_refusal_that_is_over_is_forgotten_once(store: Store) -> None:
    store.call(record_rejection, ["a problem"], now=NOW)

    assert store.call(clear_rejection).problems == ("a problem",)
    assert store.call(clear_rejection) is None
    assert store.call(config_rejection) is None
