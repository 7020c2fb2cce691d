"""Room: when. A handful of jobs that tick; what is due stands in the database, never here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[Any]]


class Scheduler:
    """Runs each job at its pace, first at once, never two runs of one job at a time.

    A run that takes longer than its pace is followed by one run, not by those it missed. When a job
    raises, the traceback is logged, `on_failure` is told its name, and the job runs on.
    """

    def __init__(self, *, on_failure: Callable[[str], None]) -> None:
        self._on_failure = on_failure
        # One job store in memory: a store on disk would pickle functions, lose jobs that were
        # renamed, and run each job once on every replica (research: 595 duplicates of 1,251 runs).
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

    def stop(self) -> None:
        """Tick no more, and cancel runs that still last; does nothing when it never started."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

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
    """An interval whose first run is now, so that a restart does not postpone a slow job."""

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        if previous_fire_time is None:
            return now
        following: datetime | None = super().get_next_fire_time(previous_fire_time, now)
        return following


def _library_log() -> logging.Logger:
    """Return a logger that is silent about skipped ticks: jobs that coalesce skip some."""
    logger = logging.getLogger(f"{__name__}.library")
    logger.setLevel(logging.ERROR)
    return logger
