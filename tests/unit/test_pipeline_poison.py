"""A message that cannot be made or sent costs itself, never the others."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from builders.beat import BEAT
from straitwatch import store as db
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    AlertKind,
    AlertPolicy,
    DeliveryState,
    DriverKind,
    Frozen,
    NoticeFacts,
    Outcome,
    SendJob,
    SendResult,
)
from straitwatch.core.rules import Rules
from straitwatch.deliver import SenderThreads
from straitwatch.errors import StoreError
from straitwatch.pipeline import FoldWindowCache, Tools, address, deliver_due
from straitwatch.store import Store
from straitwatch.telemetry import Metrics

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MATCHER, _ = compile_rules({}, ())
assert MATCHER is not None
NO_RULES = Rules(beat=BEAT, matcher=MATCHER, policy=AlertPolicy(), titles={}, recipients={})


class Driver:
    kind = DriverKind.APPRISE
    recipients = ("",)
    redacted = "test://"
    on_unsure = "resend"
    has_begun = False

    def __init__(self, *, breaks: str) -> None:
        self.breaks = breaks
        self.sent: list[str] = []

    def render(self, job: SendJob) -> Frozen:
        assert isinstance(job.facts, NoticeFacts)
        if self.breaks == "render" and job.facts.title == "poison":
            raise ValueError(job.facts.title)
        return Frozen(body=job.facts.title.encode(), content_type="text/plain")

    def send(self, job: SendJob) -> SendResult:
        assert job.frozen is not None
        self.has_begun = self.breaks == "send"
        if self.breaks in ("send", "connect") and job.frozen.body == b"poison":
            raise RuntimeError
        self.sent.append(job.frozen.body.decode())
        return SendResult(outcome=Outcome.DELIVERED)

    def reconcile(self, job: SendJob) -> SendResult | None:
        return None


async def deliver(tmp_path: Path, driver: Driver) -> dict[str, db.DeliveryRecord]:
    store = Store.open(f"sqlite:///{tmp_path / 'test.db'}")
    senders = SenderThreads()
    try:
        for title in ("poison", "good"):
            alert, deliveries = address(
                title, AlertKind.SYSTEM, NoticeFacts(title=title), to=["r"], recipients={}, now=NOW
            )
            store.call(db.add_alert, alert, deliveries)
        tools = Tools(
            store=store,
            fetcher=None,  # type: ignore[arg-type] # no feed is polled here
            older=None,  # type: ignore[arg-type]
            hubs=None,  # type: ignore[arg-type]
            pool=None,  # type: ignore[arg-type]
            pages=None,  # type: ignore[arg-type]
            page_pool=None,  # type: ignore[arg-type]
            encoder=None,  # type: ignore[arg-type]
            senders=senders,
            metrics=Metrics(),
            folding=FoldWindowCache(),
            clock=lambda: NOW + timedelta(seconds=1),
            jitter=Random(1),
            worker="test",
        )
        await deliver_due("r", driver, tools=tools, rules=NO_RULES, is_stopping=lambda: False)
        records = store.call(db.list_deliveries)
    finally:
        senders.close()
        store.close()
    return {record.facts.title: record for record in records}  # type: ignore[union-attr]


async def test_unrenderable_message_is_dead_and_the_next_one_is_sent(
    tmp_path,
) -> None:
    driver = Driver(breaks="render")

    records = await deliver(tmp_path, driver)

    assert driver.sent == ["good"]
    assert records["poison"].delivery.state is DeliveryState.DEAD


@pytest.mark.parametrize(("breaks", "outcome"), [("send", "unsure"), ("connect", "retry")])
async def test_message_of_a_raising_driver_is_perhaps_sent_only_once_it_has_begun(
    tmp_path, breaks: str, outcome: str
) -> None:
    driver = Driver(breaks=breaks)

    records = await deliver(tmp_path, driver)

    assert driver.sent == ["good"]
    assert records["poison"].delivery.state is DeliveryState.PENDING
    assert records["poison"].last_outcome == outcome


async def test_answer_that_cannot_be_written_down_at_once_is_not_asked_for_again(
    tmp_path, monkeypatch
) -> None:
    run, away = Store.run, iter([True, True])

    async def run_if_there(self, fn, *args, **kwargs):
        if getattr(fn, "func", fn) is db.finish_attempt and next(away, False):
            raise StoreError("the database is away")
        return await run(self, fn, *args, **kwargs)

    monkeypatch.setattr(Store, "run", run_if_there)
    monkeypatch.setattr("straitwatch.pipeline.deliver.RECORD_WAITS", (0, 0))
    driver = Driver(breaks="nothing")

    records = await deliver(tmp_path, driver)

    assert not list(away)
    assert driver.sent == ["poison", "good"]
    assert {record.delivery.state for record in records.values()} == {DeliveryState.DELIVERED}
