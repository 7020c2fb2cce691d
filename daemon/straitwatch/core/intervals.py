"""Decides when a feed is polled again, and why then.

Callers pass `now`, and a random `jitter` in [0, 1) that spreads the polls.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import exp2, sqrt

from straitwatch.core.arrivals import arrivals_per_day, poll_weight
from straitwatch.core.model import (
    NO_DOCUMENT_HINTS,
    BlindWindow,
    DocumentHints,
    Feed,
    FeedProfile,
    FeedState,
    IntervalReason,
    PollInterval,
    PollPolicy,
    Turnover,
)
from straitwatch.core.policy import (
    MAX_DOCUMENT_WAIT,
    MAX_FRESH,
    MAX_SKIP,
    MAX_SLOWDOWN,
    MAX_UNSEEN_SHARE,
    OVERLAP_ENTRIES,
    SLOWED_AFTER,
)

_DAY = timedelta(days=1)

JITTER = 0.1  # of a poll interval, both ways, so that feeds with one start time drift apart
MAX_RETRY_AFTER = _DAY  # every feed is polled at least once a day, whatever its server asks for
_SKIP_SPREAD = timedelta(minutes=5)  # after the end of skipped hours
_WEEK_HOURS = 7 * 24
_MAX_DOUBLINGS = 16  # beyond every cap, and far from overflow
_BISECTIONS = 20


# ---------------------------------------------------------------- the interval of a feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The facts beyond a feed that its interval depends on."""

    reference: float | None = None  # the weight of a feed polled at `polling.interval`
    is_breaking: bool = False  # the feed carries an urgent story
    stop: BlindWindow | None = None  # the last span in which Straitwatch was not running


NO_DEMAND = Demand()


def choose_interval(
    feed: Feed, state: FeedState, policy: PollPolicy, *, demand: Demand, now: datetime
) -> PollInterval:
    """Return the interval of a feed and the reason for it, before its server is considered."""
    if feed.interval is not None:
        return PollInterval(length=feed.interval, reason=IntervalReason.FIXED)
    chosen = _adapted(state, policy, demand.reference, now=now)
    if demand.is_breaking and policy.min_interval < chosen.length:
        return PollInterval(length=policy.min_interval, reason=IntervalReason.BREAKING)
    limit = _document_limit(state.profile, now)
    if limit is not None and limit < chosen.length and policy.min_interval < chosen.length:
        length = max(limit, policy.min_interval)
        return PollInterval(length=length, reason=IntervalReason.DOCUMENT)
    return chosen


def _adapted(
    state: FeedState, policy: PollPolicy, reference: float | None, *, now: datetime
) -> PollInterval:
    weight = poll_weight(state.profile.arrivals, now)
    if reference is None or weight is None:
        return PollInterval(length=policy.interval, reason=IntervalReason.NEW)
    is_new = state.baseline_at is None or now - state.baseline_at < SLOWED_AFTER
    longest = policy.interval if is_new else longest_interval(policy)
    length = _weighted(weight, reference, policy, longest=longest)
    is_held = is_new and length == longest
    reason = IntervalReason.NEW if is_held else IntervalReason.ADAPTED
    return PollInterval(length=length, reason=reason)


def longest_interval(policy: PollPolicy) -> timedelta:
    """Return the longest interval to which a feed adapts."""
    return min(policy.interval * MAX_SLOWDOWN, policy.max_interval)


def _weighted(
    weight: float, reference: float, policy: PollPolicy, *, longest: timedelta
) -> timedelta:
    if weight * (longest / policy.interval) <= reference:  # also if the weight is 0
        return longest
    return max(policy.interval * (reference / weight), policy.min_interval)


def balance_weights(weights: Sequence[float], policy: PollPolicy) -> float | None:
    """Return the reference weight with which feeds need as many polls as with one interval."""
    positive = [weight for weight in weights if weight > 0]
    if not positive:
        return None
    # Relative to `polling.interval`: plain numbers, because there may be 10,000 feeds.
    shortest = policy.min_interval / policy.interval
    longest = longest_interval(policy) / policy.interval
    idle = (len(weights) - len(positive)) / longest
    low, high = min(positive) / MAX_SLOWDOWN, max(positive) * MAX_SLOWDOWN
    for _ in range(_BISECTIONS):
        middle = sqrt(low * high)
        polls = sum(1 / min(max(middle / weight, shortest), longest) for weight in positive)
        low, high = (middle, high) if polls + idle > len(weights) else (low, middle)
    return sqrt(low * high)


def may_quicken(profile: FeedProfile) -> bool:
    """Return True if neither a person nor the server has set the interval of a feed."""
    reason = profile.interval.reason if profile.interval else IntervalReason.NEW
    return reason not in (IntervalReason.FIXED, IntervalReason.PUBLISHER)


# ---------------------------------------------------------------- the document


def observe_turnover(
    before: Turnover, *, entries: int, new: int, elapsed: timedelta, now: datetime
) -> Turnover:
    """Return how fast the document of a feed changes, after a poll read the whole of it.

    Args:
        before: as it was known.
        entries: in the document.
        new: those of them that are new.
        elapsed: the time since the last successful poll.
        now: the time of the poll.
    """
    known = _relaxed(before, now)
    is_telling = entries >= OVERLAP_ENTRIES and new > entries * (1 - MAX_UNSEEN_SHARE)
    if not is_telling:
        return replace(before, entries=entries)
    # If every entry is new, the next interval is half as long.
    seen = elapsed * (entries / new if new < entries else 0.5 / MAX_UNSEEN_SHARE)
    fastest = seen if known is None else min(seen, known)
    return Turnover(entries=entries, fastest=fastest, seen_at=now)


