"""Serves the state of the daemon: a page, counts, health checks and metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from straitwatch.core.liveness import Fault
from straitwatch.errors import StoreError
from straitwatch.store import StatusCounts
from straitwatch.telemetry import Metrics

_WITHIN = timedelta(seconds=5)  # then the page shows the faults only
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The sources of the status: each is asked anew for each request."""

    status: Callable[[], Awaitable[Status]]
    faults: Callable[[], Sequence[Fault]]  # it must answer at once
    metrics: Metrics

    async def status_in_time(self) -> Status | None:
        """Read the state of the daemon; None if the database does not answer."""
        try:
            async with asyncio.timeout(_WITHIN.total_seconds()):
                return await self.status()
        except (StoreError, TimeoutError):
            return None


def status_routes(watch: Watch) -> list[Route]:
    """Return the routes that need no login: they show counts and names, but no headline."""

    async def counts(_request: Request) -> Response:
        state = await watch.status_in_time()
        return JSONResponse(state.to_json()) if state else _health(watch.faults()[:1] or _NO_ANSWER)

    async def healthz(_request: Request) -> Response:
        return _health([fault for fault in watch.faults() if fault.needs_restart])

    async def readyz(_request: Request) -> Response:
        return _health(watch.faults())

    async def exposition(_request: Request) -> Response:
        return Response(watch.metrics.render(), media_type="text/plain; version=0.0.4")

    return [
        Route("/status.json", counts),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", exposition),
    ]


def _health(faults: Sequence[Fault]) -> Response:
    text = "".join(f"{fault.text}\n" for fault in faults)
    return PlainTextResponse(text or "ok\n", status_code=503 if faults else 200)
