"""Fetches pages of entries politely: robots.txt first, with limits of their own."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from protego import Protego
from yarl import URL

from straitwatch.core.model import (
    NO_VALIDATORS,
    Feed,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchResult,
    NotModified,
    PollPolicy,
    Validators,
)
from straitwatch.core.policy import (
    MAX_PAGE_BYTES,
    PAGE_TIMEOUT,
    PAGES_AT_ONCE,
    ROBOTS_KEPT_FOR,
    ROBOTS_RETRY_AFTER,
)
from straitwatch.fetch.client import Fetcher

_ROBOTS = "/robots.txt"
_AGENT = "Straitwatch"  # the name that robots.txt may mention
_ACCEPT = (("Accept", "text/html, application/xhtml+xml;q=0.9"),)
_HTML = ("text/html", "application/xhtml+xml", "")
_BARRED = FetchFailed(
    kind=FetchFailure.REDIRECT, detail="redirected to a page that robots.txt bars"
)
_NO_ROBOTS = FetchFailed(
    kind=FetchFailure.REDIRECT, detail="redirected to an address that is no robots.txt"
)
_MAX_RULES = 500_000  # characters of robots.txt that are read, as RFC 9309 (2.5) asks for
_ABSENT = frozenset(range(400, 500)) - {429}
_HOSTS_KEPT = 5_000


class PageFetcher:
    """Fetches pages with a fetcher of its own, so that they never take the place of a poll."""

    def __init__(self, policy: PollPolicy) -> None:
        self._fetcher = Fetcher(page_policy(policy), refuse=self._refuse)
        self._robots_fetcher = Fetcher(page_policy(policy), refuse=_refuse_page)
        self._open = AsyncExitStack()
        self._now = datetime.min.replace(tzinfo=UTC)
        self._robots: dict[str, tuple[datetime, Protego | FetchFailed]] = {}  # until when
        self._reads = WeakValueDictionary[str, asyncio.Lock]()  # one read of a site at a time

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._fetcher)
        await self._open.enter_async_context(self._robots_fetcher)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.__aexit__(kind, error, trace)

    async def fetch(
        self, url: str, validators: Validators = NO_VALIDATORS, *, now: datetime
    ) -> FetchResult | None:
        """Fetch a page; return None if robots.txt disallows it.

        A redirect is followed only to a page that the robots.txt of its host allows.
        """
        self._now = now
        try:
            rules = await self._rules_for(url, now)
        except ValueError:  # of yarl
            return FetchFailed(kind=FetchFailure.PROTOCOL, detail="the address cannot be used")
        if isinstance(rules, FetchFailed):
            return rules
        if not rules.can_fetch(url, _AGENT):
            return None
        return await self._fetcher.fetch(_as_feed(url), validators)

    async def _refuse(self, url: str) -> FetchFailed | None:
        if _is_robots(url):
            return None
        rules = await self._rules_for(url, self._now)
        if isinstance(rules, FetchFailed):
            return rules
        return None if rules.can_fetch(url, _AGENT) else _BARRED

    async def _rules_for(self, url: str, now: datetime) -> Protego | FetchFailed:
        """Return the rules of the site of a page, or the reason why they cannot be read."""
        site = _site(url)
        async with self._reads.setdefault(site, asyncio.Lock()):
            if (known := self._robots.get(site)) and known[0] > now:
                return known[1]
            if len(self._robots) >= _HOSTS_KEPT:
                self._robots.clear()
            rules = await self._read_rules(site)
            kept_for = ROBOTS_KEPT_FOR if isinstance(rules, Protego) else ROBOTS_RETRY_AFTER
            self._robots[site] = (now + kept_for, rules)
            return rules

    async def _read_rules(self, site: str) -> Protego | FetchFailed:
        """Read robots.txt as in RFC 9309: a missing one allows all, an unreachable one none."""
        result = await self._robots_fetcher.fetch(_as_feed(f"{site}{_ROBOTS}"))
        match result:
            case Fetched():
                text = result.body.decode("utf-8", "replace")[:_MAX_RULES]
                return await asyncio.to_thread(Protego.parse, text)  # 0.3 s for the longest
            case FetchFailed(status=status) if status in _ABSENT:
                return Protego.parse("")
            case FetchFailed():
                return replace(result, detail=f"robots.txt: {result.detail}")
            case NotModified():
                return FetchFailed(kind=FetchFailure.PROTOCOL, detail="robots.txt: answered 304")


def page_policy(policy: PollPolicy) -> PollPolicy:
    """Return the limits of pages: those of feeds, but fewer, smaller and faster."""
    return replace(
        policy,
        concurrency=PAGES_AT_ONCE,
        per_host=1,
        max_bytes=min(policy.max_bytes, MAX_PAGE_BYTES),
        timeout=min(policy.timeout, PAGE_TIMEOUT),
    )


def is_html(fetched: Fetched) -> bool:
    """Return True if a response is a page and not, for example, a picture."""
    return fetched.content_type.partition(";")[0].strip().lower() in _HTML


def _is_robots(url: str) -> bool:
    return URL(url).path == _ROBOTS


async def _refuse_page(url: str) -> FetchFailed | None:
    """Refuse a redirect of robots.txt to a page, whose own robots.txt might bar it."""
    return None if _is_robots(url) else _NO_ROBOTS


def _as_feed(url: str) -> Feed:
    return Feed(id="", name="", url=url, headers=_ACCEPT)


def _site(url: str) -> str:
    """Return the scheme, host and port of an address."""
    return str(URL(url).origin()) if URL(url).host else ""
