"""Commands and pages say why a report is in its story in words that people read."""

from builders import make_entry
from straitwatch.core.fold_words import describe_fold
from straitwatch.core.model import Fold, Relation


def described(title: str, fold: Fold | None) -> str:
    return describe_fold(fold, make_entry(title))


def make_fold(*evidence: str) -> Fold:
    return Fold(
        story_id="s1",
        relation=Relation.SAME_EVENT,
        reason="same-event",
        score=0.4,
        threshold=0.2,
        evidence=evidence,
    )


def test_stems_are_shown_as_the_words_of_the_report() -> None:
    said = described("Undersea cables are cut near Matsu", make_fold("unders", "cabl", "matsu"))

    assert said == "same-event 0.40 >= 0.20: undersea, cables, matsu"


def test_term_that_is_not_a_word_of_the_report_is_shown_unchanged() -> None:
    said = described("共軍環台軍演", make_fold("共軍", "xi-jinping"))

    assert said == "same-event 0.40 >= 0.20: 共軍, xi-jinping"


def test_unmatched_entry_has_no_fold_to_describe() -> None:
    assert described("Rain in the mountains", None) == ""
