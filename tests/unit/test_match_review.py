"""The weekly review of watch-lists."""

from builders.watchlists import compiled, make_list, make_set
from straitwatch.core.match import Review, script_of
from straitwatch.core.model import MatchText, Verdict, WatchList


def reviewed(watchlist: WatchList, *titles: str, terms=None, **more) -> Review:
    review = Review(compiled(watchlist, terms), **more)
    for title in titles:
        review.add(MatchText(title=title), feed="Wire")
    return review


def test_near_misses_are_grouped_by_the_missing_thing() -> None:
    watchlist = make_list("Taiwan AND drill", signals=[(5, "title:Taiwan")])

    review = reviewed(watchlist, "Taiwan talks", "Taiwan votes", "Rain")

    (miss,) = review.near_misses()
    assert (miss.kind, miss.what, miss.count) == ("term", "drill", 2)
    assert [title for _, title, _ in miss.samples] == ["Taiwan talks", "Taiwan votes"]


def test_mention_of_one_word_is_not_a_near_miss() -> None:
    assert reviewed(make_list("Taiwan AND drill"), "A drill in Peru").near_misses() == []


def test_noise_rule_that_decided_is_a_near_miss() -> None:
    watchlist = make_list("台灣", noise=[(4, "地震")])

    (miss,) = reviewed(watchlist, "台灣發生地震").near_misses()

    assert (miss.kind, miss.rule, miss.what) == ("noise", "noise[0]", "地震")


def test_few_words_of_distance_are_near_and_many_are_not() -> None:
    watchlist = make_list("China NEAR/1 Russia", signals=[(5, "China")])

    near = reviewed(watchlist, "China one two three Russia").near_misses()
    far = reviewed(watchlist, "China one two three four five six Russia").near_misses()

    assert [miss.kind for miss in near] == ["distance"]
    assert far == []


def test_most_promising_near_miss_comes_first() -> None:
    watchlist = make_list(
        "Taiwan AND drill", "island AND blockade", signals=[(9, "Taiwan"), (2, "island")]
    )

    review = reviewed(watchlist, "The island", "Taiwan talks")

    assert [miss.what for miss in review.near_misses()] == ["drill", "blockade"]


def test_rules_that_never_held_are_dead() -> None:
    watchlist = make_list("strait", "harbour", noise=[(4, "museum")])

    review = reviewed(watchlist, "Ships in the strait", "The museum")

    assert [record.rule for record in review.dead_rules()] == ["match[1]"]


def test_terms_that_never_hit_are_dead_by_set_and_script() -> None:
    terms = {"sea": make_set("sea", ["strait", "harbour", "海峽", "пролив"])}

    review = reviewed(make_list("$sea"), "Ships in the strait", "В проливе", terms=terms)

    assert review.dead_terms(terms.values()) == {"sea": {"Latin": ["harbour"], "Han": ["海峽"]}}
    assert review.scripts == {"Latin": 1, "Cyrillic": 1}


def test_rules_and_terms_of_irrelevant_entries_are_named() -> None:
    review = Review(compiled(make_list("strait", signals=[(2, "museum")])))
    for verdict in (Verdict.NOT_RELEVANT, Verdict.RELEVANT):
        text = MatchText(title="The strait in the museum")
        review.add(text, feed="Wire", verdicts={"x": verdict})

    rules = {record.rule: record.verdicts for record in review.misleading_rules()}
    assert rules["match[0]"] == {Verdict.NOT_RELEVANT: 1, Verdict.RELEVANT: 1}
    assert {term for term, _ in review.misleading_terms()} == {"strait", "museum"}


def test_only_the_lists_that_are_asked_for_are_reviewed() -> None:
    review = reviewed(make_list("strait"), "Ships", only=["another"])

    assert review.dead_rules() == []


def test_scripts_are_distinguished() -> None:
    titles = ["Taiwan", "台灣", "台湾の海", "Тайвань", "대만"]

    assert [script_of(title) for title in titles] == ["Latin", "Han", "Kana", "Cyrillic", "Hangul"]
