"""A real HTTP proxy on loopback that records its requests; it asks one server for every name."""

import asyncio
from contextlib import suppress
from typing import Self


class ProxyServer:
    """Forwards requests and tunnels to a fixed address, as if each name resolved to it."""

    def __init__(self, to: tuple[str, int], *, refuses: int = 0) -> None:
        self.requests: list[str] = []  # the first lines
        self.heads: list[str] = []
        self._to = to
        self._refuses = refuses
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        self.requests.append(line.decode())
        self.heads.append(head.decode())
        if self._refuses:
            writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self._refuses)
            writer.close()
            return
        there, onward = await asyncio.open_connection(*self._to)
        method, target, version = line.split(b" ")
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = b"/" + target.split(b"/", 3)[3]
            onward.write(b" ".join((method, path, version)) + b"\r\n" + rest)
        await asyncio.gather(_copy(reader, onward), _copy(there, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    with suppress(ConnectionError):
        target.close()
