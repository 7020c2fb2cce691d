"""Reports a database that cannot be used: past the outbox, which is in that database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from straitwatch.app.runtime import Runtime
from straitwatch.core.health import broken_database_notice, may_notify
from straitwatch.core.liveness import Fault
from straitwatch.core.model import AlertKind, Delivery, NoticeFacts, Outcome, SendJob
from straitwatch.core.policy import DATABASE_BROKEN_AFTER
from straitwatch.deliver import Driver
from straitwatch.pipeline import address

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class DatabaseAlarm:
    """Sends the system receivers one message if the database stays unusable, without storing it.

    It is tried once: without a database, nothing would remember another attempt.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._broken_since: datetime | None = None
        self._sent_at: datetime | None = None

    async def watch(self, faults: Sequence[Fault]) -> None:
        """Send the message if it is due.

        Args:
            faults: those of the database itself.
        """
        now = self._runtime.tools.clock()
        if not faults:
            self._broken_since = None
            return
        self._broken_since = self._broken_since or now
        is_due = now - self._broken_since >= DATABASE_BROKEN_AFTER
        if is_due and may_notify(self._sent_at, now):
            self._sent_at = now
            since = f"{self._broken_since.astimezone(self._runtime.active.zone):%d %b %H:%M %Z}"
            await self._send(broken_database_notice(faults, since=since))

    async def _send(self, facts: NoticeFacts) -> None:
        log.error("the database cannot be used", title=facts.title, lines=facts.lines)
        for driver, job in self._jobs(facts):
            try:
                rendered = replace(job, frozen=driver.render(job))
                result = await self._runtime.tools.senders.send(driver, rendered)
            except Exception:  # around one receiver: the others get the message
                log.exception("database alarm not sent", receiver=job.delivery.receiver)
                continue
            if result.outcome is not Outcome.DELIVERED:
                log.warning("database alarm not sent", receiver=job.delivery.receiver)

    def _jobs(self, facts: NoticeFacts) -> Iterator[tuple[Driver, SendJob]]:
        now, active = self._runtime.tools.clock(), self._runtime.active
        _, deliveries = address(
            f"database alarm:{now.isoformat()}",
            AlertKind.SYSTEM,
            facts,
            to=active.config.system_send,
            recipients=active.rules.recipients,
            now=now,
        )
        for delivery in deliveries:
            if driver := active.drivers.get(delivery.receiver):
                yield driver, _job(delivery, facts, now)


def _job(delivery: Delivery, facts: NoticeFacts, now: datetime) -> SendJob:
    return SendJob(delivery=delivery, kind=AlertKind.SYSTEM, facts=facts, created_at=now)
