"""Documents are read without their known items, with the same result as the whole documents."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.documents import ATOM_ENTRIES, ATOM_HEADS, RSS_ENTRIES, RSS_HEADS, atom, rss
from straitwatch.core.baseline import silent_entries
from straitwatch.core.model import (
    NOTHING_SEEN,
    Entry,
    FeedState,
    KnownEntry,
    ParsedDocument,
    SeenItems,
)
from straitwatch.core.parse_document import ParseRequest, parse_document

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@st.composite
def _versions(draw: st.DrawFn) -> list[str]:
    """Write versions of one document: items come, go and move, and the head may change."""
    is_atom = draw(st.booleans())
    write, heads = (atom, ATOM_HEADS) if is_atom else (rss, RSS_HEADS)
    entries = ATOM_ENTRIES if is_atom else RSS_ENTRIES
    pool = draw(entries.filter(bool)) + draw(entries)
    head = draw(st.sampled_from(heads))
    version = st.builds(
        write,
        st.sampled_from((head, head, head, *heads)),
        st.lists(st.sampled_from(pool), min_size=3, max_size=9),
    )
    return draw(st.lists(version, min_size=2, max_size=4))


def _read(text: str, seen: SeenItems = NOTHING_SEEN) -> ParsedDocument:
    url = "https://h.example/rss"
    return parse_document(
        ParseRequest(body=text.encode(), feed_id="f", url=url, fetched_at=NOW, seen=seen)
    )


def _is_changed(entry: Entry, stored: Mapping[str, bytes]) -> bool:
    return stored.get(entry.id) != entry.text_hash


@settings(max_examples=120, deadline=None)
@given(_versions())
def test_known_items_make_no_difference_to_a_poll(versions: list[str]) -> None:
    seen, stored = NOTHING_SEEN, dict[str, bytes]()
    state = FeedState(feed_id="f", baseline_at=NOW, last_ok_at=NOW - timedelta(hours=1))
    for text in versions:
        whole, new_only = _read(text), _read(text, seen)
        known = {id_: KnownEntry(entry_id=id_, text_hash=text) for id_, text in stored.items()}

        changed, changed_of_whole = (
            [entry for entry in document.entries if _is_changed(entry, stored)]
            for document in (new_only, whole)
        )
        assert changed == changed_of_whole
        silent, silent_of_whole = (
            silent_entries(document, known, state=state, backfill=timedelta(0), now=NOW)
            for document in (new_only, whole)
        )
        assert silent == silent_of_whole
        assert [entry.id for entry in new_only.entries] == [entry.id for entry in whole.entries]
        assert (new_only.format, new_only.title, new_only.problem, new_only.seen) == (
            whole.format,
            whole.title,
            whole.problem,
            whole.seen,
        )
        stored |= {entry.id: entry.text_hash for entry in whole.entries}
        seen = NOTHING_SEEN if whole.problem else new_only.seen
