"""Provides an HTTP transport for slack_sdk without redirects, with bounded waits.

slack_sdk sends its requests with urllib, which follows a 301 or 302 by turning a POST into a GET
without a body: the message is lost, and the response may still be 200. Both clients of slack_sdk
send requests in one method, which `NoRedirectTransport.open` replaces. Proxies come from the
environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), as in urllib.
"""

import http.client
import socket
import threading
from email.message import Message
from functools import partial
from typing import Any
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0  # between two bytes of the response
ANSWER_SECONDS = 60.0  # for the whole response, against servers that send one byte a second
MAX_ANSWER = 8_000_000  # bytes; a page of a channel's history has 200 messages of up to 13 KB


class NoRedirectTransport:
    """Sends one request at a time; `is_connected` shows if the server may have read it."""

    def __init__(self, *, read_seconds: float = READ_SECONDS) -> None:
        self.is_connected = False
        self._read_seconds = read_seconds
        self._socket: socket.socket | None = None
        self._opener = build_opener(_PlainHandler(self), _EncryptedHandler(self), _NoRedirects())

    def open(self, request: Request) -> tuple[int, Message, str]:
        """Send a request; return status, headers and text of the response.

        Raises:
            HTTPError: for any status except 2xx, including redirects.
            OSError, HTTPException: the response is missing or incomplete.
        """
        self.is_connected, self._socket = False, None
        watchdog = threading.Timer(CONNECT_SECONDS + ANSWER_SECONDS, self._hang_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            with self._opener.open(request, timeout=CONNECT_SECONDS) as answer:
                body = answer.read(MAX_ANSWER)
                return answer.status, answer.headers, body.decode("utf-8", "replace")
        finally:
            watchdog.cancel()

    def note_connection(self, sock: socket.socket) -> None:
        """Record that from now on the server may read the request."""
        sock.settimeout(self._read_seconds)
        self._socket, self.is_connected = sock, True

    def _hang_up(self) -> None:
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


class _PlainConnection(http.client.HTTPConnection):
    def __init__(self, transport: NoRedirectTransport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._transport = transport

    def connect(self) -> None:
        super().connect()
        self._transport.note_connection(self.sock)


class _EncryptedConnection(http.client.HTTPSConnection):
    def __init__(self, transport: NoRedirectTransport, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._transport = transport

    def connect(self) -> None:
        super().connect()
        self._transport.note_connection(self.sock)


class _PlainHandler(HTTPHandler):
    def __init__(self, transport: NoRedirectTransport) -> None:
        super().__init__()
        self._transport = transport

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_PlainConnection, self._transport), req)


class _EncryptedHandler(HTTPSHandler):
    def __init__(self, transport: NoRedirectTransport) -> None:
        super().__init__()
        self._transport = transport

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_EncryptedConnection, self._transport), req)


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None
