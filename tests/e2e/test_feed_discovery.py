"""`straitwatch feeds add|discover` at real addresses, which are fetched first."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from builders.configs import rss, write_config
from servers.feeds import FeedServer, Page
from straitwatch.cli import app

WIRE = rss(("g1", "Fleet crosses the Taiwan Strait", "At dawn."))
HOME = """<html><head>
<link rel="alternate" type="application/rss+xml" href="/wire">
<link rel="alternate" type="application/rss+xml" href="/gone">
<link rel="stylesheet" type="text/css" href="/style">
</head><body>News</body></html>"""


async def run(config: Path, *arguments: str) -> Result:
    arguments = ("feeds", *arguments, "--config", str(config))
    return await asyncio.to_thread(CliRunner().invoke, app, arguments)


def site(**pages: Page) -> FeedServer:
    server = FeedServer()
    for path, page in pages.items():
        server.answer(f"/{path}", page)
    return server


async def test_feeds_that_a_page_names_are_found(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    home = Page(HOME, content_type="text/html")
    async with site(home=home, wire=Page(WIRE), gone=Page(status=404)) as server:
        result = await run(config, "discover", server.url("/home"), "--json")
        address = server.url("/wire")

    (found,) = map(json.loads, result.stdout.splitlines())
    assert (found["url"], found["entries"]) == (address, 1)


async def test_page_of_an_old_editor_with_a_base_is_read(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    async with site(wire=Page(WIRE)) as server:
        page = f'<html><![if IE]><![ endif]><base href="{server.url("/")}">{HOME}</html>'
        server.answer("/deep/home", Page(page, content_type="text/html"))
        result = await run(config, "discover", server.url("/deep/home"), "--json")
        address = server.url("/wire")

    assert [json.loads(line)["url"] for line in result.stdout.splitlines()] == [address]


async def test_feeds_are_looked_for_in_the_usual_places_where_a_page_names_none(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path, feeds={})
    empty = Page("<html>News</html>", content_type="text/html")
    async with site(home=empty, **{"home/rss.xml": Page(WIRE)}) as server:
        result = await run(config, "discover", server.url("/home"))

    assert "/home/rss.xml" in result.stdout


async def test_page_without_feeds_is_reported_with_its_kind(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    async with site(home=Page("<html>News</html>", content_type="text/html")) as server:
        result = await run(config, "discover", server.url("/home"))

    assert result.exit_code == 1
    assert "no feed found" in result.stderr


async def test_added_feed_takes_the_name_that_it_gives_itself(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    async with site(wire=Page(WIRE)) as server:
        added = await run(config, "add", server.url("/wire"))
        listed = await run(config, "list", "--json")

    assert added.exit_code == 0
    assert json.loads(listed.stdout)["name"] != json.loads(listed.stdout)["url"]


async def test_address_without_a_feed_is_not_added(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    async with site(home=Page("<html>News</html>", content_type="text/html")) as server:
        result = await run(config, "add", server.url("/home"))
        listed = await run(config, "list")

    assert "no feed at" in str(result.exception)
    assert "feeds discover" in str(result.exception)
    assert "no feeds" in listed.stdout


async def test_added_feed_with_an_old_document_is_remarked_on(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={})
    old = b"<pubDate>Thu, 05 Dec 2024 10:00:00 GMT</pubDate></item>"
    async with site(wire=Page(WIRE.replace(b"</item>", old))) as server:
        added = await run(config, "add", server.url("/wire"))

    assert added.exit_code == 0
    assert "note: its newest entry is of 05 Dec 2024" in added.stdout
