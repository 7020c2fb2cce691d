"""Back-fill: which older pages are read, and when the search ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, make_entry
from straitwatch.core.backfill import (
    continue_backfill,
    is_on_site,
    is_reached,
    older_url,
    retry_backfill,
    start_backfill,
    within_window,
)
from straitwatch.core.model import (
    Backfill,
    BlindCause,
    BlindWindow,
    OlderEntries,
    ParsedDocument,
)
from straitwatch.core.policy import BACKFILL_PAGES

HOUR = timedelta(hours=1)
SITE = "https://news.example/feed/"
WINDOW = BlindWindow(cause=BlindCause.OVERRUN, since_at=NOON - HOUR, until_at=NOON)
WORDPRESS = OlderEntries(is_wordpress=True)
SEARCH = Backfill(since_at=NOON - HOUR, url=f"{SITE}?paged=2")


def page(older: str = "") -> ParsedDocument:
    return ParsedDocument(format="rss20", older_url=older)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://news.example/2026/02", "https://news.example/2026/02"),
        ("/archive?p=2", "https://news.example/archive?p=2"),
        ("", ""),
    ],
)
def test_link_to_older_entries_is_resolved(link: str, url: str) -> None:
    assert older_url(OlderEntries(link=link), page_url=SITE) == url


@pytest.mark.parametrize(
    ("url", "next_url"),
    [
        (SITE, f"{SITE}?paged=2"),
        (f"{SITE}?paged=2", f"{SITE}?paged=3"),
        (f"{SITE}?cat=7", f"{SITE}?cat=7&paged=2"),
        (f"{SITE}?paged=last", ""),
    ],
)
def test_pages_of_wordpress_are_numbered(url: str, next_url: str) -> None:
    assert older_url(WORDPRESS, page_url=url) == next_url


def test_link_comes_before_numbers() -> None:
    older = OlderEntries(link="/archive", is_wordpress=True)

    assert older_url(older, page_url=SITE) == "https://news.example/archive"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_address_raises(link: str, url: str) -> None:
    older_url(OlderEntries(link=link, is_wordpress=True), page_url=url)
    is_on_site(link, url)


@pytest.mark.parametrize(
    ("url", "is_so"),
    [
        ("https://news.example/2", True),
        ("http://www.news.example/2", True),
        ("https://feeds.news.example/2", True),
        ("https://other.example/2", False),
        ("https://badnews.example/2", False),
        ("https://news.example:8443/2", False),
        ("ftp://news.example/2", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_pages_are_on_the_site_of_the_feed(url: str, is_so: bool) -> None:
    assert is_on_site(url, SITE) is is_so


def test_window_in_which_entries_may_be_missing_starts_a_search() -> None:
    assert start_backfill(None, WINDOW, older=SEARCH.url, site=SITE) == SEARCH


def test_next_window_continues_the_unfinished_search_from_the_newest_document() -> None:
    before = Backfill(since_at=NOON - 9 * HOUR, url="https://news.example/4", pages=3)

    after = start_backfill(before, WINDOW, older=SEARCH.url, site=SITE)

    assert after == Backfill(since_at=NOON - 9 * HOUR, url=SEARCH.url)


def test_long_window_of_a_feed_without_older_pages_leads_to_the_sitemaps_of_its_site() -> None:
    assert start_backfill(None, WINDOW, older="", site=SITE) == Backfill(
        since_at=NOON - HOUR, url="https://news.example/robots.txt", is_sitemap=True
    )


def test_sitemap_entries_from_before_the_window_are_not_missing() -> None:
    dates = (NOON, NOON - 2 * HOUR, None)
    entries = [make_entry(published_at=date) for date in dates]

    assert within_window(entries, NOON - HOUR) == (entries[0],)


@pytest.mark.parametrize("older", ["", "https://other.example/archive"])
def test_feed_without_older_pages_of_its_own_starts_no_search(older: str) -> None:
    short = replace(WINDOW, since_at=NOON - HOUR / 4)

    assert start_backfill(None, short, older=older, site=SITE) is None


def test_search_goes_on_to_the_next_page() -> None:
    after = continue_backfill(SEARCH, page(f"{SITE}?paged=3"), has_new=True)

    assert after == Backfill(since_at=NOON - HOUR, url=f"{SITE}?paged=3", pages=1)


@pytest.mark.parametrize(
    ("older", "has_new"),
    [
        ("", True),
        (SEARCH.url, True),
        (f"{SITE}?paged=3", False),
        ("https://other.example/3", True),
    ],
)
def test_search_ends_without_another_page_of_new_entries(older: str, has_new: bool) -> None:
    assert continue_backfill(SEARCH, page(older), has_new=has_new) is None


def test_search_ends_after_five_pages_even_if_they_never_end() -> None:
    search: Backfill | None = SEARCH
    urls = []
    while search:
        urls.append(search.url)
        search = continue_backfill(search, page(f"{SITE}?paged={len(urls) + 2}"), has_new=True)

    assert len(urls) == len(set(urls)) == BACKFILL_PAGES == 5


def test_page_that_cannot_be_read_is_tried_again_five_times_at_most() -> None:
    search: Backfill | None = SEARCH
    tries = 0
    while search:
        tries += 1
        search = retry_backfill(search)

    assert tries == BACKFILL_PAGES


def test_page_with_a_stored_entry_reaches_the_start_of_the_window() -> None:
    assert is_reached([], NOON - HOUR, seen_before=True)


@pytest.mark.parametrize(("older", "is_so"), [(0, False), (1, False), (2, True), (4, True)])
def test_page_of_entries_from_before_the_window_reaches_its_start(older: int, is_so: bool) -> None:
    dates = [NOON - 2 * HOUR] * older + [NOON] * (4 - older)
    entries = [make_entry(published_at=date) for date in dates]

    assert is_reached(entries, NOON - HOUR, seen_before=False) is is_so


def test_undated_page_does_not_reach_the_start_of_the_window() -> None:
    assert not is_reached([make_entry(published_at=None)], NOON - HOUR, seen_before=False)
