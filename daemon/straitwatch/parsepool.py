"""Parses documents in worker processes that can be killed.

A hostile document can keep feedparser busy for minutes. feedparser holds the GIL, and a thread
cannot be stopped.
"""

import asyncio
import copyreg
import io
import pickle
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

from straitwatch.core.model import (
    Article,
    Condition,
    Contents,
    DocumentHints,
    Entry,
    PageRequest,
    ParsedDocument,
    ParseProblem,
    PushOffer,
    SeenItems,
)
from straitwatch.core.parse_document import ParseRequest, parse_document
from straitwatch.workers.process import (
    WorkerDiedError,
    WorkerError,
    WorkerLateError,
    WorkerProcess,
)
from straitwatch.workers.serve import confine, serve

_ALARM_AFTER = timedelta(seconds=2)  # after the deadline; ends a worker whose parent is dead
_MAX_DOCUMENTS = 500  # of one worker; then it is replaced, because feedparser keeps memory
_MAX_BODY = 64_000_000  # bytes; larger than any limit of the fetcher

# The only classes that an answer may contain, by their names in pickle. Workers read hostile bytes,
# so their pickles are not trusted.
_ANSWER_CLASSES: Final[Mapping[tuple[str, str], type]] = {
    (allowed.__module__, allowed.__qualname__): allowed
    for allowed in (
        ParsedDocument,
        DocumentHints,
        SeenItems,
        Entry,
        Contents,
        Condition,
        PushOffer,
        ParseProblem,
        Article,
        datetime,
        timezone,
        timedelta,
    )
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

    async def parse(self, request: ParseRequest) -> ParsedDocument:
        """Parse and clean one document; if the worker dies, the document has a problem."""
        if len(request.body) > _MAX_BODY:
            return _failed(ParseProblem.TOO_LARGE, f"{len(request.body):,} bytes")
        answer = await self._ask(request)
        return answer if isinstance(answer, ParsedDocument) else _failed(*_WRONG_KIND)

    async def extract(self, request: PageRequest) -> Article | ParsedDocument:
        """Extract the article of a page; if the worker dies, return a document with a problem."""
        return await self._ask(request)

    async def _ask(self, request: ParseRequest | PageRequest) -> Article | ParsedDocument:
        async with self._free:
            if self._is_closed:
                raise RuntimeError("the parse pool is closed")
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                answer = await worker.ask(request, self._timeout)
            except BaseException:
                await self._end(worker)
                raise
            if worker.is_spent:
                await self._end(worker)
            else:
                self._idle.append(worker)
            return answer

    async def close(self) -> None:
        """Kill the workers; their documents are fetched again by later polls."""
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
        await worker.process.kill()


class _Worker:
    """One process that parses one document at a time."""

    def __init__(self, process: WorkerProcess, memory_bytes: int) -> None:
        self.process = process
        self._memory_bytes = memory_bytes
        self._documents = 0
        self.is_spent = False

    @classmethod
    async def start(cls, deadline: timedelta, memory_bytes: int) -> Self:
        alarm_after = (deadline + _ALARM_AFTER).total_seconds()
        process = await WorkerProcess.start("straitwatch.parsepool.work", alarm_after, memory_bytes)
        return cls(process, memory_bytes)

    async def ask(
        self, request: ParseRequest | PageRequest, within: timedelta
    ) -> Article | ParsedDocument:
        self._documents += 1
        self.is_spent = True  # unless a complete answer arrives
        payload = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            answer = _answer(
                await self.process.ask(payload, within=within, at_most=self._memory_bytes)
            )
        except WorkerLateError:
            return _failed(ParseProblem.TIMEOUT, f"not parsed within {within.total_seconds():g} s")
        except WorkerDiedError as error:
            return _failed(_PROBLEMS.get(error.status, ParseProblem.NOT_A_FEED), str(error))
        except (WorkerError, pickle.UnpicklingError) as error:
            return _failed(ParseProblem.NOT_A_FEED, f"invalid answer of the worker: {error}")
        self.is_spent = self._documents >= _MAX_DOCUMENTS or _is_out_of_memory(answer)
        return answer


_WRONG_KIND = (ParseProblem.NOT_A_FEED, "invalid answer of the worker: another kind")
_PROBLEMS = {-signal.SIGKILL: ParseProblem.TOO_LARGE, -signal.SIGALRM: ParseProblem.TIMEOUT}


class _AnswerReader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if allowed := _ANSWER_CLASSES.get((module, name)):
            return allowed  # without an import or a lookup under a name from the answer
        raise pickle.UnpicklingError(f"{module}.{name}")


def _answer(payload: bytes) -> Article | ParsedDocument:
    answer = _AnswerReader(io.BytesIO(payload)).load()
    if not isinstance(answer, Article | ParsedDocument):
        raise pickle.UnpicklingError(type(answer).__name__)
    return answer


_OUT_OF_MEMORY = "more memory than a worker may use"


def _is_out_of_memory(answer: Article | ParsedDocument) -> bool:
    if isinstance(answer, Article):
        return False
    return answer.problem is ParseProblem.TOO_LARGE and answer.detail == _OUT_OF_MEMORY


def _failed(problem: ParseProblem, detail: str) -> ParsedDocument:
    return ParsedDocument(format="", problem=problem, detail=detail)


# ---------------------------------------------------------------- inside the worker


def work(alarm_after: float, memory_bytes: int) -> None:
    """Parse documents until the parent closes the pipe or dies."""
    answers = confine(memory_bytes=memory_bytes)
    # Python 3.11.2 pickles an enum as a call of getattr, which an answer must not contain.
    for enum in (ParseProblem, Condition):
        copyreg.pickle(enum, _by_value)
    serve(_read, answers, alarm_after=alarm_after)


def _by_value(member: Any) -> tuple[type[StrEnum], tuple[str]]:
    return type(member), (member.value,)


def _read(payload: bytes) -> bytes:
    request: ParseRequest | PageRequest = pickle.loads(payload)  # noqa: S301 - from the parent
    try:
        return pickle.dumps(_result(request), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        answer = _failed(ParseProblem.TOO_LARGE, _OUT_OF_MEMORY)
        return pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)


def _result(request: ParseRequest | PageRequest) -> Article | ParsedDocument:
    if isinstance(request, ParseRequest):
        return parse_document(request)
    from straitwatch.core.article import extract_article  # noqa: PLC0415 - not for feeds

    return extract_article(request)
