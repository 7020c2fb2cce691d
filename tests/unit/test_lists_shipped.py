"""The lists that we ship keep their promises."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from straitwatch.config import load_lists
from straitwatch.core.match import Matcher, compile_rules, example_text, run_examples
from straitwatch.core.model import MatchText, Severity, WatchList

CONFIG = Path(__file__).parents[2] / "config"
SCRIPTS = {
    "Chinese": "[\u4e00-\u9fff]",
    "Cyrillic": "[а-я]",
    "Ukrainian": "[іїє]",
    "Kana": "[ぁ-ヿ]",
    "Hangul": "[가-힣]",
}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Return the shipped lists, those too that are off."""
    shipped = load_lists(CONFIG)
    lists = [replace(watchlist, enabled=True) for watchlist in shipped.watchlists]
    compiled, problems = compile_rules(shipped.term_sets, lists)
    assert [str(problem) for problem in problems] == []
    assert compiled is not None
    return compiled


@pytest.fixture(scope="module")
def lists(matcher: Matcher) -> tuple[WatchList, ...]:
    return tuple(matcher.watchlists)


def test_every_example_of_every_list_comes_out_right(
    matcher: Matcher, lists: Sequence[WatchList]
) -> None:
    failures = run_examples(matcher, lists)

    assert [(failure.watchlist, failure.example.text) for failure in failures] == []


def test_every_rule_holds_in_an_example_of_its_list(matcher: Matcher) -> None:
    idle = []
    for compiled in matcher.lists:
        config = compiled.config
        wanted = [matcher.read(example_text(example.text)) for example in config.must_match]
        others = [matcher.read(example_text(example.text)) for example in config.must_not_match]
        gains = [*compiled.match, *compiled.signals]
        idle += [rule.when for rule in gains if not any(map(rule.holds, wanted))]
        idle += [rule.when for rule in compiled.noise if not any(map(rule.holds, wanted + others))]

    assert idle == []


@pytest.mark.parametrize("list_id", ["taiwan-policy", "china-russia-military"])
def test_each_list_carries_forty_examples_of_either_kind_in_every_script(
    lists: Sequence[WatchList], list_id: str
) -> None:
    config = next(watchlist for watchlist in lists if watchlist.id == list_id)
    for examples in (config.must_match, config.must_not_match):
        assert len(examples) >= 40
        for script, letters in SCRIPTS.items():
            assert any(re.search(letters, example.text) for example in examples), script


def test_critical_is_rare(matcher: Matcher, lists: Sequence[WatchList]) -> None:
    levels = [
        match.severity
        for config in lists
        for example in config.must_match
        for match in matcher.match(MatchText(title=example.text))
    ]

    assert levels.count(Severity.CRITICAL) <= len(levels) // 20


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("China imposes blockade on Taiwan", Severity.CRITICAL),
        ("解放軍發動登陸作戰　台灣多處交火", Severity.CRITICAL),
        ("學者：台海若開戰　台灣需自救", Severity.HIGH),
        ("US simulates a Chinese blockade of Taiwan in war game", Severity.HIGH),
        ("Washington clears missile sale to Taiwan", Severity.HIGH),
        ("Lithuania's envoy meets Taiwan's foreign minister", Severity.NORMAL),
    ],
)
def test_severities_are_those_of_a_desk(matcher: Matcher, title: str, level: Severity) -> None:
    assert taiwan_severity(matcher, title) == level


def taiwan_severity(matcher: Matcher, title: str) -> Severity:
    found = {match.watchlist: match.severity for match in matcher.match(MatchText(title=title))}
    return found["taiwan-policy"]


@pytest.mark.parametrize(
    "title",
    [
        "China invades Taiwan",
        "China attacks Taiwan",
        "China announces naval blockade of Taiwan, closes strait to shipping",
        "PLA begins amphibious landing on Taiwan",
        "Chinese missiles strike Taipei, explosions reported",
        "解放軍登陸台灣",
        "中國宣布封鎖台灣",
        "Китай напал на Тайвань",
        "中国軍が台湾に侵攻",
        "중국군, 대만을 공격",
    ],
)
def test_attack_on_taiwan_is_critical(matcher: Matcher, title: str) -> None:
    assert taiwan_severity(matcher, title) is Severity.CRITICAL


@pytest.mark.parametrize(
    "title",
    [
        "If China attacks Taiwan, Japan would respond, premier says",
        "China simulates blockade of Taiwan in drills",
        "China attacks Taiwan president over independence speech",
        "Beijing hits US arms makers with sanctions after Taiwan missile deal",
        "中國若攻擊台灣 美國會介入",
        "解放軍演習模擬封鎖台灣",
        "Китай может напасть на Тайвань, считают в США",
    ],
)
def test_attack_that_is_feared_rehearsed_or_verbal_is_high(matcher: Matcher, title: str) -> None:
    assert taiwan_severity(matcher, title) is Severity.HIGH


def test_help_for_an_attack_on_taiwan_is_on_both_lists(matcher: Matcher) -> None:
    title = "Russia trains Chinese paratroopers for an attack on Taiwan, files show"

    found = {match.watchlist: match.severity for match in matcher.match(MatchText(title=title))}

    assert set(found) == {"taiwan-policy", "china-russia-military"}
    assert found["china-russia-military"] == Severity.CRITICAL
