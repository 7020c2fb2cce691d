"""Designations: letters and a number, and the models that put capitals behind it."""

import pytest

from builders.watchlists import found, make_list, problems_of


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("F-15", "Two F-15EX and an F-15C/D", ["F-15EX", "F-15C"]),
        ("RQ-4", "首架RQ-4B抵達", ["RQ-4B"]),
        ("J-11", "J-11s, J-11Bs, J11", ["J-11s", "J-11Bs"]),
        ("Mi-28", "Mi-28NM, Mi-280", ["Mi-28NM"]),
        ("Ту-160", "Ту-160М над морем", ["Ту-160М"]),
        ("Су-27", "Cу-27СМ3", ["Cу-27СМ3"]),  # a Latin C
        ("вертолёт Ми-8", "вертолёта Ми-8МТВ", ["вертолёта Ми-8МТВ"]),
        ("殲-16", "歼-16D與殲-16", ["歼-16D", "殲-16"]),
        ("Type 055", "a Type 055A destroyer", ["Type 055A"]),
        ("M1A1", "M1A1SA tanks", ["M1A1SA"]),
        # no models
        ("F-15", "Route F-155, f-15e, F-15th", []),
        ("=F-15", "F-15E, F-15", ["F-15"]),
        ("Agenda 2030", "Agenda 2030B", []),
        # any ending
        ("F-15*", "F-15EX, F-15, F-150, F-15-class", ["F-15EX", "F-15", "F-15"]),
        ("T-7*", "T-7A, T-72", ["T-7A"]),
    ],
)
def test_designation_finds_its_models(term: str, text: str, hits: list[str]) -> None:
    assert found(text, term) == hits


def test_short_prefix_of_a_plain_word_is_refused() -> None:
    assert "is too short" in problems_of(make_list("abc*"))[0].message
