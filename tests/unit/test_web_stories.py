"""The pages with stories: the list with its timeline and filters, and one story."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from builders.configs import write_config
from builders.store import (
    NOW,
    claimed_feed,
    make_alert,
    make_delivery,
    make_entry,
    make_fold,
    make_match,
    make_plan,
    make_planned,
    make_story,
)
from builders.web import get, make_desk, served
from straitwatch.config import load_config
from straitwatch.core.model import Hit, Related, Severity
from straitwatch.store import Store, apply_plan
from straitwatch.store.stories import write_stories
from straitwatch.web import Desk
from straitwatch.web.render import marked

HOUR = timedelta(hours=1)
HOSTILE = '<script>alert(1)</script>"><img src=x>'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with an alerted story about the strait, and a story with a hostile headline."""
    folder = tmp_path_factory.mktemp("stories")
    config = load_config(
        write_config(folder, feeds={"Feed f1": "https://f1.example/rss"}), environ={}
    )
    store = Store.open(config.database)
    strait = Hit(term="strait", field="title", start=16, end=22, text="strait")
    ships = make_planned(
        "e1",
        matches=(make_match(hits=(strait,)),),
        entry=make_entry("e1", content="It rains. More ships came."),
    )
    hostile = make_planned(
        "e2",
        entry=make_entry("e2", title=HOSTILE, url="javascript:alert(1)", canonical_url="x/e2"),
        fold=make_fold("s2"),
        matches=(make_match("china-russia-military", severity=Severity.LOW),),
    )
    other = make_story(
        "s2",
        title=HOSTILE,
        last_seen_at=NOW - timedelta(hours=3),
        severity=Severity.LOW,
        watchlists=("china-russia-military",),
        outlets=("Wire <b>",),
        revision=0,
    )
    plan = make_plan(
        claimed_feed(store),
        (ships, hostile),
        stories=(make_story(), other),
        alerts=(make_alert(),),
        deliveries=(make_delivery(),),
    )
    assert store.call(apply_plan, plan)
    yield make_desk(store, config)
    store.close()


@pytest.fixture
async def session(place: Desk) -> AsyncIterator[ClientSession]:
    async with served(place) as opened:
        yield opened


async def test_first_page_lists_stories_with_severity_lists_and_outlets(
    session: ClientSession,
) -> None:
    status, page = await get(session, "/")

    assert status == 200
    assert '<a href="/stories/s1">' in page
    assert all(
        word in page
        for word in ("Ships cross the strait", "High", "Taiwan policy", "Feed f1", "1 outlet")
    )
    assert page.index("/stories/s1") < page.index("/stories/s2")
    assert "not sent" in page


async def test_first_page_draws_reports_by_hour_and_list_with_a_text_alternative(
    session: ClientSession,
) -> None:
    _, page = await get(session, "/", span="1d")

    assert "<svg" in page
    assert "2 reports, at most 2 in one bar" in page
    assert "01 Mar 20:00 to 21:00: 1 Taiwan policy, 1 China-Russia military cooperation" in page
    assert "<table>" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "STRAIT"}, "s1"),
        ({"list": "china-russia-military"}, "s2"),
        ({"severity": "high"}, "s1"),
        ({"outlet": "wire"}, "s2"),
        ({"since": "2026-03-01T19:00"}, "s1"),
    ],
)
async def test_filter_selects_stories(
    session: ClientSession, query: dict[str, str], found: str
) -> None:
    _, page = await get(session, "/", **query)

    other = {"s1": "s2", "s2": "s1"}[found]
    assert f"/stories/{found}" in page
    assert f"/stories/{other}" not in page


async def test_filter_limits_the_bars_too(session: ClientSession) -> None:
    _, page = await get(session, "/", severity="high", span="1d")

    assert "1 report, at most 1 in one bar" in page


async def test_filter_for_a_language_selects_stories_with_a_report_in_it(
    session: ClientSession,
) -> None:
    _, english = await get(session, "/", language="en")
    _, russian = await get(session, "/", language="ru")

    assert "/stories/s1" in english
    assert "No story matches" in russian


@pytest.mark.parametrize("query", [{"severity": "worst"}, {"since": "soon"}, {"span": "1y"}])
async def test_filter_that_is_unknown_selects_every_story(
    session: ClientSession, query: dict[str, str]
) -> None:
    status, page = await get(session, "/", **query)

    assert status == 200
    assert "/stories/s1" in page


@pytest.mark.parametrize(
    "query",
    [{"since": "0001-01-01"}, {"until": "9999-12-31T23:00-12:00"}, {"since": "soon"}],
)
async def test_time_that_no_database_stores_is_ignored_and_named(
    session: ClientSession, query: dict[str, str]
) -> None:
    status, page = await get(session, "/", **query)

    ((name, text),) = query.items()
    assert status == 200
    assert "/stories/s1" in page
    assert f"{name}={text}</code>" in page


