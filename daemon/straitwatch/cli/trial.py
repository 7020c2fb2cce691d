"""Sends a test message to a receiver, for `receivers test` and `setup`."""

from collections.abc import Iterator
from dataclasses import replace

from straitwatch.clock import utc_now
from straitwatch.core.model import (
    AlertKind,
    Delivery,
    DeliveryState,
    NoticeFacts,
    Outcome,
    SendJob,
    SendResult,
)
from straitwatch.deliver import Driver

_OUTCOMES = {Outcome.DELIVERED: "delivered", Outcome.UNSURE: "perhaps delivered:"}


def send_test(driver: Driver, name: str) -> Iterator[tuple[str, SendResult]]:
    """Send a test message to each recipient of a receiver, and yield the recipient's result."""
    now = utc_now()
    facts = NoticeFacts(
        title=f"Straitwatch test to {name}",
        lines=("This is a test. If you can read it, alerts will reach you here.",),
    )
    delivery = Delivery(id="test", alert_id="", receiver=name)
    job = SendJob(delivery=delivery, kind=AlertKind.TEST, facts=facts, created_at=now)
    yield from send_now(driver, name, job)


def send_now(driver: Driver, name: str, job: SendJob) -> Iterator[tuple[str, SendResult]]:
    """Send a message past the outbox, and yield each recipient's result."""
    for recipient in driver.recipients:
        delivery = Delivery(
            id=f"test-{utc_now():%Y%m%d%H%M%S%f}",
            alert_id="",
            receiver=name,
            recipient=recipient,
            state=DeliveryState.SENDING,
        )
        addressed = replace(job, delivery=delivery)
        yield recipient, driver.send(replace(addressed, frozen=driver.render(addressed)))


def outcome_line(name: str, recipient: str, result: SendResult) -> str:
    """Return the outcome of a test as one line."""
    # A test is sent once, so the name of the outcome (`retry`) would promise a second attempt.
    outcome = _OUTCOMES.get(result.outcome, "not delivered:")
    words = (name, recipient, outcome, result.code, result.text)
    return " ".join(word for word in words if word)
