"""Notices about Straitwatch itself: once, not too often, and again at the end."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from builders import NOON
from straitwatch.core.health import (
    Health,
    Notice,
    NoticeState,
    first_fetch_notice,
    plan_notices,
)
from straitwatch.core.model import Condition, Severity
from straitwatch.core.policy import REMIND_AFTER

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def titles_over(*steps: tuple[timedelta, Health]) -> list[list[str]]:
    """Return the titles of the notices at each step."""
    states: dict[str, NoticeState] = {}
    titles = []
    for after, health in steps:
        notices, states = plan_notices(health, states, now=NOON + after)
        titles.append([notice.facts.title for notice in notices])
    return titles


def feeds(*names: str, total: int = 9) -> Health:
    return troubled(dict.fromkeys(names, Condition.FAILING), total=total)


def troubled(conditions: Mapping[str, Condition], *, total: int = 9) -> Health:
    words = {name: f"{condition} words" for name, condition in conditions.items()}
    return Health(feeds=words, conditions=conditions, feeds_total=total)


WELL = feeds()
SLACK = Health(receivers={"desk-slack": "404 no_service"})


def test_notices_are_none_while_all_is_well() -> None:
    assert titles_over((0 * MINUTE, WELL)) == [[]]


def test_notice_of_a_broken_receiver_is_sent_once_and_another_when_it_works() -> None:
    assert titles_over((0 * MINUTE, SLACK), (5 * MINUTE, SLACK), (9 * MINUTE, WELL)) == [
        ["The receiver desk-slack is broken"],
        [],
        ["The receiver desk-slack works again"],
    ]


def test_notice_of_a_broken_receiver_names_it_so_that_another_carries_it() -> None:
    (notice,), _ = plan_notices(SLACK, {}, now=NOON)

    assert notice.about == "desk-slack"
    assert notice.facts.lines == (
        "desk-slack: 404 no_service",
        (
            "Its messages go to its fallback, or wait. "
            "Test it after the repair: `straitwatch receivers test desk-slack`."
        ),
    )


def test_notice_of_a_receiver_that_breaks_again_and_again_is_sent_every_six_hours() -> None:
    steps = [(minute * MINUTE, SLACK if minute % 2 else WELL) for minute in range(12 * 60)]

    broken = [
        titles for titles in titles_over(*steps) if "The receiver desk-slack is broken" in titles
    ]

    assert len(broken) == 2


def test_notice_of_feeds_names_all_of_them() -> None:
    assert titles_over((0 * MINUTE, feeds("A", "B"))) == [["2 feeds are failing"]]


def test_notice_of_a_feed_that_breaks_later_waits_for_minutes_only() -> None:
    later = [(3 * MINUTE, feeds("A", "B")), (10 * MINUTE, feeds("A", "B"))]

    assert titles_over((0 * MINUTE, feeds("A")), *later) == [
        ["1 feed is failing"],
        [],
        ["1 feed is failing, 2 in all"],
    ]


def test_notice_of_a_feed_that_breaks_again_and_again_is_sent_every_six_hours() -> None:
    flapping = [(n * HOUR, feeds("A") if n % 2 == 0 else WELL) for n in range(7)]

    titles = [title for found in titles_over(*flapping) for title in found]

    assert titles.count("1 feed is failing") == 2


def test_notice_of_recovery_needs_an_earlier_notice_of_the_failure() -> None:
    steps = (
        (0 * MINUTE, feeds("A")),
        (MINUTE, feeds("A", "B")),
        (2 * MINUTE, feeds("A")),
    )

    assert titles_over(*steps)[2] == []


def test_notice_of_recovery_counts_the_feeds_that_still_fail() -> None:
    assert titles_over((0 * MINUTE, feeds("A", "B")), (MINUTE, feeds("B")))[1] == [
        "1 feed works again, 1 still failing"
    ]


def test_notice_suspects_the_network_when_every_feed_fails() -> None:
    assert titles_over((0 * MINUTE, feeds("A", "B", total=2))) == [
        ["All 2 feeds are failing: check this machine's network"]
    ]


def test_notice_suspects_the_network_when_nearly_every_feed_fails() -> None:
    names = [f"Feed {number}" for number in range(19)]

    assert titles_over((0 * MINUTE, feeds(*names, total=20))) == [
        ["19 of 20 feeds are failing: check this machine's network"]
    ]


def test_notice_of_frozen_feeds_does_not_suspect_the_network() -> None:
    frozen = troubled({"A": Condition.FROZEN, "B": Condition.FROZEN}, total=2)

    assert titles_over((0 * MINUTE, frozen)) == [["2 feeds are frozen"]]


@pytest.mark.parametrize(
    ("condition", "title"),
    [
        (Condition.MOVED, "1 feed has moved"),
        (Condition.ERROR_ITEMS, "1 feed lists an error"),
        (Condition.CAPTCHA, "1 feed is failing"),
        (Condition.EMPTIED, "1 feed is emptied"),
    ],
)
def test_notice_of_one_feed_says_what_happened_to_it(condition: Condition, title: str) -> None:
    assert titles_over((0 * MINUTE, troubled({"A": condition}))) == [[title]]


def test_notice_groups_feeds_in_several_conditions() -> None:
    health = troubled(
        {"A": Condition.BLOCKED, "B": Condition.HTML, "C": Condition.FROZEN, "D": Condition.EMPTIED}
    )

    (notice,), _ = plan_notices(health, {}, now=NOON)

    assert notice.facts.title == "4 feeds need a look: 2 failing, 1 frozen, 1 emptied"
    assert notice.facts.lines[0] == "A: blocked words"


def test_notice_is_sent_again_when_a_feed_gets_worse_but_not_for_another_failure() -> None:
    steps = (
        (0 * MINUTE, troubled({"A": Condition.UNDATED})),
        (REMIND_AFTER, troubled({"A": Condition.BLOCKED})),
        (2 * REMIND_AFTER, troubled({"A": Condition.HTML})),
    )

    assert titles_over(*steps) == [["1 feed is undated"], ["1 feed is failing"], []]


def test_notice_of_a_feed_that_got_better_says_what_is_left() -> None:
    states = {"feeds": NoticeState(names=("A",), conditions={"A": Condition.BLOCKED})}

    (notice,), after = plan_notices(troubled({"A": Condition.FROZEN}), states, now=NOON)

    assert notice.facts.title == "1 feed works again, but 1 is frozen"
    assert notice.facts.lines == ("A: frozen words",)
    assert after["feeds"].conditions == {"A": Condition.FROZEN}


def test_notice_about_a_covered_feed_is_less_urgent() -> None:
    found = [
        plan_notices(troubled({"A": condition}), {}, now=NOON)[0][0].facts.severity
        for condition in (Condition.SLOW, Condition.FROZEN)
    ]

    assert found == [Severity.NORMAL, Severity.HIGH]


def test_notice_state_of_an_earlier_version_is_no_news() -> None:
    states = {"feeds": NoticeState(names=("A",), broken_at=NOON)}

    assert plan_notices(feeds("A"), states, now=NOON + REMIND_AFTER)[0] == []


def test_notice_of_wrong_validators_lists_all_their_feeds_and_has_no_notice_of_their_end() -> None:
    wrong = Health(distrusted={"A": "hid entries", "B": "hid entries"}, feeds_total=9)

    (notice,), _ = plan_notices(wrong, {}, now=NOON)

    assert notice.facts.title == "2 feeds had entries hidden by wrong 304 answers"
    assert notice.facts.lines[:2] == ("A: hid entries", "B: hid entries")
    assert titles_over((0 * MINUTE, wrong), (MINUTE, WELL), (REMIND_AFTER, WELL))[1:] == [[], []]


def test_notice_of_dead_letters_has_no_notice_of_their_end() -> None:
    dead = Health(dead_letters={"d1": "Fleet crosses"})

    assert titles_over((0 * MINUTE, dead), (MINUTE, WELL), (2 * REMIND_AFTER, dead)) == [
        ["1 message undelivered, and no longer tried"],
        [],
        ["1 message undelivered, and no longer tried"],
    ]


def test_notice_of_a_dead_letter_begins_with_its_headline() -> None:
    dead = Health(dead_letters={"d1": "Fleet crosses, to desk-slack: refused (404)"})

    (notice,), _ = plan_notices(dead, {}, now=NOON)

    assert notice.facts.lines[0] == (
        "Fleet crosses, to desk-slack: refused (404); `straitwatch outbox show d1`"
    )


def test_notice_reports_a_contradiction_in_the_outbox() -> None:
    broken = Health(breaches=("alert a1 has no delivery",))

    assert titles_over((0 * MINUTE, broken)) == [
        ["Straitwatch found 1 contradiction in its outbox"]
    ]


def test_notice_counts_the_names_past_fifty() -> None:
    (notice,), _ = plan_notices(feeds(*(f"Feed {n}" for n in range(60)), total=99), {}, now=NOON)

    assert isinstance(notice, Notice)
    assert "and 10 more" in notice.facts.lines


def test_notice_states_keep_no_subject_that_had_no_notice() -> None:
    _, states = plan_notices(WELL, {}, now=NOON)

    assert states == {}


def test_notice_of_silent_reports_names_their_feeds_and_the_command_that_releases_them() -> None:
    facts = first_fetch_notice({"Port News": 2, "Example Wire": 12})

    release = "straitwatch feeds release 'Example Wire' --first-fetch"
    assert facts.title == "14 reports from 2 feeds recorded without an alert"
    assert facts.lines[1:] == (
        "Example Wire: 12 reports",
        "Port News: 2 reports",
        f"To alert on the reports of a feed, for example: {release}",
    )


def test_notice_of_silent_reports_stays_short_whatever_the_number_of_feeds() -> None:
    facts = first_fetch_notice({f"Feed {number}": 3 for number in range(87)})

    assert "and 37 feeds more" in facts.lines
