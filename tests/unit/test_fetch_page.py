"""Pages are fetched as robots.txt allows, within limits of their own."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from protego import Protego

from builders import NOON
from builders.pages import make_article, make_page
from servers.feeds import FeedServer, Page, Raw
from straitwatch.core.model import Fetched, FetchFailed, FetchFailure, FetchResult, PollPolicy
from straitwatch.core.policy import MAX_PAGE_BYTES, ROBOTS_KEPT_FOR, ROBOTS_RETRY_AFTER
from straitwatch.fetch import PageFetcher, is_html

POLICY = PollPolicy(allow_private_addresses=True)
ALL = Page("User-agent: *\nDisallow: /\n", content_type="text/plain")
SOME = Page("User-agent: *\nDisallow: /private/*.html$\n", content_type="text/plain")
US = Page("User-agent: straitwatch\nDisallow: /\n", content_type="text/plain")


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        running.answer("/a", make_page(make_article()))
        running.answer("/private/a.html", make_page(make_article()))
        yield running


async def fetch(
    server: FeedServer, *paths: str, later: timedelta = timedelta(0)
) -> list[FetchResult | None]:
    async with PageFetcher(POLICY) as pages:
        return [
            await pages.fetch(server.url(path), now=NOON + nth * later)
            for nth, path in enumerate(paths)
        ]


async def test_page_is_fetched_after_robots_txt(server: FeedServer) -> None:
    (result,) = await fetch(server, "/a")

    assert isinstance(result, Fetched)
    assert server.paths() == ["/robots.txt", "/a"]


@pytest.mark.parametrize("rules", [ALL, US])
async def test_page_that_robots_txt_disallows_is_not_requested(
    server: FeedServer, rules: Page
) -> None:
    server.answer("/robots.txt", rules)

    assert await fetch(server, "/a") == [None]
    assert server.paths() == ["/robots.txt"]


async def test_wildcards_of_robots_txt_count(server: FeedServer) -> None:
    server.answer("/robots.txt", SOME)

    first, second = await fetch(server, "/private/a.html", "/a")

    assert first is None
    assert isinstance(second, Fetched)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_host_whose_robots_txt_cannot_be_read_gives_no_page(
    server: FeedServer, status: int
) -> None:
    server.answer("/robots.txt", Page(status=status))

    (result,) = await fetch(server, "/a")

    assert isinstance(result, FetchFailed)
    assert result.detail.startswith("robots.txt: answered")
    assert server.paths() == ["/robots.txt"]


async def test_robots_txt_is_read_once_a_day(server: FeedServer) -> None:
    await fetch(server, "/a", "/a", later=ROBOTS_KEPT_FOR - timedelta(minutes=1))
    await fetch(server, "/a", "/a", later=ROBOTS_KEPT_FOR)

    assert server.paths().count("/robots.txt") == 1 + 2


async def test_robots_txt_that_was_unreachable_is_read_again_after_an_hour(
    server: FeedServer,
) -> None:
    server.answer("/robots.txt", Page(status=503), Page(status=404))

    first, second = await fetch(server, "/a", "/a", later=ROBOTS_RETRY_AFTER)

    assert isinstance(first, FetchFailed)
    assert isinstance(second, Fetched)


@pytest.mark.parametrize("path", ["/b", "/robots.txt"])
async def test_redirect_is_followed_as_far_as_robots_txt_of_its_host_allows(
    server: FeedServer, path: str
) -> None:
    async with FeedServer() as other:
        other.answer("/robots.txt", ALL)
        other.answer("/b", make_page(make_article()))
        server.answer("/moved", Page(status=302, headers={"Location": other.url(path)}))

        (result,) = await fetch(server, "/moved")

        assert "/b" not in other.paths()
        assert isinstance(result, FetchFailed) == (path == "/b")


@pytest.mark.parametrize(
    ("status", "kind"), [(503, FetchFailure.HTTP_SERVER), (429, FetchFailure.RATE_LIMITED)]
)
async def test_redirect_to_a_host_whose_robots_txt_cannot_be_read_fails_for_that_reason(
    server: FeedServer, status: int, kind: FetchFailure
) -> None:
    async with FeedServer() as other:
        other.answer("/robots.txt", Page(status=status))
        server.answer("/moved", Page(status=302, headers={"Location": other.url("/b")}))

        (result,) = await fetch(server, "/moved")

    assert isinstance(result, FetchFailed)
    assert (result.kind, result.status) == (kind, status)
    assert result.detail.startswith("robots.txt: answered")


async def test_page_waits_while_robots_txt_of_its_host_is_read(server: FeedServer) -> None:
    is_read = asyncio.Event()

    async def answer_late(_request: web.Request) -> web.StreamResponse:
        await is_read.wait()
        return web.Response(status=404)

    server.answer("/robots.txt", answer_late)
    async with PageFetcher(POLICY) as pages, asyncio.TaskGroup() as group:
        first = group.create_task(pages.fetch(server.url("/a"), now=NOON))
        await server.asked()
        second = group.create_task(pages.fetch(server.url("/private/a.html"), now=NOON))
        await asyncio.sleep(0)
        is_read.set()

    assert [type(task.result()) for task in (first, second)] == [Fetched, Fetched]
    assert server.paths().count("/robots.txt") == 1


async def test_robots_txt_is_parsed_beside_the_event_loop(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set[int]()
    parse = Protego.parse
    monkeypatch.setattr(
        Protego, "parse", lambda text: threads.add(threading.get_ident()) or parse(text)
    )
    server.answer("/robots.txt", SOME)

    await fetch(server, "/a")

    assert threads
    assert threading.get_ident() not in threads


async def test_robots_txt_that_redirects_in_a_circle_gives_no_page(server: FeedServer) -> None:
    async with FeedServer() as other:
        for one, two in ((server, other), (other, server)):
            there = {"Location": two.url("/robots.txt")}
            one.answer("/robots.txt", Page(status=301, headers=there))

        (result,) = await fetch(server, "/a")

        assert isinstance(result, FetchFailed)


async def test_robots_txt_that_redirects_to_a_page_gives_no_page(server: FeedServer) -> None:
    server.answer("/robots.txt", Page(status=302, headers={"Location": server.url("/a")}))

    (result,) = await fetch(server, "/a")

    assert isinstance(result, FetchFailed)
    assert server.paths() == ["/robots.txt"]


async def test_page_larger_than_the_limit_is_refused(server: FeedServer) -> None:
    server.answer("/large", make_page("x" * (MAX_PAGE_BYTES + 1)))

    (result,) = await fetch(server, "/large")

    assert isinstance(result, FetchFailed)
    assert result.kind is FetchFailure.TOO_LARGE


async def test_page_on_a_private_address_is_refused(server: FeedServer) -> None:
    async with PageFetcher(PollPolicy()) as pages:
        result = await pages.fetch(server.url("/a"), now=NOON)

    assert isinstance(result, FetchFailed)
    assert result.kind is FetchFailure.FORBIDDEN_ADDRESS
    assert server.requests == []


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999/", "mailto:a@b.example"])
async def test_address_that_is_none_is_a_failure_or_refused(url: str) -> None:
    async with PageFetcher(POLICY) as pages:
        assert not isinstance(await pages.fetch(url, now=NOON), Fetched)


async def test_broken_answer_is_a_failure(server: FeedServer) -> None:
    server.answer("/broken", Raw(b"nonsense"))

    (result,) = await fetch(server, "/broken")

    assert isinstance(result, FetchFailed)


@pytest.mark.parametrize(
    ("content_type", "is_expected"),
    [("text/html; charset=utf-8", True), ("", True), ("application/pdf", False)],
)
async def test_page_is_html(server: FeedServer, content_type: str, is_expected: bool) -> None:
    server.answer("/c", Page("x", content_type=content_type))

    (result,) = await fetch(server, "/c")

    assert isinstance(result, Fetched)
    assert is_html(result) is is_expected
