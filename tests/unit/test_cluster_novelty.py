"""The novelty of a report compared with everything sent about its story."""

import pytest

from builders.beat import BEAT
from builders.features import make_features
from straitwatch.core.cluster.novelty import find_novelty
from straitwatch.core.model import NO_NOVELTY, Novelty, SignalKind


def novelty_of(report: str, *sent: str, summary: str = "") -> Novelty:
    features = make_features(report, hours=len(sent), summary=summary)
    return find_novelty(
        features, [make_features(one, hours=n) for n, one in enumerate(sent)], BEAT.lexicon
    )


def test_repeat_of_a_sent_report_adds_no_novelty() -> None:
    title = "Beijing protests to Tokyo over a transit of the strait"

    assert novelty_of(title, title) == NO_NOVELTY


@pytest.mark.parametrize(
    ("report", "sent", "side"),
    [
        ("Beijing rejects Tokyo's protest", "Tokyo protests over patrol", "china"),
        (
            "Washington calls on both to talk",
            "Tokyo protests over patrol by Beijing",
            "united states",
        ),
    ],
)
def test_country_that_answers_is_a_development(report: str, sent: str, side: str) -> None:
    novelty = novelty_of(report, sent)

    assert novelty.is_development
    assert any(side in found.lower() for found in novelty.sides), novelty.sides


def test_body_that_speaks_for_the_first_time_is_a_development() -> None:
    novelty = novelty_of(
        "Ships have left: Taiwan's defence ministry", "Two ships seen east of Hualien"
    )

    assert novelty.voices


def test_body_that_has_spoken_before_is_not_a_development() -> None:
    novelty = novelty_of(
        "Ships have left: Taiwan's defence ministry",
        "Taiwan's defence ministry says ships arrived",
    )

    assert novelty.voices == ()


@pytest.mark.parametrize(
    ("report", "sent"),
    [
        ("China fires missiles into waters near Taiwan", "Four ships cross the median line"),
        ("China launches ballistic missiles near Taiwan", "Four ships cross the median line"),
        ("Китай выпустил ракеты у берегов Тайваня", "Четыре корабля пересекли срединную линию"),
        ("共軍向台灣周邊海域發射飛彈", "4艘海警船越過海峽中線"),
        ("中国、台湾周辺海域にミサイル発射", "中国海警船4隻が中間線越え"),
    ],
)
def test_missile_launch_is_a_new_deed(report: str, sent: str) -> None:
    assert "launch" in novelty_of(report, sent).acts


@pytest.mark.parametrize(
    ("report", "sent"),
    [
        ("China fires missiles into waters near Taiwan", "China tests missile east of Taiwan"),
        ("China tests missile east of Taiwan", "China fires missiles into waters near Taiwan"),
    ],
)
def test_test_of_a_missile_and_its_launch_are_one_deed(report: str, sent: str) -> None:
    assert novelty_of(report, sent).acts == ()


def test_action_that_no_report_mentioned_is_a_development() -> None:
    novelty = novelty_of("Coast guard detains captain of the tanker", "Tanker seen off Penghu")

    assert novelty.acts


def test_end_of_an_action_is_a_development() -> None:
    novelty = novelty_of("China ends drills near Taiwan", "China begins drills near Taiwan")

    assert novelty.opposites


def test_one_sent_report_with_the_same_news_is_enough() -> None:
    novelty = novelty_of(
        "China ends drills near Taiwan",
        "China begins drills near Taiwan",
        "China ends drills near Taiwan early",
    )

    assert novelty.opposites == ()


def test_signal_counts_once() -> None:
    denial = (SignalKind.DENIAL,)
    report = make_features("Ministry denies it", hours=2, signals=denial)

    first = find_novelty(report, [make_features("Jets crossed")], BEAT.lexicon)
    second = find_novelty(
        report, [make_features("Ministry denies", hours=1, signals=denial)], BEAT.lexicon
    )

    assert (first.signals, second.signals) == (denial, ())


def test_new_names_and_figures_are_shown_but_are_not_a_development() -> None:
    novelty = novelty_of("Ships pass Kinmen, 45 counted", "Ships pass the island")

    assert novelty.figures == ("45",)
    assert not novelty.is_development


def test_action_is_compared_with_sent_reports_in_its_language() -> None:
    japanese = "米軍、タイフォンを岩国から撤去"
    sent = "US pulls Typhon launcher out of Iwakuni"

    assert novelty_of(japanese, sent).acts == ()


def test_medium_and_country_of_a_sent_headline_are_not_news() -> None:
    novelty = novelty_of(
        "Taiwan rejects the Washington Post's account",
        "Beijing wants words against Taiwan independence, envoy says",
    )

    assert "Taiwan" not in novelty.shown((*novelty.sides, *novelty.names))
    assert "Washington Post" not in str(novelty)


def test_country_without_a_mention_in_headlines_is_named() -> None:
    novelty = novelty_of("Beijing rejects Tokyo's protest", "Tokyo protests over patrol")

    assert "China speaks or acts for the first time" in str(novelty)
