"""`why` and `mark`, on a real database after a pass of the real pipeline."""

from pathlib import Path

import pytest

from commands import HEADLINE, raise_error, rows, run
from straitwatch.errors import UsageError

OTHER_LISTS = """\
terms:
  strait: {any: [Taiwan Strait, 台海], not_inside: [烟台海]}
watchlists:
  - id: taiwan-policy
    title: Taiwan policy
    match: [$strait AND carrier]
    noise: [{points: 4, when: museum}]
  - {id: weather, title: Weather, match: [rain AND NOT snow], severity: [{level: low}]}
"""
RAIN = "Rain in the mountains"


@pytest.fixture
def edited(config: Path):
    """The same database, looked at through lists that were edited since."""
    file = config / "watchlists/lists.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(OTHER_LISTS, encoding="utf-8")
    yield config
    file.write_text(before, encoding="utf-8")


def test_entry_names_the_configuration_that_decided(config: Path) -> None:
    (answer,) = rows(config, "why", HEADLINE)

    assert len(answer["config"]) == 10
    assert answer["since_then"] == []


def test_list_that_fired_in_the_past_is_explained(edited: Path) -> None:
    (answer,) = rows(edited, "why", HEADLINE)

    assert answer["decision"] == "alert"
    (line,) = [line for line in answer["since_then"] if line.startswith("taiwan-policy")]
    assert "then it fires (normal, 10 points, 10 needed); today it does not fire" in line


def test_list_that_is_gone_is_named_without_its_rules(edited: Path) -> None:
    file = edited / "watchlists/lists.yaml"
    file.write_text(OTHER_LISTS.replace("taiwan-policy", "taiwan"), encoding="utf-8")

    (answer,) = rows(edited, "why", HEADLINE)

    assert [line for line in answer["since_then"] if line.endswith("; today it does not exist")]


def test_term_that_the_lists_of_then_lacked_is_named(edited: Path) -> None:
    (answer,) = rows(edited, "why", RAIN)

    assert answer["decision"] == "none"
    (line,) = answer["since_then"]
    assert line.startswith(
        "weather: then it did not exist; today it fires (low, 10 points, 10 needed)"
    )
    assert line.endswith("(the earlier lists have no rain)")


def test_why_shows_changes_since_the_decision(edited: Path) -> None:
    text = run(edited, "why", RAIN).stdout

    assert "then: none, because no_match (no watch-list fired) [configuration" in text
    assert "weather: then it did not exist; today it fires" in text


def test_near_miss_mask_and_noise_rule_are_explained_in_a_line(edited: Path) -> None:
    short = run(edited, "why", "Ships in the Taiwan Strait").stdout
    masked = run(edited, "why", "烟台海關查獲走私").stdout
    noise = run(edited, "why", "Model carrier in the Taiwan Strait museum").stdout

    assert "near miss: match[0] lacks one thing: carrier" in short
    assert "not counted: 台海 inside 烟台海" in masked
    assert "near miss: noise[0] subtracts 4 points (museum): 6 of 10" in noise


@pytest.mark.parametrize("command", [("why", "Fleet"), ("routes", "test", "--title", "Fleet")])
def test_unknown_language_is_refused_with_a_suggestion(
    config: Path, command: tuple[str, ...]
) -> None:
    refused = str(run(config, *command, "--language", "english").exception)

    assert refused == "unknown language: english\nhint: did you mean `en`?"


def test_address_that_never_came_is_held_against_the_feeds_of_its_host(config: Path) -> None:
    local = rows(config, "why", "http://127.0.0.1/never")[0]["feeds"]
    elsewhere = run(config, "why", "https://elsewhere.example/a").stdout

    assert [(feed["feed"], feed["condition"]) for feed in local] == [("Example Wire", "ok")]
    assert "no configured feed has this host" in elsewhere


@pytest.mark.parametrize("unknown", ["zzzzzzzzzz", "lkudcyzgyk2a", "0123456789abcdef0123"])
def test_unknown_id_is_not_read_as_a_headline(config: Path, unknown: str) -> None:
    result = run(config, "why", unknown)

    assert f"no story, report or alert {unknown}\n" in str(result.exception)


@pytest.mark.parametrize(
    "headline", ["Demonstrations", "blockade", "sandcastle's", "mountaineers!"]
)
def test_headline_of_one_word_is_explained(config: Path, headline: str) -> None:
    (answer,) = rows(config, "why", headline)

    assert answer["title"] == headline
    assert {answered["watchlist"] for answered in answer["lists"]} >= {"taiwan-policy"}


def test_word_that_a_list_knows_is_explained_although_an_id_looks_like_it(config: Path) -> None:
    (answer,) = rows(config, "why", "paratroopers")

    assert [
        hit for answered in answer["lists"] for rule in answered["rules"] for hit in rule["hits"]
    ]


def test_id_of_an_alert_explains_its_report(config: Path) -> None:
    (alert,) = rows(config, "stories", "alerts")

    (answer,) = rows(config, "why", alert["alert"])

    assert answer["title"] == HEADLINE


def test_story_is_marked_for_the_lists_that_fired_and_why_shows_it(config: Path) -> None:
    (alert,) = rows(config, "stories", "alerts")

    (marked,) = rows(config, "mark", alert["alert"], "not-relevant", "--note", "a recipe")
    (answer,) = rows(config, "why", HEADLINE)
    (taken_back,) = rows(config, "mark", alert["story"], "not-relevant", "--remove")

    assert (marked["watchlist"], marked["verdict"]) == ("taiwan-policy", "not_relevant")
    assert [(mark["verdict"], mark["note"]) for mark in answer["marks"]] == [
        ("not_relevant", "a recipe")
    ]
    assert taken_back["verdict"] is None
    assert rows(config, "why", HEADLINE)[0]["marks"] == []


def test_missed_entry_is_marked_for_a_list_that_is_named(config: Path) -> None:
    nameless = run(config, "mark", RAIN, "relevant")
    (marked,) = rows(config, "mark", RAIN, "relevant", "--list", "taiwan-policy")
    run(config, "mark", RAIN, "relevant", "--list", "taiwan-policy", "--remove")

    assert "--list ID" in str(nameless.exception)
    assert marked["watchlist"] == "taiwan-policy"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("never seen", "relevant"), "no alert, story or entry"),
        ((HEADLINE, "relevant", "--list", "taiwan"), "no such watch-list: taiwan"),
    ],
)
def test_text_that_cannot_be_marked_is_refused_with_a_hint(config: Path, arguments, said) -> None:
    assert said in str(run(config, "mark", *arguments).exception)


def test_empty_text_is_not_the_newest_entry(config: Path) -> None:
    with pytest.raises(UsageError, match="the text is empty\nhint: name an address"):
        raise_error(run(config, "why", " "))


def test_id_of_a_message_names_the_command_that_shows_it(config: Path) -> None:
    message, *_ = rows(config, "outbox", "list")

    with pytest.raises(UsageError, match=f"`straitwatch outbox show {message['id']}` shows it"):
        raise_error(run(config, "why", message["id"]))
