"""How rules, sets, masks, points and filters decide."""

import pytest

from builders.watchlists import compiled, make_list, make_set, match_of, problems_of
from straitwatch.core.match import run_examples
from straitwatch.core.model import (
    MatchText,
    Severity,
    SeverityRule,
    Sourced,
    SourceFilter,
    WatchList,
)


@pytest.mark.parametrize(
    ("rule", "text", "holds"),
    [
        ("China AND Russia", "Russia and China", True),
        ("China AND Russia", "China", False),
        ("China AND NOT Taiwan", "China and Japan", True),
        ("China AND NOT Taiwan", "China and Taiwan", False),
        ("China NEAR/2 Russia", "China one two Russia", True),
        ("China NEAR/2 Russia", "Russia one two China", True),
        ("China NEAR/2 Russia", "China one two three Russia", False),
        ("China NEAR/0 (Russia OR Iran)", "Iran, China", True),
        ("China BEFORE/2 Russia", "China and Russia", True),
        ("China BEFORE/2 Russia", "Russia and China", False),
        ("China NEAR/S Russia", "China spoke. Russia did not.", False),
        ("China NEAR/S Russia", "China told the U.S. Navy and Russia", True),
        ("China NEAR/S Russia", "China met Gen. Smith of Russia", True),
        ("中國 NEAR/2 俄羅斯", "中國一二三四俄羅斯", True),
        ("中國 NEAR/2 俄羅斯", "中國一二三四五六俄羅斯", False),
        ("China NEAR/5 China", "China", False),
        ("(China OR Taiwan) NEAR/3 (drill OR exercise)", "exercises near Taiwan", True),
        ("title:China AND summary:Russia", "China", False),
        ("China NEAR/3 South China Sea", "South China Sea", False),
    ],
)
def test_expression_holds_as_written(rule: str, text: str, holds: bool) -> None:
    assert bool(match_of(text, rule)) is holds


def test_fields_are_distinguished() -> None:
    assert match_of(
        "China", "title:China AND summary:Russia AND body:Iran", summary="Russia", content="Iran"
    )
    assert not match_of("Russia", "title:China", summary="China", content="China")


def test_first_lines_of_a_body_replace_a_missing_summary() -> None:
    assert match_of("News", "summary:China", content="China said. " + "x " * 900)
    assert not match_of("News", "summary:China", content="x " * 900 + "China")
    assert not match_of("News", "summary:China", summary="Japan", content="China")


def test_list_may_look_at_some_fields_only() -> None:
    matcher = compiled(make_list("China", fields=("title",)))

    assert not matcher.match(MatchText(title="News", summary="China"))


def test_hit_inside_a_longer_mask_does_not_count() -> None:
    terms = {"taiwan": make_set("taiwan", ["Taiwan"], ["Taiwan Semiconductor"])}

    assert not match_of("Taiwan Semiconductor grows", "$taiwan", terms=terms)
    match = match_of("Taiwan Semiconductor leaves Taiwan", "$taiwan", terms=terms)
    assert match is not None
    assert [hit.start for hit in match.hits] == [28]


def test_mask_concerns_its_own_set_only() -> None:
    terms = {"taiwan": make_set("taiwan", ["Taiwan"], ["Taiwan Semiconductor"])}

    assert match_of("Taiwan Semiconductor", "$taiwan OR Taiwan", terms=terms)


def test_sets_are_made_of_sets_and_keep_their_masks() -> None:
    terms = {
        "taiwan": make_set("taiwan", ["Taiwan"], ["Taiwan Semiconductor"]),
        "asia": make_set("asia", ["$taiwan", "Japan"], ["Japan Airlines"]),
    }

    assert match_of("Taiwan", "$asia", terms=terms)
    assert not match_of("Taiwan Semiconductor and Japan Airlines", "$asia", terms=terms)


def _scored(title: str, **kwargs: object) -> int | None:
    matches = compiled(make_list("China", **kwargs)).match(MatchText(title=title))
    return matches[0].score if matches else None


def test_match_rule_is_worth_the_threshold_and_counts_once() -> None:
    assert _scored("China") == 10
    matcher = compiled(make_list("China", "Beijing"))
    assert matcher.match(MatchText(title="China Beijing"))[0].score == 10


