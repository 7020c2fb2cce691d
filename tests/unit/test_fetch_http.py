"""The fetcher against a real server: conditional requests, redirects, limits, and every failure."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from builders import make_feed
from servers.feeds import FeedServer, Page, Raw
from straitwatch.clock import utc_now
from straitwatch.core.model import (
    NO_VALIDATORS,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchResult,
    NotModified,
    PollPolicy,
    Validators,
)
from straitwatch.fetch import Fetcher

BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
OK = b"HTTP/1.1 200 OK\r\n"


def make_policy(**values: Any) -> PollPolicy:
    return PollPolicy(**({"allow_private_addresses": True, "contact": "desk@example.org"} | values))


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


async def fetch(
    url: str,
    *,
    validators: Validators = NO_VALIDATORS,
    policy: PollPolicy | None = None,
    tls: ssl.SSLContext | None = None,
    **feed: Any,
) -> FetchResult:
    async with Fetcher(policy or make_policy(), version="1.2", tls=tls) as fetcher:
        return await fetcher.fetch(make_feed(url=url, **feed), validators)


async def failure_of(url: str, **arguments: Any) -> FetchFailed:
    result = await fetch(url, **arguments)
    assert isinstance(result, FetchFailed)
    return result


async def body_of(url: str, **arguments: Any) -> bytes:
    result = await fetch(url, **arguments)
    assert isinstance(result, Fetched), result
    return result.body


# ---------------------------------------------------------------- responses


async def test_document_comes_back_with_all_that_the_next_poll_needs(server: FeedServer) -> None:
    page = Page(
        BODY,
        etag='W/"a b"',
        last_modified="Mon, 02 Nov 2026 10:00:00 GMT",
        headers={"Cache-Control": "public, Max-Age=300"},
    )

    result = await fetch(server.answer("/rss", page))

    assert isinstance(result, Fetched)
    assert result.status == 200
    assert result.body == BODY
    assert result.body_hash == blake2b(BODY, digest_size=16).digest()
    assert result.content_type == "application/rss+xml; charset=utf-8"
    assert result.validators == Validators(
        etag='W/"a b"',
        last_modified="Mon, 02 Nov 2026 10:00:00 GMT",
        host=f"127.0.0.1:{server.port}",
    )
    assert result.max_age == timedelta(minutes=5)
    assert result.seconds > 0


async def test_validators_go_back_word_for_word(server: FeedServer) -> None:
    sent = Validators(etag="W/\"odd, 'tag'\"", last_modified="Monday, not really a date")

    await fetch(server.answer("/rss", Page(BODY)), validators=sent)

    headers = server.requests[0].headers
    assert headers["If-None-Match"] == sent.etag
    assert headers["If-Modified-Since"] == sent.last_modified


async def test_unchanged_feed_is_not_modified(server: FeedServer) -> None:
    url = server.answer("/rss", Page(BODY, etag='"1"', headers={"Cache-Control": "max-age=60"}))

    result = await fetch(url, validators=Validators(etag='"1"', last_modified="yesterday"))

    assert isinstance(result, NotModified)
    assert result.validators == Validators(
        etag='"1"', last_modified="yesterday", host=f"127.0.0.1:{server.port}"
    )
    assert result.max_age == timedelta(minutes=1)


async def test_unrequested_304_is_a_failure(server: FeedServer) -> None:
    failure = await failure_of(server.answer("/rss", Page(status=304)))

    assert failure.kind is FetchFailure.PROTOCOL


async def test_validator_that_cannot_be_sent_back_is_not_kept(server: FeedServer) -> None:
    url = server.answer("/rss", Raw(OK + b'ETag: "\xe9"\r\nContent-Length: 0\r\n\r\n'))

    result = await fetch(url)

    assert isinstance(result, Fetched)
    assert result.validators == Validators()


async def test_request_has_the_user_agent_and_no_other_data(server: FeedServer) -> None:
    cookie = Page(BODY, headers={"Set-Cookie": "id=1"})
    url = server.answer("/rss", cookie)
    async with Fetcher(make_policy(), version="1.2") as fetcher:
        for _ in range(2):
            await fetcher.fetch(make_feed(url=url))

    headers = server.requests[1].headers
    assert headers["User-Agent"] == "Straitwatch/1.2 (+desk@example.org)"
    assert headers["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert "application/rss+xml" in headers["Accept"]
    assert not {"Cookie", "Referer", "If-None-Match", "If-Modified-Since", "A-IM"} & set(headers)


async def test_contact_cannot_break_out_of_its_header(server: FeedServer) -> None:
    policy = make_policy(contact="desk\r\nX-Evil: 1")

    await fetch(server.answer("/rss", Page(BODY)), policy=policy)

    assert "X-Evil" not in server.requests[0].headers


async def test_feed_may_set_headers_of_its_own(server: FeedServer) -> None:
    headers = (("user-agent", "Desk"), ("X-Key", "k"))

    await fetch(server.answer("/rss", Page(BODY)), headers=headers)

    assert server.requests[0].headers.getall("User-Agent") == ["Desk"]
    assert server.requests[0].headers["X-Key"] == "k"


async def test_header_that_cannot_be_sent_is_a_failure(server: FeedServer) -> None:
    url = server.answer("/rss", Page(BODY))

    failure = await failure_of(url, headers=(("X-Key", "k\r\nX-Evil: 1"),))

    assert failure.kind is FetchFailure.PROTOCOL
    assert server.requests == []


async def test_query_is_sent_unchanged(server: FeedServer) -> None:
    server.answer("/rss", Page(BODY))

    await fetch(server.url("/rss?q=a%2Fb+c%7E&sig=%3D%3d"))

    assert server.paths() == ["/rss?q=a%2Fb+c%7E&sig=%3D%3d"]


async def test_address_in_another_script_is_quoted(server: FeedServer) -> None:
    server.answer("/臺灣", Page(BODY))

    assert await body_of(server.url("/臺灣")) == BODY


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("gzip", gzip.compress(BODY[:20]) + gzip.compress(BODY[20:])),
        ("gzip", gzip.compress(BODY) + b"\0\0\0"),
        ("gzip", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("identity", BODY),
    ],
    ids=["gzip", "x-gzip", "members", "padding", "not-packed", "zlib", "raw-deflate", "identity"],
)
async def test_bodies_are_inflated_in_any_encoding(
    server: FeedServer, encoding: str, packed: bytes
) -> None:
    page = Page(packed, headers={"Content-Encoding": encoding})

    assert await body_of(server.answer("/rss", page)) == BODY


@pytest.mark.parametrize(
    ("encoding", "packed", "kind"),
    [
        ("gzip", gzip.compress(BODY)[:-12], FetchFailure.TRUNCATED),
        ("gzip", b"\x1f\x8bnot really gzip", FetchFailure.PROTOCOL),
        ("gzip", gzip.compress(b"") * 100 + gzip.compress(BODY), FetchFailure.PROTOCOL),
    ],
    ids=["cut", "damaged", "too-many-members"],
)
async def test_bodies_that_cannot_be_unpacked_are_failures(
    server: FeedServer, encoding: str, packed: bytes, kind: FetchFailure
) -> None:
    page = Page(packed, headers={"Content-Encoding": encoding})

    assert (await failure_of(server.answer("/rss", page))).kind is kind


async def test_small_body_that_unpacks_to_a_huge_one_is_stopped(server: FeedServer) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    page = Page(bomb, headers={"Content-Encoding": "gzip"})
    policy = make_policy(max_bytes=100_000)
    assert len(bomb) < policy.max_bytes

    failure = await failure_of(server.answer("/rss", page), policy=policy)

    assert failure.kind is FetchFailure.TOO_LARGE


async def test_announced_size_over_the_limit_is_not_read(server: FeedServer) -> None:
    announced = Raw(OK + b"Content-Length: 1000000000\r\n\r\n", hangs=True)

    failure = await failure_of(server.answer("/rss", announced))

    assert failure.kind is FetchFailure.TOO_LARGE


async def test_body_without_a_size_is_stopped_at_the_limit(server: FeedServer) -> None:
    endless = Raw(OK + b"\r\n", drips=bytes(10_000), pause=0)

    failure = await failure_of(server.answer("/rss", endless), policy=make_policy(max_bytes=50_000))

    assert failure.kind is FetchFailure.TOO_LARGE


async def test_body_of_exactly_the_limit_is_taken(server: FeedServer) -> None:
    url = server.answer("/rss", Page(BODY))

    assert await body_of(url, policy=make_policy(max_bytes=len(BODY))) == BODY


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 100\r\n\r\n<rss>",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n",
    ],
)
async def test_body_that_ends_early_is_truncated(server: FeedServer, head: bytes) -> None:
    failure = await failure_of(server.answer("/rss", Raw(OK + head)))

    assert failure.kind is FetchFailure.TRUNCATED


# ---------------------------------------------------------------- deadlines


@pytest.mark.parametrize(
    "answer",
    [
        Raw(hangs=True),
        Raw(OK + b"\r\n<rss>", hangs=True),
        Raw(OK + b"\r\n", drips=b" "),
        Raw(OK, drips=b"X: y\r\n"),
    ],
    ids=["silent", "half", "dripping-body", "dripping-headers"],
)
async def test_one_deadline_spans_the_whole_fetch(server: FeedServer, answer: Raw) -> None:
    policy = make_policy(timeout=timedelta(seconds=0.2))

    failure = await failure_of(server.answer("/rss", answer), policy=policy)

    assert failure.kind is FetchFailure.TIMEOUT


async def test_redirects_share_one_deadline(server: FeedServer) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.15)
        return web.Response(status=302, headers={"Location": "/rss"})

    policy = make_policy(timeout=timedelta(seconds=0.4))

    failure = await failure_of(server.answer("/rss", slow), policy=policy)

    assert failure.kind is FetchFailure.TIMEOUT


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (206, FetchFailure.PROTOCOL),
        (226, FetchFailure.PROTOCOL),
        (300, FetchFailure.REDIRECT),
        (400, FetchFailure.HTTP_CLIENT),
        (401, FetchFailure.BLOCKED),
        (403, FetchFailure.BLOCKED),
        (404, FetchFailure.HTTP_CLIENT),
        (410, FetchFailure.GONE),
        (429, FetchFailure.RATE_LIMITED),
        (451, FetchFailure.BLOCKED),
        (500, FetchFailure.HTTP_SERVER),
        (599, FetchFailure.HTTP_SERVER),
    ],
)
async def test_each_refusal_has_its_kind(
    server: FeedServer, status: int, kind: FetchFailure
) -> None:
    failure = await failure_of(server.answer("/rss", Page(status=status)))

    assert (failure.kind, failure.status) == (kind, status)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"Retry-After": "120"}, timedelta(minutes=2)),
        (503, {"Retry-After": " 7 "}, timedelta(seconds=7)),
        (404, {"Retry-After": "60"}, timedelta(minutes=1)),
        (503, {"Retry-After": "soon"}, None),
        (503, {"Retry-After": "-5"}, None),
        (503, {}, None),
        (
            503,
            {
                "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
                "Retry-After": "Mon, 23 Nov 2026 12:30:00 GMT",
            },
            timedelta(minutes=30),
        ),
        (
            503,
            {
                "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
                "Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT",
            },
            timedelta(0),
        ),
    ],
)
async def test_retry_after_is_understood(
    server: FeedServer, status: int, headers: dict[str, str], expected: timedelta | None
) -> None:
    failure = await failure_of(server.answer("/rss", Page(status=status, headers=headers)))

    assert failure.retry_after == expected


async def test_retry_after_date_without_a_server_clock_is_read_with_ours(
    server: FeedServer,
) -> None:
    date = format_datetime(utc_now() + timedelta(minutes=30), usegmt=True)
    head = f"HTTP/1.1 503 x\r\nRetry-After: {date}\r\n\r\n"

    failure = await failure_of(server.answer("/rss", Raw(head.encode())))

    assert failure.retry_after is not None
    assert timedelta(minutes=29) < failure.retry_after <= timedelta(minutes=30)


NOW = "Mon, 23 Nov 2026 12:00:00 GMT"
LATER = "Mon, 23 Nov 2026 12:30:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Cache-Control": "max-age=60"}, timedelta(minutes=1)),
        ({"Cache-Control": 'private,max-age="90"'}, timedelta(seconds=90)),
        ({"Cache-Control": "s-maxage=60"}, timedelta(minutes=1)),
        ({"Cache-Control": "s-maxage=60, max-age=0"}, timedelta(0)),
        ({"Cache-Control": "no-cache, max-age=60"}, timedelta(minutes=1)),
        ({"Cache-Control": "no-cache"}, None),
        ({"Cache-Control": "max-age=99999999999999999999"}, timedelta(seconds=999_999_999)),
        ({"Cache-Control": "max-age=-1"}, None),
        ({"Cache-Control": "max-age=60", "Age": "45"}, timedelta(seconds=15)),
        ({"Cache-Control": "max-age=60", "Age": "90"}, timedelta(0)),
        ({"Cache-Control": "max-age=60", "Age": "old"}, timedelta(minutes=1)),
        ({"Date": NOW, "Expires": LATER}, timedelta(minutes=30)),
        ({"Date": NOW, "Expires": LATER, "Age": "600"}, timedelta(minutes=20)),
        ({"Date": LATER, "Expires": NOW}, timedelta(0)),
        ({"Date": NOW, "Expires": LATER, "Cache-Control": "max-age=60"}, timedelta(minutes=1)),
        ({"Date": NOW, "Expires": LATER, "Cache-Control": "no-store"}, None),
        ({"Expires": "0"}, None),
        ({"Expires": "-1"}, None),
    ],
)
async def test_freshness_of_a_document_is_reported(
    server: FeedServer, headers: dict[str, str], expected: timedelta | None
) -> None:
    result = await fetch(server.answer("/rss", Page(BODY, headers=headers)))

    assert isinstance(result, Fetched)
    assert result.max_age == expected


async def test_expiry_without_a_server_clock_is_read_with_ours(server: FeedServer) -> None:
    date = format_datetime(utc_now() + timedelta(minutes=30), usegmt=True)

    result = await fetch(
        server.answer("/rss", Raw(OK + f"Expires: {date}\r\n\r\n".encode() + BODY))
    )

    assert isinstance(result, Fetched)
    assert result.max_age is not None
    assert timedelta(minutes=29) < result.max_age <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Raw(b"220 mail.example ESMTP\r\n"), FetchFailure.PROTOCOL),
        (Raw(), FetchFailure.RESET),
        (Raw(OK + b"X: " + b"x" * 300_000 + b"\r\n\r\n"), FetchFailure.PROTOCOL),
        (Raw(OK, drips=b"X: " + b"x" * 8000 + b"\r\n", pause=0), FetchFailure.PROTOCOL),
    ],
    ids=["not-http", "closed", "endless-header", "endless-headers"],
)
async def test_invalid_answers_are_failures(
    server: FeedServer, answer: Raw, kind: FetchFailure
) -> None:
    assert (await failure_of(server.answer("/rss", answer))).kind is kind


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://127.0.0.1:1/", FetchFailure.CONNECT),
        ("http://no-such-host.invalid/", FetchFailure.DNS),
        ("ftp://127.0.0.1/rss", FetchFailure.PROTOCOL),
        ("file:///etc/hosts", FetchFailure.PROTOCOL),
        ("http:///rss", FetchFailure.PROTOCOL),
        ("http://a..b.invalid/", FetchFailure.PROTOCOL),
        (f"http://{'a' * 70}.invalid/", FetchFailure.PROTOCOL),
        ("http://127.0.0.1:99999/", FetchFailure.PROTOCOL),
        ("", FetchFailure.PROTOCOL),
    ],
)
async def test_addresses_that_lead_nowhere_are_failures(url: str, kind: FetchFailure) -> None:
    assert (await failure_of(url)).kind is kind


# ---------------------------------------------------------------- secrets and redirects


async def test_password_in_the_address_is_sent_and_never_shown(server: FeedServer) -> None:
    server.answer("/rss", Page(BODY), Page(status=403))
    url = server.url("/rss").replace("://", "://desk:s3cret@")

    result = await fetch(url)
    failure = await failure_of(url)

    assert isinstance(result, Fetched)
    assert server.requests[0].headers["Authorization"] == "Basic ZGVzazpzM2NyZXQ="
    assert "s3cret" not in result.url + failure.detail


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_last_address_is_reported(
    server: FeedServer, status: int
) -> None:
    url = server.answer("/old", Page(status=status, headers={"Location": "/new?a=1"}))
    server.answer("/new", Page(BODY))

    result = await fetch(url)

    assert isinstance(result, Fetched)
    assert result.url == server.url("/new?a=1")


async def test_redirect_keeps_secrets_on_their_host(server: FeedServer) -> None:
    url = server.answer("/old", Page(status=301, headers={"Location": "/new"}))
    server.answer("/new", Page(BODY))

    await fetch(url, headers=(("Authorization", "Bearer t"),))

    assert server.requests[1].headers["Authorization"] == "Bearer t"


async def test_redirect_sends_no_secrets_to_another_host(server: FeedServer) -> None:
    elsewhere = server.url("/new", host="localhost")
    url = server.answer("/old", Page(status=301, headers={"Location": elsewhere}))
    server.answer("/new", Page(BODY))

    await fetch(
        url.replace("://", "://desk:s3cret@"),
        headers=(("Cookie", "session=1"), ("X-Key", "k"), ("User-Agent", "Desk")),
    )

    headers = server.requests[1].headers
    assert headers["User-Agent"] == "Desk"
    assert not {"Authorization", "Cookie", "X-Key", "Referer"} & set(headers)


async def test_validators_go_only_to_the_host_that_gave_them(server: FeedServer) -> None:
    page = Page(BODY, etag='"1"')
    async with FeedServer() as target:
        moved = Page(status=301, headers={"Location": target.answer("/rss", page)})
        url = server.answer("/old", moved)
        first = await fetch(url)
        assert isinstance(first, Fetched)

        second = await fetch(url, validators=first.validators)

    assert isinstance(second, NotModified)
    assert second.validators == first.validators
    assert "If-None-Match" not in server.requests[1].headers


async def test_validators_of_the_feeds_address_do_not_follow_a_redirect(
    server: FeedServer,
) -> None:
    async with FeedServer() as target:
        moved = Page(status=302, headers={"Location": target.answer("/rss", Page(BODY))})

        await fetch(server.answer("/old", moved), validators=Validators(etag='"1"'))

    assert server.requests[0].headers["If-None-Match"] == '"1"'
    assert "If-None-Match" not in target.requests[0].headers


async def test_password_that_a_redirect_brings_is_not_used(server: FeedServer) -> None:
    elsewhere = server.url("/new").replace("://", "://evil:s3cret@")
    url = server.answer("/old", Page(status=302, headers={"Location": elsewhere}))
    server.answer("/new", Page(BODY))

    result = await fetch(url)

    assert isinstance(result, Fetched)
    assert result.url == server.url("/new")
    assert "Authorization" not in server.requests[1].headers


async def test_fetcher_that_was_not_opened_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Fetcher(PollPolicy()).fetch(make_feed())


async def test_fetchers_read_the_certificates_of_the_system_once(monkeypatch) -> None:
    made = []
    create = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: made.append(create()) or made[-1])

    for _ in range(3):
        async with Fetcher(make_policy()):
            pass

    assert len(made) <= 1  # none if another test has read them


@pytest.mark.parametrize(
    "location", ["", "ftp://127.0.0.1/", "javascript:alert(1)", "http://[", "file:///etc/hosts"]
)
async def test_redirects_to_nowhere_are_refused(server: FeedServer, location: str) -> None:
    headers = {"Location": location} if location else {}

    failure = await failure_of(server.answer("/rss", Page(status=302, headers=headers)))

    assert failure.kind in (FetchFailure.REDIRECT, FetchFailure.PROTOCOL)
    assert len(server.requests) == 1


async def test_five_redirects_are_followed_and_a_sixth_is_not(server: FeedServer) -> None:
    for number in range(6):
        server.answer(f"/{number}", Page(status=302, headers={"Location": f"/{number + 1}"}))
    server.answer("/6", Page(BODY))

    assert await body_of(server.url("/1")) == BODY
    assert (await failure_of(server.url("/0"))).kind is FetchFailure.REDIRECT


# ---------------------------------------------------------------- TLS


@pytest.fixture
async def secure(certificate: Path) -> AsyncIterator[FeedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with FeedServer(tls=context) as running:
        yield running


async def test_trusted_certificate_is_accepted(secure: FeedServer, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    secure.answer("/rss", Page(BODY))

    assert await body_of(secure.url("/rss", host="localhost"), tls=trusting) == BODY


async def test_unknown_certificate_is_refused(secure: FeedServer) -> None:
    secure.answer("/rss", Page(BODY))

    failure = await failure_of(secure.url("/rss", host="localhost"))

    assert failure.kind is FetchFailure.TLS
    assert failure.detail.startswith("certificate rejected: ")


async def test_certificate_for_another_host_is_refused(
    secure: FeedServer, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")

    failure = await failure_of(secure.url("/rss"), tls=trusting)

    assert failure.kind is FetchFailure.TLS


async def test_server_without_tls_is_a_tls_failure(server: FeedServer) -> None:
    failure = await failure_of(server.url("/rss").replace("http:", "https:"))

    assert failure.kind is FetchFailure.TLS


async def test_redirect_may_not_leave_https(
    secure: FeedServer, server: FeedServer, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    secure.answer("/rss", Page(status=301, headers={"Location": server.url("/rss")}))

    failure = await failure_of(secure.url("/rss", host="localhost"), tls=trusting)

    assert failure.kind is FetchFailure.REDIRECT
    assert server.requests == []


async def test_redirect_may_go_to_https(
    secure: FeedServer, server: FeedServer, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    secure.answer("/rss", Page(BODY))
    target = secure.url("/rss", host="localhost")
    url = server.answer("/rss", Page(status=301, headers={"Location": target}))

    assert await body_of(url, tls=trusting) == BODY


# ---------------------------------------------------------------- how many at once


async def test_requests_to_one_host_are_limited(server: FeedServer) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.01)
        return web.Response(body=BODY)

    url = server.answer("/rss", slow)
    async with Fetcher(make_policy(per_host=2)) as fetcher:
        polls = [fetcher.fetch(make_feed(url=url)) for n in range(10)]
        results = await asyncio.gather(*polls)

    assert all(isinstance(result, Fetched) for result in results)
    assert server.most_at_once == 2


async def test_hanging_host_does_not_delay_other_hosts(server: FeedServer) -> None:
    async with FeedServer() as slow, Fetcher(make_policy(concurrency=3, per_host=2)) as fetcher:
        stuck_url = slow.answer("/rss", Raw(hangs=True))
        stuck = [asyncio.create_task(fetcher.fetch(make_feed(url=stuck_url))) for _ in range(10)]
        await slow.asked(2)
        url = server.answer("/rss", Page(BODY))

        result = await fetcher.fetch(make_feed(url=url))

        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
    assert isinstance(result, Fetched)


async def test_waiting_for_a_turn_does_not_count_against_the_deadline(server: FeedServer) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.15)
        return web.Response(body=BODY)

    url = server.answer("/rss", slow)
    policy = make_policy(per_host=1, timeout=timedelta(seconds=0.5))
    async with Fetcher(policy) as fetcher:
        polls = [fetcher.fetch(make_feed(url=url)) for n in range(5)]
        results = await asyncio.gather(*polls)

    assert all(isinstance(result, Fetched) for result in results)


async def test_cancelled_fetch_gives_its_turn_back(server: FeedServer) -> None:
    url = server.answer("/rss", Raw(hangs=True), Page(BODY))
    async with Fetcher(make_policy(per_host=1)) as fetcher:
        first = asyncio.create_task(fetcher.fetch(make_feed(url=url)))
        await server.asked()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

        result = await fetcher.fetch(make_feed(url=url))

    assert isinstance(result, Fetched)
