"""Near misses, and the rules that decide between two sets of lists."""

import pytest

from builders.watchlists import compiled, make_list, make_set
from straitwatch.core.match import (
    Explanation,
    MissKind,
    NearMiss,
    find_deciding_rules,
    find_near_miss,
)
from straitwatch.core.model import MatchText, SourceFilter, WatchList


def explained(watchlist: WatchList, title: str, **more) -> Explanation:
    terms = more.pop("terms", None)
    (explanation,) = compiled(watchlist, terms).explain(MatchText(title=title, **more))
    return explanation


def nearest(watchlist: WatchList, title: str, **more) -> NearMiss:
    found = find_near_miss(explained(watchlist, title, **more))
    assert found is not None
    return found


def test_list_that_fires_has_no_near_miss() -> None:
    assert find_near_miss(explained(make_list("strait"), "Ships in the strait")) is None


def test_text_about_something_else_is_not_a_near_miss() -> None:
    assert find_near_miss(explained(make_list("strait AND ships AND dawn"), "Rain at dawn")) is None


def test_one_missing_term_is_named() -> None:
    found = nearest(make_list("Китай AND учения"), "Китай строит мост")

    assert (found.kind, found.what) == (MissKind.TERM, "учения")
    assert found.text == "match[0] lacks one thing: учения"


def test_words_of_distance_too_many_are_counted() -> None:
    found = nearest(make_list("China NEAR/2 Russia"), "China one two three four Russia")

    assert (found.kind, found.excess) == (MissKind.DISTANCE, 2)


def test_smallest_distance_wins_over_a_missing_term() -> None:
    watchlist = make_list("China AND drill", "China NEAR/1 Russia")

    assert nearest(watchlist, "China one two Russia").rule == "match[1]"


def test_noise_rule_that_decided_is_named_with_its_points_and_words() -> None:
    found = nearest(make_list("台灣", noise=[(4, "地震")]), "台灣發生地震")

    assert found.kind is MissKind.NOISE
    assert found.text == "noise[0] subtracts 4 points (地震): 6 of 10"


def test_two_noise_rules_that_decide_together_are_not_a_near_miss() -> None:
    watchlist = make_list("Taiwan", signals=[(2, "film")], noise=[(4, "storm"), (4, "film")])

    assert find_near_miss(explained(watchlist, "Taiwan storm film")).kind is MissKind.POINTS


def test_points_that_do_not_reach_are_counted() -> None:
    watchlist = make_list(threshold=10, signals=[(6, "Taiwan"), (6, "drill")])

    found = nearest(watchlist, "Taiwan wins")

    assert (found.kind, found.text) == (MissKind.POINTS, "6 of 10 points")


def test_masked_term_is_shown_with_its_mask() -> None:
    terms = {"strait": make_set("strait", ["台海"], not_inside=["烟台海"])}

    found = nearest(make_list("$strait"), "烟台海關查獲走私", terms=terms)

    assert (found.kind, found.what) == (MissKind.MASK, "台海 inside 烟台海")


def test_exclusion_and_a_filter_are_named_when_the_points_would_do() -> None:
    excluded = nearest(make_list("strait", exclude=["museum"]), "The strait in the museum")
    filtered = nearest(
        make_list("strait", sources=SourceFilter(exclude=("Gossip",))),
        "Ships in the strait",
        source="Gossip",
    )

    assert (excluded.kind, excluded.text) == (MissKind.EXCLUDE, "exclude[0] excludes it: museum")
    assert (filtered.kind, filtered.what) == (MissKind.FILTER, "feed Gossip is excluded")


@pytest.mark.parametrize(
    ("fires", "other", "tips"),
    [
        (make_list("a", "strait"), make_list("a"), ["match[1] +10: strait"]),
        (make_list("strait"), make_list("a", "strait"), []),
        (make_list("strait"), make_list("strait", noise=[(5, "fog")]), ["noise[0] -5: fog"]),
        (make_list("strait"), make_list("strait", exclude=["fog"]), ["exclude[0]"]),
    ],
)
def test_deciding_rules_are_named_by_their_text(fires, other, tips) -> None:
    title = "Fog in the strait"

    assert list(find_deciding_rules(explained(fires, title), explained(other, title))) == tips


def test_new_list_is_explained_by_its_rules() -> None:
    fires = explained(make_list("strait"), "Ships in the strait")

    assert list(find_deciding_rules(fires, None)) == ["match[0] +10: strait"]
