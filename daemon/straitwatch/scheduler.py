"""Run a few jobs at fixed intervals; due times are in the database, not here."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[Any]]
CLOCK_CHECK_SECONDS = 1.0
STEP_SECONDS = 1.0  # a larger jump means that the clock was set, not slewed


class Scheduler:
    """Runs each job at its interval, the first time at once, and never twice at the same time.

    A run that takes longer than the interval is followed by one run, not by all that it missed.
    If a job raises, the traceback is logged, `on_failure` gets its name, and its next run follows.

    APScheduler waits for times of day, so a clock that is set back would stop every job for as
    long. When the clock is set, forward or back, all jobs run at once and continue from there.
    """

    def __init__(
        self,
        *,
        on_failure: Callable[[str], None],
        wall: Callable[[], float] = time.time,  # noqa: TID251 - the clock that APScheduler reads
    ) -> None:
        self._on_failure = on_failure
        self._wall = wall
        self._watch: asyncio.Task[None] | None = None
        # One job store in memory: a store on disk would pickle functions, lose jobs that were
        # renamed, and run each job on every replica (measured: 595 duplicates of 1,251 runs).
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
            logger=_library_log(),
        )

    def every(self, seconds: float, job: Job, *, name: str) -> None:
        """Run a job when the scheduler starts, and then at this interval."""
        self._scheduler.add_job(
            self._guarded,
            _ImmediateInterval(seconds=seconds, timezone=UTC),
            args=(job, name),
            id=name,
        )

    def names(self) -> list[str]:
        """Return the names of the jobs."""
        return [job.id for job in self._scheduler.get_jobs()]

    def start(self) -> None:
        """Start the jobs in the running loop."""
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_clock())

    def stop(self) -> None:
        """Stop the jobs and cancel unfinished runs, if the scheduler was started."""
        if self._watch is not None:
            self._watch.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _watch_clock(self) -> None:
        offset = self._wall() - time.monotonic()
        while True:
            await asyncio.sleep(CLOCK_CHECK_SECONDS)
            before, offset = offset, self._wall() - time.monotonic()
            if abs(offset - before) > STEP_SECONDS:
                log.warning("the clock was set", seconds=round(offset - before, 1))
                self._run_all_now()

    def _run_all_now(self) -> None:
        now = datetime.fromtimestamp(self._wall(), UTC)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)

    async def _guarded(self, job: Job, name: str) -> None:
        try:
            await job()
        except asyncio.CancelledError:
            # Only `stop` cancels a run. APScheduler would log the exception as an error of the job.
            log.debug("job cancelled", job=name)
        except Exception:
            log.exception("job failed", job=name)
            self._on_failure(name)


class _ImmediateInterval(IntervalTrigger):  # type: ignore[misc] # APScheduler is not typed
    """An interval whose first run is immediate, so that a restart does not postpone a slow job.

    It skips missed runs without counting them: after a year's jump of the clock, they are millions.
    """

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        if previous_fire_time is None:
            return now
        following: datetime = previous_fire_time + self.interval
        return following if following > now else now + self.interval


def _library_log() -> logging.Logger:
    """Return a logger that drops warnings about skipped runs: coalescing jobs skip some."""
    logger = logging.getLogger(f"{__name__}.apscheduler")
    logger.setLevel(logging.ERROR)
    return logger
