"""Decisions: alert, update, digest or none, with a reason."""

from dataclasses import replace

import pytest

from builders import make_entry, make_fold, make_story, report_of
from straitwatch.core.decide import decide
from straitwatch.core.model import (
    NO_NOVELTY,
    Action,
    AlertPolicy,
    Decision,
    EntryKind,
    Fold,
    Kind,
    Novelty,
    Reason,
    Relation,
    ReportStatus,
    Severity,
    SignalKind,
    Story,
)

NEW = make_fold()
SAME_EVENT = make_fold(Relation.SAME_EVENT)
DUPLICATE = make_fold(Relation.DUPLICATE)
SAME_ENTRY = make_fold(Relation.SAME_ENTRY)
SENT = make_story(sent_severity=Severity.NORMAL, sent_languages=("en",))
UNSENT = make_story(revision=0, alerted_at=None)
COMMENTARY = Kind(kind=EntryKind.COMMENTARY, evidence="Opinion:", field="title")
ROUNDUP = Kind(kind=EntryKind.ROUNDUP, evidence="Morning briefing", field="title")


def decided(
    before: Story | None,
    fold: Fold = SAME_EVENT,
    *,
    after: Story | None = None,
    severity: Severity = Severity.NORMAL,
    policy: AlertPolicy | None = None,
    **changes: object,
) -> Decision:
    """Decide about a report of Example Wire, in English."""
    report = report_of(make_entry("Another title"), **changes)
    story = after or before or UNSENT
    return decide(report, fold, before, story, severity=severity, policy=policy or AlertPolicy())


def adding(fold: Fold = SAME_EVENT, **novelty: object) -> Fold:
    return replace(fold, novelty=replace(NO_NOVELTY, **novelty))


def alert(reason: Reason) -> Decision:
    return Decision(action=Action.ALERT, reason=reason)


def update(reason: Reason) -> Decision:
    return Decision(action=Action.UPDATE, reason=reason)


def digest(reason: Reason) -> Decision:
    return Decision(action=Action.DIGEST, reason=reason)


def silent(reason: Reason) -> Decision:
    return Decision(action=Action.NONE, reason=reason)


def test_first_report_of_a_story_alerts() -> None:
    assert decided(None, NEW) == alert(Reason.NEW_STORY)


def test_report_of_a_story_without_alerts_alerts() -> None:
    assert decided(UNSENT) == alert(Reason.NEW_STORY)


def test_page_that_only_another_feed_held_back_alerts_in_its_own_feed() -> None:
    assert decided(UNSENT, SAME_ENTRY) == alert(Reason.NEW_STORY)


def test_page_that_its_own_outlet_held_back_stays_silent() -> None:
    own = replace(SAME_ENTRY, is_own_repeat=True)

    assert decided(UNSENT, own) == silent(Reason.KNOWN_ENTRY)


def test_retelling_sends_no_message() -> None:
    assert decided(SENT) == silent(Reason.RETELLING)


def test_first_fetch_of_a_feed_is_silent() -> None:
    assert decided(None, NEW, status=ReportStatus.BASELINE) == silent(Reason.BASELINE)


def test_late_report_goes_to_the_digest() -> None:
    assert decided(None, NEW, status=ReportStatus.LATE) == digest(Reason.LATE)


def test_late_correction_of_a_story_that_was_sent_is_an_update() -> None:
    corrected = adding(SAME_ENTRY, signals=(SignalKind.CORRECTION,))

    assert decided(SENT, corrected, status=ReportStatus.LATE) == update(Reason.CORRECTION)
    assert decided(UNSENT, corrected, status=ReportStatus.LATE) == silent(Reason.KNOWN_ENTRY)


@pytest.mark.parametrize(
    "novelty",
    [
        {"voices": ("Mainland Affairs Council",)},
        {"sides": ("Japan",)},
        {"acts": ("detain",)},
        {"opposites": ("leave, not arrive",)},
    ],
    ids=lambda novelty: next(iter(novelty)),
)
def test_development_is_an_update(novelty: dict[str, object]) -> None:
    assert decided(SENT, adding(**novelty)) == update(Reason.DEVELOPMENT)


def test_new_names_and_figures_alone_are_a_retelling() -> None:
    assert decided(SENT, adding(names=("Kinmen",), figures=("14",))) == silent(Reason.RETELLING)


def test_near_duplicate_that_names_another_speaker_is_a_retelling() -> None:
    fold = adding(DUPLICATE, voices=("Mainland Affairs Council",))

    assert decided(SENT, fold) == silent(Reason.RETELLING)


