"""The record of a story when messages about it are cancelled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders.store import NOW, make_alert, make_story
from straitwatch.core.model import AlertFacts, MatchNote, Reason, Severity
from straitwatch.core.mutes import SentNews, with_messages, without_messages

LATER = NOW + timedelta(hours=1)


def message(
    *levels: Severity, lists: tuple[str, ...] = ("taiwan",), language: str = "en", **changes: Any
) -> SentNews:
    facts = make_alert().facts
    assert isinstance(facts, AlertFacts)
    notes = tuple(
        MatchNote(watchlist=name, title=name, severity=level, score=9, terms=())
        for name in lists
        for level in levels or (Severity.NORMAL,)
    )
    return SentNews(facts=replace(facts, matches=notes, **changes), language=language)


def update(*levels: Severity, **changes: Any) -> SentNews:
    more = {"reason": Reason.DEVELOPMENT, "seen_at": LATER} | changes
    return message(*levels, **more)


FIRST = message()
STORY = make_story(
    severity=Severity.NORMAL,
    watchlists=("taiwan",),
    sent_severity=Severity.NORMAL,
    sent_languages=("en",),
)


def test_more_severe_message_that_is_cancelled_leaves_the_former_record() -> None:
    gone = update(Severity.HIGH, lists=("taiwan", "china"), language="zh")
    sent = with_messages(STORY, [gone])

    assert without_messages(sent, [gone], [FIRST]) == STORY


def test_cancelled_message_leaves_what_other_messages_said() -> None:
    other = update(Severity.HIGH, lists=("china",), language="zh")
    sent = with_messages(STORY, [other])

    assert without_messages(sent, [other], [FIRST, other]) == sent


def test_story_is_unsent_without_its_only_message() -> None:
    story = without_messages(STORY, [FIRST], [])

    assert (story.alerted_at, story.sent_severity, story.sent_languages) == (None, None, ())


def test_deleted_messages_still_count() -> None:
    gone = update()

    assert without_messages(STORY, [gone], []) == STORY


def test_story_becomes_breaking_again() -> None:
    gone = update(Severity.HIGH, reason=Reason.BREAKING)
    sent = with_messages(STORY, [gone])

    assert sent.is_breaking
    assert without_messages(sent, [gone], [FIRST]) == STORY


def test_commentary_does_not_change_the_record() -> None:
    aside = update(Severity.CRITICAL, reason=Reason.COMMENTARY)

    assert with_messages(STORY, [aside]) == STORY
    assert without_messages(STORY, [aside], []) == STORY
