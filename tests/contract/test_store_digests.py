from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from builders.beat import BEAT
from builders.store import (
    NOW,
    claimed_feed,
    make_feed,
    make_fold,
    make_plan,
    make_planned,
    make_story,
)
from builders.watchlists import compiled, make_list
from straitwatch import pipeline
from straitwatch.core.model import (
    Action,
    AlertPolicy,
    Decision,
    DigestFacts,
    DigestPlan,
    FeedState,
    Plan,
    PlannedEntry,
    Reason,
    StoryReport,
)
from straitwatch.core.policy import FEED_LEASE
from straitwatch.core.rules import Rules
from straitwatch.store import Store, apply_plan, claim_due_feeds, list_deliveries, sync_feeds

NOON = DigestPlan(name="noon", at=(time(12),), timezone="UTC", send=("desk-mail",))
DAY = timedelta(days=1)
RULES = Rules(
    beat=BEAT, matcher=compiled(make_list("fleet")), policy=AlertPolicy(), titles={}, recipients={}
)


def report(
    store: Store, *names: str, at: datetime, alerted_at: datetime | None = NOW - DAY
) -> None:
    """One poll that reports a story for each name."""
    entries = [make_planned(name, fold=make_fold(name)) for name in names]
    stories = tuple(
        make_story(planned.fold.story_id, alerted_at=alerted_at, reports=(listed(planned),))
        for planned in entries
        if planned.fold
    )
    plan = make_plan(
        claimed_feed(store), entries, now=at, stories=stories, alerts=(), deliveries=()
    )
    assert store.call(apply_plan, plan)


def listed(planned: PlannedEntry) -> StoryReport:
    return replace(make_story().reports[0], url=planned.entry.url)


def digest(store: Store, *, now: datetime) -> tuple[list[str], int]:
    """Write the digest that is due; return the stories in it and how many more there are."""
    assert store.call(pipeline.write_digest, NOON, rules=RULES, now=now)
    facts = store.call(list_deliveries)[0].facts
    assert isinstance(facts, DigestFacts)
    return [item.story_id for item in facts.items], facts.more


@pytest.fixture
def running(store: Store) -> Store:
    """A store whose digest has been configured since a day."""
    store.call(pipeline.write_digest, NOON, rules=RULES, now=NOW - DAY + timedelta(hours=1))
    return store


def test_story_of_a_running_poll_is_in_the_next_digest(running: Store) -> None:
    assert digest(running, now=NOW) == ([], 0)

    report(running, "s1", at=NOW - timedelta(seconds=20))  # commits late

    assert digest(running, now=NOW + DAY) == (["s1"], 0)
    assert digest(running, now=NOW + 2 * DAY) == ([], 0)


def test_first_digest_covers_the_time_before_it_was_configured(store: Store) -> None:
    report(store, "s1", at=NOW - timedelta(hours=3))
    store.call(pipeline.write_digest, NOON, rules=RULES, now=NOW - timedelta(minutes=7))

    assert digest(store, now=NOW) == (["s1"], 0)
    assert digest(store, now=NOW + DAY) == ([], 0)


def test_digest_has_a_sentence_of_each_new_story_and_its_reports_by_hour(running: Store) -> None:
    report(running, "s1", at=NOW - timedelta(hours=3), alerted_at=None)
    assert running.call(pipeline.write_digest, NOON, rules=RULES, now=NOW)

    facts = running.call(list_deliveries)[0].facts
    assert isinstance(facts, DigestFacts)
    assert facts.items[0].sentence == "穿越台海"
    assert facts.timeline is not None
    assert sum(facts.timeline.counts) == 1
    assert facts.timeline.counts.index(1) == len(facts.timeline.counts) - 3


