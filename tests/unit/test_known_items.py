"""Polls that read only the new items of a document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from builders.app import Desk, open_desk
from servers.feeds import Page
from straitwatch import store as db
from straitwatch.core.model import FeedState, ParsedDocument, SeenItems
from straitwatch.core.parse_document import ParseRequest, parse_document
from straitwatch.parsepool import ParsePool
from straitwatch.store import Transaction
from straitwatch.store.rows import ENTRY


class ReadingPool(ParsePool):
    """A pool that parses here and keeps the documents."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: list[ParsedDocument] = []

    async def parse(self, request: ParseRequest) -> ParsedDocument:
        self.documents.append(parse_document(request))
        return self.documents[-1]


@dataclass
class Reader:
    """A desk with one feed, and what it read."""

    desk: Desk
    pool: ReadingPool = field(default_factory=ReadingPool)

    async def poll(self, *items: str, built: str = "10:00", is_cut: bool = False) -> None:
        head = f"<lastBuildDate>Mon, 23 Nov 2026 {built}:00 GMT</lastBuildDate>"
        end = "" if is_cut else "</channel></rss>"
        body = f'<rss version="2.0"><channel>{head}{"".join(items)}{end}'
        self.desk.feeds.answer("/wire", Page(body))
        self.desk.clock.advance(hours=1)
        await self.desk.poll()

    @property
    def unread(self) -> list[int]:
        """The number of known entries in each document that was parsed."""
        return [len(document.unread) for document in self.pool.documents]

    @property
    def state(self) -> FeedState:
        (state,) = self.desk.call(db.feed_states).values()
        return state

    @property
    def seen(self) -> SeenItems:
        seen: SeenItems = self.desk.call(db.seen_items, self.state.feed_id)
        return seen


@asynccontextmanager
async def open_reader(directory: Path) -> AsyncIterator[Reader]:
    async with open_desk(directory) as desk:
        reader = Reader(desk)
        desk.runtime.tools = replace(desk.runtime.tools, pool=reader.pool)
        yield reader


def _item(number: int) -> str:
    return (
        f"<item><guid>{number}</guid><title>Market report {number}</title>"
        f"<link>https://wire.example/{number}</link></item>"
    )


def _forget(tx: Transaction, title: str) -> None:
    tx.execute(ENTRY.delete().where(ENTRY.c.title == title))


def _count(tx: Transaction) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(ENTRY)).scalar_one())


async def test_only_new_items_of_a_changed_document_are_read(tmp_path: Path) -> None:
    async with open_reader(tmp_path) as reader:
        await reader.poll(*map(_item, range(5)))
        await reader.poll(_item(9), *map(_item, range(4)))

        assert reader.unread == [0, 4]
        assert reader.desk.call(_count) == 6


async def test_document_that_differs_outside_its_entries_is_not_parsed(tmp_path: Path) -> None:
    async with open_reader(tmp_path) as reader:
        await reader.poll(*map(_item, range(5)))
        before = reader.state
        await reader.poll(*map(_item, range(5)), built="11:00")

        assert reader.unread == [0]
        assert reader.state.last_outcome == "unchanged"
        assert reader.state.body_hash != before.body_hash


async def test_document_is_read_whole_if_a_stored_entry_is_missing(tmp_path: Path) -> None:
    async with open_reader(tmp_path) as reader:
        await reader.poll(*map(_item, range(5)))
        reader.desk.call(_forget, "Market report 3")
        await reader.poll(*map(_item, range(6)))

        assert reader.unread == [0, 5, 0]
        assert reader.desk.call(_count) == 6


async def test_items_of_a_truncated_document_are_not_remembered(tmp_path: Path) -> None:
    async with open_reader(tmp_path) as reader:
        await reader.poll(*map(_item, range(5)))
        await reader.poll(*map(_item, range(5)), "<item><title>Cut", is_cut=True)

        assert reader.seen == SeenItems()


async def test_entry_under_a_reused_guid_is_read_at_each_poll(tmp_path: Path) -> None:
    async with open_reader(tmp_path) as reader:
        await reader.poll(*map(_item, range(5)))
        other = "<item><guid>4</guid><title>Rain ends the drought</title><link>https://wire.example/rain-ends-the-drought</link></item>"
        await reader.poll(*map(_item, range(4)), other)
        await reader.poll(_item(7), *map(_item, range(4)), other)

        assert reader.unread == [0, 4, 4]
        assert reader.desk.call(_count) == 7
