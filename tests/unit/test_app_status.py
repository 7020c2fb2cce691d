"""The state of the daemon in sentences: receivers, configuration, silences."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from builders.app import NOW, STORY, Desk, open_desk
from straitwatch import store as db
from straitwatch.app.status import ReceiverStatus, Status, read_status
from straitwatch.core.model import Silence

TAIPEI = ZoneInfo("Asia/Taipei")


def status(desk: Desk, *, has_config: bool = True) -> Status:
    config = desk.runtime.active.config if has_config else None
    return desk.call(read_status, config, desk.clock(), zone=TAIPEI)


def receiver_state(desk: Desk, name: str = "desk-slack") -> str:
    return next(row.state for row in status(desk).receivers if row.name == name)


async def test_status_counts_feeds_and_waiting_messages(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")

        counts = status(desk).to_json()

        assert (counts["feeds"], counts["pending"], counts["dead"]) == (1, 1, 0)


async def test_status_of_a_receiver_follows_its_deliveries(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        assert receiver_state(desk) == "not used yet"

        desk.write_message("one")
        await desk.app.senders.run_all()

        assert receiver_state(desk) == "ok"


async def test_status_of_a_paused_receiver_names_who_paused_it(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.call(db.pause_receiver, "desk-slack", now=NOW, by="Lin")
        assert receiver_state(desk) == "paused by Lin"

        desk.call(db.pause_receiver, "desk-slack", now=NOW)
        assert receiver_state(desk) == "paused by an operator"


async def test_status_of_a_held_receiver_gives_the_local_time_of_the_next_try(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        until = NOW + timedelta(minutes=5)
        desk.call(db.hold_receiver, "desk-slack", until=until, reason="rate_limited")

        assert receiver_state(desk) == "its rate limit is reached, waits until 20:05 CST"

        desk.clock.advance(minutes=5)
        assert receiver_state(desk) == "not used yet"


async def test_status_of_a_receiver_that_is_not_set_up_says_why(tmp_path) -> None:
    receivers = {"pager": {"url": "${UNSET_PAGER_URL}"}}
    async with open_desk(tmp_path, receivers=receivers, system={"send": []}) as desk:
        assert receiver_state(desk, "pager") == "UNSET_PAGER_URL is not set"


async def test_status_without_a_configuration_lists_the_receivers_used_so_far(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.write_message("one")
        await desk.app.senders.run_all()

        found = status(desk, has_config=False)

        assert found.receivers == (ReceiverStatus(name="desk-slack", state="ok"),)


async def test_status_shows_the_first_problem_of_a_rejected_configuration(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        problems = ["lists.yaml:4:3: broken\nhint: mend it", "feeds.yaml:1:1: broken too"]
        desk.call(db.record_rejection, problems, now=NOW)

        (line,) = status(desk).remarks
        assert line == (
            "new configuration rejected since 01 Mar 20:00 CST, "
            "the previous one stays active: lists.yaml:4:3: broken and 1 more"
        )


async def test_status_shows_a_silence_until_it_ends(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        silence = Silence(
            id="s1",
            watchlists=("taiwan-policy",),
            until_at=NOW + timedelta(hours=1),
            author="Lin",
            reason="exercise week",
        )
        desk.call(db.add_silence, silence, now=NOW)

        (line,) = status(desk).remarks

        assert line.startswith("silenced until 01 Mar 21:00 CST: ")
        assert line.endswith(" (Lin, exercise week)")
        desk.clock.advance(hours=2)
        assert status(desk).remarks == ()


async def test_status_names_the_muted_story(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(STORY)
        await desk.poll()
        (story,) = desk.call(db.list_stories)
        silence = Silence(id="s1", stories=(story.id,), until_at=NOW + timedelta(hours=1))
        desk.call(db.add_silence, silence, now=NOW)

        (line,) = status(desk).remarks

        assert line == f'silenced until 01 Mar 21:00 CST: story {story.id} "{STORY[1]}"'


async def test_status_says_until_when_a_shadow_change_runs(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (desk.config / "shadow").mkdir()
        lists = (desk.config / "watchlists/lists.yaml").read_text()
        (desk.config / "shadow/lists.yaml").write_text(lists.replace("Strait]", "Strait, harbor]"))
        await desk.app.reloader.reload()

        assert status(desk).remarks == ("in shadow: lists.yaml (until 02 Mar 20:00 CST)",)
