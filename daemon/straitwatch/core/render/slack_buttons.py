"""Draws the buttons of Slack messages, and the actions of people that they show.

Each button carries a command, and the delivery of its message, for example `mute_story:0f3a…`; in
a message about several stories, also the story: `mute_story:0f3a…/lkud…`. Everything else is read
from the database when it is clicked.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from straitwatch.core.action_words import action_words, undone_words
from straitwatch.core.clicks import UNDO
from straitwatch.core.model import ActionKind, AlertFacts, EditJob, Facts, ManualAction
from straitwatch.core.offers import Subject, offers, subjects_of
from straitwatch.core.render.media import slack_text
from straitwatch.core.render.slack import ITEM_BLOCK, SECTION_LIMIT, context_block
from straitwatch.core.render.text import LocalTimes, shown

_OURS: Final = "straitwatch-"  # blocks with such an id are replaced at each edit
_VALUE_LIMIT = 150  # characters of an option's value
_WORD_LIMIT = 75  # characters of a button or an option
_MAX_OPTIONS = 5  # of an overflow menu
_MAX_SHOWN = 5  # actions on one story in a message
_MAX_UNDOS = 2  # in a menu
_BUTTONS: Final = (ActionKind.MUTE_STORY, ActionKind.NOT_RELEVANT)  # the others are in the menu
_UNDO_WORDS: Final = {
    ActionKind.MUTE_STORY: "Undo mute",
    ActionKind.NOT_RELEVANT: "Undo mark",
    ActionKind.SPLIT: "Undo split",
    ActionKind.MERGE: "Undo merge",
    ActionKind.SNOOZE_LIST: "Undo snooze",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A button, or an option of a menu."""

    name: str
    words: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """A story of a message, with the actions that the message shows, oldest first."""

    subject: Subject
    delivery_id: str
    target: str  # of its buttons: the delivery, and the story if there are several
    lines: Sequence[str] = ()
    active: Sequence[ManualAction] = ()

    def undos(self) -> list[_Choice]:
        """Return the actions that can be undone."""
        return [
            _Choice(
                name=f"{UNDO}-{action.id}",
                words=_UNDO_WORDS[action.kind],
                value=f"{UNDO}:{action.id}:{self.delivery_id}",
            )
            for action in self.active
        ]

    def offers(self) -> list[_Choice]:
        """Return the actions that were not made yet."""
        done = {(action.kind, name) for action in self.active for name in _lists(action)}
        return [
            _Choice(
                name=offer.kind.value,
                words=str(offer),
                value=":".join(filter(None, (offer.kind, self.target, offer.watchlist))),
            )
            for offer in offers(self.subject)
            if (offer.kind, offer.watchlist) not in done
        ]


def _lists(action: ManualAction) -> tuple[str, ...]:
    return action.watchlists if action.kind is ActionKind.SNOOZE_LIST else ("",)


def add_buttons(message: Mapping[str, Any], facts: Facts, delivery_id: str) -> dict[str, Any]:
    """Return a message with the buttons of its stories; other messages stay the same."""
    blocks = [
        {**block, "accessory": {}} if _story_of(block) else block for block in message["blocks"]
    ]
    stories = _stories(facts, delivery_id)
    return {**message, "blocks": _draw(blocks, facts, stories, has_buttons=True)}


def render_edit(job: EditJob, *, zone: str, has_buttons: bool) -> dict[str, Any]:
    """Render the JSON of chat.update: the message as sent, with its latest news and all actions.

    The result is the same however often it is made.
    """
    sent = json.loads(job.ref.get("message") or job.frozen.body)
    news = [json.loads(job.latest.body)["text"]] if job.latest else []
    place = ZoneInfo(zone)
    times = LocalTimes(zone=place, today=job.edited_at.astimezone(place).date())
    stories = {
        story_id: _with_actions(story, job.actions.get(story_id, ()), job.edited_at, times)
        for story_id, story in _stories(job.facts, job.delivery.id).items()
    }
    edit = {"channel": job.ref["channel"], "ts": job.ref["ts"], "text": sent.get("text", "")}
    if not sent.get("blocks"):  # Slack rejected them; new ones would replace the text
        lines = [line for story in stories.values() for line in story.lines]
        return edit | {"text": "\n".join((edit["text"], *news, *lines))}
    blocks = [block for block in sent["blocks"] if not _is_replaced(block)]
    blocks += map(context_block, news)
    return edit | {"blocks": _draw(blocks, job.facts, stories, has_buttons=has_buttons)}


