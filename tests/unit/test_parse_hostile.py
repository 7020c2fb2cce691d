import gzip

import pytest

from straitwatch.core.model import ParseProblem
from straitwatch.core.parse import MAX_DOCUMENT_BYTES, parse_feed
from straitwatch.core.parse.repair import FEED_ROOT, repair


def _rss(items: str) -> bytes:
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


@pytest.mark.parametrize(
    "author",
    [
        "a" * 200_000,
        "<![CDATA[" + "a" * 200_000 + "]]>",
        "<![CDATA[" + "a" * 400 + "]]>" + ("<![CDATA[" + "a" * 400 + "]]>") * 400,
        "<b/>".join(["a" * 400] * 400),
    ],
)
def test_endless_author_is_cut_before_feedparser_reads_it(author: str) -> None:
    text = _rss(f"<item><title>One</title><author>{author}</author></item>").decode()
    root = FEED_ROOT.search(text)
    assert root is not None

    assert len(repair(text, root, max_entries=10).text) < 10_000
    assert parse_feed(text.encode()).entries[0].title == "One"


def test_author_that_is_never_closed_leaves_the_next_entry_alone() -> None:
    items = (
        "<item><title>One</title><author>" + "x " * 500 + "</item><item><title>Two</title></item>"
    )

    assert [e.title for e in parse_feed(_rss(items)).entries] == ["One", "Two"]


def test_nested_entities_are_not_expanded() -> None:
    declarations = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9))
    body = f"<!DOCTYPE x [<!ENTITY a0 'lol'>{declarations}]>".encode() + _rss(
        "<item><title>&a8;</title></item>"
    )

    assert parse_feed(body).entries[0].title == "&a8;"


def test_plain_entities_have_a_budget() -> None:
    body = f'<!DOCTYPE x [<!ENTITY a "{"x" * 200}">]>'.encode() + _rss(
        f"<item><title>{'&a;' * 100_000}</title></item>"
    )

    assert len(parse_feed(body).entries[0].title) < 1_500_000


def test_gzip_bomb_is_too_large() -> None:
    bomb = gzip.compress(b"<rss>" + b" " * MAX_DOCUMENT_BYTES)

    assert parse_feed(bomb).problem is ParseProblem.TOO_LARGE


def test_gzip_that_the_server_did_not_declare_is_read() -> None:
    assert (
        parse_feed(gzip.compress(_rss("<item><title>One</title></item>"))).entries[0].title == "One"
    )


def test_gzip_that_ends_early_is_truncated() -> None:
    whole = gzip.compress(_rss("".join(f"<item><title>{i}</title></item>" for i in range(999))))

    parsed = parse_feed(whole[: len(whole) // 2])

    assert parsed.problem is ParseProblem.TRUNCATED
    assert parsed.entries


def test_damaged_gzip_is_not_a_feed() -> None:
    assert parse_feed(b"\x1f\x8b" + b"x" * 50).problem is ParseProblem.NOT_A_FEED


def test_entries_beyond_the_cap_are_left_out_and_reported() -> None:
    parsed = parse_feed(_rss("<item><title>x</title></item>" * 12), max_entries=10)

    assert (len(parsed.entries), parsed.problem) == (10, ParseProblem.TOO_MANY_ENTRIES)
    assert parsed.detail == "12 entries, the first 10 were read"


def test_json_feed_has_the_same_cap() -> None:
    body = (
        b'{"version":"https://jsonfeed.org/version/1","items":[' + b'{"id":1},' * 11 + b'{"id":2}]}'
    )

    parsed = parse_feed(body, max_entries=10)

    assert (len(parsed.entries), parsed.problem) == (10, ParseProblem.TOO_MANY_ENTRIES)


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\x00\x00"])
def test_document_without_bytes_is_empty(body: bytes) -> None:
    assert parse_feed(body).problem is ParseProblem.EMPTY


@pytest.mark.parametrize("body", [b'{"a":' * 50_000, b"[" * 50_000, b'{"n":' + b"9" * 9_000 + b"}"])
def test_json_that_breaks_readers_is_not_a_feed(body: bytes) -> None:
    assert parse_feed(body).problem is ParseProblem.NOT_A_FEED


def test_endless_prefixes_do_not_raise() -> None:
    items = "".join(f"<p{i}:x/>" for i in range(200))

    parse_feed(_rss(f"<item><title>One</title>{items}</item>"))
