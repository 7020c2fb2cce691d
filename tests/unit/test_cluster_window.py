"""Reports of one event become one story; other events do not."""

from dataclasses import replace

import pytest

from builders.beat import BEAT
from builders.features import make_features, make_vector
from straitwatch.core.cluster import DEFAULT, RECALL, STRICT, FoldProfile, StoryWindow
from straitwatch.core.model import EntryKind, Features, Fold, Novelty, Relation, SignalKind


def fold_all(*reports: Features, profile: FoldProfile = DEFAULT) -> list[Fold]:
    window, folds = StoryWindow(BEAT.lexicon, profile=profile), []
    for report in reports:
        folds.append(window.fold(report))
        window.add(report, folds[-1])
    return folds


def test_first_report_opens_a_story() -> None:
    (fold,) = fold_all(make_features("Frigates leave Zuoying at dawn"))

    assert (fold.relation, fold.reason) == (Relation.NEW, "new-event")
    assert len(fold.story_id) == 10


def test_page_seen_under_another_title_is_the_same_entry() -> None:
    first, second = fold_all(
        make_features("Frigates leave Zuoying", canonical_url="a.example/news/frigates"),
        make_features(
            "What the rice harvest means", canonical_url="a.example/news/frigates", hours=8
        ),
    )

    assert (second.relation, second.reason) == (Relation.SAME_ENTRY, "same-url")
    assert second.story_id == first.story_id


def test_headline_repeated_by_its_site_is_the_same_entry() -> None:
    first, second = fold_all(
        make_features("Frigates leave Zuoying at dawn", canonical_url="a.example/1"),
        make_features(
            "Frigates leave Zuoying at dawn", canonical_url="a.example/fleet/1", hours=10
        ),
    )

    assert (second.relation, second.reason) == (Relation.SAME_ENTRY, "same-title")
    assert second.story_id == first.story_id


def test_generic_headline_is_another_page_each_day() -> None:
    _, second = fold_all(
        make_features("Morning briefing", canonical_url="a.example/1"),
        make_features("Morning briefing", canonical_url="a.example/2", hours=90),
    )

    assert second.relation is Relation.NEW


def test_copy_in_another_outlet_is_a_duplicate_that_names_its_original() -> None:
    _, second = fold_all(
        make_features("Frigates leave Zuoying at dawn", canonical_url="a.example/1"),
        make_features("Frigates leave Zuoying at dawn - Port News", canonical_url="b.example/9"),
    )

    assert (second.relation, second.reason) == (Relation.DUPLICATE, "near-duplicate")
    assert second.evidence == ("frigates leave zuoying at dawn",)


@pytest.mark.parametrize(("hours", "relation"), [(1, Relation.DUPLICATE), (70, Relation.NEW)])
def test_half_alike_is_a_copy_only_while_the_story_is_near(hours: int, relation: Relation) -> None:
    _, second = fold_all(
        make_features("Two frigates leave Zuoying harbour at dawn"),
        make_features("Two frigates leave Zuoying base before dawn", hours=hours),
    )

    assert second.relation is relation


def test_retelling_joins_the_event_and_says_by_which_terms() -> None:
    first, second = fold_all(
        make_features("Taiwan scrambles fighters as bombers circle the island"),
        make_features(
            "Air force in Taiwan sends up jets after bombers fly round the island", hours=2
        ),
    )

    assert (second.relation, second.story_id) == (Relation.SAME_EVENT, first.story_id)
    assert "bomb" in second.evidence
    assert second.score >= second.threshold > 0


def test_next_instalment_of_a_template_opens_its_own_story() -> None:
    first, second = fold_all(
        make_features("PRESS DIGEST - Hong Kong - June 27"),
        make_features("PRESS DIGEST - Hong Kong - June 28", hours=24),
    )

    assert second.relation is Relation.NEW
    assert second.story_id != first.story_id


def test_story_accepts_no_report_after_three_days() -> None:
    _, second = fold_all(
        make_features("Taiwan scrambles fighters as bombers circle the island"),
        make_features("Taiwan scrambles fighters as bombers circle the island", hours=73),
    )

    assert second.relation is Relation.NEW


