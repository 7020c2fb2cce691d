"""`stories split`, `merge` and `show`, and other commands on corrected stories."""

import os
import sqlite3
from pathlib import Path

import pytest

from builders.configs import rss
from commands import HEADLINE, ITEMS, rows, run

CROSSING = ("g3", "Fleet crosses the Taiwan Strait before dawn", "Ships passed in the Strait.")
DENIAL = (
    "g4",
    "Beijing denies that a fleet crossed the Taiwan Strait at dawn",
    "The ministry called the report of the Taiwan Strait false.",
)


@pytest.fixture
def story(config: Path, polled: None) -> str:
    """The one story with all three reports, even after an earlier test split some off."""
    first = next(row["id"] for row in rows(config, "stories", "list") if holds(config, row["id"]))
    for row in rows(config, "stories", "list"):
        if row["id"] != first:
            run(config, "stories", "merge", first, row["id"])
    return str(first)


def holds(config: Path, story_id: str) -> bool:
    (shown,) = rows(config, "stories", "show", story_id)
    return HEADLINE in [report["title"] for report in shown["reports"]]


@pytest.fixture(scope="module")
def polled(config: Path) -> None:
    """Poll once more: two further reports."""
    wire = config.parent / "www/wire.xml"
    wire.write_bytes(rss(*ITEMS, CROSSING, DENIAL))
    os.utime(wire, (wire.stat().st_atime, wire.stat().st_mtime + 120))  # HTTP counts seconds
    connection = sqlite3.connect(config.parent / "straitwatch.db")
    connection.execute("update feed set next_due_at = '2020-01-01 00:00:00.000000'")
    connection.commit()
    connection.close()
    run(config, "run", "--once", "--json")


def alerts_of(config: Path, story: str) -> list[dict]:
    (shown,) = rows(config, "stories", "show", story)
    return shown["alerts"]


def test_split_is_sent_by_the_same_command_with_alert_and_only_once(
    config: Path, story: str
) -> None:
    split = ("stories", "split", story, CROSSING[1])
    first, again, sent, once = (
        run(config, *split, *more).stdout for more in ((), (), ("--alert",), ("--alert",))
    )

    assert "1 of 3 reports is now story" in first
    assert f"to send one: straitwatch stories split {story} " in first
    assert "already split off: story" in again
    assert "--alert" in again
    assert "queued for terminal (the daemon sends it)" in sent
    assert "its alert was sent; see `straitwatch stories show" in once
    made = next(row["id"] for row in rows(config, "stories", "list") if row["id"] != story)
    (alert,) = alerts_of(config, made)
    assert alert["title"] == CROSSING[1]
    run(config, "run", "--once", "--json")
    (delivered,) = alerts_of(config, made)
    assert [place["state"] for place in delivered["deliveries"]] == ["delivered"]
    assert (alert["kind"], alert["reason"]) == ("new", "new_story")
    assert [place["receiver"] for place in alert["deliveries"]] == ["terminal"]


def test_split_with_alert_names_its_receivers(config: Path, story: str) -> None:
    (answer,) = rows(config, "stories", "split", story, DENIAL[1], "--alert")

    assert answer["sent_to"] == ["terminal"]
    assert answer["id"] != story
    assert answer["title"] == DENIAL[1]


def test_replay_after_splits_and_merges_finds_no_difference(config: Path, story: str) -> None:
    run(config, "stories", "split", story, CROSSING[1])
    result = run(config, "replay")

    assert result.exit_code == 0
    assert "3 reports folded again, 0 with a different result" in result.stdout


def test_id_of_a_merged_story_is_valid_in_every_command(config: Path, story: str) -> None:
    run(config, "stories", "split", story, CROSSING[1], "--alert")
    other = next(row["id"] for row in rows(config, "stories", "list") if row["id"] != story)
    run(config, "stories", "merge", story, other)

    (shown,) = rows(config, "stories", "show", other)
    alerts = alerts_of(config, other)
    explained = rows(config, "why", other)
    marked = rows(config, "mark", other, "relevant")
    run(config, "mark", other, "--remove")
    merged = run(config, "stories", "merge", story, other)
    (split,) = rows(config, "stories", "split", other, CROSSING[1])

    assert shown["id"] == story
    assert HEADLINE in {row["title"] for row in alerts}
    assert {row["story"] for row in explained} == {story}
    assert {row["entry"] for row in marked} == {row["entry"] for row in shown["reports"]}
    assert "the same story" in str(merged.exception)
    assert split["id"] not in (story, other)


