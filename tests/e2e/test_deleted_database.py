"""The database is deleted under the running daemon: it says so everywhere, and loses nothing."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp

from e2e.world import STORY, slack_text, world
from harness import Daemon, eventually, straitwatch


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def answer(port: int, path: str) -> tuple[int, str]:
    """Return the status and the text of a page; 0 if the daemon does not answer any more."""
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as response,
        ):
            return response.status, await response.text()
    except aiohttp.ClientConnectionError:
        return 0, ""


async def status(config: Path) -> tuple[int, str]:
    code, out, _ = await straitwatch("status", "--config", str(config), cwd=config.parent)
    return code, out


def entries(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM entry").fetchone()
    return int(count)


async def test_deleted_database_stops_the_daemon_and_is_put_back(tmp_path: Path) -> None:
    port, database = free_port(), tmp_path / "straitwatch.db"
    settings = {"web": {"listen": f"127.0.0.1:{port}"}, "system": {"send": ["desk-slack"]}}
    async with world(tmp_path, **settings) as it, Daemon(it.config) as daemon:
        await it.polled(1)
        it.publish(STORY)
        await eventually(lambda: bool(it.slack.messages))
        await eventually(lambda: _is_well(port))
        code, out = await status(it.config)
        assert (code, "running since" in out) == (0, True)

        before = entries(database)
        database.unlink()

        for path in ("/readyz", "/healthz"):
            assert await answer(port, path) == (503, "the database was deleted while in use\n")
        assert await daemon.wait() == 1
        assert "is back at" in daemon.text()
        assert any("was deleted" in slack_text(message) for message in it.slack.messages)
        assert entries(database) >= before
        code, out = await status(it.config)
        assert (code, "not running since" in out) == (1, True)


async def _is_well(port: int) -> bool:
    return await answer(port, "/readyz") == (200, "ok\n")
