"""A Slack on loopback with Socket Mode, as its documentation describes it.

async with SlackSocketServer() as slack:
    slack.url                                 # `base_url` of a bot receiver
    envelope = await slack.click("mute_story:d1", message)   # sends an envelope
    await slack.acknowledged(envelope)
    slack.messages                            # as edited
"""

import asyncio
import itertools
import json
from collections import deque
from typing import Any, Self

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

TEAM = "T0DESK"
SECONDS = 60.0  # an upper bound on a busy machine


class SlackSocketServer:
    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Any]] = {}  # by ts
        self.calls: list[tuple[str, str, dict[str, Any]]] = []  # method, token, body
        self.refusals: dict[str, deque[str]] = {}  # error codes of the next calls, by method
        self.opened = 0
        self.closes_with = ""  # the reason with which each connection ends after its greeting
        self.envelopes: dict[str, asyncio.Event] = {}
        self.acknowledged_ids: list[str] = []
        self._numbers = itertools.count(1)
        self._connection: web.WebSocketResponse | None = None
        self._changed = asyncio.Condition()
        app = web.Application()
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/link", self._link)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.url = f"http://127.0.0.1:{self._server.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection:
            await self._connection.close()
        await self._server.close()

    def refuse(self, method: str, *codes: str) -> None:
        self.refusals[method] = deque(codes)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [body for name, _, body in self.calls if name == method]

    async def until(self, condition: Any) -> None:
        """Wait until a condition holds; it is checked whenever something arrives."""
        async with asyncio.timeout(SECONDS), self._changed:
            await self._changed.wait_for(condition)

    async def connected(self, times: int = 1) -> None:
        await self.until(lambda: self.opened >= times and self._connection is not None)

    def payload(self, value: str, ts: str, **changes: Any) -> dict[str, Any]:
        """Return the payload of a click on a button, as Slack sends it."""
        is_option = changes.pop("is_option", False)
        action = {"action_id": "x", "block_id": "y", "action_ts": f"{next(self._numbers)}.1"}
        chosen = {"selected_option": {"value": value}} if is_option else {"value": value}
        return {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "desk"},
            "user": {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": TEAM},
            "api_app_id": "A0APP",
            "container": {"type": "message", "message_ts": ts, "channel_id": "C0DESK"},
            "channel": {"id": "C0DESK", "name": "desk"},
            "message": self.messages[ts] | {"ts": ts},
            "actions": [action | chosen],
        } | changes

    async def send(self, payload: Any, *, envelope: str = "", type_: str = "interactive") -> str:
        """Send an envelope; return its id. A repeated one has the same id and payload."""
        envelope = envelope or f"e{next(self._numbers)}"
        self.envelopes.setdefault(envelope, asyncio.Event())
        assert self._connection is not None
        await self._connection.send_json(
            {
                "envelope_id": envelope,
                "type": type_,
                "accepts_response_payload": False,
                "payload": payload,
            }
        )
        return envelope

    async def click(self, value: str, ts: str, **changes: Any) -> str:
        return await self.send(self.payload(value, ts, **changes))

    async def acknowledged(self, envelope: str) -> None:
        async with asyncio.timeout(SECONDS):
            await self.envelopes[envelope].wait()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        connection, self._connection = self._connection, None
        assert connection is not None
        await connection.send_json({"type": "disconnect", "reason": reason})

    async def hang_up(self) -> None:
        """End the connection without a word, as a broken network does."""
        connection, self._connection = self._connection, None
        assert connection is not None
        assert connection._req is not None
        assert connection._req.transport is not None
        connection._req.transport.abort()

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        text = await request.text()
        body = json.loads(text) if text.startswith("{") else dict(await request.post())
        self.calls.append((method, request.headers.get("Authorization", ""), dict(body)))
        codes = self.refusals.get(method)
        answer = (
            {"ok": False, "error": codes.popleft()} if codes else self._answer(method, dict(body))
        )
        await self._notify()
        return web.json_response(answer)

    def _answer(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {"ok": True, "team_id": TEAM, "user_id": "U0BOT"}
            case "apps.connections.open":
                return {"ok": True, "url": f"ws://127.0.0.1:{self._server.port}/link?ticket=1"}
            case "chat.postMessage":
                ts = f"17.{next(self._numbers):06d}"
                self.messages[ts] = body
                return {"ok": True, "ts": ts, "channel": "C0DESK"}
            case "chat.update":
                self.messages[body["ts"]] = self.messages[body["ts"]] | body
                return {"ok": True, "ts": body["ts"], "channel": "C0DESK"}
            case _:
                return {"ok": True}

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self.opened += 1
        self._connection = connection
        info = {"connection_info": {"app_id": "A0APP"}, "num_connections": 1}
        await connection.send_json({"type": "hello", **info})
        await self._notify()
        if self.closes_with:
            await connection.send_json({"type": "disconnect", "reason": self.closes_with})
            await connection.close()
        async for message in connection:
            if message.type is WSMsgType.TEXT:
                envelope = json.loads(message.data)["envelope_id"]
                self.acknowledged_ids.append(envelope)
                self.envelopes[envelope].set()
                await self._notify()
        return connection

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
