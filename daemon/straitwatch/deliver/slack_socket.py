"""Receives clicks from Slack through Socket Mode, which needs no public address.

The client of slack_sdk is not used here: if a connection fails, it tries the same address again
without end, although Slack gives each address to one connection only.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
import structlog

from straitwatch.core.model import Outcome, SendResult
from straitwatch.core.receivers import NO_CONNECTION
from straitwatch.deliver.http import NoRedirectTransport
from straitwatch.deliver.slack import BotClient, SlackBot, call_slack

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Handle = Callable[[Any], Awaitable[None]]
FIRST_PAUSE: Final = 1.0  # seconds before the next connection; doubled up to the longest one
LONGEST_PAUSE: Final = 60.0
STEADY_AFTER: Final = 30.0  # seconds; after a connection that lasted, the pauses begin anew
_HEARTBEAT: Final = 15.0  # seconds between our pings; a dead connection is noticed then
_MAX_MESSAGE: Final = 1_000_000  # bytes
_MORE_TRIES: Final = 2  # of an answer
_RENEWALS: Final = ("warning", "refresh_requested")  # of a connection, every few hours
_DISABLED: Final = "link_disabled"
_LONGEST_WAIT: Final = 30.0  # seconds that an answer waits if Slack asks for it


class SlackSocket:
    """One connection of one app to Slack, renewed as often as needed."""

    def __init__(self, *, app_token: str, bot_token: str, base_url: str) -> None:
        self.teams: frozenset[str] = frozenset()  # the workspace of the bot
        self.problem = ""  # why clicks do not arrive
        self.first_pause = FIRST_PAUSE
        self._is_plain = base_url.startswith("http://")  # a loopback server in tests
        self._secrets = (app_token, bot_token)
        self._app = _client(app_token, base_url)
        self._bot = _client(bot_token, base_url)
        self._calls = asyncio.Lock()  # a transport sends one request at a time

    async def run(self, handle: Handle) -> None:
        """Pass each interaction to `handle`, and acknowledge it when that returns.

        If `handle` raises an exception, the envelope is not acknowledged: Slack shows the person
        that the click failed, and may send it again.
        """
        pause, may_hurry, clock = self.first_pause, True, asyncio.get_running_loop().time
        while True:
            is_renewal, since = False, clock()
            try:
                async with aiohttp.ClientSession(trust_env=True) as session:
                    is_renewal = await self._receive(session, handle)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                self._note_problem(f"{NO_CONNECTION}: {type(error).__name__}")
            if clock() - since >= STEADY_AFTER:
                pause, may_hurry = self.first_pause, True
            if is_renewal and may_hurry:
                may_hurry = False
                continue
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _receive(self, session: aiohttp.ClientSession, handle: Handle) -> bool:
        """Receive until the connection ends; return True if Slack wants to renew it."""
        url = await self._open()
        if not url:
            return False
        async with session.ws_connect(
            url, heartbeat=_HEARTBEAT, max_msg_size=_MAX_MESSAGE
        ) as connection:
            async for message in connection:
                envelope = _decode(message)
                match envelope.get("type"):
                    case "hello":
                        self.problem = ""
                        log.info("slack buttons connected")
                    case "disconnect":
                        return self._is_renewal(str(envelope.get("reason")))
                    case _:
                        await self._answer(connection, envelope, handle)
        return False

    def _is_renewal(self, reason: str) -> bool:
        if reason in _RENEWALS:
            return True
        cause = "Socket Mode is off in the settings of the app" if reason == _DISABLED else reason
        self._note_problem(f"Slack closed the connection: {cause}")
        return False

    async def _answer(
        self,
        connection: aiohttp.ClientWebSocketResponse,
        envelope: Mapping[str, Any],
        handle: Handle,
    ) -> None:
        if "envelope_id" not in envelope:
            return
        try:
            if envelope.get("type") == "interactive":
                await handle(envelope.get("payload"))
        except Exception:  # around one click: the others continue
            log.exception("click not carried out")
            return
        await connection.send_json({"envelope_id": envelope["envelope_id"]})

    async def _open(self) -> str:
        """Ask Slack for an address; "" if it refuses."""
        if not self.teams and not await self._identify():
            return ""
        result, answer = await self._call(self._app, "apps.connections.open", {})
        url = str(answer.get("url", ""))
        if result.outcome is not Outcome.DELIVERED:
            self._note_problem(_describe(result, "app"))
            return ""
        if not url.startswith("ws://" if self._is_plain else "wss://"):
            self._note_problem("Slack gave an address that is not encrypted")
            return ""
        return url

    async def _identify(self) -> bool:
        """Find the workspace of the bot, because only its members may act."""
        result, answer = await self._call(self._bot, "auth.test", {})
        if result.outcome is not Outcome.DELIVERED:
            self._note_problem(_describe(result, "bot"))
            return False
        names = (answer.get("team_id"), answer.get("enterprise_id"))
        self.teams = frozenset(str(name) for name in names if name)
        return bool(self.teams)

    def _note_problem(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("slack buttons unavailable", problem=problem)
        self.problem = problem

    async def whisper(self, *, channel: str, user: str, text: str) -> SendResult:
        """Tell one person why a click did nothing."""
        body = {"channel": channel, "user": user, "text": text}
        return await self._post("chat.postEphemeral", body)

    async def _post(self, method: str, body: Mapping[str, Any]) -> SendResult:
        result, _ = await self._call(self._bot, method, body)
        for _ in range(_MORE_TRIES):
            if result.outcome not in (Outcome.RETRY, Outcome.UNSURE):
                break
            asked = result.retry_after.total_seconds() if result.retry_after else self.first_pause
            await asyncio.sleep(min(asked, _LONGEST_WAIT))
            result, _ = await self._call(self._bot, method, body)
        return result

    async def _call(
        self, client: BotClient, method: str, body: Mapping[str, Any]
    ) -> tuple[SendResult, Mapping[str, Any]]:
        async with self._calls:
            return await asyncio.to_thread(call_slack, client, method, body, self._secrets)


def _describe(result: SendResult, token: str) -> str:
    """Say why a call failed: Slack refused the token, or could not be asked."""
    is_refusal = result.outcome in (Outcome.RECEIVER_BROKEN, Outcome.PERMANENT)
    if is_refusal and result.code != "certificate":
        return f"Slack refuses the {token} token: {result.code}"
    return f"{NO_CONNECTION}: {result.text or result.code}"


def open_socket(bot: SlackBot) -> SlackSocket:
    """Return the connection of a bot's app."""
    return SlackSocket(app_token=bot.app_token, bot_token=bot.token, base_url=bot.base_url)


def _client(token: str, base_url: str) -> BotClient:
    return BotClient(token, base_url=f"{base_url}/api/", transport=NoRedirectTransport())


def _decode(message: aiohttp.WSMessage) -> Mapping[str, Any]:
    """Return an envelope; {} for any other message."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        decoded = json.loads(message.data)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
