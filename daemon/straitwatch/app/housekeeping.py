"""Flushes, expires and redirects messages, writes digests and deletes old data."""

from collections.abc import Callable, Sequence
from functools import partial

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.policy import GIVE_UP_MISSING_AFTER
from straitwatch.pipeline import write_digest
from straitwatch.store import Transaction

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PRUNE_BATCHES = 100  # in one run; each is a transaction, so that polls commit in between
_PRUNE_LIMIT = 500  # rows in one transaction


class Housekeeping:
    """The periodic work on the outbox, the digests and the retention."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def recover(self) -> None:
        """Make the unfinished work of a crashed process due again.

        Only one process works on a SQLite file, so every lease there is left over from a crash;
        on PostgreSQL other replicas hold leases, and those of a crashed one expire.
        """
        tools, active = self._runtime.tools, self._runtime.active
        if tools.store.dialect == "sqlite":
            await tools.store.run(
                db.reset_leases,
                tools.clock(),
                holding=active.no_resend_receivers,
                fallbacks=active.rules.fallbacks,
            )
            await tools.store.run(db.reset_page_leases)
            await tools.store.run(db.reset_edit_leases)
        await tools.store.run(self._repair_clock)

    async def tend_outbox(self) -> None:
        """Repair due times, flush held messages, and expire or redirect undeliverable ones."""
        tools, active = self._runtime.tools, self._runtime.active
        if repaired := await tools.store.run(self._repair_clock):
            log.warning("the clock was set back: due times repaired", count=repaired)
        now, fallbacks = tools.clock(), active.rules.fallbacks
        await self._run_each(
            [
                partial(db.flush_held, now=now),
                partial(
                    db.expire_deliveries,
                    now=now,
                    holding=active.no_resend_receivers,
                    fallbacks=fallbacks,
                ),
                partial(
                    db.expire_for_missing_receivers,
                    usable=list(active.drivers),
                    now=now,
                    give_up_after=GIVE_UP_MISSING_AFTER,
                    fallbacks=fallbacks,
                ),
                partial(db.tend_broken_receivers, fallbacks=fallbacks, now=now),
                partial(db.redirect_overdue, fallbacks=fallbacks, now=now),
                partial(db.expire_pages, now=now),
            ]
        )

    async def write_digests(self) -> None:
        """Write the digests whose window has ended."""
        active, now = self._runtime.active, self._runtime.tools.clock()
        digests = active.config.alerts.digests
        await self._run_each(
            [partial(write_digest, plan=digest, rules=active.rules, now=now) for digest in digests]
        )

    async def note_stop(self) -> None:
        """Record the span before this start in which the feeds were not polled."""
        tools = self._runtime.tools
        await tools.pace.note_stop(tools.store, now=tools.clock())

    async def balance_polls(self) -> None:
        """Share the polls among the feeds by what they bring."""
        tools, active = self._runtime.tools, self._runtime.active
        feeds, policy = active.feeds.values(), active.config.polling
        await tools.pace.balance(tools.store, feeds, policy, now=tools.clock())

    async def follow_stories(self) -> None:
        """Poll the feeds that carry an urgent story more often."""
        tools, policy = self._runtime.tools, self._runtime.active.config.polling
        await tools.pace.follow_stories(tools.store, policy, now=tools.clock())

    async def prune(self) -> None:
        """Delete entries, messages and stories that are older than the retention."""
        now, keep = self._runtime.tools.clock(), self._runtime.active.config.retention.entries_after
        run = self._runtime.tools.store.run
        for _ in range(PRUNE_BATCHES):
            deleted = await run(db.prune, now=now, entries_after=keep, limit=_PRUNE_LIMIT)
            deleted += await run(db.prune_messages, now=now, after=keep, limit=_PRUNE_LIMIT)
            deleted += await run(db.prune_stories, now=now, after=keep, limit=_PRUNE_LIMIT)
            if not deleted:
                break

    def _repair_clock(self, tx: Transaction) -> int:
        # Read the clock inside the transaction: while this one waits for the lock, another replica
        # may write due times, and they would look like the future of a clock that was read earlier.
        return db.repair_clock(tx, self._runtime.tools.clock())

    async def _run_each(self, steps: Sequence[Callable[[Transaction], object]]) -> None:
        """Run each step in a transaction; a failed one is raised after the others have run."""
        failed: Exception | None = None
        for step in steps:
            try:
                await self._runtime.tools.store.run(step)
            except Exception as error:  # around one step: the others continue
                log.exception("housekeeping step failed")
                failed = failed or error
        if failed:
            raise failed
