"""Lists the actions that a message offers on each of its stories; each has an effect there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from straitwatch.core.model import (
    ActionKind,
    AlertFacts,
    AlertKind,
    DigestFacts,
    DigestItem,
    Facts,
    RollupFacts,
)
from straitwatch.core.plural import counted
from straitwatch.core.policy import MUTE_FOR, SNOOZE_FOR

_HOUR: Final = timedelta(hours=1)

_VERBS: Final = {
    ActionKind.MUTE_STORY: "mute",
    ActionKind.NOT_RELEVANT: "mark",
    ActionKind.SPLIT: "split",
    ActionKind.MERGE: "merge",
    ActionKind.SNOOZE_LIST: "snooze",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The story of a message, or of one line in it, as far as actions concern it."""

    story_id: str
    title: str
    entry_id: str = ""  # the report that actions concern; "" means all of the story
    related_id: str = ""  # a story that may be about the same event
    related_title: str = ""
    lists: tuple[tuple[str, str], ...] = ()  # the id and title of each watch-list
    is_update: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One action that a reader can choose."""

    kind: ActionKind
    words: str
    target: str = ""  # the title of the other story, or of the list
    watchlist: str = ""  # the list to snooze

    def __str__(self) -> str:
        return f"{self.words}: {self.target}" if self.target else self.words


def subjects_of(facts: Facts) -> dict[str, Subject]:
    """Return the stories of a message by their ids, in the order of the message."""
    match facts:
        case AlertFacts():
            return {facts.story_id: _of_alert(facts)}
        case RollupFacts():
            items = facts.items
        case DigestFacts():
            items = (*facts.items, *facts.running, *facts.commentary)
        case _:
            items = ()
    found: dict[str, Subject] = {}
    for item in items:
        found.setdefault(item.story_id, _of_item(item))
    return found


def _of_alert(facts: AlertFacts) -> Subject:
    return Subject(
        story_id=facts.story_id,
        title=facts.title,
        entry_id=facts.entry_id,
        related_id=facts.related_id,
        related_title=facts.related.title if facts.related else facts.related_id,
        lists=tuple((note.watchlist, note.title) for note in facts.matches),
        is_update=facts.kind is AlertKind.UPDATE,
    )


def _of_item(item: DigestItem) -> Subject:
    return Subject(
        story_id=item.story_id,
        title=item.title,
        lists=tuple(zip(item.list_ids, item.watchlists, strict=False)),
    )


def offers(subject: Subject) -> list[Offer]:
    """Return the actions on a story, with the words of their buttons."""
    found = [
        Offer(ActionKind.MUTE_STORY, f"Mute for {counted(MUTE_FOR.days, 'day')}"),
        Offer(ActionKind.NOT_RELEVANT, "Not relevant"),
    ]
    if subject.is_update:
        found.append(Offer(ActionKind.SPLIT, "Wrong story"))
    if subject.related_id:
        found.append(Offer(ActionKind.MERGE, "Merge with", subject.related_title))
    words = f"Snooze list for {counted(SNOOZE_FOR // _HOUR, 'hour')}"
    found += [
        Offer(ActionKind.SNOOZE_LIST, words, title, watchlist) for watchlist, title in subject.lists
    ]
    return found


def describe_offers(subject: Subject) -> str:
    """Return the actions on a story in words: `Mute, mark or snooze`."""
    *others, last = dict.fromkeys(_VERBS[offer.kind] for offer in offers(subject))
    return f"{', '.join(others)} or {last}".capitalize()
