"""Describes the actions of people, for messages, pages and commands."""

import re

from straitwatch.core.model import ActionKind, ActionVia, ManualAction
from straitwatch.core.plural import counted


def action_words(action: ManualAction, *, until: str = "") -> str:
    """Return a sentence about an action: `ana muted the story until 14:00`.

    Args:
        action: the action.
        until: the end of its silence, in the time zone of the reader.

    """
    author = _name(action.author) or _UNNAMED[action.via]
    end = f" until {until}" if until else ""
    return f"{author} {_deed(action)}{end}"


def undone_words(action: ManualAction) -> str:
    """Return `undone by ben`, or `undone` if the person is unknown."""
    name = _name(action.undone_by)
    return f"undone by {name}" if name else "undone"


_UNNAMED = {
    ActionVia.SLACK: "a member of the workspace",
    ActionVia.MAIL: "a recipient of the mail",
    ActionVia.PAGE: "a reader of the page",
    ActionVia.CLI: "a user of the command line",
}
_SLACK_ID = re.compile(r"(?<=.) \([UW][A-Z0-9]+\)$")


def _name(author: str) -> str:
    """Return the name of a person, without the id that follows it in a record from Slack."""
    return _SLACK_ID.sub("", author)


def _deed(action: ManualAction) -> str:
    match action.kind:
        case ActionKind.MUTE_STORY:
            return "muted the story"
        case ActionKind.SNOOZE_LIST:
            return f"snoozed {' and '.join(action.watchlists)}"
        case ActionKind.NOT_RELEVANT:
            count = counted(len(action.reports), "report")
            return f"marked {count} as not relevant for {' and '.join(action.watchlists)}"
        case ActionKind.SPLIT:
            count = counted(len(action.reports), "report")
            return f"moved {count} to story {action.other_story_id}"
        case ActionKind.MERGE:
            return f"merged story {action.other_story_id} into this one"
