"""A story that is muted while a development waits, in the running daemon."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.app import CALM, STORY, Desk, open_desk
from builders.beat import BEAT
from builders.configs import rss
from servers.feeds import Page
from straitwatch import store as db
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, AlertFacts, ManualAction
from straitwatch.pipeline import act, undo

NEWS = (
    "g2",
    "Fleet crosses the Taiwan Strait at dawn: three sailors killed in collision",
    "Twelve ships passed on Monday. Three sailors were killed when two ships collided.",
)
REPEAT = (
    "g3",
    "Three sailors killed in collision as fleet crosses the Taiwan Strait",
    "The ministry said three sailors were killed when two ships collided on Monday.",
)


EDIT = ("g1", *NEWS[1:])  # of the first report


@pytest.fixture
async def desk(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk that muted a story, so that a waiting development of it was cancelled."""
    feeds = {"Example Wire": "/wire", "Other": "/other", "Third": "/third"}
    async with open_desk(tmp_path, feeds=feeds) as desk:
        await report(desk, "/third", CALM)
        await report(desk, "/other", CALM)
        await report(desk, "/wire", STORY)
        await send(desk)
        await report(desk, *getattr(request, "param", ("/other", NEWS)))
        (story,) = desk.call(db.list_stories)
        mute = ManualAction(
            id=action_id("mute"),
            kind=ActionKind.MUTE_STORY,
            made_at=desk.clock(),
            story_id=story.id,
            until_at=desk.clock() + timedelta(days=7),
        )
        desk.call(act, mute, beat=BEAT)
        await send(desk)
        yield desk


async def report(desk: Desk, path: str, item: tuple[str, str, str]) -> None:
    desk.clock.advance(minutes=20)
    desk.feeds.answer(path, Page(rss(item)))
    await desk.poll()


async def send(desk: Desk) -> None:
    desk.clock.advance(minutes=15)
    await desk.app.housekeeping.tend_outbox()
    await desk.app.senders.run_all()


def unmute(desk: Desk) -> None:
    desk.call(undo, action_id("mute"), author="ana", now=desk.clock(), beat=BEAT)


def sent(desk: Desk) -> list[str]:
    """Return the titles of the delivered messages about stories."""
    return [
        message.facts.title
        for message in desk.messages()
        if message.delivery.state == "delivered" and isinstance(message.facts, AlertFacts)
    ]


async def test_waiting_development_is_sent_once_after_the_mute_is_undone(desk: Desk) -> None:
    assert sent(desk) == [STORY[1]]
    unmute(desk)
    await send(desk)

    await report(desk, "/third", REPEAT)
    await send(desk)

    assert sent(desk) == [STORY[1], NEWS[1]]


@pytest.mark.parametrize("desk", [("/other", NEWS), ("/wire", EDIT)], indirect=True)
async def test_development_that_was_never_sent_is_news_later(desk: Desk) -> None:
    desk.clock.advance(hours=25)
    unmute(desk)
    await send(desk)

    await report(desk, "/third", REPEAT)
    await send(desk)

    assert sent(desk) == [STORY[1], REPEAT[1]]
