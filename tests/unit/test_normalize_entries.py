import html
from datetime import UTC, datetime, timedelta

import pytest

from builders.normalized import normalize_entries
from straitwatch.core.model import Entry, RawEntry, RawFeed
from straitwatch.core.normalize import (
    FeedDefaults,
    canonical_url,
    clean_text,
    clean_title,
    clean_url,
    feed_id,
    normalize_language,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def _entries(
    *raw: RawEntry, feed: str = "f", base: str = "https://h.example/rss/all.xml", **more: object
) -> list[Entry]:
    parsed = RawFeed(format="rss20", entries=raw, link="https://h.example/")
    return list(normalize_entries(parsed, feed_id=feed, base_url=base, fetched_at=NOW, **more))  # type: ignore[arg-type]


def test_guid_identifies_an_entry_through_edits_and_moves() -> None:
    first = _entries(RawEntry(guid="7", link="/a", title="Ships sail"))
    later = _entries(
        RawEntry(guid="7", link="/b", title="Ships sailed"), base="https://new.example/"
    )

    assert first[0].id == later[0].id
    assert first[0].text_hash != later[0].text_hash


def test_same_guid_in_two_feeds_is_two_entries() -> None:
    assert (
        _entries(RawEntry(guid="7", title="x"))[0].id
        != _entries(RawEntry(guid="7", title="x"), feed="g")[0].id
    )


def test_entries_that_share_one_link_differ_by_title_and_name_no_page() -> None:
    entries = _entries(
        *(RawEntry(link="https://h.example/all", title=t) for t in ("One", "Two", "Three"))
    )

    assert len({entry.id for entry in entries}) == 3
    assert {entry.canonical_url for entry in entries} == {""}
    assert {entry.url for entry in entries} == {"https://h.example/all"}


def test_entries_that_share_one_guid_differ_by_title() -> None:
    assert len(_entries(RawEntry(guid="1", title="One"), RawEntry(guid="1", title="Two"))) == 2


def test_same_entry_twice_in_a_document_is_one() -> None:
    twice = [RawEntry(guid="1", link="/a", title="One")] * 2

    assert len(_entries(*twice)) == 1
    assert len(_entries(*twice, as_published=True)) == 2


def test_link_to_the_front_page_names_no_page() -> None:
    assert _entries(RawEntry(link="https://h.example/", title="One"))[0].canonical_url == ""


@pytest.mark.parametrize("page", ["/news", "/en/press/releases/", "/zh/新聞稿/"])
def test_page_that_shows_one_item_after_another_names_none_of_them(page: str) -> None:
    first, second = (
        _entries(RawEntry(link=f"https://h.example{page}", title=title))[0]
        for title in ("Ships cross the strait", "Minister resigns")
    )

    assert first.canonical_url == second.canonical_url == ""
    assert first.id != second.id


@pytest.mark.parametrize(
    "page", ["/93557/ships/", "/2026/03/strait", "/ships-cross-strait", "/?p=7"]
)
def test_page_with_a_number_or_a_headline_in_its_address_is_one_article(page: str) -> None:
    first, second = (
        _entries(RawEntry(link=f"https://h.example{page}", title=title))[0]
        for title in ("Ships cross the strait", "Ships have crossed")
    )

    assert first.canonical_url == second.canonical_url != ""
    assert first.id == second.id


def test_entry_without_guid_and_link_lives_by_its_text() -> None:
    entries = _entries(RawEntry(title="One"), RawEntry(summary="Only a summary"), RawEntry())

    assert len({entry.id for entry in entries}) == 2


def test_guid_that_is_an_address_replaces_a_missing_link() -> None:
    assert _entries(RawEntry(guid="https://h.example/1", title="x"))[0].url == "https://h.example/1"


def test_relative_links_start_at_the_final_address() -> None:
    urls = [
        e.url
        for e in _entries(RawEntry(link="/a", title="1"), RawEntry(link="b?c=1&amp;d=2", title="2"))
    ]

    assert urls == ["https://h.example/a", "https://h.example/rss/b?c=1&d=2"]


def test_links_to_other_sites_are_kept_in_their_order() -> None:
    markup = (
        '<p>The <a class="x" href="https://www.wsj.com/a-1?x=1&amp;y=2">WSJ</a> says so, '
        "<a href='/own'>as we do</a>, <a href=https://ft.example/b>and</a> "
        '<a href="javascript:alert(1)">this</a>.</p>'
    )
    plain = _entries(RawEntry(guid="1", link="/a", title="x", summary=markup))[0]
    escaped = _entries(RawEntry(guid="1", link="/a", title="x", summary=html.escape(markup)))[0]

    assert plain.links == ("https://www.wsj.com/a-1?x=1&y=2", "https://ft.example/b")
    assert escaped.links == plain.links


def test_page_of_links_gives_a_few_and_costs_little() -> None:
    page = "".join(f'<a href="https://site{n}.example/{n}">x</a>' for n in range(5_000))

    assert len(_entries(RawEntry(guid="1", link="/a", title="x", content=page))[0].links) == 4


def test_aggregators_publisher_leaves_the_title_and_becomes_the_source() -> None:
    raw = RawEntry(guid="1", title="Ships sail - The Desk", source_title="The Desk")

    assert (_entries(raw)[0].title, _entries(raw)[0].source) == ("Ships sail", "The Desk")
    assert _entries(raw, as_published=True)[0].title == "Ships sail - The Desk"


def test_summary_is_not_said_twice() -> None:
    same = _entries(RawEntry(guid="1", title="Ships sail", summary="<p>Ships sail</p>"))[0]
    doubled = _entries(
        RawEntry(guid="2", title="x", summary="Long text", content="<p>Long text</p>")
    )[0]

    assert same.summary == ""
    assert (doubled.summary, doubled.content) == ("Long text", "")


def test_content_alone_also_makes_the_summary() -> None:
    entry = _entries(RawEntry(guid="1", title="x", content="word " * 1000))[0]

    assert len(entry.summary) <= 2000 < len(entry.content)


def test_future_date_is_not_believed_but_a_fast_clock_is() -> None:
    def date(after: timedelta) -> datetime | None:
        return _entries(RawEntry(guid="1", title="x", published=(NOW + after).isoformat()))[
            0
        ].published_at

    assert date(timedelta(days=2)) is None
    assert date(timedelta(hours=9)) == NOW + timedelta(hours=9)


def test_update_dates_an_entry_without_publication() -> None:
    assert (
        _entries(RawEntry(guid="1", title="x", updated="2026-11-23T10:00:00Z"))[0].published_at
        == NOW
    )


def test_entrys_own_language_wins_over_the_feeds() -> None:
    own, feeds = _entries(
        RawEntry(guid="1", title="x", language="ru"),
        RawEntry(guid="2", title="y"),
        defaults=FeedDefaults(language="en"),
    )

    assert (own.language, feeds.language) == ("ru", "en")


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh_hant_TW", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("ZH", "zh"),
        ("en_US", "en-us"),
        ("", ""),
        ("English!", ""),
    ],
)
def test_language_tags_take_the_form_that_watch_lists_use(code: str, tag: str) -> None:
    assert normalize_language(code) == tag


