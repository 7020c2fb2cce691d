"""The composition root: build, run, reload, stop.

`build_app` is one straight line; whatever it opens is closed in the opposite order.
"""

import asyncio
import os
import secrets
import shlex
import signal
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from straitwatch import store as db
from straitwatch.clock import utc_now
from straitwatch.config import (
    DEFAULT_CONFIG,
    Config,
    config_fingerprint,
    load_config,
    require_files,
)
from straitwatch.core.match import ExampleFailure, run_examples
from straitwatch.core.model import (
    AlertKind,
    DriverKind,
    Fallback,
    Feed,
    FeedState,
    NoticeFacts,
    PollReport,
    Problem,
    Severity,
)
from straitwatch.core.origin import outlets_of
from straitwatch.core.plan import fold_profiles
from straitwatch.core.policy import GIVE_UP_MISSING_AFTER, give_up_after
from straitwatch.core.rules import Rules, Shadow
from straitwatch.core.schedule import must_not_resend
from straitwatch.deliver import Driver, SenderThreads, open_driver, validate_receiver
from straitwatch.encoder import Encoder
from straitwatch.engines import describe, engine_of, unavailable_because
from straitwatch.errors import ConfigError, StoreError, UsageError
from straitwatch.fetch import Fetcher
from straitwatch.metamonitor import notify_first_fetch, notify_health, ping_heartbeat, send_canary
from straitwatch.parsepool import ParsePool
from straitwatch.pipeline import (
    FEED_LEASE,
    FoldWindowCache,
    Tools,
    address,
    deliver_due,
    ingest_feed,
    record_broken_poll,
    write_digest,
)
from straitwatch.scheduler import Scheduler
from straitwatch.store import Store, Transaction
from straitwatch.telemetry import Metrics
from straitwatch.telemetry.log import redactor
from straitwatch.web import bind, build_web, serve_web

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

GRACE = timedelta(seconds=10)  # for polls and sends in flight when the daemon is told to stop
SHADOW_FOR = timedelta(hours=24)  # unless `shadow start --hours` said otherwise
TICK_SECONDS = 1.0
RELOAD_SECONDS = 2.0
GAUGE_SECONDS = 15.0
WATCH_SECONDS = 30.0
PROMISES_SECONDS = 600.0  # looks at every alert there is
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
DIGEST_SECONDS = 5.0
HOUSEKEEPING_SECONDS = 5.0
PRUNE_SECONDS = 3600.0
PRUNE_BATCHES = 100  # in one run; each is a transaction of its own, so that polls come between

T = TypeVar("T")
OpenStore = Callable[..., Store]
Clock = Callable[[], datetime]