def _is_replaced(block: Mapping[str, Any]) -> bool:
    return str(block.get("block_id", "")).startswith(_OURS)


def _stories(facts: Facts, delivery_id: str) -> dict[str, _Story]:
    is_one = isinstance(facts, AlertFacts)
    return {
        story_id: _Story(
            subject=subject,
            delivery_id=delivery_id,
            target=delivery_id if is_one else f"{delivery_id}/{story_id}",
        )
        for story_id, subject in subjects_of(facts).items()
    }


def _with_actions(
    story: _Story, actions: Sequence[ManualAction], now: datetime, times: LocalTimes
) -> _Story:
    """Return a story with the latest actions on it; its message is about one of its reports."""
    latest = [action for action in actions if _is_about(action, story.subject)][:_MAX_SHOWN]
    active = [action for action in latest if not action.undone_at and not action.has_ended(now)]
    lines = [_line(action, now, times) for action in reversed(latest)]
    return replace(story, lines=lines, active=active)


def _is_about(action: ManualAction, subject: Subject) -> bool:
    is_about_reports = action.kind in (ActionKind.NOT_RELEVANT, ActionKind.SPLIT)
    return not is_about_reports or not subject.entry_id or subject.entry_id in action.reports


def _line(action: ManualAction, now: datetime, times: LocalTimes) -> str:
    until = times.show(action.until_at) if action.until_at else ""
    words = slack_text(action_words(action, until=until))
    if action.undone_at:
        return f"~{words}~ {slack_text(undone_words(action))}"
    return f"~{words}~ ended" if action.has_ended(now) else words


def _draw(
    blocks: Sequence[Mapping[str, Any]],
    facts: Facts,
    stories: Mapping[str, _Story],
    *,
    has_buttons: bool,
) -> list[dict[str, Any]]:
    """Return blocks with the actions and the buttons of their stories."""
    if not isinstance(facts, AlertFacts):
        return [_draw_item(block, stories, has_buttons=has_buttons) for block in blocks]
    drawn, (story,) = [dict(block) for block in blocks], stories.values()
    if story.lines:
        lines = context_block("\n".join(story.lines))
        drawn.append({**lines, "block_id": f"{_OURS}actions"})
    return [*drawn, _buttons(story)] if has_buttons else drawn


def _draw_item(
    block: Mapping[str, Any], stories: Mapping[str, _Story], *, has_buttons: bool
) -> dict[str, Any]:
    """Return a line of a roll-up or digest with the actions on its story, and their menu."""
    drawn, story = dict(block), stories.get(_story_of(block))
    has_menu = drawn.pop("accessory", None) is not None
    if story is None:
        return drawn
    text = "\n".join((block["text"]["text"], *story.lines))
    if len(text) <= SECTION_LIMIT:
        drawn["text"] = {**block["text"], "text": text}
    if has_menu and has_buttons:
        drawn |= {"accessory": _menu([*story.undos()[:_MAX_UNDOS], *story.offers()])}
    return drawn


def _story_of(block: Mapping[str, Any]) -> str:
    """Return the story of a line in a roll-up or digest; "" for other blocks."""
    block_id = str(block.get("block_id", ""))
    return block_id.removeprefix(ITEM_BLOCK) if block_id.startswith(ITEM_BLOCK) else ""


def _buttons(story: _Story) -> dict[str, Any]:
    """Return the buttons below a message about one story; rarer actions are in a menu."""
    offered = story.offers()
    first = [*story.undos(), *(choice for choice in offered if choice.name in _BUTTONS)]
    menu = _menu([choice for choice in offered if choice not in first])
    elements = [*map(_button, first), *([menu] if menu["options"] else [])]
    return {"type": "actions", "block_id": f"{_OURS}buttons", "elements": elements}


def _button(choice: _Choice) -> dict[str, Any]:
    text = _plain(choice.words)
    return {"type": "button", "action_id": choice.name, "text": text, "value": choice.value}


def _menu(choices: Sequence[_Choice]) -> dict[str, Any]:
    fitting = [choice for choice in choices if len(choice.value) <= _VALUE_LIMIT]
    options = [
        {"text": _plain(choice.words), "value": choice.value} for choice in fitting[:_MAX_OPTIONS]
    ]
    return {"type": "overflow", "action_id": "more", "options": options}


def _plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": shown(words, limit=_WORD_LIMIT), "emoji": False}