def test_feeds_id_depends_on_its_address_alone() -> None:
    assert feed_id("https://h.example/a") == feed_id("https://h.example/a ")
    assert len(feed_id("https://h.example/a")) == 12
    assert feed_id("https://h.example/a") != feed_id("https://h.example/b")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Xi&#8217;s trip", "Xi’s trip"),
        ("AT&amp;amp;T", "AT&T"),
        ("<em>海峽</em>兩岸", "海峽兩岸"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("a<script>evil()</script>b<style>p{}</style>", "ab"),
        ("&lt;p&gt;Hi &amp;amp; bye&lt;/p&gt;", "Hi & bye"),
        ("Vec<String> & 3 < 4 > 2", "Vec<String> & 3 < 4 > 2"),
        ('<img alt="a > b" src="x">seen', "seen"),
        ("cut <a href='x", "cut"),
        ("<!-- gone -->kept<!-- open", "kept"),
        ("<td>a</td><td>b</td>", "a b"),
        ("zero\u200bwidth soft\u00adhyphen \u202eover", "zerowidth softhyphen over"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("T\u200cW", "TW"),
        ("e\u0301" + "\u0301" * 50, "é" + "\u0301" * 3),
        ("&#55357;&#56832;", "\U0001f600"),
        ("\ud83d\ude00 \ud800", "\U0001f600 \ufffd"),
        ("ａｂｃ １２", "ａｂｃ １２"),
    ],
)
def test_text_is_the_visible_text(raw: str, text: str) -> None:
    assert clean_text(raw, limit=200) == text


