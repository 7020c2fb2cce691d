from dataclasses import replace
from datetime import datetime, timedelta

from builders.store import NOW, claim, make_feed
from straitwatch.core.model import FeedProfile, PushOffer, Subscription, SubscriptionState
from straitwatch.store import (
    Store,
    add_push_subscriptions,
    complete_polls,
    count_pushed_entries,
    delete_push_subscription,
    due_push_subscriptions,
    feed_states,
    find_push_subscription,
    has_new_offers,
    last_lease,
    poll_earlier,
    push_offers,
    push_subscriptions,
    pushed_feeds,
    sync_feeds,
    update_push_subscriptions,
    write_push,
)

OFFER = PushOffer(topic="https://f1.example/rss", hubs=("https://hub.example/",))
HOUR = timedelta(hours=1)


def make_subscription(token: str = "t1", feed_id: str = "f1") -> Subscription:
    return Subscription(
        token=token,
        feed_id=feed_id,
        hub="https://hub.example/",
        topic=f"https://{feed_id}.example/rss",
        callback=f"https://watch.example.org/push/{token}",
        secret="s1",
        due_at=NOW,
    )


def add(store: Store, *subscriptions: Subscription) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    store.call(add_push_subscriptions, subscriptions)


def poll(store: Store, *, at: datetime = NOW, **changes: object) -> None:
    states = [
        replace(state, last_polled_at=at, next_due_at=at + 6 * HOUR, **changes)
        for state in claim(store, now=NOW + 24 * HOUR)
    ]
    store.call(complete_polls, states)


def test_offers_are_those_of_feeds_with_hubs(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    first, second = claim(store)
    store.call(
        complete_polls,
        [replace(first, profile=FeedProfile(push=OFFER)), replace(second, profile=FeedProfile())],
    )

    assert store.call(push_offers) == {first.feed_id: OFFER}
    assert store.call(has_new_offers)
    store.call(add_push_subscriptions, [make_subscription("t1", first.feed_id)])
    assert not store.call(has_new_offers)
    store.call(sync_feeds, [make_feed("f3")], NOW)
    assert store.call(push_offers) == {}


def test_subscription_is_stored_once_for_each_feed_hub_and_topic(store: Store) -> None:
    add(store, make_subscription(), make_subscription("t2", "f2"))
    store.call(add_push_subscriptions, [make_subscription("t3")])

    assert store.call(push_subscriptions) == [make_subscription(), make_subscription("t2", "f2")]


def test_due_subscriptions_come_in_order_and_an_update_changes_them(store: Store) -> None:
    later = replace(make_subscription("t2", "f2"), due_at=NOW + HOUR)
    add(store, later, make_subscription())
    changed = replace(
        make_subscription(),
        state=SubscriptionState.LIVE,
        due_at=NOW + 2 * HOUR,
        lease_until=NOW + 3 * HOUR,
        live_at=NOW,
        failures=1,
        detail="answered 503",
    )

    assert store.call(due_push_subscriptions, now=NOW, limit=5) == [make_subscription()]
    store.call(update_push_subscriptions, [changed])
    assert store.call(find_push_subscription, "t1") == changed
    assert store.call(due_push_subscriptions, now=NOW + HOUR, limit=5) == [later]
    store.call(delete_push_subscription, "t1")
    assert store.call(find_push_subscription, "t1") is None


def push(store: Store, subscription: Subscription, *, at: datetime) -> None:
    seq = store.call(last_lease, subscription.feed_id)
    store.call(write_push, replace(subscription, pushed_at=at, pushed_seq=seq, paced_until=at))


def test_pushed_feed_is_polled_earlier_until_a_later_poll_answers_the_push(store: Store) -> None:
    add(store, make_subscription())
    poll(store)
    push(store, make_subscription(), at=NOW + HOUR)

    assert store.call(pushed_feeds, since=NOW) == {"f1": NOW + HOUR}
    assert store.call(pushed_feeds, since=NOW + HOUR) == {}
    store.call(poll_earlier, [("f1", NOW + HOUR), ("f2", NOW + 7 * HOUR)])
    due = {id_: state.next_due_at for id_, state in store.call(feed_states).items()}
    assert due == {"f1": NOW + HOUR, "f2": NOW + 6 * HOUR}
    claim(store, now=NOW + HOUR)
    assert store.call(pushed_feeds, since=NOW) == {}


def test_poll_under_way_does_not_answer_a_push(store: Store) -> None:
    add(store, make_subscription())
    states = claim(store)
    push(store, make_subscription(), at=NOW)
    store.call(complete_polls, [replace(state, next_due_at=NOW + HOUR) for state in states])

    assert store.call(pushed_feeds, since=NOW - HOUR) == {"f1": NOW}


def test_failing_feed_is_not_hastened(store: Store) -> None:
    add(store, make_subscription())
    poll(store, failures=1)
    push(store, make_subscription(), at=NOW + HOUR)

    assert store.call(pushed_feeds, since=NOW) == {}


def test_new_entries_are_counted_as_pushed_or_missed_for_each_live_hub(store: Store) -> None:
    live = replace(make_subscription(), state=SubscriptionState.LIVE, live_at=NOW)
    quiet = replace(live, token="t2", hub="https://other.example/")
    add(store, live, quiet, make_subscription("t3", "f2"))
    push(store, live, at=NOW + 2 * HOUR)

    assert store.call(count_pushed_entries, "f1", 3, since=NOW + HOUR) == (3, 0)
    assert store.call(count_pushed_entries, "f1", 2, since=NOW + 3 * HOUR) == (0, 2)
    assert store.call(count_pushed_entries, "f1", 1, since=NOW - HOUR) == (1, 0)
    assert store.call(count_pushed_entries, "f2", 1, since=NOW + HOUR) == (0, 0)
    counts = {
        one.token: (one.entries_pushed, one.entries_missed)
        for one in store.call(push_subscriptions)
    }
    assert counts == {"t1": (4, 2), "t2": (0, 5), "t3": (0, 0)}
