"""Senders: one task for each receiver with a message due."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from structlog.testing import capture_logs

from builders.app import Desk, open_desk
from builders.messages import make_digest, make_item
from servers.slack import SlackServer
from straitwatch import store as db
from straitwatch.core.model import (
    AlertKind,
    DeliveryState,
    DriverKind,
    Frozen,
    Outcome,
    SendJob,
    SendResult,
)
from straitwatch.pipeline import address


@dataclass(eq=False)
class Driver:
    """A receiver that counts its messages."""

    then: Callable[[], None] = lambda: None
    count: int = 0
    kind: DriverKind = DriverKind.APPRISE
    recipients: tuple[str, ...] = ("",)
    redacted: str = "test://"
    on_unsure: str = "resend"
    has_begun: bool = False

    def render(self, job: SendJob) -> Frozen:
        return Frozen(body=b"text", content_type="text/plain")

    def send(self, job: SendJob) -> SendResult:
        self.count += 1
        self.then()
        return SendResult(outcome=Outcome.DELIVERED)

    def reconcile(self, job: SendJob) -> SendResult | None:
        return None


def use_driver(desk: Desk, driver: Driver) -> None:
    desk.runtime.active = replace(desk.runtime.active, drivers={"desk-slack": driver})


async def test_senders_deliver_every_due_message_and_count_them(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")
        desk.write_message("two")

        await desk.app.senders.run_all()

        assert len(desk.slack.messages) == 2
        assert desk.runtime.totals.delivered == 2


async def test_senders_log_nothing_about_the_feed_that_woke_them(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")
        merge = structlog.contextvars.merge_contextvars

        with (
            capture_logs(processors=[merge]) as lines,
            structlog.contextvars.bound_contextvars(feed="Example Wire"),
        ):
            await desk.app.senders.run_all()

        delivered = next(line for line in lines if line["event"] == "delivered")
        assert delivered["receiver"] == "desk-slack"
        assert "feed" not in delivered


async def test_senders_count_the_messages_of_receivers_that_work_at_the_same_time(tmp_path) -> None:
    async with SlackServer() as slack:
        receivers = {
            name: {"url": f"slack://T0000TEST/B0000TEST/{name * 24}", "base_url": slack.url}
            for name in ("a", "b")
        }
        routes, system = [{"send": ["a", "b"]}], {"send": ["a"]}
        async with open_desk(tmp_path, receivers=receivers, routes=routes, system=system) as desk:
            for title, receiver in (("one", "a"), ("two", "a"), ("three", "b")):
                desk.write_message(title, receiver)

            await desk.app.senders.run_all()

            assert desk.runtime.totals.delivered == 3


async def test_digest_that_is_too_long_for_slack_links_to_the_stories_of_its_span(tmp_path) -> None:
    facts = make_digest(items=tuple(make_item(n, title="Ships " * 40) for n in range(60)))
    async with open_desk(tmp_path, web={"page_url": "https://w.example"}) as desk:
        alert, deliveries = address(
            "digest:1",
            AlertKind.DIGEST,
            facts,
            to=["desk-slack"],
            recipients={},
            now=desk.clock(),
        )
        desk.call(db.add_alert, alert, deliveries)

        await desk.app.senders.run_all()

        (message,) = desk.slack.messages
        since = "since=2026-02-28T22%3A40%3A00%2B00%3A00"
        assert f"<https://w.example/?{since}&amp;until=2026-03-01T" in str(message["blocks"])


async def test_senders_start_one_task_for_a_receiver(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")

        await desk.app.senders.wake()
        await desk.app.senders.wake()

        assert len(desk.app.senders.tasks) == 1
        await desk.app.senders.run_all()
        assert len(desk.slack.messages) == 1


async def test_senders_leave_messages_of_a_receiver_that_is_not_configured(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one", receiver="former-desk")

        await desk.app.senders.run_all()

        (message,) = desk.messages()
        assert message.delivery.state is DeliveryState.PENDING


async def test_senders_start_none_while_the_daemon_stops(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")
        desk.runtime.is_stopping = True

        await desk.app.senders.wake()

        assert not desk.app.senders.tasks


async def test_senders_use_the_reloaded_driver_from_the_next_message_on(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        after = Driver()
        before = Driver(then=lambda: use_driver(desk, after))
        use_driver(desk, before)
        for title in ("one", "two", "three"):
            desk.write_message(title)

        async with asyncio.timeout(30):
            while before.count + after.count < 3:
                await desk.app.senders.run_all()

        assert (before.count, after.count) == (1, 2)
