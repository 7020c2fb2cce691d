"""The changes that one poll makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from straitwatch.core.model.decision import NOT_MATCHED, Decision, Reason
from straitwatch.core.model.delivery import Delivery
from straitwatch.core.model.entry import Entry, SeenItems
from straitwatch.core.model.feed import Feed, FeedState
from straitwatch.core.model.fold import Features, Fold
from straitwatch.core.model.match import Difference, Match
from straitwatch.core.model.message import Alert
from straitwatch.core.model.page import PageWish
from straitwatch.core.model.story import Report, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """The stored facts about an entry that appears again."""

    entry_id: str
    text_hash: bytes
    title: str = ""
    story_id: str = ""
    watchlists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEntry:
    """The stored version of an entry that a poll brings again, or of another under its GUID."""

    entry: Entry
    seen_at: datetime  # first


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A stored report on the page and under the title of a new one."""

    earlier: EarlierEntry
    outlet: str
    story_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedReport:
    """A stored report for the fold window: its features, its story, and True if it was sent."""

    seq: int  # position in the order of folding
    features: Features
    fold: Fold
    is_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """An entry to store, new or edited, with its matches, fold and decision."""

    entry: Entry
    is_new: bool
    matches: tuple[Match, ...] = ()
    fold: Fold | None = None
    features: Features | None = None  # of an entry that is a report
    attributions: tuple[str, ...] | None = None  # of a report: see `Report`
    decision: Decision = NOT_MATCHED
    differences: tuple[Difference, ...] = ()  # of a change to the lists that runs in shadow
    page: PageWish | None = None  # its page is to be fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """The result of one poll, for logs, metrics and `run --once`."""

    feed_id: str
    outcome: str
    entries: int = 0
    entries_new: int = 0
    stories_new: int = 0
    alerts: int = 0
    detail: str = ""
    is_baseline: bool = False  # first fetch: the feed's archive is recorded without alerts
    rekeyed: int = 0  # entries that were stored before, under other ids
    reasons: tuple[Reason, ...] = ()  # of each decision
    is_failure: bool = False  # the feed could not be fetched or read
    is_behind: bool = False  # entries may be missing, and a page may have them


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The reports of one poll; a long document is planned and stored in parts."""

    feed: Feed
    state: FeedState  # the state after all parts are stored
    reports: tuple[Report, ...] = ()
    unmatched: tuple[PlannedEntry, ...] = ()  # new and edited entries on which no list fires
    entries: int = 0  # in the document
    seen: SeenItems | None = None  # its items; None: those of the last document remain
    is_baseline: bool = False  # first fetch: the feed's archive is recorded without alerts
    rekeyed: int = 0  # entries that were stored before, under other ids
    is_last: bool = True  # this is the last part


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes of one poll, or of a part of it, written in one transaction."""

    state: FeedState  # the feed's new state, with the claimed `lease_seq`
    entries: tuple[PlannedEntry, ...]
    stories: tuple[Story, ...]  # new or changed, in their new state
    alerts: tuple[Alert, ...]
    deliveries: tuple[Delivery, ...]
    report: PollReport
    seen: SeenItems | None = None  # the items of the document; None: the stored ones remain
    config_version: str = ""  # the configuration that decided
    shadow_version: str = ""  # of the change in shadow, if one runs
    is_last: bool = True  # this is the last part, which stores the feed's new state


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The changes made by alerts on stored reports, written in one transaction."""

    decisions: Mapping[str, Decision]  # by entry
    stories: tuple[Story, ...]  # those with an alert, in their new state
    alerts: tuple[Alert, ...]
    deliveries: tuple[Delivery, ...]
    config_version: str
