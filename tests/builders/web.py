"""Serve the pages of a desk on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import aiohttp

from builders.store import NOW
from straitwatch.app.activate import activate
from straitwatch.config import Config
from straitwatch.store import Store
from straitwatch.telemetry import Metrics
from straitwatch.web import Desk, Watch, bind, build_web, serve_web


async def _no_status() -> Any:
    raise AssertionError("this test asks for no status")


def make_desk(store: Store, config: Config, **changes: Any) -> Desk:
    """Make a desk at `NOW`; `faults`, `status` and `metrics` are those of its watch."""
    filled: dict[str, Any] = {"faults": tuple, "status": _no_status, "metrics": Metrics()}
    watch = Watch(**{name: changes.pop(name, value) for name, value in filled.items()})
    rules = activate(config).rules
    desk = Desk(
        store=store,
        config=lambda: config,
        rules=lambda: rules,
        clock=lambda: NOW,
        watch=watch,
    )
    return replace(desk, **changes)


@asynccontextmanager
async def served(desk: Desk, **options: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve the pages; yield a session whose addresses are relative to them."""
    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    jar = aiohttp.CookieJar(unsafe=True)  # of addresses too
    serving = asyncio.create_task(serve_web(build_web(desk, **options), listener))
    try:
        async with aiohttp.ClientSession(address, cookie_jar=jar) as session:
            yield session
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def get(session: aiohttp.ClientSession, path: str, **params: str) -> tuple[int, str]:
    """Return the status and the text of a page."""
    async with session.get(path, params=params) as answer:
        return answer.status, await answer.text()


async def post(session: aiohttp.ClientSession, path: str, **form: str) -> tuple[int, str]:
    """Send a form; return the status and the text of the page that it leads to."""
    async with session.post(path, data=form) as answer:
        return answer.status, await answer.text()
