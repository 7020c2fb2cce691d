"""Finds the address of older entries: an archive, a next page, or a numbered page of WordPress.

RFC 5005 defines `prev-archive` for archived feeds and `next` for paged ones.
"""

import re
from html import unescape

from straitwatch.core.model import OlderEntries
from straitwatch.core.parse.hints import around_entries

_LINK = re.compile(r"<(?:[\w.-]{1,40}:)?link\s([^<>]{1,4000})>", re.IGNORECASE)
_RELATION = re.compile(r"""\brel\s*=\s*["']\s*([\w-]{1,40})\s*["']""", re.IGNORECASE)
_ADDRESS = re.compile(r"""\bhref\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})')""", re.IGNORECASE)
_WORDPRESS = re.compile(
    r"<generator\b[^<>]{0,300}>\s*https?://wordpress\.(?:org|com)/", re.IGNORECASE
)
_RELATIONS = ("prev-archive", "next")  # the better one first


def find_older(text: str) -> OlderEntries:
    """Return where the entries before those of an XML document are."""
    around = around_entries(text)
    links: dict[str, str] = {}
    for tag in _LINK.finditer(around):
        relation, address = _RELATION.search(tag[1]), _ADDRESS.search(tag[1])
        if relation and address:
            links.setdefault(relation[1].lower(), unescape(address[1] or address[2]).strip())
    return OlderEntries(
        link=next((links[name] for name in _RELATIONS if name in links), ""),
        is_wordpress=_WORDPRESS.search(around) is not None,
    )
