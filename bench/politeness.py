"""Checks how politely feeds are polled, rule by rule, over simulated days and across restarts.

    python bench/politeness.py                 # 30 hours, then twelve days of the rare rules
    python bench/politeness.py --hours 12      # shorter; the rare rules take twelve days anyway

The fetcher, the parser, the store and the schedule are those of the program, and the server is a
real one on loopback; only the clock is set to the next due time. Every eight hours the daemon is
stopped without a word and started again on its database. Each rule watches the requests for one
feed. The rules follow the feed reader score of Rachel Kroll, RFC 9110 and RFC 9111.

The spacing of requests to one host is not checked here, because loopback hosts have none; see
tests/unit/test_lanes.py. The exit status is 1 if a rule is violated.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import yaml
from aiohttp import web

from builders.configs import CALM, rss, write_config
from servers.feeds import FeedServer
from straitwatch import store as db
from straitwatch.app.daemon import build_app
from straitwatch.app.load import load_to_run
from straitwatch.telemetry import configure_logging

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INTERVAL = timedelta(minutes=15)
EARLIEST = INTERVAL * 0.9  # the jitter of polls
RESTART_AFTER = timedelta(hours=8)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ETAG, MODIFIED = 'W/"a \\"b"', "Sun, 1 Mar 2026 11:00:00 +0000"
ODD = "Thu Mar  1 2026 - made by hand"


@dataclass(frozen=True)
class Asked:
    """A request for a feed, and its answer."""

    at: datetime
    path: str
    headers: dict[str, str]
    is_after_start: bool
    status: int

    @property
    def is_conditional(self) -> bool:
        return bool({"If-None-Match", "If-Modified-Since"} & set(self.headers))


Answer = tuple[int, dict[str, str], bytes]
Site = Callable[["World", web.Request], Answer]
Rule = Callable[[Sequence[Asked]], Iterator[str]]


@dataclass
class World:
    """The simulated time, and the requests so far."""

    now: datetime = START
    asked: list[Asked] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)  # not asked since the last start

    def of(self, name: str) -> list[Asked]:
        return [one for one in self.asked if one.path.startswith(f"/{name}")]


@dataclass(frozen=True)
class Case:
    rule: str
    site: Site
    check: Rule
    interval: str = ""


# ---------------------------------------------------------------- servers


def document(head: str = "") -> bytes:
    return rss(CALM).replace(b"<item>", f"{head}<item>".encode(), 1)


def plain(headers: dict[str, str] | None = None, head: str = "") -> Site:
    return lambda _world, _request: (200, headers or {}, document(head))


def validating(headers: dict[str, str]) -> Site:
    known = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}

    def answer(_world: World, request: web.Request) -> Answer:
        pairs = [(request.headers.get(known[name]), value) for name, value in headers.items()]
        is_known = all(sent == given for sent, given in pairs)
        return (304, headers, b"") if is_known else (200, headers, document())

    return answer


def refusing(status: int, retry_after: Callable[[World], dict[str, str]]) -> Site:
    """Refuse every third request."""
    count = iter(range(10**6))

    def answer(world: World, _request: web.Request) -> Answer:
        if next(count) % 3 == 1:
            return status, retry_after(world), b""
        return 200, {}, document()

    return answer


def after(span: timedelta) -> Callable[[World], dict[str, str]]:
    """Ask for a pause until a date; the clock of the server is a year behind."""

    def headers(world: World) -> dict[str, str]:
        present = world.now - 365 * DAY
        dates = {"Retry-After": present + span, "Date": present}
        return {name: format_datetime(at, usegmt=True) for name, at in dates.items()}

    return headers


def failing(status: int) -> Site:
    return lambda _world, _request: (status, {}, b"")


def moving(status: int) -> Site:
    def answer(_world: World, request: web.Request) -> Answer:
        if request.path.endswith("-new"):
            return validating({"ETag": ETAG})(_world, request)
        return status, {"Location": f"{request.path}-new"}, b""

    return answer


def cookie_wall(_world: World, request: web.Request) -> Answer:
    if "seen=1" in request.headers.get("Cookie", ""):
        return 200, {}, document()
    return 302, {"Location": request.path, "Set-Cookie": "seen=1"}, b""


# ---------------------------------------------------------------- rules


def gaps_at_least(least: timedelta, *, after_status: int | None = None) -> Rule:
    def check(asked: Sequence[Asked]) -> Iterator[str]:
        for one, other in pairwise(asked):
            if after_status in (None, one.status) and other.at - one.at < least:
                yield f"asked again after {other.at - one.at}"

    return check


def sent_back(headers: dict[str, str]) -> Rule:
    """Validators are sent exactly as received, in every request but one or two a day."""

    def check(asked: Sequence[Asked]) -> Iterator[str]:
        for one in asked:
            if one.is_conditional and any(one.headers.get(k) != v for k, v in headers.items()):
                yield "a validator was changed"
        whole = [one for one in asked if not one.is_conditional]
        for one, other in pairwise(whole):
            if other.at - one.at < 18 * HOUR:
                yield f"two whole documents within {other.at - one.at}"

    return check


def conditional_at_start(asked: Sequence[Asked]) -> Iterator[str]:
    for one in asked[1:]:
        if one.is_after_start and not one.is_conditional and one.at - asked[0].at < 18 * HOUR:
            yield "the first request after a restart was unconditional"


def is_modest(asked: Sequence[Asked]) -> Iterator[str]:
    for one in asked:
        if "?" in one.path or {"Referer", "Cookie", "If-None-Match"} & set(one.headers):
            yield "sent more than it should"
        agent = one.headers.get("User-Agent", "")
        if "tests@example.org" not in agent or "gzip" not in one.headers["Accept-Encoding"]:
            yield "lacks its name, its contact or gzip"


def backs_off(asked: Sequence[Asked]) -> Iterator[str]:
    waits = [other.at - one.at for one, other in pairwise(asked)]
    for nth, wait in enumerate(waits):
        if wait < min(INTERVAL * 2 ** max(nth, 0), 6 * HOUR) * 0.9:
            yield f"failure {nth + 1} was followed by a poll after {wait}"


def forgets_cookies(asked: Sequence[Asked]) -> Iterator[str]:
    for one, other in pairwise(asked):
        if other.at > one.at and "Cookie" in other.headers:
            yield "a cookie was kept after the fetch"


def keeps_validators_from_redirects(asked: Sequence[Asked]) -> Iterator[str]:
    for one in asked:
        if one.is_conditional and not one.path.endswith("-new"):
            yield "a validator went to the redirecting address"


def learns_the_move(asked: Sequence[Asked]) -> Iterator[str]:
    old = [one for one in asked if not one.path.endswith("-new") and one.at > START + 4 * DAY]
    for one, other in pairwise(old):
        if other.at - one.at < 6 * DAY:
            yield "the old address was asked again"


def never_learns(asked: Sequence[Asked]) -> Iterator[str]:
    if sum(one.path.endswith("-new") for one in asked) * 2 != len(asked):
        yield "a temporary redirect was learned"


def rests_when_gone(asked: Sequence[Asked]) -> Iterator[str]:
    late = [one for one in asked if one.at > START + 3 * DAY]
    for one, other in pairwise(late):
        if other.at - one.at < 6 * DAY:
            yield "asked again although it is gone"
    if not late:
        yield "never asked again"


def sleeps(asked: Sequence[Asked]) -> Iterator[str]:
    """In skipped hours there is at most one poll an hour."""
    night = [one for one in asked if one.at.hour < 6]
    for one, other in pairwise(night):
        if other.at - one.at < 54 * timedelta(minutes=1):
            yield f"asked at {one.at:%H:%M} and {other.at:%H:%M}"


def respects_the_host(asked: Sequence[Asked]) -> Iterator[str]:
    """Siblings of a paused host wait as well."""
    for nth, one in enumerate(asked):
        if one.status == 429:
            for other in asked[nth + 1 :]:
                if one.at < other.at < one.at + HOUR:
                    yield f"{other.path} was asked {other.at - one.at} after a pause began"


BOTH = {"If-None-Match": ETAG, "If-Modified-Since": MODIFIED}
SKIP = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(6)) + "</skipHours>"
COMMON = {
    "etag": Case(
        "ETag and Last-Modified are sent back byte for byte; whole once a day",
        validating({"ETag": ETAG, "Last-Modified": MODIFIED}),
        sent_back(BOTH),
    ),
    "odd": Case(
        "an odd Last-Modified is sent back byte for byte",
        validating({"Last-Modified": ODD}),
        sent_back({"If-Modified-Since": ODD}),
    ),
    "start": Case(
        "the first request after a restart is conditional",
        validating({"ETag": ETAG}),
        conditional_at_start,
    ),
    "interval": Case(
        "no poll comes before the interval, restarts included", plain(), gaps_at_least(EARLIEST)
    ),
    "modest": Case(
        "no cookie, Referer, query or invented validator; contact, gzip", plain(), is_modest
    ),
    "fresh": Case(
        "Cache-Control: max-age",
        plain({"Cache-Control": "public, max-age=2400"}),
        gaps_at_least(timedelta(minutes=40)),
    ),
    "long": Case(
        "Cache-Control: max-age of a day, up to one hour",
        plain({"Cache-Control": "max-age=86400"}),
        gaps_at_least(HOUR),
    ),
    "expires": Case(
        "Expires, by the clock of the server",
        plain(
            {"Date": "Sun, 01 Mar 2020 12:00:00 GMT", "Expires": "Sun, 01 Mar 2020 12:40:00 GMT"}
        ),
        gaps_at_least(timedelta(minutes=40)),
    ),
    "ttl": Case(
        "ttl of the document", plain(head="<ttl>25</ttl>"), gaps_at_least(timedelta(minutes=22.5))
    ),
    "skip": Case("skipHours, up to one hour", plain(head=SKIP), sleeps),
    "busy": Case(
        "503 with Retry-After in seconds",
        refusing(503, lambda _world: {"Retry-After": "5400"}),
        gaps_at_least(1.5 * HOUR, after_status=503),
    ),
    "dated": Case(
        "503 with Retry-After as a date, with a wrong clock",
        refusing(503, after(1.5 * HOUR)),
        gaps_at_least(1.5 * HOUR, after_status=503),
    ),
    "junk": Case(
        "503 with a useless Retry-After: the interval holds",
        refusing(503, lambda _world: {"Retry-After": "-5"}),
        gaps_at_least(EARLIEST),
    ),
    "404": Case("a failing feed is polled less and less", failing(404), backs_off),
    "wall": Case("cookies are forgotten after each fetch", cookie_wall, forgets_cookies),
    "moved": Case(
        "validators do not go to a redirecting address",
        moving(302),
        keeps_validators_from_redirects,
    ),
}
RARE = {
    "301": Case("301 for three days is learned", moving(301), learns_the_move, "6h"),
    "308": Case("308 for three days is learned", moving(308), learns_the_move, "6h"),
    "302": Case("302 is never learned", moving(302), never_learns, "6h"),
    "410": Case("410 for a day: one poll a week", failing(410), rests_when_gone, "6h"),
}
HOST = {
    "limit": Case(
        "429 with Retry-After pauses all feeds of its host",
        refusing(429, lambda _world: {"Retry-After": "3600"}),
        respects_the_host,
    ),
    "limit-sibling": Case("the siblings of that feed", plain(), lambda _asked: iter(())),
}


# ---------------------------------------------------------------- the run


async def simulate(cases: dict[str, Case], world: World, *, hours: float, folder: Path) -> None:
    """Poll for simulated hours, and restart every eight of them; each case has a host."""
    async with AsyncExitStack() as servers:
        feeds = {}
        shared: FeedServer | None = None
        for name, case in cases.items():
            server = shared if shared and cases is HOST else FeedServer()
            if server is not shared:
                shared = await servers.enter_async_context(server)
            for path in (f"/{name}", f"/{name}-new"):
                shared.answer(path, record(world, name, case.site))
            feeds[name] = (shared.url(f"/{name}"), case.interval)
        config = write_config(folder, feeds={}, polling=POLLING, stories={"encoder": "off"})
        rows = [
            {"name": n, "url": u} | ({"interval": i} if i else {}) for n, (u, i) in feeds.items()
        ]
        (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": rows}))
        end = world.now + hours * HOUR
        while world.now < end:
            world.unseen = set(cases)
            await run_daemon(config, world, until=min(world.now + RESTART_AFTER, end))


POLLING = {
    "interval": "15m",
    "min_interval": "15m",  # so that the interval does not adapt
    "contact": "tests@example.org",
    "allow_private_addresses": True,
}


def record(world: World, name: str, site: Site) -> Callable[[web.Request], object]:
    async def answer(request: web.Request) -> web.StreamResponse:
        status, headers, body = site(world, request)
        is_first = name in world.unseen
        world.unseen.discard(name)
        world.asked.append(
            Asked(world.now, request.path_qs, dict(request.headers), is_first, status)
        )
        return web.Response(status=status, headers=headers, body=body)

    return answer


async def run_daemon(config: Path, world: World, *, until: datetime) -> None:
    """Start the daemon and poll until a time; then it ends like a killed one."""
    async with AsyncExitStack() as stack:
        app = await build_app(load_to_run(config), stack, clock=lambda: world.now)
        await app.start()
        while True:
            await app.polls.run_all(due_by=world.now)
            states = app.runtime.tools.store.call(db.feed_states).values()
            world.now = min(
                max(min(state.next_due_at or until for state in states), world.now + POLL_STEP),
                until,
            )
            if world.now >= until:
                return


POLL_STEP = timedelta(seconds=1)


def report(cases: dict[str, Case], world: World) -> int:
    total = 0
    for name, case in cases.items():
        asked = world.asked if cases is HOST else world.of(name)
        found = list(case.check(asked))
        total += len(found)
        example = f"  {found[0]}" if found else ""
        print(f"{case.rule:<76}{len(asked):>9}{len(found):>11}{example}")
    return total


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=30, help="simulated, of the common rules")
    options = parser.parse_args()
    configure_logging(level="critical")
    print(f"{'rule':<76}{'requests':>9}{'violations':>11}")
    total = 0
    for cases, hours in ((COMMON, options.hours), (HOST, options.hours), (RARE, 12 * 24)):
        world = World()
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(simulate(cases, world, hours=hours, folder=Path(folder)))
        total += report(cases, world)
    print(f"\n{total} violations")
    return min(total, 1)


if __name__ == "__main__":
    sys.exit(main())
