"""Distinguishes an edited entry from a different one with the same GUID.

Some feeds reuse one GUID for every entry, or number their entries by position. An entry under a
known GUID counts as an edit unless link, headline, text and date together show a different one.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from straitwatch.core.cluster import RENEWED_AFTER, EntryComparison
from straitwatch.core.model import EarlierEntry, Entry, ParsedDocument
from straitwatch.core.normalize import derived_entry_id


def is_reused_guid(entry: Entry, earlier: EarlierEntry, *, now: datetime) -> bool:
    """Return True if an entry differs from the one that was stored under its GUID.

    A page with a new text under the same GUID and address is a different entry half a day later.
    """
    signs = EntryComparison.compare(entry, earlier.entry)
    is_later = _comes_later(entry, earlier, now=now)
    if signs.is_other_text and is_later and (entry.published_at or signs.is_other_title):
        return True
    if signs.is_same_title or signs.is_similar_text:
        return False
    if signs.is_other_page:
        is_same_date = entry.published_at and entry.published_at == earlier.entry.published_at
        return signs.is_other_text or (signs.is_other_title and not is_same_date)
    return signs.is_other_text and signs.is_other_title and not entry.canonical_url


def _comes_later(entry: Entry, earlier: EarlierEntry, *, now: datetime) -> bool:
    dates = entry.published_at, earlier.entry.published_at
    if dates[0] and dates[1]:
        return dates[0] - dates[1] > RENEWED_AFTER
    return now - earlier.seen_at > RENEWED_AFTER


def own_id(entry: Entry, earlier: EarlierEntry, *, feed_id: str) -> str:
    """Return the id of an entry under a reused GUID; it does not depend on the entry's position."""
    if entry.canonical_url and entry.canonical_url != earlier.entry.canonical_url:
        return derived_entry_id(feed_id, entry.canonical_url)
    day = f"{entry.published_at:%Y-%m-%d}" if entry.published_at else ""
    return derived_entry_id(feed_id, entry.canonical_url, day or entry.title)


def with_own_ids(
    document: ParsedDocument, earlier: Mapping[str, EarlierEntry], *, feed_id: str, now: datetime
) -> ParsedDocument:
    """Replace the ids of entries under reused GUIDs by ids of their own.

    `earlier` maps the ids of entries with a changed text to the stored entries.
    """
    entries: dict[str, Entry] = {}
    for entry in document.entries:
        before = earlier.get(entry.id)
        if before is not None and is_reused_guid(entry, before, now=now):
            entry = replace(entry, id=own_id(entry, before, feed_id=feed_id))  # noqa: PLW2901
        entries.setdefault(entry.id, entry)
    return replace(document, entries=tuple(entries.values()))
