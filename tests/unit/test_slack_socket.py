"""The connection for clicks: how often it is renewed, and what its problem is."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from servers.slack_socket import SlackSocketServer
from straitwatch.deliver.slack_socket import SlackSocket


async def ignore(_: Any) -> None:
    """Do nothing with a click."""


@asynccontextmanager
async def running(url: str) -> AsyncIterator[SlackSocket]:
    """A connection whose first pause is short."""
    receiver = SlackSocket(app_token="xapp-1-A-2-b", bot_token="xoxb-1-2-c", base_url=url)
    receiver.first_pause = 0.02
    task = asyncio.create_task(receiver.run(ignore))
    try:
        yield receiver
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def has_problem(receiver: SlackSocket, beginning: str) -> None:
    """Wait for the problem of a connection."""
    async with asyncio.timeout(30):
        while not receiver.problem.startswith(beginning):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("reason", ["link_disabled", "too_many_websockets", "warning"])
async def test_connections_that_end_at_once_follow_in_growing_pauses(reason: str) -> None:
    clock = asyncio.get_running_loop().time
    async with SlackSocketServer() as slack:
        slack.closes_with = reason
        began = clock()

        async with running(slack.url):
            await slack.until(lambda: slack.opened >= 5)

        assert clock() - began >= 0.02 + 0.04 + 0.08


async def test_socket_mode_that_is_switched_off_is_the_problem() -> None:
    async with SlackSocketServer() as slack:
        slack.closes_with = "link_disabled"

        async with running(slack.url) as receiver:
            await has_problem(receiver, "Slack closed the connection: Socket Mode is off")


@pytest.mark.parametrize(
    ("method", "problem"),
    [
        ("auth.test", "Slack refuses the bot token: invalid_auth"),
        ("apps.connections.open", "Slack refuses the app token: invalid_auth"),
    ],
)
async def test_refused_token_is_the_problem(method: str, problem: str) -> None:
    async with SlackSocketServer() as slack:
        slack.refuse(method, *["invalid_auth"] * 9)

        async with running(slack.url) as receiver:
            await has_problem(receiver, problem)


async def test_network_that_is_down_is_not_a_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    async with running(f"http://127.0.0.1:{port}") as receiver:
        await has_problem(receiver, "no connection to Slack: ")
