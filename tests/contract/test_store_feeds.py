from dataclasses import replace
from datetime import timedelta

from builders.store import LEASE, NOW, claim, make_feed
from straitwatch.core.model import (
    Arrivals,
    Distrust,
    DocumentHints,
    FeedProfile,
    FeedState,
    Move,
    Validators,
)
from straitwatch.store import (
    DueFeed,
    Store,
    complete_polls,
    distrusted_feeds,
    due_feeds,
    feed_states,
    reset_feed_leases,
    reset_leases,
    sync_feeds,
)

DISTRUST = Distrust(
    since_at=NOW - timedelta(days=2), found_at=NOW, until_at=NOW + timedelta(days=7)
)


def test_new_feed_is_due_at_once(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)

    assert [state.feed_id for state in claim(store)] == ["f1"]


def test_claimed_feed_cannot_be_claimed_until_its_lease_ends(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    first = claim(store)

    assert claim(store, now=NOW + LEASE - timedelta(seconds=1)) == []
    again = claim(store, now=NOW + LEASE)
    assert [state.lease_seq for state in again] == [first[0].lease_seq + 1]


def test_feeds_due_longest_are_claimed_first_and_no_more_than_asked_for(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2"), make_feed("f3")], NOW)
    polled = [
        FeedState(
            feed_id=state.feed_id,
            lease_seq=state.lease_seq,
            next_due_at=NOW + timedelta(minutes=10 - int(state.feed_id[1])),
        )
        for state in claim(store)
    ]
    store.call(complete_polls, polled)

    later = claim(store, now=NOW + timedelta(hours=1), limit=2)

    assert [state.feed_id for state in later] == ["f3", "f2"]


def test_feeds_due_longest_come_first_with_their_last_outcomes(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2"), make_feed("f3")], NOW)
    polled = [
        replace(
            state,
            next_due_at=NOW + timedelta(minutes=10 - int(state.feed_id[1])),
            last_outcome="timeout" if state.feed_id == "f2" else "ok",
        )
        for state in claim(store)
    ]
    store.call(complete_polls, polled)
    claim(store, now=NOW + timedelta(hours=1), only=["f3"])

    due = store.call(due_feeds, now=NOW + timedelta(hours=1))

    minute = timedelta(minutes=1)
    assert due == [
        DueFeed("f2", NOW + 8 * minute, "timeout"),
        DueFeed("f1", NOW + 9 * minute, "ok"),
    ]
    assert store.call(due_feeds, now=NOW + 8.5 * minute) == due[:1]


def test_only_the_feeds_asked_for_are_claimed(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)

    assert [state.feed_id for state in claim(store, only=["f2"])] == ["f2"]
    assert claim(store, only=[]) == []


def test_all_that_a_poll_learned_comes_back(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    claimed = claim(store)[0]
    state = FeedState(
        feed_id="f1",
        lease_seq=claimed.lease_seq,
        validators=Validators(
            etag='W/"abc"',
            last_modified="Sun, 01 Mar 2026 11:00:00 GMT",
            host="cdn.example:8443",
            is_redirected=True,
        ),
        body_hash=b"\x00\xff\x01",
        baseline_at=NOW,
        next_due_at=NOW + timedelta(minutes=15),
        last_polled_at=NOW,
        last_ok_at=NOW,
        last_new_at=NOW - timedelta(microseconds=1),
        failures=2,
        last_outcome="ok",
        last_detail="詳細",
        whole_due_at=NOW + timedelta(hours=20),
        unmodified_since_at=NOW - timedelta(hours=2),
        distrust=DISTRUST,
        profile=FeedProfile(
            arrivals=Arrivals(entries=2.5, since_at=NOW, counted_at=NOW),
            hints=DocumentHints(every=timedelta(minutes=30), skip_hours=(0, 1)),
            move=Move(to="https://new.example/rss", since_at=NOW, checked_at=NOW),
        ),
    )

    assert store.call(complete_polls, [state]) == [True]
    assert store.call(feed_states) == {"f1": state}


def test_distrusted_feeds_are_those_whose_distrust_has_not_ended(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    polled = [
        FeedState(
            feed_id=state.feed_id,
            lease_seq=state.lease_seq,
            distrust=DISTRUST if state.feed_id == "f1" else None,
        )
        for state in claim(store)
    ]
    store.call(complete_polls, polled)

    assert store.call(distrusted_feeds, NOW) == {"Feed f1": DISTRUST}
    assert store.call(distrusted_feeds, DISTRUST.until_at) == {}


def test_completion_with_an_older_lease_is_ignored(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    slow = claim(store, only=["f1"])[0]
    claim(store, now=NOW + LEASE, only=["f1"])
    other = claim(store, only=["f2"])[0]

    done = store.call(complete_polls, [slow, other])

    assert done == [False, True]
    assert store.call(feed_states)["f1"].lease_seq == slow.lease_seq + 1


def test_feed_that_left_the_configuration_is_not_polled_and_resumes_with_all_it_knew(
    store: Store,
) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    known = FeedState(
        feed_id="f1", lease_seq=claim(store)[0].lease_seq, next_due_at=NOW, baseline_at=NOW
    )
    store.call(complete_polls, [known])

    store.call(sync_feeds, [], NOW)
    assert claim(store) == []
    assert store.call(feed_states) == {}

    store.call(sync_feeds, [make_feed()], NOW)
    assert [state.baseline_at for state in claim(store)] == [NOW]


def test_disabled_feed_is_not_polled(store: Store) -> None:
    store.call(sync_feeds, [make_feed(enabled=False)], NOW)

    assert claim(store) == []


def test_renamed_feed_keeps_its_schedule(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    claim(store)

    store.call(sync_feeds, [make_feed(name="New name")], NOW)

    assert claim(store) == []


def test_feeds_given_back_are_due_as_before(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)

    store.call(reset_feed_leases, claim(store))

    assert len(claim(store)) == 1


def test_giving_back_an_old_claim_does_not_end_the_new_one(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    old = claim(store)
    claim(store, now=NOW + LEASE)

    store.call(reset_feed_leases, old)

    assert claim(store, now=NOW + LEASE) == []


def test_start_voids_every_lease_and_fences_its_holder_off(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)
    before = claim(store)

    store.call(reset_leases, NOW)

    assert store.call(complete_polls, before) == [False]
    assert len(claim(store)) == 1


def test_feed_that_becomes_due_during_a_pass_waits_for_the_next(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)

    assert claim(store, now=NOW, due_by=NOW - timedelta(seconds=1)) == []
    assert claim(store, now=NOW + timedelta(minutes=1), due_by=NOW)
