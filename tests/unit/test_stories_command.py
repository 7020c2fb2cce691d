"""`straitwatch stories` on a store with one story."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from commands import rows, run
from straitwatch.errors import UsageError


def test_stories_are_listed_with_time_zone_and_lists(desk: Path) -> None:
    (row,) = rows(desk, "stories", "list")
    text = run(desk, "stories", "list").stdout

    assert (row["id"], row["watchlists"]) == ("s1", ["taiwan-policy"])
    assert all(word in text for word in ("Last seen (CST)", "s1", "high", "Ships cross"))


def test_story_is_shown_with_its_reports_and_alerts(desk: Path) -> None:
    (shown,) = rows(desk, "stories", "show", "s1")

    (report,) = shown["reports"]
    (alert,) = shown["alerts"]
    assert (report["entry"], report["reason"]) == ("e1", "new_story")
    assert (alert["alert"], alert["created"]) == ("a1", "2026-03-01T12:00:00+00:00")
    assert alert["deliveries"] == [{"receiver": "desk-slack", "recipient": "", "state": "pending"}]


def test_story_is_shown_to_people_in_the_zone_of_the_desk(desk: Path) -> None:
    text = run(desk, "stories", "show", "s1").stdout

    assert "sent as alert: new_story" in text
    assert "01 Mar 20:00 CST" in text or "01 Mar 2026 20:00 CST" in text
    assert "    desk-slack pending" in text


def test_alerts_are_listed_with_their_deliveries(desk: Path) -> None:
    (row,) = rows(desk, "stories", "alerts")
    text = run(desk, "stories", "alerts").stdout

    assert (row["story"], row["kind"], row["reason"]) == ("s1", "new", "new_story")
    assert "desk-slack pending" in text
    assert "Made (CST)" in text


def test_story_that_does_not_exist_is_refused(desk: Path) -> None:
    error = run(desk, "stories", "show", "unknown").exception

    assert isinstance(error, UsageError)
    assert str(error) == "no such story: unknown\nhint: see `straitwatch stories list`"


def test_story_id_that_is_too_short_is_refused(desk: Path) -> None:
    error = run(desk, "stories", "show", "xy").exception

    assert str(error).startswith("too short for the id of a story: xy\nhint: ")


def test_story_is_not_merged_with_itself(desk: Path) -> None:
    assert str(run(desk, "stories", "merge", "s1", "s1").exception) == "these are the same story"


def test_story_keeps_one_report_at_least(desk: Path) -> None:
    error = run(desk, "stories", "split", "s1", "e1").exception

    assert str(error).startswith("s1 would have no report left\n")


@pytest.mark.parametrize("name", ["e9", "https://news.example/other"])
def test_story_splits_off_its_own_reports_only(desk: Path, name: str) -> None:
    error = run(desk, "stories", "split", "s1", name).exception

    assert str(error).startswith(f"not a report of s1: {name}\n")


def test_muted_story_is_silenced_until_its_mute_is_undone(desk: Path) -> None:
    (action,) = rows(desk, "stories", "mute", "s1", "--for", "2d")
    (silence,) = rows(desk, "silences", "list")
    run(desk, "stories", "undo", action["id"])

    made_at, until_at = (datetime.fromisoformat(action[key]) for key in ("made_at", "until_at"))
    assert timedelta(days=2) <= until_at - made_at + timedelta(seconds=1)
    assert silence["id"] == action["id"]
    assert rows(desk, "silences", "list") == []


def test_mute_names_its_end_and_its_undo(desk: Path) -> None:
    text = run(desk, "stories", "mute", "s1").stdout

    assert "Ships cross" in text
    assert "`straitwatch stories undo " in text


def test_mute_without_a_duration_is_refused(desk: Path) -> None:
    error = run(desk, "stories", "mute", "s1", "--for", "soon").exception

    assert isinstance(error, UsageError)
    assert "hint: --for 2d" in str(error)