def load(directory: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration, with receivers checked by their drivers.

    Raises:
        ConfigError: with every problem there is.

    """
    return load_config(
        directory,
        environ=os.environ if environ is None else environ,
        validate_receiver=validate_receiver,
    )


def load_to_run(directory: Path) -> Config:
    """Read a configuration that is to take effect: the examples of its lists must hold too.

    Raises:
        ConfigError: with every problem there is.
    """
    config = load(directory)
    failures = run_examples(config.matcher, config.watchlists)
    if failures:
        raise ConfigError([_example_problem(failure) for failure in failures])
    return config


def _example_problem(failure: ExampleFailure) -> Problem:
    verb, did = ("match", "does not") if failure.expected else ("not match", "does")
    points = f"{failure.explanation.score} of {failure.explanation.threshold} points"
    return Problem(
        position=failure.example.position,
        message=f"{failure.watchlist}: this example must {verb}, and it {did} ({points})",
        hint="`straitwatch check` shows which rule gave which points",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """What one configuration means in practice; a reload swaps the whole of it."""

    config: Config
    rules: Rules
    drivers: Mapping[str, Driver]
    feeds: Mapping[str, Feed]


def activate(config: Config) -> Active:
    """Open the drivers of a configuration and join its rules."""
    redactor.learn(receiver.url for receiver in config.receivers.values())
    redactor.learn([config.canary.ping] if config.canary else [])
    drivers = {
        name: open_driver(
            receiver, timezone=config.timezone, templates=config.directory / "templates"
        )
        for name, receiver in config.receivers.items()
        if not receiver.broken_because
    }
    rules = Rules(
        matcher=config.matcher,
        policy=config.alerts,
        titles={item.id: item.title for item in config.watchlists},
        recipients={name: driver.recipients for name, driver in drivers.items()},
        give_up={
            name: receiver.give_up_after or give_up_after(_kind(drivers.get(name)))
            for name, receiver in config.receivers.items()
        },
        folding=fold_profiles(config.watchlists),
        limits={name: it.limit for name, it in config.receivers.items() if it.limit},
        outlets=outlets_of(config.feeds),
        config_version=config.version,
        config_option=config_option(config.directory),
        shadow=_shadow(config),
    )
    rules = replace(rules, fallbacks=_fallbacks(config, rules))
    feeds = {feed.id: feed for feed in config.feeds if feed.enabled}
    return Active(config=config, rules=rules, drivers=drivers, feeds=feeds)


def config_option(directory: Path) -> str:
    """Return what a command needs to find a configuration: "" where it looks by itself."""
    if directory == DEFAULT_CONFIG:
        return ""
    return f"--config {shlex.quote(str(directory.resolve()))}"


def _fallbacks(config: Config, rules: Rules) -> dict[str, Fallback]:
    return {
        name: Fallback(
            receiver=it.fallback,
            recipients=rules.recipients.get(it.fallback, ()),
            give_up_after=rules.give_up[it.fallback],
        )
        for name, it in config.receivers.items()
        if it.fallback
    }


def _shadow(config: Config) -> Shadow | None:
    if config.shadow is None:
        return None
    return Shadow(version=config.shadow.version, matcher=config.shadow.lists.matcher)


def _kind(driver: Driver | None) -> DriverKind | None:
    return driver.kind if driver else None


@dataclass(slots=True)
class Totals:
    """What a run did so far, as `run --once` tells it."""

    polled: int = 0
    failed: int = 0
    entries_new: int = 0
    stories_new: int = 0
    alerts: int = 0
    delivered: int = 0

    def add(self, report: PollReport) -> None:
        """Count one poll."""
        self.polled += 1
        self.failed += report.is_failure
        self.entries_new += report.entries_new
        self.stories_new += report.stories_new
        self.alerts += report.alerts


@dataclass(slots=True)
class App:
    """A running Straitwatch."""

    active: Active
    tools: Tools
    stack: AsyncExitStack
    totals: Totals = field(default_factory=Totals)
    on_poll: Callable[[PollReport], None] | None = None
    _polls: set[asyncio.Task[None]] = field(default_factory=set)
    _sends: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _loaded: str = ""  # the fingerprint of the files that were last accepted or refused
    _seen: str = ""
    _reloading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stopping: bool = False
    _is_cut_off: bool = False
    _shadow_run: db.ShadowRun | None = None
    _pinged_at: datetime | None = None
    _breaches: Sequence[str] = ()
    _problem: str = "starting"

    # ------------------------------------------------------------ start and stop

    async def start(self) -> None:
        """Bring the store up to this configuration; void what a crash left behind."""
        await self._adopt(self.active)
        if self.tools.store.dialect == "sqlite":
            await self.tools.store.run(
                db.reset_leases,
                self.tools.clock(),
                holding=self._holding(),
                fallbacks=self.active.rules.fallbacks,
            )
        await self.tools.store.run(self._repair_clock)
        self._loaded = self._seen = config_fingerprint(self.active.config.directory)
        self._problem = ""

    async def _adopt(self, active: Active) -> None:
        now = self.tools.clock()
        config = active.config
        await self.tools.store.run(db.save_config, config.version, config.text, now)
        await self.tools.store.run(db.sync_feeds, list(active.feeds.values()), now)
        await self.tools.store.run(db.save_recipients, active.rules.recipients)
        active = await self._start_shadow(active, now)
        if config.polling != self.active.config.polling:
            fetcher = await self.stack.enter_async_context(Fetcher(config.polling))
            self.tools = replace(self.tools, fetcher=fetcher)
        for name in ("database", "encoder", "web_listen"):
            if getattr(config, name) != getattr(self.active.config, name):
                log.warning("this setting needs a restart", setting=name)
        self.active = active
        await self._notify_recovery()

    async def _start_shadow(self, active: Active, now: datetime) -> Active:
        """Let a change in shadow run from when it was first seen; one whose time is up is off."""
        self._shadow_run = None
        shadow = active.config.shadow
        if shadow is None:
            return active
        self._shadow_run = await self.tools.store.run(
            db.start_shadow,
            shadow.version,
            files=[path.name for path in shadow.files],
            now=now,
            runs_for=SHADOW_FOR,
        )
        if self._shadow_run.until_at > now:
            log.info("a change runs in shadow", shadow=shadow.version)
            return active
        return replace(active, rules=replace(active.rules, shadow=None))

    async def _end_shadow(self, now: datetime) -> None:
        """When its time is up, stop a change in shadow and tell what it would have done."""
        run = self._shadow_run
        if run is None or run.until_at > now:
            return
        self._shadow_run = None
        self.active = replace(self.active, rules=replace(self.active.rules, shadow=None))
        if not await self.tools.store.run(db.end_shadow, run.version, now):
            return
        counts = await self.tools.store.run(db.shadow_counts, run.version)
        lines = [f"{name}: {change.value} {entries}" for (name, change), entries in counts.items()]
        facts = NoticeFacts(
            title=f"The change in shadow has run its time ({', '.join(run.files)})",
            lines=(
                *(sorted(lines) or ["it differs on no entry"]),
                "See `straitwatch shadow report`, then `shadow promote` or `shadow drop`.",
            ),
        )
        await self._notify(f"shadow:{run.version}", facts)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what is in flight within the grace period."""
        await self.start()
        scheduler = Scheduler(on_failure=self._job_failed)
        scheduler.every(TICK_SECONDS, self._tick, name="tick")
        scheduler.every(HOUSEKEEPING_SECONDS, self._keep_house, name="housekeep")
        scheduler.every(DIGEST_SECONDS, self.digest_due, name="digest")
        scheduler.every(RELOAD_SECONDS, self._watch_config, name="reload")
        scheduler.every(GAUGE_SECONDS, self._gauge, name="gauge")
        scheduler.every(WATCH_SECONDS, self._watch_health, name="watch over")
        scheduler.every(PROMISES_SECONDS, self._check_promises, name="check promises")
        scheduler.every(PRUNE_SECONDS, self._prune, name="prune")
        scheduler.start()
        web = asyncio.create_task(self._serve_web())
        log.info(
            "started",
            feeds=len(self.active.feeds),
            watchlists=len(self.active.config.watchlists),
            receivers=sorted(self.active.drivers),
            config=self.active.config.version,
            encoder=describe(self.tools.encoder.unavailable_because),
        )
        try:
            await stop.wait()
        finally:
            self._stopping = True
            scheduler.stop()
            await self._drain()
            web.cancel()
            await asyncio.gather(web, return_exceptions=True)
            log.info("stopped")

    async def _drain(self) -> None:
        """Let polls and sends end; what does not is given up and will be taken up again."""
        tasks = [*self._polls, *self._sends.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve_web(self) -> None:
        """Serve the status page. An address that cannot be had is logged: alerts matter more."""
        listen = self.active.config.web_listen
        if not listen:
            return
        try:
            listener = bind(listen)
        except OSError as error:
            log.warning("no status page: the address is taken", listen=listen, error=str(error))
            return
        log.info("status page", port=listener.getsockname()[1])
        web = build_web(
            status=self.status, unready=lambda: self._problem, metrics=self.tools.metrics
        )
        await serve_web(web, listener)

    # ------------------------------------------------------------ polls

    async def _tick(self) -> None:
        await self.poll_due()
        await self.wake_senders()

    async def poll_due(self, *, due_by: datetime | None = None) -> int:
        """Claim the feeds that are due, as many as there is room for, and start their polls."""
        room = self.active.config.polling.concurrency - len(self._polls)
        if self._stopping or room <= 0:
            return 0
        claimed = await self._claim_feeds(room, due_by)
        for state in claimed:
            task = asyncio.create_task(self._poll(self.active.feeds[state.feed_id], state))
            self._polls.add(task)
            task.add_done_callback(self._polls.discard)
        return len(claimed)

    async def _claim_feeds(self, limit: int, due_by: datetime | None) -> list[FeedState]:
        """Claim feeds of this configuration; those that only another replica knows are left to it.

        Naming our feeds costs more than naming none, and is rarely needed.
        """
        claim = partial(db.claim_due_feeds, now=self.tools.clock(), lease=FEED_LEASE, due_by=due_by)
        claimed = await self.tools.store.run(claim, limit=limit)
        strangers = [state for state in claimed if state.feed_id not in self.active.feeds]
        if not strangers:
            return claimed
        await self.tools.store.run(db.reset_feed_leases, strangers)
        ours = [state for state in claimed if state not in strangers]
        names = list(self.active.feeds)
        return ours + await self.tools.store.run(claim, limit=len(strangers), only=names)

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        active = self.active
        with structlog.contextvars.bound_contextvars(feed=feed.name):
            try:
                report = await ingest_feed(
                    feed,
                    state,
                    tools=self.tools,
                    rules=active.rules,
                    policy=active.config.polling,
                )
            except Exception as error:  # around one feed: the others go on
                log.exception("poll failed")
                report = await self._broken(feed, state, error)
        self.totals.add(report)
        if report.rekeyed:
            await self._tell_rekeyed(feed, report)
        if report.alerts:
            await self.wake_senders()
        if self.on_poll is not None:
            self.on_poll(report)

    async def _tell_rekeyed(self, feed: Feed, report: PollReport) -> None:
        known = f"{report.rekeyed} of them are known under other ids and alert nobody"
        facts = NoticeFacts(
            title=f"{feed.name} has given its entries new ids",
            lines=(
                f"{report.entries_new} entries look new, {known}.",
                f"If they are news: straitwatch feeds release {shlex.quote(feed.name)}",
            ),
        )
        await self._notify(f"rekeyed:{feed.id}:{self.tools.clock():%Y-%m-%d}", facts)

    async def _broken(self, feed: Feed, state: FeedState, error: Exception) -> PollReport:
        policy = self.active.config.polling
        try:
            return await record_broken_poll(feed, state, error, tools=self.tools, policy=policy)
        except StoreError:  # its lease ends by itself
            log.exception("the failed poll could not be recorded")
            return PollReport(feed_id=feed.id, outcome="error", detail=str(error))

    # ------------------------------------------------------------ deliveries

    async def wake_senders(self) -> None:
        """Start a sender for each receiver that has something due and none at work."""
        if self._stopping:
            return
        for name in await self.tools.store.run(db.due_receivers, self.tools.clock()):
            if name not in self.active.drivers or name in self._sends:
                continue
            task = asyncio.create_task(self._send(name, self.active))
            self._sends[name] = task
            task.add_done_callback(partial(self._sent, name))

    def _sent(self, name: str, _task: asyncio.Task[None]) -> None:
        self._sends.pop(name, None)

    async def _send(self, name: str, active: Active) -> None:
        """Send what is due; a receiver that is changed meanwhile goes on as the new one."""
        with structlog.contextvars.bound_contextvars(receiver=name):
            try:
                self.totals.delivered += await deliver_due(
                    name,
                    active.drivers[name],
                    tools=self.tools,
                    rules=active.rules,
                    is_stopping=lambda: self._stopping or self.active is not active,
                )
            except Exception:  # around one receiver: the others go on
                log.exception("sending failed")

    async def digest_due(self) -> None:
        """Write the digests whose window has ended."""
        rules, now = self.active.rules, self.tools.clock()
        plans = self.active.config.alerts.digests
        await self._run_each([partial(write_digest, plan=it, rules=rules, now=now) for it in plans])

    # ------------------------------------------------------------ one pass

    async def run_once(self) -> None:
        """Poll everything that is due, try every due delivery once, and end."""
        await self.start()
        due_by = self.tools.clock()  # what falls due while we work belongs to the next pass
        while await self.poll_due(due_by=due_by) or self._polls:
            await asyncio.wait(self._polls, return_when=asyncio.FIRST_COMPLETED)
        await self.digest_due()
        await self._keep_house()
        await self._check_promises()
        await self._watch_health(is_last=True)
        await self.wake_senders()
        while self._sends:
            await asyncio.wait(self._sends.values())
        await self._gauge()

    # ------------------------------------------------------------ jobs

    async def _keep_house(self) -> None:
        now = self.tools.clock()
        await self._end_shadow(now)
        if mended := await self.tools.store.run(self._repair_clock):
            log.warning("the clock was set back: what waited for it goes on", count=mended)
        fallbacks = self.active.rules.fallbacks
        settle = partial(
            db.expire_for_missing_receivers,
            usable=list(self.active.drivers),
            now=now,
            give_up_after=GIVE_UP_MISSING_AFTER,
            fallbacks=fallbacks,
        )
        await self._run_each(
            [
                partial(db.flush_held, now=now),
                partial(
                    db.expire_deliveries, now=now, holding=self._holding(), fallbacks=fallbacks
                ),
                settle,
                partial(db.redirect_overdue, fallbacks=fallbacks, now=now),
            ]
        )

    def _repair_clock(self, tx: Transaction) -> int:
        # The clock is read when the store gets to it: what other replicas wrote while this one
        # waited would be the future of a time that was read before.
        return db.repair_clock(tx, self.tools.clock())

    async def _run_each(self, steps: Sequence[Callable[[Transaction], object]]) -> None:
        """Take these steps in the store; one that fails keeps no other back, and is raised last."""
        failed: Exception | None = None
        for step in steps:
            try:
                await self.tools.store.run(step)
            except Exception as error:  # around one step: the others go on
                log.exception("a step failed")
                failed = failed or error
        if failed:
            raise failed

    def _holding(self) -> list[str]:
        """Return the receivers that repeat nothing that was perhaps sent."""
        drivers = self.active.drivers.items()
        return [name for name, it in drivers if must_not_resend(it.kind, it.on_unsure)]

    async def _check_promises(self) -> None:
        """Look whether the outbox keeps what it promises; what it does not is told."""
        self._breaches = await self.tools.store.run(db.check_outbox, self.tools.clock())
        self.tools.metrics.broken_promises.set(len(self._breaches))
        for breach in self._breaches:
            log.error("the outbox breaks a promise", breach=breach)

    async def _notify_first_fetch(self, *, is_last: bool) -> None:
        facts = await self.tools.store.run(
            notify_first_fetch,
            to=self.active.config.system_send,
            recipients=self.active.rules.recipients,
            now=self.tools.clock(),
            is_last=is_last,
        )
        if facts:
            log.warning("matching entries were recorded without an alert", title=facts.title)

    async def _watch_health(self, *, is_last: bool = False) -> None:
        """Tell what is broken; prove that alerts would arrive, and say so."""
        config, rules = self.active.config, self.active.rules
        now = self.tools.clock()
        titles = await self.tools.store.run(
            notify_health,
            to=config.system_send,
            recipients=rules.recipients,
            breaches=self._breaches,
            now=now,
        )
        await self._notify_first_fetch(is_last=is_last)
        for title in titles:
            said = "told" if config.system_send else "nobody is told: system.send is empty"
            log.warning(said, title=title)
        if config.canary is None:
            return
        if await send_canary(
            config.canary, rules.matcher, recipients=rules.recipients, tools=self.tools
        ):
            await self.wake_senders()
        if now - (self._pinged_at or _LONG_AGO) >= config.canary.every:
            is_held = await ping_heartbeat(config.canary, tools=self.tools)
            self._pinged_at = now if is_held else None

    async def _prune(self) -> None:
        now, keep = self.tools.clock(), self.active.config.retention.entries_after
        run = self.tools.store.run
        for _ in range(PRUNE_BATCHES):
            gone = await run(db.prune, now=now, entries_after=keep, limit=500)
            gone += await run(db.prune_messages, now=now, after=keep, limit=500)
            gone += await run(db.prune_stories, now=now, after=keep, limit=500)
            if not gone:
                break

    async def _gauge(self) -> None:
        now = self.tools.clock()
        counts = await self.tools.store.run(db.status_counts, now)
        metrics = self.tools.metrics
        metrics.deliveries.labels(state="pending").set(counts.pending)
        liveness = await self.tools.store.run(db.liveness, now)
        metrics.oldest_pending.set((now - (liveness.oldest_due_at or now)).total_seconds())
        for name, state in (await self.tools.store.run(db.receiver_states)).items():
            left = (state.hold_until or now) - now
            metrics.hold_seconds.labels(receiver=name).set(max(left.total_seconds(), 0))
        metrics.deliveries.labels(state="dead").set(counts.dead)
        metrics.deliveries.labels(state="delivered").set(counts.delivered)
        metrics.feeds.labels(condition="configured").set(counts.feeds)
        metrics.feeds.labels(condition="failing").set(counts.failed)
        is_cut_off = 0 < counts.feeds == counts.failed
        if is_cut_off and not self._is_cut_off:
            log.warning("no feed can be read: is this machine cut off?", feeds=counts.feeds)
        self._is_cut_off = is_cut_off

    def _job_failed(self, job: str) -> None:
        self.tools.metrics.job_failures.labels(job=job).inc()

    # ------------------------------------------------------------ reload

    async def _watch_config(self) -> None:
        """Reload when the files have changed and then stayed as they are for one look."""
        seen = await asyncio.to_thread(config_fingerprint, self.active.config.directory)
        is_settled = seen == self._seen
        self._seen = seen
        if is_settled and seen != self._loaded:
            await self.reload()

    async def reload(self) -> bool:
        """Swap in the configuration as it is on disk now, or keep the old one and say so."""
        async with self._reloading:
            directory = self.active.config.directory
            fingerprint = await asyncio.to_thread(config_fingerprint, directory)
            try:
                config = await asyncio.to_thread(load_to_run, directory)
                require_files(config, self.active.config.files)
                active = activate(config)
            except (ConfigError, UsageError) as error:
                await self._refuse(error)
                self._loaded = fingerprint
                return False
            await self._adopt(active)
            self._loaded = fingerprint
        self.tools.metrics.reload_ok.set(1)
        log.info("configuration reloaded", config=config.version)
        return True

    async def _notify_recovery(self) -> None:
        """Say that the configuration is good again, if people were told that it was not."""
        refusal = await self.tools.store.run(db.clear_rejection)
        if refusal is None:
            return
        facts = NoticeFacts(
            title="The configuration is good again",
            lines=(f"A change had been refused since {refusal.since_at:%d %b %H:%M} UTC.",),
        )
        await self._notify(f"config-good:{refusal.since_at.isoformat()}", facts)

    async def _refuse(self, error: ConfigError | UsageError) -> None:
        """Say that a new configuration was refused: in the log, a metric and a system message."""
        log.error("new configuration refused, the old one goes on", problems=str(error))
        self.tools.metrics.reload_ok.set(0)
        now = self.tools.clock()
        problems = (
            [str(it) for it in error.problems if not it.is_warning]
            if isinstance(error, ConfigError)
            else [str(error)]
        )
        if not await self.tools.store.run(db.record_rejection, problems, now=now):
            return
        facts = NoticeFacts(
            title="New configuration refused; the old one goes on",
            lines=tuple(str(error).splitlines()[:20]),
            severity=Severity.HIGH,
        )
        await self._notify(f"config-refused:{now.isoformat()}", facts)

    async def _notify(self, key: str, facts: NoticeFacts) -> None:
        """Tell the system receivers something about Straitwatch itself; once for each key."""
        now = self.tools.clock()
        alert, deliveries = address(
            key,
            AlertKind.SYSTEM,
            facts,
            to=self.active.config.system_send,
            recipients=self.active.rules.recipients,
            now=now,
        )
        if deliveries:
            await self.tools.store.run(db.add_alert, alert, deliveries)

    # ------------------------------------------------------------ what people see

    async def status(self) -> dict[str, Any]:
        """Tell how things stand, for the web page."""
        config = self.active.config
        zone = ZoneInfo(config.timezone)
        now = self.tools.clock()
        state = await self.tools.store.run(read_status, config, now, zone=zone)
        return {**state, "encoder": describe(self.tools.encoder.unavailable_because)}


COUNTS = (
    "feeds",
    "polled",
    "failed",
    "entries_new",
    "stories_new",
    "alerts",
    "delivered",
    "pending",
    "dead",
)


def read_status(
    tx: db.Transaction, config: Config | None, now: datetime, *, zone: ZoneInfo
) -> dict[str, Any]:
    """Read how things stand: the numbers, and what needs a look; times in sentences are of `zone`.

    Without a configuration, because it cannot be read, receivers are those that were used.
    """
    counts = db.status_counts(tx, now)
    states = db.receiver_states(tx)
    broken = (
        dict.fromkeys(states, "")
        if config is None
        else {name: receiver.broken_because for name, receiver in config.receivers.items()}
    )
    receivers = [
        {"name": name, "state": because or _condition(states.get(name), now, zone)}
        for name, because in broken.items()
    ]
    return {
        "counts": {name: getattr(counts, name) for name in COUNTS},
        "troubles": counts.troubles,
        "stories": counts.stories,
        "receivers": receivers,
        "encoder": describe(unavailable_because(engine_of(config.encoder if config else "auto"))),
        "config": [*_config_state(tx, config, zone), *_silences(tx, config, now, zone)],
        "last_polled_at": counts.last_polled_at,
        "oldest_pending_at": counts.oldest_pending_at,
    }


def _config_state(tx: db.Transaction, config: Config | None, zone: ZoneInfo) -> list[str]:
    """Say what a person should know of the configuration: a refusal, a change in shadow."""
    lines = []
    if refusal := db.config_rejection(tx):
        more = f" and {len(refusal.problems) - 1} more" if len(refusal.problems) > 1 else ""
        first = refusal.problems[0].splitlines()[0] if refusal.problems else "no reason given"
        lines.append(
            f"new configuration refused since {_at(refusal.since_at, zone)}, "
            f"the old one goes on: {first}{more}"
        )
    if config and config.shadow:
        run = db.shadow_run(tx, config.shadow.version)
        names = ", ".join(path.name for path in config.shadow.files)
        until = f"until {_at(run.until_at, zone)}" if run else "not seen by the daemon yet"
        lines.append(f"in shadow: {names} ({until})")
    return lines


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d %b %H:%M %Z}"


def _silences(
    tx: db.Transaction, config: Config | None, now: datetime, zone: ZoneInfo
) -> list[str]:
    """Say what alerts nobody at present: whoever looks for an alert that did not come wants it."""
    written = config.alerts.silences if config else ()
    return [
        f"silenced until {_at(one.until_at, zone)}: {one.subject}"
        + (f" ({', '.join(filter(None, (one.author, one.reason)))})" if one.reason else "")
        for one in (*db.active_silences(tx, now), *written)
        if one.until_at > now
    ]


def _condition(state: db.ReceiverState | None, now: datetime, zone: ZoneInfo) -> str:
    if state is None:
        return "not used yet"
    if state.paused_at:
        return f"paused by {state.paused_by or 'a person'}"
    if state.hold_until and state.hold_until > now:
        return f"{state.hold_reason}, waits until {state.hold_until.astimezone(zone):%H:%M %Z}"
    if state.failures:
        return f"failing: {state.failures} in a row"
    return "ok"


async def build_app(
    config: Config,
    stack: AsyncExitStack,
    *,
    open_store: OpenStore = Store.open,
    clock: Clock = utc_now,
) -> App:
    """Build everything for one configuration; `stack` closes it in the opposite order."""
    active = activate(config)
    metrics = Metrics()
    store = open_store(config.database, exclusive=True)
    stack.push_async_callback(asyncio.to_thread, store.close)
    pool = ParsePool()
    stack.push_async_callback(pool.close)
    encoder = Encoder(engine_of(config.encoder), metrics=metrics)
    stack.push_async_callback(encoder.close)
    fetcher = await stack.enter_async_context(Fetcher(config.polling))
    senders = SenderThreads()
    stack.callback(senders.close)
    tools = Tools(
        store=store,
        fetcher=fetcher,
        pool=pool,
        encoder=encoder,
        senders=senders,
        metrics=metrics,
        folding=FoldWindowCache(),
        clock=clock,
        jitter=Random(),  # noqa: S311 - jitter, not a secret
        worker=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}",
    )
    return App(active=active, tools=tools, stack=stack)


async def run_daemon(
    config: Config, *, open_store: OpenStore = Store.open, clock: Clock = utc_now
) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP reloads."""
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        app = await build_app(config, stack, open_store=open_store, clock=clock)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        reloads: set[asyncio.Task[bool]] = set()

        def reload_now() -> None:
            task = asyncio.ensure_future(app.reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGHUP, reload_now)
        await app.run(stop)


def run_async(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(main())
    return uvloop.run(main())
