"""Watches the daemon's own health: faults, notices, canary, heartbeat, gauges."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.diagnosis import is_cut_off
from straitwatch.core.health import lost_file_notice
from straitwatch.core.liveness import (
    DatabaseState,
    Fault,
    Liveness,
    Run,
    database_faults,
    list_faults,
)
from straitwatch.core.model import Outcome, Reason
from straitwatch.core.policy import FAILURE_LASTS
from straitwatch.core.receivers import ReceiverCondition, ReceiverState, broken_since
from straitwatch.errors import StoreDamaged
from straitwatch.metamonitor import (
    notify_first_fetch,
    notify_health,
    ping_heartbeat,
    send_canary,
)

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class HealthWatch:
    """Sends health notices, the canary and the heartbeat."""

    def __init__(self, runtime: Runtime, *, request_send: Callable[[], Awaitable[None]]) -> None:
        self._runtime = runtime
        self._request_send = request_send
        self._breaches: Sequence[str] = ()
        self._liveness = Liveness()
        self._damage = ""
        self._started_at = runtime.tools.clock()
        self._pinged_at = _LONG_AGO
        self._is_cut_off = False
        self.is_once = False  # True in `run --once`
        self.page_problem = ""  # the address of the page and the reason why it is not served
        for reason in Reason:  # Prometheus does not see the first event of a count that begins at 1
            runtime.tools.metrics.decisions.labels(reason=reason)

    async def beat(self) -> None:
        """Write that this process works, and read how its work is going."""
        tools, canary = self._runtime.tools, self._runtime.active.config.canary
        try:
            await self.record_run()
            self._liveness = await tools.store.read(db.liveness, tools.clock(), canary)
        finally:
            tools.metrics.well.set(not self.faults())

    async def record_run(self, *, has_ended: bool = False) -> None:
        """Write that this process works, or that its work has ended."""
        tools, now = self._runtime.tools, self._runtime.tools.clock()
        run = Run(
            started_at=self._started_at,
            seen_at=now,
            ended_at=now if has_ended else None,
            is_once=self.is_once,
            damage=self._database().damage,
            page_problem=self.page_problem,
        )
        await tools.store.run(db.record_run, tools.worker, run)

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults of this daemon; it asks neither the database nor a thread."""
        runtime, database = self._runtime, self._database()
        if runtime.not_ready:
            return (Fault(text=runtime.not_ready), *self.database_faults())
        zone = runtime.active.zone
        return list_faults(self._liveness, now=runtime.tools.clock(), database=database, zone=zone)

    def database_faults(self) -> tuple[Fault, ...]:
        """Return the faults of the database itself."""
        return tuple(database_faults(self._database()))

    def _database(self) -> DatabaseState:
        store = self._runtime.tools.store
        failure = store.failure(within=FAILURE_LASTS)
        has_found_damage = isinstance(failure, StoreDamaged)
        return DatabaseState(
            change=store.file_change,
            damage=self._damage or (str(failure).partition("\n")[0] if has_found_damage else ""),
            failure="" if failure is None or has_found_damage else str(failure),
            has_writer=store.is_working,
            is_locked=True,
        )

    async def check_file(self) -> None:
        """Read the database file beside the writer, and look for damage."""
        self._damage = await asyncio.to_thread(self._runtime.tools.store.find_damage)
        if self._damage:
            log.error("the database is damaged: restore a backup", damage=self._damage)

    async def notice_lost_file(self) -> bool:
        """Report a database file that was deleted or replaced; True if it was."""
        change = self._runtime.tools.store.file_change
        if not change:
            return False
        log.error("the database was lost while in use; saving its data, then stopping", how=change)
        await self._runtime.notify(f"database {change}", lost_file_notice(change))
        await self._request_send()
        return True

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
        """Set the gauges of /metrics, after a beat."""
        await self.beat()
        tools, now = self._runtime.tools, self._runtime.tools.clock()
        counts = await tools.store.read(db.status_counts, now)
        metrics = tools.metrics
        for state in ("pending", "dead", "delivered"):
            metrics.deliveries.labels(state=state).set(getattr(counts, state))
        metrics.oldest_pending.set((now - (self._liveness.oldest_due_at or now)).total_seconds())
        self._set_receivers(await tools.store.read(db.receiver_conditions), now)
        metrics.feeds.labels(condition="configured").set(counts.feeds)
        metrics.feeds.labels(condition="failing").set(counts.failed)
        metrics.feeds.labels(condition="not_covered").set(len(counts.diagnosis.broken))
        distrusted = await tools.store.run(db.distrusted_feeds, now)
        metrics.feeds.labels(condition="distrusted").set(len(distrusted))
        self._warn_if_cut_off(feeds=counts.feeds, failed=counts.failed)

    def _set_receivers(self, conditions: Iterable[ReceiverCondition], now: datetime) -> None:
        metrics = self._runtime.tools.metrics
        metrics.broken_seconds.clear()
        metrics.hold_seconds.clear()
        states = {condition.name: condition for condition in conditions}
        for name, receiver in self._runtime.active.config.receivers.items():
            condition = states.get(name) or ReceiverCondition(state=ReceiverState(name=name))
            since_at = broken_since(condition, now, mark=receiver.mark) or now
            left = (condition.state.hold_until or now) - now
            for outcome in Outcome:
                metrics.attempts.labels(receiver=name, outcome=outcome)
            metrics.broken_seconds.labels(receiver=name).set((now - since_at).total_seconds())
            metrics.hold_seconds.labels(receiver=name).set(max(left.total_seconds(), 0))

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
            zone=self._runtime.active.zone,
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
        is_sent = await send_canary(
            canary, rules.matcher, recipients=rules.recipients, tools=tools, zone=active.zone
        )
        if is_sent:
            await self._request_send()
        if now - self._pinged_at >= canary.every:
            await self.beat()
            is_alive = await ping_heartbeat(canary, self.faults(), tools=tools)
            self._pinged_at = now if is_alive else _LONG_AGO
