"""Refuses requests that another site may have caused, and adds headers to every response."""

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from straitwatch.core.websub import PUSH_PATH

_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[^:\[\]]+))(?::[0-9]+)?")
_UNKNOWN_HOST = "unknown host name\nhint: add it to `web: {hosts: [...]}`\n"
_FROM_ELSEWHERE = "this change was requested by another site\nhint: open the page and try again\n"
_READING = ("GET", "HEAD")
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",  # with no-referrer, forms have the origin `null`
        "Cache-Control": "no-store",
    }
)


class Guard:
    """Checks host and origin of each request.

    A page of another site could resolve its own name to this address and read the answers; its
    requests carry that name. It could also send a form to this address; then browsers name the
    other site. The paths of pushes need no check, because they cannot be guessed.
    """

    def __init__(self, app: ASGIApp, *, hosts: Callable[[], Collection[str]]) -> None:
        self._app = app
        self._hosts = hosts  # of the active configuration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = None if scope["path"].startswith(PUSH_PATH) else self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if not is_known_host(headers.get("host", ""), self._hosts()):
            return PlainTextResponse(_UNKNOWN_HOST, status_code=421)
        if scope["method"] not in _READING and is_from_elsewhere(headers):
            return PlainTextResponse(_FROM_ELSEWHERE, status_code=403)
        return None


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Return True if a browser says that another site caused the request."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host", "")


def is_known_host(header: str, hosts: Collection[str]) -> bool:
    """Return True for an address, for `localhost`, and for the given names, on any port."""
    if not header:
        return True  # HTTP/1.0; a browser always names the host
    found = _HOST.fullmatch(header.lower())
    if found is None:
        return False
    name = (found["address"] or found["name"]).removesuffix(".")
    if name == "localhost" or name.endswith(".localhost") or name in hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
