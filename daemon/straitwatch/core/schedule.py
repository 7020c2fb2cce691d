"""Decides when a message is tried again or held, and when a digest is due.

Callers pass `now`, and a random `jitter` in [0, 1) where times are spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from straitwatch.core.model import (
    DeliveryReason,
    DeliveryState,
    DigestPlan,
    DriverKind,
    EditJob,
    NextStep,
    Outcome,
    QuietHours,
    SendResult,
    Severity,
)
from straitwatch.core.policy import (
    DIGEST_LATE_AFTER,
    GIVE_UP_AFTER,
    MAX_RECEIVER_HOLD,
    REFUSED_HOLD,
    give_up_after,
)
from straitwatch.core.refusals import explain

_DAY = timedelta(days=1)

# ---------------------------------------------------------------- deliveries


def _minutes(*values: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=value) for value in values)


# The waits after the first, second, ... failed attempt; the last one repeats.
_SLACK_WAITS = _minutes(0.25, 0.5, 1, 2, 4, 8, 10)
_WAITS = {
    DriverKind.SLACK_WEBHOOK: _SLACK_WAITS,
    DriverKind.SLACK_BOT: _SLACK_WAITS,
    DriverKind.SMTP: _minutes(1, 5, 10, 20, 30),  # greylisting servers refuse for minutes
}
_EDIT_WAITS = _minutes(0.05, 0.1, *(wait / timedelta(minutes=1) for wait in _SLACK_WAITS))
_OTHER_WAITS = _minutes(0.5, 1, 2, 4, 8, 16, 30)
_PROBE_WAITS = _minutes(1, 5, 15, 60)  # of a broken receiver
_DEFAULT_RETRY_AFTER = timedelta(seconds=30)
_REPEAT_AFTER = timedelta(seconds=30)  # an unanswered webhook, marked as possible repeat
_LOOK_UP_AFTER = timedelta(seconds=5)  # until an unanswered post shows in the channel's history
_TOO_MANY_REQUESTS = "429"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to send a message, with the limits of its delivery."""

    number: int  # 1 for the first
    driver: DriverKind
    on_unsure: str  # after an attempt without an answer: resend, or hold to avoid a repeat
    unsure_count: int = 0  # earlier attempts without an answer
    created_at: datetime
    give_up_at: datetime | None = None  # None: the limit of the driver, counted from `created_at`
    mark: str = ""  # of the address, see `Receiver.mark`

    @property
    def last_at(self) -> datetime:
        """The time of the last attempt. A delivery is limited by time, not by a count."""
        return self.give_up_at or self.created_at + give_up_after(self.driver)


def after_attempt(
    result: SendResult, attempt: Attempt, *, now: datetime, jitter: float
) -> NextStep:
    """Return the next step of a delivery, and a hold of its receiver if the receiver fails."""
    step = _next_step(result, attempt, now=now, jitter=jitter)
    return replace(step, driver=attempt.driver, mark=attempt.mark)


def _next_step(result: SendResult, attempt: Attempt, *, now: datetime, jitter: float) -> NextStep:
    if result.outcome is Outcome.DELIVERED:
        return NextStep(state=DeliveryState.DELIVERED, reason=DeliveryReason.DELIVERED)
    if result.outcome is Outcome.PERMANENT:
        return NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.REFUSED)
    is_unsure = result.outcome is Outcome.UNSURE
    if is_unsure and must_not_resend(attempt.driver, attempt.on_unsure):
        return NextStep(state=DeliveryState.DEAD, reason=DeliveryReason.UNANSWERED)
    hold = _receiver_hold(result, attempt)
    is_over = now >= attempt.last_at
    wait = hold or _wait(result, attempt, jitter=jitter)
    return NextStep(
        state=DeliveryState.DEAD if is_over else DeliveryState.PENDING,
        reason=DeliveryReason.GAVE_UP if is_over else _reason(result, attempt),
        not_before=None if is_over else min(now + wait, attempt.last_at),
        receiver_hold_until=now + hold if hold else None,
        receiver_hold_reason=_reason(result, attempt) if hold else "",
    )


def after_edit(
    job: EditJob, result: SendResult, attempts: int, *, asked_at: datetime, now: datetime
) -> datetime | None:
    """Return when a sent message is edited next; None if it shows everything, or will never do.

    A silence that the message shows ends without an event, so its end is an edit too.
    """
    if result.outcome is Outcome.DELIVERED:
        shown = [action for actions in job.actions.values() for action in actions]
        ends = [action.until_at for action in shown if action.until_at and not action.undone_at]
        return min((end for end in ends if end > now), default=None)
    if result.outcome is Outcome.PERMANENT or now - asked_at > GIVE_UP_AFTER:
        return None
    waits = _PROBE_WAITS if result.outcome is Outcome.RECEIVER_BROKEN else _EDIT_WAITS
    return now + max(_asked_wait(result), _nth(waits, attempts))


def must_not_resend(driver: DriverKind, on_unsure: str) -> bool:
    """Return True if the receiver must not get a repeat; a bot looks before it posts again."""
    return on_unsure == "hold" and driver is not DriverKind.SLACK_BOT


