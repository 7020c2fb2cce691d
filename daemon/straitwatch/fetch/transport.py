"""Makes every outgoing request: through a proxy or directly, and never to a forbidden address.

A direct connection is checked when its socket is created. A proxy resolves names itself, so that
only addresses, and names that no public server has, can be refused before it is asked.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from straitwatch.core.model import PollPolicy
from straitwatch.fetch.failure import proxy_failure
from straitwatch.fetch.guard import ForbiddenAddress, ThreadResolver, is_public, public_socket
from straitwatch.fetch.head import MAX_LINE, TolerantConnector

_PROXY_ERRORS = (
    aiohttp.ClientConnectorDNSError,
    aiohttp.ClientProxyConnectionError,
    aiohttp.ClientHttpProxyError,
)
_PRIVATE_NAMES = (  # names that only the network of the proxy resolves
    *(".localhost", ".localdomain", ".local", ".internal", ".lan", ".home.arpa"),
)
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=None)  # callers have one deadline


@cache
def _system_certificates() -> ssl.SSLContext:
    """Read the system's certificates: 30 ms of CPU, and a daemon opens five transports."""
    return ssl.create_default_context()


class Transport:
    """The connections of a process. Open it with `async with`."""

    def __init__(self, policy: PollPolicy, *, tls: ssl.SSLContext | None = None) -> None:
        self._policy = policy
        self._tls = tls
        self._resolver = ThreadResolver(threads=policy.concurrency)
        self._guarded: aiohttp.ClientSession | None = None
        self._unguarded: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        tls = self._tls or _system_certificates()
        guard = None if self._policy.allow_private_addresses else public_socket
        self._unguarded = self._open(ssl=tls)
        self._guarded = self._open(ssl=tls, socket_factory=guard)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in (self._guarded, self._unguarded):
            if session is not None:
                await session.close()
        self._guarded = self._unguarded = None
        await self._resolver.close()

    def _open(self, **options: Any) -> aiohttp.ClientSession:
        connector = TolerantConnector(
            resolver=self._resolver,
            limit=0,  # the gate limits requests instead, in order of arrival
            force_close=True,  # servers close idle connections before the next poll
            **options,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=_NO_TIMEOUT,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
        )

    async def get(
        self, url: URL, headers: Mapping[str, str], *, is_trusted: bool = False
    ) -> aiohttp.ClientResponse:
        """Start one request without following redirects; close the response.

        Args:
            url: the address.
            headers: of the request.
            is_trusted: True if a person chose the address, which may then be a private one.

        Raises:
            FetchError: the proxy cannot be used.
            ForbiddenAddress: the address is not public.
        """
        return await self._request("GET", url, headers, is_trusted=is_trusted)

    async def post(
        self, url: URL, headers: Mapping[str, str], form: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        """Send a form like `get` starts a request."""
        return await self._request("POST", url, headers, data=form)

    async def _request(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        *,
        is_trusted: bool = False,
        data: Mapping[str, str] | None = None,
    ) -> aiohttp.ClientResponse:
        if self._guarded is None or self._unguarded is None:
            raise RuntimeError("open the fetcher with `async with` first")
        request: Any = {"headers": headers, "data": data, "allow_redirects": False}
        proxy = self._policy.proxies.choose(url.scheme, url.host or "", url.port)
        if not proxy:
            session = self._unguarded if is_trusted else self._guarded
            return await session.request(method, url, **request)
        if not (is_trusted or self._policy.allow_private_addresses):
            _require_public(url.host or "")
        try:
            return await self._unguarded.request(method, url, proxy=proxy, **request)
        except _PROXY_ERRORS as error:
            raise proxy_failure(error) from error


def _require_public(host: str) -> None:
    """Reject a host whose name alone shows that it is not public.

    Raises:
        ForbiddenAddress: it is not public.
    """
    host = host.rstrip(".").lower()
    address = host.strip("[]").partition("%")[0]
    with suppress(OSError):
        address = socket.inet_ntoa(socket.inet_aton(host))  # reads 127.1 and 0x7f000001 as well
    try:
        is_allowed = is_public(address)
    except ValueError:
        is_allowed = "." in host and not f".{host}".endswith(_PRIVATE_NAMES)
    if not is_allowed:
        raise ForbiddenAddress