def test_commentary_beyond_the_limit_of_a_digest_is_counted(running: Store) -> None:
    aside = Decision(action=Action.DIGEST, reason=Reason.COMMENTARY)
    names = [f"s{number}" for number in range(12)]
    entries = [make_planned(name, fold=make_fold(name), decision=aside) for name in names]
    stories = tuple(make_story(name) for name in names)
    plan = make_plan(
        claimed_feed(running),
        entries,
        now=NOW - timedelta(hours=3),
        stories=stories,
        alerts=(),
        deliveries=(),
    )
    running.call(apply_plan, plan)

    assert digest(running, now=NOW) == ([], 0)
    facts = running.call(list_deliveries)[0].facts

    assert isinstance(facts, DigestFacts)
    assert (len(facts.commentary), facts.more_commentary) == (10, 2)


def commentary(store: Store, *, now: datetime) -> list[str]:
    """Write the digest that is due; return the titles of its commentary."""
    assert store.call(pipeline.write_digest, NOON, rules=RULES, now=now)
    facts = store.call(list_deliveries)[0].facts
    assert isinstance(facts, DigestFacts)
    return [item.title for item in facts.commentary]


ASIDE = Decision(action=Action.DIGEST, reason=Reason.ROUNDUP)


def roundup(state: FeedState, *, at: datetime) -> Plan:
    entries = [make_planned("e1", fold=make_fold("s1"), decision=ASIDE)]
    return make_plan(state, entries, now=at, stories=(make_story("s1"),), alerts=(), deliveries=())


def test_commentary_of_the_last_minute_is_in_one_digest(running: Store) -> None:
    at = NOW - timedelta(seconds=20)
    assert running.call(apply_plan, roundup(claimed_feed(running), at=at))

    assert len(commentary(running, now=NOW)) == 1
    assert commentary(running, now=NOW + DAY) == []


def test_commentary_shows_the_outlet_as_it_is_configured(running: Store) -> None:
    feed = claimed_feed(running, stance="state", tier=1)
    assert running.call(apply_plan, roundup(feed, at=NOW - timedelta(minutes=10)))

    assert running.call(pipeline.write_digest, NOON, rules=RULES, now=NOW)

    facts = running.call(list_deliveries)[0].facts
    assert isinstance(facts, DigestFacts)
    (item,) = facts.commentary
    assert (item.outlet.stance, item.outlet.tier) == ("state", 1)


def test_commentary_that_names_its_story_is_not_said_to_be_about_itself(running: Store) -> None:
    about = make_story("s1", title="Ships cross the strait (e1)", alerted_at=NOW - DAY)
    plan = replace(roundup(claimed_feed(running), at=NOW - timedelta(minutes=10)), stories=(about,))
    assert running.call(apply_plan, plan)

    assert running.call(pipeline.write_digest, NOON, rules=RULES, now=NOW)

    facts = running.call(list_deliveries)[0].facts
    assert isinstance(facts, DigestFacts)
    (item,) = facts.commentary
    assert (item.title, item.part_of) == ("Ships cross the strait (e1)", "")


def test_commentary_of_a_running_poll_is_in_the_next_digest(
    running: Store,
) -> None:
    running.call(sync_feeds, [make_feed()], NOW - timedelta(minutes=1))
    (state,) = running.call(
        claim_due_feeds, now=NOW - timedelta(seconds=30), limit=1, lease=FEED_LEASE
    )

    assert commentary(running, now=NOW) == []
    assert running.call(apply_plan, roundup(state, at=NOW - timedelta(seconds=25)))
    assert len(commentary(running, now=NOW + DAY)) == 1


def test_stories_beyond_the_limit_of_a_digest_are_in_later_ones(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("straitwatch.pipeline.digest.DIGEST_ITEMS", 2)
    report(running, "s1", "s2", "s3", "s4", "s5", at=NOW - timedelta(hours=3))

    assert digest(running, now=NOW) == (["s1", "s2"], 3)
    assert digest(running, now=NOW + DAY) == (["s3", "s4"], 1)
    assert digest(running, now=NOW + 2 * DAY) == (["s5"], 0)
    assert digest(running, now=NOW + 3 * DAY) == ([], 0)
