"""The matches of an entry, and an operator's verdict on them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from straitwatch.core.model.severity import Severity
from straitwatch.core.model.watchlist import StoryFilter


class Verdict(StrEnum):
    """What a person says of an entry for a watch-list."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not_relevant"


class Change(StrEnum):
    """How a changed list differs on one entry."""

    GAINED = "gained"
    LOST = "lost"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchText:
    """The text that watch-lists look at, and what they may filter on."""

    title: str
    summary: str = ""
    content: str = ""
    language: str = ""
    country: str = ""
    stance: str = ""
    source: str = ""  # feed name
    tags: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # term sets that the feed is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A term found in a field; `text` is the field's code points `[start:end]`.

    The subject of the feed is a hit outside the text: its field is `feed`, its place 0 to 0.
    """

    term: str
    field: str  # title, summary, content, feed
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleScore:
    """What one rule of a watch-list contributed."""

    rule: str  # match[0], signals[2], noise[1], exclude[0], severity[0]
    when: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLevel:
    """A line of severity that holds as far as the text goes, and asks something of the story."""

    watchlist: str
    level: Severity
    story: StoryFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One watch-list fired on one entry."""

    watchlist: str
    score: int
    severity: Severity
    hits: tuple[Hit, ...]
    rules: tuple[RuleScore, ...] = ()
    pending_levels: tuple[
        StoryLevel, ...
    ] = ()  # lines of severity before the one that holds: see decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One list says something else of one entry: `before` as it is, `after` with the change."""

    watchlist: str
    change: Change
    before: Match | None
    after: Match | None

    @property
    def shown(self) -> Match:
        """The match to show: what is gained, or what would be lost."""
        match = self.after or self.before
        if match is None:
            raise ValueError(f"{self.watchlist}: a difference between nothing and nothing")
        return match


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A person's verdict on an entry for a watch-list: true, false, or a match that is missing."""

    entry_id: str
    watchlist: str
    verdict: Verdict
    marked_at: datetime
    marked_by: str = ""
    note: str = ""
