"""Missed entries are looked for on the older pages of a feed."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from builders import make_feed
from builders.app import NOW, Desk, open_desk
from builders.configs import rss
from servers.feeds import FeedServer, Page
from straitwatch import store as db
from straitwatch.core.identity import host_of
from straitwatch.core.model import (
    Backfill,
    Feed,
    FeedProfile,
    FeedState,
    FeedWindow,
    HostPause,
)
from straitwatch.pipeline import backfill_feed

Items = tuple[tuple[str, str, str], ...]


def news(first: int, last: int) -> Items:
    """Entries of these numbers, the latest first, that match."""
    return tuple(
        (f"g{n}", f"Fleet number {n} crosses the Taiwan Strait", f"It was ship {n}.")
        for n in range(last, first - 1, -1)
    )


def paged(items: Items, *, next_page: str) -> Page:
    """A page that names the next one."""
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="{next_page}"/>'
    return Page(rss(*items).replace(b"<title>", f"{link}<title>".encode(), 1))


async def poll_again(desk: Desk) -> None:
    desk.clock.advance(minutes=5)
    await desk.poll()


async def at_once(_host: str) -> None:
    """Ask a host without waiting."""


def stored(desk: Desk) -> set[str]:
    return {entry.entry.guid for entry in desk.call(db.latest_entries, limit=99)}


def window(desk: Desk) -> Any:
    (found,) = desk.call(db.blind_windows, since_at=NOW)
    assert isinstance(found, FeedWindow)
    return found.window


def asked(desk: Desk) -> list[str]:
    return [seen.path for seen in desk.feeds.requests if seen.path != "/wire"]


async def test_entries_that_left_the_document_are_found_on_its_older_pages(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(10, 12), next_page="/p2"))
        desk.feeds.answer("/p2", paged(news(6, 10), next_page="/p3"))
        desk.feeds.answer("/p3", paged(news(2, 5), next_page="/p4"))

        await poll_again(desk)

        assert stored(desk) == {f"g{n}" for n in range(1, 13)}
        assert asked(desk) == ["/p2", "/p3"]
        assert (window(desk).found, window(desk).filled_at) == (6, desk.clock())
        assert desk.runtime.totals.entries_new == 12


async def test_entries_of_older_pages_alert(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(10, 12), next_page="/p2"))
        desk.feeds.answer("/p2", Page(rss(("lost", "Blockade of the Taiwan Strait begins", ""))))

        await poll_again(desk)

        told = [message.facts.title for message in desk.messages()]
        assert "Blockade of the Taiwan Strait begins" in told


async def test_first_fetch_reads_no_older_page(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.feeds.answer("/wire", paged(news(10, 12), next_page="/p2"))

        await desk.poll()

        assert asked(desk) == []


async def test_document_with_a_known_entry_needs_no_older_page(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(3, 6), next_page="/p2"))

        await poll_again(desk)

        assert asked(desk) == []


async def test_pinned_entry_does_not_end_the_search(tmp_path) -> None:
    pinned = news(1, 1)
    async with open_desk(tmp_path) as desk:
        desk.publish(*pinned, *news(2, 4))
        await desk.poll()
        desk.feeds.answer("/wire", paged(pinned + news(12, 14), next_page="/p2"))
        desk.feeds.answer("/p2", paged(pinned + news(9, 11), next_page="/p3"))
        desk.feeds.answer("/p3", paged(pinned + news(4, 8), next_page="/p4"))

        await poll_again(desk)

        assert asked(desk) == ["/p2", "/p3"]
        assert stored(desk) == {f"g{n}" for n in range(1, 15)}


async def test_page_that_names_itself_is_read_once(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(20, 22), next_page="/p2"))
        desk.feeds.answer("/p2", paged(news(17, 19), next_page="/p2"))

        await poll_again(desk)

        assert asked(desk) == ["/p2"]
        assert (window(desk).found, window(desk).filled_at) == (3, None)


async def test_page_on_another_site_is_not_read(tmp_path) -> None:
    async with FeedServer(host="127.0.0.2") as other, open_desk(tmp_path) as desk:
        other.answer("/p2", Page(rss(*news(17, 19))))
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(20, 22), next_page="/moved"))
        desk.feeds.answer("/moved", Page(status=302, headers={"Location": other.url("/p2")}))

        await poll_again(desk)

        assert stored(desk) == {f"g{n}" for n in (1, 2, 3, 20, 21, 22)}
        assert window(desk).filled_at is None


async def test_page_that_fails_is_tried_again_after_the_next_poll(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(5, 7), next_page="/p2"))
        desk.feeds.answer("/p2", Page(status=500), Page(rss(*news(3, 4))))

        await poll_again(desk)
        before = window(desk).filled_at
        await poll_again(desk)

        assert (before, window(desk).filled_at) == (None, desk.clock())
        assert stored(desk) == {f"g{n}" for n in range(1, 8)}


async def test_page_that_asks_for_a_pause_pauses_its_host(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(5, 7), next_page="/p2"))
        desk.feeds.answer("/p2", Page(status=429, headers={"Retry-After": "3600"}))

        await poll_again(desk)
        await poll_again(desk)

        assert desk.feeds.paths() == ["/wire", "/wire", "/p2"]


async def test_entries_of_a_long_window_are_found_in_the_news_sitemap(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.clock.advance(hours=5)
        desk.publish(*news(20, 22))
        sitemap = desk.feeds.answer("/news.xml", Page(news_sitemap(hours=(30, 9, 2, 1))))
        desk.feeds.answer("/robots.txt", Page(f"Sitemap: {sitemap}"))

        await desk.poll()

        titles = {found.entry.title for found in desk.call(db.latest_entries, limit=99)}
        assert asked(desk) == ["/robots.txt", "/news.xml"]
        assert {title for title in titles if "hours old" in title} == {
            "Fleet news 2 hours old",
            "Fleet news 1 hours old",
        }
        assert (window(desk).found, window(desk).filled_at) == (2, desk.clock())


def news_sitemap(*, hours: tuple[int, ...]) -> str:
    """A sitemap of pages that were published some hours before the second poll."""
    now = NOW + timedelta(hours=5)
    pages = "".join(
        f"<url><loc>https://news.example/page-{old}</loc><n:news>"
        f"<n:publication_date>{(now - timedelta(hours=old)).isoformat()}</n:publication_date>"
        f"<n:title>Fleet news {old} hours old</n:title></n:news></url>"
        for old in hours
    )
    return f"<urlset xmlns:n='sitemap-news'>{pages}</urlset>"


async def read_older(desk: Desk, feed: Feed, *urls: str) -> None:
    """Look for missed entries of a feed at some addresses."""
    desk.call(db.sync_feeds, [feed], NOW)
    for url in urls:
        profile = FeedProfile(backfill=Backfill(since_at=NOW, url=url))
        state = FeedState(feed_id=feed.id, baseline_at=NOW, last_polled_at=NOW, profile=profile)
        desk.call(db.complete_polls, [state])
        await backfill_feed(
            feed,
            tools=desk.runtime.tools,
            rules=desk.runtime.active.rules,
            policy=desk.runtime.active.config.polling,
            take_turn=at_once,
        )


async def test_headers_of_a_feed_go_to_its_own_host_only(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        url = desk.feeds.url("/wire").replace("127.0.0.1", "localhost")
        feed = make_feed(url=url, headers=(("X-Key", "secret"),))

        await read_older(desk, feed, desk.feeds.url("/p"), f"{url}?p=2")

        sent = [seen.headers.get("X-Key") for seen in desk.feeds.requests]
        assert sent == [None, "secret"]


async def test_older_page_of_a_feed_on_https_is_not_read_over_http(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        url = desk.feeds.url("/wire")
        secret = (("Authorization", "Bearer secret"),)
        feed = make_feed(url=url.replace("http:", "https:"), headers=secret)

        await read_older(desk, feed, url)

        assert desk.feeds.requests == []


async def test_older_page_is_not_read_while_its_host_is_paused(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.publish(*news(1, 3))
        await desk.poll()
        desk.feeds.answer("/wire", paged(news(10, 12), next_page="/p2"))

        async def busy(_request: web.Request) -> web.Response:
            host = host_of(desk.feeds.url("/"))
            until_at = desk.clock() + timedelta(hours=1)
            pause = HostPause(host=host, status=429, since_at=desk.clock(), until_at=until_at)
            await desk.runtime.tools.store.run(db.add_pause, pause)
            return web.Response(body=paged(news(7, 9), next_page="/p3").body)

        desk.feeds.answer("/p2", busy)

        await poll_again(desk)

        assert asked(desk) == ["/p2"]
