"""Which feeds are polled more often because of the stories that they carry."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.store import NOW, claim, make_feed, make_plan, make_planned, make_story
from straitwatch.core.model import Action, Arrivals, Decision, FeedProfile, Reason, Severity
from straitwatch.store import (
    Store,
    apply_plan,
    complete_polls,
    feed_profiles,
    sync_feeds,
    urgent_feeds,
)

SENT = {"sent_severity": Severity.HIGH}


def bring_story(store: Store, *, reason: Reason = Reason.NEW_STORY, **story: Any) -> None:
    """Store one report of one story that the feed f1 brought at noon."""
    store.call(sync_feeds, [make_feed()], NOW)
    decision = Decision(action=Action.ALERT, reason=reason)
    plan = make_plan(
        claim(store)[0], [make_planned(decision=decision)], stories=(make_story(**story),)
    )
    assert store.call(apply_plan, plan)


def test_feed_that_carries_a_severe_story_is_urgent_for_an_hour(store: Store) -> None:
    bring_story(store, **SENT)

    found = [store.call(urgent_feeds, now=NOW + timedelta(minutes=minutes)) for minutes in (59, 61)]

    assert found == [{"f1"}, set()]


def test_feed_that_carries_a_breaking_story_is_urgent(store: Store) -> None:
    bring_story(store, is_breaking=True, sent_severity=Severity.NORMAL)

    assert store.call(urgent_feeds, now=NOW) == {"f1"}


@pytest.mark.parametrize(
    "story",
    [
        {"sent_severity": Severity.NORMAL},
        {"sent_severity": Severity.HIGH, "alerted_at": None},
        {"sent_severity": Severity.HIGH, "reason": Reason.BASELINE},
        {"sent_severity": Severity.HIGH, "reason": Reason.LATE},
    ],
)
def test_feed_with_a_lesser_or_older_story_is_not_urgent(
    store: Store, story: dict[str, Any]
) -> None:
    bring_story(store, **story)

    assert store.call(urgent_feeds, now=NOW) == set()


def test_profiles_of_all_watched_feeds_or_of_some_are_read(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2")], NOW)
    profile = FeedProfile(arrivals=Arrivals(entries=4, since_at=NOW, counted_at=NOW))
    plan = make_plan(claim(store, only=["f1"])[0], [], stories=(), alerts=(), deliveries=())
    assert store.call(complete_polls, [replace(plan.state, profile=profile)]) == [True]

    assert store.call(feed_profiles) == {"f1": profile, "f2": FeedProfile()}
    assert store.call(feed_profiles, ["f2"]) == {"f2": FeedProfile()}
