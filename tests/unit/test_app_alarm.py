"""The message about a database that cannot be used, past the outbox."""

from pathlib import Path

from builders.app import Desk, open_desk
from servers.slack import Answer
from straitwatch.core.liveness import Fault

FULL = (Fault(text="s.db: the disk is full", hint="free some space"),)


async def watch(desk: Desk, *minutes: int, faults: tuple[Fault, ...] = FULL) -> int:
    """Watch at each of these minutes after the last one; return the number of messages so far."""
    for more in minutes:
        desk.clock.advance(minutes=more)
        await desk.app.alarm.watch(faults)
    return len(desk.slack.messages)


async def test_database_alarm_is_sent_without_the_outbox_after_five_minutes(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert await watch(desk, 0, 4) == 0
        assert await watch(desk, 1) == 1

        assert "cannot use its database" in str(desk.slack.messages[0])
        assert "the disk is full" in str(desk.slack.messages[0])
        assert " CST, no news is stored" in str(desk.slack.messages[0])
        assert desk.messages() == []


async def test_database_alarm_is_repeated_after_six_hours(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert await watch(desk, 0, 5, 300) == 1
        assert await watch(desk, 60) == 2


async def test_database_alarm_is_not_sent_about_short_failures(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await watch(desk, 0, 4)
        await watch(desk, 1, faults=())

        assert await watch(desk, 1, 4) == 0


async def test_database_alarm_of_a_receiver_that_fails_is_logged_and_not_repeated(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path) as desk:
        desk.slack.default = Answer(status=500)

        await watch(desk, 0, 5, 1)

        assert len(desk.slack.requests) == 1
