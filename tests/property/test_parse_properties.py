from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from straitwatch.core.normalize import canonical_url, clean_text, clean_title, clean_url, parse_date
from straitwatch.core.parse import parse_feed
from straitwatch.core.parse.decode import decode_document
from straitwatch.core.parse_document import ParseRequest, parse_document

NOW = datetime(2026, 11, 23, tzinfo=UTC)
_FRAGMENTS = st.sampled_from(
    [
        "<rss version='2.0'>", "<channel>", "<item>", "<title>", "</title>", "</item>", "</channel>",
        "</rss>", "<feed>", "<entry>", "</entry>", "</feed>", "<![CDATA[", "]]>", "<!--", "-->",
        "&", "&#55357;", "&#x0;", "&amp;", "<a:b>", "<author>", "</author>", '<link href="x"/>', "<br/>",
        "text", "пролив", "\x00", "\ud800", "<", ">", '"', "<html>", "<rdf:RDF>", "<?xml", "?>", "<!DOCTYPE",
    ]
)  # fmt: skip
SOUP = st.lists(_FRAGMENTS, max_size=40).map("".join)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_reader_accepts_any_bytes(body: bytes, content_type: str) -> None:
    parse_feed(body, content_type=content_type)


@settings(max_examples=200)
@given(SOUP)
def test_reader_accepts_any_tag_soup(soup: str) -> None:
    body = soup.encode("utf-8", "replace")

    read = parse_document(
        ParseRequest(body=body, feed_id="f", url="http://h.example/", fetched_at=NOW)
    )

    ids = [entry.id for entry in read.entries]
    assert len(set(ids)) == len(ids)


@given(st.text(max_size=60))
def test_utf_8_is_decoded_as_itself(text: str) -> None:
    body = ("<" + text).encode("utf-8", "replace")

    if b"\x1b" not in body and b"\x00" not in body:
        assert decode_document(body) == "<" + text.encode("utf-8", "replace").decode()


@given(st.text(max_size=200) | SOUP, st.integers(min_value=5, max_value=50))
def test_clean_text_is_short_visible_and_encodable(text: str, limit: int) -> None:
    for cleaned in (clean_text(text, limit=limit), clean_title(text, limit=limit)):
        assert len(cleaned) <= limit
        assert cleaned == cleaned.strip()
        cleaned.encode()
        assert not set(cleaned) & set("\x00\u200b\u202e\xad\ufeff\r\t")
    assert "\n" not in clean_title(text, limit=limit)


@given(st.text(max_size=80) | st.from_regex(r"https?://[a-z.:@\[\]]{1,20}/[^\n]{0,30}"))
def test_clean_address_is_safe_and_stays_as_it_is(raw: str) -> None:
    url = clean_url(raw, base="https://h.example/a/")

    assert url == "" or url.startswith(("http://", "https://"))
    assert url.isascii()
    assert not set(url) & set(" \"'<>\\")
    assert clean_url(url) == url


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.]{1,15}/[ -~]{0,40}"))
def test_canonical_address_is_its_own(url: str) -> None:
    canonical = canonical_url(clean_url(url))

    assert canonical_url(f"https://{canonical}") == canonical if canonical else True


@given(st.text(max_size=60))
def test_date_reader_accepts_any_text(text: str) -> None:
    date = parse_date(text, timezone="Asia/Taipei")

    assert date is None or date.tzinfo is UTC


@given(st.integers(min_value=700_000_000, max_value=4_000_000_000))
def test_iso_date_is_read_as_written(seconds: int) -> None:
    written = datetime.fromtimestamp(seconds, UTC)

    assert parse_date(written.isoformat()) == written
