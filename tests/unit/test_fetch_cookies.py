"""Cookies within one fetch: kept for the host that set them, and forgotten afterwards."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from builders import NOON, make_feed
from servers.feeds import FeedServer, Page
from straitwatch.core.model import Fetched, FetchFailed, FetchResult, PollPolicy
from straitwatch.fetch import Fetcher
from straitwatch.fetch.cookies import FetchCookies

BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
POLICY = PollPolicy(allow_private_addresses=True)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


async def fetch(url: str, *, times: int = 1, **feed: object) -> FetchResult:
    async with Fetcher(POLICY) as fetcher:
        for _ in range(times):
            result = await fetcher.fetch(make_feed(url=url, **feed))
    return result


def redirect(to: str, *cookies: str) -> web.Response:
    response = web.Response(status=302, headers={"Location": to})
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


def sent_cookies(server: FeedServer) -> list[str | None]:
    return [seen.headers.get("Cookie") for seen in server.requests]


async def test_cookie_that_a_redirect_sets_is_sent_to_its_target(server: FeedServer) -> None:
    async def wall(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Cookie") == 'seen="1=2"; b=':
            return web.Response(body=BODY)
        return redirect("/wire", 'seen="1=2"; Path=/; HttpOnly', "b=; SameSite=Lax")

    result = await fetch(server.answer("/wire", wall))

    assert isinstance(result, Fetched), result
    assert result.body == BODY


async def test_cookies_are_forgotten_after_the_fetch(server: FeedServer) -> None:
    async def wall(request: web.Request) -> web.StreamResponse:
        is_known = "Cookie" in request.headers
        return web.Response(body=BODY) if is_known else redirect("/wire", "a=1")

    await fetch(server.answer("/wire", wall), times=2)

    assert sent_cookies(server) == [None, "a=1", None, "a=1"]


async def test_cookies_do_not_go_to_another_host(server: FeedServer) -> None:
    async with FeedServer() as other:
        there = other.answer("/rss", Page(BODY))
        named = there.replace("127.0.0.1", "localhost")
        server.answer("/a", lambda _: _answer(redirect(there, "a=1", "b=2; Domain=127.0.0.1")))
        server.answer("/b", lambda _: _answer(redirect(named, "a=1; Domain=localhost")))

        await fetch(server.url("/a"))
        await fetch(server.url("/b"))

    assert sent_cookies(other) == [None, None]


async def _answer(response: web.Response) -> web.Response:
    return response


@pytest.mark.parametrize(
    "cookie",
    [
        "a=1; Path=/elsewhere",
        "a=1; Max-Age=0",
        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=1; Secure",
        "a=1; Domain=other.example",
        "no cookie",
        "=1",
    ],
)
async def test_cookie_that_does_not_apply_is_not_sent(server: FeedServer, cookie: str) -> None:
    server.answer("/wire", lambda _: _answer(redirect("/rss", cookie)))
    server.answer("/rss", Page(BODY))

    await fetch(server.url("/wire"))

    assert sent_cookies(server) == [None, None]


async def test_cookies_join_a_configured_one(server: FeedServer) -> None:
    server.answer("/wire", lambda _: _answer(redirect("/rss", "a=1")))
    server.answer("/rss", Page(BODY))

    await fetch(server.url("/wire"), headers=(("cookie", "own=1"),))

    assert sent_cookies(server) == ["own=1", "own=1; a=1"]


async def test_cookies_are_limited_in_number_and_size(server: FeedServer) -> None:
    many = [f"c{number}=1" for number in range(100)]
    server.answer("/many", lambda _: _answer(redirect("/rss", *many)))
    large = "a=" + "x" * 9000
    server.answer("/large", lambda _: _answer(redirect("/rss", large, "b=1")))
    server.answer("/rss", Page(BODY))

    await fetch(server.url("/many"))
    await fetch(server.url("/large"))

    assert (sent_cookies(server)[1] or "").count("=") == 20
    assert sent_cookies(server)[3] == "b=1"


async def test_cookie_wall_without_an_end_is_a_failure(server: FeedServer) -> None:
    server.answer("/wire", lambda _: _answer(redirect("/wire", "a=1")))

    assert isinstance(await fetch(server.url("/wire")), FetchFailed)


@pytest.mark.parametrize(
    ("domain", "host", "is_sent"),
    [
        ("", "www.news.example", True),
        ("", "news.example", False),
        (".news.example", "news.example", True),
        ("news.example", "consent.news.example", True),
        ("news.example", "badnews.example", False),
        ("example", "other.example", False),
        ("other.example", "other.example", False),
    ],
)
def test_cookie_reaches_the_domain_that_it_names(domain: str, host: str, is_sent: bool) -> None:
    cookies = FetchCookies()
    line = "a=1; Path=/" + (f"; Domain={domain}" if domain else "")
    headers = CIMultiDictProxy(CIMultiDict({"Set-Cookie": line}))

    cookies.keep(URL("https://www.news.example/rss"), headers, NOON)

    assert cookies.header_for(URL(f"https://{host}/rss")) == ("a=1" if is_sent else "")
