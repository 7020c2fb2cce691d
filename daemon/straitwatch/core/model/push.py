"""A feed's offer of pushes, and the subscriptions to it (W3C WebSub)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOffer:
    """The hubs that a feed names, and the address under which they know it."""

    topic: str = ""
    hubs: tuple[str, ...] = ()


NO_OFFER = PushOffer()


class SubscriptionState(StrEnum):
    """The state of a subscription at a hub."""

    REQUESTED = "requested"  # the hub has not confirmed it yet, or no longer
    LIVE = "live"  # confirmed, until its lease ends
    DENIED = "denied"  # the hub refuses it; asked again later
    ENDING = "ending"  # to be cancelled at the hub, then deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription to one feed at one hub."""

    token: str  # the secret part of the callback's address
    feed_id: str
    hub: str
    topic: str
    callback: str  # the address to which the hub sends pushes
    secret: str  # with which the hub signs them
    state: SubscriptionState = SubscriptionState.REQUESTED
    due_at: datetime  # of the next request to the hub
    lease_until: datetime | None = None
    live_at: datetime | None = None  # since when it has been live without a break
    failures: int = 0  # requests in a row without a confirmation
    detail: str = ""  # the last answer of the hub, if it was a refusal
    pushed_at: datetime | None = None  # the last signed push
    pushed_seq: int | None = None  # the lease of the feed then; a poll with a later one answers it
    paced_until: datetime | None = None  # pushes are answered at once up to a burst before it
    entries_pushed: int = 0  # new entries that a push announced
    entries_missed: int = 0  # new entries that a regular poll found without a push


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The answer to a request to a hub; status 0 if there was none."""

    status: int
    detail: str = ""
