"""Buttons of Slack messages, and the clicks on them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.messages import AT, make_alert, make_driver, make_job, make_report
from straitwatch.core.clicks import read_click
from straitwatch.core.model import ActionKind, AlertFacts, AlertKind, ManualAction
from straitwatch.core.render import add_buttons, show_actions

EMPTY = {"blocks": [], "text": "news"}


def elements(block: dict[str, Any]) -> list[str]:
    """Return the words of the buttons and options of a block."""
    return [
        choice["text"]["text"]
        for element in block["elements"]
        for choice in element.get("options", [element])
    ]


def buttons_of(facts: AlertFacts) -> list[str]:
    return elements(add_buttons(EMPTY, facts, "d1")["blocks"][-1])


def make_action(kind: ActionKind = ActionKind.MUTE_STORY, **values: Any) -> ManualAction:
    filled: dict[str, Any] = {"id": "act1", "made_at": AT, "author": "ana", "story_id": "s1"}
    return ManualAction(kind=kind, **(filled | values))


def test_wrong_story_is_offered_for_updates_alone() -> None:
    first, update = (
        buttons_of(make_alert(kind=kind)) for kind in (AlertKind.NEW, AlertKind.UPDATE)
    )

    assert ("Wrong story" in first, "Wrong story" in update) == (False, True)


def test_merge_is_offered_if_a_story_is_possibly_related() -> None:
    related = make_report(title="Zwei Fregatten in der Straße")

    offered = buttons_of(make_alert(related=related, related_id="s2"))

    assert "Merge with: Zwei Fregatten in der Straße" in offered
    assert not any("Merge" in words for words in buttons_of(make_alert()))


def test_words_and_values_are_within_the_limits_of_slack() -> None:
    facts = make_alert(kind=AlertKind.UPDATE, related=make_report(title="x" * 500), related_id="s2")
    facts = replace(
        facts,
        matches=tuple(
            replace(facts.matches[0], watchlist="w" * length, title="y" * 200)
            for length in (5, 50, 500, 20, 30)
        ),
    )

    (block,) = add_buttons(EMPTY, facts, "d" * 20)["blocks"]

    menu = block["elements"][-1]
    assert 1 <= len(menu["options"]) <= 5
    assert all(len(option["value"]) <= 150 for option in menu["options"])
    assert all(len(words) <= 75 for words in elements(block))


def test_message_without_a_story_has_no_buttons() -> None:
    driver = make_driver("slack://xoxb-1-2-a/C0DESK", app_token="xapp-1")

    frozen = driver.render(make_job(kind=AlertKind.NEW))

    assert b'"block_id": "straitwatch-buttons"' in frozen.body
    assert add_buttons(EMPTY, object(), "d1") == EMPTY


def test_names_in_an_action_cannot_mention_a_channel() -> None:
    (shown, _) = show_actions([], make_alert(), "d1", [make_action(author="<!channel> @here")])

    text = shown["elements"][0]["text"]
    assert "<!channel>" not in text
    assert "@here" not in text


def test_end_of_a_mute_is_shown_in_the_zone_of_the_reader() -> None:
    action = make_action(until_at=AT + timedelta(hours=1))

    (shown, _) = show_actions([], make_alert(), "d1", [action])

    assert f"<!date^{int(AT.timestamp()) + 3600}^" in shown["elements"][0]["text"]


def test_repeated_edit_changes_nothing() -> None:
    facts, action = make_alert(), make_action()
    once = show_actions([{"type": "divider"}], facts, "d1", [action])

    assert show_actions(once, facts, "d1", [action]) == once


def test_mark_of_another_report_is_not_shown() -> None:
    mark = make_action(ActionKind.NOT_RELEVANT, reports=("e2",), watchlists=("strait",))

    shown = show_actions([], make_alert(entry_id="e1"), "d1", [mark])

    assert [block["type"] for block in shown] == ["actions"]


def click(**changes: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "ana", "team_id": "T1"},
        "channel": {"id": "C1"},
        "message": {"ts": "17.1", "text": "news", "blocks": []},
        "actions": [{"value": "snooze_list:d1:taiwan-policy", "action_ts": "18.1"}],
    } | changes


def test_click_is_read_with_its_person_and_place() -> None:
    read = read_click(click())

    assert read is not None
    assert (read.command, read.delivery_id, read.detail) == ("snooze_list", "d1", "taiwan-policy")
    assert (read.author, read.teams, read.channel) == ("ana (U1)", frozenset({"T1"}), "C1")


def test_undo_names_the_action_and_the_message() -> None:
    read = read_click(click(actions=[{"value": "undo:act1:d1", "action_ts": "1"}]))

    assert read is not None
    assert (read.subject, read.delivery_id) == ("act1", "d1")


def test_repeated_click_has_the_same_key_and_another_click_does_not() -> None:
    again = click(actions=[{"value": "snooze_list:d1:taiwan-policy", "action_ts": "18.2"}])
    keys = [read.key for payload in (click(), click(), again) if (read := read_click(payload))]

    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": [{"value": "mute_story:", "action_ts": "1"}]},
        {"actions": [{"value": 7, "action_ts": "1"}]},
        {"actions": [{"action_ts": "1"}]},
        {"user": None},
        {"message": {"text": "without ts"}},
        {"type": "message_action"},
    ],
)
def test_foreign_payload_is_no_click(changes: dict[str, Any]) -> None:
    assert read_click(click(**changes)) is None
