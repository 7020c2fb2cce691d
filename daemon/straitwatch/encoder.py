"""Encodes texts as sentence vectors in one worker process that can be killed.

The engine is native code that reads hostile text. After a crash or a hang, or without the package,
texts get None instead of a vector, and reports are compared by words and names.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from straitwatch.core.model import Vector
from straitwatch.core.vectors import readable
from straitwatch.engines import E5, WITHOUT_ENCODER, unavailable_reason
from straitwatch.telemetry import Metrics
from straitwatch.workers.process import WorkerError, WorkerProcess

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_BATCH = 4  # texts, about a third of a second; then the texts of the next poll have their turn
_MAX_TEXTS = 20_000  # of one worker; then it is replaced
_MAX_FAILURES = 5  # in a row; then the encoder pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The time and memory of a worker, and the pause after failures."""

    base: timedelta = timedelta(seconds=5)  # of a batch's deadline; the machine may be busy
    per_text: timedelta = timedelta(seconds=2)  # added to the deadline for each text
    memory_bytes: int = 2**29  # of address space; 180 MB are used
    pause: timedelta = timedelta(minutes=5)  # after several failures in a row
    max_wait: timedelta = timedelta(minutes=2)  # of one call; its later texts get no vector

    def deadline(self, texts: int) -> timedelta:
        """Return the time for a batch of texts."""
        return self.base + texts * self.per_text


class Encoder:
    """One worker, started for the first text and replaced when it fails."""

    def __init__(
        self, engine: str = E5, *, limits: Limits | None = None, metrics: Metrics | None = None
    ) -> None:
        self._engine = engine
        self._limits = limits or Limits()
        self._metrics = metrics or Metrics()
        self._turn = asyncio.Lock()
        self._worker: WorkerProcess | None = None
        self._dimensions = 0
        self._texts = 0  # of this worker
        self._failures = 0  # in a row
        self._permanent_reason = unavailable_reason(engine)  # never changes while this process runs
        self.problem = ""  # the last failure, "" after a success
        self._paused_until: float | None = None  # in the time of the event loop
        self._is_closed = False
        self.model = ""  # known once a worker has started
        self._metrics.encoder_available.set(not self._permanent_reason)

    @property
    def unavailable_reason(self) -> str:
        """The reason why texts get no vectors at present, or ""."""
        if self._is_closed:
            return "closed"
        is_paused = self._paused_until is not None and _now() < self._paused_until
        return self._permanent_reason or (self.problem if is_paused else "")

    @property
    def is_permanently_unavailable(self) -> bool:
        """True if this machine or this configuration has no encoder."""
        return bool(self._permanent_reason)

    async def encode(self, texts: Sequence[str]) -> list[Vector | None]:
        """Return a vector or None for each text; no text raises an exception.

        After `Limits.max_wait`, the remaining texts get None, because a poll must commit within its
        lease even if many documents arrive at once.
        """
        vectors: list[Vector | None] = []
        give_up_at = _now() + self._limits.max_wait.total_seconds()
        for begin in range(0, len(texts), _BATCH):
            batch = [readable(text) for text in texts[begin : begin + _BATCH]]
            async with self._turn:
                if _now() > give_up_at:
                    break
                found = await self._encode_batch([text for text in batch if text])
            in_order = iter(found)
            vectors += [next(in_order) if text else None for text in batch]
        late = len(texts) - len(vectors)
        self._metrics.encodings.labels(outcome="late").inc(late)
        return vectors + [None] * late

    async def close(self) -> None:
        """Kill the worker; the texts that it is encoding get no vectors."""
        self._is_closed = True
        await self._end_worker()

    async def _encode_batch(self, texts: Sequence[str]) -> list[Vector | None]:
        """Encode texts; after a failure one by one, so that only the bad text has no vector."""
        if not texts:
            return []
        began_at = _now()
        vectors = await self._ask(texts)
        if vectors is None and len(texts) > 1:
            vectors = [vector for text in texts for vector in await self._ask([text]) or [None]]
        vectors = vectors or [None] * len(texts)
        self._metrics.encoding_seconds.observe(_now() - began_at)
        self._count(vectors)
        return vectors

    def _count(self, vectors: Sequence[Vector | None]) -> None:
        missing = vectors.count(None)
        outcome = "unavailable" if self.unavailable_reason else "failed"
        self._metrics.encodings.labels(outcome=outcome).inc(missing)
        self._metrics.encodings.labels(outcome="ok").inc(len(vectors) - missing)

    async def _ask(self, texts: Sequence[str]) -> list[Vector | None] | None:
        """Ask the worker; return None if it fails."""
        if self.unavailable_reason:
            return None
        try:
            worker = self._worker or await self._start()
            answer = await worker.ask(
                json.dumps(texts).encode(),
                within=self._limits.deadline(len(texts)),
                at_most=len(texts) * self._dimensions,
            )
            vectors = self._vectors(answer, len(texts))
        except (WorkerError, OSError) as error:
            await self._end_worker()
            self._note_failure(str(error))
            return None
        except BaseException:  # when cancelled, so that the next request does not read this answer
            await self._end_worker()
            raise
        await self._note_success(len(texts))
        return vectors

    async def _start(self) -> WorkerProcess:
        net = self._limits.deadline(_BATCH + 1).total_seconds()
        memory = self._limits.memory_bytes
        worker = await WorkerProcess.start("straitwatch.engines.work", self._engine, net, memory)
        self._worker, self._texts = worker, 0
        if self._is_closed:
            raise WorkerError("closed")
        self.model, self._dimensions = _read_greeting(worker.greeting)
        log.info("sentence encoder started", model=self.model)
        return worker

    def _vectors(self, answer: bytes, texts: int) -> list[Vector | None]:
        size = self._dimensions
        if len(answer) != texts * size:
            raise WorkerError(f"the worker returned {len(answer)} bytes for {texts} texts")
        rows = [answer[begin : begin + size] for begin in range(0, len(answer), size)]
        return [Vector(model=self.model, values=row) if any(row) else None for row in rows]

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.kill()

    async def _note_success(self, texts: int) -> None:
        self._failures, self.problem, self._paused_until = 0, "", None
        self._metrics.encoder_available.set(1)
        self._texts += texts
        if self._texts >= _MAX_TEXTS:
            await self._end_worker()

    def _note_failure(self, problem: str) -> None:
        """Count a failure and pause after several in a row; only the first pause is logged."""
        self._failures += 1
        self.problem = problem
        log.debug("sentence encoder failed", problem=problem, failures=self._failures)
        if self._failures < _MAX_FAILURES:
            return
        if self._paused_until is None:
            log.warning("sentence encoder paused", problem=problem, effect=WITHOUT_ENCODER)
        self._paused_until = _now() + self._limits.pause.total_seconds()
        self._metrics.encoder_available.set(0)


def _read_greeting(greeting: bytes) -> tuple[str, int]:
    """Return the name of the model and its dimensions."""
    try:
        values = json.loads(greeting)
        if "problem" not in values:
            return str(values["model"]), max(1, int(values["dimensions"]))
    except (ValueError, KeyError, TypeError) as error:
        raise WorkerError(f"invalid greeting of the worker: {error}") from error
    raise WorkerError(values["problem"])


def _now() -> float:
    return asyncio.get_running_loop().time()
