"""Lists the actions that a message about a story offers; each only where it can do something."""

from typing import Final

from straitwatch.core.model import ActionKind, AlertFacts, AlertKind

_VERBS: Final = {
    ActionKind.MUTE_STORY: "mute",
    ActionKind.NOT_RELEVANT: "mark",
    ActionKind.SPLIT: "split",
    ActionKind.MERGE: "merge",
    ActionKind.SNOOZE_LIST: "snooze",
}


def describe_offers(facts: AlertFacts) -> str:
    """Return the actions on the story of a message in words: `Mute, mark or snooze`."""
    *others, last = [_VERBS[kind] for kind, _ in offers(facts)]
    return f"{', '.join(others)} or {last}".capitalize()


def offers(facts: AlertFacts) -> list[tuple[ActionKind, str]]:
    """Return the actions on the story of a message, with the words of their buttons."""
    found = [(ActionKind.MUTE_STORY, "Mute story"), (ActionKind.NOT_RELEVANT, "Not relevant")]
    if facts.kind is AlertKind.UPDATE:
        found.append((ActionKind.SPLIT, "Wrong story"))
    if facts.related_id:
        title = facts.related.title if facts.related else facts.related_id
        found.append((ActionKind.MERGE, f"Merge with: {title}"))
    if facts.matches:
        found.append((ActionKind.SNOOZE_LIST, "Snooze list"))
    return found
