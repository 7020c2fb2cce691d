"""Which of a story's reports people see."""

from datetime import timedelta

import pytest

from builders import make_entry
from builders.messages import AT, make_report
from straitwatch.core.listing import (
    LISTED_REPORTS,
    better_headline,
    first_reported,
    heading_of,
    headline_pair,
    list_report,
    new_language,
    pick_headline,
    report_language,
)
from straitwatch.core.model import Outlet, StoryReport

HOUR = timedelta(hours=1)
TITLES = {
    "en": "Two ferries collide off Kinmen",
    "zh-Hant": "兩艘渡輪在金門外海相撞",
    "ru": "Два парома столкнулись у Цзиньмэня",
    "ja": "金門沖でフェリー2隻が衝突",
}


def report(language: str, name: str = "", **changes) -> StoryReport:
    outlet = Outlet(name=name or f"Outlet {language}", language=language)
    return make_report(outlet.name, **({"outlet": outlet, "title": TITLES[language]} | changes))


RU, EN, ZH, JA = report("ru"), report("en"), report("zh-Hant"), report("ja")


# ---------------------------------------------------------------- headlines


def test_headline_is_in_the_first_language_that_the_story_has() -> None:
    assert pick_headline((RU, ZH, EN), ("en", "zh")) == EN
    assert pick_headline((RU, ZH), ("en", "zh")) == ZH


def test_headline_is_the_first_one_without_a_preference_or_a_report_that_fits() -> None:
    assert pick_headline((RU, EN), ()) == RU
    assert pick_headline((RU, JA), ("en", "zh")) == RU


def test_headline_in_the_language_of_the_desk_comes_with_the_storys_own_title() -> None:
    assert headline_pair(RU.title, (RU, EN), ("en",)) == (EN.title, RU.title)
    assert headline_pair(RU.title, (RU, JA), ("en",)) == (RU.title, "")
    assert headline_pair(RU.title, (RU, EN), ()) == (RU.title, "")


def test_story_without_reports_has_no_headline() -> None:
    assert pick_headline((), ("en",)) is None


def test_better_headline_is_in_a_language_that_the_desk_prefers() -> None:
    assert better_headline((RU, EN), ("en",), than=RU) == EN
    assert better_headline((RU, EN), ("en",), than=EN) is None
    assert better_headline((RU, JA), ("en",), than=RU) is None


def test_headline_in_another_script_than_its_feed_declares_is_not_in_that_language() -> None:
    wrong = report("zh-Hant", outlet=Outlet(name="Harbour Daily", language="en-us"))

    assert pick_headline((wrong, EN), ("en",)) == EN


@pytest.mark.parametrize(
    ("title", "declared", "language"),
    [
        ("金門外海兩船相撞", "en-us", "zh"),
        ("フェリーが衝突", "en", "ja"),
        ("여객선 두 척 충돌", "", ""),
        ("Два парома", "en", "ru"),
        ("Два пороми", "uk", "uk"),
        ("Two ferries collide", "zh-Hant", "en"),
        ("Ferry 撞船 inquiry opens in Kinmen", "en", "en"),
        ("美國AIT處長談F-16V交機", "zh-Hant", "zh-Hant"),
        ("1,204", "ko", "ko"),
    ],
)
def test_language_of_a_headline(title: str, declared: str, language: str) -> None:
    one = make_report(title=title, outlet=Outlet(name="X", language=declared))

    assert report_language(one) == language


# ---------------------------------------------------------------- languages of a story


def test_first_report_in_a_language_is_new_once() -> None:
    assert new_language((EN,), ZH) == "zh"
    assert new_language((EN, ZH), report("zh-Hant", "Another Daily")) == ""
    assert new_language((EN,), report("en", outlet=Outlet(name="No Language"))) == ""


def test_both_scripts_of_chinese_are_one_language() -> None:
    simplified = make_report(title="两艘渡轮相撞", outlet=Outlet(name="Y", language="zh-Hans"))

    assert new_language((ZH,), simplified) == ""


# ---------------------------------------------------------------- listed reports


def listed(count: int) -> tuple[StoryReport, ...]:
    return tuple(report("en", f"Outlet {number}") for number in range(count))


def test_story_lists_one_report_of_each_outlet() -> None:
    assert list_report((EN,), EN) == (EN,)
    assert list_report((EN,), report("en", "Another")) == (EN, report("en", "Another"))


def test_story_lists_no_further_outlet_when_it_is_full() -> None:
    full = listed(LISTED_REPORTS)

    assert list_report(full, report("en", "Another")) == full


def test_full_story_still_lists_the_first_report_in_a_language() -> None:
    full = listed(LISTED_REPORTS)

    assert list_report(full, ZH) == (*full, ZH)
    assert list_report((*full, ZH), report("zh-Hant", "Another")) == (*full, ZH)


def test_outlet_that_reports_in_two_languages_is_listed_in_both() -> None:
    second = report("zh-Hant", EN.outlet.name)

    assert list_report((EN,), second) == (EN, second)


# ---------------------------------------------------------------- who was first


def test_first_is_who_published_first_not_who_was_read_first() -> None:
    read_first = report("en", published_at=AT - HOUR)
    published_first = report("zh-Hant", published_at=AT - 2 * HOUR, seen_at=AT + HOUR)

    assert first_reported((read_first, published_first), first_seen_at=AT) == published_first


@pytest.mark.parametrize("published_at", [AT + HOUR, AT - timedelta(days=4), None])
def test_report_without_a_plausible_date_was_not_first(published_at) -> None:
    odd = report("ru", published_at=published_at)
    dated = report("en", published_at=AT - HOUR)

    assert first_reported((odd, dated), first_seen_at=AT) == dated


def test_first_seen_report_is_first_without_plausible_dates() -> None:
    assert first_reported((RU, EN), first_seen_at=AT) == RU
    assert first_reported((), first_seen_at=AT) is None


@pytest.mark.parametrize(
    ("title", "summary", "heading"),
    [
        ("Ships cross", "They crossed the strait.", "Ships cross"),
        ("", "Ferries resume.\nThe minister leaves.", "Ferries resume. The minister leaves."),
        ("", "twelve sorties " * 20, "twelve sorties " * 6 + "twelve …"),
        ("", "軍機越過海峽中線" * 20, ("軍機越過海峽中線" * 20)[:99] + "…"),
        ("", "", ""),
    ],
    ids=["title", "post", "long-post", "long-chinese-post", "empty"],
)
def test_heading_of_a_post_is_the_beginning_of_its_text(
    title: str, summary: str, heading: str
) -> None:
    assert heading_of(make_entry(title=title, summary=summary)) == heading
