"""Mail servers on loopback.

    with SmtpServer() as smtp:                       # accepts every mail
        smtp.url                                     # mailto://127.0.0.1:PORT
        smtp.messages                                # the accepted mails, in order
    with SmtpServer({"rcpt": "550 no such user"}) as smtp:

A script maps a moment (connect, ehlo, starttls, auth, mail, rcpt, data, dot, quit) to a reply, or
to `hang`, `close`, `reset`. After `dot` these three come once the mail is accepted. `rcpt` may
name an address: `rcpt desk@example.org`.
"""

import contextlib
import email
import email.policy
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self, cast

_ENDS = ("hang", "close", "reset")


@dataclass(frozen=True)
class Mailed:
    """One mail that the server took."""

    sender: str
    recipient: str
    data: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.data, policy=email.policy.default)
        return cast(EmailMessage, parsed)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class SmtpServer:
    def __init__(
        self,
        script: Mapping[str, str] | None = None,
        *,
        extensions: tuple[str, ...] = (),
        on_message: Callable[[Mailed], None] | None = None,
    ) -> None:
        self.messages: list[Mailed] = []
        self.commands: list[str] = []
        self.reply = dict(script or {})
        self.extensions = extensions
        self.on_message = on_message
        self.arrived = threading.Event()
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}"

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
        with contextlib.suppress(OSError, _Ended), connection:
            _Conversation(self, connection).run()

    def take(self, mailed: Mailed) -> None:
        self.messages.append(mailed)
        if self.on_message:
            self.on_message(mailed)
        self.arrived.set()

    def wait_for_the_end(self) -> None:
        self._stopping.wait()


class _Ended(Exception):  # noqa: N818 - not an error
    pass


class _Conversation:
    def __init__(self, server: SmtpServer, connection: socket.socket) -> None:
        self._server, self._connection = server, connection
        self._lines = connection.makefile("rb")
        self._sender = self._recipient = ""

    def run(self) -> None:
        self._say("connect", "220 loopback")
        while line := self._lines.readline():
            words = line.decode("latin-1").strip()
            self._server.commands.append(words)
            if self._handle(words):
                return

    def _handle(self, words: str) -> bool:
        verb = words.upper()
        match verb.split(" ")[0].split(":")[0]:
            case "EHLO":
                features = ["loopback", *self._server.extensions]
                lines = [f"250-{feature}" for feature in features[:-1]] + [f"250 {features[-1]}"]
                self._say("ehlo", "\r\n".join(lines))
            case "HELO":
                self._say("ehlo", "250 loopback")
            case "STARTTLS":
                self._say("starttls", "454 not now")
            case "AUTH":
                self._say("auth", "235 welcome")
            case "MAIL":
                self._sender = _address(words)
                self._say("mail", "250 ok")
            case "RCPT":
                self._recipient = _address(words)
                usual = self._server.reply.get("rcpt", "250 ok")
                self._say(f"rcpt {self._recipient}", usual)
            case "DATA":
                if self._say("data", "354 go ahead").startswith("354"):
                    self._take()
            case "QUIT":
                self._say("quit", "221 bye")
                return True
            case _:
                self._say("other", "250 ok")
        return False

    def _take(self) -> None:
        data = b""
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise _Ended  # the client disconnected in the middle, so the mail is not accepted
            data += line[1:] if line.startswith(b".") else line
        reply = self._server.reply.get("dot", "250 taken")
        if reply.startswith("2") or reply in _ENDS:
            self._server.take(Mailed(self._sender, self._recipient, data))
        self._say("dot", "250 taken")

    def _say(self, moment: str, usual: str) -> str:
        reply = self._server.reply.get(moment, usual)
        if reply == "hang":
            self._server.wait_for_the_end()
            raise _Ended
        if reply == "reset":
            linger = struct.pack("ii", 1, 0)
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if reply in _ENDS:
            self._lines.close()
            self._connection.close()
            raise _Ended
        self._connection.sendall(reply.encode() + b"\r\n")
        return reply


def _address(words: str) -> str:
    return words.partition("<")[2].partition(">")[0]
