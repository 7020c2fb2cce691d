"""The terms of a headline in each script."""

import pytest

from straitwatch.core.cluster.text import clean_title, grams, terms


def test_english_forms_of_one_word_are_one_term() -> None:
    assert len(set(terms("deploy deploys deployed deploying deployment deployments"))) == 1


def test_russian_cases_are_one_term() -> None:
    assert len(set(terms("корабль корабля кораблю кораблем корабли"))) == 1


def test_ukrainian_cases_are_one_term() -> None:
    assert len(set(terms("навчання навчанням навчанню"))) == 1


def test_han_text_becomes_bigrams() -> None:
    assert list(terms("解放軍")) == ["解放", "放軍"]


def test_katakana_stays_whole_and_hiragana_is_dropped() -> None:
    assert list(terms("ミサイルを発射")) == ["ミサイル", "発射"]


def test_korean_particles_are_cut() -> None:
    assert list(terms("해군은")) == list(terms("해군이")) == ["해군"]


def test_scripts_in_one_headline_are_each_read_in_their_way() -> None:
    assert list(terms("PLA解放军 drills")) == ["pla", "解放", "放军", "drill"]


def test_suffix_with_a_date_is_not_an_outlet() -> None:
    assert clean_title("Press digest of the day - June 27") == "press digest of the day - june 27"


def test_short_headline_keeps_its_last_part() -> None:
    assert clean_title("Taiwan - China") == "taiwan - china"


def test_label_alone_stays_a_title() -> None:
    assert clean_title("LIVE:") != ""


def test_shortest_text_has_grams() -> None:
    assert grams("a")


def test_acronym_is_one_word_with_and_without_its_dots() -> None:
    assert list(terms("U.S. and P.L.A. officers met")) == list(terms("US and PLA officers met"))


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("Magnitude 5.9 quake", "5.9"),
        ("Землетрясение магнитудой 5,9", "5.9"),
        ("規模5.9地震", "5.9"),
        ("1,200 sailors", "1200"),
    ],
)
def test_decimal_is_one_figure_in_every_language(text: str, figure: str) -> None:
    found = [term for term in terms(text) if term[0].isdigit()]

    assert found == [figure]


def test_prepositions_are_not_terms() -> None:
    assert list(terms("flies through Hawaii amid protests")) == list(terms("flies Hawaii protests"))


@pytest.mark.parametrize(
    "text",
    ["on Sunday", "в воскресенье", "у неділю", "週日", "星期日", "日曜日", "일요일", "3 , 4"],
)
def test_weekdays_and_bare_digits_are_not_terms(text: str) -> None:
    assert list(terms(text)) == []
