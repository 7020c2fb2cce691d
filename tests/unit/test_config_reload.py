"""A running program takes a new configuration over, or keeps the one it has."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from straitwatch import store as db
from straitwatch.app.daemon import build_app
from straitwatch.app.load import load_to_run
from straitwatch.core.model import (
    AlertKind,
    Frozen,
    NoticeFacts,
    Outcome,
    SendJob,
    SendResult,
)
from straitwatch.pipeline import address

FEEDS = "feeds: [{name: CNA, url: 'https://feeds.example/cna.xml'}]\n"


async def test_feeds_go_on_while_their_file_is_away(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text(f"database: sqlite:///{tmp_path}/a.db\n")
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    async with AsyncExitStack() as stack:
        app = await build_app(load_to_run(tmp_path), stack)
        (tmp_path / "feeds.yaml").rename(tmp_path / "away")

        is_taken_over = await app.reloader.reload()

        assert not is_taken_over
        assert [feed.name for feed in app.runtime.active.config.feeds] == ["CNA"]
        (tmp_path / "away").rename(tmp_path / "feeds.yaml")
        assert await app.reloader.reload()


@dataclass(eq=False)
class Driver:
    """A receiver that notes what it got, and tells when."""

    then: Callable[[], None] = lambda: None
    got: int = 0
    kind: str = "apprise"
    recipients: tuple[str, ...] = ("",)
    redacted: str = "test://"
    on_unsure: str = "resend"

    def render(self, job: SendJob) -> Frozen:
        return Frozen(body=b"text", content_type="text/plain")

    def send(self, job: SendJob) -> SendResult:
        self.got += 1
        self.then()
        return SendResult(outcome=Outcome.DELIVERED)

    def reconcile(self, job: SendJob) -> SendResult | None:
        return None


async def test_a_receiver_at_work_is_changed_between_two_messages(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text(f"database: sqlite:///{tmp_path}/a.db\n")
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    async with AsyncExitStack() as stack:
        app = await build_app(load_to_run(tmp_path), stack)
        changed = Driver()
        new = replace(app.runtime.active, drivers={"desk": changed})

        def reload() -> None:
            app.runtime.active = new

        first = Driver(then=reload)
        app.runtime.active = replace(app.runtime.active, drivers={"desk": first})
        for title in ("one", "two", "three"):
            alert, deliveries = address(
                title,
                AlertKind.SYSTEM,
                NoticeFacts(title=title),
                to=["desk"],
                recipients={},
                now=app.runtime.tools.clock(),
            )
            app.runtime.tools.store.call(db.add_alert, alert, deliveries)

        async with asyncio.timeout(30):
            while first.got + changed.got < 3:
                await app.senders.wake()
                await asyncio.sleep(0.01)

    assert (first.got, changed.got) == (1, 2)
