"""The changes that one poll makes."""

from dataclasses import dataclass
from datetime import datetime

from straitwatch.core.model.decision import NOT_MATCHED, Decision, Reason
from straitwatch.core.model.delivery import Delivery
from straitwatch.core.model.entry import Entry
from straitwatch.core.model.feed import Feed, FeedState
from straitwatch.core.model.fold import Features, Fold
from straitwatch.core.model.match import Difference, Match
from straitwatch.core.model.message import Alert
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
    """An entry as it was stored before the poll that brings it again, or another in its place."""

    entry: Entry
    seen_at: datetime  # first


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedReport:
    """A stored report for the fold window: its features, its story, and True if it was sent."""

    seq: int  # its place in the order of folding
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
    features: Features | None = None  # of a report
    decision: Decision = NOT_MATCHED
    differences: tuple[Difference, ...] = ()  # of a change to the lists that runs in shadow


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
    is_baseline: bool = False  # what stood in it before it was watched is recorded silently
    rekeyed: int = 0  # entries that were there already, under other ids
    reasons: tuple[Reason, ...] = ()  # of each decision
    is_failure: bool = False  # the feed could not be had or read


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The reports of one poll; a long document is planned and stored in parts."""

    feed: Feed
    state: FeedState  # as it will be when all parts are stored
    reports: tuple[Report, ...] = ()
    unmatched: tuple[PlannedEntry, ...] = ()  # new and edited entries on which no list fires
    entries: int = 0  # in the document
    is_baseline: bool = False  # what stood in it before it was watched is recorded silently
    rekeyed: int = 0  # entries that were there already, under other ids
    is_last: bool = True  # of the parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one poll, or a part of it, changes, to be written in one transaction."""

    state: FeedState  # the feed's new state; `lease_seq` is the one that was claimed
    entries: tuple[PlannedEntry, ...]
    stories: tuple[Story, ...]  # new or changed, in their new state
    alerts: tuple[Alert, ...]
    deliveries: tuple[Delivery, ...]
    report: PollReport
    config_version: str = ""  # whose lists and routes decided
    shadow_version: str = ""  # of the change in shadow, if one runs
    is_last: bool = True  # of the parts of a poll: the feed's new state is written with it