def test_one_lists_stories_are_not_open_to_another_list() -> None:
    _, second = fold_all(
        make_features("Frigates leave Zuoying at dawn", watchlists=("strait",)),
        make_features("Frigates leave Zuoying at dawn", watchlists=("shipping",)),
    )

    assert second.relation is Relation.NEW


def test_report_on_two_lists_links_them() -> None:
    first, _, third = fold_all(
        make_features("Frigates leave Zuoying at dawn", watchlists=("strait",)),
        make_features("Frigates leave Zuoying at dawn", watchlists=("strait", "shipping"), hours=1),
        make_features("Frigates leave Zuoying at dawn", watchlists=("shipping",), hours=2),
    )

    assert third.story_id == first.story_id


def test_fold_does_not_change_the_window() -> None:
    window = StoryWindow(BEAT.lexicon)
    report = make_features("Frigates leave Zuoying at dawn")

    assert window.fold(report) == window.fold(report)
    assert window.fold(report).relation is Relation.NEW


# ---------------------------------------------------------------- across languages

CARRIER = "Carrier Shandong holds live-fire drill off Penghu"
CARRIER_ZH = "山東艦在澎湖外海實彈演習"


def test_names_join_languages_without_vectors() -> None:
    english, chinese = fold_all(make_features(CARRIER), make_features(CARRIER_ZH, hours=2))

    assert (chinese.relation, chinese.story_id) == (Relation.SAME_EVENT, english.story_id)
    assert {"Shandong carrier", "Penghu", "live-fire"} <= {
        name.removeprefix("@") for name in chinese.evidence
    }


def test_story_that_shares_too_few_names_is_possibly_related() -> None:
    english, chinese = fold_all(
        make_features(CARRIER), make_features("山東艦停靠三亞 澎湖漁民憂實彈危險區", hours=20)
    )

    assert chinese.relation is Relation.NEW
    assert chinese.related is not None
    assert chinese.related.story_id == english.story_id


def test_meaning_joins_languages_that_share_no_name() -> None:
    english, korean = fold_all(
        make_features("Ferry turned back at dawn", language="en", vector=make_vector(1, 0, 0)),
        make_features("새벽에 여객선 회항", hours=1, vector=make_vector(1, 0.1, 0)),
    )

    assert (korean.relation, korean.story_id) == (Relation.SAME_EVENT, english.story_id)


def test_report_with_vector_joins_story_without_one_by_words() -> None:
    drills = make_features("China launches drills around Taiwan after speech")
    retold = make_features("Chinese military begins exercises near Taiwan following Lai speech")
    harvest = make_features("Rice harvest in Yilan county starts early", vector=make_vector(0, 1))

    *_, without = fold_all(drills, harvest, retold)
    first, _, second = fold_all(drills, harvest, replace(retold, vector=make_vector(1, 0)))

    assert (second.relation, second.story_id) == (Relation.SAME_EVENT, first.story_id)
    assert (second.score, second.threshold) == (without.score, without.threshold)


def test_vectors_of_two_models_are_never_compared() -> None:
    other = make_vector(1, 0.1, 0, model="another-model")
    _, korean = fold_all(
        make_features("Ferry turned back at dawn", language="en", vector=make_vector(1, 0, 0)),
        make_features("새벽에 여객선 회항", hours=1, vector=other),
    )

    assert korean.relation is Relation.NEW


@pytest.mark.parametrize(("above", "is_probable"), [(0.03, True), (0.1, False)])
def test_report_near_the_bar_is_only_probably_the_same_event(above, is_probable) -> None:
    first = make_features("Tanker runs aground off Suao as engine fails")
    second = make_features("Crew leaves a tanker near Suao in heavy fog", hours=1)
    _, fold = fold_all(first, second)
    to_bar = fold.score - fold.threshold - above
    profile = replace(DEFAULT, words_base=DEFAULT.words_base + to_bar)

    _, fold = fold_all(first, second, profile=profile)

    assert fold.is_probable is is_probable


