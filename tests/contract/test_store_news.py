"""The searches and counts of the pages, on each engine."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.store import NOW, claimed_feed, make_plan, make_story
from straitwatch.core.model import Severity
from straitwatch.store import (
    Store,
    StoryQuery,
    apply_plan,
    count_reports,
    news_mark,
    search_stories,
)
from straitwatch.store.stories import write_stories

HOUR = timedelta(hours=1)
LATEST = make_story().last_seen_at
ALL = StoryQuery(since_at=NOW - timedelta(days=1))


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with a story in English, and an older one in Russian with less severity."""
    russian = make_story(
        "s2",
        title="Учения 100% у Тайваня",
        last_seen_at=NOW - HOUR,
        severity=Severity.LOW,
        watchlists=("china-russia-military",),
        outlets=("РИА Новости",),
        reports=(),
    )
    store.call(write_stories, [make_story("s1"), russian])
    return store


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["s1", "s2"]),
        ({"limit": 1}, ["s1"]),
        ({"after": (LATEST, "s1")}, ["s2"]),
        ({"after": (LATEST, "s0")}, ["s1", "s2"]),
        ({"until_at": NOW}, ["s2"]),
        ({"since_at": NOW}, ["s1"]),
        ({"text": "SHIPS"}, ["s1"]),
        ({"text": "учения"}, ["s2"]),
        ({"text": "100%"}, ["s2"]),
        ({"text": "1_0"}, []),
        ({"watchlist": "taiwan-policy"}, ["s1"]),
        ({"severity": Severity.NORMAL}, ["s1"]),
        ({"severity": Severity.LOW}, ["s1", "s2"]),
        ({"language": "en"}, ["s1"]),
        ({"outlet": "риа"}, ["s2"]),
    ],
)
def test_stories_are_found_by_time_text_list_severity_language_and_outlet(
    filled: Store, changes: dict[str, Any], found: list[str]
) -> None:
    stories = filled.call(search_stories, replace(ALL, **changes))

    assert [story.id for story in stories] == found


def test_reports_are_counted_by_period_and_list(store: Store) -> None:
    assert store.call(apply_plan, make_plan(claimed_feed(store)))
    starts = [NOW - HOUR, NOW, NOW + HOUR]

    counts = store.call(count_reports, starts, until_at=NOW + 2 * HOUR)

    assert counts == {"taiwan-policy": (0, 1, 0)}


def test_mark_of_the_news_changes_with_a_poll_that_brings_a_story(store: Store) -> None:
    before = store.call(news_mark)
    assert before == store.call(news_mark)

    assert store.call(apply_plan, make_plan(claimed_feed(store)))

    assert store.call(news_mark) != before
