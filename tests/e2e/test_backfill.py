"""The real program finds what a feed published while it was stopped."""

import sqlite3
from contextlib import closing
from pathlib import Path

from builders.configs import CALM, rss
from e2e.world import slack_text, world
from harness import straitwatch
from servers.feeds import Page

PAST = "2020-01-01 00:00:00.000000"
LOST = ("lost", "Blockade of the Taiwan Strait begins", "Ships left port at dawn.")


def wordpress(*items: tuple[str, str, str]) -> Page:
    generator = b"<generator>https://wordpress.org/?v=6.4</generator><title>"
    return Page(rss(*items).replace(b"<title>", generator, 1))


def calm(number: int) -> tuple[str, str, str]:
    return (f"c{number}", f"A calm day at pier {number}", f"Pier {number} was quiet.")


async def run_once(config: Path) -> None:
    """Run the program as if its last run were long ago."""
    with closing(sqlite3.connect(config.parent / "straitwatch.db")) as database:
        if database.execute("select 1 from sqlite_master where name = 'feed'").fetchone():
            database.execute("update feed set next_due_at = ?", (PAST,))
            database.commit()
    status, text, log = await straitwatch(
        "run", "--once", "--config", str(config), cwd=config.parent
    )
    assert status == 0, text + log


async def test_entry_that_came_and_went_while_the_program_was_stopped_alerts(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as it:
        it.feeds.answer("/wire", Page(rss(CALM)))
        await run_once(it.config)
        it.feeds.answer("/wire", wordpress(*map(calm, (9, 8, 7))))
        it.feeds.answer("/wire?paged=2", wordpress(calm(6), LOST, calm(5)))
        it.feeds.answer("/wire?paged=3", wordpress(calm(4), CALM))

        await run_once(it.config)

        asked = [seen.path for seen in it.feeds.requests]

    assert asked == ["/wire", "/wire", "/wire?paged=2", "/wire?paged=3"]
    assert LOST[1] in " ".join(map(slack_text, it.slack.messages))