@pytest.mark.parametrize(("outlet", "is_new"), [("Port News", True), ("Wire", False)])
def test_outlet_that_wrote_a_story_alone_hardly_reports_it_again(outlet: str, is_new: bool) -> None:
    first = make_features("Tanker runs aground off Suao as engine fails", source="Port News")
    second = make_features("Crew leaves a tanker near Suao in heavy fog", hours=1, source="Wire")
    _, fold = fold_all(first, second)
    near = replace(DEFAULT, words_base=DEFAULT.words_base + fold.score - fold.threshold - 0.03)

    _, fold = fold_all(first, replace(second, outlet=outlet), profile=near)

    assert (fold.relation is Relation.NEW) is is_new


def test_posts_without_a_title_are_compared_by_the_beginning_of_their_texts() -> None:
    first, second, copy = fold_all(
        make_features("", summary="Twelve aircraft crossed the median line", hours=0),
        make_features("", summary="The minister leaves for Palau in the evening", hours=1),
        make_features("Twelve aircraft crossed the median line", hours=2),
    )

    assert second.relation is Relation.NEW
    assert (copy.relation, copy.story_id) == (Relation.DUPLICATE, first.story_id)


@pytest.mark.parametrize(("above", "is_probable"), [(0.1, True), (0.2, False)])
def test_report_that_names_somebody_new_must_be_nearer(above, is_probable) -> None:
    first = make_features("Tanker runs aground off Suao as engine fails")
    second = make_features("Rubio: crew leaves a tanker near Suao in heavy fog", hours=1)
    _, fold = fold_all(first, second)
    to_bar = fold.score - fold.threshold - above
    profile = replace(DEFAULT, words_base=DEFAULT.words_base + to_bar)

    _, fold = fold_all(first, second, profile=profile)

    assert "Rubio" in fold.novelty.names
    assert fold.is_probable is is_probable


def test_report_that_shares_only_words_of_the_beat_is_at_most_probable() -> None:
    _, fold = fold_all(
        make_features("Blockade of the Taiwan Strait"),
        make_features("Fleet crosses the Taiwan Strait at dawn", hours=1),
        profile=RECALL,
    )

    assert fold.is_probable or fold.relation is Relation.NEW


def test_short_headlines_that_share_only_words_of_the_beat_are_not_copies() -> None:
    _, fold = fold_all(
        make_features("PLA fleet crosses Taiwan Strait"),
        make_features("PLA jets near Taiwan Strait", hours=1),
    )

    assert fold.is_probable or fold.relation is Relation.NEW


def test_opposite_is_another_event_or_another_text() -> None:
    _, refusal = fold_all(
        make_features("Manila demands that Tokyo withdraw the frigate"),
        make_features("Tokyo rejects demand that it withdraw the frigate", hours=1),
    )

    assert refusal.relation is Relation.NEW


def test_end_of_an_exercise_is_not_a_copy_of_its_beginning() -> None:
    _, end = fold_all(
        make_features("Navy holds Sea Lantern drill off Hualien"),
        make_features("Navy ends Sea Lantern drill off Hualien", hours=5),
    )

    assert end.relation is Relation.SAME_EVENT


def test_roundup_does_not_represent_a_story() -> None:
    roundup = make_features("Ferry strike, tanker aground off Suao", kind=EntryKind.ROUNDUP)
    _, report = fold_all(roundup, make_features("Tanker runs aground off Suao", hours=1))

    assert report.relation is Relation.NEW


def test_commentary_does_not_draw_a_story_towards_itself() -> None:
    first = make_features("Tanker runs aground off Suao as engine fails")
    comment = make_features(
        "Why the tanker aground off Suao shames insurers", kind=EntryKind.COMMENTARY, hours=1
    )
    _, attached, insurers = fold_all(
        first, comment, make_features("Insurers shamed in parliament over premiums", hours=2)
    )

    assert attached.relation is Relation.SAME_EVENT
    assert insurers.relation is Relation.NEW


def test_names_in_half_of_the_reports_do_not_relate_stories() -> None:
    _, chinese = fold_all(
        make_features("China and Russia discuss Taiwan in Moscow"),
        make_features("中國與俄羅斯在北京談台灣", hours=1),
    )

    assert chinese.related is None


def test_story_in_the_same_language_is_compared_by_words_only() -> None:
    _, second = fold_all(
        make_features("Shandong put to sea"),
        make_features("Penghu hears live-fire while the Shandong waits", hours=1),
    )

    assert second.related is None


