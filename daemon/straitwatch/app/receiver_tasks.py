"""Runs at most one task for each receiver."""

import asyncio
from collections.abc import Collection, Coroutine
from contextvars import Context
from functools import partial


class ReceiverTasks:
    """The receivers at work, by name; a slow one delays only its own messages."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def running(self) -> Collection[asyncio.Task[None]]:
        return self._tasks.values()

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    def start(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Start the work of a receiver that is not at work.

        It has a context of its own: the feed or page whose poll calls is not that of every message,
        so no log line names it.
        """
        task = asyncio.create_task(work, context=Context())
        self._tasks[name] = task
        task.add_done_callback(partial(self._forget, name))

    async def finish(self) -> None:
        """Wait until no receiver is at work."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    def _forget(self, name: str, _task: asyncio.Task[None]) -> None:
        self._tasks.pop(name, None)
