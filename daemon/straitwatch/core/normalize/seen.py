"""Remembers the items of a document, so that the next poll reads only the new ones.

The id of an entry may depend on the other entries of its document, so the identifiers of known
items are remembered too. If a new entry shares one of them, the whole document is read again.
"""

import struct
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from straitwatch.core.model import Entry

_RECORD = struct.Struct(">8s12s8s4s4s4s4sq")
_UNKNOWN_DATE = -(2**63)
_NO_KEY = bytes(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Short hashes of the identifiers of an entry; zeros for an identifier that it lacks."""

    guid: bytes
    link: bytes
    page: bytes
    title: bytes

    @classmethod
    def of(cls, *, guid: str, link: str, page: str, title: str) -> "Keys":
        """Hash the identifiers; equal hashes of different ones cost only time."""
        return cls(guid=_key(guid), link=_key(link), page=_key(page), title=_key(title))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """An item whose entry is stored with this id and text."""

    digest: bytes  # of its bytes in the document
    entry_id: str
    text_hash: bytes
    published_at: datetime | None
    keys: Keys

    @classmethod
    def of(cls, entry: Entry, digest: bytes, keys: Keys) -> "SeenItem":
        """Return the item of an entry."""
        return cls(
            digest=digest,
            entry_id=entry.id,
            text_hash=entry.text_hash,
            published_at=entry.published_at,
            keys=keys,
        )

    @property
    def entry(self) -> Entry:
        """The entry without its texts."""
        return Entry(
            id=self.entry_id,
            guid="",
            url="",
            canonical_url="",
            title="",
            published_at=self.published_at,
            text_hash=self.text_hash,
        )


def pack_items(items: Iterable[SeenItem]) -> bytes:
    """Return items in their stored form."""
    return b"".join(map(_pack, items))


def unpack_items(records: bytes) -> Iterator[SeenItem]:
    """Yield items from their stored form; none if it is damaged."""
    if len(records) % _RECORD.size:
        return
    for digest, entry_id, text_hash, guid, link, page, title, date in _RECORD.iter_unpack(records):
        yield SeenItem(
            digest=digest,
            entry_id=entry_id.decode(),
            text_hash=text_hash,
            published_at=None if date == _UNKNOWN_DATE else datetime.fromtimestamp(date, UTC),
            keys=Keys(guid=guid, link=link, page=page, title=title),
        )


def without_entries(records: bytes, ids: Collection[str]) -> bytes:
    """Return the stored form of items without those of some entries."""
    if not ids:
        return records
    return pack_items(item for item in unpack_items(records) if item.entry_id not in ids)


def share_identifiers(new: Iterable[Keys], seen: Iterable[Keys]) -> bool:
    """Return True if the id or page of an entry depends on an entry of the other group.

    It does if both have an identifier but not the title. A link identifies entries without a GUID.
    """
    titles: dict[tuple[str, bytes], set[bytes]] = {}
    for keys in seen:
        for identifier in _identifiers(keys, is_new=False):
            titles.setdefault(identifier, set()).add(keys.title)
    return any(
        titles.get(identifier, set()) - {keys.title}
        for keys in new
        for identifier in _identifiers(keys, is_new=True)
    )


def _identifiers(keys: Keys, *, is_new: bool) -> Iterator[tuple[str, bytes]]:
    if keys.guid != _NO_KEY:
        yield "guid", keys.guid
    if keys.page != _NO_KEY:
        yield "page", keys.page
    if keys.link == _NO_KEY:
        return
    has_guid = keys.guid != _NO_KEY
    if is_new:
        yield ("link of one without GUID" if has_guid else "link"), keys.link
        return
    yield "link", keys.link
    if not has_guid:
        yield "link of one without GUID", keys.link


def _pack(item: SeenItem) -> bytes:
    keys, date = item.keys, item.published_at
    return _RECORD.pack(
        item.digest,
        item.entry_id.encode(),
        item.text_hash,
        keys.guid,
        keys.link,
        keys.page,
        keys.title,
        _UNKNOWN_DATE if date is None else round(date.timestamp()),
    )


def _key(identifier: str) -> bytes:
    if not identifier:
        return _NO_KEY
    return blake2b(identifier.encode("utf-8", "replace"), digest_size=4).digest()
