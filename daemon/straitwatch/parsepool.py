"""Parse documents in worker processes that can be killed.

feedparser holds the GIL and can be made to work for minutes; a thread cannot be stopped. Each
worker is a plain subprocess with a deadline, a memory cap and a pipe: `python -c`, not
multiprocessing, whose spawn would import the whole program again into every worker.
"""

import asyncio
import contextlib
import copyreg
import io
import pickle
import resource
import signal
import struct
import sys
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from straitwatch.core.model import ParseProblem, ReadFeed
from straitwatch.core.read import ReadRequest, read_feed

_LENGTH = struct.Struct(">Q")
_READY = b"R"
_START_TIMEOUT = timedelta(seconds=60)  # interpreter and imports, on a busy machine
_NET_AFTER = timedelta(seconds=2)  # past the deadline: the worker's own alarm, if we are gone
_MAX_DOCUMENTS = 500  # then a worker is replaced: feedparser and the allocator keep memory
_PIPE_LIMIT = 2**20  # bytes buffered in the parent before reading pauses
_MAX_BODY = 64_000_000  # bytes; larger than any limit of the fetcher

_ROOT = str(Path(__file__).resolve().parents[1])  # where this package is imported from

# What a worker's answer may be made of. A worker reads hostile bytes: its pickle is not trusted.
_ANSWER_TYPES = {
    ("straitwatch.core.model", "ReadFeed"),
    ("straitwatch.core.model", "Entry"),
    ("straitwatch.core.model", "ParseProblem"),
    ("datetime", "datetime"),
    ("datetime", "timezone"),
    ("datetime", "timedelta"),
}


class ParsePool:
    """A few worker processes, started when first needed and replaced when they fail."""

    def __init__(
        self,
        workers: int = 2,
        *,
        timeout: timedelta = timedelta(seconds=10),
        memory_bytes: int = 2**30,
    ) -> None:
        self._timeout = timeout
        self._memory_bytes = memory_bytes
        self._free = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def read(self, request: ReadRequest) -> ReadFeed:
        """Parse and clean one document; a worker's death is an answer, not an exception."""
        if len(request.body) > _MAX_BODY:
            return _failed(ParseProblem.TOO_LARGE, f"{len(request.body):,} bytes")
        async with self._free:
            if self._is_closed:
                raise RuntimeError("the parse pool is closed")
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                answer = await worker.read(request, self._timeout)
            except BaseException:
                await self._end(worker)
                raise
            if worker.is_spent:
                await self._end(worker)
            else:
                self._idle.append(worker)
            return answer

    async def close(self) -> None:
        """Kill the workers; a document in work is lost, its poll is repeated later."""
        self._is_closed = True
        self._idle.clear()
        for worker in tuple(self._all):
            await self._end(worker)

    async def _start(self) -> "_Worker":
        worker = await _Worker.start(self._timeout, self._memory_bytes)
        self._all.add(worker)
        return worker

    async def _end(self, worker: "_Worker") -> None:
        self._all.discard(worker)
        await worker.kill()


class _Worker:
    """One subprocess that answers one document at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101 - both are pipes: see `start`
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._documents = 0
        self.is_spent = False

    @classmethod
    async def start(cls, deadline: timedelta, memory_bytes: int) -> Self:
        """Start the interpreter and wait until it has imported what it needs."""
        net = (deadline + _NET_AFTER).total_seconds()
        code = (
            f"import sys; sys.path.insert(0, {_ROOT!r}); "
            f"from straitwatch.parsepool import work; work({net!r}, {memory_bytes!r})"
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the daemon, which then closes the pool
            limit=_PIPE_LIMIT,
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_TIMEOUT.total_seconds()):
                await worker._stdout.readexactly(len(_READY))
        except BaseException as error:
            await worker.kill()
            if isinstance(error, TimeoutError | asyncio.IncompleteReadError):
                raise RuntimeError("a parse worker does not start") from error  # noqa: TRY004
            raise
        return worker

    async def read(self, request: ReadRequest, within: timedelta) -> ReadFeed:
        """Send the request and wait for the answer, but not past the deadline."""
        self._documents += 1
        self.is_spent = True  # unless the answer arrives whole
        try:
            async with asyncio.timeout(within.total_seconds()):
                answer = await self._exchange(request)
        except TimeoutError:
            return _failed(ParseProblem.TIMEOUT, f"not read within {within.total_seconds():g} s")
        except (asyncio.IncompleteReadError, ConnectionError):
            return await self._epitaph()
        except pickle.UnpicklingError as error:
            return _failed(ParseProblem.NOT_A_FEED, f"the worker's answer is refused: {error}")
        self.is_spent = self._documents >= _MAX_DOCUMENTS or _is_out_of_memory(answer)
        return answer

    async def _exchange(self, request: ReadRequest) -> ReadFeed:
        payload = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
        self._stdin.write(_LENGTH.pack(len(payload)))
        self._stdin.write(payload)
        await self._stdin.drain()
        (length,) = _LENGTH.unpack(await self._stdout.readexactly(_LENGTH.size))
        return _answer(await self._stdout.readexactly(length))

    async def _epitaph(self) -> ReadFeed:
        """Say what ended the worker."""
        code = await self._process.wait()
        if code == -signal.SIGKILL:
            return _failed(ParseProblem.TOO_LARGE, "the worker ran out of memory")
        if code == -signal.SIGALRM:
            return _failed(ParseProblem.TIMEOUT, "the worker's own alarm ended it")
        return _failed(ParseProblem.NOT_A_FEED, f"the worker died with status {code}")

    async def kill(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._stdin.close()
        await self._process.wait()


class _AnswerReader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ANSWER_TYPES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def _answer(payload: bytes) -> ReadFeed:
    answer = _AnswerReader(io.BytesIO(payload)).load()
    if not isinstance(answer, ReadFeed):
        raise pickle.UnpicklingError(type(answer).__name__)
    return answer


_OUT_OF_MEMORY = "more memory than a worker may use"


def _is_out_of_memory(answer: ReadFeed) -> bool:
    return answer.problem is ParseProblem.TOO_LARGE and answer.detail == _OUT_OF_MEMORY


def _failed(problem: ParseProblem, detail: str) -> ReadFeed:
    return ReadFeed(format="", problem=problem, detail=detail)


# ---------------------------------------------------------------- inside the worker


def work(alarm_after: float, memory_bytes: int) -> None:
    """Answer documents from standard input until it ends: the parent closed it, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # its default action ends the process
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not look like an answer
    # By value: Python 3.11.2 writes an enum as a call of getattr, which no answer may ask for.
    copyreg.pickle(ParseProblem, _by_value)
    answers.write(_READY)
    answers.flush()
    with contextlib.suppress(BrokenPipeError):
        while (request := _receive(requests)) is not None:
            signal.setitimer(signal.ITIMER_REAL, alarm_after)
            _send(answers, request)
            signal.setitimer(signal.ITIMER_REAL, 0)


def _by_value(problem: ParseProblem) -> tuple[type[ParseProblem], tuple[str]]:
    return ParseProblem, (problem.value,)


def _receive(stream: BinaryIO) -> ReadRequest | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    payload = stream.read(_LENGTH.unpack(head)[0])
    request: ReadRequest = pickle.loads(payload)  # noqa: S301 - our parent wrote it
    return request


def _send(stream: BinaryIO, request: ReadRequest) -> None:
    try:
        payload = pickle.dumps(read_feed(request), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        answer = _failed(ParseProblem.TOO_LARGE, _OUT_OF_MEMORY)
        payload = pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()
