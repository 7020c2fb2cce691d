"""Actions, messages, silences and feeds of alerts on the pages."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

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
from builders.web import get, make_desk, post, served
from straitwatch import store as db
from straitwatch.config import load_config
from straitwatch.core.model import DeliveryState, Relation, Severity
from straitwatch.store import Store, apply_plan
from straitwatch.web import Desk, bind, build_web, serve_web

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a story of two reports, one waiting and one dead message."""
    config = load_config(
        write_config(tmp_path, feeds={"Feed f1": "https://f1.example/rss"}), environ={}
    )
    store = Store.open(config.database)
    second = make_planned(
        "e2",
        entry=make_entry("e2", title=HOSTILE),
        fold=make_fold(relation=Relation.SAME_EVENT),
        matches=(make_match(),),
    )
    dead = make_delivery("d2", receiver="desk-mail", state=DeliveryState.DEAD)
    plan = make_plan(
        claimed_feed(store),
        (make_planned("e1"), second),
        stories=(make_story(),),
        alerts=(make_alert(severity=Severity.HIGH),),
        deliveries=(make_delivery(), dead),
    )
    assert store.call(apply_plan, plan)
    yield make_desk(store, config)
    store.close()


@pytest.fixture
async def session(place: Desk) -> AsyncIterator[ClientSession]:
    async with served(place) as opened:
        yield opened


def undo_path(page: str) -> str:
    found = re.search(r'action="(/actions/[^"]+/undo)"', page)
    assert found
    return found[1]


async def test_story_is_muted_and_unmuted_with_one_click_each(
    place: Desk, session: ClientSession
) -> None:
    status, page = await post(session, "/stories/s1/act", kind="mute_story", key="k1")

    assert status == 200
    assert "a reader of the page muted the story until 08 Mar 20:00" in page
    assert [found.stories for found in place.store.call(db.active_silences, NOW)] == [("s1",)]
    assert '<span class="tag">muted until' in page
    assert '<span class="tag">muted</span>' in (await get(session, "/"))[1]

    _, page = await post(session, undo_path(page), story="s1")

    assert "undone, " in page
    assert place.store.call(db.active_silences, NOW) == ()


async def test_form_that_is_sent_twice_acts_once(place: Desk, session: ClientSession) -> None:
    for _ in range(2):
        await post(session, "/stories/s1/act", kind="mute_story", key="k1")

    assert len(place.store.call(db.actions_of_story, "s1")) == 1


async def test_report_in_the_wrong_story_is_split_off_and_put_back(
    place: Desk, session: ClientSession
) -> None:
    _, page = await post(session, "/stories/s1/act", kind="split", report="e2", key="k1")

    assert "moved 1 report to story" in page
    assert len(place.store.call(db.story_entries, "s1")) == 1

    await post(session, undo_path(page), story="s1")

    assert len(place.store.call(db.story_entries, "s1")) == 2


async def test_report_is_marked_as_not_relevant(place: Desk, session: ClientSession) -> None:
    await post(session, "/stories/s1/act", kind="not_relevant", report="e2", key="k1")

    assert list(place.store.call(db.read_marks)) == [("e2", "taiwan-policy")]


async def test_action_that_is_impossible_says_why(session: ClientSession) -> None:
    answer = await post(session, "/stories/s1/act", kind="merge", other="s1", key="k1")

    assert answer[0] == 409
    assert "these are the same story" in answer[1]


@pytest.mark.parametrize("form", [{}, {"kind": "explode", "key": "k"}, {"kind": "mute_story"}])
async def test_form_that_is_not_complete_is_refused(
    session: ClientSession, form: dict[str, str]
) -> None:
    assert (await post(session, "/stories/s1/act", **form))[0] == 400


async def test_form_that_is_too_long_is_refused(session: ClientSession) -> None:
    assert (await post(session, "/stories/s1/act", note="x" * 200_000))[0] == 413


async def test_dead_letter_is_shown_and_retried(place: Desk, session: ClientSession) -> None:
    _, page = await get(session, "/messages")

    assert "desk-mail" in page
    assert 'action="/messages/d2/retry"' in page

    await post(session, "/messages/d2/retry")

    found = place.store.call(db.show_delivery, "d2")
    assert found
    assert found.delivery.state is DeliveryState.PENDING


async def test_every_dead_letter_is_retried_at_once(place: Desk, session: ClientSession) -> None:
    await post(session, "/messages/retry")

    assert not place.store.call(db.list_deliveries, states=[DeliveryState.DEAD])


async def test_message_that_is_unknown_is_not_retried(session: ClientSession) -> None:
    assert (await post(session, "/messages/none/retry"))[0] == 409


async def test_list_is_snoozed_for_some_hours_and_the_silence_ended(
    place: Desk, session: ClientSession
) -> None:
    form = {"list": "taiwan-policy", "hours": "4", "note": "<b>games</b>", "key": "k1"}
    _, page = await post(session, "/silences/new", **form)

    (silence,) = place.store.call(db.active_silences, NOW)
    assert silence.until_at == NOW + timedelta(hours=4)
    assert "&lt;b&gt;games" in page

    _, page = await post(session, f"/silences/{silence.id}/end")

    assert "No silence." in page


@pytest.mark.parametrize(
    "form", [{"list": "none", "hours": "4"}, {"list": "taiwan-policy", "hours": "999"}]
)
async def test_silence_needs_a_list_and_a_time(
    session: ClientSession, form: dict[str, str]
) -> None:
    assert (await post(session, "/silences/new", **form))[0] == 400


async def test_alerts_are_a_feed_in_rss(session: ClientSession) -> None:
    _, text = await get(session, "/alerts.rss")

    (item,) = ET.fromstring(text).findall("channel/item")
    assert item.findtext("title") == "[High] Ships cross the strait"
    assert item.findtext("link") == "https://news.example/e1"
    assert item.findtext("guid") == "a1"
    assert "/stories/s1" in (item.findtext("description") or "")


async def test_alerts_are_a_json_feed(session: ClientSession) -> None:
    async with session.get("/alerts.json") as answer:
        feed = json.loads(await answer.text())

    (item,) = feed["items"]
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (item["id"], item["external_url"]) == ("a1", "https://news.example/e1")
    assert item["url"].endswith("/stories/s1")
    assert item["date_published"] == "2026-03-01T12:00:00+00:00"


async def test_page_hears_of_a_change_between_its_answer_and_its_request_for_events(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("straitwatch.web.events._EVERY", 0.01)
    async with session.get("/events", params={"mark": "of an earlier state"}) as answer:
        lines = [await answer.content.readline() for _ in range(3)]

    assert b"event: change\n" in lines


async def test_open_page_hears_of_a_change(
    place: Desk, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("straitwatch.web.events._EVERY", 0.01)
    async with session.get("/events") as answer:
        assert answer.content_type == "text/event-stream"
        assert await answer.content.readline() == b"retry: 5000\n"
        await post(session, "/stories/s1/act", kind="mute_story", key="k1")
        lines = [await answer.content.readline() for _ in range(2)]

    assert b"event: change\n" in lines


async def test_stream_of_an_open_page_ends_without_an_error_when_the_server_stops(
    place: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    listener = bind("127.0.0.1:0")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/events"
    serving = asyncio.create_task(serve_web(build_web(place), listener))
    async with ClientSession() as session, session.get(url) as answer:
        await answer.content.readline()
        serving.cancel()
        rest = await answer.content.read()
        await asyncio.wait([serving])

    assert rest == b"\n"
    assert [line.message for line in caplog.records if line.levelname == "ERROR"] == []
