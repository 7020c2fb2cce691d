"""Reloads the configuration when its files change; an invalid one leaves the old one active."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import structlog

from straitwatch import store as db
from straitwatch.app.activate import Active, activate
from straitwatch.app.fetchers import open_fetchers
from straitwatch.app.load import load_to_run
from straitwatch.app.runtime import Runtime
from straitwatch.app.shadow import ShadowTrial
from straitwatch.config import Config, config_fingerprint, require_files
from straitwatch.core.model import NoticeFacts, Severity
from straitwatch.errors import ConfigError, UsageError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_NEEDS_RESTART = ("database", "encoder", "web_listen")
_LISTED = 20  # lines of problems in one notice


class ConfigReloader:
    """Swaps whole valid configurations into the runtime."""

    def __init__(self, runtime: Runtime, shadow: ShadowTrial, stack: AsyncExitStack) -> None:
        self._runtime = runtime
        self._shadow = shadow
        self._stack = stack  # closes the fetchers of reloads
        self._handled = ""  # the fingerprint of the files that were last loaded or rejected
        self._seen = ""
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Store the configuration that the daemon starts with."""
        active = self._runtime.active
        await self._adopt(active)
        self._handled = self._seen = config_fingerprint(active.config.directory)

    async def watch(self) -> None:
        """Reload if the files have changed, but only once they are the same for two calls.

        A file that is still being written is not read.
        """
        directory = self._runtime.active.config.directory
        seen = await asyncio.to_thread(config_fingerprint, directory)
        is_stable = seen == self._seen
        self._seen = seen
        if is_stable and seen != self._handled:
            await self.reload()

    async def reload(self) -> bool:
        """Load the files as they are now; return False if they are invalid."""
        async with self._lock:
            config = self._runtime.active.config
            fingerprint = await asyncio.to_thread(config_fingerprint, config.directory)
            try:
                loaded = await asyncio.to_thread(load_to_run, config.directory)
                require_files(loaded, config.files)
                active = activate(loaded)
            except (ConfigError, UsageError) as error:
                await self._reject(error)
                self._handled = fingerprint
                return False
            await self._adopt(active)
            self._handled = fingerprint
        self._runtime.tools.metrics.reload_ok.set(1)
        log.info("configuration reloaded", config=loaded.version)
        return True

    async def _adopt(self, active: Active) -> None:
        """Make a configuration the active one, in the store and in the runtime."""
        runtime, before = self._runtime, self._runtime.active.config
        config, now, run = active.config, runtime.tools.clock(), runtime.tools.store.run
        await run(db.save_config, config.version, config.text, now)
        await run(db.sync_feeds, list(active.feeds.values()), now)
        await run(db.advance_polls, _shortened(_intervals(before), _intervals(config)), now=now)
        await run(db.save_recipients, active.rules.recipients)
        in_use = {name: receiver.broken_because for name, receiver in config.receivers.items()}
        await run(db.save_receivers_in_use, in_use)
        active = await self._shadow.start(active, now)
        if config.polling != before.polling:
            fetchers = await open_fetchers(config.polling, self._stack)
            runtime.tools = replace(runtime.tools, **fetchers)
        for name in _NEEDS_RESTART:
            if getattr(config, name) != getattr(before, name):
                log.warning("changed setting takes effect after a restart", setting=name)
        runtime.active = active
        await runtime.release_changed_receivers()
        await self._notify_recovery()

    async def _notify_recovery(self) -> None:
        """Report that the configuration is valid again, if a notice said that it was not."""
        rejection = await self._runtime.tools.store.run(db.clear_rejection)
        if rejection is None:
            return
        since = f"{rejection.since_at.astimezone(self._runtime.active.zone):%d %b %H:%M %Z}"
        facts = NoticeFacts(
            title="The configuration is valid again",
            lines=(f"The new configuration is active. Changes were rejected since {since}.",),
        )
        await self._runtime.notify(f"config-good:{rejection.since_at.isoformat()}", facts)

    async def _reject(self, error: ConfigError | UsageError) -> None:
        """Report an invalid configuration in the log, a metric and, once, a notice."""
        tools, now = self._runtime.tools, self._runtime.tools.clock()
        log.error("invalid configuration; the previous one stays active", problems=str(error))
        tools.metrics.reload_ok.set(0)
        if not await tools.store.run(db.record_rejection, _problems(error), now=now):
            return
        facts = NoticeFacts(
            title="Invalid configuration; the previous one stays active",
            lines=tuple(str(error).splitlines()[:_LISTED]),
            severity=Severity.HIGH,
        )
        await self._runtime.notify(f"config-refused:{now.isoformat()}", facts)


def _intervals(config: Config) -> dict[str, timedelta]:
    return {feed.id: feed.interval or config.polling.interval for feed in config.feeds}


def _shortened(
    before: Mapping[str, timedelta], after: Mapping[str, timedelta]
) -> dict[str, timedelta]:
    return {
        id_: interval for id_, interval in after.items() if interval < before.get(id_, interval)
    }


def _problems(error: ConfigError | UsageError) -> list[str]:
    if isinstance(error, UsageError):
        return [str(error)]
    return [str(problem) for problem in error.problems if not problem.is_warning]
