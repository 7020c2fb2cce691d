"""Runs the demonstration: a news stream on loopback, and the real daemon on it.

One folder holds everything: the configuration, the database, the log, the Slack messages, and the
mails as a reader would see them. The stream in `seeds/` is compressed to end with the digest, which
is sent at a full minute.
"""

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from straitwatch import store as db
from straitwatch.app.load import config_option
from straitwatch.clock import utc_now
from straitwatch.core.model import SendJob
from straitwatch.core.render import render_mail
from straitwatch.shipped import shipped
from straitwatch.store import Store
from straitwatch.web import serve_web

SHORTEST = timedelta(seconds=40)  # of the stream, which ends at a full minute
BEFORE_DIGEST = 15.0  # seconds to send the last alerts
AFTER_DIGEST = 15.0  # seconds to write and send the digest
UPDATE_WAIT = 12.0  # seconds to collect the updates of one story
PATIENCE = 30.0  # seconds for the daemon to start or to stop

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The demonstration feeds and their items, in order of time."""

    feeds: tuple[Mapping[str, Any], ...]
    items: tuple[Mapping[str, Any], ...]

    @property
    def seconds(self) -> float:
        """The length of the stream in its own time."""
        return max(float(item["at"]) for item in self.items)


def read_stream(directory: Path) -> Stream:
    """Read the seeds."""
    feeds = yaml.safe_load((directory / "feeds.yaml").read_text(encoding="utf-8"))["feeds"]
    lines = (directory / "stream.jsonl").read_text(encoding="utf-8").splitlines()
    items = sorted((json.loads(line) for line in lines if line), key=lambda item: item["at"])
    return Stream(feeds=tuple(feeds), items=tuple(items))


@dataclass(slots=True)
class Newsroom:
    """Serves each feed with the items published so far, and receives Slack messages."""

    stream: Stream
    pace: float  # seconds of the stream in one real second
    clock: Clock
    mailbox: Path
    started_at: datetime | None = None
    slack: list[dict[str, Any]] = field(default_factory=list)
    polled: set[int] = field(default_factory=set)
    all_polled: asyncio.Event = field(default_factory=asyncio.Event)

    def application(self) -> Starlette:
        """Return the web application."""
        return Starlette(
            routes=[
                Route("/feeds/{number:int}", self.feed),
                Route("/services/{rest:path}", self.webhook, methods=["POST"]),
            ]
        )

    async def feed(self, request: Request) -> Response:
        """Answer a poll of one feed."""
        number = request.path_params["number"]
        self.polled.add(number)
        if len(self.polled) == len(self.stream.feeds):
            self.all_polled.set()
        elapsed = (self.clock() - self.started_at).total_seconds() if self.started_at else -1
        name = self.stream.feeds[number]["name"]
        shown = [
            item
            for item in self.stream.items
            if item["feed"] == name and float(item["at"]) <= elapsed * self.pace
        ]
        etag = f'"{len(shown)}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        body = _rss(name, shown, date=self._date)
        return Response(body, media_type="application/rss+xml", headers={"etag": etag})

    def _date(self, item: Mapping[str, Any]) -> datetime:
        """Return when the stream publishes an item."""
        return (self.started_at or self.clock()) + timedelta(seconds=float(item["at"]) / self.pace)

    async def webhook(self, request: Request) -> Response:
        """Write a Slack message to a file."""
        message = await request.json()
        self.slack.append(message)
        path = self.mailbox / f"slack-{len(self.slack):03}.json"
        path.write_text(json.dumps(message, ensure_ascii=False, indent=1), encoding="utf-8")
        return PlainTextResponse("ok")


def _rss(
    name: str, items: Sequence[Mapping[str, Any]], *, date: Callable[[Mapping[str, Any]], datetime]
) -> bytes:
    body = "".join(
        f'<item><guid isPermaLink="false">{escape(item["guid"])}</guid>'
        f"<title>{escape(item['title'])}</title><link>{escape(item['url'])}</link>"
        f"<pubDate>{format_datetime(date(item))}</pubDate>"
        f"<description>{escape(item.get('summary', ''))}</description></item>"
        for item in reversed(items)
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(name)}</title>{body}</channel></rss>"
    )
    return text.encode()


def write_demo_config(
    directory: Path, stream: Stream, *, port: int, page: str, digest_at: datetime
) -> Path:
    """Write a configuration with the shipped watch-lists and the demonstration feeds."""
    config = directory / "config"
    for name in ("terms", "watchlists"):
        shutil.copytree(shipped("config") / name, config / name, dirs_exist_ok=True)
    here = f"http://127.0.0.1:{port}"
    feeds = [{**feed, "url": f"{here}/feeds/{number}"} for number, feed in enumerate(stream.feeds)]
    settings = {
        "database": f"sqlite:///{directory / 'straitwatch.db'}",
        "timezone": "UTC",
        "languages": ["en", "zh"],
        "stories": {"update_wait": f"{UPDATE_WAIT:.0f}s"},
        "receivers": {
            "terminal": {"url": "terminal://"},
            "desk-slack": {"url": "slack://T00000000/B00000000/" + "x" * 24, "base_url": here},
        },
        "routes": [{"match": {}, "send": ["terminal", "desk-slack"]}],
        "digests": [
            {"name": "demo", "at": f"{digest_at:%H:%M}", "send": ["terminal", "desk-slack"]}
        ],
        "polling": {
            "interval": "2s",
            "min_interval": "1s",
            "contact": "demo@example.org",
            "allow_private_addresses": True,
        },
        "pages": {"full_text": "never", "watch_edits": "0s"},  # the links lead nowhere
        "web": {"listen": page},
    }
    for name, value in (("feeds.yaml", {"feeds": feeds}), ("straitwatch.yaml", settings)):
        text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        (config / name).write_text(text, encoding="utf-8")
    return config


def _free_port() -> int:
    """Return a port for the page, so that its address is known before the daemon starts."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