@pytest.mark.parametrize("novelty", [{"sides": ("Japan",)}, {"acts": ("intercept",)}])
def test_near_duplicate_with_another_deed_is_a_development(novelty: dict[str, object]) -> None:
    assert decided(SENT, adding(DUPLICATE, **novelty)) == update(Reason.DEVELOPMENT)


@pytest.mark.parametrize("fold", [SAME_EVENT, DUPLICATE, SAME_ENTRY])
def test_correction_is_always_an_update(fold: Fold) -> None:
    correction = adding(fold, signals=(SignalKind.CORRECTION,))

    assert decided(SENT, correction) == update(Reason.CORRECTION)


def test_correction_of_an_edited_entry_is_an_update() -> None:
    correction = adding(SAME_ENTRY, signals=(SignalKind.RETRACTION,))

    assert decided(SENT, correction, is_edited=True) == update(Reason.CORRECTION)


def test_probable_report_is_an_update() -> None:
    assert decided(SENT, replace(SAME_EVENT, is_probable=True)) == update(Reason.PROBABLE)


def test_report_that_is_more_severe_gets_its_own_alert() -> None:
    assert decided(SENT, severity=Severity.CRITICAL) == alert(Reason.MORE_SEVERE)


def test_copy_that_is_more_severe_is_an_update() -> None:
    decision = decided(SENT, DUPLICATE, severity=Severity.HIGH)

    assert decision == update(Reason.HIGHER_SEVERITY)


def test_severity_is_compared_with_the_highest_sent_one() -> None:
    before = make_story(severity=Severity.HIGH, sent_severity=Severity.NORMAL)

    assert decided(before, severity=Severity.HIGH) == alert(Reason.MORE_SEVERE)


def test_another_list_is_an_update() -> None:
    after = make_story(watchlists=("taiwan-policy", "other"))

    assert decided(SENT, after=after) == update(Reason.NEW_LIST)


def test_edited_entry_that_newly_matches_a_list_updates_its_story() -> None:
    after = make_story(watchlists=("taiwan-policy", "other"))

    assert decided(SENT, SAME_ENTRY, after=after, is_edited=True) == update(Reason.NEW_LIST)


@pytest.mark.parametrize(
    "novelty", [{"acts": ("shoot",)}, {"sides": ("Japan",)}, {"opposites": ("end, not begin",)}]
)
def test_edit_with_news_is_a_development(novelty: dict[str, object]) -> None:
    edit = replace(SAME_ENTRY, novelty=Novelty(**novelty))

    assert decided(SENT, edit, is_edited=True) == update(Reason.DEVELOPMENT)


@pytest.mark.parametrize("novelty", [{}, {"voices": ("Rubio",)}, {"figures": ("45",)}])
def test_edit_without_news_sends_no_message(novelty: dict[str, object]) -> None:
    edit = replace(SAME_ENTRY, novelty=Novelty(**novelty))

    assert decided(SENT, edit, is_edited=True) == silent(Reason.KNOWN_ENTRY)


def test_known_page_sends_no_message_in_another_feed() -> None:
    assert decided(SENT, SAME_ENTRY) == silent(Reason.KNOWN_ENTRY)


@pytest.mark.parametrize(
    ("kind", "reason"), [(COMMENTARY, Reason.COMMENTARY), (ROUNDUP, Reason.ROUNDUP)]
)
@pytest.mark.parametrize("before", [None, UNSENT, SENT])
def test_commentary_and_roundups_go_to_the_digest(before, kind, reason) -> None:
    decision = decided(before, kind=kind, severity=Severity.CRITICAL)

    assert decision == digest(reason)


def test_first_report_in_another_language_is_an_update() -> None:
    before = replace(SENT, sent_languages=("zh",))

    assert decided(before) == update(Reason.OTHER_LANGUAGE)


def test_second_report_in_a_language_is_a_retelling() -> None:
    before = replace(SENT, sent_languages=("zh", "en"))

    assert decided(before) == silent(Reason.RETELLING)


def test_language_that_the_desk_does_not_read_is_a_retelling() -> None:
    before = replace(SENT, sent_languages=("zh",))

    decision = decided(before, policy=AlertPolicy(languages=("zh", "ja")))

    assert decision == silent(Reason.RETELLING)


def test_language_that_the_desk_names_with_its_script_or_country_is_read() -> None:
    before = replace(SENT, sent_languages=("ja",))

    decision = decided(before, policy=AlertPolicy(languages=("zh-Hant", "en-us")))

    assert decision == update(Reason.OTHER_LANGUAGE)


def test_novelty_is_a_development_only_if_it_is_important() -> None:
    assert not Novelty(names=("Kinmen",), figures=("14",)).is_development
    assert Novelty(voices=("Pentagon",)).is_development
