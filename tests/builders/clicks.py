"""Build a desk whose Slack bot is connected, with one alert that has buttons."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from builders.app import Desk, open_desk
from builders.store import LEASE, make_alert, make_plan
from servers.slack_socket import SlackSocketServer
from straitwatch import store as db
from straitwatch.core.model import AlertFacts, MatchNote, Severity

BOT = "slack://xoxb-1234-1234-abcdefABCDEF/C0DESK"


@asynccontextmanager
async def open_clicks(directory: Path, **receiver: Any) -> AsyncIterator[tuple[Desk, Any]]:
    """A desk whose Slack bot is connected, after one alert with buttons."""
    async with SlackSocketServer() as slack:
        bot = {"url": BOT, "base_url": slack.url, "app_token": "xapp-1-A-2-b", **receiver}
        settings = {"receivers": {"desk-slack": bot}, "routes": [{"send": ["desk-slack"]}]}
        async with open_desk(directory, **settings) as desk:
            write_alert(desk)
            await desk.app.senders.run_all()
            await desk.app.clicks.tend()
            if bot["app_token"]:
                await slack.connected()
            try:
                yield desk, slack
            finally:
                await desk.app.clicks.close()
                await asyncio.gather(*desk.app.clicks.tasks)
                await asyncio.gather(*desk.app.edits.tasks)


def write_alert(desk: Desk) -> None:
    """Store a story of one report, and its alert, as a poll does."""
    (claimed,) = desk.call(db.claim_due_feeds, now=desk.clock(), limit=1, lease=LEASE)
    note = MatchNote(
        watchlist="taiwan-policy",
        title="Taiwan policy",
        severity=Severity.HIGH,
        score=18,
        terms=("strait",),
    )
    alert = make_alert()
    assert isinstance(alert.facts, AlertFacts)
    alert = replace(alert, facts=replace(alert.facts, entry_id="e1", matches=(note,)))
    desk.call(db.apply_plan, make_plan(claimed, alerts=(alert,)))


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Return the values of the buttons and options of a message, by their words."""
    found: dict[str, str] = {}
    for block in message["blocks"]:
        for element in block["elements"] if block["type"] == "actions" else ():
            for choice in element.get("options", [element]):
                found[choice["text"]["text"]] = choice["value"]
    return found