@contextlib.asynccontextmanager
async def _serving(application: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    task = asyncio.create_task(serve_web(application, listener))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _first(*waits: Coroutine[Any, Any, Any], within: float) -> None:
    """Wait until one of the tasks ends or `within` seconds have passed."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run_demo(directory: Path, *, say: Callable[[str], None], clock: Clock = utc_now) -> int:
    """Run the demonstration in a folder; return the daemon's exit status."""
    stream = read_stream(shipped("seeds"))
    begin = clock()
    digest_at = (begin + SHORTEST + timedelta(minutes=1)).replace(second=0, microsecond=0)
    duration = (digest_at - begin).total_seconds() - BEFORE_DIGEST
    newsroom = Newsroom(
        stream=stream, pace=stream.seconds / duration, clock=clock, mailbox=directory / "messages"
    )
    newsroom.mailbox.mkdir(parents=True)
    listener = socket.create_server(("127.0.0.1", 0))
    page = f"127.0.0.1:{_free_port()}"
    config = write_demo_config(
        directory, stream, port=listener.getsockname()[1], page=page, digest_at=digest_at
    )
    say(f"{len(stream.items)} items in {len(stream.feeds)} feeds, compressed into {duration:.0f} s")
    say(f"digest at {digest_at:%H:%M:%S} UTC; all files are in {directory}")
    say(f"the page with the stories is on http://{page}/ until then")
    async with _serving(newsroom.application(), listener):
        status = await _run_daemon(config, newsroom, digest_at=digest_at)
    mails = write_mails(directory, newsroom.mailbox)
    say(f"{len(newsroom.slack)} Slack messages and {mails} mails are in {newsroom.mailbox}")
    command, option = _command(), f"--config {shlex.quote(str(config))}"
    say(f"list the stories: {command} stories list {option}")
    say(f"see the page again: {command} run {option}, then open http://{page}/")
    say(f"make your own configuration: {command} init DIR")
    return status


async def _run_daemon(config: Path, newsroom: Newsroom, *, digest_at: datetime) -> int:
    """Run the daemon while the stream lasts; return its exit status."""
    with (config.parent / "daemon.log").open("ab") as log:
        daemon = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "straitwatch", "run", "--config", str(config)),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=log,
            env=without_proxies(os.environ),
        )
    try:
        # The stream starts after the first fetch of each feed, whose entries send no alert.
        await _first(daemon.wait(), newsroom.all_polled.wait(), within=PATIENCE)
        await _first(daemon.wait(), within=1)  # while the daemon commits the last of these fetches
        newsroom.started_at = newsroom.clock()
        left = (digest_at - newsroom.clock()).total_seconds() + AFTER_DIGEST
        await _first(daemon.wait(), within=left)
    finally:
        if daemon.returncode is None:
            daemon.terminate()
        status = await asyncio.wait_for(daemon.wait(), PATIENCE)
    return status


def without_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment that uses no proxy: the demonstration stays on this machine."""
    return {**environ, "no_proxy": "*", "NO_PROXY": "*"}


def _command() -> str:
    """Return the command that starts this program: its name, if that is on PATH."""
    if shutil.which("straitwatch"):
        return "straitwatch"
    return f"{shlex.quote(sys.executable)} -m straitwatch"


def write_mails(directory: Path, mailbox: Path) -> int:
    """Write the Slack messages as the mails that a reader would see; return their number."""
    store = Store.open(f"sqlite:///{directory / 'straitwatch.db'}")
    try:
        records = store.call(db.list_deliveries, receiver="desk-slack", limit=1000)
    finally:
        store.close()
    for number, record in enumerate(reversed(records), start=1):
        job = SendJob(
            delivery=record.delivery,
            kind=record.kind,
            facts=record.facts,
            created_at=record.created_at,
            config_option=config_option(directory / "config"),
        )
        mail = render_mail(job, zone="UTC", templates={})
        (mailbox / f"mail-{number:03}.html").write_text(mail.html, encoding="utf-8")
    return len(records)
