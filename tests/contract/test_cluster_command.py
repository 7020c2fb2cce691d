"""The offline `cluster` command, through the program that people call."""

import json
import subprocess
import sys
from typing import Any

import pytest

FLEET = "Frigates leave Zuoying at dawn to shadow the survey ship"


def run_cluster(
    *lines: object, options: tuple[str, ...] = ("--json",)
) -> tuple[int, list[dict[str, Any]]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    done = subprocess.run(
        [sys.executable, "-m", "straitwatch", "cluster", *options],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_each_line_is_answered_in_its_turn() -> None:
    status, answers = run_cluster(
        {"id": "a", "title": FLEET, "ts": "2026-09-01"},
        {"id": "b", "title": f"{FLEET} - Port News", "ts": "2026-09-01T04:00:00+08:00"},
        {"id": "c", "title": "Rice harvest in Yilan beats last year's", "ts": ""},
    )

    assert status == 0
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert [answer["relation"] for answer in answers] == ["new", "duplicate", "new"]
    assert answers[0]["story"] == answers[1]["story"] != answers[2]["story"]
    assert answers[1]["reason"].startswith("near-duplicate")


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        "[1]",
        {"title": FLEET},
        {"id": "x"},
        {"id": "x", "title": 3},
        {"id": "x", "title": FLEET, "ts": "noon"},
    ],
)
def test_a_bad_line_is_reported_and_the_rest_goes_on(bad: object) -> None:
    status, answers = run_cluster(bad, {"id": "b", "title": FLEET, "ts": ""})

    assert status == 1
    assert answers[0]["id"] is None
    assert answers[0]["error"]
    assert answers[1]["id"] == "b"


def test_an_empty_address_identifies_nothing() -> None:
    _, answers = run_cluster(
        {"id": "a", "title": FLEET, "url": "", "ts": ""},
        {"id": "b", "title": "Rice harvest in Yilan beats last year's", "url": "", "ts": ""},
    )

    assert [answer["relation"] for answer in answers] == ["new", "new"]


def test_both_scripts_of_chinese_meet() -> None:
    _, answers = run_cluster(
        {"id": "a", "title": "國軍艦艇離開左營監控測量船", "ts": ""},
        {"id": "b", "title": "国军舰艇离开左营监控测量船", "ts": ""},
    )

    assert answers[1]["relation"] == "duplicate"


def test_pairs_may_be_plain_addresses() -> None:
    page = "https://www.example.org/news/frigates-leave-zuoying-at-dawn"
    status, answers = run_cluster(
        {
            "id": 1,
            "a": page,
            "b": "http://m.example.org/news/frigates-leave-zuoying-at-dawn?utm_source=x",
        },
        {"id": 2, "a": page, "b": "https://www.example.org/news/rice-harvest-in-yilan-grows"},
        options=("--pairs", "--json"),
    )

    assert status == 0
    assert [answer["relation"] for answer in answers] == ["same_entry", "new"]


def test_pairs_do_not_know_each_other() -> None:
    pair = {"a": {"title": FLEET}, "b": {"title": "Rice harvest in Yilan beats last year's"}}
    _, answers = run_cluster({"id": 1, **pair}, {"id": 2, **pair}, options=("--pairs", "--json"))

    assert [answer["relation"] for answer in answers] == ["new", "new"]


def test_a_story_in_another_language_is_named_beside_the_new_one() -> None:
    _, (english, chinese) = run_cluster(
        {
            "id": "a",
            "title": "Carrier Shandong holds live-fire drill off Penghu",
            "ts": "2026-09-01",
        },
        {"id": "b", "title": "山東艦在澎湖外海實彈演習", "ts": ""},
    )

    assert chinese["related"] == english["story"] != chinese["story"]
    assert "possibly related" in chinese["reason"]
    assert "Penghu" in chinese["reason"]


def test_a_profile_that_is_none_is_refused() -> None:
    status, _ = run_cluster({"id": "a", "title": FLEET}, options=("--json", "--profile", "lax"))

    assert status == 2
