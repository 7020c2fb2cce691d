"""A watch-list and its rules as configured."""

from dataclasses import dataclass

from straitwatch.core.model.full_text import FullText
from straitwatch.core.model.problem import Position, Sourced
from straitwatch.core.model.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSet:
    """A named, reusable set of phrases; a hit inside a longer `not_inside` term does not count.

    With `languages`, its own phrases count only in texts in these languages.
    """

    name: str
    any: tuple[Sourced, ...]
    not_inside: tuple[Sourced, ...] = ()
    languages: tuple[str, ...] = ()
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRule:
    """A query and its points, which `signals` add and `noise` subtracts."""

    points: int
    when: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFilter:
    """Conditions on the sources of a story."""

    min_origins: int = 0  # independent ones
    state_only: bool | None = None  # True: only state media reports it; None: either
    state_first: bool | None = None  # True: state media reported it first; None: either


ANY_STORY = StoryFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """A severity and its conditions; the first rule that holds wins."""

    level: Severity
    when: Sourced | None = None
    min_points: int | None = None
    story: StoryFilter = ANY_STORY


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilter:
    """The feeds of a watch-list; an empty tuple excludes none."""

    include: tuple[str, ...] = ()  # feed names
    exclude: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """A watch-list as configured; its queries are text (see `core.query`)."""

    id: str
    title: str
    enabled: bool = True
    languages: tuple[str, ...] = ()  # empty: all; `zh` includes both scripts
    countries: tuple[str, ...] = ()
    sources: SourceFilter = SourceFilter()
    fields: tuple[str, ...] = ("title", "summary", "content")
    threshold: int = 10
    full_text: FullText = FullText.AUTO
    match: tuple[Sourced, ...] = ()
    signals: tuple[PointsRule, ...] = ()
    noise: tuple[PointsRule, ...] = ()
    exclude: tuple[Sourced, ...] = ()
    severity: tuple[SeverityRule, ...] = ()
    folding: str = "default"  # name of a profile: recall, default, strict
    must_match: tuple[Sourced, ...] = ()
    must_not_match: tuple[Sourced, ...] = ()
    position: Position | None = None
