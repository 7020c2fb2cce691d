"""Reads the state of the daemon: counts for scripts, sentences for people."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from straitwatch import store as db
from straitwatch.config import Settings
from straitwatch.core.blind_windows import describe_windows
from straitwatch.core.liveness import Liveness, describe_pages
from straitwatch.core.pauses import describe_pause
from straitwatch.core.receivers import ReceiverStatus, describe_receivers
from straitwatch.core.validators import describe_distrust
from straitwatch.engines import describe, engine_of, unavailable_reason

COUNTS = (
    "feeds",
    "polled",
    "failed",
    "entries_new",
    "stories_new",
    "alerts",
    "delivered",
    "pending",
    "dead",
)

_DAY = timedelta(days=1)
_LISTED = 5  # feeds whose servers hid entries, and paused hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """When the status is read, and the zone of the times in its sentences."""

    now: datetime
    zone: ZoneInfo

    def local(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d %b %H:%M %Z}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The counts, and everything that needs attention."""

    counts: db.StatusCounts
    zone: ZoneInfo  # of the times that people see
    receivers: tuple[ReceiverStatus, ...]
    encoder: str
    remarks: tuple[str, ...]  # on the page, the configuration and on silences
    distrusted: tuple[str, ...] = ()  # feeds whose servers hid entries
    pauses: tuple[str, ...] = ()  # of hosts
    pages: str = ""  # of entries: those that wait, and the results of a day
    liveness: Liveness = field(default_factory=Liveness)
    blind: tuple[str, ...] = ()  # the spans of the last day in which entries may be missing

    def to_json(self) -> dict[str, int]:
        """Return the object of `status --json`."""
        return {name: getattr(self.counts, name) for name in COUNTS}


def read_status(
    tx: db.Transaction, config: Settings | None, now: datetime, *, zone: ZoneInfo
) -> Status:
    """Read the counts and everything that needs attention.

    Args:
        tx: the transaction to read in.
        config: None if it cannot be loaded; then the receivers are those used so far.
        now: the current time.
        zone: the time zone of the times in sentences.
    """
    moment = _Moment(now=now, zone=zone)
    liveness = db.liveness(tx, now, config.canary if config else None)
    return Status(
        counts=db.status_counts(tx, now),
        zone=zone,
        receivers=describe_receivers(
            db.receiver_conditions(tx), config.receivers if config else None, now, zone
        ),
        encoder=describe(unavailable_reason(engine_of(config.encoder if config else "auto"))),
        remarks=(
            *describe_pages(liveness, now),
            *_config_state(tx, config, moment),
            *_silences(tx, config, moment),
        ),
        distrusted=tuple(_distrusted(tx, moment)),
        pauses=tuple(_pauses(tx, moment)),
        pages=_pages(tx, moment),
        liveness=liveness,
        blind=describe_windows(db.blind_windows(tx, since_at=now - _DAY), zone),
    )


def _pages(tx: db.Transaction, moment: _Moment) -> str:
    """Return `pages of entries, last 24 h: 12 read, 3 waiting`; "" if there is none."""
    counts = db.count_pages(tx, since_at=moment.now - timedelta(hours=24))
    words = [f"{count} {outcome.replace('_', ' ')}" for outcome, count in sorted(counts.items())]
    return f"pages of entries, last 24 h: {', '.join(words)}" if words else ""


def _distrusted(tx: db.Transaction, moment: _Moment) -> Iterator[str]:
    """Describe the feeds whose servers hid entries."""
    distrusted = db.distrusted_feeds(tx, moment.now)
    for name, distrust in islice(distrusted.items(), _LISTED):
        yield f"{name}: {describe_distrust(distrust, moment.zone)}"
    if len(distrusted) > _LISTED:
        yield f"and {len(distrusted) - _LISTED} more; see `straitwatch feeds health`"


def _pauses(tx: db.Transaction, moment: _Moment) -> Iterator[str]:
    """Describe the hosts that asked for a pause."""
    pauses = db.active_pauses(tx, moment.now)
    for pause in islice(pauses.values(), _LISTED):
        yield describe_pause(pause, moment.zone)
    if len(pauses) > _LISTED:
        yield f"and {len(pauses) - _LISTED} more hosts; see `straitwatch feeds health`"


def _config_state(tx: db.Transaction, config: Settings | None, moment: _Moment) -> Iterator[str]:
    """Describe a rejected configuration and a shadow change."""
    if rejection := db.config_rejection(tx):
        yield _rejected(rejection, moment)
    if config and config.shadow:
        run = db.shadow_run(tx, config.shadow.version)
        names = ", ".join(path.name for path in config.shadow.files)
        until = f"until {moment.local(run.until_at)}" if run else "not started by the daemon yet"
        yield f"in shadow: {names} ({until})"


def _rejected(rejection: db.ConfigRejection, moment: _Moment) -> str:
    problems = rejection.problems
    first = problems[0].splitlines()[0] if problems else "no reason given"
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    since = moment.local(rejection.since_at)
    return f"new configuration rejected since {since}, the previous one stays active: {first}{more}"


def _silences(tx: db.Transaction, config: Settings | None, moment: _Moment) -> Iterator[str]:
    """Describe the active silences: a reader who misses an alert looks for them here."""
    configured = config.alerts.silences if config else ()
    silences = (*db.active_silences(tx, moment.now), *configured)
    active = [silence for silence in silences if silence.until_at > moment.now]
    stories = db.stories_by_id(tx, {name for silence in active for name in silence.stories})
    for silence in active:
        titles = (stories[name].title for name in silence.stories if name in stories)
        subject = " ".join((silence.subject, *(f'"{title}"' for title in titles)))
        about = ", ".join(filter(None, (silence.author, silence.reason)))
        reason = f" ({about})" if silence.reason else ""
        yield f"silenced until {moment.local(silence.until_at)}: {subject}{reason}"
