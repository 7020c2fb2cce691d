"""Binds the address of the page and serves the web application on it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

_GRACE = 2  # seconds for open requests when the server stops


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals belong to `app`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_web(application: Starlette, listener: socket.socket) -> None:
    """Serve on a bound socket until cancelled; streams then end by `application.state.stopping`."""
    stopping = application.state.stopping = asyncio.Event()
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
        server_header=False,
        proxy_headers=False,  # the address of a proxy decides whether its login counts
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        stopping.set()
        server.should_exit = True
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
