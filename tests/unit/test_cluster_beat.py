"""The first reports of a list: what all of them say makes no event."""

from datetime import timedelta

import pytest

from builders import NOON
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Features, Relation


def stories_of(*titles: str) -> list[Relation]:
    window = StoryWindow()
    relations = []
    for at, title in enumerate(titles):
        report = Features(
            entry_id=str(at),
            title=title,
            seen_at=NOON + at * timedelta(minutes=5),
            source=f"Outlet {at}",
            language="en",
            watchlists=("taiwan-policy",),
        )
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
    ],
)
def test_two_first_reports_that_share_no_more_than_the_beat_are_two_stories(titles) -> None:
    assert stories_of(*titles) == [Relation.NEW, Relation.NEW]


@pytest.mark.parametrize(
    "titles",
    [
        ("Russia and China begin drills off Durban", "Durban hosts Chinese and Russian warships"),
        ("Macron calls Taiwan no crisis of ours", "Macron defends his words about Taiwan crisis"),
    ],
)
def test_two_first_reports_that_share_what_is_rare_are_one_story(titles) -> None:
    assert stories_of(*titles)[1] is Relation.SAME_EVENT
