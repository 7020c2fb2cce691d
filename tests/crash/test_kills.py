"""A kill at any moment loses no message, and a repeat is rare and marked."""

import signal

import pytest

from crash.crashing import SERVER_POINTS, STORE_POINTS, crash

CASES = [
    ("before the commit of a poll", "webhook"),
    ("after the commit of a poll", "mail"),
    ("after a claim", "bot"),
    ("after the freeze", "webhook"),
    ("replied, not marked", "webhook"),
    ("replied, not marked", "bot"),
    ("replied, not marked", "mail"),
    ("taken, no reply", "webhook"),
    ("taken, no reply", "bot"),
    ("taken, no reply", "mail"),
    ("read, not taken", "webhook"),
    ("middle of a feed", "mail"),
]
ALLOWED = {"webhook": 1, "bot": 0, "mail": 0}


@pytest.mark.parametrize(("point", "kind"), CASES)
async def test_kill_loses_no_alert_and_a_repeat_is_marked(tmp_path, point, kind) -> None:
    assert point in (*STORE_POINTS, *SERVER_POINTS)

    held = await crash(tmp_path, point=point, kind=kind)

    assert (held.lost, held.problems) == (0, "")
    assert held.repeats <= ALLOWED[kind]
    assert held.repeats <= held.marked or kind == "mail"


async def test_kill_between_two_recipients_reaches_both_once(tmp_path) -> None:
    held = await crash(tmp_path, point="marked", kind="mail", stories=1, recipients=2)

    assert (held.lost, held.repeats, held.problems) == (0, 0, "")


@pytest.mark.parametrize("kind", ["webhook", "mail"])
async def test_daemon_that_is_stopped_during_a_send_finishes_the_send(tmp_path, kind) -> None:
    held = await crash(tmp_path, point="taken, no reply", kind=kind, number=signal.SIGTERM)

    assert (held.lost, held.repeats, held.problems) == (0, 0, "")
