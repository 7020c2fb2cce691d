"""A story grows by its reports: outlets, origins, lists and severity."""

import pytest

from builders import grown, make_entry, make_feed, make_fold, make_match, make_story, report_of
from straitwatch.core.model import UNNAMED_MEDIA, Relation, Report, Severity, Story
from straitwatch.core.story import add_sources, choose_origin, raise_severity


def grow(story: Story | None, report: Report) -> Story:
    fold = make_fold(Relation.SAME_EVENT)
    return raise_severity(add_sources(story, report, fold), report.matches)


def test_story_grows_by_lists_severity_and_outlets() -> None:
    other = make_feed("Other Wire", tier=1)
    match = make_match("china-russia-military", severity=Severity.CRITICAL)
    report = report_of(make_entry(), match, feed=other)

    story = grow(make_story(), report)

    assert story.watchlists == ("taiwan-policy", "china-russia-military")
    assert story.severity is Severity.CRITICAL
    assert story.outlets == ("Example Wire", "Other Wire")
    assert story.has_tier_one


def test_tier_of_an_aggregator_does_not_count() -> None:
    aggregator = make_feed("Search", tier=1, stance="independent")

    story = grow(None, report_of(make_entry(source="Village Voice"), feed=aggregator))

    assert story.outlets == ("Village Voice",)
    assert not story.has_tier_one


def test_origin_that_the_story_has_is_chosen_before_another_one() -> None:
    assert choose_origin(("Kyodo", "Reuters"), ["Reuters"]) == "Reuters"
    assert choose_origin(("Kyodo", "Reuters"), ["Yonhap"]) == "Kyodo"


def test_outlets_that_repeat_one_another_are_one_origin() -> None:
    story = grown(("Wire", "", "Reuters"), ("Gazette", "", "Reuters"), ("Post", "", "Reuters"))

    assert (len(story.outlets), story.origins) == (3, ("Reuters",))


def test_outlet_with_reporting_of_its_own_is_an_origin() -> None:
    assert grown(("Wire", "", ""), ("Gazette", "", "Wire")).origins == ("Wire",)
    assert grown(("Wire", "", ""), ("Gazette", "", "")).origins == ("Wire", "Gazette")


@pytest.mark.parametrize("order", [1, -1])
def test_unnamed_media_are_not_an_origin_beside_a_named_one(order: int) -> None:
    reports = [("Wire", "", "Reuters"), ("Gazette", "", UNNAMED_MEDIA)]

    assert grown(*reports[::order]).origins == ("Reuters",)


def test_unnamed_media_are_one_origin_if_no_report_names_one() -> None:
    reports = [("Wire", "", UNNAMED_MEDIA), ("Gazette", "", UNNAMED_MEDIA)]

    assert grown(*reports).origins == (UNNAMED_MEDIA,)


@pytest.mark.parametrize("order", [1, -1])
def test_repeating_unnamed_media_does_not_make_a_story_breaking(order: int) -> None:
    reports = [("Wire", "", ""), ("Post", "", UNNAMED_MEDIA)]

    assert [name for name, _ in grown(*reports[::order]).recent] == ["Wire"]


def test_story_is_state_medias_until_another_outlet_has_it() -> None:
    state = ("People", "state", "")

    assert grown(state, ("Party Paper", "party", "")).is_state_only
    assert not grown(state, ("Wire", "independent", "")).is_state_only


def test_full_story_keeps_the_first_report_in_another_language() -> None:
    story = grown(*((f"Wire {number}", "", "") for number in range(30)))
    chinese = make_entry("艦艇通過海峽", language="zh-Hant")

    story = grow(story, report_of(chinese, feed=make_feed("島報", language="zh-Hant")))

    assert len(story.outlets) == 31
    assert len(story.reports) == 13
    assert story.reports[-1].title == "艦艇通過海峽"
