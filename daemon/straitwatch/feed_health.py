"""Reads the health of the feeds, for the command and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from straitwatch import store as db
from straitwatch.config import Settings
from straitwatch.core.blind_windows import describe_missing, windows_to_tell
from straitwatch.core.diagnosis import DiagnosedFeed, FeedDiagnosis, WatchedFeed, diagnose_feeds
from straitwatch.core.feed_words import describe_condition
from straitwatch.core.identity import host_of
from straitwatch.core.model import BlindWindow, Condition, Feed, FeedState, HostPause
from straitwatch.core.pauses import describe_pause
from straitwatch.core.redact import redact_address
from straitwatch.core.validators import describe_distrust, is_distrusted
from straitwatch.core.websub import describe_pushes

DAYS = 14  # of the counts of new entries


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealthView:
    """The health of all feeds at one time."""

    diagnosis: FeedDiagnosis
    pauses: Mapping[str, HostPause]  # by host
    new_entries: Mapping[str, Sequence[int]]  # by feed, for each of the last days
    pushes: Mapping[str, str]  # what there is to say about the pushes of a feed, by its id
    now: datetime
    zone: ZoneInfo
    missing: Mapping[str, BlindWindow] = field(default_factory=dict)  # the last one, by feed name

    @property
    def is_well(self) -> bool:
        """True if every feed is read, and none is late."""
        return not self.diagnosis.broken and not any(
            feed.condition is Condition.LATE for feed in self.diagnosis.feeds
        )

    def sentence(self, diagnosed: DiagnosedFeed) -> str:
        """Return the problem of a feed or a remark on it; "" if there is none."""
        words = describe_condition(diagnosed, now=self.now, zone=self.zone)
        detail = self.detail(diagnosed.feed, self.zone)
        rest = (part for part in detail.split("; ") if part and part not in words)
        return "; ".join(filter(None, (words, *rest)))

    def detail(self, feed: WatchedFeed, zone: ZoneInfo) -> str:
        """Return the details of the last poll, pause, validators, pushes, and missing entries."""
        state, pause = feed.state, self.pauses.get(host_of(feed.url))
        distrust = state.distrust if is_distrusted(state, self.now) else None
        missing = self.missing.get(feed.name)
        parts = (
            redact_address(state.last_detail),
            describe_pause(pause, zone) if pause else "",
            describe_distrust(distrust, zone) if distrust else "",
            self.pushes.get(state.feed_id, ""),
            describe_missing(missing, zone) if missing else "",
        )
        return "; ".join(filter(None, parts))


def read_health(
    tx: db.Transaction, loaded: Settings, *, now: datetime, zone: ZoneInfo
) -> FeedHealthView:
    """Read the health of the configured feeds."""
    states, pauses = db.feed_states(tx), db.active_pauses(tx, now)
    watched = [
        _watched(feed, states.get(feed.id), pauses.get(host_of(feed.url)))
        for feed in loaded.feeds
        if feed.enabled
    ]
    return FeedHealthView(
        diagnosis=diagnose_feeds(watched, now),
        pauses=pauses,
        missing=_missing(tx, now),
        new_entries=db.new_entries_by_day(tx, _midnights(now, zone)),
        pushes=describe_pushes(db.push_subscriptions(tx)),
        now=now,
        zone=zone,
    )


def _watched(feed: Feed, state: FeedState | None, pause: HostPause | None) -> WatchedFeed:
    """Return a feed that is due after the pause of its host."""
    found = state or FeedState(feed_id=feed.id)
    if pause is not None:
        due_at = max(found.next_due_at or pause.until_at, pause.until_at)
        found = replace(found, next_due_at=due_at)
    return WatchedFeed(name=feed.name, url=feed.url, state=found)


def _missing(tx: db.Transaction, now: datetime) -> dict[str, BlindWindow]:
    windows = windows_to_tell(db.blind_windows(tx, since_at=now - timedelta(days=DAYS)))
    return {found.feed: found.window for found in windows}


def _midnights(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the starts of the last days in a zone, the earliest first."""
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    return [datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in days]


def relative(moment: datetime | None, now: datetime) -> str:
    """Return a time as seen from now: `3 h ago`, `in 12 min`, `never`."""
    if moment is None:
        return "never"
    span = abs(moment - now)
    if span < timedelta(minutes=1):
        return "now"
    words = _rough(span)
    return f"in {words}" if moment > now else f"{words} ago"


def _rough(span: timedelta) -> str:
    units = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
    unit, name = next((unit for unit in units if span >= 2 * unit[0]), units[-1])
    return f"{span // unit} {name}"
