"""`why` words its typed answers for people, and turns them into JSON."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from straitwatch.cli.why_text import answer_lines, brief_line
from straitwatch.core.model import (
    Action,
    DeliveryState,
    PageCause,
    PageOutcome,
    Reason,
    Relation,
    Severity,
)
from straitwatch.why.answers import (
    Answer,
    DeliveryAnswer,
    FeedAnswer,
    ListAnswer,
    MarkAnswer,
    PageAnswer,
    RuleAnswer,
    StoredAnswer,
    UnseenAnswer,
)
from straitwatch.why.page_words import _OUTCOMES, page_words

NOON = datetime(2019, 3, 1, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Taipei")


def make_answer(**changes: Any) -> StoredAnswer:
    values: dict[str, Any] = {
        "title": "Fleet crosses the strait",
        "summary": "",
        "content": "",
        "about": (),
        "url": "https://news.example/a",
        "id": "entry",
        "seen": NOON,
        "feed": "Example Wire",
        "matched": ("taiwan-policy",),
        "story": "story",
        "relation": Relation.NEW,
        "fold": "new-event",
        "related": "",
        "decision": Action.ALERT,
        "reason": Reason.NEW_STORY,
        "silences": (),
        "config": "v1",
        "deliveries": (),
        "other_deliveries": 0,
        "marks": (),
        "page": None,
        "since_then": (),
        "title_hits": (),
        "lists": (),
    }
    return StoredAnswer(**(values | changes))


def make_delivery(**changes: Any) -> DeliveryAnswer:
    values: dict[str, Any] = {
        "id": "d1",
        "alert": "a1",
        "title": "Fleet crosses the strait",
        "receiver": "desk-slack",
        "recipient": "",
        "state": DeliveryState.DELIVERED,
        "reason": "",
        "routes": ("desk",),
        "revision": 1,
        "attempts": 1,
        "last": "",
        "not_before": None,
        "delivered": NOON,
        "merged_into": None,
    }
    return DeliveryAnswer(**(values | changes))


def make_list(**changes: Any) -> ListAnswer:
    values: dict[str, Any] = {
        "watchlist": "taiwan-policy",
        "fires": False,
        "near_miss": False,
        "nearest": "",
        "score": 3,
        "threshold": 10,
        "severity": None,
        "filtered": "",
        "excluded_by": "",
        "rules": (),
        "masked": (),
    }
    return ListAnswer(**(values | changes))


def text_of(answer: Answer) -> str:
    return "\n".join(line.plain for line in answer_lines(answer, ZONE))


def test_answer_names_feed_time_decision_and_reason() -> None:
    lines = text_of(make_answer()).splitlines()

    assert lines[0] == "Fleet crosses the strait"
    assert "  https://news.example/a" in lines
    assert "  seen 01 Mar 2019 12:00 CST in Example Wire" in lines
    assert any(line.startswith("  then: alert, because new_story (the first") for line in lines)
    assert "  story story: new-event" in lines


def test_answer_names_the_commands_that_split_and_merge_the_story() -> None:
    text = text_of(make_answer(related="other", relation=Relation.SAME_EVENT))

    assert "another event? `straitwatch stories split story entry --alert`" in text
    assert "same event as story other: `straitwatch stories merge other story`" in text
    first = text_of(make_answer())
    assert "split" not in first
    assert "merge" not in first


def test_answer_without_an_address_says_so() -> None:
    assert "  no link" in text_of(make_answer(url="")).splitlines()


def test_long_text_is_shortened_for_people() -> None:
    text = text_of(make_answer(summary="word " * 300))

    assert "… (299 more characters)" in text


def test_silence_that_suppressed_an_entry_is_named() -> None:
    assert "  silenced: tag sport" in text_of(make_answer(silences=("tag sport",)))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "delivery d1 to desk-slack: delivered 01 Mar 2019 12:00 (route desk)"),
        ({"recipient": "#desk"}, "delivery d1 to desk-slack #desk: delivered"),
        (
            {"state": DeliveryState.HELD, "reason": "quiet hours", "not_before": NOON},
            ", quiet hours until 01 Mar 2019 12:00",
        ),
        ({"delivered": None, "attempts": 2, "last": "500"}, ", 2 attempts, the last: 500 ("),
        ({"delivered": None, "attempts": 1}, ", 1 attempt, the last: no reply ("),
        ({"merged_into": "d2"}, ", merged into d2 ("),
        ({"routes": ()}, "(route -)"),
    ],
)
def test_delivery_is_worded(changes: dict[str, Any], line: str) -> None:
    assert line in text_of(make_answer(deliveries=(make_delivery(**changes),)))


def test_deliveries_of_one_alert_share_its_headline() -> None:
    text = text_of(make_answer(deliveries=(make_delivery(), make_delivery(id="d2"))))

    assert text.count("alert a1: Fleet crosses the strait") == 1


def test_other_messages_about_the_story_are_counted() -> None:
    text = text_of(make_answer(other_deliveries=2))

    assert "no message was sent about this report" in text
    assert "2 other messages about the story; see `straitwatch stories show story`" in text


def test_mark_is_worded_with_its_author_and_note() -> None:
    mark = MarkAnswer(watchlist="taiwan-policy", verdict="not_relevant", by="lin", note="recipe")

    text = text_of(make_answer(marks=(mark,)))

    assert "marked not relevant for taiwan-policy by lin: recipe" in text


def test_list_that_fires_shows_points_words_and_rules() -> None:
    rule = RuleAnswer(
        rule="match[0]", when="strait", holds=True, points=10, hits=("strait",) * 2, missing=()
    )
    verdict = make_list(fires=True, severity=Severity.HIGH, score=12, rules=(rule,))

    text = text_of(make_answer(lists=(verdict,)))

    assert "taiwan-policy: fires, high, 12 points, 10 needed" in text
    assert " +10 match[0]: strait\n" in text + "\n"


def test_near_miss_shows_the_missing_terms_and_masked_hits() -> None:
    rule = RuleAnswer(
        rule="match[0]", when="a AND b", holds=False, points=10, hits=(), missing=("b" * 80,)
    )
    verdict = make_list(
        near_miss=True, nearest="lacks b", rules=(rule,), masked=("台海 inside 烟台海關",) * 2
    )

    text = text_of(make_answer(lists=(verdict,)))

    assert "taiwan-policy: near miss: lacks b" in text
    assert f"match[0]: missing {'b' * 70}…" in text
    assert text.count("not counted: 台海 inside 烟台海關") == 1


def test_rule_that_holds_without_words_shows_its_query() -> None:
    rule = RuleAnswer(rule="noise[0]", when="NOT navy", holds=True, points=-4, hits=(), missing=())

    text = text_of(make_answer(lists=(make_list(rules=(rule,)),)))

    assert "-4 noise[0]: NOT navy" in text


def test_list_that_does_not_fire_shows_its_points() -> None:
    assert "taiwan-policy: does not fire, 3 of 10 points" in text_of(
        make_answer(lists=(make_list(),))
    )


def test_text_that_no_feed_had_is_named() -> None:
    assert "  never seen in a feed" in text_of(UnseenAnswer(title="Ships"))


@pytest.mark.parametrize(
    ("feed", "line"),
    [
        ({}, "feed Example Wire is polled"),
        ({"enabled": False}, "feed Example Wire is disabled"),
        (
            {"failures": 2, "outcome": "dns"},
            "feed Example Wire is failing (last success never): dns",
        ),
        (
            {"condition": "frozen", "problem": "no new entry since 03 Dec"},
            "feed Example Wire is polled; no new entry since 03 Dec",
        ),
    ],
)
def test_unseen_page_shows_the_feeds_of_its_host(feed: dict[str, Any], line: str) -> None:
    values = {"feed": "Example Wire", "enabled": True, "failures": 0, "outcome": "ok"}
    answer = FeedAnswer(**(values | {"last_ok": None} | feed))

    assert line in text_of(UnseenAnswer(title="https://news.example/a", feeds=(answer,)))


def test_unseen_page_of_an_unknown_host_says_so() -> None:
    text = text_of(UnseenAnswer(title="https://elsewhere.example/a", feeds=()))

    assert "no configured feed has this host" in text


def test_other_entry_with_the_title_is_one_line() -> None:
    line = brief_line(make_answer(), ZONE).plain

    assert line == (
        "also 01 Mar 2019 12:00 in Example Wire: Fleet crosses the strait (alert, new_story)"
    )


def test_json_of_an_answer_has_utc_times_and_every_field() -> None:
    answer = make_answer(deliveries=(make_delivery(),), lists=(make_list(),))

    row = answer.to_json()

    assert list(row)[:2] == ["title", "summary"]
    assert list(row)[-1] == "lists"
    assert row["seen"] == "2019-03-01T04:00:00+00:00"
    assert row["deliveries"][0]["delivered"] == "2019-03-01T04:00:00+00:00"
    assert row["lists"][0]["rules"] == []


def test_unseen_text_comes_with_the_spans_in_which_entries_may_be_missing() -> None:
    answer = UnseenAnswer(title="Ships", missing=("entries may be missing: Wire",))

    assert "  entries may be missing: Wire" in text_of(answer)
    assert answer.to_json()["missing"] == ["entries may be missing: Wire"]


def test_json_of_an_unseen_text_has_feeds_for_an_address_only() -> None:
    text, page = UnseenAnswer(title="Ships"), UnseenAnswer(title="https://a.example", feeds=())

    assert text.to_json() == {"title": "Ships", "seen": None, "title_hits": [], "lists": []}
    assert page.to_json()["feeds"] == []


def test_json_of_an_answer_without_a_story_has_nulls() -> None:
    row = replace(make_answer(), story=None, relation=None, config=None).to_json()

    assert (row["story"], row["relation"], row["config"]) == (None, None, None)


def make_page(**changes: Any) -> PageAnswer:
    values: dict[str, Any] = {
        "task": "text",
        "cause": "thin",
        "outcome": "waiting",
        "detail": "",
        "fetched": None,
        "due": NOON,
        "matched": False,
    }
    return PageAnswer(**(values | changes))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            make_page(),
            "page waits to be fetched (title and summary were too short to decide); next request",
        ),
        (make_page(outcome="robots", due=None), "page not fetched: robots.txt disallows it"),
        (make_page(outcome="http_server", due=None), "page not fetched: http server"),
        (
            make_page(outcome="read", due=None, matched=True, fetched=NOON),
            "; the lists matched the text of the article",
        ),
    ],
)
def test_page_of_an_entry_says_why_and_how_it_was_read(page: PageAnswer, words: str) -> None:
    lines = [line.plain for line in answer_lines(make_answer(page=page), ZONE)]

    assert any(words in line for line in lines)


def test_every_outcome_and_cause_of_a_page_has_words() -> None:
    for outcome in PageOutcome:
        assert outcome in _OUTCOMES
    assert all(page_words(make_page(cause=cause), str) for cause in PageCause)
