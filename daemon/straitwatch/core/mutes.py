"""Takes cancelled messages out of the record of a story, and adds them again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from straitwatch.core.model import AlertFacts, Reason, Severity, Story
from straitwatch.core.story import highest, union

_ASIDES = (Reason.COMMENTARY, Reason.ROUNDUP)  # the first news after them is still an alert


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNews:
    """A message about a story, and the language of its report; "" if it is unknown."""

    facts: AlertFacts
    language: str

    @property
    def levels(self) -> list[Severity]:
        return [note.severity for note in self.facts.matches] or [self.facts.severity]


def without_messages(story: Story, gone: Sequence[SentNews], kept: Sequence[SentNews]) -> Story:
    """Return the story as if some messages had not been sent, so that their content is news.

    Args:
        story: the story.
        gone: the messages that no recipient gets.
        kept: the other messages about the story.

    """
    gone, kept = _news(gone), _news(kept)
    if not gone:
        return story
    if not kept:
        is_unsent = story.alerted_at in [message.facts.seen_at for message in gone]
        return _unsent(story) if is_unsent else story  # earlier messages may have been deleted
    levels = [level for message in kept for level in message.levels]
    languages = _languages(gone) - _languages(kept)
    lists = set(_lists(gone)) - set(_lists(kept))
    is_breaking = _is_breaking(kept) or not _is_breaking(gone)
    return replace(
        story,
        watchlists=tuple(name for name in story.watchlists if name not in lists),
        severity=_lowered(story.severity, levels),
        is_breaking=story.is_breaking and is_breaking,
        alerted_at=min(message.facts.seen_at for message in kept)
        if story.alerted_at in [message.facts.seen_at for message in gone]
        else story.alerted_at,
        sent_severity=story.sent_severity and _lowered(story.sent_severity, levels),
        sent_languages=tuple(name for name in story.sent_languages if name not in languages),
    )


def with_messages(story: Story, added: Sequence[SentNews]) -> Story:
    """Return the story with messages that are sent after all."""
    added = _news(added)
    if not added:
        return story
    levels = [level for message in added for level in message.levels]
    times = [message.facts.seen_at for message in added]
    return replace(
        story,
        watchlists=union(story.watchlists, _lists(added)),
        severity=highest((story.severity, *levels)),
        is_breaking=story.is_breaking or _is_breaking(added),
        alerted_at=min((*times, story.alerted_at or times[0])),
        sent_severity=highest((*levels, story.sent_severity or Severity.LOW)),
        sent_languages=union(story.sent_languages, sorted(_languages(added))),
    )


def _unsent(story: Story) -> Story:
    return replace(story, alerted_at=None, sent_severity=None, sent_languages=())


def _news(messages: Iterable[SentNews]) -> list[SentNews]:
    return [message for message in messages if message.facts.reason not in _ASIDES]


def _lowered(now: Severity, levels: Iterable[Severity]) -> Severity:
    return min(now, highest(levels), key=lambda level: level.rank)


def _languages(messages: Iterable[SentNews]) -> set[str]:
    return {message.language for message in messages if message.language}


def _lists(messages: Iterable[SentNews]) -> list[str]:
    return [note.watchlist for message in messages for note in message.facts.matches]


def _is_breaking(messages: Iterable[SentNews]) -> bool:
    return any(message.facts.reason is Reason.BREAKING for message in messages)
