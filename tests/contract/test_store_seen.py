from builders.store import NOW, claimed_feed, make_feed, make_plan
from straitwatch.core.model import NOTHING_SEEN, SeenItems
from straitwatch.store import Store, apply_plan, seen_items, sync_feeds
from straitwatch.store.seen import write_seen

SEEN = SeenItems(entries_hash=b"\x00hash\xff", scope=b"scope", records=b"\x00\x01" * 500)


def test_items_of_the_last_document_replace_those_of_the_one_before(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    store.call(write_seen, "f1", SeenItems(entries_hash=b"old"))
    store.call(write_seen, "f1", SEEN)

    assert store.call(seen_items, "f1") == SEEN
    assert store.call(seen_items, "f2") == NOTHING_SEEN


def test_items_are_forgotten_after_a_document_without_any(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1")], NOW)
    store.call(write_seen, "f1", SEEN)
    store.call(write_seen, "f1", NOTHING_SEEN)

    assert store.call(seen_items, "f1") == NOTHING_SEEN


def test_items_remain_after_a_plan_that_has_none(store: Store) -> None:
    state = claimed_feed(store)
    store.call(write_seen, state.feed_id, SEEN)

    assert store.call(apply_plan, make_plan(state))

    assert store.call(seen_items, state.feed_id) == SEEN
