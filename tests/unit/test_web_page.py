"""Pages that come instead of feeds: captchas, logins, refusals, and pages of the site."""

import pytest

from builders import NOON
from straitwatch.core.model import Condition, ParseProblem
from straitwatch.core.parse import parse_feed
from straitwatch.core.parse_document import ParseRequest, parse_document


def page(head: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    "body",
    [
        page("<title>Just a moment...</title>", "Enable JavaScript and cookies to continue"),
        page("", '<script src="/cdn-cgi/challenge-platform/h/b"></script>'),
        page("<title>安全验证</title>", "请输入验证码"),
        page("", "Подтвердите, что вы не робот"),
        page("", "JavaScriptを有効にしてください"),
        page("", "로봇이 아닙니다"),
    ],
)
def test_page_that_asks_for_a_browser_or_a_person_is_a_captcha(body: bytes) -> None:
    assert parse_feed(body).page is Condition.CAPTCHA


@pytest.mark.parametrize(
    "words", ["Access Denied", "存取遭拒", "Доступ ограничен", "アクセスが拒否されました"]
)
def test_page_that_refuses_access_is_blocked(words: str) -> None:
    assert parse_feed(page(f"<title>{words}</title>")).page is Condition.BLOCKED


def test_page_with_a_password_field_is_a_login() -> None:
    found = parse_feed(page(body='<form><input name="p" type="password"></form>'))

    assert (found.problem, found.page) == (ParseProblem.HTML, Condition.LOGIN)


def test_page_names_the_feed_that_it_announces() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed?a=1&amp;b=2">'

    body = page(link, '<form><input type="password"></form> reCAPTCHA')

    found = parse_document(
        ParseRequest(body=body, feed_id="f", url="https://news.example/rss", fetched_at=NOON)
    )

    assert found.page is Condition.HTML
    announced = "https://news.example/feed?a=1&b=2"
    assert found.detail == f"an HTML page that announces a feed: {announced}"


def test_long_page_is_no_captcha_whatever_its_words() -> None:
    assert parse_feed(page(body="verify you are human " + "news " * 20_000)).page is Condition.HTML
