"""Finds the entries that a text names."""

from straitwatch.core.normalize import canonical_url
from straitwatch.store import StoredEntry, Transaction, find_entries


def entries_named(tx: Transaction, text: str, *, limit: int) -> list[StoredEntry]:
    """Return the newest entries with this id, address or title."""
    canonical = canonical_url(text) if is_address(text) else ""
    return find_entries(tx, text, canonical_url=canonical, limit=limit)


def is_address(text: str) -> bool:
    """Return True for the address of a page."""
    return text.startswith(("http://", "https://"))
