"""Reads news sitemaps, and the documents that lead to them: robots.txt and a sitemap index.

A news sitemap lists the pages of a site of the last two days, with titles and dates
(sitemaps.org, and the extension `sitemap-news`).
"""

import re
from html import unescape

from straitwatch.core.model import OlderEntries, ParseProblem, RawEntry, RawFeed
from straitwatch.core.parse.decode import decode_document

_MAX_PAGES = 2_000  # a news sitemap has 1,000 at most
_NAMED = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile(r"://[^/]*/.*news", re.IGNORECASE)  # in the path: hosts of news sites say it too
_INDEX = re.compile(r"<(?:\w{1,20}:)?sitemapindex[\s>]", re.IGNORECASE)
_PAGES = re.compile(r"<(?:\w{1,20}:)?urlset[\s>]", re.IGNORECASE)
_PAGE = re.compile(r"<(?:\w{1,20}:)?url>(.{1,20000}?)</(?:\w{1,20}:)?url>", re.DOTALL)
_FIELD = re.compile(
    r"<(?:\w{1,20}:)?(loc|title|publication_date|language)>\s*(?:<!\[CDATA\[)?(.{0,5000}?)"
    r"(?:\]\]>)?\s*</",
    re.DOTALL,
)


def read_sitemap(body: bytes, *, content_type: str = "") -> RawFeed:
    """Read a news sitemap as a feed, or the address of one from robots.txt or an index."""
    text = decode_document(body, content_type=content_type, encoding=None)
    if _PAGES.search(text):
        pages = (_read_page(found[1]) for found in _PAGE.finditer(text))
        entries = tuple(page for page in pages if page)[:_MAX_PAGES]
        return RawFeed(format="sitemap", entries=entries)
    if _INDEX.search(text):
        named = [unescape(value) for name, value in _FIELD.findall(text) if name == "loc"]
    else:
        named = _NAMED.findall(text)
    link = next((address for address in named if _NEWS.search(address)), "")
    if not link:
        return RawFeed(format="", problem=ParseProblem.NOT_A_FEED, detail="no news sitemap")
    return RawFeed(format="sitemap", older=OlderEntries(link=link))


def _read_page(text: str) -> RawEntry | None:
    """Return a page with a title; a page of an ordinary sitemap has none."""
    fields = {name: unescape(value).strip() for name, value in _FIELD.findall(text)}
    if not fields.get("loc") or not fields.get("title"):
        return None
    return RawEntry(
        link=fields["loc"],
        title=fields["title"],
        published=fields.get("publication_date", ""),
        language=fields.get("language", ""),
        plain=frozenset({"title"}),
    )
