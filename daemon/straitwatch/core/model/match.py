"""The matches of an entry, and an operator's verdict on them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from straitwatch.core.model.severity import Severity
from straitwatch.core.model.watchlist import StoryFilter


class Verdict(StrEnum):
    """An operator's verdict on an entry for a watch-list."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not_relevant"


class Change(StrEnum):
    """The effect of a changed list on one entry."""

    GAINED = "gained"
    LOST = "lost"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchText:
    """The text that watch-lists search, and the properties that they filter on."""

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
    """The points that one rule of a watch-list contributed."""

    rule: str  # match[0], signals[2], noise[1], exclude[0], severity[0]
    when: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLevel:
    """A severity whose text conditions hold, and whose story conditions are not checked yet."""

    watchlist: str
    level: Severity
    story: StoryFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A watch-list that fired on an entry."""

    watchlist: str
    score: int
    severity: Severity
    hits: tuple[Hit, ...]
    rules: tuple[RuleScore, ...] = ()
    pending_levels: tuple[StoryLevel, ...] = ()  # before the one that holds; the story decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One list's different results for one entry: `before` and `after` the change."""

    watchlist: str
    change: Change
    before: Match | None
    after: Match | None

    @property
    def shown(self) -> Match:
        """The match to show: the gained one, or the one that would be lost."""
        match = self.after or self.before
        if match is None:
            raise ValueError(f"{self.watchlist}: a difference needs a match before or after")
        return match


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An operator's verdict on an entry for a watch-list; the match may be a missed one."""

    entry_id: str
    watchlist: str
    verdict: Verdict
    marked_at: datetime
    marked_by: str = ""
    note: str = ""
