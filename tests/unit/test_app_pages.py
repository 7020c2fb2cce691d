"""Pages of entries: their text is matched, and alerted articles are looked at again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from builders.app import Desk, open_desk
from builders.configs import rss
from builders.pages import LINES, make_article, make_page
from servers.feeds import Page
from straitwatch import store as db
from straitwatch.app.status import read_status
from straitwatch.core.model import (
    AlertFacts,
    Article,
    PageOutcome,
    PageRequest,
    PageState,
    PageTask,
    ParsedDocument,
    Reason,
    SignalKind,
    Wording,
)
from straitwatch.core.policy import (
    EDIT_LOOKS,
    MAX_PAGE_FAILURES,
    PAGE_LEASE,
    PAGE_RETRY_AFTER,
)
from straitwatch.parsepool import ParsePool

GUID = "article-1"
PATH = f"/{GUID}"
SHIPS = "Twelve ships crossed the Taiwan Strait on Monday, the ministry said in the evening."
THIN = (GUID, "President answers questions", "")
TOLD = (
    GUID,
    "Fleet crosses the Taiwan Strait",
    "Twelve ships passed on Monday, and more will come.",
)
FIRST_LOOK = EDIT_LOOKS[0]


@asynccontextmanager
async def open_page_desk(folder: Path, **pages: Any) -> AsyncIterator[Desk]:
    """A desk whose feed links to pages of the same server, after its first fetch."""
    stories = {"encoder": "off", "update_wait": "0s"}
    watched = {"full_text": "auto", "watch_edits": "72h", **pages}
    async with open_desk(folder, pages=watched, stories=stories) as desk:
        await desk.poll()
        desk.clock.advance(minutes=1)
        yield desk
        await desk.app.senders.run_all()


class BrokenPool(ParsePool):
    async def extract(self, request: PageRequest) -> Article | ParsedDocument:
        raise RuntimeError


def publish(desk: Desk, *items: tuple[str, str, str]) -> None:
    here = desk.feeds.url("/").encode()
    desk.feeds.answer("/wire", Page(rss(*items).replace(b"https://news.example/", here)))


async def poll(desk: Desk, *items: tuple[str, str, str], page: Page | str = "") -> None:
    """Publish entries, the first with this page, then poll."""
    publish(desk, *items)
    desk.feeds.answer(PATH, page if isinstance(page, Page) else make_page(page))
    await desk.poll()


async def look(desk: Desk, after: timedelta = timedelta(0), *answers: Page) -> None:
    """Wait, and look at the pages that are due; with answers, the page has changed."""
    desk.clock.advance(seconds=after.total_seconds())
    if answers:
        desk.feeds.answer(PATH, *answers)
    await desk.app.pages.run_all()


def facts(desk: Desk) -> list[AlertFacts]:
    return [one.facts for one in desk.messages() if isinstance(one.facts, AlertFacts)]


def entry_of(desk: Desk, title: str) -> db.StoredEntry:
    (stored,) = desk.call(db.find_entries, title)
    return stored


def pages_in_status(desk: Desk) -> str:
    return desk.call(read_status, None, desk.clock(), zone=ZoneInfo("UTC")).pages


def page_of(desk: Desk, title: str) -> PageState:
    page = desk.call(db.page_of_entry, entry_of(desk, title).entry.id)
    assert page is not None
    return page


# ---------------------------------------------------------------- full text


async def test_thin_entry_is_alerted_by_the_text_of_its_page(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(LINES[0], SHIPS, LINES[1]))
        assert facts(desk) == []

        await look(desk)

        (alert,) = facts(desk)
        assert (alert.reason, alert.is_from_page) == (Reason.NEW_STORY, True)
        assert alert.quote.text == SHIPS


async def test_term_in_navigation_and_related_links_alerts_nobody(tmp_path) -> None:
    around = f'<nav><a href="/b">{SHIPS}</a></nav><div class="related"><p>{SHIPS}</p></div>'
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(around=around))

        await look(desk)

        assert facts(desk) == []
        assert page_of(desk, THIN[1]).outcome == PageOutcome.READ


async def test_entry_that_matches_is_alerted_before_its_page_is_read(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, TOLD, page=make_article(SHIPS))

        assert len(facts(desk)) == 1
        assert PATH not in desk.feeds.paths()


async def test_page_that_robots_txt_disallows_is_left_alone(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        desk.feeds.answer(
            "/robots.txt", Page("User-agent: *\nDisallow: /", content_type="text/plain")
        )
        await poll(desk, THIN, page=make_article(SHIPS))

        await look(desk)
        await look(desk, timedelta(hours=7))

        assert PATH not in desk.feeds.paths()
        assert page_of(desk, THIN[1]).outcome == PageOutcome.ROBOTS


async def test_status_counts_the_pages_by_result(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article())
        assert pages_in_status(desk) == "pages of entries, last 24 h: 1 waiting"

        await look(desk)

        assert pages_in_status(desk) == "pages of entries, last 24 h: 1 read"


async def test_page_is_requested_once(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article())
        await look(desk)
        await look(desk, timedelta(hours=2))

        assert desk.feeds.paths().count(PATH) == 1


async def test_page_waits_through_a_crash(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(SHIPS, *LINES))
        desk.call(db.claim_pages, desk.runtime.active.config.pages, now=desk.clock(), limit=1)

        await desk.app.housekeeping.recover()
        await look(desk, timedelta(minutes=1))

        assert len(facts(desk)) == 1


async def test_page_whose_look_raises_is_not_requested_for_ever(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(SHIPS))
        desk.runtime.tools = replace(desk.runtime.tools, page_pool=BrokenPool())

        for _ in range(MAX_PAGE_FAILURES + 2):
            await look(desk)
            await look(desk, PAGE_LEASE)
            desk.clock.advance(hours=1)

        assert desk.feeds.paths().count(PATH) == MAX_PAGE_FAILURES
        assert page_of(desk, THIN[1]).outcome == PageOutcome.CRASHED


async def test_look_that_began_before_an_edit_of_the_feed_is_repeated(tmp_path) -> None:
    title = "President answers more questions"
    is_edited = asyncio.Event()

    async def answer_late(_request: web.Request) -> web.StreamResponse:
        await is_edited.wait()
        return web.Response(text=make_article(LINES[0], SHIPS), content_type="text/html")

    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page="")
        desk.feeds.answer(PATH, answer_late)
        looks = asyncio.create_task(desk.app.pages.run_all())
        await desk.feeds.asked(len(desk.feeds.requests) + 2)
        desk.clock.advance(minutes=1)
        publish(desk, (GUID, title, ""))
        await desk.poll()
        is_edited.set()
        await looks
        assert SHIPS not in entry_of(desk, title).entry.content

        await look(desk, PAGE_LEASE)

        assert SHIPS in entry_of(desk, title).entry.content


async def test_first_fetch_of_a_feed_fetches_no_pages(tmp_path) -> None:
    async with open_desk(tmp_path, pages={"full_text": "always"}) as desk:
        await poll(desk, THIN, page=make_article(SHIPS))

        await look(desk)

        assert PATH not in desk.feeds.paths()


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (Page(b"%PDF", content_type="application/pdf"), PageOutcome.NOT_HTML),
        (make_page("<script>load()</script>"), PageOutcome.NO_TEXT),
        (Page(status=404), PageOutcome.MISSING),
        (Page(status=403), "blocked"),
    ],
)
async def test_page_without_an_article_says_why(tmp_path, page: Page, outcome: str) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=page)

        await look(desk)

        assert page_of(desk, THIN[1]).outcome == outcome


async def test_edit_of_the_feed_keeps_the_text_of_the_page(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(LINES[0], SHIPS))
        await look(desk)
        desk.clock.advance(minutes=1)

        await poll(desk, (GUID, "President answers more questions", ""))

        stored = entry_of(desk, "President answers more questions")
        assert SHIPS in stored.entry.content
        assert [match.watchlist for match in stored.matches] == ["taiwan-policy"]
        assert len(facts(desk)) == 1


async def test_reload_that_turns_pages_off_leaves_waiting_ones_unread(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(SHIPS))
        settings = desk.config / "straitwatch.yaml"
        settings.write_text(settings.read_text().replace("full_text: auto", "full_text: never"))
        assert await desk.app.reloader.reload()

        await look(desk)

        assert PATH not in desk.feeds.paths()
        assert page_of(desk, THIN[1]).outcome == PageOutcome.NOT_CONFIGURED


# ---------------------------------------------------------------- edits


ARTICLE = make_article(SHIPS, *LINES, title=TOLD[1])


async def alerted(desk: Desk, page: str = ARTICLE) -> None:
    """Alert on an entry, and look at its page for the first time."""
    await poll(desk, TOLD, page=page)
    await look(desk, FIRST_LOOK)
    assert page_of(desk, TOLD[1]).looks == 1


async def test_changed_headline_is_an_update_with_both_wordings(tmp_path) -> None:
    title = "Fleet turns back before the Taiwan Strait"
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        await look(desk, timedelta(hours=1), make_page(make_article(SHIPS, *LINES, title=title)))

        update = facts(desk)[-1]
        assert (update.reason, update.title) == (Reason.PAGE_CHANGED, title)
        assert update.change is not None
        assert update.change.headline == Wording(was=TOLD[1], now=title)


async def test_changed_key_sentence_is_an_update(tmp_path) -> None:
    later = SHIPS.replace("Twelve", "Two")
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        await look(desk, timedelta(hours=1), make_page(ARTICLE.replace(SHIPS, later)))

        change = facts(desk)[-1].change
        assert change is not None
        assert change.passages == (Wording(was=SHIPS, now=later),)


async def test_correction_note_is_a_correction(tmp_path) -> None:
    note = "Correction: An earlier version of this article misstated the number of the ships."
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        await look(
            desk, timedelta(hours=1), make_page(make_article(SHIPS, *LINES, note, title=TOLD[1]))
        )

        update = facts(desk)[-1]
        assert (update.reason, update.signal) == (Reason.CORRECTION, SignalKind.CORRECTION)


@pytest.mark.parametrize("status", [404, 410])
async def test_removed_page_is_an_update(tmp_path, status: int) -> None:
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        await look(desk, timedelta(hours=1), Page(status=status))
        await look(desk, PAGE_RETRY_AFTER)
        await look(desk, timedelta(hours=24))

        assert [one.reason for one in facts(desk)] == [Reason.NEW_STORY, Reason.PAGE_REMOVED]


CONSENT = make_article(
    "We and our partners store and access information on a device to show advertisements.",
    "You can accept all purposes or choose among them, and change your choice at any time.",
    title="Before you continue",
)
CHALLENGE = make_article(
    "Verify you are human by completing the action below, then the connection continues.",
    "The site needs to review the security of your connection before it lets you proceed.",
    title="Just a moment...",
)


@pytest.mark.parametrize(
    ("page", "outcome"), [(CONSENT, PageOutcome.OTHER_PAGE), (CHALLENGE, "blocked")]
)
async def test_other_page_in_place_of_an_article_is_no_update(
    tmp_path, page: str, outcome: str
) -> None:
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)
        version = page_of(desk, TOLD[1]).version

        await look(desk, timedelta(hours=1), make_page(page))

        assert len(facts(desk)) == 1
        assert page_of(desk, TOLD[1]).outcome == outcome
        assert page_of(desk, TOLD[1]).version == version


async def test_redirect_to_the_home_page_is_a_missing_page(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)
        desk.feeds.answer("/", make_page(CONSENT))

        await look(desk, timedelta(hours=1), Page(status=302, headers={"Location": "/"}))

        assert len(facts(desk)) == 1
        assert page_of(desk, TOLD[1]).outcome == PageOutcome.MISSING


async def test_page_that_is_missing_for_a_moment_is_no_update(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        await look(desk, timedelta(hours=1), Page(status=404))
        await look(desk, PAGE_RETRY_AFTER, make_page(ARTICLE))

        assert len(facts(desk)) == 1
        assert page_of(desk, TOLD[1]).looks == 2


async def test_notice_of_removal_is_an_update(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        gone = "This article has been removed because it did not meet the standards of the editors."
        await look(desk, timedelta(hours=1), make_page(make_article(gone, title="Removed")))

        assert facts(desk)[-1].reason is Reason.PAGE_REMOVED


async def test_new_counters_dates_and_links_are_no_update(tmp_path) -> None:
    around = '<div class="related"><p>Fleet crosses the Taiwan Strait again on Tuesday</p></div>'
    again = make_article(
        SHIPS,
        *LINES,
        "Updated 1 March 2026 at 12:05 GMT.",
        "31 comments",
        title=TOLD[1],
        around=around,
    )
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)

        await look(desk, timedelta(hours=1), make_page(again))

        assert len(facts(desk)) == 1


async def test_looks_are_conditional_and_grow_apart(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, TOLD, page=make_page(ARTICLE, etag='"1"'))
        for hours in (0.1, 1, 2, 6, 15, 24, 24, 24):
            await look(desk, timedelta(hours=hours))

        asked = [one for one in desk.feeds.requests if one.path == PATH]
        assert len(asked) == len(EDIT_LOOKS)
        assert [one.headers.get("If-None-Match") for one in asked] == [None] + ['"1"'] * 6
        assert page_of(desk, TOLD[1]).due_at is None


async def test_watch_that_is_off_looks_at_no_page(tmp_path) -> None:
    async with open_page_desk(tmp_path, watch_edits="0s") as desk:
        await poll(desk, TOLD, page=ARTICLE)

        await look(desk, timedelta(hours=1))

        assert PATH not in desk.feeds.paths()


async def test_headline_that_the_feed_changed_first_is_no_second_update(tmp_path) -> None:
    title = "Fleet crosses the Taiwan Strait in the morning"
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)
        await poll(desk, (GUID, title, TOLD[2]), page=make_article(SHIPS, *LINES, title=title))
        before = len(facts(desk))

        await look(desk, timedelta(hours=1))

        assert len(facts(desk)) == before


async def test_headline_that_the_feed_changes_later_is_no_second_update(tmp_path) -> None:
    title = "Fleet turns back before the Taiwan Strait"
    async with open_page_desk(tmp_path) as desk:
        await alerted(desk)
        await look(desk, timedelta(hours=1), make_page(make_article(SHIPS, *LINES, title=title)))

        await poll(desk, (GUID, title, TOLD[2]), page=make_article(SHIPS, *LINES, title=title))

        assert len(facts(desk)) == 2


async def test_page_that_was_matched_by_its_text_is_watched_too(tmp_path) -> None:
    async with open_page_desk(tmp_path) as desk:
        await poll(desk, THIN, page=make_article(LINES[0], SHIPS, title=THIN[1]))
        await look(desk)
        assert page_of(desk, THIN[1]).task is PageTask.EDITS

        later = SHIPS.replace("Twelve", "Two")
        await look(desk, FIRST_LOOK, make_page(make_article(LINES[0], later, title=THIN[1])))

        assert facts(desk)[-1].reason is Reason.PAGE_CHANGED
