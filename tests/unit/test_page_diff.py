"""The changes of an article that a desk must know, and those that are none."""

import pytest

from straitwatch.core.model import Article, PageChange, PageVersion, SignalKind, Wording
from straitwatch.core.page_diff import (
    find_change,
    is_notice_of_removal,
    is_other_article,
    read_version,
)

TITLE = "Twelve ships cross the Taiwan Strait"
SHIPS = "Twelve ships crossed the Taiwan Strait on Monday, the ministry said."
TALKS = "The talks in Taiwan will begin on 5 December in the capital."
OTHER = "The weather was calm and the sea was flat on both coasts."
TEXT = f"{SHIPS} {TALKS} {OTHER}"


def version(text: str = TEXT, title: str = TITLE) -> PageVersion:
    return read_version(Article(title=title, text=text), ["Taiwan"])


def change(text: str = TEXT, title: str = TITLE, feed_title: str = TITLE) -> PageChange | None:
    return find_change(version(), Article(title=title, text=text), feed_title=feed_title)


def test_version_keeps_sentences_with_hits_and_figures() -> None:
    assert version().sentences == (SHIPS, TALKS)


def test_unchanged_article_has_no_change() -> None:
    assert change() is None


def test_changed_headline_is_shown_before_and_after() -> None:
    found = change(title="Twenty ships cross the Taiwan Strait")

    assert found is not None
    assert found.headline == Wording(was=TITLE, now="Twenty ships cross the Taiwan Strait")


@pytest.mark.parametrize(
    ("title", "text", "is_other"),
    [
        ("Before you continue", "We use cookies. You may choose among them.", True),
        ("Twenty ships cross", f"{OTHER} More is to follow.", False),
        ("Twenty ships cross", SHIPS.replace("Twelve", "Twenty"), False),
        ("Withdrawn", "Retraction: This article has been retracted by the editors.", False),
        (TITLE, "The live coverage has moved on.", False),
    ],
)
def test_page_without_a_sentence_of_the_article_is_another(
    title: str, text: str, is_other: bool
) -> None:
    assert is_other_article(version(), Article(title=title, text=text)) is is_other


def test_changed_figure_in_a_key_sentence_is_shown_before_and_after() -> None:
    later = SHIPS.replace("Twelve", "Fourteen")

    found = change(TEXT.replace(SHIPS, later))

    assert found is not None
    assert found.passages == (Wording(was=SHIPS, now=later),)


def test_negation_in_a_key_sentence_is_a_change() -> None:
    assert change(TEXT.replace("will begin", "will not begin")) is not None


def test_changed_day_of_an_event_is_a_change() -> None:
    assert change(TEXT.replace("5 December", "6 December")) is not None


def test_correction_note_is_a_change_with_its_signal() -> None:
    note = "Correction: An earlier version of this article misstated the number of ships."

    found = change(f"{TEXT} {note}")

    assert found is not None
    assert (found.note, found.signal) == (note, SignalKind.CORRECTION)


def test_known_correction_note_is_no_change() -> None:
    text = f"{TEXT} Correction: An earlier version of this article misstated the number of ships."

    assert find_change(version(text), Article(title=TITLE, text=text), feed_title=TITLE) is None


@pytest.mark.parametrize(
    "text",
    [
        f"Updated 30 November 2026 at 10:32 GMT. {TEXT}",
        f"{TEXT} 214 comments",
        f"3 minutes ago. {TEXT}",
        f"{TEXT} Read more: Fleet crosses the Taiwan Strait at dawn.",
        TEXT.replace("ministry", "minsitry"),
        TEXT.replace("the ministry said", "said the ministry").replace("said the ", "the ")
        + " Said.",
        f"{TALKS} {SHIPS} {OTHER}",
        TEXT.replace("Monday, the", "Monday,  the"),
        OTHER,
        f"{TEXT} {OTHER} A new paragraph about the weather in Taiwan was added by the editor.",
    ],
)
def test_boilerplate_and_rewriting_are_no_change(text: str) -> None:
    assert change(text) is None


@pytest.mark.parametrize(
    "title",
    [
        "",
        TITLE.upper(),
        "Twelve ships cross Taiwan Strait",
        "Twelve ships crosses the Taiwan Strait",
        f"{TITLE} – updated 10:32",
    ],
)
def test_headline_that_says_the_same_is_no_change(title: str) -> None:
    assert change(title=title) is None


def test_headline_that_the_feed_has_already_is_no_change() -> None:
    new = "Twenty ships cross the Taiwan Strait"

    assert change(title=new, feed_title=new) is None


def test_headline_that_returns_is_no_change() -> None:
    tried = "Twenty ships cross the Taiwan Strait"
    article = Article(title=tried, text=TEXT)
    second = read_version(article, ["Taiwan"], before=version())

    assert find_change(second, Article(title=TITLE, text=TEXT), feed_title=TITLE) is None


def test_changed_chinese_figure_is_a_change() -> None:
    before = "國防部週一說，十二艘軍艦通過臺灣海峽。"
    after = before.replace("十二", "二十")
    old = read_version(Article(title="軍艦", text=before), ["臺灣"])

    found = find_change(old, Article(title="軍艦", text=after), feed_title="軍艦")

    assert found is not None
    assert found.passages == (Wording(was=before, now=after),)


@pytest.mark.parametrize(
    ("text", "is_expected"),
    [
        ("This article has been removed.", True),
        ("The story is no longer available. The page is no longer available.", True),
        ("此文章已被刪除。", True),
        (TEXT, False),
        (f"The ministry said that the post was removed. {TEXT * 4}", False),
    ],
)
def test_page_that_only_says_that_its_article_was_removed_is_a_removal(
    text: str, is_expected: bool
) -> None:
    assert is_notice_of_removal(Article(title="", text=text)) is is_expected
