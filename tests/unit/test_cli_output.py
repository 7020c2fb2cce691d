"""Commands print rows, times and hits in one way."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.text import Text

from straitwatch.cli.output import (
    highlighted,
    hit_words,
    in_zone,
    local_time,
    print_error,
    print_rows,
    zone_time,
)
from straitwatch.clock import utc_now
from straitwatch.core.model import Hit

TAIPEI = ZoneInfo("Asia/Taipei")
COLUMNS = {"Name": lambda row: row[0], "Count": lambda row: row[1]}


def test_time_of_this_year_is_short_and_in_the_zone_of_the_desk() -> None:
    moment = utc_now().replace(month=6, day=29, hour=20, minute=5)

    assert local_time(moment, TAIPEI) == "30 Jun 04:05"


def test_time_of_another_year_names_the_year() -> None:
    assert local_time(datetime(2019, 3, 1, 20, 5, tzinfo=UTC), TAIPEI) == "02 Mar 2019 04:05"


def test_time_that_is_unknown_is_never() -> None:
    assert (local_time(None, TAIPEI), zone_time(None, TAIPEI)) == ("never", "never")


def test_time_in_a_sentence_names_its_zone() -> None:
    assert zone_time(datetime(2019, 3, 1, 20, 5, tzinfo=UTC), TAIPEI) == "02 Mar 2019 04:05 CST"


def test_heading_of_a_column_of_times_names_the_zone_once() -> None:
    assert in_zone("Seen", TAIPEI) == "Seen (CST)"


def test_rows_become_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([("first", 1), ("second", None)], COLUMNS)

    lines = capsys.readouterr().out.splitlines()
    assert [word for word in ("Name", "Count") if word not in lines[1]] == []
    assert [line.replace("│", " ").split() for line in lines if "│" in line] == [
        ["first", "1"],
        ["second"],
    ]


def test_rows_become_json_lines_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([("海峽", 1)], COLUMNS, as_json=lambda row: {"name": row[0]})

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"name": "海峽"}
    assert "海峽" in line


def test_rows_that_are_absent_are_named_for_people_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_rows([], COLUMNS, empty="no rows")
    print_rows([], COLUMNS, as_json=dict, empty="no rows")

    assert capsys.readouterr().out == "no rows\n"


def test_hits_are_highlighted_behind_the_lead() -> None:
    hit = Hit(term="strait", field="title", start=10, end=16, text="strait")
    other = Hit(term="strait", field="summary", start=0, end=6, text="Strait")

    line = highlighted("Ships in a strait", [hit, other], lead="  + ")

    assert line.plain == "  + Ships in a strait"
    assert [(span.start, span.end) for span in line.spans] == [(14, 20)]


def test_words_of_hits_are_listed_once() -> None:
    hits = [
        Hit(term="strait", field=field, start=0, end=6, text="strait")
        for field in ("title", "summary")
    ]

    assert hit_words(hits) == "strait"


def test_error_goes_to_stderr_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("https://news.example/" + "a" * 200 + " [bold]")

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "https://news.example/" + "a" * 200 + " [bold]\n"


def test_highlighted_text_is_shown_as_it_is() -> None:
    assert isinstance(highlighted("[b]Fleet[/b]", []), Text)
    assert highlighted("[b]Fleet[/b]", []).plain == "[b]Fleet[/b]"
