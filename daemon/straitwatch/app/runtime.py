"""Holds the state that the owners of the daemon share: tools, active configuration, totals."""

from dataclasses import dataclass, field

import structlog

from straitwatch import store as db
from straitwatch.app.activate import Active
from straitwatch.core.model import AlertKind, NoticeFacts, PollReport
from straitwatch.pipeline import Tools, address

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Totals:
    """Counts since the daemon started; `run --once` prints them."""

    polled: int = 0
    failed: int = 0
    entries_new: int = 0
    stories_new: int = 0
    alerts: int = 0
    delivered: int = 0

    def add(self, report: PollReport) -> None:
        """Count one poll."""
        self.polled += 1
        self.failed += report.is_failure
        self.add_entries(report)

    def add_entries(self, report: PollReport) -> None:
        """Count the entries of one document."""
        self.entries_new += report.entries_new
        self.stories_new += report.stories_new
        self.alerts += report.alerts


@dataclass(slots=True, kw_only=True)
class Runtime:
    """The values that every owner reads; a reload replaces `active` and perhaps a tool."""

    tools: Tools
    active: Active
    totals: Totals = field(default_factory=Totals)
    is_stopping: bool = False
    not_ready: str = "starting"  # why the daemon is not ready, or ""

    async def release_changed_receivers(self) -> None:
        """End the holds of receivers whose address has changed since they failed."""
        marks, now = self.active.rules.marks, self.tools.clock()
        for name in await self.tools.store.run(db.release_changed_receivers, marks, now=now):
            log.info("receiver changed: its messages are sent now", receiver=name)

    async def notify(self, key: str, facts: NoticeFacts) -> None:
        """Send the system receivers a message about Straitwatch itself; once for each key."""
        alert, deliveries = address(
            key,
            AlertKind.SYSTEM,
            facts,
            to=self.active.config.system_send,
            recipients=self.active.rules.recipients,
            now=self.tools.clock(),
        )
        if deliveries:
            await self.tools.store.run(db.add_alert, alert, deliveries)
