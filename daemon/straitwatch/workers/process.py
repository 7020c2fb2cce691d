"""Starts a worker process, sends it requests, and kills it.

A worker is a subprocess (`python -c`) with a deadline, a memory limit and a pipe. multiprocessing
would import the whole program into every worker.
"""

import asyncio
import contextlib
import os
import signal
import struct
import sys
from datetime import timedelta
from typing import Self

_LENGTH = struct.Struct(">Q")
_START_TIMEOUT = timedelta(seconds=60)  # interpreter and imports, on a busy machine
_PIPE_LIMIT = 2**20  # bytes buffered in the parent before reading pauses
_MAX_GREETING = 2**16

# A worker reads hostile text, so it gets only these variables and no secrets. It has one thread,
# because memory pools for every core would exceed the memory limit.
_KEPT_VARIABLES = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class WorkerError(RuntimeError):
    """The worker did not return a valid answer and must be killed."""


class WorkerLateError(WorkerError):
    """The deadline passed."""


class WorkerDiedError(WorkerError):
    """The process ended; `status` is negative after a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(_exit_reason(status))
        self.status = status


def _exit_reason(status: int) -> str:
    match status:
        case _ if status == -signal.SIGKILL:
            return "the worker ran out of memory or was killed"
        case _ if status == -signal.SIGALRM:
            return "the worker's alarm ended it"
        case _:
            return f"the worker died with status {status}"


class WorkerProcess:
    """One subprocess that answers one request at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101 - both are pipes: see `start`
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self.greeting = b""

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @classmethod
    async def start(cls, entry: str, *arguments: object) -> Self:
        """Start the interpreter and wait for the worker's greeting.

        Args:
            entry: the module and function to run, such as `straitwatch.parsepool.work`.
            arguments: literals for that function.

        Raises:
            WorkerError: the worker sends no greeting.

        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _code(entry, arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C reaches only the daemon, which closes its workers
            limit=_PIPE_LIMIT,
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_TIMEOUT.total_seconds()):
                worker.greeting = await worker._receive(_MAX_GREETING)
        except BaseException as error:
            await worker.kill()
            if isinstance(error, TimeoutError | asyncio.IncompleteReadError):
                raise WorkerError(f"{entry} does not start") from error
            raise
        return worker

    async def ask(self, request: bytes, *, within: timedelta, at_most: int) -> bytes:
        """Send a request and wait for the answer until the deadline.

        After an error the worker is not usable: kill it.

        Args:
            request: the argument of `answer` in the worker.
            within: the deadline.
            at_most: the maximal size of the answer, in bytes.

        Raises:
            WorkerError: the worker does not return a valid answer.

        """
        try:
            async with asyncio.timeout(within.total_seconds()):
                self._stdin.write(_LENGTH.pack(len(request)))
                self._stdin.write(request)
                await self._stdin.drain()
                return await self._receive(at_most)
        except TimeoutError as error:
            raise WorkerLateError(f"no answer within {within.total_seconds():g} s") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerDiedError(await self._process.wait()) from error

    async def _receive(self, at_most: int) -> bytes:
        (length,) = _LENGTH.unpack(await self._stdout.readexactly(_LENGTH.size))
        if length > at_most:
            raise WorkerError(f"the worker announces an answer of {length:,} bytes")
        return await self._stdout.readexactly(length)

    async def kill(self) -> None:
        """Kill the process and wait until it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._stdin.close()
        await self._process.wait()


def _code(entry: str, arguments: tuple[object, ...]) -> str:
    """Return a program that calls the entry with the import path of this process.

    Garbage collections during imports took a fifth of the time of a start.
    """
    module, _, function = entry.rpartition(".")
    path = [folder for folder in sys.path if folder]
    return (
        f"import gc, sys; gc.set_threshold(50_000); sys.path[:] = {path!r}; "
        f"from {module} import {function}; {function}(*{arguments!r})"
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, **_ONE_THREAD}
