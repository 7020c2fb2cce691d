"""A feed that redirects permanently: when its new address is learned, checked and forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOON, make_feed
from builders.app import STORY, Desk, open_desk
from builders.configs import CALM, rss
from servers.feeds import FeedServer, Page
from straitwatch import store as db
from straitwatch.core.model import Condition, Fetched, Move, NotModified, PollPolicy
from straitwatch.core.moves import describe_move, doubt_move, learned_address, move_after
from straitwatch.fetch import Fetcher

POLICY = PollPolicy(allow_private_addresses=True)
DAY = timedelta(days=1)
NEW = "https://new.example/rss"
SETTLED = Move(to=NEW, since_at=NOON, polls=9, checked_at=NOON + 4 * DAY, adopted_at=NOON + 4 * DAY)


def moved_over(days: Sequence[float], *, to: Sequence[str] = ()) -> Move | None:
    """Return the move after polls of the configured address on these days."""
    move: Move | None = None
    for nth, day in enumerate(days):
        target = to[nth] if to else NEW
        move = move_after(move, asked="", moved_to=target, now=NOON + day * DAY)
    return move


@pytest.mark.parametrize(
    ("days", "is_learned"),
    [
        ((0, 1, 2, 3, 3.1), True),
        ((0, 1, 2, 2.5, 2.9), False),
        ((0, 1, 2, 3), False),
    ],
    ids=["settled", "too-soon", "too-few"],
)
def test_address_is_learned_after_some_polls_over_some_days(
    days: Sequence[float], is_learned: bool
) -> None:
    move = moved_over(days)

    assert learned_address(move, NOON + 4 * DAY) == (NEW if is_learned else "")


def test_redirect_to_another_target_begins_anew() -> None:
    move = moved_over((0, 1, 2, 3, 4), to=(NEW, NEW, NEW, "https://other.example/rss", NEW))

    assert move is not None
    assert (move.polls, move.since_at) == (1, NOON + 4 * DAY)


def test_configured_address_that_serves_the_feed_again_ends_the_move() -> None:
    assert move_after(SETTLED, asked="", moved_to="", now=NOON + 12 * DAY) is None


def test_learned_address_is_checked_after_a_week() -> None:
    assert learned_address(SETTLED, NOON + 10 * DAY) == NEW
    assert learned_address(SETTLED, NOON + 11 * DAY) == ""

    checked = move_after(SETTLED, asked="", moved_to=NEW, now=NOON + 11 * DAY)

    assert learned_address(checked, NOON + 12 * DAY) == NEW


def test_failure_at_the_learned_address_leads_back_to_the_configured_one() -> None:
    doubtful = doubt_move(SETTLED, NOON + 5 * DAY)

    assert learned_address(doubtful, NOON + 5 * DAY) == ""
    confirmed = move_after(doubtful, asked="", moved_to=NEW, now=NOON + 5 * DAY)
    assert learned_address(confirmed, NOON + 5 * DAY) == NEW


def test_addresses_are_asked_in_turn_while_both_fail() -> None:
    move: Move | None = SETTLED
    asked = []
    for day in (5, 6, 7, 8):
        asked.append(learned_address(move, NOON + day * DAY))
        move = doubt_move(move, NOON + day * DAY)

    assert asked == [NEW, "", NEW, ""]


def test_failed_check_of_the_configured_address_keeps_the_learned_one() -> None:
    checked_at = NOON + 11 * DAY

    move = doubt_move(SETTLED, checked_at)

    assert learned_address(move, checked_at + 6 * DAY) == NEW
    assert learned_address(move, checked_at + 7 * DAY) == ""


def test_failure_before_an_address_is_learned_begins_anew() -> None:
    assert doubt_move(moved_over((0, 1, 2)), NOON + 3 * DAY) is None


def test_learned_address_that_redirects_further_is_checked() -> None:
    doubtful = move_after(SETTLED, asked=NEW, moved_to="https://third.example/", now=NOON + 5 * DAY)

    assert learned_address(doubtful, NOON + 5 * DAY) == ""


def test_move_is_described_without_secrets() -> None:
    move = replace(SETTLED, to="https://new.example/rss?token=abc&a=1")

    assert describe_move(move) == (
        "moved to https://new.example/rss?token=***&a=1 (permanent redirect since 23 Nov 12:00 UTC)"
    )


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((301,), "/1"),
        ((308,), "/1"),
        ((301, 308), "/2"),
        ((302,), ""),
        ((303,), ""),
        ((307,), ""),
        ((302, 301), ""),
        ((301, 302), "/1"),
        ((301, 302, 301), "/1"),
        ((), ""),
    ],
)
async def test_move_goes_as_far_as_the_permanent_redirects(
    statuses: Sequence[int], moved_to: str
) -> None:
    async with FeedServer() as server, Fetcher(POLICY) as fetcher:
        for nth, status in enumerate(statuses):
            headers = {"Location": f"/{nth + 1}"}
            server.answer(f"/{nth}", Page(status=status, headers=headers))
        server.answer(f"/{len(statuses)}", Page(rss(CALM)))

        result = await fetcher.fetch(make_feed(url=server.url("/0")))

        assert isinstance(result, Fetched)
        assert result.moved_to == (server.url(moved_to) if moved_to else "")


async def test_redirect_that_sets_a_cookie_is_no_move() -> None:
    async with FeedServer() as server, Fetcher(POLICY) as fetcher:
        headers = {"Location": "/1", "Set-Cookie": "a=1"}
        server.answer("/0", Page(status=301, headers=headers))
        server.answer("/1", Page(rss(CALM)))

        result = await fetcher.fetch(make_feed(url=server.url("/0")))

        assert isinstance(result, Fetched)
        assert result.moved_to == ""


async def test_learned_address_of_another_host_gets_no_secrets() -> None:
    async with FeedServer() as old, FeedServer() as new, Fetcher(POLICY) as fetcher:
        new.answer("/rss", Page(rss(CALM)))
        feed = make_feed(
            url=old.url("/rss").replace("://", "://user:secret@"), headers=(("X-Key", "secret"),)
        )

        result = await fetcher.fetch(feed, at=new.url("/rss"))

        assert isinstance(result, Fetched)
        assert result.asked == new.url("/rss")
        assert old.requests == []
        assert not {"X-Key", "Authorization"} & set(new.requests[0].headers)


async def test_learned_address_gets_the_validators_that_it_gave() -> None:
    async with FeedServer() as server, Fetcher(POLICY) as fetcher:
        server.answer("/new", Page(rss(CALM), etag='"1"'))
        feed, at = make_feed(url=server.url("/old")), server.url("/new")
        first = await fetcher.fetch(feed, at=at)
        assert isinstance(first, Fetched)

        again = await fetcher.fetch(feed, first.validators, at=at)

        assert isinstance(again, NotModified)


# ---------------------------------------------------------------- the whole program


async def poll_daily(desk: Desk, days: int) -> None:
    for _ in range(days):
        await desk.poll()
        desk.clock.advance(days=1)


def redirect(server: FeedServer, status: int, path: str = "/new") -> None:
    server.answer("/wire", Page(status=status, headers={"Location": path}))


def condition(desk: Desk) -> Condition:
    (state,) = desk.call(db.feed_states).values()
    return state.profile.health.condition


async def test_moved_feed_is_asked_at_its_new_address_and_reported(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        redirect(desk.feeds, 301)
        desk.feeds.answer("/new", Page(rss(CALM), etag='"1"'))
        await poll_daily(desk, 5)
        desk.feeds.requests.clear()
        desk.feeds.answer("/new", Page(rss(CALM, STORY), etag='"2"'))

        await poll_daily(desk, 1)

        for _ in range(2):
            await desk.app.health.watch()
        told = [message.facts for message in desk.messages()]

        assert desk.feeds.paths() == ["/new"]
        assert any("crosses the Taiwan Strait" in str(facts) for facts in told)
        assert condition(desk) is Condition.MOVED
        assert desk.titles() == ["1 feed has moved"]
        assert any(f"moved to {desk.feeds.url('/new')}" in str(facts) for facts in told)


async def test_temporary_redirect_is_never_learned(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        redirect(desk.feeds, 302)
        desk.feeds.answer("/new", Page(rss(CALM)))

        await poll_daily(desk, 7)

        assert desk.feeds.paths() == ["/wire", "/new"] * 7
        assert condition(desk) is Condition.OK


async def test_redirect_to_a_web_page_is_never_learned(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        redirect(desk.feeds, 301)
        desk.feeds.answer("/new", Page("<html><body>Please log in</body></html>"))

        await poll_daily(desk, 7)

        assert desk.feeds.paths() == ["/wire", "/new"] * 7


async def test_feed_is_read_at_its_configured_address_if_the_new_one_fails(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        redirect(desk.feeds, 308)
        desk.feeds.answer("/new", Page(rss(CALM)))
        await poll_daily(desk, 5)
        desk.feeds.requests.clear()
        desk.feeds.answer("/new", Page(status=404))
        desk.publish(CALM)

        await poll_daily(desk, 2)

        assert desk.feeds.paths() == ["/new", "/wire"]
        assert condition(desk) is Condition.OK


async def test_new_address_is_asked_again_although_the_configured_one_is_dead(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path) as desk:
        redirect(desk.feeds, 301)
        desk.feeds.answer("/new", Page(rss(CALM)))
        await poll_daily(desk, 5)
        desk.feeds.requests.clear()
        desk.feeds.answer("/wire", Page(status=404))
        desk.feeds.answer("/new", Page(status=500), Page(rss(CALM)))

        await poll_daily(desk, 4)

        assert desk.feeds.paths() == ["/new", "/wire", "/new", "/new"]


async def test_validators_do_not_go_to_the_address_that_redirects(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        redirect(desk.feeds, 302)
        desk.feeds.answer("/new", Page(rss(CALM), etag='"1"'))

        for _ in range(2):
            await desk.poll()
            desk.clock.advance(minutes=30)

        sent_tags = [seen.headers.get("If-None-Match") for seen in desk.feeds.requests]
        assert list(zip(desk.feeds.paths(), sent_tags, strict=True)) == [
            ("/wire", None),
            ("/new", None),
            ("/wire", None),
            ("/new", '"1"'),
        ]


async def test_feed_that_is_gone_is_polled_once_a_week(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.poll()
        desk.feeds.answer("/wire", Page(status=410))
        desk.feeds.requests.clear()

        for _ in range(4 * 30):
            desk.clock.advance(hours=6)
            await desk.poll()

        assert 3 + 4 <= len(desk.feeds.requests) <= 5 + 5
        assert condition(desk) is Condition.GONE


async def test_feed_that_comes_back_is_polled_as_before(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.feeds.answer("/wire", Page(status=410))
        for _ in range(8):
            await desk.poll()
            desk.clock.advance(hours=6)
        desk.publish(CALM)
        desk.clock.advance(days=8)
        await desk.poll()

        (state,) = desk.call(db.feed_states).values()

        assert state.next_due_at - desk.clock() < timedelta(hours=1)
