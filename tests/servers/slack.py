"""A Slack on loopback: incoming webhooks and the few Web API methods that Straitwatch uses.

    with SlackServer() as slack:
        slack.url                    # replaces https://hooks.slack.com and https://slack.com
        slack.script(rate_limited(7))            # the answers to the next posts, later ones are ok
        slack.messages               # of a channel, in order of arrival
        slack.requests               # all received requests

`on_post` is called after a post is read and before the answer.
"""

import contextlib
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from straitwatch.clock import utc_now

POSTS = ("chat.postMessage", "chat.update", "webhook")


@dataclass(frozen=True)
class Answer:
    """The answer of the server to one post."""

    status: int = 200
    body: str | None = None  # None: Slack's answer on success
    headers: tuple[tuple[str, str], ...] = ()
    is_kept: bool = False  # the channel shows the message whatever the answer says
    end: str = "answer"  # answer, late, hang, reset, close, drip, cut


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    method: str
    headers: dict[str, str]
    body: bytes
    json: dict[str, Any] = field(default_factory=dict)


def ok() -> Answer:
    return Answer()


def error(status: int, body: str) -> Answer:
    """A webhook's refusal: `error(404, "no_service")`."""
    return Answer(status=status, body=body)


def not_ok(code: str) -> Answer:
    """The Web API's refusal: status 200 and `ok: false`."""
    return Answer(body=json.dumps({"ok": False, "error": code}))


def rate_limited(seconds: int) -> Answer:
    headers = (("Retry-After", str(seconds)),)
    return Answer(status=429, body='{"ok":false,"error":"ratelimited"}', headers=headers)


def redirect(url: str) -> Answer:
    return Answer(status=302, body="moved", headers=(("Location", url),))


def html(status: int = 200, text: str = "<html>LOGIN OK</html>") -> Answer:
    return Answer(status=status, body=text, headers=(("Content-Type", "text/html"),))


def late() -> Answer:
    """All is well, a moment later."""
    return Answer(end="late", is_kept=True)


def drip() -> Answer:
    """An answer of a byte at a time, without an end."""
    return Answer(end="drip", is_kept=True)


def hang(*, is_kept: bool = True) -> Answer:
    return Answer(end="hang", is_kept=is_kept)


def reset(*, is_kept: bool = True) -> Answer:
    return Answer(end="reset", is_kept=is_kept)


def close(*, is_kept: bool = True) -> Answer:
    return Answer(end="close", is_kept=is_kept)


def cut_off() -> Answer:
    """Half an answer, then a reset."""
    return Answer(end="cut", is_kept=True)


