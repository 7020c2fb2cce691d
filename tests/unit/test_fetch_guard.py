"""No feed reaches an address that is not on the open network."""

import socket

import pytest

from builders import make_feed
from servers.feeds import FeedServer, Page
from straitwatch.core.model import FetchFailed, FetchFailure, PollPolicy
from straitwatch.fetch import Fetcher, is_public
from straitwatch.fetch.guard import public_socket


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_addresses_off_the_open_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "::ffff:1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1"],
)
def test_addresses_on_the_open_network_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "127.0.0.1."])
async def test_spellings_of_loopback_are_refused(host: str) -> None:
    async with FeedServer() as server, Fetcher(PollPolicy()) as fetcher:
        server.answer("/rss", Page("secret"))
        feed = make_feed(url=server.url("/rss", host=host))

        result = await fetcher.fetch(feed)

    assert isinstance(result, FetchFailed)
    # Odd spellings are refused by the HTTP client before they come to the guard.
    assert result.kind in (FetchFailure.FORBIDDEN_ADDRESS, FetchFailure.PROTOCOL)
    assert server.requests == []


async def test_refused_address_says_which_setting_allows_it() -> None:
    async with Fetcher(PollPolicy()) as fetcher:
        result = await fetcher.fetch(make_feed(url="http://[::1]/"))

    assert isinstance(result, FetchFailed)
    assert result.kind is FetchFailure.FORBIDDEN_ADDRESS
    assert "allow_private_addresses" in result.detail


def test_public_address_gets_its_socket() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 443))

    with public_socket(info) as made:
        assert made.family is socket.AF_INET