def test_why_lists_the_messages_about_one_report_and_counts_the_others(
    config: Path, story: str
) -> None:
    (first,) = rows(config, "why", HEADLINE)
    output = run(config, "why", HEADLINE).stdout
    retold = run(config, "why", "https://news.example/g3").stdout

    (delivery,) = first["deliveries"]
    assert delivery["title"] == HEADLINE
    assert f"alert {delivery['alert']}: {HEADLINE}" in output
    assert f"delivery {delivery['id']} to terminal: delivered" in output
    assert delivery["id"] not in retold
    assert " about the story; see `straitwatch stories show " in retold


def test_why_of_a_story_begins_with_the_report_that_was_sent(config: Path, story: str) -> None:
    answers = rows(config, "why", story[:5])

    assert answers[0]["decision"] == "alert"
    assert {answer["story"] for answer in answers} == {story}


def test_id_of_an_alert_marks_its_report_and_id_of_a_story_all_reports(
    config: Path, story: str
) -> None:
    run(config, "stories", "split", story, CROSSING[1], "--alert")
    other = next(row["id"] for row in rows(config, "stories", "list") if row["id"] != story)
    run(config, "stories", "merge", story, other)
    alert = next(row for row in alerts_of(config, story) if row["title"] == CROSSING[1])

    by_alert = rows(config, "mark", alert["alert"], "relevant")
    by_story = rows(config, "mark", story, "relevant")
    text = run(config, "mark", story, "relevant").stdout
    taken_back = run(config, "mark", story, "--remove").stdout

    (shown,) = rows(config, "stories", "show", story)
    titles = {report["entry"]: report["title"] for report in shown["reports"]}
    assert [titles[row["entry"]] for row in by_alert] == [CROSSING[1]]
    assert {row["entry"] for row in by_story} == set(titles)
    assert text == f"{shown['title']}\n  3 reports marked relevant for taiwan-policy\n"
    assert "3 reports no longer marked for taiwan-policy" in taken_back


def test_mark_needs_a_verdict_unless_one_is_taken_back(config: Path, story: str) -> None:
    assert "the verdict is missing" in str(run(config, "mark", story).exception)
    assert run(config, "mark", story, "--remove").exit_code == 0


def test_story_shows_what_each_report_added_and_whether_it_was_sent(
    config: Path, story: str
) -> None:
    text = run(config, "stories", "show", story).stdout
    (shown,) = rows(config, "stories", "show", story)

    assert "sent as alert: new_story (the first report of this event)" in text
    assert {report["kind"] for report in shown["reports"]} == {"news"}
    assert all(report["sent"] == (report["action"] != "none") for report in shown["reports"])


def test_story_shows_the_ids_that_split_takes(config: Path, story: str) -> None:
    text = run(config, "stories", "show", story).stdout
    (report,) = [line for line in text.splitlines() if line.endswith(DENIAL[1])]

    (split,) = rows(config, "stories", "split", story, report.split()[0])

    assert split["title"] == DENIAL[1]


def test_fold_by_hand_shows_no_score(config: Path, story: str) -> None:
    run(config, "stories", "split", story, CROSSING[1])
    other = next(row["id"] for row in rows(config, "stories", "list") if row["id"] != story)

    (shown,) = rows(config, "stories", "show", other)

    assert shown["reports"][0]["because"] == "by-hand"


def test_headline_names_its_entry_after_the_entry_got_another_title(
    config: Path, story: str
) -> None:
    (shown,) = rows(config, "stories", "show", story)
    (first,) = [row for row in shown["reports"] if row["title"] == HEADLINE]
    rename(config, first["entry"], "Fleet has passed")

    (marked,) = rows(config, "mark", HEADLINE, "relevant")
    rename(config, first["entry"], HEADLINE)

    assert marked["entry"] == first["entry"]


def rename(config: Path, entry_id: str, title: str) -> None:
    """Return a stored entry another title, as an edit of its feed does."""
    connection = sqlite3.connect(config.parent / "straitwatch.db")
    connection.execute(
        "update entry set title = ?, title_key = null where id = ?", (title, entry_id)
    )
    connection.commit()
    connection.close()


def test_split_is_undone_by_its_id(config: Path, story: str) -> None:
    run(config, "stories", "split", story, CROSSING[1])
    (before,) = rows(config, "stories", "show", story)
    action = before["actions"][0]

    first, again = (run(config, "stories", "undo", action["id"]).stdout for _ in range(2))

    (after,) = rows(config, "stories", "show", story)
    assert (len(before["reports"]), len(after["reports"])) == (2, 3)
    assert (first.split(":")[0], again.split(":")[0]) == ("undone", "was undone before")
    assert after["actions"][0]["undone_at"]


def test_unknown_action_is_refused(config: Path) -> None:
    refused = run(config, "stories", "undo", "nothing")

    assert "no such action: nothing" in str(refused.exception)
