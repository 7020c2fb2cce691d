"""The daemon as a subscriber of a real hub on loopback, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from builders.app import STORY, Desk, open_desk
from builders.configs import CALM, rss
from servers.feeds import Page
from servers.hub import Hub
from straitwatch import store as db
from straitwatch.core.model import FeedProfile, PushOffer, Subscription, SubscriptionState
from straitwatch.core.policy import PUSH_BURST, PUSH_FLOOR
from straitwatch.web import bind, build_web, serve_web


@dataclass
class PushDesk:
    desk: Desk
    hub: Hub
    address: str  # of the web server

    @property
    def topic(self) -> str:
        return self.desk.feeds.url("/wire")

    @property
    def subscriptions(self) -> list[Subscription]:
        found: list[Subscription] = self.desk.call(db.push_subscriptions)
        return found

    def publish(self, *items: tuple[str, str, str], hub: str = "") -> bytes:
        """Put a document on the feed's server; return it.

        Args:
            items: of the document.
            hub: a second hub.
        """
        document = rss(*(items or (CALM,)))
        more = f', <{hub}>; rel="hub"' if hub else ""
        headers = {"Link": self.links["Link"] + more}
        self.desk.feeds.answer("/wire", Page(document, headers=headers))
        return document

    @property
    def links(self) -> dict[str, str]:
        """The headers by which the feed names its hub."""
        return {"Link": f'<{self.hub.url}>; rel="hub", <{self.topic}>; rel="self"'}

    async def tend(self) -> None:
        """Send due requests, and wait until the hub has verified them."""
        subscriber = self.desk.app.subscriber
        await subscriber.tend()
        await asyncio.gather(*subscriber.tasks)
        await self.hub.settled()

    async def subscribe(self) -> None:
        """Subscribe to the feed as if a poll had found its hub, and poll it two hours later."""
        self.record_poll()
        await self.tend()
        self.desk.clock.advance(hours=2)
        self.record_poll()

    def record_poll(self) -> None:
        """Record a poll that found nothing but the hub."""
        now = self.desk.clock()
        offer = PushOffer(topic=self.topic, hubs=(self.hub.url,))
        (state,) = self.desk.call(db.claim_due_feeds, now=now, limit=1, lease=timedelta(minutes=1))
        after = replace(
            state,
            profile=FeedProfile(push=offer),
            baseline_at=now,
            last_polled_at=now,
            last_ok_at=now,
            next_due_at=now + timedelta(hours=1),
        )
        self.desk.call(db.complete_polls, [after])

    async def next_due_at(self) -> Any:
        (state,) = self.desk.call(db.feed_states).values()
        return state.next_due_at

    async def post(self, path: str, body: bytes = b"", **headers: str) -> int:
        async with (
            aiohttp.ClientSession(self.address) as session,
            session.post(path, data=body, headers=headers) as answer,
        ):
            return answer.status


@asynccontextmanager
async def push_desk(
    folder: Path, *, hub: Hub | None = None, **changes: Any
) -> AsyncIterator[PushDesk]:
    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = {"listen": "127.0.0.1:0", "public_url": address} | changes
    polling = {"interval": "1h", "allow_private_addresses": True, "max_bytes": "50kB"}
    async with (
        hub or Hub() as opened,
        open_desk(folder, web=settings, polling=polling) as desk,
    ):
        application = build_web(desk.app.desk(), subscriber=desk.app.subscriber)
        serving = asyncio.create_task(serve_web(application, listener))
        yield PushDesk(desk, opened, address)
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def sample(it: PushDesk, name: str, **labels: str) -> float:
    value = it.desk.runtime.tools.metrics.registry.get_sample_value(name, labels)
    return value or 0.0


async def test_feed_with_a_hub_is_subscribed_to_and_verified(tmp_path) -> None:
    async with push_desk(tmp_path, hub=Hub(lease_seconds=1000)) as it:
        it.publish()
        await it.desk.poll()
        await it.tend()

        (subscription,) = it.subscriptions
        now = it.desk.clock()
        assert (subscription.state, subscription.topic) == (SubscriptionState.LIVE, it.topic)
        assert subscription.lease_until == now + timedelta(seconds=1000)
        assert subscription.due_at == now + timedelta(seconds=800)
        assert it.hub.requests[0]["hub.callback"].startswith(f"{it.address}/push/")


@pytest.mark.parametrize("method", ["sha1", "sha512"])
async def test_signed_push_makes_the_feed_due_and_its_entries_count_as_pushed(
    tmp_path, method: str
) -> None:
    async with push_desk(tmp_path, hub=Hub(method=method)) as it:
        await it.subscribe()
        it.desk.clock.advance(minutes=5)
        document = it.publish(STORY)

        answers = await it.hub.publish(it.topic, document)

        assert answers == [202]
        assert await it.next_due_at() == it.desk.clock()
        await it.desk.poll()
        assert [(one.entries_pushed, one.entries_missed) for one in it.subscriptions] == [(1, 0)]
        assert sample(it, "straitwatch_push_entries_total", outcome="pushed") == 1
        assert len(it.desk.messages()) == 1


async def test_entry_that_a_regular_poll_finds_first_counts_as_missed(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        it.publish(STORY)
        it.desk.clock.advance(hours=2)

        await it.desk.poll()

        assert [(one.entries_pushed, one.entries_missed) for one in it.subscriptions] == [(0, 1)]
        assert sample(it, "straitwatch_push_entries_total", outcome="missed") == 1


async def test_content_of_a_push_is_not_used(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        it.desk.clock.advance(minutes=5)

        await it.hub.publish(it.topic, rss(CALM, STORY))
        await it.desk.poll()

        assert it.desk.messages() == []


async def test_wrong_signature_is_acknowledged_counted_and_ignored(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        before = await it.next_due_at()

        answers = await it.hub.publish(it.topic, it.publish(STORY), signature="sha256=00")

        assert answers == [202]
        assert await it.next_due_at() == before
        assert sample(it, "straitwatch_pushes_total", outcome="unsigned") == 1


async def test_hub_that_pushes_all_the_time_does_not_make_us_hammer_the_publisher(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        for _ in range(PUSH_BURST):
            await it.hub.publish(it.topic, b"")
            it.record_poll()

        await it.hub.publish(it.topic, b"")

        assert await it.next_due_at() == it.desk.clock() + PUSH_FLOOR


async def test_push_during_a_poll_causes_another_poll(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        it.desk.clock.advance(hours=2)
        asked = asyncio.Event()
        go_on = asyncio.Event()

        async def answer(_request: Any) -> web.Response:
            asked.set()
            await go_on.wait()
            return web.Response(body=rss(CALM), headers=it.links)

        it.desk.feeds.answer("/wire", answer)
        poll = asyncio.create_task(it.desk.poll())
        await asked.wait()
        await it.hub.publish(it.topic, b"")
        go_on.set()
        await poll
        await it.tend()

        assert await it.next_due_at() == it.desk.clock()


async def test_subscription_is_renewed_before_its_lease_ends(tmp_path) -> None:
    async with push_desk(tmp_path, hub=Hub(lease_seconds=1000)) as it:
        await it.subscribe()
        await it.tend()
        renewed = it.subscriptions[0].lease_until

        assert [request["hub.mode"] for request in it.hub.requests] == ["subscribe"] * 2
        assert renewed == it.desk.clock() + timedelta(seconds=1000)


async def test_unanswered_request_is_repeated(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        it.hub.refusal = (503, "busy")
        it.publish()
        await it.desk.poll()
        await it.tend()
        refused = it.subscriptions[0]
        it.hub.refusal = None
        await it.tend()
        before = len(it.hub.requests)
        it.desk.clock.advance(minutes=6)
        await it.tend()

        assert (refused.detail, before) == ("answered 503 Service Unavailable: busy", 1)
        assert it.subscriptions[0].state is SubscriptionState.LIVE


async def test_denied_subscription_says_why(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        it.hub.denial = "members only"
        it.publish()
        await it.desk.poll()
        await it.tend()

        (subscription,) = it.subscriptions
        assert subscription.state is SubscriptionState.DENIED
        assert subscription.detail == "denied by the hub: members only"


async def test_feed_with_two_hubs_is_subscribed_to_at_both(tmp_path) -> None:
    async with Hub() as second, push_desk(tmp_path) as it:
        it.publish(hub=second.url)
        await it.desk.poll()
        await it.tend()
        await second.settled()

        assert {one.state for one in it.subscriptions} == {SubscriptionState.LIVE}
        assert len(second.subscribers) == len(it.hub.subscribers) == 1


async def test_removed_feed_is_unsubscribed_from(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        callback = it.hub.requests[0]["hub.callback"].removeprefix(it.address)
        it.desk.call(db.sync_feeds, [], it.desk.clock())
        await it.tend()

        assert it.hub.requests[-1]["hub.mode"] == "unsubscribe"
        assert (it.subscriptions, it.hub.subscribers) == ([], {})
        assert await it.post(callback) == 404


async def test_subscriptions_end_without_a_public_address(tmp_path) -> None:
    async with push_desk(tmp_path, public_url="") as it:
        await it.subscribe()

        assert (it.subscriptions, it.hub.requests) == ([], [])


async def test_callback_answers_only_what_it_expects(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        callback = it.hub.requests[0]["hub.callback"].removeprefix(it.address)
        async with aiohttp.ClientSession(it.address) as session:
            statuses = []
            for path, topic in (("/push/unknown", it.topic), (callback, "https://o.example/")):
                params = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "<x>"}
                async with session.get(path, params=params) as answer:
                    statuses.append((answer.status, "<x>" in await answer.text()))

        assert statuses == [(404, False), (404, False)]
        assert await it.post("/push/unknown") == 404


async def test_push_beyond_the_size_limit_is_refused(tmp_path) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        callback = it.hub.requests[0]["hub.callback"].removeprefix(it.address)
        limit = it.desk.runtime.active.config.polling.max_bytes

        assert await it.post(callback, b"x" * (limit + 1)) == 413
        assert sample(it, "straitwatch_pushes_total", outcome="too_large") == 1


async def test_callback_is_reached_under_the_public_name_and_the_status_page_is_not(
    tmp_path,
) -> None:
    async with push_desk(tmp_path) as it:
        await it.subscribe()
        callback = it.hub.requests[0]["hub.callback"].removeprefix(it.address)

        assert await it.post(callback, Host="watch.example.org") == 202
        assert await it.post("/", Host="watch.example.org") == 421
