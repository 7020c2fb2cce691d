"""The first reports of a list: words that all of them share do not make one event."""

import pytest

from builders.beat import BEAT
from builders.features import make_features
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Relation


def stories_of(*titles: str) -> list[Relation]:
    window = StoryWindow(BEAT.lexicon)
    relations = []
    for at, title in enumerate(titles):
        report = make_features(title, hours=at / 12, source=f"Outlet {at}", language="en")
        fold = window.fold(report)
        window.add(report, fold)
        relations.append(fold.relation)
    return relations


@pytest.mark.parametrize(
    "titles",
    [
        ("Survey maps the Taiwan Strait", "Taiwan Strait ferries halted by fog"),
        ("Chinese minister meets Russian general", "Minister warns Taiwan over Chinese buses"),
        ("台灣海峽漁季開始", "台灣海峽海纜完成修復"),
        ("Китай и Россия строят мост", "Россия и Китай обсудили пшеницу"),
        (
            "Power cable off Penghu fails; coast guard boards trawler on Sunday",
            "Coast guard vessel off Hualien rammed by Chinese ship on Sunday",
        ),
        ("海巡在澎湖漁場取締越界捕撈 沒入三噸漁獲", "海警船颱風夜擱淺金門 海巡救起四人"),
        ("解放軍軍機更換塗裝 專家解讀低可視圖案", "共軍軍機飛行員薪資調整 新制明年上路"),
        (
            "Корабль береговой охраны сменил порт приписки на Хайкоу",
            "Береговая охрана нашла пропавших рыбаков, корабль идет домой",
        ),
        ("해군 군함, 부산에서 새 페인트칠 마쳐", "해군 요리 대회 우승자는 군함 조리병"),
        ("Quake of magnitude 5.9 in Nantou", "Rice harvest up 5.4 percent, 9 counties say"),
    ],
)
def test_first_reports_that_share_only_words_of_the_beat_are_two_stories(titles) -> None:
    assert stories_of(*titles) == [Relation.NEW, Relation.NEW]


@pytest.mark.parametrize(
    "titles",
    [
        ("Russia and China begin drills off Durban", "Durban hosts Chinese and Russian warships"),
        ("Macron calls Taiwan no crisis of ours", "Macron defends his words about Taiwan crisis"),
    ],
)
def test_first_reports_that_share_rare_words_are_one_story(titles) -> None:
    assert stories_of(*titles)[1] is Relation.SAME_EVENT
