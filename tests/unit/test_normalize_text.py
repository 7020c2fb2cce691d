"""The text that is matched is the text that people read."""

from datetime import UTC, datetime

import pytest

from builders.normalized import normalize_entries
from straitwatch.core.model import Entry, RawEntry, RawFeed
from straitwatch.core.normalize import (
    MAX_CONTENT,
    MAX_SUMMARY,
    MAX_TITLE,
    FeedDefaults,
    clean_text,
    clean_title,
)
from straitwatch.core.parse import parse_feed

FILLER = "The council spoke about parking. " * 70


def _entry(*raw: RawEntry, language: str = "", document: str = "") -> Entry:
    parsed = RawFeed(format="rss20", entries=raw, language=document)
    entries = normalize_entries(
        parsed,
        feed_id="f",
        base_url="https://h.example/",
        defaults=FeedDefaults(language=language),
        fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    return entries[0]


# ---------------------------------------------------------------- all that was sent


def test_summary_that_is_too_long_continues_as_content() -> None:
    entry = _entry(RawEntry(title="Minutes", summary=f"<p>{FILLER}</p><p>A drill was seen.</p>"))

    assert len(entry.summary) <= MAX_SUMMARY
    assert entry.content.endswith("A drill was seen.")


def test_long_summary_precedes_the_content() -> None:
    entry = _entry(RawEntry(title="x", summary=f"{FILLER}The end.", content="Another text."))

    assert entry.content.endswith("The end.\nAnother text.")


def test_summary_that_the_content_repeats_is_kept_once() -> None:
    entry = _entry(RawEntry(title="x", summary=FILLER, content=f"{FILLER} And more."))

    assert entry.content.count("parking") == FILLER.count("parking")


def test_title_that_is_too_long_is_whole_in_the_content() -> None:
    title = f"{'A post that goes on. ' * 20}It ends with a drill."

    entry = _entry(RawEntry(guid="1", title=title))

    assert len(entry.title) <= MAX_TITLE
    assert entry.content == title


def test_content_has_a_limit() -> None:
    assert len(_entry(RawEntry(title="x", summary=FILLER * 20)).content) <= MAX_CONTENT


# ---------------------------------------------------------------- markup that is no running text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<ruby>港<rt>みなと</rt></ruby>の<ruby>船<rt>ふね</rt></ruby>", "港の船"),
        ("<ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>町", "港町"),
        ("<ruby>港<rt>みな<b>と</b></rt></ruby>町", "港町"),
        ("<ruby>港<rt>みなと<rb>町<rt>まち</ruby>へ", "港町へ"),
        ("<ruby>港町<rtc><rt>みなと</rt><rt>まち</rt></rtc></ruby>へ", "港町へ"),
        ("&lt;ruby&gt;港&lt;rt&gt;みなと&lt;/rt&gt;&lt;/ruby&gt;町", "港町"),
        ("<p>The harbor<sup>[3]</sup> bridge<sup><a href='#n'>4</a></sup> fell*</p>", "The harbor bridge fell*"),
        ("<p>10 m<sup>2</sup></p>", "10 m2"),
        ("<p>The <del>old</del> new bridge</p>", "The new bridge"),
        ("<p>Read <rt>this", "Read this"),
    ],
)  # fmt: skip
def test_readings_footnotes_and_deleted_words_split_no_phrase(markup: str, text: str) -> None:
    assert clean_text(markup, limit=200) == text


