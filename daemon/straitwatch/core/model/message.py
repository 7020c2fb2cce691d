"""The facts that a message shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from straitwatch.core.model.decision import Reason
from straitwatch.core.model.entry import SignalKind
from straitwatch.core.model.feed import FeedWindow
from straitwatch.core.model.page import PageChange
from straitwatch.core.model.routing import Limit
from straitwatch.core.model.severity import Severity
from straitwatch.core.model.story import Outlet, StoryReport


class AlertKind(StrEnum):
    """The kind of an alert."""

    NEW = "new"
    UPDATE = "update"
    DIGEST = "digest"
    ROLLUP = "rollup"
    SYSTEM = "system"
    CANARY = "canary"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchNote:
    """A watch-list and its matched terms, for an alert."""

    watchlist: str
    title: str
    severity: Severity
    score: int
    terms: tuple[str, ...]  # the matched words of the text, without repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence of the entry and the code-point spans of the words that matched."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryName:
    """The name of a story in a message about another one."""

    story_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedUpdate:
    """An update that waited and is part of a later message."""

    title: str
    url: str
    outlet: Outlet
    reason: Reason
    severity: Severity
    seen_at: datetime
    published_at: datetime | None = None
    signal: SignalKind | None = None
    change: PageChange | None = None  # of the article


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """Everything a message may say about a story, frozen when the alert is decided.

    All text is untrusted. It was cleaned at ingest; renderers still escape it for their medium.
    """

    story_id: str
    revision: int
    kind: AlertKind
    reason: Reason
    severity: Severity
    title: str
    url: str
    outlet: Outlet
    first_seen_at: datetime  # of the story
    seen_at: datetime  # of this entry
    published_at: datetime | None = None
    matches: tuple[MatchNote, ...] = ()
    title_spans: tuple[tuple[int, int], ...] = ()
    quote: Quote = Quote(text="")
    first_report: StoryReport | None = None  # the first one published, as far as known
    also: tuple[StoryReport, ...] = ()  # of other outlets, newest last
    outlet_count: int = 1
    origin: str = ""  # the source that the outlet repeats; "" = its own reporting
    origins: tuple[str, ...] = ()  # of the story; fewer than outlets if they repeat each other
    is_state_only: bool = False
    related: StoryReport | None = None  # in another language, perhaps about the same event
    related_names: tuple[str, ...] = ()  # the people, places and things that both name
    is_late: bool = False
    story_title: str = ""  # of the first report: keeps the threads of a story together
    entry_id: str = ""  # of the report that is sent
    related_id: str = ""  # of the story that may be about the same event
    signal: SignalKind | None = None  # the message begins with it
    part_of: StoryName | None = None  # the known story, if this report is more severe than it
    is_probable: bool = False  # the report is probably, not surely, part of the story
    also_in: str = ""  # the language, if this is the first report in another one
    added: tuple[str, ...] = ()  # names, bodies, places and figures that are new in the story
    updates: tuple[CollectedUpdate, ...] = ()  # included ones that waited, oldest first
    headline: StoryReport | None = None  # the story's, in a language that the desk prefers
    split_from: StoryName | None = None  # the story that a person split this one off from
    is_from_page: bool = False  # the lists matched the text of the page, not of the feed
    change: PageChange | None = None  # of the article, found by looking at its page again
    is_readable: bool = True  # the title is in one of the desk's languages


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFacts:
    """The feeds that were read and the messages that failed, as each digest reports them."""

    since_at: datetime
    until_at: datetime
    feeds: int
    feeds_current: int
    feeds_late: int
    feeds_broken: tuple[str, ...] = ()
    entries_read: int = 0
    blind_feed: str = ""  # the feed with the longest gap in the window
    blind_for: timedelta = timedelta(0)
    windows: tuple[FeedWindow, ...] = ()  # in which entries may have been missed
    rollups: int = 0  # messages that replaced several
    matched: int = 0
    dead_letters: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The number of reports in each hour or day of a window, oldest first."""

    since_at: datetime
    step: timedelta
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One story in a digest."""

    story_id: str
    title: str
    url: str
    outlet: Outlet
    severity: Severity
    watchlists: tuple[str, ...]  # titles of the lists
    first_seen_at: datetime
    outlet_count: int = 1
    was_alerted: bool = False
    is_late: bool = False
    original: str = ""  # the title in its own language, if `title` is in the desk's
    signal: SignalKind | None = None  # the words before the title
    updates: int = 0  # in a roll-up, further updates; of a running story, all updates
    more_outlets: int = 0  # since the earlier digest with the story
    part_of: str = ""  # title of the story that an update, commentary or round-up belongs to
    sentence: str = ""  # the first of the report whose title is shown
    list_ids: tuple[str, ...] = ()  # of `watchlists`; () in messages of older versions


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """The content of a digest: the stories of its window and the coverage."""

    name: str
    items: tuple[DigestItem, ...]
    coverage: CoverageFacts
    is_late: bool = False
    more: int = 0  # stories that are counted but not listed
    running: tuple[DigestItem, ...] = ()  # stories of earlier digests with news since
    more_running: int = 0
    commentary: tuple[DigestItem, ...] = ()  # and round-ups
    more_commentary: int = 0
    timeline: Timeline | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupFacts:
    """The content of one message that replaces several: the stories of all of them."""

    cause: str  # the reason why the messages waited, such as limit, quiet_hours or group_wait
    items: tuple[DigestItem, ...]  # the most urgent first
    messages: int  # number of replaced messages
    stories: int  # number of stories in them
    since_at: datetime  # creation of the first message
    until_at: datetime  # creation of the last message
    severity: Severity = Severity.NORMAL
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """A message about Straitwatch itself, or a labelled test."""

    title: str
    lines: tuple[str, ...] = ()
    severity: Severity = Severity.NORMAL


Facts = AlertFacts | DigestFacts | RollupFacts | NoticeFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The content about a story at one revision, for all receivers of its routes."""

    id: str  # computed: see core.identity
    kind: AlertKind
    story_id: str
    revision: int
    severity: Severity
    facts: Facts
    created_at: datetime
    config_version: str = ""
