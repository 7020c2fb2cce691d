"""Forms that are sent to hubs."""

from collections.abc import AsyncIterator, Mapping
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


async def post(url: str, form: Mapping[str, str] = FORM, **policy: Any) -> Posted:
    async with Fetcher(PollPolicy(**{"allow_private_addresses": True} | policy)) as fetcher:
        return await fetcher.post_form(url, form)


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


async def test_form_is_not_repeated_to_another_server_without_https(server) -> None:
    async with FeedServer() as other:
        there = other.answer("/hub", Page())
        moved = server.answer("/old", Page(status=307, headers={"Location": there}))

        posted = await post(moved)

        assert other.requests == []
        assert posted == Posted(status=0, detail="redirected to another server without https")


@pytest.mark.parametrize(
    ("url", "allow_private_addresses"),
    [("http://hub.invalid/", True), ("http://127.0.0.1:9/", False)],
)
async def test_secret_of_a_form_is_sent_over_https_only(
    url: str, allow_private_addresses: bool
) -> None:
    form = FORM | {"hub.secret": "s0"}

    posted = await post(url, form, allow_private_addresses=allow_private_addresses)

    assert posted == Posted(status=0, detail="the secret is sent over https only")


async def test_secret_of_a_form_reaches_a_private_address_that_is_allowed(server) -> None:
    url = server.answer("/hub", Page(status=202))

    assert await post(url, FORM | {"hub.secret": "s0"}) == Posted(status=202)
