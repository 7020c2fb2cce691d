"""The decision about a report, its reason, and the receivers it leads to."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from straitwatch.core.model.fold import Fold
from straitwatch.core.model.match import Match
from straitwatch.core.model.routing import Route
from straitwatch.core.model.severity import Severity
from straitwatch.core.model.story import Story


class Action(StrEnum):
    """The action that a decision leads to."""

    ALERT = "alert"
    UPDATE = "update"
    DIGEST = "digest"
    NONE = "none"


class Reason(StrEnum):
    """The reason for a decision, as logs and metrics name it; `core.reasons` has its words."""

    NO_MATCH = "no_match"
    BASELINE = "baseline"
    NEW_STORY = "new_story"
    MORE_SEVERE = "more_severe"
    CORRECTION = "correction"
    DEVELOPMENT = "development"
    PROBABLE = "probable"
    OTHER_LANGUAGE = "other_language"
    NEW_LIST = "new_list"
    HIGHER_SEVERITY = "higher_severity"
    BREAKING = "breaking"
    MORE_OUTLETS = "more_outlets"  # this and the next three: only in rows of earlier versions
    TIER_ONE = "tier_one"
    DAY_LATER = "day_later"
    ALREADY_ALERTED = "already_alerted"
    NEW_ROUTE = "new_route"
    PAGE_CHANGED = "page_changed"
    PAGE_REMOVED = "page_removed"
    RETELLING = "retelling"
    COMMENTARY = "commentary"
    ROUNDUP = "roundup"
    KNOWN_ENTRY = "known_entry"
    REKEYED = "rekeyed"
    LATE = "late"
    NO_ROUTE = "no_route"
    SILENCED = "silenced"

    @property
    def corrects(self) -> bool:
        """True if everybody who got the story must hear of it."""
        return self in (Reason.CORRECTION, Reason.PAGE_CHANGED, Reason.PAGE_REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The action that a report leads to, and the reason."""

    action: Action
    reason: Reason

    @property
    def is_sent(self) -> bool:
        """True if the decision leads to a message."""
        return self.action in (Action.ALERT, Action.UPDATE)


NOT_MATCHED: Final = Decision(action=Action.NONE, reason=Reason.NO_MATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver of at least one match, with the routes and watch-lists that lead to it."""

    receiver: str
    routes: tuple[Route, ...]
    watchlists: tuple[str, ...]
    severity: Severity

    @property
    def group_wait(self) -> timedelta:
        """The shortest wait of the routes."""
        return min((route.group_wait for route in self.routes), default=timedelta(0))

    @property
    def quiet_hours(self) -> tuple[str, ...]:
        """The quiet hours that hold the message, or () if one of the routes has none."""
        names = tuple(route.quiet_hours for route in self.routes)
        return names if all(names) else ()

    @property
    def wants_updates(self) -> bool:
        """True if one of the routes sends updates at once."""
        return any(route.updates in ("thread", "message") for route in self.routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The effect of one report: its story, the decision, and the receivers."""

    story: Story  # including the report
    fold: Fold
    decision: Decision
    matches: tuple[Match, ...]  # with their severity in the story
    unsilenced: tuple[Match, ...]  # the matches that no silence suppresses
    destinations: tuple[Destination, ...] = ()
    opens_story: bool = False

    @property
    def is_sent(self) -> bool:
        """True if the decision leads to a message."""
        return self.decision.is_sent
