"""Serves the status page, /healthz, /readyz and /metrics, all read-only."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

import uvicorn
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from straitwatch.store import StatusCounts
from straitwatch.telemetry import Metrics


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


_PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Straitwatch</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="30">
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 1rem; }
dt { opacity: .7; } dd { margin: 0; font-size: 1.6rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .5rem;
border-bottom: 1px solid #8884; } .bad { color: #c33; }
</style></head><body>
<h1>Straitwatch</h1>
<p class="{{ '' if ready else 'bad' }}">{{ 'Running' if ready else 'Not ready' }}{% if problem %}:
{{ problem }}{% endif %}</p>
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
</table></body></html>""")


def build_web(
    *, status: Callable[[], Awaitable[Status]], unready: Callable[[], str], metrics: Metrics
) -> Starlette:
    """Build the web application.

    Args:
        status: reads the state of the daemon.
        unready: returns the reason why the daemon is not ready, or "".
        metrics: shown by /metrics.

    """

    async def page(_request: Request) -> Response:
        problem = unready()
        state = await status()
        return HTMLResponse(_PAGE.render(ready=not problem, problem=problem, status=state))

    async def counts(_request: Request) -> Response:
        return JSONResponse((await status()).to_json())

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        problem = unready()
        return PlainTextResponse(f"{problem or 'ok'}\n", status_code=503 if problem else 200)

    async def exposition(_request: Request) -> Response:
        return Response(metrics.render(), media_type="text/plain; version=0.0.4")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/status.json", counts),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", exposition),
        ]
    )


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals belong to `app`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_web(application: Starlette, listener: socket.socket) -> None:
    """Serve on a bound socket until cancelled."""
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off")
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