def test_noise_outweighs_a_bare_match_and_signals_outweigh_noise() -> None:
    rules = {"signals": [(5, "warship")], "noise": [(4, "earthquake")]}

    assert _scored("China earthquake", **rules) is None
    assert _scored("China warship earthquake", **rules) == 11


def test_signals_alone_must_reach_the_threshold() -> None:
    rules = {"signals": [(5, "Japan"), (5, "Korea")]}

    assert _scored("Japan", **rules) is None
    assert _scored("Japan Korea", **rules) == 10


def test_exclude_rule_is_a_veto() -> None:
    assert _scored("China crossword", exclude=["crossword"]) is None


def test_first_severity_line_that_holds_counts() -> None:
    levels = (
        SeverityRule(level=Severity.CRITICAL, when=Sourced(text="invasion")),
        SeverityRule(level=Severity.HIGH, min_points=15),
        SeverityRule(level=Severity.LOW),
    )
    matcher = compiled(make_list("China", severity=levels, signals=[(5, "navy")]))

    def severity(title: str) -> Severity:
        return matcher.match(MatchText(title=title))[0].severity

    assert severity("China invasion navy") == Severity.CRITICAL
    assert severity("China navy") == Severity.HIGH
    assert severity("China") == Severity.LOW


def test_only_words_of_rules_that_held_are_hits() -> None:
    match = match_of("China and Iran and Russia", "China NEAR/3 Russia", "Iran AND Cuba")

    assert match is not None
    assert [hit.text for hit in match.hits] == ["China", "Russia"]


@pytest.mark.parametrize(
    ("language", "looks"),
    [("en", False), ("zh", True), ("zh-Hant", True), ("zh-TW", True), ("", True), ("und", True)],
)
def test_languages_exclude_only_known_other_languages(language: str, looks: bool) -> None:
    matcher = compiled(make_list("China", languages=("zh", "ru")))

    assert bool(matcher.match(MatchText(title="China", language=language))) is looks


@pytest.mark.parametrize(
    ("wanted", "language", "looks"),
    [("zh-Hant", "zh-Hans", False), ("zh-Hant", "zh", True), ("zh-Hant", "zh-HK", True)],
)
def test_chinese_scripts_are_distinguished_if_a_list_asks(
    wanted: str, language: str, looks: bool
) -> None:
    matcher = compiled(make_list("China", languages=(wanted,)))

    assert bool(matcher.match(MatchText(title="China", language=language))) is looks


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"countries": ("TW",)}, "country"),
        ({"sources": SourceFilter(include=("CNA",))}, "not included"),
        ({"sources": SourceFilter(exclude=("Xinhua",))}, "excluded"),
        ({"sources": SourceFilter(tags=("gov",))}, "tags"),
        ({"sources": SourceFilter(stances=("independent",))}, "stance"),
    ],
)
def test_filters_by_feed_exclude_a_list_and_explain_it(config: dict[str, object], why: str) -> None:
    matcher = compiled(make_list("China", **config))
    text = MatchText(title="China", country="CN", source="Xinhua", stance="state", tags=("wire",))

    assert not matcher.match(text)
    assert why in matcher.explain(text)[0].filtered
    assert matcher.match(MatchText(title="China"))  # an unknown language does not exclude


def test_disabled_lists_are_silent() -> None:
    assert not compiled(make_list("China", enabled=False)).match(MatchText(title="China"))


# ---------------------------------------------------------------- explanations


def test_explanation_names_the_missing_word() -> None:
    matcher = compiled(make_list("China AND Russia"))
    (explanation,) = matcher.explain(MatchText(title="China alone"))

    assert not explanation.fires
    assert [str(missing) for missing in explanation.rules[0].missing] == ["Russia"]


def test_explanation_names_the_distance() -> None:
    matcher = compiled(make_list("China NEAR/1 Russia"))
    (explanation,) = matcher.explain(MatchText(title="China one two three Russia"))

    (missing,) = explanation.rules[0].missing
    assert str(missing) == "China and Russia are 3 words apart, at most 1 allowed"
    assert missing.excess == 2


