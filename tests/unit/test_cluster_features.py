"""The features of an entry for comparison with others."""

from dataclasses import replace

import pytest

from builders.features import make_features, make_vector
from straitwatch.core.cluster.features import language_of
from straitwatch.core.cluster.stories import Reading
from straitwatch.core.cluster.text import MAX_TERMS
from straitwatch.core.feature_text import features_from_text, features_to_text
from straitwatch.core.model import EntryKind, SignalKind


def test_word_of_the_title_counts_more_than_one_of_the_lead() -> None:
    words = Reading.of(make_features("Frigates depart", summary="Harbour calm")).words
    weights = dict(zip(words.terms, words.weights, strict=True))

    assert weights["frigat"] > weights["calm"]


def test_long_lead_does_not_grow_a_report_without_bound() -> None:
    summary = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(500))
    features = make_features("Frigates depart", summary=summary)

    assert len({*features.title_terms, *features.lead_terms}) <= MAX_TERMS


def test_empty_entry_has_no_terms() -> None:
    features = make_features("")

    assert (features.title_terms, features.lead_terms, features.figures) == ((), (), ())


def test_only_significant_figures_are_read() -> None:
    assert make_features("Two jets and 45 drones near Keelung").figures == ("45",)


def test_site_of_an_entry_without_an_address_is_its_outlet() -> None:
    assert make_features("Frigates depart", source="Harbour Daily").site == "Harbour Daily"


@pytest.mark.parametrize(
    ("title", "declared", "language"),
    [
        ("Frigates depart", "en-US", "en"),
        ("Frigates depart", "zh", "en"),
        ("穿越台海", "en", "zh"),
        ("穿越台海", "ja", "ja"),
        ("ミサイルを発射", "", "ja"),
        ("해군 훈련", "en", "ko"),
        ("Корабли вышли", "en", "ru"),
        ("Кораблі вийшли", "uk", "uk"),
        ("Fregatten laufen aus", "de", "de"),
    ],
)
def test_language_follows_an_unambiguous_script(title, declared, language) -> None:
    assert language_of(title, declared) == language


def test_features_are_read_back_as_they_were_stored() -> None:
    features = replace(
        make_features(
            "Beijing denies that 45 jets crossed",
            summary="Rubio spoke in Taipei.",
            canonical_url="news.example/a",
            language="en",
        ),
        kind=EntryKind.COMMENTARY,
        signals=(SignalKind.DENIAL,),
        vector=make_vector(1, 2),
    )

    read = features_from_text(
        features_to_text(features),
        entry_id=features.entry_id,
        seen_at=features.seen_at,
        vector=features.vector,
    )

    assert read == features
