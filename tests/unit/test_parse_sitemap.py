"""News sitemaps, and the documents that lead to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straitwatch.core.model import ParseProblem
from straitwatch.core.parse import read_sitemap

ROBOTS = b"""User-agent: *
Sitemap: https://news.example/sitemap.xml
sitemap: https://news.example/news-sitemap.xml
"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example/pages.xml</loc></sitemap>
<sitemap><loc>https://news.example/news.xml?a=1&amp;b=2</loc></sitemap></sitemapindex>"""
NEWS = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example/1</loc><news:news>
<news:publication><news:name>Example</news:name><news:language>en</news:language>
</news:publication><news:publication_date>2026-03-01T11:00:00Z</news:publication_date>
<news:title><![CDATA[Fleet & allies]]></news:title></news:news></url>
<url><loc>https://news.example/about</loc></url></urlset>"""


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (ROBOTS, "https://news.example/news-sitemap.xml"),
        (INDEX, "https://news.example/news.xml?a=1&b=2"),
    ],
)
def test_robots_txt_and_an_index_lead_to_the_news_sitemap(body: bytes, link: str) -> None:
    assert read_sitemap(body).older.link == link


def test_pages_of_a_news_sitemap_have_title_and_date() -> None:
    (entry,) = read_sitemap(NEWS).entries

    assert (entry.link, entry.title) == ("https://news.example/1", "Fleet & allies")
    assert (entry.published, entry.language) == ("2026-03-01T11:00:00Z", "en")


@pytest.mark.parametrize("body", [b"", b"User-agent: *", b"Sitemap: https://news.example/s.xml"])
def test_site_without_a_news_sitemap_is_no_feed(body: bytes) -> None:
    assert read_sitemap(body).problem is ParseProblem.NOT_A_FEED


@given(st.binary(max_size=300))
def test_no_document_raises(body: bytes) -> None:
    read_sitemap(b"<urlset><url>" + body)
