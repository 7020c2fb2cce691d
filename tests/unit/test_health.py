"""Notices about Straitwatch itself: once, not too often, and at the end."""

from datetime import timedelta

from builders import NOON
from straitwatch.core.health import (
    Health,
    Notice,
    NoticeState,
    first_fetch_notice,
    plan_notices,
)
from straitwatch.core.policy import REMIND_AFTER

MINUTE = timedelta(minutes=1)


def told_over(*steps: tuple[timedelta, Health]) -> list[list[str]]:
    """Return the titles of the notices at each step."""
    states: dict[str, NoticeState] = {}
    titles = []
    for after, conditions in steps:
        notices, states = plan_notices(conditions, states, now=NOON + after)
        titles.append([notice.facts.title for notice in notices])
    return titles


def feeds(*names: str, total: int = 9) -> Health:
    return Health(feeds=dict.fromkeys(names, "dns"), feeds_total=total)


WELL = feeds()
SLACK = Health(receivers={"desk-slack": "404 no_service"})


def test_healthy_state_sends_no_notice() -> None:
    assert told_over((0 * MINUTE, WELL)) == [[]]


def test_broken_receiver_is_reported_once_and_again_when_it_works() -> None:
    assert told_over((0 * MINUTE, SLACK), (5 * MINUTE, SLACK), (9 * MINUTE, WELL)) == [
        ["The receiver desk-slack is broken"],
        [],
        ["The receiver desk-slack works again"],
    ]


def test_notice_about_a_receiver_names_it_so_that_it_is_not_sent_through_it() -> None:
    (notice,), _ = plan_notices(SLACK, {}, now=NOON)

    assert notice.about == "desk-slack"
    assert "404 no_service" in notice.facts.lines[0]


def test_unstable_receiver_is_reported_every_six_hours() -> None:
    steps = [(minute * MINUTE, SLACK if minute % 2 else WELL) for minute in range(12 * 60)]

    broken = [
        titles for titles in told_over(*steps) if "The receiver desk-slack is broken" in titles
    ]

    assert len(broken) == 2


def test_feeds_are_reported_together() -> None:
    assert told_over((0 * MINUTE, feeds("A", "B"))) == [["2 feeds cannot be read"]]


def test_feed_that_breaks_later_waits_for_the_next_message_about_feeds() -> None:
    assert told_over(
        (0 * MINUTE, feeds("A")), (MINUTE, feeds("A", "B")), (REMIND_AFTER, feeds("A", "B"))
    ) == [["1 feed cannot be read"], [], ["1 feed cannot be read, 2 in all"]]


def test_unreported_feed_is_not_reported_as_recovered() -> None:
    assert (
        told_over((0 * MINUTE, feeds("A")), (MINUTE, feeds("A", "B")), (2 * MINUTE, feeds("A")))[2]
        == []
    )


def test_recovered_feeds_are_reported_with_the_number_of_broken_ones() -> None:
    assert told_over((0 * MINUTE, feeds("A", "B")), (MINUTE, feeds("B")))[1] == [
        "1 feed can be read again, 1 still cannot"
    ]


def test_failure_of_all_feeds_points_at_the_machine() -> None:
    assert told_over((0 * MINUTE, feeds("A", "B", total=2))) == [
        ["No feed can be read (2): is this machine cut off?"]
    ]


def test_dead_letters_are_reported_and_end_silently() -> None:
    dead = Health(dead_letters={"d1": "Fleet crosses"})

    assert told_over((0 * MINUTE, dead), (MINUTE, WELL), (2 * REMIND_AFTER, dead)) == [
        ["1 message could not be delivered"],
        [],
        ["1 message could not be delivered"],
    ]


def test_violated_invariant_of_the_outbox_is_reported() -> None:
    broken = Health(breaches=("alert a1 has no delivery",))

    assert told_over((0 * MINUTE, broken)) == [["The outbox breaks 1 promise"]]


def test_many_names_are_counted() -> None:
    (notice,), _ = plan_notices(feeds(*(f"Feed {n}" for n in range(60)), total=99), {}, now=NOON)

    assert isinstance(notice, Notice)
    assert "and 10 more" in notice.facts.lines


def test_expired_notices_are_deleted() -> None:
    _, states = plan_notices(WELL, {}, now=NOON)

    assert states == {}


def test_notice_of_silent_reports_names_their_feeds_and_the_command_that_releases_them() -> None:
    facts = first_fetch_notice({"Port News": 2, "Example Wire": 12})

    assert facts.title == "14 reports of 2 feeds sent no alert"
    assert facts.lines[1:] == (
        "Example Wire: 12 reports",
        "Port News: 2 reports",
        "To alert on those of a feed: straitwatch feeds release 'Example Wire' --first-sight",
    )


def test_notice_of_silent_reports_stays_short_whatever_the_number_of_feeds() -> None:
    facts = first_fetch_notice({f"Feed {number}": 3 for number in range(87)})

    assert "and 37 feeds more" in facts.lines
