"""Builds, runs and stops the daemon: the composition root.

`build_app` is one straight line; `stack` closes everything that it opens, in reverse order.
"""

import asyncio
import gc
import os
import secrets
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from straitwatch.app.activate import activate
from straitwatch.app.alarm import DatabaseAlarm
from straitwatch.app.clicks import SlackClicks
from straitwatch.app.edits import MessageEdits
from straitwatch.app.fetchers import open_fetchers
from straitwatch.app.health import HealthWatch
from straitwatch.app.housekeeping import Housekeeping
from straitwatch.app.pages import Pages
from straitwatch.app.polls import POLL_SECONDS, Polls
from straitwatch.app.reload import ConfigReloader
from straitwatch.app.runtime import Runtime
from straitwatch.app.senders import Senders
from straitwatch.app.shadow import ShadowTrial
from straitwatch.app.status import Status, read_status
from straitwatch.app.websub import Subscriber
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.liveness import PAGE_HINT
from straitwatch.deliver import SenderThreads
from straitwatch.encoder import Encoder
from straitwatch.engines import describe, engine_of
from straitwatch.errors import StoreError, StoreLost
from straitwatch.parsepool import ParsePool
from straitwatch.pipeline import FoldWindowCache, Tools
from straitwatch.scheduler import Scheduler
from straitwatch.store import Store
from straitwatch.telemetry import Metrics
from straitwatch.web import Desk, Watch, bind, build_web, serve_web

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

GRACE = timedelta(seconds=10)  # for polls and sends in flight when the daemon stops
SEND_SECONDS = 1.0
RELOAD_SECONDS = 2.0
GAUGE_SECONDS = 15.0
FILE_SECONDS = 5.0
ALARM_SECONDS = 15.0
HEALTH_SECONDS = 30.0
OUTBOX_CHECK_SECONDS = 600.0  # it reads every alert
FILE_CHECK_SECONDS = 600.0  # it reads the whole file: 0.2 s of CPU for 300 MB
RESCUE_PAUSE = timedelta(seconds=10)
RESCUE_TRIES = 60  # of saving a deleted database, whose data ends with this process
DIGEST_SECONDS = 5.0
HOUSEKEEPING_SECONDS = 5.0
PUSH_SECONDS = 2.0
PAGE_SECONDS = 2.0
CLICK_SECONDS = 2.0
PRUNE_SECONDS = 3600.0
BALANCE_SECONDS = 900.0
FOLLOW_SECONDS = 15.0

