"""`terms` and `review` on a store that the real pipeline filled."""

from datetime import timedelta
from pathlib import Path

import pytest

from commands import HEADLINE, rows, run
from straitwatch.clock import utc_now


def test_term_is_shown_in_its_contexts(config: Path) -> None:
    found = rows(config, "terms", "show", "Taiwan Strait")

    assert (found[0]["hits"], found[0]["entries"], found[0]["matched"]) == (2, 1, 1)
    assert found[0]["before"] == {"the": 2}
    assert [(line["hit"], line["feed"]) for line in found[1:]] == [
        ("Taiwan Strait", "Example Wire"),
        ("Taiwan Strait", "Example Wire"),
    ]


def test_term_is_shown_to_people_with_its_line_aligned(config: Path) -> None:
    text = run(config, "terms", "show", "mountains").stdout

    assert "1 hits in 1 of 2 entries" in text
    assert "some list matched 0 of the 1 entries" in text
    assert "Rain in the mountains" in text


def test_term_that_never_came_says_so(config: Path) -> None:
    assert "0 hits in 0 of 2 entries" in run(config, "terms", "show", "sandcastle").stdout


@pytest.mark.parametrize("term", ["$nothing", "(a OR"])
def test_unknown_term_is_refused_with_a_hint(config: Path, term: str) -> None:
    assert "hint:" in str(run(config, "terms", "show", term).exception)


def test_review_lists_no_dead_rules_before_two_weeks(config: Path) -> None:
    found = rows(config, "review", "--dead")

    assert {row["kind"] for row in found}.isdisjoint({"dead_rule", "dead_terms"})
    assert (found[-1]["kind"], found[-1]["entries"]) == ("total", 2)
    text = run(config, "review").stdout
    assert "Dead rules and terms will be known from 20" in text
    assert "(two weeks of entries are needed)" in text


def test_review_after_two_weeks_counts_dead_rules_and_lists_them_on_request(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = utc_now() + timedelta(days=15)
    monkeypatch.setattr("straitwatch.cli.review.utc_now", lambda: later)

    short = run(config, "review", "--days", "30").stdout
    found = rows(config, "review", "--days", "30", "--dead")

    dead = [row["watchlist"] for row in found if row["kind"] == "dead_rule"]
    assert "china-russia-military" in dead
    assert found[-1]["dead_rules"] == len(dead)
    assert "`straitwatch review --dead` lists them" in short


def test_review_fits_on_a_page(config: Path) -> None:
    rows(config, "mark", HEADLINE, "not-relevant")

    lines = run(config, "review").stdout.splitlines()
    rows(config, "mark", HEADLINE, "not-relevant", "--remove")

    assert len(lines) <= 20


def test_review_names_the_rules_of_irrelevant_entries(config: Path) -> None:
    rows(config, "mark", HEADLINE, "not-relevant")

    found = rows(config, "review", "--list", "taiwan-policy")
    text = run(config, "review").stdout
    rows(config, "mark", HEADLINE, "not-relevant", "--remove")

    (rule,) = [row for row in found if row["kind"] == "misleading_rule"]
    assert (rule["rule"], rule["not_relevant"]) == ("match[0]", 1)
    assert f"1 of 1 marked: taiwan-policy: {rule['when'][:100]}" in text


def test_patch_needs_two_marked_entries_with_a_word_in_common(config: Path) -> None:
    rows(config, "mark", HEADLINE, "not-relevant")

    text = run(config, "review", "--patch").stdout
    found = rows(config, "review", "--patch")
    rows(config, "mark", HEADLINE, "not-relevant", "--remove")

    assert text.startswith("no change to propose")
    assert found == []


def test_review_of_an_unknown_list_is_refused(config: Path) -> None:
    assert "no such watch-list" in str(run(config, "review", "--list", "nothing").exception)


def test_check_shows_how_often_lists_fire_and_names_broad_terms(
    config: Path,
) -> None:
    text = run(config, "check").stdout
    (row,) = rows(config, "check")

    assert "1.0 entries a day" in text
    assert row["stored_entries"] == 2


def test_story_is_neither_merged_with_itself_nor_emptied(config: Path) -> None:
    (story,) = rows(config, "stories", "list")
    (shown,) = rows(config, "stories", "show", story["id"])

    itself = run(config, "stories", "merge", story["id"], story["id"])
    emptied = run(config, "stories", "split", story["id"], shown["reports"][0]["entry"])
    unknown = run(config, "stories", "split", story["id"], "https://nowhere.example/")

    assert "the same story" in str(itself.exception)
    assert "no report left" in str(emptied.exception)
    assert "not a report of" in str(unknown.exception)


@pytest.mark.parametrize("command", ["merge", "split", "show"])
def test_story_is_named_by_four_characters_of_its_id_or_more(config: Path, command: str) -> None:
    (story,) = rows(config, "stories", "list")
    more = () if command == "show" else (story["id"],)

    result = run(config, "stories", command, story["id"][:3], *more)

    assert f"too short for the id of a story: {story['id'][:3]}\nhint: give the first 4" in str(
        result.exception
    )


def test_unknown_story_of_a_merge_is_named(config: Path) -> None:
    (story,) = rows(config, "stories", "list")

    result = run(config, "stories", "merge", story["id"], "nowhere")

    assert "no such story: nowhere\n" in str(result.exception)


def test_replay_of_stored_reports_finds_no_difference(config: Path) -> None:
    replayed = run(config, "replay")

    assert replayed.exit_code == 0, replayed.output
    assert "1 report folded again, 0 with a different result" in replayed.stdout
