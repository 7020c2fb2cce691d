"""The status page, health checks and metrics, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from builders.store import make_counts
from straitwatch.app.status import ReceiverStatus, Status
from straitwatch.store import FeedTrouble
from straitwatch.telemetry import Metrics
from straitwatch.web import bind, build_web, serve_web

COUNTS = make_counts(feeds=2, polled=2, entries_new=7)
STATUS = Status(
    counts=COUNTS,
    zone=ZoneInfo("UTC"),
    receivers=(ReceiverStatus(name="desk-slack", state="ok"),),
    encoder="available",
    remarks=(),
)


@asynccontextmanager
async def served(
    *, unready: str = "", metrics: Metrics | None = None, **changes: Any
) -> AsyncIterator[aiohttp.ClientSession]:
    async def status() -> Status:
        return replace(STATUS, **changes)

    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    web = build_web(status=status, unready=lambda: unready, metrics=metrics or Metrics())
    serving = asyncio.create_task(serve_web(web, listener))
    try:
        async with aiohttp.ClientSession(address) as session:
            yield session
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as answer:
        return answer.status, await answer.text()


async def test_status_page_shows_counts_receivers_and_encoder() -> None:
    async with served() as session:
        status, page = await get(session, "/")

    assert status == 200
    assert "Running" in page
    assert "entries new" in page
    assert "desk-slack" in page
    assert "Sentence encoder: available" in page


async def test_status_page_lists_failing_feeds_and_escapes_their_text() -> None:
    trouble = FeedTrouble(
        name="<Wire>", url="", outcome="dns", detail="no host", failures=1, last_ok_at=None
    )

    async with served(counts=replace(COUNTS, troubles=(trouble,))) as session:
        _, page = await get(session, "/")

    assert "&lt;Wire&gt;" in page
    assert "dns no host" in page
    assert "never" in page


async def test_status_page_shows_the_last_success_in_the_zone_of_the_desk() -> None:
    last_ok_at = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
    trouble = FeedTrouble(
        name="Wire",
        url="",
        outcome="dns",
        detail="no host",
        failures=1,
        last_ok_at=last_ok_at,
    )

    async with served(
        counts=replace(COUNTS, troubles=(trouble,)), zone=ZoneInfo("Asia/Taipei")
    ) as session:
        _, page = await get(session, "/")

    assert "02 Mar 04:05 CST" in page


async def test_status_page_shows_why_the_daemon_is_not_ready() -> None:
    async with served(unready="starting") as session:
        _, page = await get(session, "/")

    assert "Not ready: starting" in " ".join(page.split())


async def test_status_page_shows_a_rejected_configuration() -> None:
    async with served(remarks=("new configuration rejected since noon",)) as session:
        _, page = await get(session, "/")

    assert '<p class="bad">new configuration rejected since noon</p>' in page


async def test_status_json_gives_the_counts() -> None:
    async with served() as session, session.get("/status.json") as answer:
        assert await answer.json() == STATUS.to_json()


@pytest.mark.parametrize(
    ("unready", "expected"), [("", (200, "ok\n")), ("starting", (503, "starting\n"))]
)
async def test_readyz_follows_the_daemon(unready: str, expected: tuple[int, str]) -> None:
    async with served(unready=unready) as session:
        assert await get(session, "/readyz") == expected


async def test_healthz_answers_while_the_daemon_is_not_ready() -> None:
    async with served(unready="starting") as session:
        assert await get(session, "/healthz") == (200, "ok\n")


async def test_metrics_page_shows_the_metrics_of_this_daemon() -> None:
    metrics = Metrics()
    metrics.polls.labels(outcome="ok").inc(3)

    async with served(metrics=metrics) as session, session.get("/metrics") as answer:
        page = await answer.text()

    assert 'straitwatch_feed_polls_total{outcome="ok"} 3.0' in page
    assert answer.content_type == "text/plain"


@pytest.mark.parametrize("path", ["/", "/status.json", "/healthz", "/readyz", "/metrics"])
async def test_web_accepts_no_changes(path: str) -> None:
    async with served() as session, session.post(path) as answer:
        assert answer.status == 405


@pytest.mark.parametrize("listen", ["127.0.0.1:99999", "127.0.0.1:web", "nowhere", "é" * 70 + ":0"])
def test_bind_rejects_an_invalid_address(listen: str) -> None:
    with pytest.raises(OSError, match="not an address to listen on"):
        bind(listen)


def test_bind_rejects_an_address_that_is_taken() -> None:
    with bind("127.0.0.1:0") as first, pytest.raises(OSError, match="in use"):
        bind(f"127.0.0.1:{first.getsockname()[1]}")