T = TypeVar("T")
OpenStore = Callable[..., Store]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A daemon with its owners: each has one task and shares only the runtime."""

    runtime: Runtime
    polls: Polls
    pages: Pages
    senders: Senders
    housekeeping: Housekeeping
    health: HealthWatch
    alarm: DatabaseAlarm
    shadow: ShadowTrial
    subscriber: Subscriber
    clicks: SlackClicks
    edits: MessageEdits
    reloader: ConfigReloader
    grace: timedelta = GRACE

    async def start(self) -> None:
        """Bring the store up to this configuration, and recover from a crash."""
        await self.reloader.start()
        await self.housekeeping.recover()
        await self.housekeeping.balance_polls()
        await (self.health.record_run() if self.health.is_once else self.health.beat())
        self.runtime.not_ready = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish polls and sends within the grace period."""
        await self.start()
        await self.housekeeping.note_stop()
        scheduler = self._schedule(stop)
        scheduler.start()
        web = asyncio.create_task(self._serve_web())
        self._log_start()
        try:
            await stop.wait()
        finally:
            self.runtime.is_stopping = True
            self.runtime.not_ready = "stopping"
            scheduler.stop()
            await self._drain()
            web.cancel()
            await asyncio.gather(web, return_exceptions=True)
        await self._end()
        log.info("stopped")

    async def run_once(self) -> None:
        """Poll every feed that is due, try every due message once, and return."""
        self.health.is_once = True
        await self.start()
        # A feed that falls due during this run belongs to the next one.
        await self.polls.run_all(due_by=self.runtime.tools.clock())
        await self.pages.run_all()
        await self.housekeeping.write_digests()
        await self.shadow.end_when_due()
        await self.housekeeping.tend_outbox()
        await self.health.check_outbox()
        await self.health.update_gauges()
        await self.health.watch(is_last=True)
        await self.senders.run_all()
        await self.edits.run_all()
        await self._end()

    async def status(self) -> Status:
        """Return the state of the daemon, as the status page shows it."""
        tools, config = self.runtime.tools, self.runtime.active.config
        zone = ZoneInfo(config.timezone)
        state = await tools.store.run(read_status, config, tools.clock(), zone=zone)
        return replace(state, encoder=describe(tools.encoder.unavailable_reason))

    def _schedule(self, stop: asyncio.Event) -> Scheduler:
        failures = self.runtime.tools.metrics.job_failures
        scheduler = Scheduler(on_failure=lambda job: failures.labels(task=job).inc())
        scheduler.every(POLL_SECONDS, self.polls.start_due, name="poll")
        scheduler.every(SEND_SECONDS, self.senders.wake, name="send")
        scheduler.every(PAGE_SECONDS, self.pages.start_due, name="page")
        scheduler.every(HOUSEKEEPING_SECONDS, self.housekeeping.tend_outbox, name="housekeep")
        scheduler.every(HOUSEKEEPING_SECONDS, self.shadow.end_when_due, name="shadow")
        scheduler.every(DIGEST_SECONDS, self.housekeeping.write_digests, name="digest")
        scheduler.every(PUSH_SECONDS, self.subscriber.tend, name="push")
        scheduler.every(SEND_SECONDS, self.edits.wake, name="edit")
        scheduler.every(CLICK_SECONDS, self.clicks.tend, name="slack buttons")
        scheduler.every(RELOAD_SECONDS, self.reloader.watch, name="reload")
        scheduler.every(GAUGE_SECONDS, self.health.update_gauges, name="gauge")
        scheduler.every(FILE_SECONDS, lambda: self._stop_if_lost(stop), name="watch file")
        scheduler.every(ALARM_SECONDS, self._watch_database, name="database alarm")
        scheduler.every(FILE_CHECK_SECONDS, self.health.check_file, name="check file")
        scheduler.every(HEALTH_SECONDS, self.health.watch, name="health")
        scheduler.every(OUTBOX_CHECK_SECONDS, self.health.check_outbox, name="check outbox")
        scheduler.every(BALANCE_SECONDS, self.housekeeping.balance_polls, name="balance polls")
        scheduler.every(FOLLOW_SECONDS, self.housekeeping.follow_stories, name="follow stories")
        scheduler.every(PRUNE_SECONDS, self.housekeeping.prune, name="prune")
        for name in scheduler.names():
            failures.labels(task=name)  # begins at 0, so that Prometheus sees the first failure
        return scheduler

    async def _watch_database(self) -> None:
        await self.alarm.watch(self.health.database_faults())

    async def _stop_if_lost(self, stop: asyncio.Event) -> None:
        if not stop.is_set() and await self.health.notice_lost_file():
            stop.set()

    async def _end(self) -> None:
        """Write that the work ended.

        Raises:
            StoreLost: the database was deleted or replaced; its data is saved.
        """
        try:
            await self.health.record_run(has_ended=True)
        except StoreError:
            log.exception("end not written")
        change = self.runtime.tools.store.file_change
        if saved := await self._rescue():
            text = f"the database was {change} while it was in use; {saved}"
            raise StoreLost(f"{text}\nhint: start Straitwatch again, with the file that you want")

    async def _rescue(self) -> str:
        """Save a lost database; retry until there is space, because no other copy is left."""
        for tries_left in reversed(range(RESCUE_TRIES)):
            try:
                return await asyncio.to_thread(self.runtime.tools.store.rescue)
            except StoreError:
                if not tries_left:
                    raise
                log.exception("lost database not saved, retrying")
                await asyncio.sleep(RESCUE_PAUSE.total_seconds())
        return ""

    def _log_start(self) -> None:
        active = self.runtime.active
        log.info(
            "started",
            feeds=len(active.feeds),
            watchlists=len(active.config.watchlists),
            receivers=sorted(active.drivers),
            config=active.config.version,
            directory=str(active.config.directory),
            encoder=describe(self.runtime.tools.encoder.unavailable_reason),
        )

    async def _drain(self) -> None:
        """Wait for polls and sends, and cancel the late ones; their leases expire."""
        await self.clicks.close()
        owners = (self.polls, self.pages, self.senders, self.edits, self.subscriber, self.clicks)
        tasks = [task for owner in owners for task in owner.tasks]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self.grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve_web(self) -> None:
        """Serve the pages. If the address is taken, the daemon continues without it."""
        listen = self.runtime.active.config.web_listen
        if not listen:
            return
        try:
            listener = bind(listen)
        except OSError as error:
            cause = os.strerror(error.errno) if error.errno else str(error)
            log.warning("status page unavailable", listen=listen, error=cause, hint=PAGE_HINT)
            self.health.page_problem = f"{listen}: {cause}"
            await self.health.record_run()
            return
        host, port = listener.getsockname()[:2]
        log.info("status page", url=f"http://{host}:{port}/", port=port)
        await serve_web(build_web(self.desk(), subscriber=self.subscriber), listener)

    def desk(self) -> Desk:
        """Return the daemon as its pages see it."""
        tools = self.runtime.tools
        return Desk(
            store=tools.store,
            config=lambda: self.runtime.active.config,
            rules=lambda: self.runtime.active.rules,
            clock=tools.clock,
            watch=Watch(status=self.status, faults=self.health.faults, metrics=tools.metrics),
        )


