"""Digests and roll-ups in each medium."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.messages import (
    AT,
    make_alert,
    make_digest,
    make_item,
    make_job,
    make_rollup,
)
from builders.rendered import everywhere, slack_text, subject
from straitwatch.core.model import (
    NoticeFacts,
    Severity,
    SignalKind,
    Timeline,
)
from straitwatch.core.render import (
    TextLimits,
    render_mail,
    render_slack,
    render_text,
)


def test_digest_says_its_count_once_in_plain_text() -> None:
    facts = make_digest(items=(make_item(1, was_alerted=True), make_item(2)))

    text = str(render_text(make_job(facts), zone="UTC", templates={}))

    assert text.count("2 stories") == 1
    assert "1 already sent" in text


def test_empty_digest_lists_its_coverage() -> None:
    for text in everywhere(make_digest()):
        assert "Nothing matched" in text
        assert (
            "41/43 feeds current, 2 not covered: Harbour Gazette, Island Post, 1,284 entries read"
            in text
        )


def test_digest_names_the_lists_of_its_stories_and_counts_the_rest() -> None:
    facts = make_digest(items=(make_item(1), make_item(2, watchlists=("Navies",))), more=5)

    for text in everywhere(facts):
        assert "Story number 1" in text
        assert "Navies" in text
        assert "7 stories" in text
        assert "and 5 more" in text


def test_digest_is_ordered_by_severity_then_newness_then_outlets() -> None:
    later = AT + timedelta(hours=1)
    items = (
        make_item(1),
        make_item(2, outlet_count=3),
        make_item(3, first_seen_at=later),
        make_item(4, severity=Severity.CRITICAL, first_seen_at=AT - timedelta(hours=3)),
    )

    for text in everywhere(make_digest(items=items)):
        places = [text.index(f"Story number {number}") for number in (4, 3, 2, 1)]
        assert places == sorted(places)


def test_digest_folds_what_was_sent_into_one_line_each_after_the_news() -> None:
    sent = make_item(1, severity=Severity.HIGH, was_alerted=True, sentence="It was sent.")
    fresh = make_item(2, sentence="The ministry gave no details.")

    for text in everywhere(make_digest(items=(sent, fresh), running=(make_item(3, updates=1),))):
        places = [text.index(f"Story number {number}") for number in (2, 3, 1)]
        assert places == sorted(places)
        assert "Already sent" in text
        assert "The ministry gave no details." in text
        assert "It was sent." not in text


def test_subject_of_a_digest_has_the_first_headline() -> None:
    items = (make_item(1), make_item(2, severity=Severity.HIGH))

    assert subject(make_digest(items=items)) == "Digest morning: 2 stories, first: Story number 2"


HOURS = Timeline(since_at=AT, step=timedelta(hours=1), counts=(0, 1, 8, 2))


def test_digest_shows_its_reports_over_time() -> None:
    facts = make_digest(items=(make_item(),), timeline=HOURS)
    slack, text, html, plain = everywhere(facts)
    mail = render_mail(make_job(facts), zone="Asia/Taipei", templates={})

    assert all("Reports: ▁▂█▃ most at 08:40 (8)" in said for said in (slack, text, plain))
    assert f'<img src="cid:{mail.chart_id}"' in html
    assert 'alt="Bars: reports over time"' in html
    assert "11 reports over time, most at 08:40 (8)" in html
    assert mail.chart.startswith(b"\x89PNG")
    assert len(mail.chart) < 2_000


def test_line_of_a_timeline_fits_on_a_phone() -> None:
    facts = make_digest(timeline=replace(HOURS, counts=(*range(24),)))

    (bars,) = re.findall("Reports: (\\S+) most at", slack_text(facts))
    assert len(bars) == 12
    assert list(bars) == sorted(bars)


@pytest.mark.parametrize("counts", [(), (3, 1), (0, 0, 9, 0, 0)])
def test_digest_without_reports_or_hours_has_no_timeline(counts: tuple[int, ...]) -> None:
    facts = make_digest(timeline=replace(HOURS, counts=counts))

    assert render_mail(make_job(facts), zone="UTC", templates={}).chart == b""
    assert not any("Reports" in text or "<img" in text for text in everywhere(facts))


def test_feeds_that_were_not_covered_are_named_by_cause() -> None:
    broken = [f"Post {number}: frozen" for number in range(5)]
    coverage = replace(make_digest().coverage, feeds_broken=("Gazette: timeout", *broken))

    for text in everywhere(make_digest(coverage=coverage)):
        assert "6 not covered: 1 timeout (Gazette), 5 frozen (Post 0, Post 1 and 3 more)" in text


def test_digest_shows_a_headline_with_its_original() -> None:
    facts = make_digest(items=(make_item(1, original="兩艘巡防艦"),))

    assert all("(兩艘巡防艦)" in text for text in everywhere(facts))


def test_digest_lists_commentary_and_running_stories_by_themselves() -> None:
    facts = make_digest(
        items=(make_item(1),),
        running=(make_item(2, more_outlets=3, updates=2),),
        commentary=(make_item(3, part_of="Two frigates"),),
    )

    for text in everywhere(facts):
        assert "Running stories" in text
        assert "2 updates" in text
        assert "3 more outlets" in text
        assert "Commentary" in text
        assert "on “Two frigates”" in text
        assert "1 story" in text


def test_digest_counts_items_beyond_its_short_sections() -> None:
    asides = {"running": (make_item(1, updates=2),), "commentary": (make_item(2),)}

    for text in everywhere(make_digest(**asides, more_running=3, more_commentary=4)):
        assert "and 3 more" in text
        assert "and 4 more" in text


def test_digest_with_only_commentary_is_not_empty() -> None:
    for text in everywhere(make_digest(commentary=(make_item(1),))):
        assert "No new story" in text
        assert "Nothing matched" not in text


def test_digest_of_a_day_names_both_days() -> None:
    for text in everywhere(make_digest()):
        assert "Sun 1 Mar, 06:40 to Mon 2 Mar, 06:40" in text


def test_rollup_of_one_moment_names_one_time() -> None:
    for text in everywhere(make_rollup(until_at=AT)):
        assert "06:40 to" not in text
        assert "06:40" in text


def test_rollup_has_its_severity_in_the_subject_and_no_routes() -> None:
    facts = make_rollup(severity=Severity.HIGH)

    assert subject(facts).startswith("[High] 2 stories in one message")
    assert not any("strait-desk" in text for text in everywhere(facts))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (make_alert(), "Example Wire. The two frigates left the fleet before dawn."),
        (make_digest(items=(make_item(1), make_item(2))), "Story number 1; Story number 2"),
        (
            NoticeFacts(title="A feed broke", lines=("Harbour Gazette: 404",)),
            "Harbour Gazette: 404",
        ),
    ],
)
def test_mail_has_a_line_for_the_list_of_a_mail_program(facts, words: str) -> None:
    html = render_mail(make_job(facts), zone="UTC", templates={}).html

    assert f'<div class="pre">{words}</div>' in html


def test_rollup_marks_corrections_and_further_updates() -> None:
    items = (make_item(1, signal=SignalKind.RETRACTION), make_item(2, updates=2))

    for text in everywhere(make_rollup(items=items)):
        assert "RETRACTION: " in text
        assert "and 2 more updates" in text


def test_digest_of_a_hundred_long_stories_fits_into_slack() -> None:
    facts = make_digest(items=tuple(make_item(number, title="&" * 290) for number in range(100)))

    message = render_slack(make_job(facts), zone="UTC", templates={})

    assert len(json.dumps(message["blocks"])) < 13_200
    assert "more lines" not in json.dumps(message["blocks"])


def slack_digest(**changes: Any) -> str:
    """Return the text of a digest in Slack, with more stories than fit."""
    long_title = "Parliament passes the budget for defence " + "after a long debate " * 4
    facts = make_digest(
        items=tuple(
            make_item(number, title=f"{long_title}{number}", was_alerted=number > 60)
            for number in range(1, 101)
        ),
        running=(make_item(101, title="Talks continue"),),
        commentary=(make_item(102, title="What the talks mean"),),
    )
    message = render_slack(make_job(facts, **changes), zone="UTC", templates={})
    blocks = [block for block in message["blocks"] if block["type"] == "section"]
    return "\n".join(block["text"]["text"] for block in blocks)


def test_digest_that_is_too_long_for_slack_counts_the_other_stories_of_each_section() -> None:
    text = slack_digest()

    news, sent = text.split("*Already sent*")
    shown = [part.count("Parliament passes") for part in (news, sent)]
    counted = [int(re.search(r"^and (\d+) more$", part, re.MULTILINE)[1]) for part in (news, sent)]
    assert [found + more for found, more in zip(shown, counted, strict=True)] == [60, 40]
    assert "Talks continue" in text.split("*Running stories*")[1]
    assert "What the talks mean" in text.split("*Commentary and round-ups*")[1]


def test_rollup_that_is_too_long_for_a_service_counts_its_other_stories() -> None:
    facts = make_rollup(items=tuple(make_item(n) for n in range(14)), stories=20)
    limits = TextLimits(title=0, body=1_000)

    text = render_text(make_job(facts), zone="UTC", templates={}, limits=limits).body

    shown = text.count("https://wire.example/")
    assert 5 < shown < 14
    assert f"and {20 - shown} more: straitwatch outbox show d1" in text
    assert text.endswith("Replaces 3 messages; none was dropped")


def test_digest_that_is_too_long_for_a_service_keeps_its_sections() -> None:
    facts = make_digest(
        items=tuple(make_item(n, was_alerted=n > 20) for n in range(40)),
        commentary=(make_item(41, title="What the talks mean"),),
    )
    limits = TextLimits(title=250, body=2_000)

    text = render_text(make_job(facts), zone="UTC", templates={}, limits=limits).body

    assert len(re.findall(r"^and \d+ more$", text, re.MULTILINE)) == 2
    assert "What the talks mean" in text
    assert "All stories: straitwatch outbox show d1\n" in text
    assert "Coverage: 41/43 feeds current" in text


def test_digest_that_is_too_long_for_slack_is_as_long_as_possible() -> None:
    assert 9_000 < len(slack_digest()) <= 10_000


@pytest.mark.parametrize(
    ("stories_url", "ending"),
    [
        ("", "All stories: `straitwatch outbox show d1`"),
        (
            "https://w.example/?a=1",
            "All stories: <https://w.example/?a=1|on the page>",
        ),
    ],
)
def test_digest_that_is_too_long_for_slack_says_where_all_stories_are(
    stories_url: str, ending: str
) -> None:
    assert slack_digest(stories_url=stories_url).endswith(ending)
