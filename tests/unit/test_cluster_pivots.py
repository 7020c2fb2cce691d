"""Two languages are compared by what their texts name."""

import pytest

from straitwatch.core.cluster.pivots import Pivots
from straitwatch.core.cluster.text import clean_title
from straitwatch.core.plan import new_window

PIVOTS = Pivots(new_window()._characters)


def names(title: str, lead: str = "") -> set[str]:
    return set(PIVOTS.of(clean_title(title.translate(new_window()._characters)), lead))


@pytest.mark.parametrize(
    "title",
    [
        "The PLA is awaited at the Kremlin",
        "解放軍受邀訪問克里姆林宮",
        "解放军受邀访问克里姆林宫",
        "В Кремле ждут НОАК",
        "У Кремлі чекають на НВАК",
        "人民解放軍、クレムリンへ",
        "인민해방군, 크렘린에서 대기",
    ],
)
def test_one_thing_has_one_name_in_every_language(title: str) -> None:
    assert {"@PLA", "@Kremlin"} <= names(title)


def test_the_longest_name_counts_and_hides_those_inside_it() -> None:
    assert names("Ferry crosses the Taiwan Strait") == {"@Taiwan Strait"}
    assert names("渡輪穿越台灣海峽") == {"@Taiwan Strait"}


def test_a_name_keeps_its_meaning_in_any_case_and_ending() -> None:
    assert names("Президент Лай Циндэ встретился с Шойгу") >= {"@Lai Ching-te", "@Shoigu"}
    assert names("Переговоры на борту авианосца") >= {"@aircraft carrier"}


def test_a_figure_is_a_name_where_it_counts_something_and_no_date() -> None:
    assert "@45" in names("45 jets near Penghu")
    assert "@45" in names("45架飛機飛近澎湖")
    assert not {"@2026", "@14"} & names("Ferry to Penghu resumes on 14 May 2026")
    assert "@2" not in names("2 jets near Penghu")


def test_what_the_title_names_weighs_more_than_what_the_lead_names() -> None:
    found = PIVOTS.of("ferry to penghu", "the kremlin had no comment")

    assert found["@Penghu"] > found["@Kremlin"] > 0


def test_no_name_is_found_where_there_is_none() -> None:
    assert names("Rice harvest begins early") == set()
    assert names("水稻提早收成") == set()
