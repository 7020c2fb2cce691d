"""The actions of people on a story: mute, mark, split, merge, and snooze its list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from straitwatch.core.model.match import Mark
from straitwatch.core.model.story import Story


class ActionKind(StrEnum):
    """The action of a person; each can be undone."""

    MUTE_STORY = "mute_story"
    NOT_RELEVANT = "not_relevant"
    SPLIT = "split"
    MERGE = "merge"
    SNOOZE_LIST = "snooze_list"


class ActionVia(StrEnum):
    """The place where a person acted."""

    SLACK = "slack"
    MAIL = "mail"
    PAGE = "page"
    CLI = "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeMerge:
    """The state before a merge, which its undo restores."""

    kept: Story
    led_to_other: tuple[str, ...] = ()  # ids of stories that had been merged into the other one


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualAction:
    """One action of a person, as requested and as recorded.

    `id` is computed from the request, so that a repeated request is recognized. A request names
    the reports that it concerns, or none to mean all of the story; the record names those that it
    changed.
    """

    id: str
    kind: ActionKind
    made_at: datetime
    story_id: str = ""
    other_story_id: str = ""  # merged into `story_id`, or split off it
    reports: tuple[str, ...] = ()  # by entry
    watchlists: tuple[str, ...] = ()  # snoozed or judged; a request without them means all
    author: str = ""
    via: ActionVia = ActionVia.CLI
    note: str = ""
    until_at: datetime | None = None  # the end of a silence
    former_marks: tuple[Mark, ...] = ()  # replaced by this action
    before_merge: BeforeMerge | None = None
    undone_at: datetime | None = None
    undone_by: str = ""

    def has_ended(self, now: datetime) -> bool:
        """Return True if this is a silence whose time is over."""
        return self.until_at is not None and self.until_at <= now
