"""Serves the status page, /healthz, /readyz and /metrics, all read-only."""

import asyncio
import base64
import contextlib
import hashlib
import ipaddress
import re
import socket
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import uvicorn
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from straitwatch.core.liveness import Fault
from straitwatch.core.websub import PUSH_PATH
from straitwatch.errors import StoreError
from straitwatch.store import StatusCounts
from straitwatch.telemetry import Metrics

_HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[^:\[\]]+))(?::[0-9]+)?")
_UNKNOWN_HOST = "unknown host name\nhint: add it to `web: {hosts: [...]}`\n"
_NO_ANSWER = (Fault(text="the database does not answer"),)


class Status(Protocol):
    """The state of the daemon; `app.status.Status` is above this module."""

    @property
    def counts(self) -> StatusCounts: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def receivers(self) -> Sequence[object]: ...
    @property
    def encoder(self) -> str: ...
    @property
    def remarks(self) -> Sequence[str]: ...
    def to_json(self) -> Mapping[str, int]: ...


class Subscriber(Protocol):
    """Answers the hubs of feeds; `app.websub.Subscriber` is above this module."""

    async def verify(self, token: str, params: Mapping[str, str]) -> str | None: ...
    async def receive(self, token: str, signature: str, body: AsyncIterator[bytes]) -> int: ...


_STATUS_WITHIN = timedelta(seconds=5)  # then the page shows the faults only
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 1rem; }
dt { opacity: .7; } dd { margin: 0; font-size: 1.6rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .5rem;
border-bottom: 1px solid #8884; } .bad { color: #c33; }
"""
_PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Straitwatch</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="30">
<style>{{ style }}</style></head><body>
<h1>Straitwatch</h1>
{% if not faults %}<p>Running</p>{% endif %}
{% for fault in faults %}<p class="bad">Not ready: {{ fault.text }}{% if fault.hint %}
<br>{{ fault.hint }}{% endif %}</p>{% endfor %}
{% if status %}
{% for line in status.remarks %}<p class="bad">{{ line }}</p>{% endfor %}
<dl>{% for name, value in status.to_json().items() %}<div><dt>{{ name.replace('_', ' ') }}</dt>
<dd>{{ value }}</dd></div>{% endfor %}</dl>
<p>Sentence encoder: {{ status.encoder }}</p>
<h2>Failing feeds</h2>
{% if status.counts.troubles %}
<table><tr><th>Feed</th><th>Condition</th><th>Last success</th></tr>
{% for feed in status.counts.troubles %}<tr><td>{{ feed.name }}</td>
<td>{{ feed.outcome }} {{ feed.detail }}</td><td>{% if feed.last_ok_at %}
{{ feed.last_ok_at.astimezone(status.zone).strftime('%d %b %H:%M %Z') }}
{% else %}never{% endif %}</td></tr>
{% endfor %}</table>{% else %}<p>None.</p>{% endif %}
<h2>Receivers</h2>
<table><tr><th>Receiver</th><th>State</th></tr>
{% for receiver in status.receivers %}<tr><td>{{ receiver.name }}</td>
<td>{{ receiver.state }}</td></tr>{% endfor %}
</table>
{% else %}<p class="bad">The database does not answer.</p>{% endif %}</body></html>""")


def push_route(subscriber: Subscriber) -> Route:
    """Return the callback of hubs (W3C WebSub, sections 5.3 and 7).

    An unsigned push is acknowledged and ignored, as the specification says, so that nobody learns
    whether a signature was right.
    """

    async def verify(request: Request) -> Response:
        params = dict(request.query_params)
        challenge = await subscriber.verify(request.path_params["token"], params)
        if challenge is None:
            return PlainTextResponse("not wanted\n", status_code=404)
        return PlainTextResponse(challenge)

    async def receive(request: Request) -> Response:
        signature = request.headers.get("X-Hub-Signature", "")
        token, body = request.path_params["token"], request.stream()
        return Response(status_code=await subscriber.receive(token, signature, body))

    async def callback(request: Request) -> Response:
        return await (receive(request) if request.method == "POST" else verify(request))

    return Route(f"{PUSH_PATH}{{token}}", callback, methods=["GET", "POST"])


def build_web(
    *,
    status: Callable[[], Awaitable[Status]],
    faults: Callable[[], Sequence[Fault]],
    metrics: Metrics,
    hosts: Collection[str] = (),
    subscriber: Subscriber | None = None,
) -> Starlette:
    """Build the web application.

    Args:
        status: reads the state of the daemon.
        faults: returns the faults of the daemon; it must answer at once.
        metrics: shown by /metrics.
        hosts: the names under which it is served; addresses and `localhost` need no mention.
        subscriber: answers hubs; None turns their callback off.

    """

    async def page(_request: Request) -> Response:
        state = await _in_time(status)
        found = faults()
        text = _PAGE.render(faults=found, status=state, style=_STYLE)
        return HTMLResponse(text, status_code=200 if state else 503)

    async def counts(_request: Request) -> Response:
        state = await _in_time(status)
        return JSONResponse(state.to_json()) if state else _health(faults()[:1] or _NO_ANSWER)

    async def healthz(_request: Request) -> Response:
        return _health([fault for fault in faults() if fault.needs_restart])

    async def readyz(_request: Request) -> Response:
        return _health(faults())

    async def exposition(_request: Request) -> Response:
        return Response(metrics.render(), media_type="text/plain; version=0.0.4")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/status.json", counts),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", exposition),
            *([push_route(subscriber)] if subscriber else []),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_guard(hosts))],
    )


async def _in_time(status: Callable[[], Awaitable[Status]]) -> Status | None:
    """Read the state of the daemon; None if the database does not answer."""
    try:
        async with asyncio.timeout(_STATUS_WITHIN.total_seconds()):
            return await status()
    except (StoreError, TimeoutError):
        return None


def _health(faults: Sequence[Fault]) -> Response:
    text = "".join(f"{fault.text}\n" for fault in faults)
    return PlainTextResponse(text or "ok\n", status_code=503 if faults else 200)


def _guard(
    hosts: Collection[str],
) -> Callable[[Request, RequestResponseEndpoint], Awaitable[Response]]:
    """Return a function that refuses unknown hosts and adds headers to every response.

    A page of another site could resolve its own name to this address and read the answers; its
    requests carry that name. The paths of pushes need no check, because nobody can guess them.
    """
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }

    async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
        is_push = request.url.path.startswith(PUSH_PATH)
        if is_push or is_known_host(request.headers.get("host", ""), hosts):
            response = await call_next(request)
        else:
            response = PlainTextResponse(_UNKNOWN_HOST, status_code=421)
        response.headers.update(headers)
        return response

    return guard


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


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals belong to `app`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_web(application: Starlette, listener: socket.socket) -> None:
    """Serve on a bound socket until cancelled."""
    config = uvicorn.Config(
        application, log_config=None, access_log=False, lifespan="off", server_header=False
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = server.force_exit = True
        await serving
        raise
    finally:
        listener.close()


def bind(listen: str) -> socket.socket:
    """Bind `host:port`.

    Raises:
        OSError: the address is invalid or taken.
    """
    host, _, port = listen.rpartition(":")
    try:
        host.encode("idna")
        is_address = int(port) in range(65536)
    except ValueError:
        is_address = False
    if not is_address:
        message = f"not an address to listen on: {listen}"
        raise OSError(message)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(port)), family=family)
