from builders.store import NOW, make_feed
from straitwatch.core.model import NOTHING_SEEN, SeenItems
from straitwatch.store import Store, seen_items, sync_feeds
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
