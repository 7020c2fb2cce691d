"""A daemon and a real server that answers 304 although its feed has changed."""

from datetime import timedelta

from builders.app import STORY, Desk, open_desk
from builders.configs import CALM, rss
from servers.feeds import Page, Seen
from straitwatch import store as db
from straitwatch.core.model import FeedState

OTHER = ("g2", "Ferry drills in the Taiwan Strait", "Two ferries took part on Tuesday.")
DAY = timedelta(days=1)
NOTICE = "1 feed had entries hidden by wrong 304 answers"


def publish(desk: Desk, *items: tuple[str, str, str], etag: str = '"v"') -> None:
    desk.feeds.answer("/wire", Page(rss(CALM, *items), etag=etag, is_stuck=True))


def state_of(desk: Desk) -> FeedState:
    (state,) = desk.call(db.feed_states).values()
    return state


def is_conditional(seen: Seen) -> bool:
    return "If-None-Match" in seen.headers


async def poll_after(desk: Desk, **wait: float) -> None:
    desk.clock.advance(**wait)
    await desk.poll()


async def poll_daily(desk: Desk) -> None:
    """Poll every hour for a day."""
    for _ in range(24):
        await poll_after(desk, hours=1)


async def test_hidden_entry_alerts_within_a_day_and_the_feed_is_reported(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        publish(desk)
        await desk.poll()
        publish(desk, STORY)
        await poll_after(desk, hours=1)
        assert (desk.runtime.totals.alerts, state_of(desk).last_outcome) == (0, "not_modified")

        await poll_daily(desk)
        await desk.app.health.watch()

        assert desk.runtime.totals.alerts == 1
        assert state_of(desk).distrust is not None
        assert desk.titles() == [NOTICE]


async def test_hidden_entries_count_in_the_gauge_and_as_a_gap_of_the_coverage(tmp_path) -> None:
    polling = {"interval": "1h", "contact": "tests@example.org", "allow_private_addresses": True}
    async with open_desk(tmp_path, polling=polling) as desk:
        publish(desk)
        await desk.poll()
        publish(desk, STORY)
        await poll_daily(desk)

        await desk.app.health.update_gauges()

        now = desk.clock()
        found = desk.call(db.coverage, since_at=now - DAY, until_at=now, now=now)
        assert found.blind_feed == "Example Wire"
        assert found.blind_for >= timedelta(hours=15)
        gauges = desk.runtime.tools.metrics.registry
        assert gauges.get_sample_value("straitwatch_feeds", {"condition": "distrusted"}) == 1


async def test_next_entry_of_a_distrusted_feed_alerts_at_once(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        publish(desk)
        await desk.poll()
        publish(desk, STORY)
        await poll_daily(desk)
        requests = len(desk.feeds.requests)

        publish(desk, STORY, OTHER)
        await poll_after(desk, hours=1)

        assert not any(map(is_conditional, desk.feeds.requests[requests:]))
        assert desk.runtime.totals.entries_new == 3


async def test_liar_whose_etag_changes_is_found_by_asking_again(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        publish(desk)
        await desk.poll()
        publish(desk, STORY, etag='"w"')
        await poll_daily(desk)

        assert state_of(desk).distrust is not None


async def test_honest_server_that_changes_just_before_the_daily_request_is_trusted(
    tmp_path,
) -> None:
    async with open_desk(tmp_path) as desk:
        desk.feeds.answer("/wire", Page(rss(CALM), etag='"1"'))
        await desk.poll()
        await poll_after(desk, hours=9)
        await poll_after(desk, hours=9)
        desk.feeds.answer("/wire", Page(rss(CALM, STORY), etag='"2"'))

        await poll_after(desk, hours=6)

        conditional = [is_conditional(seen) for seen in desk.feeds.requests]
        assert conditional == [False, True, True, False, True]
        assert (desk.runtime.totals.alerts, state_of(desk).distrust) == (1, None)


async def test_new_build_date_and_whitespace_are_no_change_of_entries(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        publish(desk)
        await desk.poll()
        await poll_after(desk, hours=1)
        dated = rss(CALM).replace(
            b"<item>",
            b"<lastBuildDate>Mon, 02 Mar 2026 12:00:00 GMT</lastBuildDate><ttl>5</ttl>\n  <item>",
        )
        desk.feeds.answer("/wire", Page(dated, etag='"v"', is_stuck=True))

        await poll_daily(desk)

        assert [is_conditional(seen) for seen in desk.feeds.requests].count(False) == 2
        assert state_of(desk).distrust is None


async def test_first_poll_after_a_long_outage_brings_the_whole_document(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        publish(desk)
        await desk.poll()
        publish(desk, STORY)

        await poll_after(desk, hours=12)

        assert not is_conditional(desk.feeds.requests[1])
        assert desk.runtime.totals.alerts == 1
