"""`straitwatch backtest --messages`: which message each line of a file would have led to."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from builders.configs import write_config
from commands import run
from straitwatch.errors import UsageError

FLEET = "Fleet of twelve ships crosses the Taiwan Strait at dawn"
EARLY, LATER, LAST = (f"2026-09-01T0{hour}:00:00Z" for hour in range(3))
WATCHLISTS = """\
watchlists:
  - id: taiwan-policy
    title: Taiwan policy
    match: [Taiwan Strait]
    severity: [{level: high, when: "title:blockade"}]
  - id: ferries
    title: Ferries
    match: [ferry]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    made = write_config(
        tmp_path,
        feeds={"Example Wire": "https://wire.example/rss"},
        watchlists=WATCHLISTS,
        routes=[
            {"match": {"watchlists": ["taiwan-policy"]}, "send": ["terminal"]},
            {"match": {"watchlists": ["ferries"], "tags": ["island"]}, "send": ["terminal"]},
        ],
    )
    feeds = (made / "feeds.yaml").read_text(encoding="utf-8")
    (made / "feeds.yaml").write_text(
        feeds.replace("- language: en", "- language: en\n  tier: 1"), encoding="utf-8"
    )
    return made


def judge(
    config: Path, *lines: object, exit_code: int = 0, change: Sequence[str] = ()
) -> list[dict]:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    source = config / "reports.jsonl"
    source.write_text(text, encoding="utf-8")
    result = run(config, "backtest", *change, "--jsonl", str(source), "--messages", "--json")
    assert result.exit_code == exit_code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def line(id_: str, title: str = FLEET, **values: str) -> dict[str, str]:
    return {"id": id_, "title": title, "ts": EARLY, "source": f"Outlet {id_}"} | values


def test_first_report_is_answered_with_its_message_and_the_reasons(config: Path) -> None:
    (answer,) = judge(config, line("a"))

    assert answer.pop("story")
    assert answer.pop("message")
    assert answer == {
        "id": "a",
        "watchlists": ["taiwan-policy"],
        "severity": "normal",
        "relation": "new",
        "told": "alert",
        "reason": answer["reason"],
    }
    assert answer["reason"].startswith("new-event; ")
    assert answer["reason"].endswith("; new_story (the first report of this event)")


def test_retelling_has_the_story_of_the_first_report_and_no_message(config: Path) -> None:
    first, again = judge(config, line("a"), line("b", ts=LATER))

    assert again["story"] == first["story"]
    assert (again["relation"], again["told"], again["message"]) == ("duplicate", "none", None)


def test_line_on_which_no_list_fires_has_no_story(config: Path) -> None:
    (answer,) = judge(config, line("a", "Rain in the mountains"))

    assert (answer["watchlists"], answer["severity"], answer["story"]) == ([], None, None)
    assert answer["reason"] == "no_match (no watch-list fired)"


def test_report_without_a_route_goes_to_the_digest(config: Path) -> None:
    (answer,) = judge(config, line("a", "Island ferry resumes"))

    assert (answer["told"], answer["message"]) == ("digest", None)


@pytest.mark.parametrize(("source", "decision"), [("Example Wire", "update"), ("Unknown", "none")])
def test_source_counts_as_the_feed_of_that_name(config: Path, source: str, decision: str) -> None:
    _, answer = judge(config, line("a"), line("b", ts=LATER, source=source))

    assert answer["told"] == decision  # Example Wire is of tier 1


def test_line_without_a_time_has_that_of_the_line_before(config: Path) -> None:
    days_later = line("b", ts="2026-09-09T00:00:00Z", title="Blockade of the Taiwan Strait")
    first, _, answer = judge(config, line("a"), days_later, line("c", ts=""))

    assert answer["story"] != first["story"]  # the story of the first line is closed by then


def test_same_id_again_is_the_same_entry(config: Path) -> None:
    first, same, edited = judge(
        config, line("a"), line("a", ts=LATER), line("a", f"{FLEET}, ferry turns back", ts=LAST)
    )

    assert (same["told"], same["relation"]) == ("none", "same_entry")
    assert (edited["story"], edited["relation"]) == (first["story"], "same_entry")


def test_lines_with_one_guid_of_one_source_are_one_entry(config: Path) -> None:
    live = {"source": "Live Desk", "guid": "live-1"}

    first, again = judge(config, line("a", **live), line("b", "Taiwan Strait: live", **live))

    assert again["story"] == first["story"]
    assert again["reason"].startswith("same-guid")


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        '{"title": "x"}',
        '{"id": "a", "title": "x", "ts": 1}',
        '{"id": "a", "title": "x", "ts": "0001-01-01"}',
        '{"id": "a", "title": "x", "ts": "9999-12-31T23:59:59Z"}',
        '{"id": "a", "title": "x", "published_at": "0001-01-01"}',
        '{"id": "a", "title": "x", "lang": "english"}',
    ],
)
def test_bad_line_is_answered_and_the_rest_continues(config: Path, bad: str) -> None:
    answers = judge(config, line("a"), bad, line("b", "Blockade of the Taiwan Strait"), exit_code=1)

    assert [answer["id"] for answer in answers] == ["a", None, "b"]
    assert answers[1]["error"]


@pytest.mark.parametrize(
    "more", [(), ("--jsonl", "x", "--diff"), ("--jsonl", "x", "--list", "ferries")]
)
def test_messages_need_a_file_and_go_with_no_comparison(config: Path, more) -> None:
    result = run(config, "backtest", "--messages", *more)

    assert isinstance(result.exception, UsageError)


def test_people_get_a_line_for_each_report(config: Path) -> None:
    judge(config, line("a"))

    source = str(config / "reports.jsonl")
    text = run(config, "backtest", "--jsonl", source, "--messages").stdout

    assert text.startswith("a: alert, story ")


def test_changed_list_groups_reports_by_its_own_folding(config: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft" / "lists.yaml"
    draft.parent.mkdir()
    strict = WATCHLISTS.replace("title: Taiwan policy", "title: Taiwan policy\n    folding: strict")
    draft.write_text(strict, encoding="utf-8")
    lines = line("a"), line("b", "Navy reports ships in the Taiwan Strait on Monday", ts=LATER)

    _, default = judge(config, *lines)
    _, changed = judge(config, *lines, change=[str(draft)])

    assert threshold(default) < threshold(changed)


def threshold(answer: dict) -> float:
    """Return the likeness that a report needed to join a story."""
    found = re.search(r"(?:>=|<) (0\.\d+)", answer["reason"])
    assert found, answer
    return float(found[1])
