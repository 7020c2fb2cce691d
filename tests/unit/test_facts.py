"""What a message states about a story."""

from datetime import timedelta

import pytest

from builders import NOON, grown, make_entry, make_feed, make_fold, make_hit, report_of
from straitwatch.core.facts import describe_alert, pick_quote
from straitwatch.core.identity import delivery_key
from straitwatch.core.model import Action, AlertKind, Decision, Reason, Relation, Step
from straitwatch.core.story import add_sources


def test_the_quote_is_the_sentence_with_most_of_what_matched() -> None:
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
def test_a_full_stop_inside_a_sentence_does_not_cut_the_quote(sentence) -> None:
    summary = f"It rained. {sentence} Markets fell."
    hit = make_hit("Taiwan", start=summary.index("Taiwan"), field="summary")

    assert pick_quote(make_entry(summary=summary), [hit]).text == sentence


def test_a_very_long_sentence_is_quoted_around_its_first_hit() -> None:
    summary = "word " * 300 + "Taiwan " + "word " * 300
    hit = make_hit("Taiwan", start=summary.index("Taiwan"), field="summary")

    quote = pick_quote(make_entry(summary=summary), [hit])

    ((left, right),) = quote.spans
    assert quote.text[left:right] == "Taiwan"
    assert len(quote.text) <= 320


def test_the_facts_name_who_reported_first_and_who_else() -> None:
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


def test_a_delivery_key_differs_by_each_of_its_parts() -> None:
    keys = {delivery_key("a", "b", "c"), delivery_key("a", "b", ""), delivery_key("ab", "", "c")}

    assert len(keys) == 3
