"""A message on its way to one recipient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from straitwatch.core.model.action import ManualAction
from straitwatch.core.model.message import AlertKind, Facts


class DeliveryState(StrEnum):
    """The state of a delivery; delivered, merged, cancelled and dead are final."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    MERGED = "merged"
    CANCELLED = "cancelled"
    DEAD = "dead"


class Outcome(StrEnum):
    """The five ways an attempt can end; also the metric label."""

    DELIVERED = "delivered"
    RETRY = "retry"
    UNSURE = "unsure"
    PERMANENT = "permanent"
    RECEIVER_BROKEN = "receiver_broken"


class DriverKind(StrEnum):
    """The ways in which messages are sent."""

    SLACK_WEBHOOK = "slack-webhook"
    SLACK_BOT = "slack-bot"
    SMTP = "smtp"
    APPRISE = "apprise"
    TERMINAL = "terminal"


class DeliveryReason(StrEnum):
    """The reason for the state of a delivery, as stored."""

    NONE = ""
    # pending: waiting for the next attempt
    RETRY = "retry"
    RATE_LIMITED = "rate_limited"
    UNANSWERED = "unanswered"  # dead too, if the receiver must not get a repeat
    UNSURE = "unsure"  # the sender's process ended during the attempt
    RECEIVER_BROKEN = "receiver_broken"  # dead too, if the receiver was never set up
    RECEIVER_REFUSED = "receiver_refused"  # only a person can help; dead too, after a day
    LIMIT = "limit"
    RETRIED = "retried by a person"
    REPLAYED = "replayed by a person"
    INSTEAD_OF = "instead of"  # followed by the receiver that failed
    # held or merged
    QUIET_HOURS = "quiet_hours"
    GROUP_WAIT = "group_wait"
    UPDATE_WAIT = "update_wait"
    HELD = "held"
    FALLBACK = "fallback"  # dead too, if the fallback failed
    # final
    DELIVERED = "delivered"
    CANCELLED = "cancelled by a person"
    MUTED = "muted by a person"  # cancelled: the digest lists it
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    UNREADABLE = "unreadable"
    CARRIER = "carrier"  # the delivery that it was merged into is dead or cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one recipient: an alert, a receiver, and the routes that lead there.

    Unique by (story, revision, receiver, recipient).
    """

    id: str  # delivery_key(...): the same after a crash
    alert_id: str
    receiver: str
    recipient: str = ""  # "" for receivers with a single target
    routes: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    state: DeliveryState = DeliveryState.PENDING
    state_reason: str = ""
    not_before: datetime | None = None
    give_up_at: datetime | None = None
    parent_id: str = ""  # the delivery of the story's first alert to the same place


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The exact bytes of a message, made once, before its first attempt."""

    body: bytes
    content_type: str  # application/json, message/rfc822, text/plain
    note: Mapping[str, str] = field(default_factory=dict)  # such as subject, message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLinks:
    """The addresses of the pages about a story of a message."""

    story: str
    act: str  # where the recipient can act without a login; signed


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJob:
    """Everything that a driver needs to render and send one delivery."""

    delivery: Delivery
    kind: AlertKind
    facts: Facts
    attempt: int = 1  # 1 for the first
    frozen: Frozen | None = None  # None: not rendered yet
    parent_ref: Mapping[str, str] = field(default_factory=dict)  # the `ref` of the parent
    is_possible_repeat: bool = False  # an earlier attempt got no answer
    started_at: datetime | None = None  # of the attempt that got no answer
    created_at: datetime | None = None  # of the alert; the Date of a mail
    rendered_at: datetime | None = None  # the day of the message: its times do not repeat it
    links: Mapping[str, StoryLinks] = field(default_factory=dict)  # by story; {} without pages
    stories_url: str = ""  # of the page of a digest's stories; "" without pages
    config_option: str = ""  # `--config DIR`, for the commands that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class EditJob:
    """A sent message, and everything that it must show now."""

    delivery: Delivery
    facts: Facts
    frozen: Frozen  # as rendered
    ref: Mapping[str, str] = field(default_factory=dict)  # of the message, as its driver knows it
    actions: Mapping[str, Sequence[ManualAction]] = field(default_factory=dict)  # by story, newest
    latest: Frozen | None = None  # the latest update in its thread
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The result of one attempt."""

    outcome: Outcome
    code: str = ""  # the server's: 429, 550, invalid_blocks ...
    text: str = ""  # short, for people, without secrets
    retry_after: timedelta | None = None
    ref: Mapping[str, str] = field(default_factory=dict)  # ts, channel, message_id
    is_recipient_refused: bool = False  # whatever the message: the mailbox does not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The state of a delivery after an attempt, and a hold of its receiver."""

    state: DeliveryState
    reason: DeliveryReason
    not_before: datetime | None = None
    receiver_hold_until: datetime | None = None  # the receiver gets no message until then
    receiver_hold_reason: str = ""
    driver: DriverKind | None = None  # of the attempt
    mark: str = ""  # of the address in the attempt, see `Receiver.mark`
