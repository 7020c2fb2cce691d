"""Decides when subscriptions are requested from hubs, and checks the hubs' messages.

W3C WebSub, https://www.w3.org/TR/websub/. A push is a hint: it makes a feed due, and none of its
content is used.
"""

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from straitwatch.core.identity import join_url
from straitwatch.core.model import (
    NO_OFFER,
    Posted,
    PushOffer,
    Subscription,
    SubscriptionState,
)
from straitwatch.core.plural import counted
from straitwatch.core.policy import (
    PUSH_BURST,
    PUSH_DENIED_FOR,
    PUSH_FLOOR,
    PUSH_LEASE,
    PUSH_MAX_HUBS,
    PUSH_RENEW_AT,
    PUSH_RETRY_AFTER,
)
from straitwatch.core.redact import redact_address

PUSH_PATH = "/push/"
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~-]+\*?\s*(?:=\s*(?:"[^"]*"|[^\s",;]*))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))', re.IGNORECASE)
_METHODS = ("sha1", "sha256", "sha384", "sha512")
_MAX_REQUESTS_TO_END = 3
_MIN_RENEWAL = timedelta(minutes=1)
_MAX_BACK_OFF = timedelta(days=1)
_MAX_DETAIL = 200
_MAX_HEADER = 1_000  # longer runs of spaces would take the pattern seconds
_TEMPORARY = (408, 425, 429)

# ---------------------------------------------------------------- discovery


def find_offer(
    link_headers: Sequence[str], *, in_document: PushOffer, document_url: str
) -> PushOffer:
    """Return the offer in a feed's HTTP Link headers, or else in its document (section 4).

    Args:
        link_headers: the Link headers of the response.
        in_document: the hubs and the address that the document names.
        document_url: the final address of the document; its own name for itself if it names none,
            unless that would give a secret of yours to the hub.
    """
    links = [(join_url(document_url, url), rels) for url, rels in _parse_links(link_headers)]
    hubs = [url for url, rels in links if "hub" in rels] or list(in_document.hubs)
    topics = [url for url, rels in links if "self" in rels]
    if not topics:
        topics = [in_document.topic] if in_document.topic else [_public(document_url)]
    usable = dict.fromkeys(hub for hub in hubs if hub.startswith(("https://", "http://")))
    if not usable or not topics[0].startswith(("https://", "http://")):
        return NO_OFFER
    return PushOffer(topic=topics[0], hubs=tuple(usable)[:PUSH_MAX_HUBS])


