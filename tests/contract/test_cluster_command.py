"""The offline `cluster` command, through the program that people call."""

import json
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from straitwatch.cli import app

FLEET = "Frigates leave Zuoying at dawn to shadow the survey ship"


def run_raw(text: bytes, *options: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "straitwatch", "cluster", *options],
        input=text,
        capture_output=True,
        check=False,
        timeout=60,
    )


def run_cluster(
    *lines: object, options: tuple[str, ...] = ("--json",), encoder: str = "off"
) -> tuple[int, list[dict[str, Any]]]:
    """Run the command in this process, by default without the encoder, which starts slowly."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    arguments = ["cluster", *options, "--encoder", encoder]
    done = CliRunner().invoke(app, arguments, input=text)
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_in_its_turn() -> None:
    lines = (
        {"id": "a", "title": FLEET, "ts": "2026-09-01"},
        {"id": "b", "title": f"{FLEET} - Port News", "ts": "2026-09-01T04:00:00+08:00"},
        {"id": "c", "title": "Rice harvest in Yilan beats last year's", "ts": ""},
    )

    done = run_raw("\n".join(map(json.dumps, lines)).encode(), "--json")

    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert [answer["relation"] for answer in answers] == ["new", "duplicate", "new"]
    assert answers[0]["story"] == answers[1]["story"] != answers[2]["story"]
    assert answers[1]["reason"].startswith("near-duplicate")


BAD_LINES = (
    "no json",
    "[1]",
    {"title": FLEET},
    {"id": "x"},
    {"id": "x", "title": 3},
    {"id": "x", "title": FLEET, "lang": "english"},
    {"id": "x", "title": FLEET, "ts": "noon"},
    {"id": "x", "title": FLEET, "ts": "0001-01-01T00:00:00+14:00"},
    {"id": "x", "title": FLEET, "ts": "0001-01-01"},
    {"id": "x", "title": FLEET, "ts": "9999-12-31T23:59:59Z"},
    '{"id": "x", "title": ' + "9" * 5000 + "}",
)


def test_bad_lines_are_reported_and_the_rest_continues() -> None:
    status, answers = run_cluster(*BAD_LINES, {"id": "b", "title": FLEET, "ts": ""})

    *refused, good = answers
    assert status == 1
    assert [answer["id"] for answer in refused] == [None] * len(BAD_LINES)
    for number, answer in enumerate(refused, 1):
        assert answer["error"].startswith(f"standard input:{number}: ")
    assert good["id"] == "b"


def test_id_of_an_earlier_line_is_the_same_entry_again() -> None:
    status, (first, again) = run_cluster(
        {"id": 1, "title": FLEET}, {"id": 1, "title": "Frigates are back in Zuoying"}
    )

    assert status == 0
    assert (again["story"], again["relation"]) == (first["story"], "same_entry")


def test_title_of_thousands_of_digits_is_folded() -> None:
    long = "Part " + "7" * 5000

    assert run_cluster(*({"id": n, "title": long} for n in (1, 2)))[0] == 0


def test_bytes_that_are_not_utf_8_are_refused_with_their_place() -> None:
    done = run_raw(b'{"id": 1, "title": "caf\xe9"}\n')

    assert done.returncode == 1
    assert b"standard input:1: byte 24 is not UTF-8" in done.stderr
    assert b"hint: " in done.stderr


def test_half_a_character_is_printed_for_readers_too() -> None:
    half = b'"title": "Fleet \\ud83d leaves", "summary": "Half \\ud83d", "source": "\\udfff"'
    done = run_raw(b'{"id": 1, ' + half + b"}\n")

    assert done.returncode == 0
    assert b"Fleet" in done.stdout


def test_pair_is_shown_with_both_its_titles() -> None:
    pair = {"id": 1, "a": {"title": FLEET}, "b": {"title": "Rice harvest in Yilan"}}

    shown = run_raw(json.dumps(pair).encode(), "--pairs").stdout.decode()

    assert FLEET[:30] in shown
    assert "Rice harvest" in shown


def test_empty_address_does_not_identify_an_entry() -> None:
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


@pytest.mark.parametrize("side", ["a", "b"])
def test_side_of_a_pair_without_a_time_has_that_of_the_other(side: str) -> None:
    pair = {name: {"title": FLEET} for name in ("a", "b")}
    pair[side]["ts"] = "2026-09-01"

    _, (answer,) = run_cluster({"id": 1, **pair}, options=("--json", "--pairs"))

    assert answer["relation"] == "duplicate"


def test_pairs_do_not_know_each_other() -> None:
    pair = {"a": {"title": FLEET}, "b": {"title": "Rice harvest in Yilan beats last year's"}}
    _, answers = run_cluster({"id": 1, **pair}, {"id": 2, **pair}, options=("--pairs", "--json"))

    assert [answer["relation"] for answer in answers] == ["new", "new"]


TWO_LANGUAGES = (
    {"id": "a", "title": "Carrier Shandong holds live-fire drill off Penghu", "ts": "2026-09-01"},
    {"id": "b", "title": "山東艦在澎湖外海實彈演習", "ts": ""},
)


def test_one_event_in_two_languages_is_one_story() -> None:
    _, (english, chinese) = run_cluster(*TWO_LANGUAGES, encoder="auto")

    assert chinese["story"] == english["story"]
    assert chinese["relation"] == "same_event"


def test_story_in_another_language_that_may_be_the_same_is_named_beside_the_new_one() -> None:
    seen = "Carrier Shandong seen off Penghu, submarines off Hualien and Keelung"
    english_line = {**TWO_LANGUAGES[0], "title": seen}
    _, (english, chinese) = run_cluster(english_line, TWO_LANGUAGES[1])

    assert chinese["related"] == english["story"] != chinese["story"]
    assert "possibly related" in chinese["reason"]
    assert "Penghu" in chinese["reason"]


def test_unknown_profile_is_refused() -> None:
    done = run_raw(b"", "--profile", "lax")

    assert done.returncode == 2
    assert b"lax" in done.stderr
