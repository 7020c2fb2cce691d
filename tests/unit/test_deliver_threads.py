"""Receivers do not wait for each other."""

import asyncio
import threading

import pytest

from builders.messages import WEBHOOK, frozen, make_driver, make_job
from servers import slack as server
from servers.slack import SlackServer
from straitwatch.core.model import Frozen, Outcome, SendJob, SendResult
from straitwatch.deliver import SenderThreads


async def test_eight_hanging_receivers_do_not_delay_a_healthy_one() -> None:
    with SlackServer() as slow, SlackServer() as quick:
        slow.default = server.hang()
        senders = SenderThreads()
        hanging = [make_driver(WEBHOOK, base_url=slow.url) for _ in range(8)]
        waiting = [
            asyncio.ensure_future(senders.send(driver, frozen(driver))) for driver in hanging
        ]
        healthy = make_driver(WEBHOOK, base_url=quick.url)

        result = await senders.send(healthy, frozen(healthy))

        assert result.outcome is Outcome.DELIVERED
        assert not any(send.done() for send in waiting)
        for send in waiting:
            send.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


class Recorder:
    """A driver whose sends wait for the test."""

    kind = "recorder"
    recipients = ("",)
    redacted = "recorder"
    on_unsure = "resend"

    def __init__(self) -> None:
        self.is_within_limit = threading.Event()
        self.begun = threading.Event()
        self.sent: list[str] = []

    def render(self, job: SendJob) -> Frozen:
        return Frozen(body=b"", content_type="text/plain")

    def send(self, job: SendJob) -> SendResult:
        self.begun.set()
        self.is_within_limit.wait()
        self.sent.append(job.delivery.id)
        if job.attempt > 1:
            raise RuntimeError("a bug")
        return SendResult(outcome=Outcome.DELIVERED)

    def reconcile(self, job: SendJob) -> SendResult | None:
        return None


async def test_job_that_is_cancelled_before_its_turn_is_not_sent() -> None:
    driver, senders = Recorder(), SenderThreads()
    first = asyncio.ensure_future(senders.send(driver, make_job()))
    await asyncio.to_thread(driver.begun.wait)
    second = asyncio.ensure_future(senders.send(driver, make_job()))
    await asyncio.sleep(0)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    driver.is_within_limit.set()

    assert (await first).outcome is Outcome.DELIVERED
    assert driver.sent == ["d1"]


async def test_bug_in_a_driver_is_raised_where_the_result_is_awaited() -> None:
    driver, senders = Recorder(), SenderThreads()
    driver.is_within_limit.set()

    with pytest.raises(RuntimeError, match="a bug"):
        await senders.send(driver, make_job(attempt=2))
    assert (await senders.send(driver, make_job())).outcome is Outcome.DELIVERED
