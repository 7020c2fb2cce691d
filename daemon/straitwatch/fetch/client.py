"""Fetches a feed with a conditional GET, within limits, and returns every outcome as a value."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from http import HTTPStatus
from time import perf_counter
from types import TracebackType
from typing import Self

import aiohttp

from straitwatch import __version__
from straitwatch.clock import utc_now
from straitwatch.core.identity import host_of
from straitwatch.core.model import (
    NO_VALIDATORS,
    Feed,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchResult,
    NotModified,
    PollPolicy,
    Posted,
    Validators,
)
from straitwatch.fetch.body import read_body
from straitwatch.fetch.failure import EXPECTED, FetchError, classify
from straitwatch.fetch.gate import Gate
from straitwatch.fetch.guard import is_private
from straitwatch.fetch.headers import (
    base_headers,
    conditional_headers,
    describe_repairs,
    read_max_age,
    read_retry_after,
    read_validators,
)
from straitwatch.fetch.hop import Hop, Redirect, Trail
from straitwatch.fetch.ping import ping
from straitwatch.fetch.transport import Transport

MAX_REDIRECTS = 5
_MAX_REASON = 200  # bytes of a refusal that are shown
_SECRET = "hub.secret"  # noqa: S105 - the name of a field
_MAX_LINKS = 20  # Link headers of one response
_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
_REPEATED = frozenset({307, 308})  # redirects that keep the method
_WITH_BODY = frozenset({200, 203, 204})
_KINDS = {
    401: FetchFailure.BLOCKED,
    403: FetchFailure.BLOCKED,
    410: FetchFailure.GONE,
    429: FetchFailure.RATE_LIMITED,
    451: FetchFailure.BLOCKED,
}


RefuseRedirect = Callable[[str], Awaitable[FetchFailed | None]]


async def refuse_none(_url: str) -> FetchFailed | None:
    """Follow every redirect."""
    return None


class Fetcher:
    """Fetches feeds. Open one for the whole process, with `async with`.

    `version` is part of the User-Agent. `tls` holds the trusted certificates, by default the
    system's. `refuse` returns the failure of a redirect to an address that is not followed.
    """

    def __init__(
        self,
        policy: PollPolicy,
        *,
        version: str = __version__,
        tls: ssl.SSLContext | None = None,
        refuse: RefuseRedirect = refuse_none,
    ) -> None:
        self._policy = policy
        self._refuse = refuse
        self._timeout = policy.timeout.total_seconds()
        self._headers = base_headers(policy, version=version)
        self._gate = Gate(total=policy.concurrency, per_host=policy.per_host)
        self._transport = Transport(policy, tls=tls)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def ping(self, url: str) -> str:
        """Request an address once; return "" on success, or else the reason."""
        return await ping(url, self._transport)

    async def fetch(
        self, feed: Feed, validators: Validators = NO_VALIDATORS, *, at: str = ""
    ) -> FetchResult:
        """Fetch a feed, with a conditional request if it has validators.

        Validators go only to the host that gave them, and not to an address that redirects to it.
        Time spent waiting for a busy host does not count against the timeout.

        Args:
            feed: the feed.
            validators: of its last document.
            at: the address to ask, if it is not the configured one.
        """
        started = perf_counter()
        try:
            result = await self._fetch(feed, validators, at)
        except EXPECTED as error:
            failure = classify(error, timeout=self._timeout)
            result = FetchFailed(kind=failure.kind, detail=failure.detail)
        return replace(result, seconds=perf_counter() - started)

    async def post_form(self, url: str, form: Mapping[str, str]) -> Posted:
        """Send a form, and return the status of the answer; 0 if there is none.

        It is repeated after a redirect only to the same server or over https. One with a secret
        goes to others than private addresses over https only.
        """
        try:
            hop = Hop.first(Feed(id="", name="", url=url))
            async with self._gate.enter(hop.url.authority), asyncio.timeout(self._timeout):
                return await self._post(hop, form)
        except EXPECTED as error:
            return Posted(status=0, detail=classify(error, timeout=self._timeout).detail)

    async def _post(self, hop: Hop, form: Mapping[str, str]) -> Posted:
        for _ in range(MAX_REDIRECTS + 1):
            if _SECRET in form and not self._is_confidential(hop):
                raise FetchError(FetchFailure.PROTOCOL, "the secret is sent over https only")
            headers = self._headers | hop.headers | {"Accept-Encoding": "identity"}
            answer = await self._transport.post(hop.url, headers, form)
            try:
                if answer.status not in _REPEATED:
                    return Posted(status=answer.status, detail=await _refusal_text(answer))
                hop = hop.follow_with_form(_read_redirect(answer).location)
            finally:
                answer.close()
        raise FetchError(FetchFailure.REDIRECT, f"more than {MAX_REDIRECTS} redirects")

    def _is_confidential(self, hop: Hop) -> bool:
        is_ours = self._policy.allow_private_addresses and is_private(hop.url.host or "")
        return hop.url.scheme == "https" or is_ours

    async def _fetch(self, feed: Feed, validators: Validators, at: str) -> FetchResult:
        hop = Hop.first(feed)
        origin = validators.host or hop.host
        may_validate = bool(at) or not validators.is_redirected
        trail = Trail.begin(hop.follow(at) if at else hop)
        remaining = self._timeout
        for _ in range(MAX_REDIRECTS + 1):
            hop = trail.hop
            sent = validators if hop.host == origin and may_validate else NO_VALIDATORS
            async with self._gate.enter(hop.url.authority):
                started = perf_counter()
                async with asyncio.timeout(remaining):
                    answer = await self._request(hop, sent)
                remaining -= perf_counter() - started
            if not isinstance(answer, Redirect):
                return trail.mark(answer, asked=at)
            trail, may_validate = trail.follow(answer), True
            if refusal := await self._refuse(str(trail.hop.url)):
                return refusal
        raise FetchError(FetchFailure.REDIRECT, f"more than {MAX_REDIRECTS} redirects")

    async def _request(self, hop: Hop, validators: Validators) -> FetchResult | Redirect:
        """Make one request."""
        headers = self._headers | hop.request_headers() | conditional_headers(validators)
        response = await self._transport.get(hop.url, headers)
        try:
            if response.status in _WITH_BODY:
                return await self._read_response(response, hop)
            if response.status in _REDIRECTS:
                hop.cookies.keep(hop.url, response.headers, utc_now())
                return _read_redirect(response)
            if response.status == HTTPStatus.NOT_MODIFIED:
                return _not_modified(response, sent=validators, host=hop.host)
            return self._refusal(response, hop)
        finally:
            response.close()

    async def _read_response(self, response: aiohttp.ClientResponse, hop: Hop) -> Fetched:
        body, unknown = await read_body(response, limit=self._policy.max_bytes)
        return Fetched(
            url=str(hop.url),
            status=response.status,
            body=body,
            content_type=response.headers.get("Content-Type", ""),
            validators=read_validators(response.headers, hop.host),
            body_hash=blake2b(body, digest_size=16).digest(),
            max_age=read_max_age(response.headers, utc_now()),
            remark=describe_repairs(response.headers, unknown),
            links=tuple(response.headers.getall("Link", ()))[:_MAX_LINKS],
        )

    def _refusal(self, response: aiohttp.ClientResponse, hop: Hop) -> FetchFailed:
        return FetchFailed(
            kind=_kind_of(response.status),
            detail=f"answered {_status_text(response.status)}",
            status=response.status,
            retry_after=read_retry_after(response.headers, utc_now()),
            host=host_of(str(hop.url)),
        )


def _not_modified(response: aiohttp.ClientResponse, *, sent: Validators, host: str) -> FetchResult:
    if not sent:
        return FetchFailed(
            kind=FetchFailure.PROTOCOL,
            detail="answered 304 to an unconditional request",
            status=response.status,
        )
    given = read_validators(response.headers, host)
    return NotModified(
        validators=Validators(
            etag=given.etag or sent.etag,
            last_modified=given.last_modified or sent.last_modified,
            host=host,
        ),
        max_age=read_max_age(response.headers, utc_now()),
        remark=describe_repairs(response.headers),
    )


async def _refusal_text(answer: aiohttp.ClientResponse) -> str:
    """Return the status of a refusal, and the beginning of its text, which names the reason."""
    if answer.status in range(200, 300):
        return ""
    text = (await answer.content.read(_MAX_REASON)).decode("utf-8", "replace")
    reason = " ".join(text.split()) if not text.lstrip().startswith("<") else ""
    return f"answered {_status_text(answer.status)}{f': {reason}' if reason else ''}"


def _read_redirect(response: aiohttp.ClientResponse) -> Redirect:
    location = response.headers.get("Location", "")
    if not location:
        raise FetchError(FetchFailure.REDIRECT, "redirected without an address")
    # A redirect that sets a cookie is part of a login or a consent page.
    is_permanent = response.status in _PERMANENT and "Set-Cookie" not in response.headers
    return Redirect(location=location, is_permanent=is_permanent)


def _kind_of(status: int) -> FetchFailure:
    if kind := _KINDS.get(status):
        return kind
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return FetchFailure.HTTP_SERVER
    if status >= HTTPStatus.BAD_REQUEST:
        return FetchFailure.HTTP_CLIENT
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        return FetchFailure.REDIRECT
    return FetchFailure.PROTOCOL  # such as 206, a part that was not requested


def _status_text(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
