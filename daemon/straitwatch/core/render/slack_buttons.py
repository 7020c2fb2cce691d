"""Adds buttons to the Slack message of a bot, and shows the actions of people in it.

Each button carries a command and the delivery of its message, for example
`mute_story:0f3a…`. Everything else is read from the database when it is clicked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from straitwatch.core.action_words import action_words
from straitwatch.core.clicks import UNDO
from straitwatch.core.model import ActionKind, AlertFacts, ManualAction
from straitwatch.core.offers import offers
from straitwatch.core.render.media import slack_text
from straitwatch.core.render.slack import context_block

OURS: Final = "straitwatch-"  # blocks with such an id are replaced at each edit
_BUTTONS = f"{OURS}buttons"
_VALUE_LIMIT = 150  # characters of an option's value
_WORD_LIMIT = 75  # characters of a button or an option
_MAX_OPTIONS = 5  # of an overflow menu
_MAX_SHOWN = 5  # actions in one message
_UNDO_WORDS: Final = {
    ActionKind.MUTE_STORY: "Undo mute",
    ActionKind.NOT_RELEVANT: "Undo mark",
    ActionKind.SPLIT: "Undo split",
    ActionKind.MERGE: "Undo merge",
    ActionKind.SNOOZE_LIST: "Undo snooze",
}


def add_buttons(message: Mapping[str, Any], facts: object, delivery_id: str) -> dict[str, Any]:
    """Return a message with the buttons of its story; other messages stay the same."""
    if not isinstance(facts, AlertFacts):
        return dict(message)
    blocks = [*message["blocks"], _buttons(facts, delivery_id, ())]
    return {**message, "blocks": blocks}


def show_actions(
    blocks: Sequence[Mapping[str, Any]],
    facts: AlertFacts,
    delivery_id: str,
    actions: Sequence[ManualAction],
) -> list[dict[str, Any]]:
    """Return the blocks of a message with the actions on its story, and buttons to undo them.

    The result is the same however often it is made.
    """
    own = [dict(block) for block in blocks if not str(block.get("block_id", "")).startswith(OURS)]
    shown = [action for action in actions if _is_about(action, facts)][:_MAX_SHOWN]
    if shown:
        lines = "\n".join(_line(action) for action in reversed(shown))
        own.append({**context_block(lines), "block_id": f"{OURS}actions"})
    return [*own, _buttons(facts, delivery_id, shown)]


def _is_about(action: ManualAction, facts: AlertFacts) -> bool:
    """Return True if a message shows this action on its story."""
    is_about_reports = action.kind in (ActionKind.NOT_RELEVANT, ActionKind.SPLIT)
    return not is_about_reports or facts.entry_id in action.reports


def _line(action: ManualAction) -> str:
    words = slack_text(action_words(action))
    if action.undone_at:
        return f"~{words}~ undone by {slack_text(action.undone_by or 'somebody')}"
    if action.until_at is None:
        return words
    # Slack shows it in the time zone of each reader.
    seconds = int(action.until_at.timestamp())
    fallback = f"{action.until_at:%d %b %H:%M} UTC"
    return f"{words} until <!date^{seconds}^{{date_short_pretty}} {{time}}|{fallback}>"


def _buttons(
    facts: AlertFacts, delivery_id: str, actions: Iterable[ManualAction]
) -> dict[str, Any]:
    active = [action for action in actions if not action.undone_at]
    done = {action.kind for action in active}
    undo = [
        _button(
            f"{UNDO}-{action.id}", _UNDO_WORDS[action.kind], f"{UNDO}:{action.id}:{delivery_id}"
        )
        for action in active
    ]
    acts = [
        _button(kind.value, words, f"{kind.value}:{delivery_id}")
        for kind, words in (
            (ActionKind.MUTE_STORY, "Mute story"),
            (ActionKind.NOT_RELEVANT, "Not relevant"),
        )
        if kind not in done
    ]
    menu = {"type": "overflow", "action_id": "more", "options": _options(facts, delivery_id)}
    elements = [*undo, *acts, *([menu] if menu["options"] else [])]
    return {"type": "actions", "block_id": _BUTTONS, "elements": elements}


def _options(facts: AlertFacts, delivery_id: str) -> list[dict[str, Any]]:
    """Return the options of the menu; each exists only where it can do something."""
    options = [
        (words, f"{kind.value}:{delivery_id}")
        for kind, words in offers(facts)
        if kind in (ActionKind.SPLIT, ActionKind.MERGE)
    ]
    options += [
        (
            f"Snooze list: {note.title}",
            f"{ActionKind.SNOOZE_LIST.value}:{delivery_id}:{note.watchlist}",
        )
        for note in facts.matches
    ]
    fitting = [option for option in options if len(option[1]) <= _VALUE_LIMIT]
    return [{"text": _plain(words), "value": value} for words, value in fitting[:_MAX_OPTIONS]]


def _button(action_id: str, words: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": _plain(words), "value": value}


def _plain(words: str) -> dict[str, Any]:
    text = words if len(words) <= _WORD_LIMIT else words[: _WORD_LIMIT - 1].rstrip() + "…"
    return {"type": "plain_text", "text": text, "emoji": False}
