"""Reports and the stories they form."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from straitwatch.core.model.entry import Entry, Kind, Signal
from straitwatch.core.model.feed import Feed
from straitwatch.core.model.fold import Features
from straitwatch.core.model.match import Difference, Match, StoryLevel
from straitwatch.core.model.severity import Severity


class ReportStatus(StrEnum):
    """The way a report arrived; only fresh and edited ones are news."""

    FRESH = "fresh"
    EDITED = "edited"  # its entry was stored before, with another text
    BASELINE = "baseline"  # its feed is seen for the first time
    REKEYED = "rekeyed"  # its feed carried it before, under another id
    LATE = "late"  # published too long ago

    @property
    def is_news(self) -> bool:
        """True if the report may raise the severity of its story."""
        return self in (ReportStatus.FRESH, ReportStatus.EDITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet as messages show it."""

    name: str
    stance: str = ""
    tier: int = 3
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A matched entry as one outlet's report, made once, before the transaction that stores it."""

    entry: Entry
    feed: Feed
    outlet: Outlet
    attributions: tuple[str, ...]  # whose reporting it may be, in order; the story decides
    matches: tuple[Match, ...]
    kind: Kind
    signals: tuple[Signal, ...]
    features: Features
    seen_at: datetime
    status: ReportStatus = ReportStatus.FRESH
    is_edited: bool = False  # its entry was stored before, whatever the status
    differences: tuple[Difference, ...] = ()  # of a change to the lists that runs in shadow


UNNAMED_MEDIA = "other media"  # whose reporting it is that gives no name: `newspaper reports`


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """One outlet's report as an alert lists it."""

    outlet: Outlet
    title: str
    url: str
    seen_at: datetime
    published_at: datetime | None = None
    origin: str = ""  # whose reporting it is, when it is not the outlet's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All reports of one event; `revision` grows with each alert or update."""

    id: str
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    revision: int = 0  # 0: not alerted yet
    severity: Severity = Severity.LOW
    watchlists: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()  # distinct outlet names, in order of arrival
    reports: tuple[StoryReport, ...] = ()  # the first few, oldest first
    has_tier_one: bool = False
    origins: tuple[str, ...] = ()  # whose reporting the outlets carry, in order of arrival
    is_state_only: bool = False  # no outlet but state media has reported it
    recent: tuple[tuple[str, datetime], ...] = ()  # the origins of the last hour, and when
    pending_levels: tuple[
        StoryLevel, ...
    ] = ()  # lines of severity that its reports left to the story
    is_breaking: bool = False  # many origins within an hour raised its severity, once
    alerted_at: datetime | None = None
    sent_severity: Severity | None = None  # the highest in a message about it
    sent_languages: tuple[str, ...] = ()  # of the reports in messages about it
    threads: tuple[tuple[str, str, str], ...] = ()  # receiver, recipient, its first delivery's id
