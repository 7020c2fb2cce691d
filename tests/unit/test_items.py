import pytest

from straitwatch.core.parse.items import find_items


def _rss(*items: str, head: str = "<channel><title>Desk</title>") -> str:
    return f'<rss version="2.0">{head}{"".join(items)}</channel></rss>'


FOUR = ("<item>1</item>", '<item a="x>y">2</item>', "\n<item/>", "<!-- < --><item>4</item>")


def test_items_are_found_with_attributes_comments_and_empty_ones() -> None:
    text = _rss(*FOUR)

    found = find_items(text)

    assert [text[start:end] for start, end in found.spans] == [
        "<item>1</item>",
        '<item a="x>y">2</item>',
        "<item/>",
        "<item>4</item>",
    ]


def test_items_in_hidden_text_and_inside_items_are_parts_of_items() -> None:
    inner = "<![CDATA[</item><item>]]><!-- </item> --><x><item>inner</item></x>"
    text = _rss(f"<item>{inner}</item>", "<item>2</item>")

    assert len(find_items(text).spans) == 2


@pytest.mark.parametrize(
    "text",
    [
        _rss("<item>1</item>", "<ttl>5</ttl>", "<item>2</item>"),
        _rss("<item>1</item>", "<entry>2</entry>"),
        _rss(),
    ],
)
def test_items_in_doubt_are_not_found(text: str) -> None:
    assert not find_items(text).spans


def test_known_items_are_left_out() -> None:
    text = _rss(*FOUR)
    known = find_items(_rss(FOUR[1], FOUR[3])).digests

    found = find_items(text, known)

    assert found.rest == _rss("<item>1</item>", "<item/>")
    assert found.skipped == set(known)


def test_short_document_is_read_whole() -> None:
    text = _rss(*FOUR[:3])

    assert find_items(text, find_items(text).digests).rest == text


@pytest.mark.parametrize(
    "head",
    [
        '<channel xml:base="/b/"><title>Desk</title>',
        '<channel xmlns:x="urn:y"><title>Desk</title>',
    ],
)
def test_scope_differs_with_the_elements_around_the_items(head: str) -> None:
    assert find_items(_rss(*FOUR)).scope("") != find_items(_rss(*FOUR, head=head)).scope("")


def test_scope_is_the_same_under_another_title() -> None:
    other = _rss(*FOUR, head="<channel><title>News</title><x><y/></x>")

    assert find_items(_rss(*FOUR)).scope("en") == find_items(other).scope("en")
    assert find_items(other).scope("en") != find_items(other).scope("ru")