def _relaxed(turnover: Turnover, now: datetime) -> timedelta | None:
    """Double the fastest turnover with each day, so that one busy hour is forgotten slowly."""
    if turnover.fastest is None or turnover.seen_at is None:
        return None
    days = min(max((now - turnover.seen_at) / _DAY, 0), _MAX_DOUBLINGS)
    return turnover.fastest * exp2(days)


def _document_limit(profile: FeedProfile, now: datetime) -> timedelta | None:
    """Return the longest interval that leaves a third of the known entries in the document."""
    limits = [_relaxed(profile.turnover, now)]
    rate = arrivals_per_day(profile.arrivals, now)
    if rate and profile.turnover.entries >= OVERLAP_ENTRIES:
        limits.append(min(profile.turnover.entries / rate, _MAX_DOUBLINGS) * _DAY)
    known = [limit for limit in limits if limit is not None]
    return min(known) * MAX_UNSEEN_SHARE if known else None


# ---------------------------------------------------------------- the next poll


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerHints:
    """The waits that a feed's server asks for."""

    max_age: timedelta | None = None  # Cache-Control or Expires: the document stays the same
    document: DocumentHints = NO_DOCUMENT_HINTS
    retry_after: timedelta | None = None


NO_HINTS = ServerHints()


def hints_of(
    interval: PollInterval, profile: FeedProfile, *, max_age: timedelta | None
) -> ServerHints:
    """Return everything that a publisher asks for after a good poll.

    The words of a document are often forgotten ones, so an urgent story outweighs them.
    """
    is_breaking = interval.reason is IntervalReason.BREAKING
    document = NO_DOCUMENT_HINTS if is_breaking else profile.hints
    return ServerHints(max_age=max_age, document=document)


def with_hints(interval: PollInterval, hints: ServerHints) -> PollInterval:
    """Lengthen an interval to the freshness of the document, unless a person chose it."""
    fresh_for = _fresh_for(interval, hints)
    if fresh_for is None or fresh_for <= interval.length:
        return interval
    return PollInterval(length=fresh_for, reason=IntervalReason.PUBLISHER)


def _fresh_for(interval: PollInterval, hints: ServerHints) -> timedelta | None:
    """Return the time without a change that the publisher announces, up to a limit."""
    if interval.reason is IntervalReason.FIXED:
        return None
    spans = [] if hints.max_age is None else [min(hints.max_age, MAX_FRESH)]
    if hints.document.every is not None:
        spans.append(min(hints.document.every, MAX_DOCUMENT_WAIT))
    return max(spans, default=None)


def next_poll_at(
    interval: PollInterval,
    policy: PollPolicy,
    *,
    failures: int,
    hints: ServerHints = NO_HINTS,
    now: datetime,
    jitter: float,
) -> datetime:
    """Return when a feed that was just polled is due again.

    Args:
        interval: of the feed. If a person chose it, only failures and `retry_after` lengthen it,
            the freshness and the words of the document do not.
        policy: the longest interval between failures.
        failures: polls in a row that failed, including this one; 0 after a success.
        hints: the waits that the server asks for. No poll comes earlier than `retry_after`, up to
            `MAX_RETRY_AFTER`.
        now: the time of the poll.
        jitter: spreads the polls.

    """
    length = with_hints(interval, hints).length
    wait = _backed_off(length, failures, cap=min(policy.max_interval, _DAY))
    wait *= 1 - JITTER + 2 * JITTER * jitter
    if fresh_for := _fresh_for(interval, hints):
        wait = max(wait, fresh_for)
    if hints.retry_after is not None:
        wait = max(wait, min(hints.retry_after, MAX_RETRY_AFTER) * (1 + JITTER * jitter))
    due_at = now + wait
    if interval.reason is IntervalReason.FIXED:
        return due_at
    resumes_at = _end_of_skip(hints.document, due_at)
    if resumes_at == due_at:
        return due_at
    return max(due_at, min(resumes_at + jitter * _SKIP_SPREAD, now + MAX_SKIP))


def _end_of_skip(hints: DocumentHints, at: datetime) -> datetime:
    """Return the end of the hours and days in which nothing is published; `at` outside of them."""
    moment = at.astimezone(UTC)
    for _ in range(_WEEK_HOURS):
        if moment.hour not in hints.skip_hours and moment.weekday() not in hints.skip_days:
            break
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def _backed_off(interval: timedelta, failures: int, *, cap: timedelta) -> timedelta:
    """Double the interval with each failure after the first."""
    doublings = min(max(failures - 1, 0), _MAX_DOUBLINGS)
    return max(interval, min(interval * (1 << doublings), cap))


def current_reason(state: FeedState) -> IntervalReason | None:
    """Return why a feed has its interval; None before its first successful poll."""
    if state.failures:
        return IntervalReason.FAILING
    return state.profile.interval.reason if state.profile.interval else None
