"""Carries out clicks on the buttons of Slack messages, one connection for each Slack app."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.clicks import Click, read_click
from straitwatch.core.policy import BUTTONS_LOST_AFTER
from straitwatch.core.receivers import NO_CONNECTION
from straitwatch.deliver.slack import SlackBot
from straitwatch.deliver.slack_socket import SlackSocket, open_socket
from straitwatch.errors import StoreError
from straitwatch.pipeline import ActionResult, carry_out

_FOREIGN = "only people of the desk's own workspace can use these buttons"

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class SlackClicks:
    """The connections of the configured bots; a reload opens new ones and closes others."""

    def __init__(self, runtime: Runtime, *, request_edit: Callable[[], Awaitable[None]]) -> None:
        self._runtime = runtime
        self._request_edit = request_edit
        self._connections: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._sockets: dict[tuple[str, str], SlackSocket] = {}
        self._lost_at: dict[SlackSocket, datetime] = {}  # of those with a problem
        self._saved: dict[str, str] | None = None  # the problems of buttons, as stored
        self._answers: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The answers in progress."""
        return self._answers

    async def tend(self) -> None:
        """Open a connection for each app of the configuration, and close those of others."""
        if self._runtime.is_stopping:
            return
        bots = {
            name: driver
            for name, driver in self._runtime.active.drivers.items()
            if isinstance(driver, SlackBot) and driver.app_token
        }
        wanted = {(bot.app_token, bot.base_url): bot for bot in bots.values()}
        for app in self._connections.keys() - wanted.keys():
            self._connections.pop(app).cancel()
        for app, bot in wanted.items():
            if app not in self._connections or self._connections[app].done():
                socket = self._sockets[app] = open_socket(bot)
                receive = partial(self.receive, socket)
                self._connections[app] = asyncio.create_task(socket.run(receive))
        await self._save_problems(bots)

    async def _save_problems(self, bots: Mapping[str, SlackBot]) -> None:
        """Store why clicks do not arrive, so that commands and the page can say so."""
        sockets = {name: self._sockets[bot.app_token, bot.base_url] for name, bot in bots.items()}
        now = self._runtime.tools.clock()
        self._lost_at = {
            socket: self._lost_at.get(socket, now) for socket in sockets.values() if socket.problem
        }
        await self._save(
            {
                name: socket.problem
                for name, socket in sockets.items()
                if self._is_reported(socket, now)
            }
        )

    def _is_reported(self, socket: SlackSocket, now: datetime) -> bool:
        """Return True if clicks do not arrive; a connection that returns soon is not news."""
        is_lost = socket.problem.startswith(NO_CONNECTION)
        return bool(socket.problem) and (
            not is_lost or self._lost_at[socket] <= now - BUTTONS_LOST_AFTER
        )

    async def _save(self, problems: dict[str, str]) -> None:
        if problems != self._saved:
            await self._runtime.tools.store.run(db.save_button_problems, problems)
            self._saved = problems

    async def close(self) -> None:
        """Close every connection, and forget their problems, which only a daemon can have.

        A click that is being carried out is finished by the store.
        """
        tasks = list(self._connections.values())
        self._connections.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._saved:
            with suppress(StoreError):  # a broken database does not hinder the stop
                await self._save({})

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
            self._start(self._whisper(socket, click, _FOREIGN))
            return
        result = await self._carry_out(click)
        word = "refused" if result.problem else "repeated" if result.is_repeat else "done"
        clicks.labels(result=word).inc()
        self._start(self._answer(socket, click, result.problem))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the click is acknowledged."""
        task = asyncio.create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _carry_out(self, click: Click) -> ActionResult:
        tools, beat = self._runtime.tools, self._runtime.active.rules.beat
        return await tools.store.run(carry_out, click, now=tools.clock(), beat=beat)

    async def _answer(self, socket: SlackSocket, click: Click, problem: str) -> None:
        if problem:
            await self._whisper(socket, click, problem)
        await self._request_edit()

    async def _whisper(self, socket: SlackSocket, click: Click, problem: str) -> None:
        text = f"Not done: {problem}."
        await socket.whisper(channel=click.channel, user=click.user_id, text=text)
