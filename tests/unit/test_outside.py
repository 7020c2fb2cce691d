import pytest

from straitwatch.core.parse import hash_entries


def _body(head: str = "", items: str = "<item>1</item>\n<item>2</item>", tail: str = "") -> bytes:
    return f'<rss version="2.0"><channel>{head}{items}{tail}</channel></rss>'.encode()


def _hash(body: bytes, context: str = "https://h.example/rss") -> bytes:
    return hash_entries(body, context=context)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            _body("<lastBuildDate>Mon, 23 Nov 2026 10:00:00 GMT</lastBuildDate>"),
            _body("<lastBuildDate>Tue, 24 Nov 2026 11:30:00 GMT</lastBuildDate>"),
        ),
        (_body("<!-- made at 10:00 in 5 ms -->"), _body("<!-- made at 11:00 in 123 ms -->")),
        (_body(tail="<!-- cached -->"), _body()),
    ],
)
def test_text_around_the_entries_makes_no_difference(before: bytes, after: bytes) -> None:
    assert _hash(before) == _hash(after) != b""


@pytest.mark.parametrize(
    "other",
    [
        _body(items="<item>1</item>\n<item>3</item>"),
        _body(items="<item>1</item>"),
        _body(items="<item>2</item>\n<item>1</item>"),
        _body("<image/>"),
        _body('<link href="/page-2"/>'),
        _body("<!-- "),
        _body("<![CDATA["),
        _body("<language>ru</language>"),
        _body("<title>Новости</title>"),
    ],
)
def test_other_entries_and_other_tags_make_a_difference(other: bytes) -> None:
    assert _hash(other) != _hash(_body())


@pytest.mark.parametrize("name", ["language", "ttl", "hour", "sy:updatePeriod"])
def test_text_that_is_read_makes_a_difference(name: str) -> None:
    before, after = (_body(f"<{name}>{value}</{name}>") for value in (1, 2))

    assert _hash(before) != _hash(after)


def test_entries_at_another_address_are_others() -> None:
    assert _hash(_body()) != _hash(_body(), context="https://other.example/rss")


@pytest.mark.parametrize(
    "body", [b"", b'{"items": []}', _body(items=""), b"<item>" + b" " * 1_000_000]
)
def test_document_without_entries_or_too_large_has_no_hash(body: bytes) -> None:
    assert _hash(body) == b""


@pytest.mark.parametrize("part", [b"<!--", b">", b"<a>>", b"<title>~"])
def test_hash_of_hostile_text_takes_linear_time(part: bytes) -> None:
    _hash(part * (900_000 // len(part)) + b"<item></item>")
