"""Limits the concurrent requests, in total and to one host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class _Host:
    __slots__ = ("turns", "users")

    def __init__(self, limit: int) -> None:
        self.turns = asyncio.Semaphore(limit)
        self.users = 0


class Gate:
    """Admits requests in order of arrival.

    A request waits for its host first, and only then for one of the common slots. Therefore a
    hundred feeds of one slow host occupy only `per_host` slots.
    """

    def __init__(self, *, total: int, per_host: int) -> None:
        self._slots = asyncio.Semaphore(total)
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def enter(self, name: str) -> AsyncIterator[None]:
        """Hold a slot for one request to the host."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(self._per_host)
        host.users += 1
        try:
            async with host.turns, self._slots:
                yield
        finally:
            host.users -= 1
            if not host.users:
                del self._hosts[name]
