"""Notifies open pages of news, by server-sent events."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from straitwatch import store as db
from straitwatch.errors import StoreError
from straitwatch.web.desk import Desk, visit

_EVERY = 2.0  # seconds between two looks at the database
_KEEP_ALIVE = 15  # looks without news, after which a comment keeps proxies from closing


async def events(request: Request) -> Response:
    """Answer with an event each time that a story or a message changes.

    A page asks with the mark of its own content, so that it misses no change before this request.
    """
    here = visit(request)
    return StreamingResponse(
        _changes(here.desk, here.parameter("mark"), request.app.state.stopping),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # proxies pass each event on at once
    )


async def _changes(desk: Desk, mark: str, stopping: asyncio.Event) -> AsyncIterator[str]:
    seen = mark or await _mark(desk)
    quiet = 0
    yield "retry: 5000\n\n"
    while not await _is_set_within(stopping, _EVERY):
        now = await _mark(desk)
        quiet = 0 if now != seen else quiet + 1
        if now != seen:
            yield "event: change\ndata: news\n\n"
        elif quiet % _KEEP_ALIVE == 0:
            yield ": nothing new\n\n"
        seen = now


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def _mark(desk: Desk) -> str:
    return await asyncio.to_thread(_read_mark, desk)


def _read_mark(desk: Desk) -> str:
    """Return a text that changes with the news; "" while the database does not answer."""
    try:
        with desk.store.reading() as tx:
            return db.news_mark(tx)
    except StoreError:
        return ""
