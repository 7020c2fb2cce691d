"""Requests through a proxy: which ones, with what credentials, and what is refused before."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from builders import make_feed
from servers.feeds import FeedServer, Page
from servers.proxy import ProxyServer
from straitwatch.core.model import (
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchResult,
    PollPolicy,
    Proxies,
)
from straitwatch.fetch import Fetcher

BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
WIRE = "http://feeds.wire.example/rss?a=1"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        running.answer("/rss", Page(BODY))
        running.answer("/ping", Page(b"ok"))
        yield running


@pytest.fixture
async def proxy(server: FeedServer) -> AsyncIterator[ProxyServer]:
    async with ProxyServer(to=(server.host, server.port)) as running:
        yield running


def through(proxy: str, *bypass: str, allows_private: bool = False) -> PollPolicy:
    proxies = Proxies(http=proxy, https=proxy, bypass=bypass)
    return PollPolicy(proxies=proxies, allow_private_addresses=allows_private)


async def fetch(
    url: str, policy: PollPolicy, *, tls: ssl.SSLContext | None = None, **feed: object
) -> FetchResult:
    async with Fetcher(policy, tls=tls) as fetcher:
        return await fetcher.fetch(make_feed(url=url, **feed))


async def test_proxy_is_asked_for_a_feed_by_name(proxy: ProxyServer) -> None:
    result = await fetch(WIRE, through(proxy.url))

    assert isinstance(result, Fetched), result
    assert (result.body, result.url) == (BODY, WIRE)
    assert proxy.requests == [f"GET {WIRE} HTTP/1.1"]


async def test_proxy_gets_its_credentials_and_the_feed_its_own(
    server: FeedServer, proxy: ProxyServer
) -> None:
    address = proxy.url.replace("://", "://desk:p%40ss@")

    await fetch(WIRE.replace("://", "://reader:secret@"), through(address))

    assert "Proxy-Authorization: Basic ZGVzazpwQHNz" in proxy.heads[0]
    assert "Authorization: Basic cmVhZGVyOnNlY3JldA==" in proxy.heads[0]


async def test_host_that_no_proxy_names_is_asked_directly(
    server: FeedServer, proxy: ProxyServer
) -> None:
    policy = through(proxy.url, "127.0.0.0/8", allows_private=True)

    result = await fetch(server.url("/rss"), policy)

    assert isinstance(result, Fetched), result
    assert proxy.requests == []


async def test_guard_holds_for_hosts_that_no_proxy_names(
    server: FeedServer, proxy: ProxyServer
) -> None:
    result = await fetch(server.url("/rss"), through(proxy.url, "127.0.0.1"))

    assert isinstance(result, FetchFailed)
    assert result.kind is FetchFailure.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "10.0.0.7",
        "169.254.169.254",
        "localhost",
        "api.localhost",
        "localhost.",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fe80::1]",
        "①②⑦.⓪.⓪.①",
        "metadata.google.internal",
        "intranet",
        "router.local",
        "nas.lan",
        "tv.home.arpa",
        "LOCAL.",
    ],
)
async def test_private_address_is_refused_before_the_proxy_is_asked(
    proxy: ProxyServer, host: str
) -> None:
    result = await fetch(f"http://{host}/rss", through(proxy.url))

    assert isinstance(result, FetchFailed)
    assert (result.kind, proxy.requests) == (FetchFailure.FORBIDDEN_ADDRESS, [])


async def test_private_address_may_be_allowed(server: FeedServer, proxy: ProxyServer) -> None:
    result = await fetch(server.url("/rss"), through(proxy.url, allows_private=True))

    assert isinstance(result, Fetched)
    assert len(proxy.requests) == 1


async def test_redirect_to_a_private_address_is_refused(
    server: FeedServer, proxy: ProxyServer
) -> None:
    server.answer("/rss", Page(status=302, headers={"Location": "http://192.168.1.1/admin"}))

    result = await fetch(WIRE, through(proxy.url))

    assert isinstance(result, FetchFailed)
    assert result.kind is FetchFailure.FORBIDDEN_ADDRESS
    assert len(proxy.requests) == 1


async def test_encrypted_feed_goes_through_a_tunnel(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with FeedServer(tls=context, host="127.0.0.1") as secure:
        secure.answer("/rss", Page(BODY))
        async with ProxyServer(to=(secure.host, secure.port)) as proxy:
            result = await fetch(
                f"https://localhost:{secure.port}/rss",
                through(proxy.url, allows_private=True),
                tls=ssl.create_default_context(cafile=f"{certificate}.crt"),
            )

    assert isinstance(result, Fetched), result
    assert proxy.requests == [f"CONNECT localhost:{secure.port} HTTP/1.1"]


async def test_proxy_that_refuses_a_tunnel_is_named(server: FeedServer) -> None:
    async with ProxyServer(to=(server.host, server.port), refuses=407) as proxy:
        result = await fetch("https://feeds.wire.example/rss", through(proxy.url))

    assert isinstance(result, FetchFailed)
    assert (result.kind, result.detail) == (FetchFailure.CONNECT, "the proxy answered 407")


@pytest.mark.parametrize(
    ("proxy", "detail"),
    [
        ("http://127.0.0.1:1", "cannot connect to the proxy: connection refused"),
        ("http://no-such-proxy.invalid:3128", "the name of the proxy does not resolve"),
    ],
)
async def test_proxy_that_cannot_be_reached_is_named(proxy: str, detail: str) -> None:
    result = await fetch(WIRE, through(proxy))

    assert isinstance(result, FetchFailed)
    assert (result.kind, result.detail) == (FetchFailure.CONNECT, detail)


async def test_ping_goes_through_the_proxy(proxy: ProxyServer) -> None:
    async with Fetcher(through(proxy.url)) as fetcher:
        failure = await fetcher.ping("http://hc.example/ping")

    assert (failure, proxy.requests) == ("", ["GET http://hc.example/ping HTTP/1.1"])


async def test_ping_may_go_to_a_private_address(server: FeedServer) -> None:
    async with Fetcher(PollPolicy()) as fetcher:
        assert await fetcher.ping(server.url("/ping")) == ""


@pytest.mark.parametrize(
    ("entry", "host", "port", "is_direct"),
    [
        ("*", "a.example", 80, True),
        ("a.example", "a.example", 80, True),
        ("a.example", "www.A.example", 80, True),
        (".a.example", "www.a.example", 80, True),
        ("*.a.example", "www.a.example", 80, True),
        ("a.example", "ba.example", 80, False),
        ("a.example:8080", "a.example", 8080, True),
        ("a.example:8080", "a.example", 80, False),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("[::1]:80", "::1", 80, True),
        ("::1", "[::1]", 80, True),
        ("", "a.example", 80, False),
        ("...", "a.example", 80, False),
    ],
)
def test_no_proxy_names_hosts(entry: str, host: str, port: int, is_direct: bool) -> None:
    proxies = Proxies(http="http://proxy.example:3128", bypass=(entry,))

    assert (proxies.choose("http", host, port) == "") is is_direct
