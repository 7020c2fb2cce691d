"""`straitwatch outbox` on a store with one waiting message."""

from pathlib import Path

import pytest

from builders.messages import make_digest, make_item
from commands import rows, run
from straitwatch.clock import utc_now
from straitwatch.core.model import AlertKind
from straitwatch.errors import UsageError
from straitwatch.pipeline import address
from straitwatch.store import Store, add_alert


def refusal(config: Path, *arguments: str) -> str:
    error = run(config, "outbox", *arguments).exception
    assert isinstance(error, UsageError)
    return str(error)


def test_outbox_lists_a_message_with_state_and_receiver(desk: Path) -> None:
    (row,) = rows(desk, "outbox", "list")

    assert (row["id"], row["state"], row["receiver"]) == ("d1", "pending", "desk-slack")
    text = run(desk, "outbox", "list").stdout
    assert all(word in text for word in ("Made (CST)", "d1", "pending", "Ships cross"))


@pytest.mark.parametrize(
    ("options", "count"),
    [(["--state", "pending"], 1), (["--state", "dead"], 0), (["--receiver", "desk-slack"], 1)],
)
def test_outbox_list_filters_by_state_and_receiver(
    desk: Path, options: list[str], count: int
) -> None:
    assert len(rows(desk, "outbox", "list", *options)) == count


def test_outbox_list_refuses_a_receiver_that_never_was(desk: Path) -> None:
    message = refusal(desk, "list", "--receiver", "desk-slakc")

    assert message == ("no such receiver: desk-slakc\nhint: choose from desk-slack, terminal")


def test_outbox_list_accepts_a_receiver_without_messages(desk: Path) -> None:
    assert rows(desk, "outbox", "list", "--receiver", "terminal") == []


def test_outbox_shows_a_message(desk: Path) -> None:
    text = run(desk, "outbox", "show", "d1").stdout

    assert "desk-slack" in text
    assert "Ships cross the strait" in text


def test_outbox_shows_every_story_of_a_digest(desk: Path) -> None:
    facts = make_digest(items=(make_item(1),), commentary=(make_item(2),))
    to = {"to": ["terminal"], "recipients": {}, "now": utc_now()}
    alert, deliveries = address("digest:1", AlertKind.DIGEST, facts, **to)
    store = Store.open(f"sqlite:///{desk.parent / 'straitwatch.db'}")
    store.call(add_alert, alert, deliveries)
    store.close()

    text = run(desk, "outbox", "show", deliveries[0].id).stdout

    for number in (1, 2):
        assert f"s{number} Story number {number} https://wire.example/{number}" in text


def test_outbox_cancels_a_message_once(desk: Path) -> None:
    assert run(desk, "outbox", "cancel", "d1").stdout == "1 cancelled\n"
    assert refusal(desk, "cancel", "d1").startswith("d1 is cancelled\nhint: ")
    assert [row["state"] for row in rows(desk, "outbox", "list")] == ["cancelled"]


def test_outbox_cancels_everything_that_waits_for_a_receiver(desk: Path) -> None:
    cancelled = run(desk, "outbox", "cancel", "--receiver", "desk-slack")
    again = run(desk, "outbox", "cancel", "--receiver", "desk-slack")

    assert cancelled.stdout == "1 cancelled\n"
    assert (again.exit_code, again.stdout) == (1, "no message waits for desk-slack\n")


def test_outbox_replays_a_finished_message_as_a_new_one(desk: Path) -> None:
    assert refusal(desk, "replay", "d1").startswith("d1 is pending\n")
    run(desk, "outbox", "cancel", "d1")

    new_id = run(desk, "outbox", "replay", "d1").stdout.strip()

    states = {row["id"]: row["state"] for row in rows(desk, "outbox", "list")}
    assert states == {"d1": "cancelled", new_id: "pending"}


def test_outbox_retries_every_dead_letter(desk: Path) -> None:
    assert run(desk, "outbox", "retry", "--all-dead").stdout == "0 messages to be tried again\n"


@pytest.mark.parametrize("command", ["show", "retry", "replay", "cancel"])
def test_outbox_refuses_an_unknown_message(desk: Path, command: str) -> None:
    assert refusal(desk, command, "d9").startswith("no such delivery: d9\n")


@pytest.mark.parametrize("command", ["retry", "cancel"])
def test_outbox_needs_exactly_one_way_to_name_messages(desk: Path, command: str) -> None:
    assert refusal(desk, command).startswith("name one delivery")
