"""Reports and the stories they form."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from straitwatch.core.model.entry import Entry, Kind, Signal
from straitwatch.core.model.feed import Feed
from straitwatch.core.model.fold import Features
from straitwatch.core.model.match import Difference, Match, StoryLevel
from straitwatch.core.model.page import PageChange
from straitwatch.core.model.severity import Severity


class ReportStatus(StrEnum):
    """The way a report arrived; only fresh and edited ones are news."""

    FRESH = "fresh"
    EDITED = "edited"  # its entry was stored before, with another text
    BASELINE = "baseline"  # from the archive of a feed that is fetched for the first time
    REKEYED = "rekeyed"  # stored before, under another id
    LATE = "late"  # published too long ago to be news

    @property
    def is_news(self) -> bool:
        """True if the report may raise the severity of its story."""
        return self in (ReportStatus.FRESH, ReportStatus.EDITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet and the properties that messages show."""

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
    attributions: tuple[str, ...]  # the sources that it may repeat; the story decides which
    matches: tuple[Match, ...]
    kind: Kind
    signals: tuple[Signal, ...]
    features: Features
    seen_at: datetime
    status: ReportStatus = ReportStatus.FRESH
    is_edited: bool = False  # its entry was stored before; independent of the status
    differences: tuple[Difference, ...] = ()  # caused by changed lists that run in shadow
    change: PageChange | None = None  # of the article, found by looking at its page again


UNNAMED_MEDIA = "other media"  # the origin of an attribution without a name: `newspaper reports`


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """One outlet's report, for the list in an alert."""

    outlet: Outlet
    title: str
    url: str
    seen_at: datetime
    published_at: datetime | None = None
    origin: str = ""  # the source that it repeats; "" = the outlet's own reporting


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
    origins: tuple[str, ...] = ()  # the sources of the reporting, in order of arrival
    is_state_only: bool = False  # only state media has reported it
    recent: tuple[tuple[str, datetime], ...] = ()  # the origins of the last hour, and their times
    pending_levels: tuple[StoryLevel, ...] = ()  # of its reports: see `Match`
    is_breaking: bool = False  # many origins within an hour raised its severity, once
    alerted_at: datetime | None = None
    sent_severity: Severity | None = None  # the highest in a message about it
    sent_languages: tuple[str, ...] = ()  # of the reports in messages about it
    threads: tuple[tuple[str, str, str], ...] = ()  # receiver, recipient, id of the first delivery