# ---------------------------------------------------------------- text that only looks like markup

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"{language}><title>F</title><id>f</id>
<entry{own}><id>1</id>{title}{more}</entry></feed>"""


def _from_atom(title: str, more: str = "", *, language: str = "", own: str = "") -> Entry:
    document = ATOM.format(title=title, more=more, language=language, own=own)
    parsed = parse_feed(document.encode())
    return normalize_entries(
        parsed,
        feed_id="f",
        base_url="https://h.example/",
        fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
        defaults=FeedDefaults(language="zh-Hant"),
    )[0]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("<title>Never put &lt;style&gt; into a &lt;body&gt;, says ministry</title>", "Never put <style> into a <body>, says ministry"),
        ("<title type='text'>Write &amp;lt; for &lt;</title>", "Write &lt; for <"),
        ("<title>Old &lt;!-- joke in a portal</title>", "Old <!-- joke in a portal"),
        ("<title type='html'>A &lt;b&gt;bold&lt;/b&gt; claim</title>", "A bold claim"),
        ("<title type='html'>AT&amp;amp;T cuts a cable</title>", "AT&T cuts a cable"),
    ],
)  # fmt: skip
def test_atom_title_is_text_unless_it_says_otherwise(title: str, text: str) -> None:
    assert _from_atom(title).title == text


def test_plain_summary_keeps_text_that_looks_like_a_tag() -> None:
    entry = _from_atom("<title>x</title>", "<summary>Use &lt;template&gt; no more</summary>")

    assert entry.summary == "Use <template> no more"


def test_markup_that_calls_itself_plain_is_markup() -> None:
    summary = "<summary>&lt;p&gt;Two &lt;b&gt;ships&lt;/b&gt;&lt;/p&gt;</summary>"

    assert _from_atom("<title>x</title>", summary).summary == "Two ships"


def test_json_feed_has_plain_titles_and_texts() -> None:
    document = """{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": [
      {"id": "1", "title": "Guide to <head> and &amp;", "content_text": "Use <script> with care"},
      {"id": "2", "title": "x", "content_html": "<p>Use <b>it</b></p>"}]}"""

    entries = normalize_entries(
        parse_feed(document.encode()),
        feed_id="f",
        base_url="https://h.example/",
        fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
    )

    assert [(entry.title, entry.summary) for entry in entries] == [
        ("Guide to <head> and &amp;", "Use <script> with care"),
        ("x", "Use it"),
    ]


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Worm spreads by <script> tags, bank says", "tags, bank says"),
        ("Page with <!-- in it breaks portal", "in it breaks portal"),
        ("Too many <style> rules", "rules"),
    ],
)
def test_title_keeps_the_text_after_an_unclosed_element(title: str, rest: str) -> None:
    assert clean_title(title).endswith(rest)


# ---------------------------------------------------------------- lines


def test_lines_of_a_hard_wrapped_text_are_joined() -> None:
    text = (
        "The fleet of the northern navy was seen on Tuesday by two fishing\n"
        "boats, and the ministry said that it had been told of the passage\n"
        "a day before.\n\nA spokesman had no comment."
    )

    assert clean_text(text, limit=500).split("\n") == [
        text.partition("\n\n")[0].replace("\n", " "),
        "A spokesman had no comment.",
    ]


def test_lines_of_wrapped_chinese_text_are_joined_without_a_blank() -> None:
    text = "昨日有兩艘漁船看到北方海軍的一支艦隊通過海\n峽國防部表示前一天已經獲悉此事並且持續密切\n監控。\n"

    assert "海峽國防部" in clean_text(text, limit=500)


def test_items_of_a_wrapped_list_stay_lines() -> None:
    text = (
        "- The fleet of the northern navy was seen on Tuesday by two boats\n"
        "- A ministry far away said that it had been told of the passage\n"
        "- Fishing is allowed again\n"
        "12. Numbered items of the same list of the ministry stay lines as\n"
        "13. well"
    )

    assert clean_text(text, limit=500) == text


def test_short_lines_stay_lines() -> None:
    text = "Ships: 4\nPlanes: 12\nBalloons: 1\nThe ministry of a far away country counted them all."

    assert clean_text(text, limit=500) == text


# ---------------------------------------------------------------- languages


def test_language_of_a_document_is_not_that_of_its_entries() -> None:
    entry = _from_atom("<title>演習開始了</title>", language=' xml:lang="en-US"')

    assert entry.language == "zh-Hant"


def test_language_of_an_entry_or_its_title_is_its_own() -> None:
    assert _from_atom("<title xml:lang='ja'>演習</title>").language == "ja"
    assert _from_atom("<title>演習</title>", own=" xml:lang='ja'").language == "ja"


@pytest.mark.parametrize("root", ['<rss version="2.0" xml:lang="de">', '<rss version="2.0">'])
def test_language_of_an_rss_document_replaces_a_missing_one(root: str) -> None:
    channel = "<channel>" if "lang" in root else "<channel xml:lang='de'>"
    parsed = parse_feed(
        f"{root}{channel}<title>F</title><item><title>Die Lage im Hafen</title></item></channel></rss>".encode()
    )

    assert (parsed.language, parsed.entries[0].language) == ("de", "")


def test_claim_that_the_script_refutes_is_not_believed() -> None:
    title = "國防部公布最新動態說明"

    assert _entry(RawEntry(title=title), document="en-US").language == ""
    assert _entry(RawEntry(title=title, language="en"), language="zh-Hant").language == "zh-Hant"
    assert _entry(RawEntry(title=title), language="en").language == "en"
    assert _entry(RawEntry(title="Hafen gesperrt"), document="de").language == "de"


def test_language_of_a_content_is_that_of_its_entry() -> None:
    content = "<content type='html' xml:lang='ja'>演習が始まった</content>"

    assert _from_atom("<title>演習</title>", content).language == "ja"


def test_tag_that_a_title_escapes_is_text() -> None:
    assert clean_title("Write &lt;br&gt; at the end") == "Write <br> at the end"
    assert clean_title("&lt;b&gt;Hot&lt;/b&gt; news") == "Hot news"
