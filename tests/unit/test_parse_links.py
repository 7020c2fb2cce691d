"""The page of an entry, in every format of feed."""

from datetime import UTC, datetime

import pytest

from builders.normalized import normalize_entries
from straitwatch.core.parse import parse_feed

ADDRESS = "https://pub.example/dir/feed.xml"


def page_of(document: str) -> str:
    parsed = parse_feed(document.encode())
    at = datetime(2026, 11, 23, tzinfo=UTC)
    (entry,) = normalize_entries(parsed, feed_id="f", base_url=ADDRESS, fetched_at=at)
    return entry.url


def atom(*links: str, feed: str = "", entry: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{feed}><title>F</title><id>urn:f</id>'
        f"<entry{entry}><id>urn:a</id><title>a</title>{''.join(links)}</entry></feed>"
    )


def rss(*links: str, channel: str = "", item: str = "") -> str:
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel>'
        f"<title>F</title><link>https://pub.example/</link>{channel}"
        f"<item{item}><title>a</title>{''.join(links)}</item></channel></rss>"
    )


def json_feed(item: str) -> str:
    version = '"version": "https://jsonfeed.org/version/1.1", "title": "F"'
    return f'{{{version}, "items": [{{"id": "1", "title": "a", {item}}}]}}'


def alternate(path: str, *, type_: str = "text/html", language: str = "") -> str:
    hreflang = f' hreflang="{language}"' if language else ""
    return f'<link rel="alternate" type="{type_}"{hreflang} href="https://news.example{path}"/>'


ENGLISH, FRENCH = ' xml:lang="en"', ' xml:lang="fr"'
HTML = alternate("/1")
PDF = alternate("/1.pdf", type_="application/pdf")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (atom(HTML, PDF, alternate("/fr", language="fr")), "/1"),
        (atom(alternate("/fr", language="fr"), HTML), "/1"),
        (atom(PDF, HTML), "/1"),
        (atom(HTML, alternate("/2")), "/1"),
        (atom(PDF), "/1.pdf"),
        (atom(alternate("/fr", language="fr"), feed=ENGLISH), "/fr"),
        (atom(alternate("/fr", language="fr"), alternate("/en", language="en-US"), feed=ENGLISH), "/en"),
        (atom(alternate("/en", language="en"), alternate("/fr", language="fr"), feed=ENGLISH, entry=FRENCH), "/fr"),
        (atom(alternate("/cn", language="zh-CN"), alternate("/tw", language="zh-Hant"), feed=' xml:lang="zh-TW"'), "/tw"),
        (atom(alternate("/cn", language="zh-CN"), feed=' xml:lang="zh"'), "/cn"),
        (atom('<link rel="http://www.iana.org/assignments/relation/alternate" href="https://news.example/1"/>'), "/1"),
        (rss("<link>https://news.example/1</link>", '<atom:link rel="alternate" hreflang="fr" href="https://news.example/fr"/>'), "/1"),
        (rss("<link>https://news.example/1</link>", '<atom:link rel="self" href="https://news.example/rss"/>'), "/1"),
        (rss("<link>https://news.example/1</link><link>https://news.example/2</link>"), "/1"),
        (rss('<link/><atom:link href="https://news.example/1"/>'), "/1"),
        (rss("<link>https://proxy.example/~3/1</link><feedburner:origLink>https://news.example/1</feedburner:origLink>"), "/1"),
        (rss("<guid>https://news.example/1</guid>"), "/1"),
        (rss('<link>https://news.example/1</link><guid isPermaLink="false">https://news.example/g</guid>'), "/1"),
        (json_feed('"url": "https://news.example/1", "external_url": "https://o.example/"'), "/1"),
        (json_feed('"external_url": "https://news.example/1"'), "/1"),
    ],
)  # fmt: skip
def test_page_is_the_first_html_alternate_in_the_language_of_the_entry(document, path) -> None:
    assert page_of(document) == f"https://news.example{path}"


@pytest.mark.parametrize(
    ("document", "url"),
    [
        (atom('<link href="a/1"/>'), "https://pub.example/dir/a/1"),
        (atom('<link href="a/1"/>', feed=' xml:base="https://b.example/x/"'), "https://b.example/x/a/1"),
        (atom('<link href="a/1"/>', entry=' xml:base="/y/"'), "https://pub.example/y/a/1"),
        (atom('<link href="//c.example/1"/>'), "https://c.example/1"),
        (rss("<link>//c.example/1</link>"), "https://c.example/1"),
        (rss("<link>/1</link>"), "https://pub.example/1"),
        (rss("<link>1</link>", item=' xml:base="https://b.example/x/"'), "https://b.example/x/1"),
        (rss("<guid>/1</guid>"), "https://pub.example/1"),
        (json_feed('"url": "//c.example/1"'), "https://c.example/1"),
        (json_feed('"url": "1"'), "https://pub.example/dir/1"),
    ],
)  # fmt: skip
def test_relative_link_begins_at_the_nearest_base(document, url) -> None:
    assert page_of(document) == url


def test_guid_that_is_a_number_names_no_page() -> None:
    assert page_of(rss("<guid>12345</guid>")) == ""
