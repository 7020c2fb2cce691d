"""The contexts of a term."""

import pytest

from straitwatch.core.match import Concordance
from straitwatch.core.match.concordance import make_line, neighbors
from straitwatch.core.model import Hit, Verdict


def hit_of(text: str, term: str) -> Hit:
    start = text.index(term)
    return Hit(term=term, field="title", start=start, end=start + len(term), text=term)


def concordance(term: str, *titles: str, matched: int = 0, **settings) -> Concordance:
    found = Concordance(**settings)
    for at, title in enumerate(titles):
        hits = [hit_of(title, term)]
        found.add({"title": title}, hits, feed="Wire", is_matched=at < matched)
    return found


@pytest.mark.parametrize(
    ("text", "term", "around"),
    [
        ("The Pro-Life America fund", "Pro-Life", ("The", "America")),
        ("河南第一中學開學", "一中", ("第", "學")),
        ("учения НОАК начались", "НОАК", ("учения", "начались")),
        ("중국 해군 훈련", "해군", ("중국", "훈련")),
        ("strait", "strait", ("", "")),
        ("解放軍PLA軍機", "PLA", ("軍", "軍")),
        ("strait 海峽", "strait", ("", "")),
    ],
)
def test_neighbours_are_words_or_single_characters(text, term, around) -> None:
    hit = hit_of(text, term)

    assert neighbors(text, hit.start, hit.end) == around


def test_longer_word_around_most_hits_is_suggested() -> None:
    titles = [f"河南第一中學學生{at}" for at in range(8)] + ["堅持一中原則"] * 2

    found = concordance("一中", *titles)

    assert [(suggestion.inside, suggestion.count) for suggestion in found.suggestions()] == [
        ("一中學", 8),
        ("第一中", 8),
    ]


def test_context_that_lists_match_is_not_suggested() -> None:
    found = concordance("一中", *["堅持一中原則"] * 8, matched=8)

    assert found.suggestions() == []


def test_few_hits_make_no_suggestion() -> None:
    assert concordance("PLA", *["PLA filament sale"] * 3).suggestions() == []


def test_english_neighbour_is_suggested_as_a_phrase() -> None:
    found = concordance("PLA", *["Cheap PLA filament", "New PLA filament"] * 4)

    assert "PLA filament" in [suggestion.inside for suggestion in found.suggestions()]


def test_line_shows_the_hit_with_its_context() -> None:
    text = "One two\nthree strait four five"

    line = make_line(text, hit_of(text, "strait"), feed="Wire", width=6)

    assert (line.left, line.hit, line.right) == ("three ", "strait", " four ")


def test_fields_feeds_and_verdicts_are_counted() -> None:
    found = Concordance(lines_kept=1)
    for feed in ("A", "B", "A"):
        found.add(
            {"title": "strait"},
            [hit_of("strait", "strait")],
            feed=feed,
            is_matched=True,
            verdicts=[Verdict.RELEVANT],
        )

    assert (found.entries, found.matched, found.feeds["A"]) == (3, 3, 2)
    assert found.verdicts == {Verdict.RELEVANT: 3}
    assert len(found.lines) == 1
