"""Term sets whose phrases count only in texts in some languages."""

import pytest

from builders.watchlists import compiled, make_list, make_set
from straitwatch.core.match import Matcher
from straitwatch.core.model import MatchText

CHINESE = "期刊披露中國新型軍艦設計"
JAPANESE = "露中の軍艦が日本海を航行"


def make_matcher(rule: str = "$both") -> Matcher:
    terms = {
        "both": make_set("both", ["$both_ja", "中俄"]),
        "both_ja": make_set("both_ja", ["露中"], languages=("ja",)),
    }
    return compiled(make_list(rule), terms)


@pytest.mark.parametrize("language", ["ja", "", "und"])
def test_term_of_a_language_counts_in_its_language(language: str) -> None:
    assert make_matcher().match(MatchText(title=JAPANESE, language=language))


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "zh_TW", ""])
def test_term_of_a_language_does_not_count_in_another_language(language: str) -> None:
    assert not make_matcher().match(MatchText(title=CHINESE, language=language))


def test_terms_of_other_sets_count_in_every_language() -> None:
    assert make_matcher().match(MatchText(title="中俄海軍聯合演習", language="zh-Hant"))


def test_named_language_wins_over_the_script() -> None:
    assert make_matcher().match(MatchText(title="露中艦艇五隻", language="ja"))


@pytest.mark.parametrize("title", ["러중 露中 함정", "Two fleets: 露中"])
def test_script_tells_an_unnamed_language(title: str) -> None:
    assert not make_matcher().match(MatchText(title=title))


def test_explanation_says_that_the_text_is_in_another_language() -> None:
    (explanation,) = make_matcher().explain(MatchText(title=CHINESE, language="zh-Hant"))

    (masked,) = explanation.masked
    assert (masked.hit.text, masked.inside.text) == ("露中", "a text in zh-Hant")
