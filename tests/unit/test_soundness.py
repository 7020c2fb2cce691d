import pytest

from straitwatch.core.parse.soundness import is_sound


def _rss(inside: str) -> str:
    return f'<rss version="2.0"><channel>{inside}</channel></rss>'


@pytest.mark.parametrize(
    "inside",
    [
        "<item><title>a</title></item>",
        "<item><title>a &amp; &#8217;</title><author>Ann</author></item>",
        '<item><c:encoded xmlns:c="urn:c"><![CDATA[<p>&nbsp;]]></c:encoded></item>',
    ],
)
def test_valid_document_is_sound(inside: str) -> None:
    assert is_sound(_rss(inside), max_entries=1)


@pytest.mark.parametrize(
    "inside",
    [
        "<item><title>a & b</title></item>",
        "<item><title>&nbsp;</title></item>",
        "<item><dc:title>a</dc:title></item>",
        "<item><title>\x01</title></item>",
        "<item><title>\ud800</title></item>",
        f"<item><author>{'a' * 501}</author></item>",
        "<item/><item/>",
        "<item><title><![CDATA[open</title></item><item><title><![CDATA[x]]></title></item>",
    ],
)
def test_document_that_a_repair_changes_is_not_sound(inside: str) -> None:
    assert not is_sound(_rss(inside), max_entries=1)
