"""Edits sent messages that must show something else, one task for each receiver."""

import asyncio
import weakref
from collections.abc import Collection
from datetime import datetime

import structlog

from straitwatch import store as db
from straitwatch.app.receiver_tasks import ReceiverTasks
from straitwatch.app.runtime import Runtime
from straitwatch.deliver import Driver
from straitwatch.deliver.slack import SlackBot
from straitwatch.deliver.slack_edits import SlackEditor
from straitwatch.pipeline import edit_due

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class MessageEdits:
    """The receivers at work; only the bots of Slack can edit what they sent."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._editors: weakref.WeakKeyDictionary[Driver, SlackEditor] = weakref.WeakKeyDictionary()
        self._tasks = ReceiverTasks()
        self._resting_until: dict[str, datetime] = {}  # receivers that take no edits

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The receivers at work."""
        return self._tasks.running

    async def wake(self) -> None:
        """Start a task for each receiver that has a message to edit and is not at work."""
        runtime = self._runtime
        if runtime.is_stopping:
            return
        now = runtime.tools.clock()
        for name in await runtime.tools.store.run(db.receivers_to_edit, now):
            driver = runtime.active.drivers.get(name)
            if name in self._tasks or not isinstance(driver, SlackBot):
                continue
            if self._resting_until.get(name, now) > now:
                continue
            if driver not in self._editors:
                self._editors[driver] = SlackEditor(driver)
            self._tasks.start(name, self._edit(name, self._editors[driver]))

    async def run_all(self) -> None:
        """Try every due edit once."""
        await self.wake()
        await self._tasks.finish()

    async def _edit(self, name: str, editor: SlackEditor) -> None:
        """Edit until no message is due, the daemon stops or a reload replaces the driver."""
        runtime, active = self._runtime, self._runtime.active
        with structlog.contextvars.bound_contextvars(receiver=name):
            try:
                rest = await edit_due(
                    name,
                    editor,
                    tools=runtime.tools,
                    is_stopping=lambda: runtime.is_stopping or runtime.active is not active,
                )
                self._resting_until[name] = rest or runtime.tools.clock()
            except Exception:  # around one receiver: the others continue
                log.exception("editing failed")
