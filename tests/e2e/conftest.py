"""A database that the real pipeline filled, for the tests of commands that look at one."""

import functools
import http.server
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.configs import rss, write_config
from commands import ITEMS, run


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Iterator[Path]:
    """A configuration whose feed was polled once, with one alert delivered to the terminal."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "www").mkdir()
    (folder / "www/wire.xml").write_bytes(rss())
    handler = functools.partial(_Quiet, directory=str(folder / "www"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/wire.xml"
    made = write_config(folder, feeds={"Example Wire": url})
    run(made, "run", "--once", "--json")  # the first fetch of the feed sends no alert
    wire = folder / "www/wire.xml"
    wire.write_bytes(rss(*ITEMS))
    os.utime(wire, (wire.stat().st_atime, wire.stat().st_mtime + 60))  # HTTP counts seconds
    _make_due(folder / "straitwatch.db")
    run(made, "run", "--once", "--json")
    yield made
    server.shutdown()
    server.server_close()


def _make_due(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("update feed set next_due_at = '2020-01-01 00:00:00.000000'")
    connection.commit()
    connection.close()
