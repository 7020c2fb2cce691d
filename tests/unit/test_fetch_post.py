"""Forms that are sent to hubs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from servers.feeds import FeedServer, Page
from straitwatch.core.model import PollPolicy, Posted
from straitwatch.fetch import Fetcher

FORM = {"hub.mode": "subscribe", "hub.topic": "https://news.example/?a=1&b=2"}


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        yield server


async def post(url: str, **policy: Any) -> Posted:
    async with Fetcher(PollPolicy(**{"allow_private_addresses": True} | policy)) as fetcher:
        return await fetcher.post_form(url, FORM)


async def test_form_arrives_as_it_is_even_after_a_redirect_that_keeps_the_method(server) -> None:
    received: list[dict[str, Any]] = []

    async def hub(request: web.BaseRequest) -> web.Response:
        received.append(dict(await request.post()))
        return web.Response(status=202)

    server.answer("/hub", hub)
    moved = server.answer("/old", Page(status=307, headers={"Location": "/hub"}))

    assert await post(moved) == Posted(status=202)
    assert received == [FORM]


async def test_refusal_carries_its_reason_unless_that_is_a_web_page(server) -> None:
    plain = server.answer("/plain", Page("unknown\n topic", status=422))
    page = server.answer("/page", Page("<html>", status=403))

    assert (await post(plain)).detail == "answered 422 Unprocessable Entity: unknown topic"
    assert (await post(page)).detail == "answered 403 Forbidden"


async def test_redirect_that_changes_the_method_is_no_success(server) -> None:
    url = server.answer("/old", Page(status=302, headers={"Location": "/hub"}))

    assert await post(url) == Posted(status=302, detail="answered 302 Found")


async def test_hub_on_a_private_address_is_not_asked(server) -> None:
    posted = await post(server.answer("/hub", Page()), allow_private_addresses=False)

    assert (posted.status, server.requests) == (0, [])
    assert "no public address" in posted.detail


async def test_hub_that_cannot_be_reached_is_no_success() -> None:
    assert await post("ftp://hub.example/") == Posted(
        status=0, detail="the address is not http or https"
    )
