"""Rejects addresses that are not public, and resolves names without blocking other feeds.

The check happens when the socket is created, after the name is resolved. Neither a redirect nor a
name whose address changes between check and use can bypass it.
"""

import asyncio
import errno
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

# `is_global` is true for these networks, but no public web server is in them.
_BLOCKED_4 = tuple(
    IPv4Network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")  # the only block that is allocated for the public network
_BLOCKED_6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments, Teredo (holds an IPv4 address)
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 (holds an IPv4 address)
        "3fff::/20",  # documentation
    )
)


class ForbiddenAddress(OSError):  # noqa: N818 - a state of the feed, not an error of ours
    """The name resolves to an address outside the public network."""

    # The same text for all addresses, because the connector merges equal failures.
    DETAIL = "the host has no public address (see polling.allow_private_addresses)"

    def __init__(self) -> None:
        super().__init__(errno.EACCES, self.DETAIL)


def is_public(address: str) -> bool:
    """Return True if an IP address, in any notation, is on the public network."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return _is_public_6(ip)
        ip = ip.ipv4_mapped
    return _is_public_4(ip)


def is_private(host: str) -> bool:
    """Return True if the name of a host alone shows that it is not on the public network."""
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost"


def _is_public_4(ip: IPv4Address) -> bool:
    return ip.is_global and not any(ip in net for net in _BLOCKED_4)


def _is_public_6(ip: IPv6Address) -> bool:
    # Outside 2000::/3 are loopback, link-local, site-local, unique local, multicast and NAT64.
    return ip in _PUBLIC_6 and ip.is_global and not any(ip in net for net in _BLOCKED_6)


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """Create the socket for a resolved address, or reject the address.

    Raises:
        ForbiddenAddress: the address is not public.
    """
    family, kind, protocol, _, address = info
    if not is_public(address[0]):
        raise ForbiddenAddress
    return socket.socket(family, kind, protocol)


class ThreadResolver(AbstractResolver):
    """Resolves names in its own threads, so that a dead name server blocks no other work."""

    def __init__(self, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host."""
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for found, _, protocol, _, address in infos
        ]

    async def close(self) -> None:
        """Cancel pending lookups; running ones end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
