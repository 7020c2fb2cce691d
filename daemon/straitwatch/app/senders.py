"""Sends due messages, one task for each receiver."""

import asyncio
from collections.abc import Collection

import structlog

from straitwatch import store as db
from straitwatch.app.activate import Active
from straitwatch.app.receiver_tasks import ReceiverTasks
from straitwatch.app.runtime import Runtime
from straitwatch.pipeline import deliver_due

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Senders:
    """The receivers at work; a slow one delays only its own messages."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tasks = ReceiverTasks()

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The receivers at work."""
        return self._tasks.running

    async def wake(self) -> None:
        """Start a sender for each receiver that has a message due and is not at work."""
        runtime = self._runtime
        if runtime.is_stopping:
            return
        for name in await runtime.tools.store.run(db.due_receivers, runtime.tools.clock()):
            if name not in runtime.active.drivers or name in self._tasks:
                continue
            self._tasks.start(name, self._send(name, runtime.active))

    async def run_all(self) -> None:
        """Try every due message once."""
        await self.wake()
        await self._tasks.finish()

    async def _send(self, name: str, active: Active) -> None:
        """Send until no message is due, the daemon stops or a reload replaces the driver."""
        runtime = self._runtime
        with structlog.contextvars.bound_contextvars(receiver=name):
            try:
                delivered = await deliver_due(
                    name,
                    active.drivers[name],
                    tools=runtime.tools,
                    rules=active.rules,
                    is_stopping=lambda: runtime.is_stopping or runtime.active is not active,
                )
                runtime.totals.delivered += delivered  # read after the wait: others add to it too
                if runtime.active is not active:  # the previous address may have refused a message
                    await runtime.release_changed_receivers()
            except Exception:  # around one receiver: the others continue
                log.exception("sending failed")
