"""The facts that a message shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from straitwatch.core.model.decision import Reason
from straitwatch.core.model.entry import SignalKind
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
    """One watch-list and its matched terms as an alert shows them."""

    watchlist: str
    title: str
    severity: Severity
    score: int
    terms: tuple[str, ...]  # the matched words as they stand in the text, without repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence of the entry and the code-point spans of the words that matched."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryName:
    """A story as a message about another story names it."""

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
    first_report: StoryReport | None = None  # the first one published, as far as that is known
    also: tuple[StoryReport, ...] = ()  # who else reports it, newest last
    outlet_count: int = 1
    origin: str = ""  # whose reporting this is, when it is not the outlet's own
    origins: tuple[str, ...] = ()  # of the story; fewer than outlets where they repeat each other
    is_state_only: bool = False
    related: StoryReport | None = None  # in another language, perhaps about the same event
    related_names: tuple[str, ...] = ()  # the people, places and things that both name
    is_late: bool = False
    story_title: str = ""  # of the first report: keeps the threads of a story together
    entry_id: str = ""  # of the report that is told
    related_id: str = ""  # of the story that may be about the same event
    signal: SignalKind | None = None  # goes first in the message
    part_of: StoryName | None = None  # the known story, of a report that is more severe than it
    is_probable: bool = False  # the story is a guess
    also_in: str = ""  # the language, of the first report in another one
    added: tuple[str, ...] = ()  # names, bodies, places and figures that are new in the story
    updates: tuple[CollectedUpdate, ...] = ()  # that waited and come with this one, oldest first
    headline: StoryReport | None = None  # of the story, in a language that the desk prefers
    split_from: StoryName | None = None  # of which a person split it off
    is_readable: bool = True  # the title is in one of the desk's languages


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFacts:
    """The coverage that comes with every "nothing matched"."""

    since_at: datetime
    until_at: datetime
    feeds: int
    feeds_current: int
    feeds_late: int
    feeds_broken: tuple[str, ...] = ()
    entries_read: int = 0
    blind_feed: str = ""  # the feed that was not read for longest, as far as the window reaches
    blind_for: timedelta = timedelta(0)
    rollups: int = 0  # messages that stood for many
    matched: int = 0
    dead_letters: int = 0
    pending: int = 0


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
    original: str = ""  # the title in its own language, where `title` is in the desk's
    signal: SignalKind | None = None  # goes before the title
    updates: int = 0  # about the story: further ones in a roll-up, all of a running one
    more_outlets: int = 0  # of a story that was in an earlier digest
    part_of: str = ""  # title of the story, of an update, a commentary or a round-up


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """The content of a digest: the stories of its window and the coverage."""

    name: str
    items: tuple[DigestItem, ...]
    coverage: CoverageFacts
    is_late: bool = False
    more: int = 0  # stories beyond the number that is listed
    running: tuple[DigestItem, ...] = ()  # stories of earlier digests: updates, more outlets
    more_running: int = 0
    commentary: tuple[DigestItem, ...] = ()  # and round-ups
    more_commentary: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupFacts:
    """The content of one message that replaces many: the stories of all of them."""

    cause: str  # limit, quiet_hours, group_wait, or why else the messages waited
    items: tuple[DigestItem, ...]  # the most urgent first
    messages: int  # that this one stands for
    stories: int  # that they were about
    since_at: datetime  # the first of them was made
    until_at: datetime  # the last
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
