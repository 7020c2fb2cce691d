"""Two headlines that look alike: one text, two events, or two instalments?"""

import pytest

from straitwatch.core.cluster.guards import Conflict, compare_titles
from straitwatch.core.cluster.text import clean_title


def conflict_of(a: str, b: str) -> Conflict:
    return compare_titles(clean_title(a), clean_title(b)).conflict


def is_copy(a: str, b: str) -> bool:
    return compare_titles(clean_title(a), clean_title(b)).is_copy


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("PRESS DIGEST - Hong Kong - June 27", "PRESS DIGEST - Hong Kong - June 28"),
        ("Typhoon signal no. 8 hoisted", "Typhoon signal no. 3 hoisted"),
        ("Live updates day 10: fleet at sea", "Live updates day 11: fleet at sea"),
        ("Harbour report for Monday morning", "Harbour report for Friday morning"),
        ("Strait diaries, part one: the ferry", "Strait diaries, part two: the ferry"),
        ("Strait diaries, part III: the port", "Strait diaries, part IV: the port"),
        ("Ministry counts 12 aircraft and 5 ships", "Ministry counts 15 aircraft and 7 ships"),
        ("第10天：前線戰況匯總", "第11天：前線戰況匯總"),
        ("八號風球生效 市民回家", "三號風球生效 市民回家"),
        ("Сводка штаба: день 10 учений", "Сводка штаба: день 11 учений"),
        ("軍事演習 9月3日 的 全部 照片", "軍事演習 9月4日 的 全部 照片"),
        ("Harbour traffic report - Monday", "Harbour traffic report - Tuesday"),
        ("The ferry war explained (part one)", "The ferry war explained (part two)"),
        ("渡輪航線三十年全紀錄 - 第一天", "渡輪航線三十年全紀錄 - 第二天"),
        ("渡輪航線三十年全紀錄｜上集", "渡輪航線三十年全紀錄｜下集"),
        ("渡輪航線三十年全紀錄（上）", "渡輪航線三十年全紀錄（下）"),
        ("【第一集】渡輪航線全紀錄", "【第二集】渡輪航線全紀錄"),
    ],
)
def test_instalments_of_one_template_are_kept_apart(a: str, b: str) -> None:
    assert conflict_of(a, b) is Conflict.INSTALMENT


def test_growing_toll_is_another_text_about_the_same_event() -> None:
    a, b = "Ferry fire off Keelung kills 12 people", "Ferry fire off Keelung kills 15 people"

    assert conflict_of(a, b) is Conflict.NUMBER


def test_another_model_of_aircraft_is_not_a_copy() -> None:
    assert not is_copy("Moscow ships Su-35 jets to Harbin", "Moscow ships Su-57 jets to Harbin")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Assembly approves the submarine budget", "Assembly rejects the submarine budget"),
        ("Dockyard shares rise after the order", "Dockyard shares fall after the order"),
        ("外交部證實雙方會面消息", "外交部否認雙方會面消息"),
        (
            "Submarine budget in the assembly - approved",
            "Submarine budget in the assembly - rejected",
        ),
        (
            "[North] Lighthouse keepers' log for sailors",
            "[South] Lighthouse keepers' log for sailors",
        ),
    ],
)
def test_opposites_are_not_copies(a: str, b: str) -> None:
    assert conflict_of(a, b) is Conflict.OPPOSITE


def test_one_label_does_not_make_two_headlines_one() -> None:
    a = "Strait security briefing for readers: ferries stop"
    b = "Strait security briefing for readers: talks open"

    assert conflict_of(a, b) is Conflict.TEMPLATE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "Yard sells $1.2bn of bonds to the state",
            "Yard sells $1,200 million of bonds to the state",
        ),
        ("Three frigates leave Zuoying at dawn", "3 frigates leave Zuoying at dawn"),
        ("UPDATE 2-Frigates leave Zuoying at dawn", "Frigates leave Zuoying at dawn"),
        ("Frigates leave Zuoying at dawn - Harbour Times", "Frigates leave Zuoying at dawn"),
        ("Frigates leave Zuoying at dawn - South Sea Post", "Frigates leave Zuoying at dawn"),
        ("Frigates leave Zuoying at dawn | Radio One", "Frigates leave Zuoying at dawn"),
        ("Frigates leave Zuoying at dawn (video)", "Frigates leave Zuoying at dawn"),
        (
            "Frigates leave Zuoying at dawn, sailing …",
            "Frigates leave Zuoying at dawn, sailing east",
        ),
        ("“Frigates” leave Zuoying’s port", "'Frigates' leave Zuoying's port"),
        ("【快訊】兩艘巡防艦清晨駛離左營", "兩艘巡防艦清晨駛離左營"),
        ("Два фрегата вышли из порта утром", "Срочно: два фрегата вышли из порта утром"),
    ],
)
def test_dressing_and_units_do_not_make_another_text(a: str, b: str) -> None:
    assert is_copy(a, b)


@pytest.mark.parametrize(
    "cut",
    [
        "Yard review: the four new frigates that the navy wants, and why they …",
        "Yard review: the four new frigates that ...",
        "Yard review: the four new",
    ],
)
def test_headline_that_was_cut_is_the_same_text(cut: str) -> None:
    whole = "Yard review: the four new frigates that the navy wants, and why they cost $1.9 billion"

    assert is_copy(whole, cut)


def test_figure_may_be_cut_from_its_unit() -> None:
    assert is_copy("Yard sells bonds worth $1.9 billion", "Yard sells bonds worth $1.9 ...")


def test_truncated_year_is_not_an_instalment() -> None:
    whole = "Ferry races begin on the first day of the harbour games of 2020"

    assert is_copy(whole, "Ferry races begin on the first day of the harbour ...")


def test_figure_is_not_cut_in_itself() -> None:
    assert not is_copy("Coast guard counts boats: 12", "Coast guard counts boats: 120")
    assert not is_copy("Number of boats rises to 1", "Number of boats rises to 1,000 at sea")


def test_series_and_its_part_are_not_one_text_cut_short() -> None:
    a, b = "Strait diaries, week 3", "Strait diaries, week 3, part 2"

    assert conflict_of(a, b) is Conflict.INSTALMENT


def test_words_before_a_label_do_not_change_the_headline() -> None:
    headline = "Q&A: what readers ask about the frigates of the strait"

    assert is_copy(headline, f"New answers in {headline}")


def test_figure_added_by_an_edit_is_not_a_conflict() -> None:
    assert is_copy("Frigates leave Zuoying at dawn", "Two frigates leave Zuoying at dawn")


def test_unlike_headlines_are_not_looked_at_further() -> None:
    likeness = compare_titles("rice price steady in june", "frigates leave zuoying in july")

    assert not likeness.is_close
    assert likeness.conflict is Conflict.NONE
