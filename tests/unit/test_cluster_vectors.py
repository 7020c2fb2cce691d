"""Where reports meet by meaning: within a language, across languages, and not across models."""

import numpy as np
import pytest

from builders.beat import BEAT
from builders.features import MODEL, make_features, make_vector
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.cluster.vectors import VectorIndex
from straitwatch.core.model import Features, Fold, Relation

CHINESE = "海巡署證實貨輪在淡水外海沉沒"
ENGLISH = "Coast guard confirms freighter sank off Tamsui"
HERE, THERE = (1.0, 0.1, 0.0), (0.0, 0.1, 1.0)  # two directions far apart


def fold_all(*reports: Features) -> list[Fold]:
    window, folds = StoryWindow(BEAT.lexicon), []
    for report in reports:
        folds.append(window.fold(report))
        window.add(report, folds[-1])
    return folds


def test_one_event_in_two_languages_is_one_story_by_its_meaning() -> None:
    first, second = fold_all(
        make_features(ENGLISH, vector=make_vector(*HERE)),
        make_features(CHINESE, hours=1, vector=make_vector(*HERE)),
    )

    assert (second.relation, second.story_id) == (Relation.SAME_EVENT, first.story_id)


def test_two_languages_are_two_stories_where_the_meaning_differs() -> None:
    _, second = fold_all(
        make_features(ENGLISH, vector=make_vector(*HERE)),
        make_features(CHINESE, hours=1, vector=make_vector(*THERE)),
    )

    assert second.relation is Relation.NEW


def test_two_languages_without_vectors_and_names_are_two_stories() -> None:
    _, second = fold_all(make_features(ENGLISH), make_features(CHINESE, hours=1))

    assert second.relation is Relation.NEW


def test_vectors_of_two_models_are_never_compared() -> None:
    _, second = fold_all(
        make_features(ENGLISH, vector=make_vector(*HERE)),
        make_features(CHINESE, hours=1, vector=make_vector(*HERE, model="another-model")),
    )

    assert second.relation is Relation.NEW


def test_report_without_a_vector_still_folds_by_its_words() -> None:
    first, second = fold_all(
        make_features(ENGLISH, vector=make_vector(*HERE)),
        make_features("Freighter sank off Tamsui, coast guard confirms", hours=1),
    )

    assert second.story_id == first.story_id


# ---------------------------------------------------------------- the index


def centered(index: VectorIndex, *direction: float) -> np.ndarray:
    return index.center(make_vector(*direction), "en")


def test_nearest_story_comes_first() -> None:
    index = VectorIndex(MODEL, 3)
    index.add("far", centered(index, *THERE))
    index.add("near", centered(index, *HERE))

    assert index.nearest(centered(index, *HERE))[0] == "near"


def test_closed_story_is_not_found() -> None:
    index = VectorIndex(MODEL, 3)
    index.add("story", centered(index, *HERE))
    index.close("story")

    assert index.nearest(centered(index, *HERE)) == []
    assert index.likeness("story", centered(index, *HERE)).nearest == 0


def test_old_reports_make_room_and_their_story_stays() -> None:
    index = VectorIndex(MODEL, 3)
    index.add("old", centered(index, *HERE))
    for _ in range(4096):
        index.skip()

    likeness = index.likeness("old", centered(index, *HERE))

    assert index.nearest(centered(index, *HERE)) == []
    assert likeness.nearest == pytest.approx(likeness.centroid) == pytest.approx(1, abs=0.02)


def test_common_direction_of_all_vectors_does_not_make_reports_alike() -> None:
    index = VectorIndex(MODEL, 3)
    raw = [make_vector(5, 1, 0), make_vector(5, 0, 1)]
    for _ in range(200):
        for vector in raw:
            index.count(vector, "en")

    one, other = (index.center(vector, "en") for vector in raw)

    assert float(one @ other) < 0


def test_vector_of_zeros_is_not_similar_to_others() -> None:
    index = VectorIndex(MODEL, 3)
    index.add("story", centered(index, *HERE))

    assert index.likeness("story", centered(index, 0, 0, 0)).nearest == 0
