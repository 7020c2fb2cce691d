"""Recognizes stored entries: edits, other entries under the same GUID, and pages that return.

Some feeds reuse one GUID for every entry, or number their entries by position. An entry under a
known GUID counts as an edit unless link, headline, text and date together show a different one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from straitwatch.core.cluster import RENEWED_AFTER, EntryComparison, is_return
from straitwatch.core.model import (
    RETURNED,
    EarlierEntry,
    Entry,
    Fold,
    KnownEntry,
    ParsedDocument,
    Relation,
    Report,
    StoredPage,
)
from straitwatch.core.normalize import derived_entry_id, without_entries


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
    """Replace the ids of entries under reused GUIDs; edits keep the text of their page.

    `earlier` maps the ids of entries with a changed text to the stored entries.
    """
    entries: dict[str, Entry] = {}
    reused: set[str] = set()
    for entry in document.entries:
        if before := earlier.get(entry.id):
            edit = _with_page_text(entry, before.entry)
            if is_reused_guid(edit, before, now=now):
                reused.add(entry.id)
                edit = replace(entry, id=own_id(entry, before, feed_id=feed_id))
            entry = edit  # noqa: PLW2901
        entries.setdefault(entry.id, entry)
    seen = replace(document.seen, records=without_entries(document.seen.records, reused))
    return replace(document, entries=tuple(entries.values()), seen=seen)


def are_unread_stored(document: ParsedDocument, known: Mapping[str, KnownEntry]) -> bool:
    """Return True unless the database lost or changed an entry that was not read again."""
    return all(
        entry.id in known and known[entry.id].text_hash == entry.text_hash
        for entry in document.entries
        if entry.id in document.unread
    )


def _with_page_text(entry: Entry, before: Entry) -> Entry:
    if not before.has_page_text or entry.canonical_url != before.canonical_url:
        return entry
    return replace(entry, content=before.content, has_page_text=True)


def recognize_returns(
    reports: Sequence[Report], pages: Mapping[str, Sequence[StoredPage]]
) -> dict[str, Fold]:
    """Return the earlier story of each report whose page returned, by entry.

    Age makes no difference: a page that comes back after months under another GUID is not news. New
    text under a constant title is news. `pages` are the stored reports by entry, oldest first.
    """
    found: dict[str, Fold] = {}
    for report in reports:
        same = [
            page
            for page in pages.get(report.entry.id, ())
            if is_return(report.features, page.earlier, outlet=page.outlet)
        ]
        if same:
            found[report.entry.id] = _returned(report, same)
    return found


def _returned(report: Report, pages: Sequence[StoredPage]) -> Fold:
    story_id = pages[0].story_id
    return Fold(
        story_id=story_id,
        relation=Relation.SAME_ENTRY,
        reason=RETURNED,
        evidence=(report.entry.canonical_url,),
        is_own_repeat=any(
            (page.story_id, page.outlet) == (story_id, report.outlet.name) for page in pages
        ),
    )