async def build_app(
    config: Config,
    stack: AsyncExitStack,
    *,
    open_store: OpenStore = Store.open,
    clock: Clock = utc_now,
) -> App:
    """Build the daemon for one configuration."""
    active = activate(config)
    metrics = Metrics()
    store = open_store(config.database, exclusive=True)
    stack.push_async_callback(asyncio.to_thread, store.close)
    pool = ParsePool()
    stack.push_async_callback(pool.close)
    page_pool = ParsePool(workers=1)
    stack.push_async_callback(page_pool.close)
    encoder = Encoder(engine_of(config.encoder), metrics=metrics)
    stack.push_async_callback(encoder.close)
    fetchers = await open_fetchers(config.polling, stack)
    threads = SenderThreads()
    stack.callback(threads.close)
    tools = Tools(
        store=store,
        pool=pool,
        page_pool=page_pool,
        encoder=encoder,
        senders=threads,
        metrics=metrics,
        folding=FoldWindowCache(),
        clock=clock,
        jitter=Random(),  # noqa: S311 - jitter, not a secret
        worker=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}",
        **fetchers,
    )
    runtime = Runtime(tools=tools, active=active)
    senders, edits = Senders(runtime), MessageEdits(runtime)
    shadow = ShadowTrial(runtime)
    return App(
        runtime=runtime,
        polls=Polls(runtime, request_send=senders.wake),
        pages=Pages(runtime, request_send=senders.wake),
        senders=senders,
        housekeeping=Housekeeping(runtime),
        alarm=DatabaseAlarm(runtime),
        health=HealthWatch(runtime, request_send=senders.wake),
        shadow=shadow,
        subscriber=Subscriber(runtime),
        clicks=SlackClicks(runtime, request_edit=edits.wake),
        edits=edits,
        reloader=ConfigReloader(runtime, shadow, stack),
    )


async def run_daemon(
    config: Config, *, open_store: OpenStore = Store.open, clock: Clock = utc_now
) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP reloads."""
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        app = await build_app(config, stack, open_store=open_store, clock=clock)
        gc.freeze()  # all that was loaded stays: collections take 0.2 s less, which block the loop
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        reloads: set[asyncio.Task[bool]] = set()

        def reload_now() -> None:
            task = asyncio.ensure_future(app.reloader.reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGHUP, reload_now)
        await app.run(stop)


def run_async(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on uvloop if it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(main())
    return uvloop.run(main())
