"""Keeps the facts about all feeds that the interval of each one depends on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from straitwatch import store as db
from straitwatch.core.arrivals import poll_weight
from straitwatch.core.blind_windows import find_stop
from straitwatch.core.intervals import Demand, balance_weights, may_quicken
from straitwatch.core.model import BlindWindow, Feed, PollPolicy
from straitwatch.store import Store, Transaction

_NO_FEEDS: frozenset[str] = frozenset()


@dataclass(slots=True)
class Pace:
    """The weight that earns a feed the usual interval, and the feeds of urgent stories."""

    reference: float | None = None
    breaking: frozenset[str] = _NO_FEEDS  # ids
    stop: BlindWindow | None = None  # before the start of this process

    def demand_for(self, feed_id: str) -> Demand:
        """Return the facts beyond a feed that its interval depends on."""
        return Demand(
            reference=self.reference, is_breaking=feed_id in self.breaking, stop=self.stop
        )

    async def balance(
        self, store: Store, feeds: Collection[Feed], policy: PollPolicy, *, now: datetime
    ) -> None:
        """Share the polls of one interval for all among the feeds without an own interval."""
        adaptive = {feed.id for feed in feeds if feed.interval is None}
        profiles = await store.run(db.feed_profiles)
        weights = [
            weight
            for id_, profile in profiles.items()
            if id_ in adaptive and (weight := poll_weight(profile.arrivals, now)) is not None
        ]
        self.reference = balance_weights(weights, policy)

    async def note_stop(self, store: Store, *, now: datetime) -> None:
        """Record the span before this start in which no process polled the feeds."""
        self.stop = await store.run(_note_stop, now=now)

    async def follow_stories(self, store: Store, policy: PollPolicy, *, now: datetime) -> None:
        """Poll the feeds that carry an urgent story soon, and often while it is new."""
        self.breaking = await store.run(_quicken, self.breaking, policy=policy, now=now)


def _note_stop(tx: Transaction, *, now: datetime) -> BlindWindow | None:
    last_polled_at, due_at = db.last_activity(tx)
    stop = find_stop(last_polled_at=last_polled_at, due_at=due_at, now=now)
    if stop:
        db.note_stop(tx, stop)
    return stop


def _quicken(
    tx: Transaction, before: frozenset[str], *, policy: PollPolicy, now: datetime
) -> frozenset[str]:
    breaking = db.urgent_feeds(tx, now=now)
    added = breaking - before
    if added:
        profiles = db.feed_profiles(tx, added)
        free = [id_ for id_, profile in profiles.items() if may_quicken(profile)]
        db.advance_polls(tx, dict.fromkeys(free, policy.min_interval), now=now)
    return breaking
