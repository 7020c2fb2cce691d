"""Carries out clicks on the buttons of Slack messages, one connection for each Slack app."""

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Any

import structlog

from straitwatch.app.runtime import Runtime
from straitwatch.core.clicks import Click, read_click
from straitwatch.core.model import Outcome
from straitwatch.deliver.slack import SlackBot
from straitwatch.deliver.slack_socket import SlackSocket, open_socket
from straitwatch.pipeline import ClickResult, carry_out

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class SlackClicks:
    """The connections of the configured bots; a reload opens new ones and closes others."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._connections: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._edits: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The edits in progress."""
        return self._edits

    async def tend(self) -> None:
        """Open a connection for each app of the configuration, and close those of others."""
        if self._runtime.is_stopping:
            return
        wanted = {
            (driver.app_token, driver.base_url): driver
            for driver in self._runtime.active.drivers.values()
            if isinstance(driver, SlackBot) and driver.app_token
        }
        for app in self._connections.keys() - wanted.keys():
            self._connections.pop(app).cancel()
        for app, bot in wanted.items():
            if app not in self._connections or self._connections[app].done():
                socket = open_socket(bot)
                receive = partial(self.receive, socket)
                self._connections[app] = asyncio.create_task(socket.run(receive))

    async def close(self) -> None:
        """Close every connection; a click that is being carried out is finished by the store."""
        tasks = list(self._connections.values())
        self._connections.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def receive(self, socket: SlackSocket, payload: Any) -> None:
        """Carry out a click before it is acknowledged, and show the result afterwards.

        A click that is acknowledged is therefore in the database. If the program ends before, Slack
        has no acknowledgement, and a repeated click is recognized.
        """
        clicks = self._runtime.tools.metrics.clicks
        click = read_click(payload)
        if click is None:
            clicks.labels(result="unknown").inc()
            return
        if not click.teams & socket.teams:
            clicks.labels(result="foreign").inc()
            log.warning("click from another workspace", user=click.user_id)
            return
        result = await self._carry_out(click)
        word = "refused" if result.problem else "repeated" if result.is_repeat else "done"
        clicks.labels(result=word).inc()
        task = asyncio.create_task(self._show(socket, click, result))
        self._edits.add(task)
        task.add_done_callback(self._edits.discard)

    async def _carry_out(self, click: Click) -> ClickResult:
        tools, beat = self._runtime.tools, self._runtime.active.rules.beat
        return await tools.store.run(carry_out, click, now=tools.clock(), beat=beat)

    async def _show(self, socket: SlackSocket, click: Click, result: ClickResult) -> None:
        if result.problem:
            text = f"Nothing was done: {result.problem}."
            await socket.whisper(channel=click.channel, user=click.user_id, text=text)
            return
        done = await socket.edit(
            channel=click.channel, ts=click.ts, text=click.text, blocks=result.blocks
        )
        if done.outcome is not Outcome.DELIVERED:
            log.warning("message does not show an action", code=done.code, text=done.text)