class SlackServer:
    def __init__(self, *, on_post: Callable[[Asked], None] | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests: list[Asked] = []
        self.channels = {"C0DESK": "desk"}
        self.default = Answer()
        self.lacks_history_scope = False
        self.history_answer: Answer | None = None  # instead of the history itself
        self.clock = utc_now  # of Slack's timestamps
        self.on_post = on_post
        self.before_post: Callable[[Asked], None] | None = None  # may still script the answer
        self.on_ask: Callable[[Asked], None] | None = None  # of history and lists
        self._scripts: dict[str, Answer | None] = {}
        self.arrived = threading.Event()
        self._script: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._last_ts = 0.0

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, *answers: Answer) -> None:
        """Say how the next posts are answered, one after the other."""
        self._script.extend(answers)

    def script_for(self, place: str, answer: Answer | None) -> None:
        """Say how every post to `webhook` or `bot` is answered from now on; None: as usual."""
        self._scripts = {place: answer}

    def start(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread
        self._socket.close()

    __enter__ = start

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, *_: object) -> None:
        self.stop()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                if asked := _read(connection):
                    self._answer(connection, asked)
        except OSError:
            return

    def _answer(self, connection: socket.socket, asked: Asked) -> None:
        name = _method(asked.path)
        if name not in POSTS:
            with self._lock:
                self.requests.append(asked)
            if self.on_ask:
                self.on_ask(asked)
            usual = Answer(body=json.dumps(self._ask(name, asked)))
            is_history = name in ("conversations.history", "conversations.replies")
            answer = (self.history_answer if is_history else None) or usual
            if answer.end == "reset":
                _reset(connection)
            else:
                _write(connection, answer)
            return
        with self._lock:
            self.requests.append(asked)
            if self.before_post:
                self.before_post(asked)
            place = "webhook" if name == "webhook" else "bot"
            usual = self._scripts.get(place) or self.default
            answer = self._script.popleft() if self._script else usual
            is_kept = answer.is_kept or (answer.body is None and answer.end == "answer")
            body = self._keep(name, asked) if is_kept else ""
        if self.on_post:
            self.on_post(asked)
        self.arrived.set()
        match answer.end:
            case "hang":
                self._stopping.wait()
            case "reset":
                _reset(connection)
            case "close":
                connection.shutdown(socket.SHUT_RDWR)
            case "drip":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                while not self._stopping.wait(0.02):
                    connection.sendall(b"o")
            case "cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\no")
                _reset(connection)
            case _:
                if answer.end == "late":
                    self._stopping.wait(0.2)
                _write(
                    connection, answer if answer.body is not None else replace(answer, body=body)
                )

    def _keep(self, name: str, asked: Asked) -> str:
        """Show the message; return the answer of the real Slack."""
        if name == "webhook":
            self.messages.append(asked.json)
            return "ok"
        channel = self._id(asked.json.get("channel", ""))
        if name == "chat.update":
            for message in self.messages:
                if message.get("ts") == asked.json["ts"]:
                    message.update(asked.json)
            return json.dumps({"ok": True, "channel": channel, "ts": asked.json["ts"]})
        self._last_ts = max(self._last_ts + 0.0001, self.clock().timestamp())
        ts = f"{self._last_ts:.6f}"
        self.messages.append(asked.json | {"ts": ts, "channel": channel})
        return json.dumps({"ok": True, "channel": channel, "ts": ts})

    def _ask(self, name: str, asked: Asked) -> dict[str, Any]:
        query = asked.json
        if self.lacks_history_scope:
            return {"ok": False, "error": "missing_scope"}
        if name == "conversations.list":
            channels = [{"id": key, "name": name} for key, name in self.channels.items()]
            return {"ok": True, "channels": channels}
        if query.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        found = [
            message
            for message in reversed(self.messages)
            if message.get("channel") == query["channel"]
            and message.get("thread_ts", "") in ("", query.get("ts", ""))
            and float(message["ts"]) > float(query.get("oldest", 0))
        ]
        start, limit = int(query.get("cursor") or 0), min(int(query.get("limit", 100)), 999)
        end = start + limit
        cursor = str(end) if end < len(found) else ""
        return {
            "ok": True,
            "messages": found[start:end],
            "has_more": bool(cursor),
            "response_metadata": {"next_cursor": cursor},
        }

    def _id(self, channel: str) -> str:
        return next((key for key, name in self.channels.items() if f"#{name}" == channel), channel)


def _method(path: str) -> str:
    parts = urlsplit(path).path.strip("/").split("/")
    return "webhook" if parts[0] == "services" else parts[-1]


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Asked(
        path=path, method=method, headers=headers, body=body, json=_decode(headers, body, path)
    )


def _decode(headers: dict[str, str], body: bytes, path: str) -> dict[str, Any]:
    if headers.get("content-type", "").startswith("application/json"):
        return json.loads(body)
    fields = parse_qs(body.decode()) | parse_qs(urlsplit(path).query)
    return {key: values[0] for key, values in fields.items()}


def _write(connection: socket.socket, answer: Answer) -> None:
    body = (answer.body or "").encode()
    headers = {"Content-Type": "application/json; charset=utf-8"} | dict(answer.headers)
    lines = [f"HTTP/1.1 {answer.status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{key}: {value}" for key, value in headers.items()]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
