"""Looking at an address before it is a feed of ours: is there one, and which does a page name?"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin

from straitwatch.clock import utc_now
from straitwatch.core.model import Feed, FeedState, Fetched, FetchFailed, ParsedDocument, PollPolicy
from straitwatch.core.normalize import clean_url, feed_id
from straitwatch.core.parse_document import ParseRequest
from straitwatch.fetch import Fetcher
from straitwatch.parsepool import ParsePool

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_USUAL = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml")  # where a page names none
_MAX_NAMED = 20  # feeds of one page that are looked at
_DEADLINE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What an address answered."""

    url: str  # the final one
    feed: ParsedDocument | None = None
    problem: str = ""  # why it is no feed
    named: tuple[str, ...] = ()  # the feeds that the page names


async def probe(url: str, policy: PollPolicy) -> Probe:
    """Fetch and read an address as a poll would."""
    async with Fetcher(policy) as fetcher, ParsePool(1, timeout=_DEADLINE) as pool:
        return await _probe(url, fetcher, pool)


async def discover(url: str, policy: PollPolicy) -> list[Probe]:
    """Look at an address and at the feeds that its page names, or has where feeds usually are.

    The first answer is that of the address itself; after it only feeds are returned.
    """
    async with Fetcher(policy) as fetcher, ParsePool(1, timeout=_DEADLINE) as pool:
        first = await _probe(url, fetcher, pool)
        if first.feed is not None:
            return [first]
        named = first.named or tuple(urljoin(f"{first.url.rstrip('/')}/", it) for it in _USUAL)
        answers = await asyncio.gather(*(_probe(one, fetcher, pool) for one in named))
        found = {answer.url: answer for answer in answers if answer.feed is not None}
        return [first, *found.values()]


async def _probe(url: str, fetcher: Fetcher, pool: ParsePool) -> Probe:
    feed = Feed(id=feed_id(url), name=url, url=url)
    answer = await fetcher.fetch(feed, FeedState(feed_id=feed.id))
    match answer:
        case FetchFailed():
            return Probe(url=url, problem=f"{answer.kind}: {answer.detail}")
        case Fetched():
            return await _read(answer, pool)
        case _:
            return Probe(url=url, problem="the server says that nothing changed")


async def _read(fetched: Fetched, pool: ParsePool) -> Probe:
    read = await pool.read(
        ParseRequest(
            body=fetched.body,
            feed_id="",
            url=fetched.url,
            content_type=fetched.content_type,
            fetched_at=utc_now(),
        )
    )
    if read.is_feed:
        return Probe(url=fetched.url, feed=read)
    return Probe(
        url=fetched.url,
        problem=f"{read.problem}: {read.detail}" if read.detail else str(read.problem),
        named=tuple(_named(fetched.body.decode("utf-8", "replace"), fetched.url)),
    )


def _named(page: str, base: str) -> Iterable[str]:
    reader = _Links()
    with suppress(AssertionError):  # on `<![ endif]>`; what came before it counts
        reader.feed(page)
    at = clean_url(reader.base, base=base) or base
    links = (clean_url(link, base=at) for link in reader.links)
    return list(dict.fromkeys(link for link in links if link))[:_MAX_NAMED]


class _Links(HTMLParser):
    """Collects the feeds that a page names in its head."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.base = ""

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Step over what old editors write for one browser: `<![if IE]>`."""
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
