"""The scheduler runs jobs for real, in the loop of the test."""

import asyncio
import logging
import time
from datetime import datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest

from straitwatch.scheduler import Scheduler

PACE = 0.02  # seconds


class Job:
    """Counts its runs, and may raise or last."""

    def __init__(self, *, enough: int = 1, error: BaseException | None = None) -> None:
        self.runs = 0
        self.running = 0
        self.most_at_once = 0
        self.done = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()
        self._enough = enough
        self._error = error

    def expect(self, more: int) -> None:
        self._enough = self.runs + more
        self.done.clear()

    async def __call__(self) -> None:
        self.runs += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        if self.runs >= self._enough:
            self.done.set()
        try:
            await self.release.wait()
        finally:
            self.running -= 1
        if self._error:
            raise self._error


async def wait_for(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 10)


def nobody(name: str) -> None:
    raise AssertionError(f"{name} failed")


async def test_job_runs_at_once_and_again_at_its_pace() -> None:
    slow, quick = Job(), Job(enough=3)
    scheduler = Scheduler(on_failure=nobody)
    scheduler.every(3600, slow, name="slow")
    scheduler.every(PACE, quick, name="quick")

    scheduler.start()
    await wait_for(slow.done)
    await wait_for(quick.done)
    scheduler.stop()

    assert slow.runs == 1


async def test_job_that_raises_is_reported_and_runs_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed: list[str] = []
    broken, healthy = Job(enough=3, error=ValueError("no such thing")), Job(enough=3)
    scheduler = Scheduler(on_failure=failed.append)
    scheduler.every(PACE, broken, name="broken")
    scheduler.every(PACE, healthy, name="healthy")

    scheduler.start()
    await wait_for(broken.done)
    await wait_for(healthy.done)
    scheduler.stop()

    assert set(failed) == {"broken"}
    assert len(failed) >= 2


async def test_job_that_lasts_is_never_run_beside_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    lasting, ticking = Job(), Job(enough=5)
    lasting.release.clear()
    scheduler = Scheduler(on_failure=nobody)
    scheduler.every(PACE, lasting, name="lasting")
    scheduler.every(PACE, ticking, name="ticking")

    scheduler.start()
    await wait_for(ticking.done)
    runs_meanwhile = lasting.runs
    lasting.release.set()
    scheduler.stop()

    assert runs_meanwhile == 1
    assert lasting.most_at_once == 1
    assert caplog.records == []  # skipped ticks do not interest an operator


async def test_stopping_quietly_ends_the_ticks_and_the_runs_that_last(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    lasting = Job()
    lasting.release.clear()
    scheduler = Scheduler(on_failure=nobody)
    scheduler.every(PACE, lasting, name="lasting")
    scheduler.start()
    await wait_for(lasting.done)

    scheduler.stop()
    while lasting.running:
        await asyncio.sleep(0)

    assert lasting.runs == 1
    assert caplog.records == []


async def test_stopping_an_unstarted_scheduler_is_allowed() -> None:
    Scheduler(on_failure=nobody).stop()


class Clock:
    """The time of day as the process sees it; it can be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta(0)

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(self.read(), tz)

        monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shifted)

    def read(self) -> float:
        return time.time() + self.ahead.total_seconds()  # noqa: TID251 - a clock of our own


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=3650)])
async def test_jobs_run_on_when_the_clock_is_set(
    monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    clock, job = Clock(monkeypatch), Job()
    scheduler = Scheduler(on_failure=nobody, wall=clock.read)
    scheduler.every(PACE, job, name="job")
    scheduler.start()
    await wait_for(job.done)

    clock.ahead = step
    job.expect(5)
    await wait_for(job.done)
    scheduler.stop()
