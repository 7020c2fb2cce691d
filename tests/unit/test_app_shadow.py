"""A shadow change: it runs for its time, then a notice reports its effect."""

from builders.app import Desk, open_desk
from builders.configs import WATCHLISTS
from straitwatch.app.shadow import SHADOW_FOR

HOURS = SHADOW_FOR.total_seconds() / 3600
WIDER = WATCHLISTS.replace("match: [Taiwan Strait]", "match: [Taiwan Strait, harbor]")


def put_in_shadow(desk: Desk) -> None:
    (desk.config / "shadow").mkdir()
    (desk.config / "shadow/lists.yaml").write_text(WIDER, encoding="utf-8")


async def start_shadow(desk: Desk) -> None:
    put_in_shadow(desk)
    assert await desk.app.reloader.reload()


async def test_shadow_change_runs_beside_the_active_lists(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await start_shadow(desk)

        assert desk.runtime.active.rules.shadow is not None
        await desk.app.shadow.end_when_due()
        assert desk.runtime.active.rules.shadow is not None


async def test_shadow_change_ends_after_its_time_with_a_notice(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await start_shadow(desk)
        desk.publish(("g1", "A harbor opens", "It is new."))
        await desk.poll()
        desk.clock.advance(hours=HOURS)

        await desk.app.shadow.end_when_due()
        await desk.app.shadow.end_when_due()

        assert desk.runtime.active.rules.shadow is None
        (notice,) = desk.messages()
        assert notice.facts.title == "The shadow change has ended (lists.yaml)"
        assert "taiwan-policy: gained 1" in notice.facts.lines


async def test_shadow_change_that_changes_no_decision_says_so(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await start_shadow(desk)
        desk.clock.advance(hours=HOURS)

        await desk.app.shadow.end_when_due()

        (notice,) = desk.messages()
        assert notice.facts.lines[0] == "It makes no difference to any entry."


async def test_shadow_change_is_not_prolonged_by_a_reload(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await start_shadow(desk)
        desk.clock.advance(hours=HOURS)

        await desk.app.reloader.reload()

        assert desk.runtime.active.rules.shadow is None
