"""Buttons of Slack messages that do not work, and the words for people."""

import asyncio
from datetime import UTC

from builders.app import Desk
from builders.clicks import open_clicks
from straitwatch.app.status import read_status
from straitwatch.core.receivers import ReceiverStatus
from straitwatch.store.receivers import button_problems


async def receiver_status(desk: Desk) -> ReceiverStatus:
    """Return the receiver as people see it, after a tick of the daemon."""
    await desk.app.clicks.tend()
    status = desk.call(read_status, desk.runtime.active.config, desk.clock(), zone=UTC)
    return next(iter(status.receivers))


async def test_refused_app_token_is_shown_until_the_buttons_work_again(tmp_path) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        slack.refuse("apps.connections.open", *["invalid_auth"] * 2)
        await slack.disconnect()
        await slack.until(lambda: len(slack.called("apps.connections.open")) == 2)
        while not (found := await receiver_status(desk)).hint:
            await asyncio.sleep(0.01)

        assert found.state == (
            "ok; its buttons do not work: Slack refuses the app token: invalid_auth"
        )
        assert "app-level token with `connections:write`" in found.hint
        assert not found.is_broken, "its messages arrive"

        await slack.connected(times=2)
        while (found := await receiver_status(desk)).hint:
            await asyncio.sleep(0.01)

        assert found.state == "ok"


async def test_lost_connection_is_shown_after_three_minutes_until_the_daemon_stops(
    tmp_path,
) -> None:
    async with open_clicks(tmp_path) as (desk, slack):
        slack.refuse("apps.connections.open", *["service_unavailable"] * 9)
        await slack.disconnect()
        while not any(socket.problem for socket in desk.app.clicks._sockets.values()):
            await asyncio.sleep(0.01)

        assert (await receiver_status(desk)).state == "ok"
        desk.clock.advance(minutes=3)
        state = (await receiver_status(desk)).state
        assert state.startswith("ok; its buttons do not work: no connection to Slack")

        await desk.app.clicks.close()
        assert desk.call(button_problems) == {}
