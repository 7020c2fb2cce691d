"""Finds the feeds at an address: the address itself, or those that its page names."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin

from straitwatch.clock import utc_now
from straitwatch.core.model import Feed, Fetched, FetchFailed, ParsedDocument, PollPolicy
from straitwatch.core.normalize import clean_url, feed_id
from straitwatch.core.parse_document import ParseRequest
from straitwatch.fetch import Fetcher
from straitwatch.parsepool import ParsePool

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_USUAL_PATHS = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml")  # if a page names no feed
_MAX_NAMED = 20  # feeds of one page
_DEADLINE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """An address with the feed found there, or the reason why there is none."""

    url: str  # the final one
    feed: ParsedDocument | None = None
    problem: str = ""  # "" if there is a feed
    named: tuple[str, ...] = ()  # the addresses of feeds that the page names


async def probe(url: str, policy: PollPolicy) -> Probe:
    """Fetch and parse an address as a poll would."""
    async with Fetcher(policy) as fetcher, ParsePool(1, timeout=_DEADLINE) as pool:
        return await _probe(url, fetcher, pool)


async def discover(url: str, policy: PollPolicy) -> list[Probe]:
    """Probe an address, and the feeds that its page names or that are at the usual paths.

    Return the address itself first, followed by the feeds that were found.
    """
    async with Fetcher(policy) as fetcher, ParsePool(1, timeout=_DEADLINE) as pool:
        first = await _probe(url, fetcher, pool)
        if first.feed is not None:
            return [first]
        addresses = first.named or _usual_addresses(first.url)
        answers = await asyncio.gather(*(_probe(address, fetcher, pool) for address in addresses))
        found = {answer.url: answer for answer in answers if answer.feed is not None}
        return [first, *found.values()]


def _usual_addresses(url: str) -> tuple[str, ...]:
    return tuple(urljoin(f"{url.rstrip('/')}/", path) for path in _USUAL_PATHS)


async def _probe(url: str, fetcher: Fetcher, pool: ParsePool) -> Probe:
    feed = Feed(id=feed_id(url), name=url, url=url)
    answer = await fetcher.fetch(feed)
    match answer:
        case FetchFailed():
            return Probe(url=url, problem=f"{answer.kind}: {answer.detail}")
        case Fetched():
            return await _parse(answer, pool)
        case _:
            return Probe(url=url, problem="the server reports no change")


async def _parse(fetched: Fetched, pool: ParsePool) -> Probe:
    document = await pool.parse(
        ParseRequest(
            body=fetched.body,
            feed_id="",
            url=fetched.url,
            content_type=fetched.content_type,
            fetched_at=utc_now(),
        )
    )
    if document.is_feed:
        return Probe(url=fetched.url, feed=document)
    return Probe(
        url=fetched.url,
        problem=_describe_problem(document),
        named=_named_feeds(fetched.body.decode("utf-8", "replace"), fetched.url),
    )


def _describe_problem(document: ParsedDocument) -> str:
    if document.detail:
        return f"{document.problem}: {document.detail}"
    return str(document.problem)


def _named_feeds(page: str, url: str) -> tuple[str, ...]:
    """Return the addresses of the feeds that a page names, each once."""
    reader = _FeedLinks()
    with suppress(AssertionError):  # on `<![ endif]>`; the links before it count
        reader.feed(page)
    base = clean_url(reader.base, base=url) or url
    links = (clean_url(link, base=base) for link in reader.links)
    return tuple(dict.fromkeys(link for link in links if link))[:_MAX_NAMED]


class _FeedLinks(HTMLParser):
    """Collects the links to feeds in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.base = ""

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip the conditional comments of old editors, such as `<![if IE]>`."""
        del report
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "base" and not self.base:
            self.base = values.get("href", "")
        is_alternate = "alternate" in values.get("rel", "").lower().split()
        if tag == "link" and is_alternate and values.get("type", "").lower() in _TYPES:
            self.links.append(values.get("href", ""))