@pytest.mark.parametrize("path", ["/", "/stories/s2"])
async def test_page_shows_a_hostile_headline_as_text(session: ClientSession, path: str) -> None:
    _, page = await get(session, path)

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;" in page


async def test_search_shows_a_hostile_text_as_text(session: ClientSession) -> None:
    _, page = await get(session, "/", q=HOSTILE, outlet=HOSTILE)

    assert "<img" not in page


async def test_story_shows_its_reports_with_hits_decision_and_reason(
    session: ClientSession,
) -> None:
    status, page = await get(session, "/stories/s1")

    assert status == 200
    assert "Ships cross the <mark>strait</mark> (e1)" in page
    assert "Sent as an alert</span> the first report of this event" in page
    assert "new-event 0.12 &lt; 0.14: strait, 解放軍" in page
    assert "<code>match[0]</code> 海峽 (+10)" in page


async def test_buttons_of_a_report_name_it_for_screen_readers(session: ClientSession) -> None:
    _, page = await get(session, "/stories/s1")

    assert 'Not relevant<span class="unseen"> Ships cross the strait (e1)</span>' in page


async def test_story_shows_what_was_sent_to_whom(session: ClientSession) -> None:
    _, page = await get(session, "/stories/s1")

    assert '>desk-slack</a>: <span class="meta">pending' in page
    assert "first report" in page


async def test_story_is_found_by_the_beginning_of_its_id_or_not_at_all(
    session: ClientSession,
) -> None:
    status, page = await get(session, "/stories/none")

    assert status == 404
    assert "no story none" in page


async def test_times_of_another_day_are_shown_with_their_date(place: Desk) -> None:
    later = replace(place, clock=lambda: NOW + timedelta(days=1))

    async with served(later) as session:
        _, page = await get(session, "/stories/s1")

    assert (
        '<time datetime="2026-03-01T12:00:00+00:00" title="2026-03-01 20:00:00 CST">01 Mar 20:00</time>'
        in page
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [("style.css", "text/css"), ("live.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
)
async def test_page_needs_no_file_of_another_site(
    session: ClientSession, name: str, kind: str
) -> None:
    async with session.get(f"/assets/{name}") as answer:
        policy = answer.headers["Content-Security-Policy"]

        assert (answer.status, answer.content_type) == (200, kind)
    assert "style-src 'self'; script-src 'self'" in policy


async def test_change_that_another_site_requests_is_refused(session: ClientSession) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        async with session.post("/stories/s1", headers=headers) as answer:
            assert answer.status == 403


async def test_story_of_many_reports_shows_the_newest_and_leads_to_the_first(
    tmp_path: Path,
) -> None:
    config = load_config(write_config(tmp_path, feeds={}), environ={})
    store = Store.open(config.database)
    related = Related(story_id="s2", score=0.8, names=("strait",))
    opening = make_planned("r000", fold=make_fold(related=related))
    reports = [opening, *(make_planned(f"r{number:03}") for number in range(1, 201))]
    plan = make_plan(claimed_feed(store), reports, alerts=(), deliveries=())
    assert store.call(apply_plan, plan)
    async with served(make_desk(store, config)) as session:
        _, newest = await get(session, "/stories/s1")
        _, first = await get(session, "/stories/s1", start="0")
    store.close()

    assert "2 to 201 of 201 reports" in newest
    assert '<a href="?start=0#reports">Earlier</a>' in newest
    assert 'id="r200"' in newest
    assert 'href="/stories/s2"' in newest
    assert "1 to 200 of 201 reports" in first
    assert '<a href="?start=200#reports">Later</a>' in first
    assert 'id="r000"' in first


async def test_page_ends_after_50_stories_and_the_next_one_continues(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, feeds={}), environ={})
    store = Store.open(config.database)
    store.call(write_stories, [make_story(f"t{number:03}") for number in range(51)])
    async with served(make_desk(store, config)) as session:
        _, page = await get(session, "/")
        found = re.search(r'href="([^"]+)">Earlier stories', page)
        assert found
        _, earlier = await get(session, html.unescape(found[1]))
    store.close()

    assert re.findall(r'href="/stories/(t\d+)"', page) == [f"t{number:03}" for number in range(50)]
    assert re.findall(r'href="/stories/(t\d+)"', earlier) == ["t050"]


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], "a &lt;b&gt; c"),
        ([(0, 1), (2, 5)], "<mark>a</mark> <mark>&lt;b&gt;</mark> c"),
        ([(2, 4), (2, 5), (3, 4)], "a <mark>&lt;b&gt;</mark> c"),
        ([(5, 99), (3, 3), (-1, 2)], "a &lt;b&gt; c"),
    ],
)
def test_hits_are_marked_once_and_their_text_is_escaped(
    spans: list[tuple[int, int]], shown: str
) -> None:
    assert marked("a <b> c", spans) == shown
