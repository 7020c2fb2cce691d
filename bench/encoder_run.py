"""Measures the cost of the sentence encoder in one poll of the real program.

    python bench/encoder_run.py [--reports 20] [--times 3]

Each run is `straitwatch run --once` with a new database and one feed on loopback, which has
`--reports` matching entries or none. CPU is user + system of the program and its workers. MB is the
peak of the largest process.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from polls import Cost, measure

LEAD = (
    "The ministry says that talks on trade and transport continue next week, and that both"
    " delegations have arrived. It gives no date for the next round, number {number}."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=20)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    print(f"{'encoder':8} {'matched':>8} {'CPU s':>7} {'wall s':>7} {'MB':>6}")
    for encoder in ("off", "auto"):
        for matched in (0, options.reports):
            costs = [run_once(encoder, options.reports, matched) for _ in range(options.times)]
            cpu, wall, rss = (
                statistics.median(getattr(cost, name) for cost in costs)
                for name in ("cpu", "wall", "rss")
            )
            print(f"{encoder:8} {matched:8} {cpu:7.2f} {wall:7.2f} {rss:6.0f}", flush=True)


def run_once(encoder: str, entries: int, matched: int) -> Cost:
    """Run the program once, on a new database."""
    with (
        tempfile.TemporaryDirectory(prefix="straitwatch-") as made,
        served(entries, matched) as url,
    ):
        folder = Path(made)
        return measure(prepare(folder, url, encoder), folder / "log")


def prepare(folder: Path, url: str, encoder: str) -> list[str]:
    """Write a configuration and return the command."""
    config = folder / "config"
    (config / "watchlists").mkdir(parents=True)
    feeds = {"feeds": [{"name": "Outlet", "url": url}]}
    settings = {
        "database": f"sqlite:///{folder}/bench.db",
        "polling": {"contact": "bench@example.org", "allow_private_addresses": True},
        "pages": {"full_text": "never", "watch_edits": "0s"},
        "stories": {"encoder": encoder},
    }
    lists = {"watchlists": [{"id": "bench", "title": "Bench", "match": ["blockade"]}]}
    (config / "feeds.yaml").write_text(json.dumps(feeds))  # JSON is YAML
    (config / "straitwatch.yaml").write_text(json.dumps(settings))
    (config / "watchlists" / "bench.yaml").write_text(json.dumps(lists))
    program = Path(sys.executable).parent / "straitwatch"
    return [str(program), "run", "--once", "--json", "--config", str(config)]


@contextmanager
def served(entries: int, matched: int) -> Iterator[str]:
    """Serve a feed on loopback."""
    body = document(entries, matched).encode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, body))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers with one document."""

    def __init__(self, body: bytes, *args: object) -> None:
        self._body = body
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(self._body)))
        self.end_headers()
        self.wfile.write(self._body)

    def log_message(self, *_: object) -> None:
        """Suppress the log of requests."""


def document(entries: int, matched: int) -> str:
    items = "".join(
        f"<item><title>{'Blockade' if n < matched else 'Fair'} report {n} of the harbor office</title>"
        f"<link>https://outlet.example/{n}</link><description>{LEAD.format(number=n)}</description>"
        "</item>"
        for n in range(entries)
    )
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet</title>'
        f"<link>https://outlet.example/</link><description>News</description>{items}</channel></rss>"
    )


if __name__ == "__main__":
    main()
