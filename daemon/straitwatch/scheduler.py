"""Room: when. A handful of jobs that tick; what is due stands in the database, never here."""

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
LOOK_SECONDS = 1.0  # between two looks at the clock
STEP_SECONDS = 1.0  # a clock that is off by more was set; one that is slewed never is


class Scheduler:
    """Runs each job at its pace, first at once, never two runs of one job at a time.

    A run that takes longer than its pace is followed by one run, not by those it missed. When a job
    raises, the traceback is logged, `on_failure` is told its name, and the job runs on.

    The library waits for times of day, so a clock that is set back would hold every job for as
    long. When the clock is set, either way, all jobs run at once and go on from there.
    """

    def __init__(
        self,
        *,
        on_failure: Callable[[str], None],
        wall: Callable[[], float] = time.time,  # noqa: TID251 - the clock that the library reads
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
        """Run a job at once when the scheduler starts, and then every so many seconds."""
        self._scheduler.add_job(
            self._guarded, _FromNowOn(seconds=seconds, timezone=UTC), args=(job, name), id=name
        )

    def start(self) -> None:
        """Begin to tick in the running loop."""
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_clock())

    def stop(self) -> None:
        """Tick no more, and cancel runs that still last; does nothing when it never started."""
        if self._watch is not None:
            self._watch.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _watch_clock(self) -> None:
        offset = self._wall() - time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
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
            # Only `stop` cancels. Passed on, the library would call it an error of the job.
            log.debug("job cancelled", job=name)
        except Exception:
            log.exception("job failed", job=name)
            self._on_failure(name)


class _FromNowOn(IntervalTrigger):  # type: ignore[misc] # the library is not typed
    """An interval whose first run is now, so that a restart does not postpone a slow job.

    Missed runs are not counted up: after a clock that went a year ahead they are millions.
    """

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        if previous_fire_time is None:
            return now
        following: datetime = previous_fire_time + self.interval
        return following if following > now else now + self.interval


def _library_log() -> logging.Logger:
    """Return a logger that is silent about skipped ticks: jobs that coalesce skip some."""
    logger = logging.getLogger(f"{__name__}.apscheduler")
    logger.setLevel(logging.ERROR)
    return logger