def test_one_lists_stories_are_not_related_to_anothers() -> None:
    _, chinese = fold_all(
        make_features(CARRIER, watchlists=("one",)),
        make_features(CARRIER_ZH, hours=2, watchlists=("other",)),
    )

    assert chinese.related is None


def test_story_has_no_related_reports_after_three_days() -> None:
    _, chinese = fold_all(make_features(CARRIER), make_features(CARRIER_ZH, hours=73))

    assert chinese.related is None


# ---------------------------------------------------------------- profiles

ALIKE = (
    "Frigates from Zuoying escort a convoy to Penghu",
    "Convoy of trucks blocks the road to the harbour",
)


@pytest.mark.parametrize(
    ("profile", "relation"), [(RECALL, Relation.SAME_EVENT), (STRICT, Relation.NEW)]
)
def test_list_folds_as_readily_as_its_profile_says(profile, relation) -> None:
    window = StoryWindow(BEAT.lexicon)
    first, second = (make_features(title, hours=n) for n, title in enumerate(ALIKE))
    window.add(first, window.fold(first))

    assert window.fold(second, {"strait": profile}).relation is relation


def test_another_lists_profile_has_no_effect() -> None:
    window = StoryWindow(BEAT.lexicon)
    first, second = (make_features(title, hours=n) for n, title in enumerate(ALIKE))
    window.add(first, window.fold(first))

    assert window.fold(second, {"other": RECALL}) == window.fold(second)


@pytest.mark.parametrize(
    ("fold", "said"),
    [
        ({"relation": Relation.NEW, "reason": "new-event"}, "new-event"),
        (
            {"relation": Relation.NEW, "reason": "new-event", "score": 0.1, "threshold": 0.2},
            "new-event 0.10 < 0.20",
        ),
        (
            {"relation": Relation.NEW, "reason": "new-event", "score": 0.2181, "threshold": 0.219},
            "new-event 0.2181 < 0.2190",
        ),
        (
            {
                "relation": Relation.SAME_EVENT,
                "reason": "by-hand",
                "score": 0.17,
                "threshold": 0.18,
            },
            "by-hand",
        ),
        (
            {
                "relation": Relation.SAME_EVENT,
                "reason": "same-event",
                "score": 0.41,
                "threshold": 0.24,
                "evidence": ("taiwan", "@Penghu"),
            },
            "same-event 0.41 >= 0.24: taiwan, Penghu",
        ),
        (
            {
                "relation": Relation.SAME_EVENT,
                "reason": "same-event",
                "score": 0.41,
                "threshold": 0.24,
            },
            "same-event 0.41 >= 0.24: by meaning",
        ),
        (
            {
                "relation": Relation.DUPLICATE,
                "reason": "near-duplicate",
                "score": 0.9,
                "evidence": ("fleet at sea",),
            },
            "near-duplicate 0.90: fleet at sea",
        ),
    ],
)
def test_reason_of_a_fold_shows_its_figures(fold: dict, said: str) -> None:
    assert str(Fold(story_id="s1", **fold)) == said


def test_report_without_a_similar_story_shows_no_threshold() -> None:
    (fold,) = fold_all(make_features("Frigates leave Zuoying at dawn"))

    assert str(fold) == "new-event"


def test_new_story_names_the_nearest_one() -> None:
    first, second = fold_all(
        make_features("Frigates leave Zuoying at dawn"),
        make_features("Zuoying mayor opens library, museum and swimming hall in spring", hours=1),
    )

    assert second.relation is Relation.NEW
    assert str(second).endswith(f": nearest {first.story_id}")


def test_novelty_of_a_report_is_described_in_words() -> None:
    novelty = Novelty(
        signals=(SignalKind.DENIAL,),
        voices=("ministry",),
        acts=("exercise:dragon",),
        figures=("9",),
    )

    assert str(novelty) == (
        "denial; ministry speaks for the first time; deeds: exercise dragon; figures: 9"
    )
    sides = Novelty(sides=("Taiwan", "Reuters"), unsaid=("Reuters",))
    assert str(sides) == "Taiwan speaks or acts for the first time"
    assert str(Novelty(figures=("11",))) == "figures: 11; too little for an update"
    assert str(Novelty()) == ""
