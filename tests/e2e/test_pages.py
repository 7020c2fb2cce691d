"""The real program fetches the pages of entries: for their text, and for changes after an alert."""

import sqlite3
from contextlib import closing
from pathlib import Path

from builders.configs import CALM, rss
from builders.pages import LINES, make_article, make_page
from e2e.world import World, slack_text, world
from harness import straitwatch
from servers.feeds import Page

PAST = "2020-01-01 00:00:00.000000"
SHIPS = "Twelve ships crossed the Taiwan Strait on Monday, the ministry said in the evening."
LATER = SHIPS.replace("Twelve", "Two")
TITLE = "President answers questions"
PATH = "/article-1"


def publish(it: World, *items: tuple[str, str, str]) -> None:
    links = rss(CALM, *items).replace(b"https://news.example/", it.feeds.url("/").encode())
    it.feeds.answer("/wire", Page(links))


def make_due(config: Path) -> None:
    """Set the due times of feeds and pages to the past."""
    with closing(sqlite3.connect(config.parent / "straitwatch.db")) as database:
        database.execute("update feed set next_due_at = ?", (PAST,))
        database.execute("update page set due_at = ?, fetched_at = ?", (PAST, PAST))
        database.commit()


async def command(config: Path, *arguments: str) -> str:
    status, text, log = await straitwatch(*arguments, "--config", str(config), cwd=config.parent)
    assert status == 0, text + log
    return text


async def test_thin_entry_alerts_by_its_page_and_a_changed_page_is_an_update(
    tmp_path: Path,
) -> None:
    pages = {"full_text": "auto", "watch_edits": "72h"}
    stories = {"encoder": "off", "update_wait": "0s"}
    async with world(tmp_path, pages=pages, stories=stories) as it:
        publish(it)
        await command(it.config, "run", "--once")
        publish(it, ("article-1", TITLE, ""))
        it.feeds.answer(PATH, make_page(make_article(LINES[0], SHIPS, title=TITLE)))
        make_due(it.config)
        await command(it.config, "run", "--once")
        explained = await command(it.config, "why", TITLE)
        it.feeds.answer(PATH, make_page(make_article(LINES[0], LATER, title=TITLE)))
        make_due(it.config)
        await command(it.config, "run", "--once")

    alert, update = map(slack_text, it.slack.messages)
    assert "Matched in the article’s text" in alert
    assert "the lists matched the text of the article" in explained
    assert f"Was: {SHIPS}\nNow: {LATER}" in update
