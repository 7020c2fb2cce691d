"""A thread for each receiver, so that one that hangs delays no other and not the exit either."""

import asyncio
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread

from straitwatch.core.model import SendJob, SendResult
from straitwatch.deliver.driver import Driver

_Work = tuple[Callable[[SendJob], SendResult], SendJob, "Future[SendResult]"]
_Queue = SimpleQueue[_Work | None]


class SenderThreads:
    """Hands blocking sends to daemon threads; an executor would wait for a hung one at exit.

    A thread lives as long as its driver, so a reload leaves none behind.
    """

    def __init__(self) -> None:
        self._queues: weakref.WeakKeyDictionary[Driver, _Queue] = weakref.WeakKeyDictionary()

    async def send(self, driver: Driver, job: SendJob) -> SendResult:
        """Send in the receiver's own thread.

        If the caller is cancelled while the message is on its way, the send goes on and its
        result is dropped; the attempt that stays open in the store counts as unanswered. A job
        whose turn has not come is not sent.
        """
        future: Future[SendResult] = Future()
        self._queue(driver).put((driver.send, job, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let idle threads end; a hung one ends with the process."""
        for each in self._queues.values():
            each.put(None)
        self._queues.clear()

    def _queue(self, driver: Driver) -> _Queue:
        if driver not in self._queues:
            jobs: _Queue = SimpleQueue()
            self._queues[driver] = jobs
            weakref.finalize(driver, jobs.put, None)
            Thread(target=_work, args=(jobs,), name=f"send: {driver.redacted}", daemon=True).start()
        return self._queues[driver]


def _work(jobs: _Queue) -> None:
    while (work := jobs.get()) is not None:
        _run(*work)
        del work


def _run(send: Callable[[SendJob], SendResult], job: SendJob, future: "Future[SendResult]") -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = send(job)
    except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
        future.set_exception(error)
    else:
        future.set_result(result)
