"""Decides which due feeds may be fetched now, so that slow servers delay no other feed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from ipaddress import ip_address

from straitwatch.core.model import PollPolicy
from straitwatch.core.policy import PATIENCE, SLOW_AFTER, SLOW_SHARE, SPACING


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A due feed and the server to ask."""

    feed_id: str
    host: str  # with the port, unless it is the default
    is_slow: bool = False  # its last fetch was slow


@dataclass(slots=True)
class _Talk:
    """A fetch in progress."""

    visit: Visit
    since: float | None = None  # None until it begins: the claim before it may take a while
    is_interrupted: bool = False

    def seconds(self, now: float) -> float:
        return 0.0 if self.since is None else now - self.since

    def is_slow(self, now: float) -> bool:
        return self.visit.is_slow or self.seconds(now) > PATIENCE.total_seconds()


class Lanes:
    """The places of the fetches in progress: `polling.concurrency` of them.

    A server has `polling.per_host` places. Slow feeds may hold a part of all places, and a part of
    the places of one server. A feed is slow if its last fetch took longer than `SLOW_AFTER`. A
    fetch that is slow for the first time may hold any place until a quick feed needs it.

    Times are seconds of a clock that is never set.
    """

    def __init__(self) -> None:
        self._talks: dict[str, _Talk] = {}  # by feed
        self._asked_at: dict[str, float] = {}  # the latest start of a fetch, by host
        self._slow: dict[str, bool] = {}  # the feeds fetched so far

    def __len__(self) -> int:
        return len(self._talks)

    def is_slow(self, feed_id: str, *, default: bool) -> bool:
        """Return True if the last fetch of a feed was slow.

        Args:
            feed_id: the feed.
            default: the answer for a feed that was not fetched yet.
        """
        return self._slow.get(feed_id, default)

    def enter(self, due: Iterable[Visit], policy: PollPolicy, *, now: float) -> list[Visit]:
        """Give places to due feeds, in their order, and return those that have one."""
        entered: list[Visit] = []
        places = _Places(self._talks.values(), policy, now)
        for visit in due:
            if places.are_taken:
                break
            if visit.feed_id in self._talks or not places.have_room(visit):
                continue
            if self._is_spaced(visit.host, policy, now):
                self._talks[visit.feed_id] = _Talk(visit)
                self._asked_at[visit.host] = now
                places.take(visit.host, is_slow=visit.is_slow)
                entered.append(visit)
        return entered

    def book(self, host: str, policy: PollPolicy, *, now: float) -> float:
        """Note a request to a host that has no place, and return the seconds until its turn."""
        asked_at = self._asked_at.get(host)
        turn = now if asked_at is None else asked_at + spacing(host, policy).total_seconds()
        self._asked_at[host] = max(now, turn)
        return self._asked_at[host] - now

    def begin(self, visit: Visit, *, now: float) -> None:
        """Start the fetch of a feed that has a place."""
        self._talks[visit.feed_id].since = now

    def leave(self, visit: Visit, *, now: float) -> None:
        """Free the place of a fetch that ended, and remember if it was slow."""
        talk = self._talks.pop(visit.feed_id)
        is_slow = talk.seconds(now) > SLOW_AFTER.total_seconds()
        self._slow[visit.feed_id] = is_slow or talk.is_interrupted

    def give_up(self, visit: Visit) -> None:
        """Free the place of a fetch that did not start."""
        del self._talks[visit.feed_id]

    def interrupt(self, waiting: Iterable[Visit], policy: PollPolicy, *, now: float) -> list[str]:
        """Return the feeds whose fetch must end because quick feeds wait for its place.

        That happens only while slow fetches hold more than their part of the places, and only to
        feeds that were quick so far. The next fetch of such a feed lasts until `polling.timeout`.
        """
        places = _Places(self._talks.values(), policy, now)
        newest_first = sorted(self._talks.values(), key=lambda talk: talk.seconds(now))
        surprises = [
            talk
            for talk in newest_first
            if talk.is_slow(now) and not talk.visit.is_slow and not talk.is_interrupted
        ]
        ended: list[str] = []
        for visit in waiting:
            if not surprises:
                break
            if visit.is_slow or places.have_room(visit):
                continue
            if talk := next(filter(partial(places.would_help, visit), surprises), None):
                talk.is_interrupted = True
                surprises.remove(talk)
                places.free(talk.visit.host)
                places.take(visit.host, is_slow=False)
                ended.append(talk.visit.feed_id)
        return ended

    def _is_spaced(self, host: str, policy: PollPolicy, now: float) -> bool:
        asked_at = self._asked_at.get(host)
        return asked_at is None or now - asked_at >= spacing(host, policy).total_seconds()


class _Places:
    """The places that are free now: in total, for slow fetches, and on each host."""

    def __init__(self, talks: Iterable[_Talk], policy: PollPolicy, now: float) -> None:
        self._free = policy.concurrency
        self._free_for_slow = max(1, int(policy.concurrency * SLOW_SHARE))
        self._per_host = policy.per_host
        self._slow_per_host = max(1, policy.per_host // 2)
        self._on_host: Counter[str] = Counter()
        self._slow_on_host: Counter[str] = Counter()
        for talk in talks:
            self.take(talk.visit.host, is_slow=talk.is_slow(now))

    @property
    def are_taken(self) -> bool:
        return self._free <= 0

    def have_room(self, visit: Visit) -> bool:
        if self.are_taken or self._on_host[visit.host] >= self._per_host:
            return False
        return not visit.is_slow or (
            self._free_for_slow > 0 and self._slow_on_host[visit.host] < self._slow_per_host
        )

    def take(self, host: str, *, is_slow: bool, count: int = 1) -> None:
        self._free -= count
        self._on_host[host] += count
        if is_slow:
            self._free_for_slow -= count
            self._slow_on_host[host] += count

    def free(self, host: str) -> None:
        """Free the place of a slow fetch."""
        self.take(host, is_slow=True, count=-1)

    def would_help(self, visit: Visit, talk: _Talk) -> bool:
        """Return True if a waiting visit may have the place of this slow fetch."""
        host = talk.visit.host
        if self._on_host[visit.host] >= self._per_host:
            return host == visit.host and self._slow_on_host[host] > self._slow_per_host
        return self._free_for_slow < 0


def spacing(host: str, policy: PollPolicy) -> timedelta:
    """Return the shortest time between the starts of two fetches from a host.

    Unless it is configured, it does not apply to servers on this computer, which are yours.
    """
    if policy.spacing is not None:
        return policy.spacing
    return timedelta(0) if _is_on_loopback(host) else SPACING


@lru_cache(maxsize=10_000)
def _is_on_loopback(host: str) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
