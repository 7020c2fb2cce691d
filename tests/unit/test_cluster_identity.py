"""Return True if a report is an entry that was seen before: signs that agree, not one alone."""

from datetime import timedelta

import pytest

from builders.beat import BEAT
from builders.features import START, make_features
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Features, Fold, Relation

BULLETIN = "Daily notice: flights around the island"
TITLE = "Frigates leave Zuoying harbor at dawn"
TEXT = "Two frigates left the harbor before sunrise and turned east, the port office said."
OTHER_TEXT = "Harvest begins early this year; farmers hope that prices of rice recover by autumn."


def make_report(title: str = TITLE, text: str = "", *, page: str, hours: float = 0, **fields):
    known = {"entry_id": f"{page}@{hours}", "source": "Port News"}
    address = page and f"site.example/{page}"
    return make_features(
        title, summary=text, canonical_url=address, hours=hours, **(known | fields)
    )


def fold_last(*reports: Features) -> Fold:
    window = StoryWindow(BEAT.lexicon)
    for report in reports:
        fold = window.fold(report)
        window.add(report, fold)
    return fold


def notice(planes: str, *, page: str, hours: float, title: str = BULLETIN, **fields) -> Features:
    text = f"{planes} aircraft were counted around the island until six o'clock in the morning."
    return make_report(title, text, page=page, hours=hours, **fields)


@pytest.mark.parametrize("title", [BULLETIN, "Notice", "台湾周辺の航空機に関する日報", "Сводка"])
@pytest.mark.parametrize("hours", [0.1, 4, 24, 100])
def test_bulletin_with_other_figures_is_a_report_of_its_own(title: str, hours: float) -> None:
    fold = fold_last(
        notice("45", page="n/1", hours=0, title=title),
        notice("6", page="n/2", hours=hours, title=title),
    )

    assert fold.relation is Relation.NEW


@pytest.mark.parametrize(
    ("first", "second"),
    [("Twelve", "Nine"), ("Six, by Monday,", "Six, by Tuesday,"), ("12 and 6", "6 and 6")],
)
def test_bulletin_counts_in_words_and_days_too(first: str, second: str) -> None:
    fold = fold_last(notice(first, page="n/1", hours=0), notice(second, page="n/2", hours=24))

    assert fold.relation is Relation.NEW


def test_bulletin_after_many_days_is_a_new_report() -> None:
    days = [notice(str(7 * day), page=f"n/{day}", hours=24 * day) for day in range(8)]

    assert fold_last(*days).relation is Relation.NEW


def test_bulletin_in_a_second_feed_of_the_office_belongs_to_its_own_day() -> None:
    fold = fold_last(
        notice("45", page="n/1", hours=0),
        notice("6", page="n/2", hours=24, source="Port News: all"),
    )

    assert fold.relation is Relation.NEW


def test_posts_of_an_office_that_share_a_title_are_apart_within_the_hour() -> None:
    fold = fold_last(
        make_report("Statement of the ministry", TEXT, page="p/1"),
        make_report("Statement of the ministry", OTHER_TEXT, page="p/2", hours=0.5),
    )

    assert fold.relation is Relation.NEW


@pytest.mark.parametrize("hours", [0.1, 24, 200])
def test_entry_with_its_title_and_text_under_another_address_is_a_repeat(hours: float) -> None:
    fold = fold_last(
        make_report(text=TEXT, page="a/1"), make_report(text=TEXT, page="b/77", hours=hours)
    )

    assert (fold.relation, fold.reason) == (Relation.SAME_ENTRY, "same-title")


def test_entry_that_was_edited_under_a_new_address_is_a_repeat() -> None:
    edited = TEXT.replace("the port office said", "the port's office said today")

    fold = fold_last(
        make_report(text=TEXT, page="a/1"), make_report(text=edited, page="a/2", hours=3)
    )

    assert fold.relation is Relation.SAME_ENTRY


def test_constant_title_and_text_a_day_later_are_not_a_repeat() -> None:
    first = make_report(BULLETIN, "See the map.", page="a/1")
    later = make_report(
        BULLETIN, "See the map.", page="a/2", hours=24, published_at=START + timedelta(hours=23)
    )

    assert fold_last(first, later).relation is Relation.NEW


def test_dates_in_addresses_distinguish_constant_titles() -> None:
    fold = fold_last(
        make_report(BULLETIN, "See the map.", page="2026/09/01/map"),
        make_report(BULLETIN, "See the map.", page="2026/09/02/map", hours=10),
    )

    assert fold.relation is Relation.NEW


