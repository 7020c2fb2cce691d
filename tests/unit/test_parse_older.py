"""Where a document says that its older entries are."""

import pytest

from straitwatch.core.model import OlderEntries
from straitwatch.core.parse import parse_feed

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{head}
<entry><id>1</id><title>Fleet</title><link rel="next" href="/not-this"/></entry>{tail}</feed>"""
RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Wire</title>
{head}<item><guid>1</guid><title>Fleet</title></item></channel></rss>"""


def older_of(text: str, **parts: str) -> OlderEntries:
    filled = {"head": "", "tail": ""} | parts
    return parse_feed(text.format(**filled).encode()).older


@pytest.mark.parametrize(
    ("head", "link"),
    [
        ('<link rel="prev-archive" href="/2026/02?a=1&amp;b=2"/>', "/2026/02?a=1&b=2"),
        ("<link href='/p2' rel='next'/>", "/p2"),
        ('<link rel="next" href="/p2"/><link rel="prev-archive" href="/2026"/>', "/2026"),
        ('<link rel="self" href="/p1"/>', ""),
    ],
)
def test_atom_document_names_its_archive_or_its_next_page(head: str, link: str) -> None:
    assert older_of(ATOM, head=head).link == link


def test_link_after_the_entries_counts_too() -> None:
    assert older_of(ATOM, tail='<link rel="next" href="/p2"/>').link == "/p2"


def test_rss_document_names_its_next_page_with_an_atom_link() -> None:
    assert older_of(RSS, head='<atom:link rel="next" href="/p2"/>').link == "/p2"


@pytest.mark.parametrize(
    ("generator", "is_so"),
    [("https://wordpress.org/?v=6.4.2", True), ("Drupal 10", False)],
)
def test_generator_shows_a_site_with_numbered_pages(generator: str, is_so: bool) -> None:
    older = older_of(RSS, head=f"<generator>{generator}</generator>")

    assert older.is_wordpress is is_so


def test_json_feed_names_its_next_page() -> None:
    text = '{"version":"https://jsonfeed.org/version/1.1","next_url":"/p2","items":[]}'

    assert parse_feed(text.encode()).older.link == "/p2"
