"""Asks for a token, or trusts the login of a reverse proxy; on loopback, neither is needed."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from straitwatch.core.model import WebAccess
from straitwatch.core.signed_links import ACT_PATH
from straitwatch.core.websub import PUSH_PATH
from straitwatch.web.acting import read_form
from straitwatch.web.desk import Desk, visit

_COOKIE = "straitwatch"
_VALID_FOR = timedelta(days=30)
_OPEN = (
    "/assets/",
    "/login",
    "/healthz",
    "/readyz",
    "/metrics",
    "/status.json",
    PUSH_PATH,
    ACT_PATH,
)
_FORWARDED = ("forwarded", "via", "x-real-ip")  # headers of a proxy, besides X-Forwarded-*
_CLOSED = """\
These pages have no login, so only this computer may open them: not the network, and no proxy.
With `hosts` or `page_url`, which are for others, they are closed here too.
hint: set `web: {token: ...}`, or `user_header` behind a proxy with a login
"""


class Login:
    """Admits known people; everybody else gets the form, or a refusal."""

    def __init__(self, app: ASGIApp, *, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"].startswith(_OPEN):
            await self._app(scope, receive, send)
            return
        access = self._desk.config().web_access
        user = find_user(scope, access, self._desk.clock())
        if user is None:
            await _refusal(scope, access)(scope, receive, send)
            return
        scope["straitwatch_user"] = user
        await self._app(scope, receive, send)


def find_user(scope: Scope, access: WebAccess, now: datetime) -> str | None:
    """Return the name of the person who asks, perhaps ""; None if the person is unknown."""
    headers = Headers(scope=scope)
    if access.user_header and _is_proxy(scope, access.proxies):
        name = _as_utf8(headers.get(access.user_header, ""))
        if name:
            return name
    if access.token:
        cookie = Request(scope).cookies.get(_COOKIE, "")
        user = _from_cookie(cookie, access, now)
        return user if user is not None else _from_authorization(headers, access)
    return "" if access.is_open and _is_from_here(scope, headers) else None


def _is_from_here(scope: Scope, headers: Headers) -> bool:
    """Return True if the connection reached a loopback address, and no proxy names itself.

    The setting alone does not say so: a reload changes it, and the server keeps its address.
    """
    if any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers):
        return False
    address = (scope.get("server") or ("",))[0]
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_proxy(scope: Scope, proxies: Iterable[str]) -> bool:
    """Return True if the connection came from one of these addresses and networks."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(proxy) for proxy in proxies)


def _as_utf8(value: str) -> str:
    """Read a header as proxies write it: HTTP has no encoding, and starlette assumes Latin-1."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


def _refusal(scope: Scope, access: WebAccess) -> Response:
    if not access.token:
        return PlainTextResponse(_CLOSED, status_code=403)
    if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = f"{scope['path']}?{query}" if query else scope["path"]
        return RedirectResponse(f"/login?next={quote(wanted)}", status_code=303)
    return PlainTextResponse(
        "token needed\n", status_code=401, headers={"WWW-Authenticate": 'Basic realm="Straitwatch"'}
    )


async def login(request: Request) -> Response:
    """Show the form; with the right token, lead to the page that was asked for."""
    here = visit(request)
    access = here.config.web_access
    if request.method != "POST":
        return here.page("login.html", next=_own_path(here.parameter("next")), is_wrong=False)
    form = await read_form(request)
    next_path = _own_path(form.get("next", ""))
    if not access.token or not _is_same(form.get("token", ""), access.token):
        return here.page("login.html", next=next_path, is_wrong=True, status_code=401)
    answer = RedirectResponse(next_path, status_code=303)
    answer.set_cookie(
        _COOKIE,
        _to_cookie(form.get("name", "")[:60], access, here.now + _VALID_FOR),
        max_age=int(_VALID_FOR.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=here.home.startswith("https:"),
    )
    return answer


async def logout(_request: Request) -> Response:
    """Forget the login of this browser."""
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(_COOKIE)
    return answer


def _own_path(path: str) -> str:
    """Return a path of these pages; another site's address leads to the first page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_own else "/"


def _is_same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _to_cookie(name: str, access: WebAccess, until: datetime) -> str:
    """Sign a name and a time; a new token ends every login."""
    packed = base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
    text = f"{int(until.timestamp())}.{packed}"
    return f"{text}.{_sign(text, access)}"


def _sign(text: str, access: WebAccess) -> str:
    return hmac.new(access.token.encode(), f"login {text}".encode(), hashlib.sha256).hexdigest()


def _from_cookie(cookie: str, access: WebAccess, now: datetime) -> str | None:
    """Return the name of a cookie that this token signed and that is still valid."""
    text, _, signature = cookie.rpartition(".")
    until, _, packed = text.partition(".")
    if not _is_same(signature, _sign(text, access)) or not until.isdigit():
        return None
    if datetime.fromtimestamp(int(until), UTC) <= now:
        return None
    return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()


def _from_authorization(headers: Headers, access: WebAccess) -> str | None:
    """Return the name of `Basic NAME:TOKEN`, as feed readers send it; "" for `Bearer TOKEN`."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return "" if _is_same(value.strip(), access.token) else None
    if kind.lower() != "basic":
        return None
    try:
        name, _, token = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name if _is_same(token, access.token) else None
