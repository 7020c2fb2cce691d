"""Stage: when. Every question about time is answered here; the clock stands outside.

In: what happened, the policy, `now`, and where chance plays a part a number in [0, 1).
Out: when to poll again, when to send again, until when to hold, which digest is due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from straitwatch.core.model import (
    DeliveryReason,
    DeliveryState,
    DigestPlan,
    DriverKind,
    Feed,
    NextStep,
    Outcome,
    PollPolicy,
    QuietHours,
    SendResult,
    Severity,
)
from straitwatch.core.policy import MAX_RECEIVER_HOLD, give_up_after

_DAY = timedelta(days=1)

# ---------------------------------------------------------------- polls

JITTER = 0.1  # of a poll interval, both ways: feeds that began together drift apart
MAX_RETRY_AFTER = _DAY  # a feed that asks for more is looked at once a day all the same
MAX_FRESH = timedelta(hours=1)  # of a Cache-Control max-age: alerts come in minutes, not days
_MAX_DOUBLINGS = 16  # beyond every cap, and far from overflow


def next_poll_at(
    *,
    feed: Feed,
    policy: PollPolicy,
    failures: int,
    now: datetime,
    jitter: float,
    max_age: timedelta | None = None,
    retry_after: timedelta | None = None,
) -> datetime:
    """Say when a feed that was just polled is due again; it always is, however broken.

    `failures` counts those in a row, this poll included; 0 after a success. An interval of the
    feed's own is a person's word: the server's `max_age` does not stretch it, only failures and
    `retry_after` do. Nothing undercuts `retry_after`.
    """
    interval = feed.interval or policy.interval
    if feed.interval is None and max_age is not None:
        interval = max(interval, min(max_age, MAX_FRESH))
    wait = _backed_off(interval, failures, cap=min(policy.max_interval, _DAY))
    wait *= 1 - JITTER + 2 * JITTER * jitter
    if max_age is not None and feed.interval is None:
        wait = max(wait, min(max_age, MAX_FRESH))
    if retry_after is not None:
        wait = max(wait, min(retry_after, MAX_RETRY_AFTER) * (1 + JITTER * jitter))
    return now + wait


def _backed_off(interval: timedelta, failures: int, *, cap: timedelta) -> timedelta:
    """Double the interval with each failure after the first, which keeps the rhythm."""
    doublings = min(max(failures - 1, 0), _MAX_DOUBLINGS)
    return max(interval, min(interval * (1 << doublings), cap))


# ---------------------------------------------------------------- deliveries


def _minutes(*values: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=value) for value in values)


# The wait after the first, second, ... failed attempt; the last one repeats.
_SLACK_WAITS = _minutes(0.25, 0.5, 1, 2, 4, 8, 10)
_WAITS = {
    DriverKind.SLACK_WEBHOOK: _SLACK_WAITS,
    DriverKind.SLACK_BOT: _SLACK_WAITS,
    DriverKind.SMTP: _minutes(1, 5, 10, 20, 30),  # greylisting wants minutes
}
_OTHER_WAITS = _minutes(0.5, 1, 2, 4, 8, 16, 30)
_PROBE_WAITS = _minutes(1, 5, 15, 60)  # of a broken receiver
_DEFAULT_RETRY_AFTER = timedelta(seconds=30)
_REPEAT_AFTER = timedelta(seconds=30)  # an unanswered webhook, marked as possible repeat
_LOOK_UP_AFTER = timedelta(seconds=5)  # until an unanswered post shows in the channel's history
_TOO_MANY_REQUESTS = "429"


def after_attempt(
    result: SendResult,
    *,
    attempt: int,
    unsure_count: int,
    driver: DriverKind,
    on_unsure: str,
    created_at: datetime,
    give_up_at: datetime | None,
    now: datetime,
    jitter: float,
) -> NextStep:
    """Say what follows from how an attempt ended.

    Time limits a delivery, not a count: the last attempt is made at `give_up_at`, by default 24
    hours after `created_at`, for mail 48. `attempt` is the one that just ended, 1 for the first;
    `unsure_count` counts earlier ones that were not answered. `on_unsure` is resend, or hold to
    prefer silence to a repeat.
    """
    if result.outcome is Outcome.DELIVERED:
        return NextStep(state=DeliveryState.DELIVERED, reason=DeliveryReason.DELIVERED)
    if result.outcome is Outcome.PERMANENT:
        return NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.REFUSED)
    is_unsure = result.outcome is Outcome.UNSURE
    if is_unsure and must_not_resend(driver, on_unsure):
        return NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.UNANSWERED)
    hold = _receiver_hold(result, attempt)
    if is_unsure and driver is DriverKind.SLACK_WEBHOOK and unsure_count:
        # Twice in a row is no accident of this message: Slack is in trouble. One message probes.
        hold = max(_nth(_PROBE_WAITS, unsure_count), _asked_wait(result))
    limit = give_up_at or created_at + give_up_after(driver)
    is_over = now >= limit
    wait = hold or _wait(result, attempt=attempt, driver=driver, jitter=jitter)
    return NextStep(
        state=DeliveryState.DEAD if is_over else DeliveryState.PENDING,
        reason=DeliveryReason.GAVE_UP if is_over else _reason(result),
        not_before=None if is_over else min(now + wait, limit),
        receiver_hold_until=now + hold if hold else None,
        receiver_hold_reason=_reason(result) if hold else "",
    )


def must_not_resend(driver: DriverKind, on_unsure: str) -> bool:
    """Whether a receiver prefers silence to a repeat; a bot looks before it repeats."""
    return on_unsure == "hold" and driver is not DriverKind.SLACK_BOT


def _reason(result: SendResult) -> DeliveryReason:
    match result.outcome:
        case Outcome.UNSURE:
            return DeliveryReason.UNANSWERED
        case Outcome.RECEIVER_BROKEN:
            return DeliveryReason.RECEIVER_BROKEN
        case _:
            return DeliveryReason.RATE_LIMITED if _is_rate_limit(result) else DeliveryReason.RETRY


def _is_rate_limit(result: SendResult) -> bool:
    return result.retry_after is not None or result.code == _TOO_MANY_REQUESTS


def _receiver_hold(result: SendResult, attempt: int) -> timedelta | None:
    """Return how long the whole receiver waits: its fault must not cost each message."""
    if result.outcome is Outcome.RECEIVER_BROKEN:
        return max(_nth(_PROBE_WAITS, attempt), _asked_wait(result))
    if result.outcome is Outcome.RETRY and _is_rate_limit(result):
        return _asked_wait(result) or _DEFAULT_RETRY_AFTER
    return None


def _asked_wait(result: SendResult) -> timedelta:
    return min(result.retry_after or timedelta(0), MAX_RECEIVER_HOLD)


def _wait(result: SendResult, *, attempt: int, driver: DriverKind, jitter: float) -> timedelta:
    if result.outcome is Outcome.UNSURE and driver is DriverKind.SLACK_WEBHOOK:
        return _REPEAT_AFTER
    if result.outcome is Outcome.UNSURE and driver is DriverKind.SLACK_BOT and attempt == 1:
        return _LOOK_UP_AFTER
    waits = _WAITS.get(driver, _OTHER_WAITS)
    return _nth(waits, attempt) * (0.5 + jitter / 2)


def _nth(waits: Sequence[timedelta], attempt: int) -> timedelta:
    return waits[min(max(attempt, 1), len(waits)) - 1]


# ---------------------------------------------------------------- local time


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which a wall clock first shows a time of a day.

    A time that the clock skips is the instant of the skip; None for a day that is skipped whole.
    """
    earlier = datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)
    if _shows(earlier, zone) == datetime.combine(day, at):
        return earlier
    # In a gap fold=0 reckons with the offset before it and lands behind it; fold=1 before it.
    before = datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(UTC)
    skip = _skip_between(before, earlier, zone)
    return skip if _shows(skip, zone).date() == day else None


