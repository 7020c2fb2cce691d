"""Buttons of Slack messages, and the clicks on them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.messages import (
    AT,
    make_alert,
    make_digest,
    make_driver,
    make_item,
    make_job,
    make_report,
    make_rollup,
)
from straitwatch.core.clicks import read_click
from straitwatch.core.model import ActionKind, AlertFacts, AlertKind, EditJob, Frozen, ManualAction
from straitwatch.core.render import add_buttons, render_edit

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


def test_buttons_have_no_characters_that_reorder_text() -> None:
    related = make_report(title="\u202eFrigates\u2069 in the strait")

    offered = buttons_of(make_alert(related=related, related_id="s2"))

    assert "Merge with: Frigates in the strait" in offered


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


def make_edit(
    *actions: ManualAction, blocks: Sequence[dict[str, Any]] = (), **changes: Any
) -> EditJob:
    """The edit of a message about the story s1."""
    sent = {"text": "news", "blocks": [{"type": "divider"}, *blocks]}
    filled: dict[str, Any] = {
        "delivery": make_job().delivery,
        "facts": make_alert(),
        "frozen": Frozen(body=json.dumps(sent).encode(), content_type="application/json"),
        "ref": {"channel": "C0DESK", "ts": "17.1"},
        "actions": {"s1": actions},
        "edited_at": AT,
    }
    return EditJob(**(filled | changes))


def edited(job: EditJob, *, has_buttons: bool = True) -> list[dict[str, Any]]:
    """Return the blocks below the first one, which every edit keeps."""
    blocks = render_edit(job, zone="Asia/Taipei", has_buttons=has_buttons)["blocks"]
    return list(blocks[1:])


def lines(block: dict[str, Any]) -> str:
    return str(block["elements"][0]["text"])


def test_names_in_an_action_cannot_mention_a_channel() -> None:
    (shown, _) = edited(make_edit(make_action(author="<!channel> @here")))

    assert "<!channel>" not in lines(shown)
    assert "@here" not in lines(shown)


def test_end_of_a_mute_is_shown_in_the_zone_of_the_desk() -> None:
    action = make_action(until_at=AT + timedelta(days=7))

    (shown, _) = edited(make_edit(action))

    assert lines(shown) == "ana muted the story until Mon 9 Mar, 06:40"


def test_mute_that_has_ended_can_be_made_again() -> None:
    action = make_action(until_at=AT)

    (shown, buttons) = edited(make_edit(action))

    assert lines(shown).endswith("~ ended")
    assert elements(buttons)[:2] == ["Mute for 7 days", "Not relevant"]


def test_name_from_slack_is_shown_without_its_id() -> None:
    (shown, _) = edited(
        make_edit(make_action(author="ana (U0ANA)", undone_at=AT, undone_by="U0BEN"))
    )

    assert lines(shown) == "~ana muted the story~ undone by U0BEN"


def test_edited_message_without_buttons_shows_the_actions() -> None:
    (shown,) = edited(make_edit(make_action()), has_buttons=False)

    assert lines(shown) == "ana muted the story"


def test_repeated_edit_changes_nothing() -> None:
    once = edited(make_edit(make_action()))

    assert edited(make_edit(make_action(), blocks=once)) == once


def test_first_message_shows_the_latest_update_of_its_thread() -> None:
    latest = Frozen(body=b'{"text": "Update: more ships"}', content_type="application/json")

    (news, _) = edited(make_edit(latest=latest))

    assert lines(news) == "Update: more ships"


def test_mark_of_another_report_is_not_shown() -> None:
    mark = make_action(ActionKind.NOT_RELEVANT, reports=("e2",), watchlists=("strait",))

    shown = edited(make_edit(mark, facts=make_alert(entry_id="e1")))

    assert [block["type"] for block in shown] == ["actions"]


def rolled(items: int = 2, **changes: Any) -> dict[str, Any]:
    """A roll-up or digest as a Slack bot posts it."""
    driver = make_driver("slack://xoxb-1-2-a/C0DESK", app_token="xapp-1")
    listed = tuple(
        make_item(number, list_ids=("strait",), **changes) for number in range(1, items + 1)
    )
    facts = make_rollup(items=listed) if items < 15 else make_digest(items=listed)
    return dict(json.loads(driver.render(make_job(facts)).body))


def test_each_story_of_a_rollup_has_a_menu() -> None:
    blocks = rolled()["blocks"]

    menus = {block["block_id"]: block["accessory"] for block in blocks if "accessory" in block}
    assert list(menus) == ["item-s1", "item-s2"]
    assert [option["text"]["text"] for option in menus["item-s2"]["options"]] == [
        "Mute for 7 days",
        "Not relevant",
        "Snooze list for 8 hours: Ships through the Strait",
    ]
    assert menus["item-s2"]["options"][2]["value"] == "snooze_list:d1/s2:strait"


def test_digest_with_many_stories_is_within_the_limits_of_slack() -> None:
    blocks = rolled(100)["blocks"]

    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids)) == 35
    assert len(blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in blocks if "text" in block)
    assert "Story number 40" in json.dumps(blocks)


def test_menu_with_many_lists_keeps_its_other_actions_and_offers_the_first_lists() -> None:
    lists = tuple(f"list-{number}" for number in range(6))
    facts = make_rollup(items=(make_item(1, list_ids=lists, watchlists=lists), make_item(2)))
    message = json.loads(
        make_driver("slack://xoxb-1-2-a/C0DESK", app_token="xapp-1").render(make_job(facts)).body
    )

    menu = next(block["accessory"] for block in message["blocks"] if "accessory" in block)

    assert [option["value"].partition(":")[0] for option in menu["options"]] == [
        "mute_story",
        "not_relevant",
        *["snooze_list"] * 3,
    ]


def test_line_of_a_rollup_shows_the_actions_on_its_story() -> None:
    sent = rolled()
    action = make_action(story_id="s2")
    facts = make_rollup(items=(make_item(1), make_item(2)))

    blocks = edited(make_edit(facts=facts, actions={"s2": [action]}, blocks=sent["blocks"]))

    first, second = (block for block in blocks if "block_id" in block)
    assert "muted" not in first["text"]["text"]
    assert second["text"]["text"].endswith("\nana muted the story")
    assert second["accessory"]["options"][0]["text"]["text"] == "Undo mute"
    assert second["accessory"]["options"][0]["value"] == "undo:act1:d1"


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
