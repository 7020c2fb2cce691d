"""The status page, health checks and metrics, over HTTP."""

import asyncio
import base64
import hashlib
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
from straitwatch.core.liveness import Fault
from straitwatch.errors import StoreUnavailable
from straitwatch.store import FeedTrouble
from straitwatch.telemetry import Metrics
from straitwatch.web import bind, build_web, is_known_host, serve_web

COUNTS = make_counts(feeds=2, polled=2, entries_new=7)
STATUS = Status(
    counts=COUNTS,
    zone=ZoneInfo("UTC"),
    receivers=(ReceiverStatus(name="desk-slack", state="ok"),),
    encoder="available",
    remarks=(),
)


LATE = Fault(text="polling is late", hint="see `feeds health`")
LOST = Fault(text="lost", needs_restart=True)


@asynccontextmanager
async def served(
    *faults: Fault,
    metrics: Metrics | None = None,
    failure: Exception | None = None,
    hosts: tuple[str, ...] = (),
    **changes: Any,
) -> AsyncIterator[aiohttp.ClientSession]:
    async def status() -> Status:
        if failure:
            raise failure
        return replace(STATUS, **changes)

    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    web = build_web(status=status, faults=lambda: faults, metrics=metrics or Metrics(), hosts=hosts)
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
    async with served(LATE) as session:
        _, page = await get(session, "/")

    assert "Not ready: polling is late" in " ".join(page.split())
    assert "see `feeds health`" in page


async def test_status_page_shows_the_faults_while_the_database_does_not_answer() -> None:
    async with served(LATE, failure=StoreUnavailable("locked")) as session:
        status, page = await get(session, "/")

    assert status == 503
    assert "Not ready: polling is late" in page
    assert "The database does not answer" in page


async def test_status_json_is_unavailable_while_the_database_does_not_answer() -> None:
    async with served(failure=StoreUnavailable("locked")) as session:
        assert await get(session, "/status.json") == (503, "the database does not answer\n")


async def test_status_page_shows_a_rejected_configuration() -> None:
    async with served(remarks=("new configuration rejected since noon",)) as session:
        _, page = await get(session, "/")

    assert '<p class="bad">new configuration rejected since noon</p>' in page


async def test_status_json_gives_the_counts() -> None:
    async with served() as session, session.get("/status.json") as answer:
        assert await answer.json() == STATUS.to_json()


@pytest.mark.parametrize(
    ("faults", "ready", "healthy"),
    [
        ((), (200, "ok\n"), (200, "ok\n")),
        ((LATE,), (503, "polling is late\n"), (200, "ok\n")),
        ((LATE, LOST), (503, "polling is late\nlost\n"), (503, "lost\n")),
    ],
    ids=["well", "late", "lost"],
)
async def test_healthz_fails_for_faults_that_need_a_restart_and_readyz_for_all(
    faults: tuple[Fault, ...], ready: tuple[int, str], healthy: tuple[int, str]
) -> None:
    async with served(*faults) as session:
        assert await get(session, "/readyz") == ready
        assert await get(session, "/healthz") == healthy


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


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8650",
        "LOCALHOST",
        "desk.localhost",
        "127.0.0.1:80",
        "[::1]:80",
        "10.1.2.3",
        "watch.example.org",
        "watch.example.org.:443",
    ],
)
def test_host_is_known_by_its_names_and_addresses(host: str) -> None:
    assert is_known_host(host, ["watch.example.org"])


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@a", "[", ":"],
)
def test_host_of_another_site_is_unknown(host: str) -> None:
    assert not is_known_host(host, ["watch.example.org"])


async def test_web_refuses_the_name_of_another_site() -> None:
    headers = {"Host": "evil.example"}
    async with served() as session, session.get("/metrics", headers=headers) as answer:
        assert answer.status == 421
        assert "web: {hosts:" in await answer.text()


async def test_web_forbids_browsers_to_embed_or_extend_its_pages() -> None:
    async with served() as session, session.get("/none") as answer:
        headers = answer.headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in headers


async def test_status_page_has_the_style_that_its_policy_allows() -> None:
    async with served() as session, session.get("/") as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]

    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
