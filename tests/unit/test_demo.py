"""The demonstration is the real thing: a valid configuration and valid feeds."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp

from straitwatch.config import load_config
from straitwatch.config.polling import read_proxies
from straitwatch.core.parse import parse_feed
from straitwatch.demo import (
    Newsroom,
    _rss,
    _serving,
    read_stream,
    without_proxies,
    write_demo_config,
)
from straitwatch.shipped import shipped
from straitwatch.web import bind

NOON = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)


def test_configuration_of_the_demonstration_is_valid_and_watches_every_feed(tmp_path) -> None:
    stream = read_stream(shipped("seeds"))

    directory = write_demo_config(
        tmp_path, stream, port=8000, page="127.0.0.1:8650", digest_at=NOON
    )
    config = load_config(directory, environ={})

    assert [feed.name for feed in config.feeds] == [feed["name"] for feed in stream.feeds]
    assert [digest.at for digest in config.alerts.digests] == [(time(12, 1),)]


def test_demonstration_feed_carries_what_has_happened_newest_first() -> None:
    stream = read_stream(shipped("seeds"))
    shown = stream.items[:5]

    parsed = parse_feed(_rss("Demo <Wire>", shown, date=lambda _: NOON))

    assert parsed.problem is None
    assert [entry.guid for entry in parsed.entries] == [item["guid"] for item in reversed(shown)]


def test_stream_is_in_order_of_time() -> None:
    times = [float(item["at"]) for item in read_stream(shipped("seeds")).items]

    assert times == sorted(times)


@asynccontextmanager
async def newsroom_on_loopback(
    tmp_path: Path,
) -> AsyncIterator[tuple[Newsroom, aiohttp.ClientSession]]:
    newsroom = Newsroom(
        stream=read_stream(shipped("seeds")), pace=60, clock=lambda: NOON, mailbox=tmp_path
    )
    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        _serving(newsroom.application(), listener),
        aiohttp.ClientSession(address) as session,
    ):
        yield newsroom, session


async def test_newsroom_shows_no_item_before_the_stream_starts(tmp_path) -> None:
    async with newsroom_on_loopback(tmp_path) as (_, session), session.get("/feeds/0") as answer:
        assert not parse_feed(await answer.read()).entries


async def test_newsroom_shows_the_items_up_to_the_moment_of_the_stream(tmp_path) -> None:
    async with newsroom_on_loopback(tmp_path) as (newsroom, session):
        newsroom.started_at = NOON - timedelta(seconds=newsroom.stream.seconds)
        name = newsroom.stream.feeds[0]["name"]
        expected = [item for item in newsroom.stream.items if item["feed"] == name]
        async with session.get("/feeds/0") as answer:
            shown = parse_feed(await answer.read()).entries
            etag = answer.headers["etag"]
        async with session.get("/feeds/0", headers={"if-none-match": etag}) as again:
            assert again.status == 304

    assert len(shown) == len(expected) > 0
    started_at, first = newsroom.started_at, expected[0]
    published_at = started_at + timedelta(seconds=int(first["at"] / newsroom.pace))
    assert parsedate_to_datetime(shown[-1].published) == published_at


async def test_newsroom_notes_when_every_feed_was_polled(tmp_path) -> None:
    async with newsroom_on_loopback(tmp_path) as (newsroom, session):
        for number in range(len(newsroom.stream.feeds)):
            assert not newsroom.all_polled.is_set()
            async with session.get(f"/feeds/{number}"):
                pass

        assert newsroom.all_polled.is_set()


async def test_newsroom_keeps_slack_messages_as_files(tmp_path) -> None:
    async with newsroom_on_loopback(tmp_path) as (newsroom, session):
        answer = await session.post("/services/T0/B0/x", json={"text": "Fleet"})
        answer.release()

    assert newsroom.slack == [{"text": "Fleet"}]
    assert json.loads((tmp_path / "slack-001.json").read_text()) == {"text": "Fleet"}


def test_demonstration_uses_no_proxy() -> None:
    environ = without_proxies({"http_proxy": "http://proxy.example:3128", "PATH": "/bin"})

    assert environ["PATH"] == "/bin"
    assert read_proxies("", environ).choose("http", "127.0.0.1", 80) == ""
