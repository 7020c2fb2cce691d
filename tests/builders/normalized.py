"""Cleans the entries of a parsed document."""

from typing import Any

from straitwatch.core.model import Entry, RawFeed
from straitwatch.core.normalize import DocumentSource, normalize_document


def normalize_entries(parsed: RawFeed, **source: Any) -> tuple[Entry, ...]:
    """Clean the entries of a document that was read whole; `source` as in `DocumentSource`."""
    document = normalize_document(parsed, DocumentSource(**source), known={})
    assert document is not None
    return document.entries