@pytest.mark.parametrize(
    ("page", "hours", "relation"),
    [
        ("fleet/a", 6, Relation.SAME_ENTRY),
        ("fleet/a", 24, Relation.NEW),
        ("news/1002", 0.5, Relation.SAME_ENTRY),
        ("news/1002", 6, Relation.NEW),
    ],
)
def test_titles_alone_are_a_repeat_within_hours_unless_the_numbers_of_pages_differ(
    page: str, hours: float, relation: Relation
) -> None:
    fold = fold_last(make_report(page="news/1001"), make_report(page=page, hours=hours))

    assert fold.relation is relation


def test_titles_alone_are_a_repeat_when_their_date_is_older_than_the_first_fetch() -> None:
    again = make_report(page="b/2", hours=60, published_at=START - timedelta(hours=1))

    assert fold_last(make_report(page="a/1"), again).relation is Relation.SAME_ENTRY


def test_links_that_change_at_each_poll_lead_to_one_entry() -> None:
    polls = [
        make_report(text=TEXT, page=f"click.aspx?c={poll * 7919}&tid={poll}", hours=poll / 6)
        for poll in range(60)
    ]

    assert fold_last(*polls).relation is Relation.SAME_ENTRY


@pytest.mark.parametrize("ago", ["{} hours ago", "{}小時前", "{} минут назад", "{}시간 전"])
def test_relative_age_in_a_text_is_not_a_figure(ago: str) -> None:
    first, second = (
        make_report(text=f"{ago.format(hours)} {TEXT}", page=f"click.aspx?c={hours}7", hours=hours)
        for hours in (1, 9)
    )

    assert fold_last(first, second).relation is Relation.SAME_ENTRY


def test_live_page_under_another_headline_is_still_the_same_page() -> None:
    fold = fold_last(
        make_report("Live: drills around the island", TEXT, page="live/drills"),
        make_report(
            "Island drills enter their second phase", OTHER_TEXT, page="live/drills", hours=2
        ),
    )

    assert (fold.relation, fold.reason) == (Relation.SAME_ENTRY, "same-url")


def test_page_that_shows_another_article_is_another_entry() -> None:
    fold = fold_last(
        make_report(text=TEXT, page="news-of-today"),
        make_report("Farmers hope for higher prices", OTHER_TEXT, page="news-of-today", hours=2),
    )

    assert fold.relation is Relation.NEW


def test_page_in_the_feed_of_another_outlet_is_the_same_despite_other_words() -> None:
    fold = fold_last(
        make_report(text=TEXT, page="a/1"),
        make_report("Navy stirs", OTHER_TEXT, page="a/1", hours=2, source="Digest of Links"),
    )

    assert (fold.relation, fold.reason) == (Relation.SAME_ENTRY, "same-url")


def test_page_that_is_renewed_each_day_under_one_headline_is_another_entry() -> None:
    fold = fold_last(notice("45", page="today", hours=0), notice("6", page="today", hours=24))

    assert fold.relation is Relation.NEW


def test_page_without_texts_is_renewed_when_its_date_is_later() -> None:
    later = make_report(page="today", hours=24, published_at=START + timedelta(hours=23))

    assert fold_last(make_report(page="today"), later).relation is Relation.NEW


def test_page_without_texts_is_renewed_when_its_headline_is_another_the_next_day() -> None:
    pages = [make_report(page="today"), make_report("Rice harvest begins", page="today", hours=20)]

    assert fold_last(*pages).relation is Relation.NEW


def test_page_without_texts_is_the_same_when_its_headline_is_rewritten() -> None:
    rewritten = "Frigates leave Zuoying harbor before dawn"

    fold = fold_last(make_report(page="a/1"), make_report(rewritten, page="a/1", hours=20))

    assert fold.reason == "same-url"


def test_repeat_is_its_own_where_its_outlet_has_published_the_entry_before() -> None:
    one, other = (
        make_report(text=TEXT, page="a/1"),
        make_report(text=TEXT, page="a/1", hours=1, source="Digest of Links"),
    )
    again = make_report(text=TEXT, page="a/1", hours=2)

    assert not fold_last(one, other).is_own_repeat
    assert fold_last(one, other, again).is_own_repeat


def test_copies_of_two_outlets_at_an_aggregator_are_two_reports() -> None:
    fold = fold_last(
        make_report(text=f"{TITLE} Port News", page="rss/articles/CBMi1"),
        make_report(
            text=f"{TITLE} Channel 9", page="rss/articles/CBMi2", hours=20, source="Channel 9"
        ),
    )

    assert fold.relation is Relation.DUPLICATE
