"""The real program and a server that answers 304 although its feed has changed."""

import sqlite3
from contextlib import closing
from pathlib import Path

from builders.configs import CALM, rss
from e2e.world import HEADLINE, STORY, World, slack_text, world
from harness import straitwatch
from servers.feeds import Page

PAST = "2020-01-01 00:00:00.000000"


def publish(it: World, *items: tuple[str, str, str]) -> None:
    page = Page(rss(CALM, *items), last_modified="Thu, 12 Jan 2017 00:12:01 GMT", is_stuck=True)
    it.feeds.answer("/wire", page)


def make_due(config: Path, column: str) -> None:
    """Set a due time of all feeds to the past."""
    with closing(sqlite3.connect(config.parent / "straitwatch.db")) as database:
        database.execute(f"update feed set {column} = ?", (PAST,))
        database.commit()


async def command(config: Path, *arguments: str) -> str:
    status, text, log = await straitwatch(*arguments, "--config", str(config), cwd=config.parent)
    assert status == 0, text + log
    return text


async def test_entry_that_a_lying_server_hides_alerts_with_the_next_whole_document(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, system={"send": ["desk-slack"]}) as it:
        publish(it)
        await command(it.config, "run", "--once")
        publish(it, STORY)
        make_due(it.config, "next_due_at")
        await command(it.config, "run", "--once")  # a restart asks no earlier for the whole
        hidden = len(it.slack.messages)
        make_due(it.config, "next_due_at")
        make_due(it.config, "whole_due_at")
        await command(it.config, "run", "--once")
        health = await command(it.config, "feeds", "health", "--json")
        status = await command(it.config, "status")

    asked = ["If-Modified-Since" in seen.headers for seen in it.feeds.requests]
    assert (hidden, asked) == (0, [False, True, False, True])
    told = " ".join(map(slack_text, it.slack.messages))
    assert HEADLINE in told
    assert "1 feed had entries hidden by wrong 304 answers" in told
    for text in (health, status):
        assert "the server answered 304 (not modified) from " in text
