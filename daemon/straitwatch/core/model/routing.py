"""Receivers, routes, silences and schedules as configured."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from straitwatch.core.model.entry import EntryKind
from straitwatch.core.model.problem import Position
from straitwatch.core.model.severity import Severity
from straitwatch.core.model.watchlist import ANY_STORY, StoryFilter

EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A maximum of messages in any period of this length; a roll-up combines the others."""

    messages: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """The receiver of messages that another receiver could not deliver."""

    receiver: str
    recipients: tuple[str, ...]
    give_up_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A reader of alerts with several receivers, of which the first working one is used."""

    name: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A destination of messages: one Apprise URL and its settings.

    `url` is secret: it is never logged; `repr` leaves it out. `broken_because` is set when the
    receiver cannot be used as configured, for instance because a variable is unset; its
    deliveries then wait.
    """

    name: str
    url: str = field(repr=False)
    driver: str = "auto"  # auto, slack, smtp, apprise, terminal
    base_url: str = ""  # Slack only: replaces https://hooks.slack.com and https://slack.com/api
    app_token: str = field(default="", repr=False)  # Slack bots only: a secret; for buttons
    limit: Limit | None = None
    fallback: str = ""  # the receiver of undelivered messages
    on_unsure: str = "resend"  # resend, hold
    give_up_after: timedelta | None = None  # None: 24 h, mail 48 h; with a fallback half an hour
    message_id_domain: str = ""
    broken_because: str = ""

    @property
    def mark(self) -> str:
        """Four hex digits that change with the address: too few to guess a password by."""
        if not self.url:
            return ""
        address = f"{self.url}\n{self.base_url}\n{self.driver}"
        return hashlib.sha256(address.encode()).hexdigest()[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A rule that sends matches to receivers; the first that fits wins unless `continues`."""

    name: str
    watchlists: tuple[str, ...] = ()  # empty: any
    severities: tuple[Severity, ...] = ()
    tags: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[EntryKind, ...] = (EntryKind.NEWS,)
    story: StoryFilter = ANY_STORY
    send: tuple[str, ...] = ()
    continues: bool = False
    group_wait: timedelta = timedelta(0)
    quiet_hours: str = ""
    updates: str = "thread"  # thread, message, digest, off
    position: Position | None = None

    def kind_misfit(self, kind: EntryKind) -> str:
        """Return the reason why the route does not take entries of this kind, or ""."""
        if kind in self.kinds:
            return ""
        return f"wants kinds {' or '.join(self.kinds)}, this is {kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily period in a time zone that holds messages of some severities."""

    name: str
    days: tuple[int, ...] = EVERY_DAY  # the days on which the period begins
    starts: time
    ends: time
    timezone: str
    hold: tuple[Severity, ...] = (Severity.LOW, Severity.NORMAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """A regular summary, sent even without matches."""

    name: str
    at: tuple[time, ...]  # of the wall clock
    timezone: str
    days: tuple[int, ...] = EVERY_DAY
    send: tuple[str, ...] = ()
    include: tuple[str, ...] = ()  # watch-list ids; empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Matches that send no alert for a while; the digest lists them. An empty tuple fits all.

    A silence that names no severity does not apply to critical matches.
    """

    until_at: datetime
    starts_at: datetime | None = None  # None: active from the beginning
    id: str = ""  # "" for a silence of the configuration
    watchlists: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    tags: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()  # muted ones
    author: str = ""
    reason: str = ""

    @property
    def subject(self) -> str:
        """The silenced matches in words: `list taiwan-policy, severity low or normal`."""
        parts = {
            "list": self.watchlists,
            "severity": self.severities,
            "tag": self.tags,
            "stance": self.stances,
            "language": self.languages,
            "story": self.stories,
        }
        named = [f"{word} {' or '.join(values)}" for word, values in parts.items() if values]
        return ", ".join(named) or "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """The settings that decisions and routing use."""

    routes: tuple[Route, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    digests: tuple[DigestPlan, ...] = ()
    silences: tuple[Silence, ...] = ()
    people: tuple[Person, ...] = ()
    max_age: timedelta = timedelta(hours=48)  # older entries go to the digest, marked late
    backfill: timedelta = timedelta(0)  # at the first fetch, entries up to this age are news
    update_wait: timedelta = timedelta(minutes=10)  # collects updates of one story; 0: sent at once
    languages: tuple[str, ...] = ()  # of headlines, in order of preference; empty: any
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A synthetic message that tests the whole path to receivers, and a dead man's switch."""

    every: timedelta = timedelta(minutes=15)
    send: tuple[str, ...] = ()
    ping: str = field(default="", repr=False)  # a secret, like the address of a receiver
