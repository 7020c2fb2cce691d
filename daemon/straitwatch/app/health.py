"""Watches the daemon's own health: notices, canary, heartbeat, gauges."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.diagnosis import is_cut_off
from straitwatch.metamonitor import notify_first_fetch, notify_health, ping_heartbeat, send_canary

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class HealthWatch:
    """Sends health notices, the canary and the heartbeat."""

    def __init__(self, runtime: Runtime, *, request_send: Callable[[], Awaitable[None]]) -> None:
        self._runtime = runtime
        self._request_send = request_send
        self._breaches: Sequence[str] = ()
        self._pinged_at = _LONG_AGO
        self._is_cut_off = False

    async def watch(self, *, is_last: bool = False) -> None:
        """Send the notices that are due, then the canary and the heartbeat.

        Args:
            is_last: no later call follows, so notices that collect feeds for a while go out now.
        """
        await self._notify_health()
        await self._notify_first_fetch(is_last=is_last)
        await self._send_canary()

    async def check_outbox(self) -> None:
        """Check the guarantees of the outbox; the next notice reports violations."""
        tools = self._runtime.tools
        self._breaches = await tools.store.run(db.check_outbox, tools.clock())
        tools.metrics.broken_promises.set(len(self._breaches))
        for breach in self._breaches:
            log.error("outbox guarantee violated", breach=breach)

    async def update_gauges(self) -> None:
        """Set the gauges of /metrics."""
        tools, now = self._runtime.tools, self._runtime.tools.clock()
        counts = await tools.store.run(db.status_counts, now)
        liveness = await tools.store.run(db.liveness, now)
        metrics = tools.metrics
        for state in ("pending", "dead", "delivered"):
            metrics.deliveries.labels(state=state).set(getattr(counts, state))
        metrics.oldest_pending.set((now - (liveness.oldest_due_at or now)).total_seconds())
        for name, receiver in (await tools.store.run(db.receiver_states)).items():
            left = (receiver.hold_until or now) - now
            metrics.hold_seconds.labels(receiver=name).set(max(left.total_seconds(), 0))
        metrics.feeds.labels(condition="configured").set(counts.feeds)
        metrics.feeds.labels(condition="failing").set(counts.failed)
        distrusted = await tools.store.run(db.distrusted_feeds, now)
        metrics.feeds.labels(condition="distrusted").set(len(distrusted))
        self._warn_if_cut_off(feeds=counts.feeds, failed=counts.failed)

    def _warn_if_cut_off(self, *, feeds: int, failed: int) -> None:
        was_cut_off, self._is_cut_off = self._is_cut_off, is_cut_off(feeds=feeds, failed=failed)
        if self._is_cut_off and not was_cut_off:
            log.warning("nearly every feed fails: check this machine's network", feeds=feeds)

    async def _notify_health(self) -> None:
        config, rules = self._runtime.active.config, self._runtime.active.rules
        titles = await self._runtime.tools.store.run(
            notify_health,
            to=config.system_send,
            recipients=rules.recipients,
            breaches=self._breaches,
            now=self._runtime.tools.clock(),
        )
        for title in titles:
            if config.system_send:
                log.warning("health notice sent", title=title)
            else:
                log.warning("health notice not sent: name a receiver in system.send", title=title)

    async def _notify_first_fetch(self, *, is_last: bool) -> None:
        facts = await self._runtime.tools.store.run(
            notify_first_fetch,
            to=self._runtime.active.config.system_send,
            recipients=self._runtime.active.rules.recipients,
            now=self._runtime.tools.clock(),
            is_last=is_last,
        )
        if facts:
            log.warning("matching entries were recorded without an alert", title=facts.title)

    async def _send_canary(self) -> None:
        """Send the canary and the heartbeat if they are due."""
        tools, active = self._runtime.tools, self._runtime.active
        canary = active.config.canary
        if canary is None:
            return
        now, rules = tools.clock(), active.rules
        if await send_canary(canary, rules.matcher, recipients=rules.recipients, tools=tools):
            await self._request_send()
        if now - self._pinged_at >= canary.every:
            is_alive = await ping_heartbeat(canary, tools=tools)
            self._pinged_at = now if is_alive else _LONG_AGO
