"""Subscriptions to pushes: what is asked of hubs, and what is believed of them."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from straitwatch.core.model import (
    NO_OFFER,
    Posted,
    PushOffer,
    Subscription,
    SubscriptionState,
)
from straitwatch.core.parse_document import ParseRequest, parse_document
from straitwatch.core.policy import PUSH_BURST, PUSH_FLOOR
from straitwatch.core.websub import (
    describe_pushes,
    due_after_push,
    find_offer,
    is_signed,
    note_answer,
    plan_subscriptions,
    pushed,
    request_again,
    request_form,
    verify,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOCUMENT = "https://news.example/rss"
HUB, OTHER_HUB = "https://hub.example/", "https://other.example/"
TOPIC = "https://news.example/topic"
OFFER = PushOffer(topic=TOPIC, hubs=(HUB,))
PUBLIC = "https://watch.example.org"


def make_subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "token": "t0",
        "feed_id": "f1",
        "hub": HUB,
        "topic": TOPIC,
        "callback": f"{PUBLIC}/push/t0",
        "secret": "s0",
        "due_at": NOW,
    }
    return Subscription(**(values | changes))


LIVE = make_subscription(
    state=SubscriptionState.LIVE, lease_until=NOW + timedelta(days=2), live_at=NOW
)
ENDING = make_subscription(state=SubscriptionState.ENDING)


def plan(
    offers: Mapping[str, PushOffer], *known: Subscription, public_url: str = PUBLIC
) -> tuple[list[Subscription], list[Subscription]]:
    numbers = count(1)
    return plan_subscriptions(
        offers,
        known,
        public_url=public_url,
        now=NOW,
        draw_secret=lambda: f"secret{next(numbers)}",
    )


def confirm(subscription: Subscription, **params: str) -> Subscription | None:
    given = {"mode": "subscribe", "topic": TOPIC, "challenge": "c", "lease_seconds": "1000"}
    return verify(subscription, {f"hub.{key}": text for key, text in (given | params).items()}, NOW)


# ---------------------------------------------------------------- discovery


@pytest.mark.parametrize(
    "headers",
    [
        [f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"'],
        [f"<{HUB}>; rel=hub", f"<{TOPIC}>; rel=self"],
        [f'<{HUB}>; title="a, b"; rel="next HUB"', '</topic>; type="x"; rel="self"'],
    ],
)
def test_hub_of_the_link_headers_is_offered(headers: list[str]) -> None:
    in_document = PushOffer(topic="https://news.example/wrong", hubs=(OTHER_HUB,))

    assert find_offer(headers, in_document=in_document, document_url=DOCUMENT) == OFFER


def test_hub_of_the_document_is_offered_without_link_headers() -> None:
    headers = ['<https://api.example/>; rel="https://api.w.org/"']

    assert find_offer(headers, in_document=OFFER, document_url=DOCUMENT) == OFFER


def test_feed_that_names_no_address_is_known_by_the_one_of_its_document() -> None:
    hubs = PushOffer(hubs=(HUB,))

    assert find_offer([], in_document=hubs, document_url=DOCUMENT).topic == DOCUMENT
    secret = f"{DOCUMENT}?token=abc"
    assert find_offer([], in_document=hubs, document_url=secret) == NO_OFFER


def test_malformed_link_header_spoils_no_feed_and_no_other_link() -> None:
    headers = ['<http://[bad>; rel="x"', f"<{HUB}>; rel=hub, <{TOPIC}>; rel=self"]

    assert find_offer(headers, in_document=NO_OFFER, document_url=DOCUMENT) == OFFER
    assert find_offer(headers[:1], in_document=OFFER, document_url=DOCUMENT) == OFFER


@pytest.mark.parametrize("hubs", [(), ("javascript:1",), ("",)])
def test_feed_without_a_usable_hub_offers_nothing(hubs: tuple[str, ...]) -> None:
    offer = PushOffer(topic=TOPIC, hubs=hubs)

    assert find_offer([], in_document=offer, document_url=DOCUMENT) == NO_OFFER


@pytest.mark.parametrize(
    "body",
    [
        (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>F</title>'
            '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/topic"/>'
            '<item><title>a</title><atom:link rel="hub" href="https://item.example/"/></item>'
            "</channel></rss>"
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><id>f</id>'
            '<link rel="hub" href="https://hub.example/"/>'
            '<link rel="self" href="https://news.example/topic"/></feed>'
        ),
        (
            '{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": [], '
            '"feed_url": "https://news.example/topic", '
            '"hubs": [{"type": "rssCloud", "url": "x"}, {"type": "WebSub", "url": "//hub.example/"}]}'
        ),
    ],
)
def test_document_of_every_format_names_its_hub(body: str) -> None:
    request = ParseRequest(body=body.encode(), feed_id="f", url=DOCUMENT, fetched_at=NOW)

    assert parse_document(request).push == OFFER


# ---------------------------------------------------------------- wanted subscriptions


def test_offered_hub_is_subscribed_to_under_secrets_of_its_own() -> None:
    new, changed = plan({"f1": OFFER})

    assert changed == []
    assert new == [
        make_subscription(
            token="secret1",
            callback=f"{PUBLIC}/push/secret1",
            secret="secret2",
        )
    ]


def test_subscription_that_is_wanted_already_stays_as_it_is() -> None:
    assert plan({"f1": OFFER}, LIVE) == ([], [])


@pytest.mark.parametrize("offers", [{}, {"f1": PushOffer(topic=TOPIC, hubs=(OTHER_HUB,))}])
def test_subscription_that_is_no_longer_offered_ends(offers: dict[str, PushOffer]) -> None:
    _, changed = plan(offers, LIVE)

    assert [(one.state, one.due_at) for one in changed] == [(SubscriptionState.ENDING, NOW)]


def test_subscription_that_is_offered_again_is_requested_again() -> None:
    _, changed = plan({"f1": OFFER}, replace(ENDING, failures=2))

    assert changed == [make_subscription()]


def test_subscription_is_requested_again_under_another_public_address() -> None:
    _, changed = plan({"f1": OFFER}, LIVE, public_url="https://new.example/straitwatch/")

    assert [(one.callback, one.state) for one in changed] == [
        ("https://new.example/straitwatch/push/t0", SubscriptionState.REQUESTED)
    ]


# ---------------------------------------------------------------- requests


def test_request_names_callback_topic_secret_and_lease() -> None:
    assert request_form(make_subscription()) == {
        "hub.callback": f"{PUBLIC}/push/t0",
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.secret": "s0",
        "hub.lease_seconds": "864000",
    }
    assert request_form(ENDING)["hub.mode"] == "unsubscribe"


def test_request_is_repeated_ever_more_rarely_until_the_hub_confirms_it() -> None:
    subscription, waits = make_subscription(), []
    for _ in range(12):
        requested = request_again(subscription, NOW)
        assert requested is not None
        subscription = requested
        waits.append((requested.due_at - NOW) / timedelta(minutes=1))

    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == 24 * 60


def test_renewal_leaves_the_subscription_live_while_its_lease_lasts() -> None:
    renewed = request_again(LIVE, NOW)
    late = request_again(LIVE, NOW + timedelta(days=3))

    assert renewed is not None
    assert late is not None
    assert (renewed.state, renewed.live_at) == (SubscriptionState.LIVE, NOW)
    assert (late.state, late.live_at) == (SubscriptionState.REQUESTED, None)


def test_end_of_a_subscription_is_requested_three_times_at_most() -> None:
    assert request_again(replace(ENDING, failures=2), NOW) is not None
    assert request_again(replace(ENDING, failures=3), NOW) is None


def test_refusal_of_a_hub_is_kept_and_a_final_one_is_not_repeated_soon() -> None:
    requested = make_subscription(due_at=NOW + timedelta(minutes=5))

    assert note_answer(requested, Posted(status=202), NOW) is None
    busy = note_answer(requested, Posted(status=503, detail="answered 503"), NOW)
    refused = note_answer(requested, Posted(status=403, detail="answered 403"), NOW)
    assert busy == replace(requested, detail="answered 503")
    assert refused == replace(requested, detail="answered 403", due_at=NOW + timedelta(days=1))


# ---------------------------------------------------------------- messages of a hub


def test_confirmed_subscription_is_live_and_renewed_before_its_lease_ends() -> None:
    confirmed = confirm(make_subscription(failures=3, detail="answered 503"))

    assert confirmed == make_subscription(
        state=SubscriptionState.LIVE,
        due_at=NOW + timedelta(seconds=800),
        lease_until=NOW + timedelta(seconds=1000),
        live_at=NOW,
    )


@pytest.mark.parametrize(
    "params",
    [
        {"topic": "https://news.example/other"},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"challenge": ""},
    ],
)
def test_hub_that_asks_for_something_else_gets_no_confirmation(params: dict[str, str]) -> None:
    assert confirm(make_subscription(), **params) is None


def test_end_is_confirmed_only_if_it_is_wanted() -> None:
    assert confirm(ENDING, mode="unsubscribe") == ENDING
    assert confirm(ENDING) is None


def test_denied_subscription_is_requested_again_a_day_later() -> None:
    denied = confirm(LIVE, mode="denied", reason="not\nfor you")

    assert denied == replace(
        LIVE,
        state=SubscriptionState.DENIED,
        due_at=NOW + timedelta(days=1),
        lease_until=None,
        live_at=None,
        detail="denied by the hub: not for you",
    )


@pytest.mark.parametrize("seconds", ["", "-5", "x", "9999999999"])
def test_lease_that_is_no_number_is_the_one_that_was_asked_for(seconds: str) -> None:
    confirmed = confirm(make_subscription(), lease_seconds=seconds)

    assert confirmed is not None
    assert confirmed.lease_until == NOW + timedelta(days=10)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signed_push_is_recognized(method: str) -> None:
    digest = hmac.new(b"s0", b"body", getattr(hashlib, method)).hexdigest()

    assert is_signed(b"body", f"{method}={digest}", secret="s0")
    assert not is_signed(b"other", f"{method}={digest}", secret="s0")
    assert not is_signed(b"body", f"{method}={digest}", secret="s1")


@pytest.mark.parametrize("header", ["", "sha1", "sha1=", "md5=0", "sha256=é", "=", "none=x"])
def test_push_without_a_right_signature_is_not_signed(header: str) -> None:
    assert not is_signed(b"body", header, secret="s0")


def test_burst_of_pushes_is_answered_at_once_and_then_one_a_minute() -> None:
    subscription, waits = LIVE, []
    for lease in range(PUSH_BURST + 2):
        subscription = pushed(subscription, last_lease=lease, now=NOW)
        assert subscription.paced_until is not None
        waits.append(due_after_push(subscription.paced_until, NOW) - NOW)

    assert waits == [timedelta(0)] * PUSH_BURST + [PUSH_FLOOR, 2 * PUSH_FLOOR]
    later = pushed(subscription, last_lease=99, now=NOW + timedelta(hours=1))
    assert later.paced_until == NOW + timedelta(hours=1) + PUSH_FLOOR


def test_push_that_waits_for_its_poll_covers_the_next_one() -> None:
    first = pushed(LIVE, last_lease=7, now=NOW)
    second = pushed(first, last_lease=7, now=NOW + timedelta(seconds=1))

    assert second == replace(first, pushed_at=NOW + timedelta(seconds=1))


def test_pushes_of_a_feed_are_described_with_what_they_missed() -> None:
    other = make_subscription(feed_id="f2", detail="denied by the hub: members only")

    assert describe_pushes([replace(LIVE, entries_pushed=12, entries_missed=3), other, ENDING]) == {
        "f1": "pushes announced 12 new entries and missed 3",
        "f2": "no pushes: denied by the hub: members only",
    }
