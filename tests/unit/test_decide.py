"""Deciding: alert, update, digest or nothing, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOON, make_entry, make_fold, make_story, report_of
from straitwatch.core.decide import decide
from straitwatch.core.model import (
    Action,
    AlertPolicy,
    Decision,
    Reason,
    Relation,
    ReportStatus,
    Severity,
    Story,
)

POLICY = AlertPolicy()
NEW = make_fold()
SAME_EVENT = make_fold(Relation.SAME_EVENT)
SAME_ENTRY = make_fold(Relation.SAME_ENTRY)
SECOND_OUTLET = make_story(outlets=("Example Wire", "Other Wire"))


def decided(
    before: Story | None, after: Story, fold=SAME_EVENT, title="Another title", **changes
) -> Decision:
    """Decide about a report of Example Wire."""
    report = report_of(make_entry(title), **changes)
    return decide(report, fold, before, after, POLICY)


def test_the_first_report_of_a_story_alerts() -> None:
    decision = decided(None, make_story(revision=0), NEW)

    assert decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_a_second_report_of_a_story_raises_no_second_alert() -> None:
    decision = decided(make_story(), SECOND_OUTLET)

    assert decision == Decision(action=Action.NONE, reason=Reason.ALREADY_ALERTED)


def test_the_first_sight_of_a_feed_is_silent() -> None:
    decision = decided(None, make_story(revision=0), NEW, status=ReportStatus.BASELINE)

    assert decision == Decision(action=Action.NONE, reason=Reason.BASELINE)


def test_a_report_too_old_to_be_news_goes_to_the_digest() -> None:
    decision = decided(None, make_story(), NEW, status=ReportStatus.LATE)

    assert decision == Decision(action=Action.DIGEST, reason=Reason.LATE)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (make_story(watchlists=("taiwan-policy", "other")), Reason.NEW_LIST),
        (make_story(severity=Severity.HIGH), Reason.HIGHER_SEVERITY),
        (replace(SECOND_OUTLET, has_tier_one=True), Reason.TIER_ONE),
        (make_story(outlets=("Example Wire", "b", "c")), Reason.MORE_OUTLETS),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_what_the_story_gains_decides_about_an_update(after, reason) -> None:
    before = make_story(outlets=("Example Wire", "b")) if len(after.outlets) == 3 else make_story()

    decision = decided(before, after)

    assert decision == Decision(action=Action.UPDATE, reason=reason)


def test_another_outlet_a_day_later_is_an_update() -> None:
    decision = decided(make_story(), SECOND_OUTLET, now=NOON + timedelta(hours=25))

    assert decision == Decision(action=Action.UPDATE, reason=Reason.DAY_LATER)


def test_a_baseline_entry_that_comes_again_stays_silent() -> None:
    baseline = make_story(revision=0, alerted_at=None)

    decision = decided(baseline, baseline, SAME_ENTRY)

    assert decision == Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)


def test_a_page_that_another_feed_had_as_baseline_alerts_in_its_own() -> None:
    baseline = make_story(revision=0, alerted_at=None, outlets=("Aggregator",))
    after = replace(baseline, outlets=("Aggregator", "Example Wire"))

    decision = decided(baseline, after, SAME_ENTRY)

    assert decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_a_page_with_another_bulletin_the_next_day_is_an_update() -> None:
    tomorrow = NOON + timedelta(hours=23)

    decision = decided(make_story(), make_story(), SAME_ENTRY, now=tomorrow)

    assert decision == Decision(action=Action.UPDATE, reason=Reason.DAY_LATER)


def test_a_page_that_is_only_listed_again_the_next_day_is_none() -> None:
    tomorrow = NOON + timedelta(hours=23)
    title = make_story().title

    decision = decided(make_story(), make_story(), SAME_ENTRY, now=tomorrow, title=title)

    assert decision == Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)


def test_a_new_report_of_a_story_that_was_only_baseline_alerts() -> None:
    baseline = make_story(revision=0, alerted_at=None)

    decision = decided(baseline, replace(SECOND_OUTLET, revision=0))

    assert decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_an_edited_entry_that_newly_matches_a_list_updates_its_story() -> None:
    after = make_story(watchlists=("taiwan-policy", "china-russia-military"))

    decision = decided(make_story(), after, SAME_ENTRY, is_edited=True)

    assert decision.reason is Reason.NEW_LIST
