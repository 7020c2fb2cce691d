"""Runs a shadow change for its time, then reports its effect."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from straitwatch import store as db
from straitwatch.app.activate import Active
from straitwatch.app.runtime import Runtime
from straitwatch.core.model import NoticeFacts

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

SHADOW_FOR = timedelta(hours=24)  # unless `shadow start --hours` sets another time


class ShadowTrial:
    """The shadow change that is running, if any."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._run: db.ShadowRun | None = None

    async def start(self, active: Active, now: datetime) -> Active:
        """Start the configuration's shadow change, or drop it if its time is over.

        The time counts from the first start, so that a restart does not prolong it.
        """
        self._run = None
        shadow = active.config.shadow
        if shadow is None:
            return active
        self._run = await self._runtime.tools.store.run(
            db.start_shadow,
            shadow.version,
            files=[path.name for path in shadow.files],
            now=now,
            runs_for=SHADOW_FOR,
        )
        if self._run.until_at > now:
            log.info("shadow change started", shadow=shadow.version)
            return active
        return _without_shadow(active)

    async def end_when_due(self) -> None:
        """Stop the shadow change when its time is over, and report its effect."""
        runtime, run, now = self._runtime, self._run, self._runtime.tools.clock()
        if run is None or run.until_at > now:
            return
        self._run = None
        runtime.active = _without_shadow(runtime.active)
        if await runtime.tools.store.run(db.end_shadow, run.version, now):
            await self._notify_end(run)

    async def _notify_end(self, run: db.ShadowRun) -> None:
        counts = await self._runtime.tools.store.run(db.shadow_counts, run.version)
        lines = [f"{name}: {change.value} {entries}" for (name, change), entries in counts.items()]
        facts = NoticeFacts(
            title=f"The shadow change has ended ({', '.join(run.files)})",
            lines=(
                *(sorted(lines) or ["It makes no difference to any entry."]),
                "See `straitwatch shadow report`, then run `shadow promote` or `shadow drop`.",
            ),
        )
        await self._runtime.notify(f"shadow:{run.version}", facts)


def _without_shadow(active: Active) -> Active:
    return replace(active, rules=replace(active.rules, shadow=None))
