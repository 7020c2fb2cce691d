"""The article of a page, without the parts that belong to the site or to other articles."""

import pytest

from builders.pages import LINES, make_article
from straitwatch.core.article import extract_article
from straitwatch.core.model import Article, PageRequest

ELSEWHERE = "Fleet crosses the Taiwan Strait at dawn"
LINK = f'<a href="/other">{ELSEWHERE}</a>'


def extracted(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Article:
    body = html if isinstance(html, bytes) else html.encode()
    return extract_article(
        PageRequest(body=body, url="https://news.example/a", content_type=content_type)
    )


def test_article_has_its_headline_without_the_name_of_the_site() -> None:
    assert extracted(make_article()).title == "President answers questions"


def test_article_has_all_its_paragraphs_and_no_headline() -> None:
    assert extracted(make_article()).text.splitlines() == list(LINES)


@pytest.mark.parametrize(
    "markup",
    [
        f"<nav><ul><li>{LINK}</li><li>{LINK}</li></ul></nav>",
        f'<div class="menu"><ul><li>{LINK}</li></ul></div>',
        f"<aside><h2>More</h2><p>{ELSEWHERE}, and the ships were seen from both coasts.</p></aside>",
        f'<section class="related-articles"><h2>Related</h2><p>{LINK}, as seen on both coasts</p></section>',
        f'<div class="Related"><p>{ELSEWHERE} while ships watched from both coasts all day.</p></div>',
        f'<div id="recommended"><p>{ELSEWHERE} while ships watched from both coasts all day.</p></div>',
        f'<ul class="most-read"><li>{LINK}</li><li>{LINK}</li></ul>',
        f'<div id="comments" class="comments"><p>I read that the {ELSEWHERE}, says a reader.</p></div>',
        f'<div class="cookie-banner"><p>We use cookies. {ELSEWHERE}. Accept all of them?</p></div>',
        f"<footer><p>{ELSEWHERE}. Copyright by the publisher of the site.</p></footer>",
        f"<form><p>{ELSEWHERE}: subscribe to the letter of this site now.</p></form>",
        f'<div aria-hidden="true"><p>{ELSEWHERE} while ships watched from both coasts.</p></div>',
    ],
)
@pytest.mark.parametrize("place", ["around", "inside"])
def test_article_leaves_out_what_belongs_to_the_site(markup: str, place: str) -> None:
    article = extracted(make_article(**{place: markup}))

    assert "Taiwan" not in article.text
    assert LINES[-1] in article.text


def test_article_in_a_box_that_is_named_after_its_related_links_is_read() -> None:
    boxed = make_article().replace("<main>", '<main class="with-related">')

    assert LINES[0] in extracted(boxed).text


@pytest.mark.parametrize("body", [b"", b"<", b"\x00\xff" * 50, b"<div>" * 5_000, b"no markup"])
def test_page_without_an_article_has_no_text(body: bytes) -> None:
    assert len(extracted(body).text) < 20


def test_article_in_a_declared_encoding_is_decoded() -> None:
    line = "國防部週一表示，多艘軍艦通過臺灣海峽，軍方全程掌握，並以適當兵力應處，狀況正常。"
    html = make_article(line, line + "發言人說。", title="國防部說明").replace("utf-8", "big5")

    assert line in extracted(html.encode("big5"), "text/html").text
