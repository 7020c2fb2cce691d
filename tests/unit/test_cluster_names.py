"""Names as pivots between languages."""

import pytest

from builders.beat import BEAT, SHIPPED
from straitwatch.core.cluster.text import clean_title, normalize_text, stems
from straitwatch.core.han import one_script

FINDER = BEAT.lexicon.finder


def names(title: str, lead: str = "") -> set[str]:
    return set(FINDER.find(clean_title(title.translate(one_script())), lead))


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


def test_longest_name_counts_and_hides_those_inside_it() -> None:
    assert names("Ferry crosses the Taiwan Strait") == {"@Taiwan Strait"}
    assert names("渡輪穿越台灣海峽") == {"@Taiwan Strait"}


def test_name_keeps_its_meaning_in_any_case_and_ending() -> None:
    assert names("Президент Лай Циндэ встретился с Шойгу") >= {"@Lai Ching-te", "@Shoigu"}
    assert names("Переговоры на борту авианосца") >= {"@aircraft carrier"}


def test_figure_is_a_name_if_it_counts_something() -> None:
    assert "@45" in names("45 jets near Penghu")
    assert "@45" in names("45架飛機飛近澎湖")
    assert not {"@2026", "@14"} & names("Ferry to Penghu resumes on 14 May 2026")
    assert "@2" not in names("2 jets near Penghu")


def test_names_in_the_title_weigh_more_than_names_in_the_lead() -> None:
    found = FINDER.find("ferry to penghu", "the kremlin had no comment")

    assert found["@Penghu"] > found["@Kremlin"] > 0


def test_text_without_names_has_no_pivots() -> None:
    assert names("Rice harvest begins early") == set()
    assert names("水稻提早收成") == set()


@pytest.mark.parametrize(
    ("shown", "titles"),
    [
        (
            "Rubio",
            "Rubio in Manila|魯比歐訪菲|盧比歐訪菲|鲁比奥访菲|卢比奥访菲|ルビオ氏|Рубио в Маниле|루비오",
        ),
        ("Trump", "Trump in Seoul|川普訪韓|特朗普访韩|トランプ氏|Трамп в Сеуле|트럼프"),
        ("Zelensky", "Zelensky speaks|澤倫斯基|澤連斯基|泽连斯基|Зеленський|Зеленского|젤렌스키"),
        ("State Department", "State Department briefs|美國務院|Госдеп|米国務省|국무부"),
        ("Strait Thunder", "Strait Thunder begins|海峽雷霆登場|海峡雷霆开始"),
        ("Han Kuang", "Han Kuang begins|漢光演習|漢光42號|한광"),
        (
            "Liaoning carrier",
            "Liaoning aircraft carrier|遼寧艦|航母遼寧號|авианосец Ляонин|랴오닝함",
        ),
    ],
)
def test_every_way_to_write_a_name_is_that_name(shown: str, titles: str) -> None:
    for title in titles.split("|"):
        assert f"@{shown}" in names(title), title


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("外交部：不接受", "foreign ministry"),
        ("中國外交部：不接受", "Chinese foreign ministry"),
        ("МИД России: нет", "Russian foreign ministry"),
        ("中国国防部：没有", "Chinese defence ministry"),
        ("海巡署：驅離", "Taiwan coast guard"),
        ("Japan Coast Guard: none", "Japan Coast Guard"),
    ],
)
def test_body_has_a_country_where_the_text_names_it(title: str, shown: str) -> None:
    assert f"@{shown}" in names(title)


@pytest.mark.parametrize(
    "title", ["南海地區漁季", "國務院總理開會", "Mac sales rise", "三人合同簽約"]
)
def test_ambiguous_words_are_not_names(title: str) -> None:
    assert not {"@Haiti", "@State Department", "@Mainland Affairs Council"} & names(title)


def test_bare_figure_is_not_a_name() -> None:
    assert not {name for name in names("400 missiles near Penghu") if "S400" in name}
    assert "@S400" in names("Moscow sells the S-400 system")


def test_no_two_names_of_the_shipped_beat_share_the_stems_of_a_spelling() -> None:
    owners: dict[tuple[str, ...], str] = {}
    twice = []
    for group in SHIPPED.aliases:
        for name, spelling in group.spellings():
            words = stems(normalize_text(spelling.translate(one_script())))
            if owners.setdefault(words, name) != name:
                twice.append((spelling, name, owners[words]))

    assert twice == []
