"""The searches and counts of the pages, on each engine."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.store import (
    NOW,
    claimed_feed,
    make_entry,
    make_fold,
    make_match,
    make_plan,
    make_planned,
    make_story,
)
from straitwatch.core.model import ActionKind, ManualAction, Severity
from straitwatch.store import (
    Store,
    StoryQuery,
    Transaction,
    add_action,
    apply_plan,
    cancel_deliveries,
    claim_delivery,
    count_reports,
    news_mark,
    note_undone,
    search_stories,
)

HOUR = timedelta(hours=1)
LATEST = make_story().last_seen_at
MUTED = ManualAction(id="a1", kind=ActionKind.MUTE_STORY, made_at=NOW)
ALL = StoryQuery(since_at=NOW - timedelta(days=1))


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with a story in English, and one in Russian with less severity.

    The first is reported now and three hours ago, the other one hour ago.
    """
    russian = make_story(
        "s2",
        title="Учения 100% у Тайваня",
        last_seen_at=NOW - HOUR,
        severity=Severity.LOW,
        watchlists=("china-russia-military",),
        outlets=("РИА Новости",),
        reports=(),
    )
    feed, stories = claimed_feed(store), (make_story("s1"), russian)
    other = make_planned(
        "e2",
        entry=make_entry("e2", title=russian.title),
        fold=make_fold("s2"),
        matches=(make_match("china-russia-military"),),
    )
    for at, planned in ((3, make_planned("e0")), (1, other), (0, make_planned("e1"))):
        now = NOW - at * HOUR
        plan = make_plan(feed, (planned,), now=now, stories=stories, alerts=(), deliveries=())
        assert store.call(apply_plan, plan)
    return store


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["s1", "s2"]),
        ({"limit": 1}, ["s1"]),
        ({"after": (LATEST, "s1")}, ["s2"]),
        ({"after": (LATEST, "s0")}, ["s1", "s2"]),
        ({"until_at": NOW}, ["s1", "s2"]),
        ({"until_at": NOW - 2 * HOUR}, ["s1"]),
        ({"until_at": NOW, "since_at": NOW - 2 * HOUR}, ["s2"]),
        ({"since_at": NOW}, ["s1"]),
        ({"text": "SHIPS"}, ["s1"]),
        ({"text": "учения"}, ["s2"]),
        ({"text": "100%"}, ["s2"]),
        ({"text": "10%0"}, []),
        ({"text": "тайваня УЧЕНИЯ"}, ["s2"]),
        ({"text": "strait rain"}, []),
        ({"text": "ＳＨＩＰＳ"}, ["s1"]),
        ({"text": "outlet"}, []),
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


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, {"taiwan-policy": (1, 0, 1), "china-russia-military": (0, 1, 0)}),
        ({"watchlist": "taiwan-policy"}, {"taiwan-policy": (1, 0, 1)}),
        ({"text": "учения"}, {"china-russia-military": (0, 1, 0)}),
        ({"text": "nothing"}, {}),
    ],
)
def test_reports_of_the_chosen_stories_are_counted_by_period_and_list(
    filled: Store, changes: dict[str, Any], counts: dict[str, tuple[int, ...]]
) -> None:
    starts, wanted = [NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR / 2], replace(ALL, **changes)

    assert filled.call(count_reports, wanted, starts, until_at=NOW + HOUR) == counts


def test_mark_of_the_news_changes_with_a_poll_that_brings_a_story(store: Store) -> None:
    before = store.call(news_mark)
    assert before == store.call(news_mark)

    assert store.call(apply_plan, make_plan(claimed_feed(store)))

    assert store.call(news_mark) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda tx: cancel_deliveries(tx, ids=["d1"], now=NOW + HOUR),
        lambda tx: claim_delivery(
            tx, receiver="desk-slack", now=NOW + HOUR, worker="test", lease=HOUR
        ),
        lambda tx: note_undone(tx, MUTED, author="Kim", now=NOW + HOUR),
    ],
    ids=["cancelled", "sending", "undone"],
)
def test_mark_of_the_news_changes_with_a_message_and_with_an_undo(
    store: Store, change: Callable[[Transaction], object]
) -> None:
    assert store.call(apply_plan, make_plan(claimed_feed(store)))
    store.call(add_action, MUTED)
    before = store.call(news_mark)

    store.call(change)

    assert store.call(news_mark) != before