def _shows(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _skip_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Find the second at which the offset changes, between two instants on either side."""
    offset = high.astimezone(zone).utcoffset()
    low = low.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


# ---------------------------------------------------------------- quiet hours

_LONGEST_QUIET_DAYS = 7  # spans that touch count as one, up to a week


def held_until(severity: Severity, *, quiet: QuietHours, now: datetime) -> datetime | None:
    """Return until when a message of this severity is held; None: it goes out now.

    Spans that touch or overlap, as whole quiet days do, are one.
    """
    if severity not in quiet.hold:
        return None
    zone = ZoneInfo(quiet.timezone)
    today = now.astimezone(zone).date()
    until: datetime | None = None
    for offset in range(-1, _LONGEST_QUIET_DAYS):
        span = _quiet_span(quiet, today + offset * _DAY, zone)
        if span is not None and span[0] <= (until or now) < span[1]:
            until = span[1]
    return until


def _quiet_span(quiet: QuietHours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    if day.weekday() not in quiet.days:
        return None
    last_day = day if quiet.ends > quiet.starts else day + _DAY
    starts_at = local_instant(day, quiet.starts, zone)
    ends_at = local_instant(last_day, quiet.ends, zone)
    if starts_at is None or ends_at is None:
        return None
    return starts_at, ends_at


# ---------------------------------------------------------------- digests

LATE_AFTER = timedelta(minutes=15)
_LOOK_BACK_DAYS = 8  # a weekly digest and the day it may have been skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWindow:
    """The span that a digest covers: everything from the previous one's end to its own."""

    since_at: datetime
    until_at: datetime
    is_late: bool = False


def due_digest(
    plan: DigestPlan, *, last_until: datetime | None, now: datetime
) -> DigestWindow | None:
    """Return the window whose digest is due, if one is.

    There is one window for each local time of the plan, through every change of the clocks: a time
    that the clock skips is the instant of the skip, one that it shows twice is its first. Missed
    ones come as a single late one, so that windows leave no gap and nobody gets a burst.

    `last_until` is where the last window ended, or when the digest was first seen in the
    configuration. None: neither is known, and only a slot that has just passed counts.
    """
    slot = _last_slot(plan, now)
    if slot is None or (last_until is not None and slot <= last_until):
        return None
    is_late = now - slot > LATE_AFTER
    if last_until is not None:
        return DigestWindow(since_at=last_until, until_at=slot, is_late=is_late)
    if is_late:
        return None
    previous = _last_slot(plan, slot - timedelta(microseconds=1))
    return DigestWindow(since_at=previous or slot - _DAY, until_at=slot)


def _last_slot(plan: DigestPlan, now: datetime) -> datetime | None:
    """Return the latest instant, up to now, at which the plan wanted a digest."""
    zone = ZoneInfo(plan.timezone)
    today = now.astimezone(zone).date()
    for back in range(_LOOK_BACK_DAYS + 1):
        day = today - back * _DAY
        if day.weekday() in plan.days:
            slots = (local_instant(day, at, zone) for at in plan.at)
            if past := [slot for slot in slots if slot is not None and slot <= now]:
                return max(past)
    return None