def _reason(result: SendResult, attempt: Attempt) -> DeliveryReason:
    match result.outcome:
        case Outcome.UNSURE:
            return DeliveryReason.UNANSWERED
        case Outcome.RECEIVER_BROKEN if _is_refused(result, attempt):
            return DeliveryReason.RECEIVER_REFUSED
        case Outcome.RECEIVER_BROKEN:
            return DeliveryReason.RECEIVER_BROKEN
        case _:
            return DeliveryReason.RATE_LIMITED if _is_rate_limit(result) else DeliveryReason.RETRY


def _is_refused(result: SendResult, attempt: Attempt) -> bool:
    """Return True if only a person can repair the receiver, for example a deleted webhook."""
    is_broken = result.outcome is Outcome.RECEIVER_BROKEN
    return is_broken and explain(attempt.driver, result.code, result.text).is_permanent


def _is_rate_limit(result: SendResult) -> bool:
    return result.retry_after is not None or result.code == _TOO_MANY_REQUESTS


def _receiver_hold(result: SendResult, attempt: Attempt) -> timedelta | None:
    """Return how long the whole receiver waits, so that its fault does not fail every message."""
    if _is_refused(result, attempt):
        return REFUSED_HOLD
    if result.outcome is Outcome.RECEIVER_BROKEN:
        return max(_nth(_PROBE_WAITS, attempt.number), _asked_wait(result))
    if result.outcome is Outcome.RETRY and _is_rate_limit(result):
        return _asked_wait(result) or _DEFAULT_RETRY_AFTER
    is_webhook = attempt.driver is DriverKind.SLACK_WEBHOOK
    if result.outcome is Outcome.UNSURE and is_webhook and attempt.unsure_count:
        # Two unanswered attempts in a row mean that Slack is in trouble. One message probes it.
        return max(_nth(_PROBE_WAITS, attempt.unsure_count), _asked_wait(result))
    return None


def _asked_wait(result: SendResult) -> timedelta:
    return min(result.retry_after or timedelta(0), MAX_RECEIVER_HOLD)


def _wait(result: SendResult, attempt: Attempt, *, jitter: float) -> timedelta:
    driver, is_unsure = attempt.driver, result.outcome is Outcome.UNSURE
    if is_unsure and driver is DriverKind.SLACK_WEBHOOK:
        return _REPEAT_AFTER
    if is_unsure and driver is DriverKind.SLACK_BOT and attempt.number == 1:
        return _LOOK_UP_AFTER
    waits = _WAITS.get(driver, _OTHER_WAITS)
    return _nth(waits, attempt.number) * (0.5 + jitter / 2)


def _nth(waits: Sequence[timedelta], number: int) -> timedelta:
    return waits[min(max(number, 1), len(waits)) - 1]


# ---------------------------------------------------------------- local time


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which a wall clock first shows a time of a day.

    A time that the clock skips becomes the instant of the skip. A day that is skipped as a whole
    has no instant: None.
    """
    earlier = datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)
    if _shows(earlier, zone) == datetime.combine(day, at):
        return earlier
    # In a gap, fold=0 uses the offset before it and ends up behind it; fold=1 ends up before it.
    before = datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(UTC)
    skip = _skip_between(before, earlier, zone)
    return skip if _shows(skip, zone).date() == day else None


def _shows(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _skip_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which the offset changes between two instants."""
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

_LONGEST_QUIET_DAYS = 7  # of spans that touch


def held_until(severity: Severity, *, quiet: QuietHours, now: datetime) -> datetime | None:
    """Return when quiet hours stop holding a message of this severity; None if none hold it.

    Spans that touch or overlap, such as whole quiet days, count as one.
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

_LOOK_BACK_DAYS = 8  # a week, and the day on which a weekly digest may have been skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWindow:
    """The span that a digest covers, from the end of the previous one."""

    since_at: datetime
    until_at: datetime
    is_late: bool = False


def due_digest(
    plan: DigestPlan, *, last_until: datetime | None, now: datetime
) -> DigestWindow | None:
    """Return the window whose digest is due, if one is.

    Each local time of the plan ends one window, also when the clocks change: a time that the clock
    skips becomes the instant of the skip, and a time that it shows twice counts once, the first
    time. Missed digests become a single late one, so windows leave no gap and cause no burst.

    Args:
        plan: the digest.
        last_until: the end of the last window, or when the digest was first seen in the
            configuration. If None, only a time of the plan that has just passed counts.
        now: the current time.

    """
    slot = _last_slot(plan, now)
    if slot is None or (last_until is not None and slot <= last_until):
        return None
    is_late = now - slot > DIGEST_LATE_AFTER
    if last_until is not None:
        return DigestWindow(since_at=last_until, until_at=slot, is_late=is_late)
    if is_late:
        return None
    return DigestWindow(since_at=previous_slot(plan, slot), until_at=slot)


def previous_slot(plan: DigestPlan, slot: datetime) -> datetime:
    """Return the time of the plan before another one: the window of a first digest begins then."""
    return _last_slot(plan, slot - timedelta(microseconds=1)) or slot - _DAY


def _last_slot(plan: DigestPlan, now: datetime) -> datetime | None:
    """Return the latest instant up to now at which the plan wants a digest."""
    zone = ZoneInfo(plan.timezone)
    today = now.astimezone(zone).date()
    for back in range(_LOOK_BACK_DAYS + 1):
        day = today - back * _DAY
        if day.weekday() in plan.days:
            slots = (local_instant(day, local_time, zone) for local_time in plan.at)
            if past := [slot for slot in slots if slot is not None and slot <= now]:
                return max(past)
    return None