def _parse_links(headers: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the address and the relations of each link in Link headers (RFC 8288)."""
    for url, parameters in _LINK.findall(", ".join(header[:_MAX_HEADER] for header in headers)):
        found = _REL.search(parameters)
        rels = (found[1] or found[2]).lower().split() if found else ()
        yield url.strip(), frozenset(rels)


def _public(url: str) -> str:
    return url if redact_address(url) == url else ""


# ---------------------------------------------------------------- wanted subscriptions


def plan_subscriptions(
    offers: Mapping[str, PushOffer],
    known: Sequence[Subscription],
    *,
    public_url: str,
    now: datetime,
    draw_secret: Callable[[], str],
) -> tuple[list[Subscription], list[Subscription]]:
    """Return the subscriptions that are new, and those that change, because of the offers of feeds.

    Args:
        offers: by feed id; empty if pushes are off.
        known: every stored subscription.
        public_url: the address under which hubs reach the web server.
        now: the time.
        draw_secret: draws an unguessable text.
    """
    wanted = {
        (feed_id, hub, offer.topic): None for feed_id, offer in offers.items() for hub in offer.hubs
    }
    by_key = {(one.feed_id, one.hub, one.topic): one for one in known}
    new = [
        _new(key, public_url=public_url, now=now, draw_secret=draw_secret)
        for key in wanted
        if key not in by_key
    ]
    return new, list(_changed(by_key, wanted, public_url=public_url, now=now))


_Key = tuple[str, str, str]  # feed id, hub, topic


def _changed(
    known: Mapping[_Key, Subscription],
    wanted: Mapping[_Key, None],
    *,
    public_url: str,
    now: datetime,
) -> Iterator[Subscription]:
    for key, subscription in known.items():
        is_ending = subscription.state is SubscriptionState.ENDING
        callback = callback_of(public_url, subscription.token)
        if key not in wanted:
            if not is_ending:
                yield replace(_again(subscription, now), state=SubscriptionState.ENDING)
        elif is_ending or callback != subscription.callback:
            yield replace(_again(subscription, now), callback=callback)


def _again(subscription: Subscription, now: datetime) -> Subscription:
    return replace(
        subscription,
        state=SubscriptionState.REQUESTED,
        due_at=now,
        live_at=None,
        failures=0,
        detail="",
    )


def _new(
    key: _Key, *, public_url: str, now: datetime, draw_secret: Callable[[], str]
) -> Subscription:
    feed_id, hub, topic = key
    token = draw_secret()
    return Subscription(
        token=token,
        feed_id=feed_id,
        hub=hub,
        topic=topic,
        callback=callback_of(public_url, token),
        secret=draw_secret(),
        due_at=now,
    )


def callback_of(public_url: str, token: str) -> str:
    """Return the address to which a hub sends the pushes of one subscription."""
    return f"{public_url.rstrip('/')}{PUSH_PATH}{token}"


# ---------------------------------------------------------------- requests to a hub


def request_again(subscription: Subscription, now: datetime) -> Subscription | None:
    """Return the subscription while its due request is under way; None if it is given up.

    The request counts as failed until the hub confirms it, which may take minutes.
    """
    is_ending = subscription.state is SubscriptionState.ENDING
    if is_ending and subscription.failures >= _MAX_REQUESTS_TO_END:
        return None
    is_live = subscription.lease_until is not None and subscription.lease_until > now
    failures = subscription.failures + 1
    return replace(
        subscription,
        state=subscription.state if is_live or is_ending else SubscriptionState.REQUESTED,
        live_at=subscription.live_at if is_live else None,
        failures=failures,
        due_at=now + min(PUSH_RETRY_AFTER * (1 << min(failures - 1, 16)), _MAX_BACK_OFF),
    )


def request_form(subscription: Subscription) -> dict[str, str]:
    """Return the form that asks the hub for the subscription, or for its end (section 5.1)."""
    form = {
        "hub.callback": subscription.callback,
        "hub.mode": _mode(subscription),
        "hub.topic": subscription.topic,
    }
    if subscription.state is SubscriptionState.ENDING:
        return form
    lease = str(int(PUSH_LEASE.total_seconds()))
    return form | {"hub.secret": subscription.secret, "hub.lease_seconds": lease}


def note_answer(subscription: Subscription, posted: Posted, now: datetime) -> Subscription | None:
    """Return the subscription after a refusal by the hub; None if its answer is no refusal."""
    if posted.status in range(200, 300):
        return None
    is_final = posted.status in range(400, 500) and posted.status not in _TEMPORARY
    due_at = now + PUSH_DENIED_FOR if is_final else subscription.due_at
    return replace(subscription, detail=posted.detail[:_MAX_DETAIL], due_at=due_at)


# ---------------------------------------------------------------- messages of a hub


def verify(
    subscription: Subscription, params: Mapping[str, str], now: datetime
) -> Subscription | None:
    """Return the subscription after a hub asked whether it is wanted; None if it is not.

    Sections 5.2 and 5.3: the hub confirms a request with a challenge, or denies it. For a confirmed
    end, the result is the unchanged subscription, which may then be deleted.
    """
    if params.get("hub.topic") != subscription.topic:
        return None
    mode = params.get("hub.mode", "")
    if mode == "denied":
        return _denied(subscription, params.get("hub.reason", ""), now)
    if mode != _mode(subscription) or not params.get("hub.challenge"):
        return None
    if subscription.state is SubscriptionState.ENDING:
        return subscription
    return _confirmed(subscription, _lease(params.get("hub.lease_seconds", "")), now)


def _mode(subscription: Subscription) -> str:
    is_ending = subscription.state is SubscriptionState.ENDING
    return "unsubscribe" if is_ending else "subscribe"


def _denied(subscription: Subscription, reason: str, now: datetime) -> Subscription:
    if subscription.state is SubscriptionState.ENDING:
        return subscription
    return replace(
        subscription,
        state=SubscriptionState.DENIED,
        due_at=now + PUSH_DENIED_FOR,
        lease_until=None,
        live_at=None,
        detail=" ".join(f"denied by the hub: {reason}".split())[:_MAX_DETAIL].rstrip(": "),
    )


def _lease(seconds: str) -> timedelta:
    if not re.fullmatch(r"\d{1,9}", seconds):
        return PUSH_LEASE  # required of the hub, but some leave it out
    return timedelta(seconds=int(seconds))


def _confirmed(subscription: Subscription, lease: timedelta, now: datetime) -> Subscription:
    return replace(
        subscription,
        state=SubscriptionState.LIVE,
        due_at=now + max(lease * PUSH_RENEW_AT, _MIN_RENEWAL),
        lease_until=now + lease,
        live_at=subscription.live_at or now,
        failures=0,
        detail="",
    )


def is_signed(body: bytes, header: str, *, secret: str) -> bool:
    """Return True if the header X-Hub-Signature proves that the hub sent the body (section 7.1)."""
    method, _, signature = header.strip().partition("=")
    if method.lower() not in _METHODS:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode())


def pushed(subscription: Subscription, *, last_lease: int, now: datetime) -> Subscription:
    """Return the subscription after a signed push.

    A push that waits for its poll covers the pushes that follow. Every other push is paced, so that
    a hub cannot make us hammer a publisher: a burst is answered at once, then one push a while.
    """
    after = replace(subscription, pushed_at=now)
    if subscription.pushed_seq is not None and subscription.pushed_seq >= last_lease:
        return after
    paced_until = max(subscription.paced_until or now, now) + PUSH_FLOOR
    return replace(after, pushed_seq=last_lease, paced_until=paced_until)


def due_after_push(paced_until: datetime, now: datetime) -> datetime:
    """Return when a pushed feed is due; see `pushed`."""
    return max(now, paced_until - PUSH_BURST * PUSH_FLOOR)


# ---------------------------------------------------------------- for people


def describe_pushes(subscriptions: Iterable[Subscription]) -> dict[str, str]:
    """Describe the subscriptions to each feed in a few words, by feed id."""
    by_feed: dict[str, list[Subscription]] = {}
    for one in subscriptions:
        if one.state is not SubscriptionState.ENDING:
            by_feed.setdefault(one.feed_id, []).append(one)
    return {feed_id: _describe(of_feed) for feed_id, of_feed in by_feed.items()}


def _describe(subscriptions: Sequence[Subscription]) -> str:
    live = [one for one in subscriptions if one.state is SubscriptionState.LIVE]
    if not live:
        reason = subscriptions[0].detail or "the hub has not confirmed the subscription"
        return f"no pushes: {reason}"
    pushed = max(one.entries_pushed for one in live)
    missed = min(one.entries_missed for one in live)
    return f"pushes announced {counted(pushed, 'new entry', 'new entries')} and missed {missed:,}"
