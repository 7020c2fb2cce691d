"""Sends in one thread per receiver, so that a hanging one delays neither others nor the exit."""

import asyncio
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

from straitwatch.core.model import SendResult

Job_contra = TypeVar("Job_contra", contravariant=True)
Job = TypeVar("Job")
_Work = tuple[Callable[[Any], SendResult], Any, "Future[SendResult]"]
_Queue = SimpleQueue[_Work | None]


class Sender(Protocol[Job_contra]):
    """Sends or edits messages, one at a time; it blocks."""

    redacted: str  # its name in logs

    def send(self, job: Job_contra) -> SendResult:
        """Do one job; expected failures are outcomes."""
        ...


class SenderThreads:
    """Runs blocking sends in daemon threads, because an executor waits for all threads at exit.

    A thread ends with its sender, so a reload leaves no thread behind.
    """

    def __init__(self) -> None:
        self._queues: weakref.WeakKeyDictionary[Sender[Any], _Queue] = weakref.WeakKeyDictionary()

    async def send(self, sender: Sender[Job], job: Job) -> SendResult:
        """Send in the sender's own thread.

        If the caller is cancelled during the send, the send continues, but its result is dropped
        and the open attempt in the store counts as unanswered. A pending job is not sent.
        """
        future: Future[SendResult] = Future()
        self._queue(sender).put((sender.send, job, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """End idle threads; hanging ones end with the process."""
        for queue in self._queues.values():
            queue.put(None)
        self._queues.clear()

    def _queue(self, sender: Sender[Any]) -> _Queue:
        if sender not in self._queues:
            jobs: _Queue = SimpleQueue()
            self._queues[sender] = jobs
            weakref.finalize(sender, jobs.put, None)
            Thread(target=_work, args=(jobs,), name=f"send: {sender.redacted}", daemon=True).start()
        return self._queues[sender]


def _work(jobs: _Queue) -> None:
    while (work := jobs.get()) is not None:
        _run(*work)
        del work


def _run(send: Callable[[Any], SendResult], job: Any, future: "Future[SendResult]") -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = send(job)
    except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
        future.set_exception(error)
    else:
        future.set_result(result)
