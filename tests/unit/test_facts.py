"""The facts of a message about a story."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOON, grown, make_entry, make_feed, make_fold, make_hit, report_of
from straitwatch.core.facts import describe_alert, pick_quote
from straitwatch.core.identity import delivery_key
from straitwatch.core.model import (
    Action,
    AlertKind,
    Decision,
    Novelty,
    Reason,
    Relation,
    Report,
    Step,
)
from straitwatch.core.story import add_sources


def test_quote_is_the_sentence_with_the_most_hits() -> None:
    summary = "Markets fell. Ships crossed the strait near Taiwan today. It rained."
    hits = [
        make_hit("strait", start=summary.index("strait"), field="summary"),
        make_hit("Taiwan", start=summary.index("Taiwan"), field="summary"),
    ]

    quote = pick_quote(make_entry(summary=summary), hits)

    assert quote.text == "Ships crossed the strait near Taiwan today."
    assert [quote.text[left:right] for left, right in quote.spans] == ["strait", "Taiwan"]


@pytest.mark.parametrize(
    "sentence",
    [
        "He used the U.S. president's wish to change the Taiwan policy.",
        "The U.S. State Department named Taiwan.",
        "Sen. J. Smith flew to Taiwan on Monday.",
    ],
)
def test_full_stop_inside_a_sentence_does_not_cut_the_quote(sentence) -> None:
    summary = f"It rained. {sentence} Markets fell."
    hit = make_hit("Taiwan", start=summary.index("Taiwan"), field="summary")

    assert pick_quote(make_entry(summary=summary), [hit]).text == sentence


def test_very_long_sentence_is_quoted_around_its_first_hit() -> None:
    summary = "word " * 300 + "Taiwan " + "word " * 300
    hit = make_hit("Taiwan", start=summary.index("Taiwan"), field="summary")

    quote = pick_quote(make_entry(summary=summary), [hit])

    ((left, right),) = quote.spans
    assert quote.text[left:right] == "Taiwan"
    assert len(quote.text) <= 320


def test_facts_name_who_reported_first_and_who_else() -> None:
    entry = make_entry("Strait crossed by ships")
    report = report_of(entry, feed=make_feed("Other Wire"), now=NOON + timedelta(minutes=5))
    story = add_sources(grown(("Example Wire", "", "")), report, make_fold())
    step = Step(
        story=story,
        fold=make_fold(Relation.SAME_EVENT),
        decision=Decision(action=Action.UPDATE, reason=Reason.MORE_OUTLETS),
        matches=report.matches,
        unsilenced=report.matches,
    )

    facts = describe_alert(step, report, titles={"taiwan-policy": "Taiwan policy"})

    assert facts.kind is AlertKind.UPDATE
    assert facts.first_report is not None
    assert facts.first_report.outlet.name == "Example Wire"
    assert [report.outlet.name for report in facts.also] == ["Example Wire"]
    assert facts.outlet_count == 2
    assert facts.matches[0].title == "Taiwan policy"


def test_delivery_key_differs_by_each_of_its_parts() -> None:
    keys = {delivery_key("a", "b", "c"), delivery_key("a", "b", ""), delivery_key("ab", "", "c")}

    assert len(keys) == 3


# ---------------------------------------------------------------- stories in several languages


RUSSIAN = make_feed("Vestnik", language="ru")


def told_by(step_reason: Reason, action: Action, *, before: Report, report: Report, **more):
    story = add_sources(add_sources(None, before, make_fold()), report, make_fold())
    step = Step(
        story=story,
        fold=make_fold(Relation.SAME_EVENT),
        decision=Decision(action=action, reason=step_reason),
        matches=report.matches,
        unsilenced=report.matches,
    )
    return describe_alert(step, report, titles={}, **more)


def russian(title: str = "Корабли прошли пролив") -> Report:
    return report_of(make_entry(title, language="ru"), feed=RUSSIAN)


def english(title: str = "Ships cross the strait", **values) -> Report:
    return report_of(make_entry(title, **values))


def test_alert_has_the_headline_that_the_desk_reads_beside_its_own() -> None:
    case = {"before": english(), "report": russian()}

    facts = told_by(Reason.NEW_STORY, Action.ALERT, languages=["en"], **case)

    assert facts.headline is not None
    assert facts.headline.title == "Ships cross the strait"
    assert told_by(Reason.NEW_STORY, Action.ALERT, **case).headline is None


def test_alert_knows_whether_the_desk_reads_its_language() -> None:
    case = {"before": english(), "report": russian()}

    assert told_by(Reason.DEVELOPMENT, Action.UPDATE, **case).is_readable
    assert told_by(Reason.DEVELOPMENT, Action.UPDATE, languages=["ru"], **case).is_readable
    assert not told_by(Reason.DEVELOPMENT, Action.UPDATE, languages=["en"], **case).is_readable


def test_update_names_its_story_by_another_report_than_its_own() -> None:
    facts = told_by(
        Reason.DEVELOPMENT, Action.UPDATE, before=russian(), report=english(), languages=["en"]
    )

    assert facts.headline is None
    assert facts.story_title == "Корабли прошли пролив"


def test_first_report_in_another_language_says_which() -> None:
    facts = told_by(Reason.OTHER_LANGUAGE, Action.UPDATE, before=english(), report=russian())

    assert facts.also_in == "ru"


def test_more_severe_report_keeps_its_headline_and_names_the_known_story() -> None:
    case = {"before": english(), "report": russian("Выстрелы в проливе"), "languages": ["en"]}

    facts = told_by(Reason.MORE_SEVERE, Action.ALERT, **case)

    assert (facts.title, facts.headline) == ("Выстрелы в проливе", None)
    assert facts.part_of is not None
    assert facts.part_of.title == "Ships cross the strait"


def test_update_lists_as_new_only_names_outside_headlines_and_sources() -> None:
    before = english("Ships cross the strait near Taiwan")
    report = english("Washington Post: Japan and Taiwan answer at Penghu")
    story = add_sources(add_sources(None, before, make_fold()), report, make_fold())
    novelty = Novelty(
        sides=("Taiwan", "Japan", report.outlet.name), names=("Penghu", "drill"), unsaid=("drill",)
    )
    step = Step(
        story=replace(story, origins=("Washington Post",)),
        fold=replace(make_fold(Relation.SAME_EVENT), novelty=novelty),
        decision=Decision(action=Action.UPDATE, reason=Reason.DEVELOPMENT),
        matches=report.matches,
        unsilenced=report.matches,
    )

    assert describe_alert(step, report, titles={}).added == ("Japan", "Penghu")


def test_first_is_the_report_that_was_published_first() -> None:
    late = english(published_at=NOON)
    early = report_of(
        make_entry("Ships seen", published_at=NOON - timedelta(hours=2)),
        feed=make_feed("Other Wire"),
        now=NOON + timedelta(minutes=5),
    )

    facts = told_by(Reason.DEVELOPMENT, Action.UPDATE, before=late, report=early)

    assert facts.first_report is not None
    assert facts.first_report.outlet.name == "Other Wire"


def test_alert_about_a_post_without_title_has_the_beginning_of_its_text() -> None:
    entry = make_entry(title="", summary="Ferries resume across the strait.")
    report = report_of(entry)

    story = add_sources(None, report, make_fold())

    assert (story.title, story.reports[0].title) == (entry.summary, entry.summary)