def test_title_is_one_line_cut_at_a_word() -> None:
    assert clean_title("One\n  two\u3000three") == "One two three"
    assert clean_title("word " * 100, limit=22) == "word word word word…"
    assert clean_title("長" * 30, limit=10) == "長" * 9 + "…"


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://h.example/", ""),
        ("https://user:pw@h.example/a", "https://h.example/a"),
        ('HTTP://H.Example:80/A b"c', "http://h.example/A%20b%22c"),
        ("https://h.example/пролив", "https://h.example/%D0%BF%D1%80%D0%BE%D0%BB%D0%B8%D0%B2"),
        ("https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://[bad", ""),
        ("http://h.example:99999/", ""),
        ("www.h.example/a", "http://www.h.example/a"),
        (" https://h.example/\n a ", "https://h.example/%20a"),
        ("https://h.example/" + "a" * 3000, ""),
        ("https://good.example\\@evil.example/", "https://good.example/@evil.example/"),
        ("", ""),
    ],
)
def test_only_safe_addresses_survive(raw: str, url: str) -> None:
    assert clean_url(raw) == url


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.h.example/a/", "https://h.example/a?utm_source=rss"),
        (
            "https://m.h.example/2026/ships-cross-the-strait",
            "https://h.example/2026/ships-cross-the-strait?partner=x#top",
        ),
        (
            "https://h.example/news/2340284/ships-cross-strait.aspx?type=ts",
            "https://h.example/news/2340284/ships-cross-strait.aspx",
        ),
        ("https://h.example/story/1234567/amp", "https://h.example/story/1234567"),
        ("https://h.example/a?b=1&amp;c=2", "https://h.example/a?c=2&b=1"),
        (
            "https://h.example/ships-cross-the-strait?page=all",
            "https://h.example/ships-cross-the-strait?v=1396047924",
        ),
        ("https://www.youtube.com/watch?v=abc&list=x", "https://youtube.com/watch?v=abc"),
    ],
)
def test_addresses_of_one_page_are_equal(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h.example/?p=1", "https://h.example/?p=2"),
        ("https://h.example/read.php?nid=1", "https://h.example/read.php?nid=2"),
        ("https://h.example/day#one", "https://h.example/day#two"),
        (
            "https://h.example/ships-cross-the-strait?page=2",
            "https://h.example/ships-cross-the-strait?page=3",
        ),
        (
            "https://h.example/kt-article-display-1.asp?xfile=a",
            "https://h.example/kt-article-display-1.asp?xfile=b",
        ),
        ("https://h.example/a", "https://g.example/a"),
        ("https://h.example:8080/a", "https://h.example/a"),
    ],
)
def test_addresses_of_two_pages_differ(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("url", ["", "nonsense", "http://[bad", "http://h.example:x/"])
def test_invalid_address_does_not_identify_a_page(url: str) -> None:
    assert canonical_url(url) == ""


def test_categories_are_cleaned_and_limited() -> None:
    raw = RawEntry(guid="7", title="x", categories=(" Op <b>ed</b>", "", *map(str, range(20))))

    entry = _entries(raw)[0]

    assert entry.categories[:2] == ("Op ed", "0")
    assert len(entry.categories) == 10


def test_other_categories_are_not_an_edit() -> None:
    plain, filed = (RawEntry(guid="7", title="x", categories=names) for names in ((), ("Opinion",)))

    assert _entries(plain)[0].text_hash == _entries(filed)[0].text_hash
