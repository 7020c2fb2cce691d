"""The status page, health checks and metrics, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from jinja2 import PackageLoader

from builders.configs import write_config
from builders.store import make_counts
from builders.web import get, make_desk, post
from builders.web import served as served_desk
from straitwatch.app.status import ReceiverStatus, Status
from straitwatch.config import load_config
from straitwatch.core.liveness import Fault
from straitwatch.errors import StoreUnavailable
from straitwatch.store import FeedTrouble, Store
from straitwatch.telemetry import Metrics
from straitwatch.web import Desk, Watch, bind, is_known_host

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
Served = Callable[..., AbstractAsyncContextManager[ClientSession]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with an empty database."""
    folder = tmp_path_factory.mktemp("web")
    config = load_config(write_config(folder, feeds={}), environ={})
    store = Store.open(config.database)
    yield make_desk(store, config)
    store.close()


@pytest.fixture
def served(place: Desk) -> Callable[..., AbstractAsyncContextManager[ClientSession]]:
    """Return a function that serves the pages with these faults and this status."""

    def serve(
        *faults: Fault,
        metrics: Metrics | None = None,
        failure: Exception | None = None,
        **changes: Any,
    ) -> AbstractAsyncContextManager[ClientSession]:
        async def status() -> Status:
            if failure:
                raise failure
            return replace(STATUS, **changes)

        watch = Watch(status=status, faults=lambda: faults, metrics=metrics or Metrics())
        return served_desk(replace(place, watch=watch))

    return serve


async def test_status_page_shows_the_answer_and_the_remedy_of_a_broken_receiver(
    served: Served,
) -> None:
    broken = ReceiverStatus(
        name="desk-slack",
        state="broken since noon: Slack: no_service: the webhook was deleted",
        is_broken=True,
        can_resume=True,
        hint="create a new one under <Incoming Webhooks>",
    )
    async with served(receivers=(broken,)) as session:
        _, page = await get(session, "/status")

    assert "Running, with 1 broken receiver<" in page
    assert '<span class="dead">broken since noon: Slack: no_service' in page
    assert "Create a new one under &lt;Incoming Webhooks&gt;" in page
    assert 'action="/receivers/desk-slack/resume"' in page


async def test_status_page_shows_counts_receivers_and_encoder(served: Served) -> None:
    async with served() as session:
        status, page = await get(session, "/status")

    assert status == 200
    assert "Running" in page
    assert "New entries" in page
    assert "desk-slack" in page
    assert "Sentence encoder: available" in page


async def test_status_page_lists_failing_feeds_and_escapes_their_text(served: Served) -> None:
    trouble = FeedTrouble(
        name="<Wire>", url="", outcome="dns", detail="no host", failures=1, last_ok_at=None
    )

    async with served(counts=replace(COUNTS, troubles=(trouble,))) as session:
        _, page = await get(session, "/status")

    assert "&lt;Wire&gt;" in page
    assert "dns no host" in page
    assert "never" in page


async def test_error_of_the_program_is_answered_with_the_headers_of_every_page(
    served: Served,
) -> None:
    async with served(failure=ZeroDivisionError()) as session, session.get("/status") as answer:
        assert answer.status == 500
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "The log has the details." in await answer.text()


async def test_pages_do_not_need_the_files_that_an_upgrade_replaces(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served() as session:
        monkeypatch.setattr(PackageLoader, "get_source", None)
        status, _ = await get(session, "/silences")

    assert status == 200


@pytest.mark.parametrize("can_resume", [False, True])
async def test_receiver_has_a_button_to_resume_it_if_that_helps(
    served: Served, can_resume: bool
) -> None:
    receiver = ReceiverStatus(name="desk-slack", state="SLACK is not set", can_resume=can_resume)
    async with served(receivers=(receiver,)) as session:
        _, page = await get(session, "/status")

    assert ("/receivers/desk-slack/resume" in page) is can_resume


async def test_unknown_receiver_is_not_resumed(served: Served) -> None:
    async with served() as session:
        status, page = await post(session, "/receivers/nonsense/resume")

    assert status == 404
    assert "no receiver nonsense" in page


async def test_status_page_shows_the_last_success_in_the_zone_of_the_desk(served: Served) -> None:
    last_ok_at = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
    trouble = FeedTrouble(
        name="Wire",
        url="",
        outcome="dns",
        detail="no host",
        failures=1,
        last_ok_at=last_ok_at,
    )

    async with served(counts=replace(COUNTS, troubles=(trouble,))) as session:
        _, page = await get(session, "/status")

    assert 'title="2026-03-02 04:05:00 CST">02 Mar 04:05</time>' in page


async def test_status_page_shows_why_the_daemon_is_not_ready(served: Served) -> None:
    async with served(LATE) as session:
        _, page = await get(session, "/status")

    assert "Not ready: polling is late" in " ".join(page.split())
    assert "see `feeds health`" in page


async def test_status_page_shows_the_faults_while_the_database_does_not_answer(
    served: Served,
) -> None:
    async with served(LATE, failure=StoreUnavailable("locked")) as session:
        status, page = await get(session, "/status")

    assert status == 503
    assert "Not ready: polling is late" in page
    assert "The database does not answer" in page


async def test_status_json_is_unavailable_while_the_database_does_not_answer(
    served: Served,
) -> None:
    async with served(failure=StoreUnavailable("locked")) as session:
        assert await get(session, "/status.json") == (503, "the database does not answer\n")


async def test_status_page_shows_a_rejected_configuration(served: Served) -> None:
    async with served(remarks=("new configuration rejected since noon",)) as session:
        _, page = await get(session, "/status")

    assert '<p class="note">new configuration rejected since noon</p>' in page


async def test_status_json_gives_the_counts(served: Served) -> None:
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
    faults: tuple[Fault, ...], ready: tuple[int, str], healthy: tuple[int, str], served: Served
) -> None:
    async with served(*faults) as session:
        assert await get(session, "/readyz") == ready
        assert await get(session, "/healthz") == healthy


async def test_metrics_page_shows_the_metrics_of_this_daemon(served: Served) -> None:
    metrics = Metrics()
    metrics.polls.labels(outcome="ok").inc(3)

    async with served(metrics=metrics) as session, session.get("/metrics") as answer:
        page = await answer.text()

    assert 'straitwatch_feed_polls_total{outcome="ok"} 3.0' in page
    assert answer.content_type == "text/plain"


@pytest.mark.parametrize(
    "path", ["/", "/status", "/status.json", "/healthz", "/readyz", "/metrics"]
)
async def test_web_accepts_no_changes(path: str, served: Served) -> None:
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


async def test_web_refuses_the_name_of_another_site(served: Served) -> None:
    headers = {"Host": "evil.example"}
    async with served() as session, session.get("/metrics", headers=headers) as answer:
        assert answer.status == 421
        assert "web: {hosts:" in await answer.text()


async def test_web_knows_the_hosts_of_the_active_configuration(place: Desk) -> None:
    configs = [place.config(), replace(place.config(), web_hosts=frozenset({"watch.example.org"}))]
    async with served_desk(replace(place, config=lambda: configs[0])) as session:
        headers = {"Host": "watch.example.org"}
        async with session.get("/healthz", headers=headers) as answer:
            assert answer.status == 421
        del configs[0]  # a reload
        async with session.get("/healthz", headers=headers) as answer:
            assert answer.status == 200


async def test_web_forbids_browsers_to_embed_or_extend_its_pages(served: Served) -> None:
    async with served() as session, session.get("/none") as answer:
        headers = answer.headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in headers
