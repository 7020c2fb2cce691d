"""Describes broken receivers: their answers, and the remedies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from shlex import quote
from types import MappingProxyType
from typing import Final

from straitwatch.core.model import DeliveryReason, DriverKind, Receiver
from straitwatch.core.policy import RECEIVER_BROKEN_AFTER, RECEIVER_UNREACHABLE_AFTER
from straitwatch.core.refusals import Refusal, explain

NO_CONNECTION: Final = "no connection to Slack"  # begins the problem of buttons
_SOCKET_MODE: Final = (
    "switch Socket Mode on, and create an app-level token with `connections:write`, under "
    "https://api.slack.com/apps > Basic Information"
)
_NETWORK: Final = "check the network and proxy of this machine"
_HOLD_CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        DeliveryReason.RATE_LIMITED: "its rate limit is reached",
        DeliveryReason.UNANSWERED: "it gave no answer",
        DeliveryReason.RECEIVER_BROKEN: "it refused a message",
        DeliveryReason.RECEIVER_REFUSED: "it refused a message",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverState:
    """The history of a receiver that has been used."""

    name: str
    hold_until: datetime | None = None
    hold_reason: str = ""
    failures: int = 0  # refusals in a row
    broken_at: datetime | None = None  # of the first of them
    last_ok_at: datetime | None = None
    failed_at: datetime | None = None  # of the last attempt, if it failed
    last_code: str = ""  # of that attempt
    last_text: str = ""
    driver: str = ""  # of the last attempt
    mark: str = ""  # of the address in the last attempt, see `Receiver.mark`
    paused_at: datetime | None = None
    paused_by: str = ""

    @property
    def was_used(self) -> bool:
        """True if a message was sent to it, or tried."""
        return self.last_ok_at is not None or self.failed_at is not None or self.failures > 0

    @property
    def is_failing(self) -> bool:
        """True if the last attempt failed."""
        return self.failed_at is not None

    def is_holding(self, now: datetime) -> bool:
        """Return True if it holds messages: it is paused, held, or waits for the next try."""
        is_held = self.hold_until is not None and self.hold_until > now
        return self.paused_at is not None or is_held or self.is_failing

    @property
    def refusal(self) -> Refusal:
        """The answer to the last attempt that failed, explained."""
        if not self.driver:
            return Refusal(service="", code=self.last_code, cause=self.last_text)
        return explain(DriverKind(self.driver), self.last_code, self.last_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecipient:
    """The answer of a mail server that refuses one of several recipients."""

    since_at: datetime
    code: str
    text: str

    @property
    def refusal(self) -> Refusal:
        """The answer, explained."""
        return explain(DriverKind.SMTP, self.code, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverCondition:
    """A receiver, its faults, and the messages that wait for it."""

    state: ReceiverState
    refused: Mapping[str, RefusedRecipient] = field(default_factory=dict)  # by address
    buttons_problem: str = ""  # why clicks in Slack do not arrive
    waiting: int = 0  # pending messages
    retried_since: datetime | None = None  # creation of the oldest message with failed retries

    @property
    def name(self) -> str:
        """The name of the receiver."""
        return self.state.name


def usable_fallback(name: str, receivers: Mapping[str, Receiver]) -> str:
    """Return the next receiver for the messages of another one; "" if none can be used."""
    seen = {name}
    while (name := receivers[name].fallback) and name in receivers and name not in seen:
        if not receivers[name].broken_because:
            return name
        seen.add(name)
    return ""


def broken_since(receiver: ReceiverCondition, now: datetime, *, mark: str = "") -> datetime | None:
    """Return since when a receiver refuses messages or cannot be reached; None if it works.

    Args:
        receiver: the receiver.
        now: the current time.
        mark: of its present address; what another address answered says nothing about it.
    """
    state = receiver.state
    if state.paused_at or (mark and state.mark and mark != state.mark):
        return None
    if state.broken_at:
        return state.broken_at
    long_ago, since_at = now - RECEIVER_UNREACHABLE_AFTER, receiver.retried_since
    is_silent = state.last_ok_at is None or state.last_ok_at < long_ago
    return since_at if is_silent and since_at and since_at <= long_ago else None


def broken_receivers(
    receivers: Iterable[ReceiverCondition], now: datetime, zone: tzinfo = UTC
) -> Mapping[str, str]:
    """Return the broken receivers that a notice reports, each with the cause and the remedy."""
    by_name = sorted(receivers, key=lambda receiver: receiver.name)
    return {
        receiver.name: _describe(receiver, since_at.astimezone(zone))
        for receiver in by_name
        if (since_at := broken_since(receiver, now)) and _is_reported(receiver.state, now)
    }


def refused_notices(receivers: Iterable[ReceiverCondition], zone: tzinfo = UTC) -> dict[str, str]:
    """Return the refused recipients that a notice reports, each with the cause and the remedy."""
    by_name = sorted(receivers, key=lambda receiver: receiver.name)
    return {
        f"{address} of {receiver.name}": "; ".join(
            filter(None, (str(answer.refusal), answer.refusal.remedy, _since(answer, zone)))
        )
        for receiver in by_name
        for address, answer in sorted(receiver.refused.items())
    }


def _since(answer: RefusedRecipient, zone: tzinfo) -> str:
    return f"since {answer.since_at.astimezone(zone):%d %b %H:%M %Z}"


def _is_reported(state: ReceiverState, now: datetime) -> bool:
    """Return True unless a receiver refused messages for moments only."""
    if state.hold_reason == DeliveryReason.RECEIVER_REFUSED or not state.broken_at:
        return True
    return state.broken_at <= now - RECEIVER_BROKEN_AFTER


def _describe(receiver: ReceiverCondition, since_at: datetime) -> str:
    refusal = receiver.state.refusal
    since, waiting = f"since {since_at:%d %b %H:%M %Z}", f"{receiver.waiting} waiting"
    return "; ".join(part for part in (str(refusal), refusal.remedy, since, waiting) if part)


def describe_state(state: ReceiverState, now: datetime, zone: tzinfo, *, mark: str = "") -> str:
    """Describe a receiver that is not broken: `ok`, `paused by Lin`, `not used yet`."""
    if state.paused_at:
        return f"paused by {state.paused_by or 'an operator'}"
    if mark and state.mark and mark != state.mark and state.is_failing:
        return "changed after a failure, not used since"
    if state.hold_until and state.hold_until > now:
        cause = _HOLD_CAUSES.get(state.hold_reason, "held")
        return f"{cause}, waits until {state.hold_until.astimezone(zone):%H:%M %Z}"
    if not state.was_used:
        return "not used yet"
    if state.is_failing and state.failed_at:
        return f"last try failed at {state.failed_at.astimezone(zone):%H:%M %Z}: {state.refusal}"
    return "ok"


# ---------------------------------------------------------------- for people


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverStatus:
    """A receiver and its state in words, such as `ok` or `paused by Lin`."""

    name: str
    state: str
    is_broken: bool = False  # it cannot be reached, or refuses messages or a recipient
    hint: str = ""  # what to do, also if only its buttons do not work
    can_resume: bool = False  # it holds messages that can be tried at once


def describe_receivers(
    conditions: Iterable[ReceiverCondition],
    receivers: Mapping[str, Receiver] | None,
    now: datetime,
    zone: tzinfo,
) -> tuple[ReceiverStatus, ...]:
    """Describe every receiver.

    Args:
        conditions: of the receivers that have been used.
        receivers: those of the configuration; None if it cannot be read.
        now: the current time.
        zone: of the times.
    """
    by_name = {condition.name: condition for condition in conditions}
    if receivers is None:
        names = [name for name, found in by_name.items() if found.state.was_used]
        receivers = {name: Receiver(name=name, url="") for name in sorted(names)}
    return tuple(
        _describe_receiver(
            by_name.get(name, ReceiverCondition(state=ReceiverState(name=name))),
            receivers,
            now,
            zone,
        )
        for name in receivers
    )


def _describe_receiver(
    condition: ReceiverCondition,
    receivers: Mapping[str, Receiver],
    now: datetime,
    zone: tzinfo,
) -> ReceiverStatus:
    name, receiver = condition.name, receivers[condition.name]
    fallback = usable_fallback(name, receivers)
    outcome = f"its messages go to {fallback}" if fallback else f"{condition.waiting} waiting"
    if unusable := receiver.broken_because:
        return ReceiverStatus(name=name, state=f"{unusable}; {outcome}" if fallback else unusable)
    since_at = broken_since(condition, now, mark=receiver.mark)
    if since_at is None:
        status = ReceiverStatus(
            name=name,
            state=describe_state(condition.state, now, zone, mark=receiver.mark),
            can_resume=condition.state.is_holding(now),
        )
        return _with_faults(status, condition, zone)
    refusal = condition.state.refusal
    return ReceiverStatus(
        name=name,
        state=f"broken since {since_at.astimezone(zone):%d %b %H:%M %Z}: {refusal}; {outcome}",
        is_broken=True,
        can_resume=True,
        hint=refusal.remedy or f"run `straitwatch receivers test {quote(name)}`",
    )


def _with_faults(
    status: ReceiverStatus, condition: ReceiverCondition, zone: tzinfo
) -> ReceiverStatus:
    """Return the state of a receiver that works, with its refused recipients and dead buttons."""
    faults = {
        f"{address} refused {_since(answer, zone)}: {answer.refusal}": answer.refusal.remedy
        for address, answer in sorted(condition.refused.items())
    }
    if problem := condition.buttons_problem:
        is_refused = not problem.startswith(NO_CONNECTION)
        faults[f"its buttons do not work: {problem}"] = _SOCKET_MODE if is_refused else _NETWORK
    if not faults:
        return status
    hint = next(filter(None, faults.values()), f"run `straitwatch receivers test {status.name}`")
    state = "; ".join((status.state, *faults))
    return replace(status, state=state, is_broken=bool(condition.refused), hint=hint)
