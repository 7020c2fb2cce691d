"""Plans back-fill: the pages that may hold the entries of a blind window.

A page is read only if it is on the site of the feed, and at most `BACKFILL_PAGES` of them are. The
search ends at a page with an entry from before the window. After a long window, the entries of a
feed without older pages are looked for in the news sitemap that the robots.txt of its site names.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from straitwatch.core.identity import join_url
from straitwatch.core.model import Backfill, BlindWindow, Entry, OlderEntries, ParsedDocument
from straitwatch.core.policy import BACKFILL_PAGES, BLIND_AFTER

_PAGE = "paged"  # WordPress counts the pages of its feeds from 1


def older_url(older: OlderEntries, *, page_url: str) -> str:
    """Return the absolute address of the entries before those of a page; "" if it names none."""
    if older.link:
        return join_url(page_url, older.link)
    return _next_number(page_url) if older.is_wordpress else ""


def _next_number(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    values = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = values.get(_PAGE, "1")
    if not (number.isascii() and number.isdigit()):
        return ""
    return parts._replace(query=urlencode(values | {_PAGE: str(int(number) + 1)})).geturl()


def start_backfill(
    before: Backfill | None, window: BlindWindow | None, *, older: str, site: str
) -> Backfill | None:
    """Return the search that a poll starts, or the unfinished one from before.

    Args:
        before: an unfinished search; a new one takes its window over.
        window: that the poll has ended.
        older: the address of the entries before those of its document.
        site: the address of the document.
    """
    if window is None or window.filled_at is not None:
        return before
    since_at = before.since_at if before else window.since_at
    if is_on_site(older, site):
        return Backfill(since_at=since_at, url=older)
    if window.length < BLIND_AFTER:  # too short to bother a site that offers no older pages
        return before
    robots = join_url(site, "/robots.txt")
    return Backfill(since_at=since_at, url=robots, is_sitemap=True) if robots else before


def continue_backfill(
    backfill: Backfill, document: ParsedDocument, *, has_new: bool
) -> Backfill | None:
    """Return the search after a page that does not reach the start of the window; None: it ends.

    A page without a new entry repeats another one, so the search would never end.
    """
    pages, older = backfill.pages + 1, document.older_url
    is_repeated = older == backfill.url or not (has_new or backfill.is_sitemap)
    if pages >= BACKFILL_PAGES or is_repeated:
        return None
    if not is_on_site(older, backfill.url):
        return None
    return replace(backfill, url=older, pages=pages)


def retry_backfill(backfill: Backfill) -> Backfill | None:
    """Return the search after a page that could not be read, for the next poll."""
    pages = backfill.pages + 1
    return replace(backfill, pages=pages) if pages < BACKFILL_PAGES else None


def is_reached(entries: Sequence[Entry], since_at: datetime, *, seen_before: bool) -> bool:
    """Return True if a page reaches back to the start of a window.

    Args:
        entries: of the page.
        since_at: the start of the window.
        seen_before: True if one of the oldest was stored before.
    """
    dated = [entry.published_at for entry in entries if entry.published_at]
    earlier = sum(date < since_at for date in dated)
    return seen_before or (bool(dated) and 2 * earlier >= len(dated))


def within_window(entries: Sequence[Entry], since_at: datetime) -> tuple[Entry, ...]:
    """Return the entries of a sitemap, which lists a whole site, that the window may lack."""
    return tuple(
        entry for entry in entries if entry.published_at and entry.published_at >= since_at
    )


def is_on_site(url: str, site: str) -> bool:
    """Return True if an address is on the host of another one, or on a part of that host."""
    shorter, longer = sorted((_host(url), _host(site)), key=len)
    return bool(shorter) and (longer == shorter or longer.endswith(f".{shorter}"))


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    return f"{name.removeprefix('www.')}:{port}" if port else name.removeprefix("www.")
