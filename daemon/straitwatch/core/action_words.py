"""Describes the actions of people, for messages, pages and commands."""

from straitwatch.core.model import ActionKind, ManualAction
from straitwatch.core.plural import counted


def action_words(action: ManualAction, *, until: str = "") -> str:
    """Return a sentence about an action: `ana muted the story until 14:00`.

    Args:
        action: the action.
        until: the end of its silence, in the time zone of the reader.

    """
    author = action.author or "somebody"
    end = f" until {until}" if until else ""
    return f"{author} {_deed(action)}{end}"


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