def test_explanation_shows_masked_hits() -> None:
    terms = {"taiwan": make_set("taiwan", ["Taiwan"], ["Taiwan Semiconductor"])}
    matcher = compiled(make_list("$taiwan"), terms)
    (explanation,) = matcher.explain(MatchText(title="Taiwan Semiconductor"))

    assert [(masked.hit.text, masked.inside.text) for masked in explanation.masked] == [
        ("Taiwan", "Taiwan Semiconductor")
    ]


def test_explanation_counts_the_points_of_each_rule() -> None:
    matcher = compiled(make_list("China", noise=[(4, "earthquake")]))
    (explanation,) = matcher.explain(MatchText(title="China earthquake"))

    assert explanation.score == 6
    assert [(rule.rule, rule.points, rule.holds) for rule in explanation.rules] == [
        ("match[0]", 10, True),
        ("noise[0]", -4, True),
    ]


def test_examples_that_come_out_wrong_are_reported_with_their_reasons() -> None:
    watchlist = make_list(
        "China",
        must_match=["China", "Japan || a summary"],
        must_not_match=["China sneezes", "Cuba"],
    )
    failures = run_examples(compiled(watchlist), [watchlist])

    assert [(failure.example.text, failure.expected) for failure in failures] == [
        ("Japan || a summary", True),
        ("China sneezes", False),
    ]
    assert failures[1].explanation.score == 10


# ---------------------------------------------------------------- problems


def _messages(*lists: WatchList, **terms: list[str]) -> list[str]:
    sets = {name: make_set(name, texts) for name, texts in terms.items()}
    return [str(problem) for problem in problems_of(*lists, terms=sets)]


def test_all_problems_are_collected_with_their_rule() -> None:
    messages = _messages(make_list("$taiwn", "China and Japan"), taiwan=["Taiwan"])

    assert (
        "x.yaml:7:5: x.match[0]: unknown term set $taiwn\nhint: did you mean $taiwan?"
        in messages[0]
    )
    assert "x.match[1]: and in lower case" in messages[1]
    assert "warning: no watch-list uses the term set taiwan" in messages[2]


def test_circles_of_sets_are_reported_once() -> None:
    messages = _messages(make_list("$a"), a=["$b"], b=["$a"])

    assert len(messages) == 1
    assert "$a -> $b -> $a" in messages[0]


def test_single_han_character_is_refused() -> None:
    assert "single Han character" in _messages(make_list("軍"))[0]


def test_very_short_plain_word_is_a_warning() -> None:
    (problem,) = problems_of(make_list("us"))

    assert problem.is_warning
    assert "very short" in problem.message


def test_list_that_cannot_match_is_refused() -> None:
    assert "can never match" in _messages(make_list())[0]
    assert "add up to 5" in _messages(make_list(signals=[(5, "China")]))[0]


def test_set_that_a_broken_expression_names_is_not_unused() -> None:
    messages = _messages(make_list("$a AND (ferry"), a=["China"])

    assert len(messages) == 1


def test_set_used_only_by_another_used_set_is_not_unused() -> None:
    assert _messages(make_list("$a"), a=["$b"], b=["China"]) == []


# ---------------------------------------------------------------- terms without effect


def warnings_of(terms: list[str], not_inside: list[str] = ()) -> list[str]:  # type: ignore[assignment]
    sets = {"it": make_set("it", terms, not_inside)}
    return [problem.message for problem in problems_of(make_list("$it"), terms=sets)]


def test_repeated_term_of_a_set_is_named() -> None:
    assert warnings_of(["флот", "fleet", "флот"]) == ["флот is in this list twice"]


def test_mask_without_a_term_is_named() -> None:
    messages = warnings_of(["PLA", "解放軍"], ["PLA filament", "Pro-Life America"])

    assert messages == ["Pro-Life America contains no term of $it, so it masks no hit"]


def test_mask_in_the_other_script_still_masks() -> None:
    assert warnings_of(["台灣"], ["平台湾"]) == []


def test_term_that_is_its_own_mask_is_named() -> None:
    (message,) = warnings_of(["台海"], ["台海"])

    assert message == "台海 is a term of $it and also in its not_inside"
