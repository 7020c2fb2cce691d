"""Compares the results of three replicas on one PostgreSQL with those of one program.

    python bench/replicas.py [--only kill] [--dsn postgresql+psycopg://user@host/name]

All scenarios take about three minutes; `--only` selects those with this text in their name.

The real program runs in its own processes with the shipped watch-lists. PostgreSQL is a real
server, started for the run, or your own, in which databases named straitwatch_replicas_N are
created and dropped. Feeds and Slack are simulated on loopback. Every headline is invented.

Twelve feeds change in rounds. Several outlets report the same event in their own words, some carry
a copy of a wire's report, and some edit their reports. The changed documents of a round are served
at the same moment, when every replica has its maximum of open polls, so that all replicas fold at
the same time.

    one               one program, for comparison
    three             three replicas, started at the same moment on an empty database
    kill in a poll    one of three is killed (SIGKILL) with claimed feeds; its leases of 15 minutes
                      are ended early, and another replica replaces it in the next round
    kill in a send    one of three is killed after Slack has its message, and before the response
    frozen in a poll  one of three is stopped (SIGSTOP) with claimed feeds; others poll them after
                      its leases, and it continues (SIGCONT) with its fetched documents
    frozen in a fold  (--long) one of three is stopped (SIGSTOP) while it has the fold lock;
                      PostgreSQL ends its session after two minutes, and one poll may fail
    unlocked          (--control) three replicas fold without the lock: conditions must break

Replicas see reports in another order, so the number of stories may differ. CONDITIONS and `judge`
check the conditions that hold for any order. `straitwatch replay` then folds the stored reports
again in their stored order, and must find no difference.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.request import urlopen
from xml.sax.saxutils import escape

import sqlalchemy as sa
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from outbox import HOOK, postgres

from builders.configs import write_config
from harness import Daemon, eventually, outbox_problems, straitwatch
from servers.feeds import FEED_TYPE, FeedServer
from servers.slack import Asked, SlackServer

POLLS_AT_ONCE = 4  # of a replica: three replicas poll all twelve feeds at once
GATE_SECONDS = 3.0  # the wait of a round for the polls of its feeds
SCENARIO_SECONDS = 300.0
MARK = "possible repeat"
SHIPPED = Path(__file__).parents[1] / "config"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dsn", default="", help="a PostgreSQL server; one is started without it")
    parser.add_argument("--only", default="", help="scenarios with this in their name")
    parser.add_argument("--long", action="store_true", help="also the one of three minutes")
    parser.add_argument("--control", action="store_true", help="also the scenario that must break")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=10, help="new events in a round")
    parser.add_argument("--feeds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1, help="of the invented news")
    options = parser.parse_args()
    world = invent(options.feeds, options.rounds, options.events, seed=options.seed)
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    if options.long:
        chosen.append(FROZEN)
    if options.control:
        chosen.append(CONTROL)
    with nullcontext(options.dsn) if options.dsn else postgres() as dsn:
        results = asyncio.run(run_all(chosen, world, dsn))
    return 0 if print_results(chosen, results) else 1


UNLOCKED = """
import runpy, sys
from straitwatch import store
from straitwatch.store import stories
store.fold_lock = stories.fold_lock = lambda tx: None
sys.argv[0] = "straitwatch"
runpy.run_module("straitwatch", run_name="__main__")
"""
FREEZING = """
import os, pathlib, runpy, signal, sys
from straitwatch import store
lock, order = store.fold_lock, pathlib.Path("freeze")
def fold_lock(tx):
    lock(tx)
    if order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGSTOP)
store.fold_lock = fold_lock
sys.argv[0] = "straitwatch"
runpy.run_module("straitwatch", run_name="__main__")
"""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    replicas: int = 3
    kill: str = ""  # poll or send
    freezes: str = ""  # poll or fold
    launcher: str = ""  # source that starts the first replica, or all; "" for the normal start

    @property
    def must_break(self) -> bool:
        return self.launcher == UNLOCKED


SCENARIOS = (
    Scenario("one", replicas=1),
    Scenario("three"),
    Scenario("kill in a poll", kill="poll"),
    Scenario("kill in a send", kill="send"),
    Scenario("frozen in a poll", freezes="poll"),
)
FROZEN = Scenario("frozen in a fold", freezes="fold", launcher=FREEZING)
CONTROL = Scenario("unlocked", launcher=UNLOCKED)


# ---------------------------------------------------------------- invented news


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a feed in one round; a later item with the same guid is an edit."""

    guid: str
    link: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class News:
    """The documents of each feed, round by round; round 0 is its first fetch."""

    feeds: int
    rounds: int
    documents: dict[tuple[int, int], tuple[Item, ...]]  # by feed and round

    def guids(self) -> set[tuple[int, str]]:
        return {(feed, item.guid) for (feed, _), items in self.documents.items() for item in items}


# For each event, the wordings of its headline and of its first sentence.
EVENTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        (
            "{n} Chinese warplanes cross Taiwan Strait median line near {place}",
            "Taiwan says {n} PLA aircraft crossed the median line off {place}",
            "China sends {n} military planes over Taiwan Strait line, Taipei says",
            "Taipei scrambles fighters as {n} Chinese jets approach {place}",
        ),
        (
            "Taiwan's defence ministry said {n} aircraft of the PLA crossed the median line near {place}.",
            "The {n} planes flew over the Taiwan Strait off {place} on {day}, the ministry in Taipei said.",
        ),
    ),
    (
        (
            "US approves {n}-million-dollar sale of {arms} to Taiwan",
            "Washington clears {arms} for Taiwan in ${n} million deal",
            "Taiwan to get US {arms} worth {n} million dollars",
            "China denounces US sale of {arms} to Taiwan",
        ),
        (
            "The State Department approved a sale of {arms} to Taiwan for {n} million dollars on {day}.",
            "Congress was told of {arms} worth {n} million dollars for Taiwan.",
        ),
    ),
    (
        (
            "{country} lawmakers led by {name} land in Taipei, Beijing protests",
            "China angered as {country} delegation under {name} visits Taiwan",
            "{name} leads {country} parliament visit to Taiwan",
        ),
        (
            "{name} and {n} members of the {country} parliament met Taiwan's president on {day}.",
            "Beijing protested against the visit of {name} from {country} to Taiwan.",
        ),
    ),
    (
        (
            "Taiwan charges former officer {name} with spying for China",
            "Ex-officer {name} accused in Taiwan of passing secrets to Beijing",
            "Prosecutors in Taiwan indict {name} over espionage for China",
        ),
        (
            "Prosecutors in {place} said {name} sold military secrets of Taiwan to China.",
            "{name}, {n}, was charged on {day} with espionage for China, prosecutors in Taiwan said.",
        ),
    ),
    (
        (
            "Russia and China begin joint naval drill off {place}",
            "Chinese and Russian warships start exercise near {place}",
            "{n} warships of China and Russia gather off {place} for joint exercise",
        ),
        (
            "{n} Russian and Chinese warships began a joint exercise near {place} on {day}.",
            "The navies of Russia and China said the joint drill off {place} would last {n} days.",
        ),
    ),
    (
        (
            "Chinese and Russian bombers patrol together near {place}",
            "China, Russia send bombers on joint air patrol off {place}",
            "Joint patrol of {n} Russian and Chinese bombers seen near {place}",
        ),
        (
            "{n} bombers of Russia and China flew a joint patrol near {place}, both ministries said.",
            "Fighters went up on {day} when {n} Russian and Chinese bombers passed {place}.",
        ),
    ),
    (
        (
            "China rehearses blockade of Taiwan in {place} manoeuvres",
            "PLA begins {place} exercise around Taiwan with {n} ships",
            "Taiwan on alert as {n} Chinese ships join {place} drill",
        ),
        (
            "The PLA said that {n} ships practised a blockade of Taiwan in the exercise called {place}.",
            "Taiwan put its forces on alert on {day} when the manoeuvres named {place} began.",
        ),
    ),
    (
        (
            "Russia to train Chinese paratroopers at {place}, leaked papers publish_item",
            "Leaked contract: Moscow sells Beijing {arms} for airborne troops",
            "Papers show Russia equips Chinese airborne battalion with {arms}",
        ),
        (
            "Russia agreed to train a Chinese airborne battalion at {place}, according to {name}.",
            "The contract, seen by {name}, names {arms} for China's military from Russia.",
        ),
    ),
)
WORDS = {
    "arms": [
        "missiles",
        "torpedoes",
        "radars",
        "drones",
        "howitzers",
        "mine layers",
        "spare parts",
        "air defence systems",
    ],
    "country": [
        "Czech",
        "Lithuanian",
        "German",
        "Danish",
        "Australian",
        "Canadian",
        "Belgian",
        "Polish",
        "Estonian",
    ],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
}
SYLLABLES = [
    "bar",
    "dek",
    "fen",
    "gol",
    "hin",
    "jor",
    "kel",
    "lum",
    "mar",
    "nov",
    "pel",
    "quin",
    "rast",
    "sol",
    "tav",
    "vur",
    "wen",
    "zor",
]
MORE = (
    "The report was updated with further details.",
    "Russia and China held a joint naval drill nearby, the ministry in Moscow said.",
    "Taiwan's defence ministry said that PLA aircraft had crossed the median line.",
)
NOISE = (
    "{country} football club signs goalkeeper {name}",
    "Library in {place} opens on {day} with {n} books",
    "{name} wins {n}-kilometre bicycle race",
)


Wording = Callable[[], tuple[str, str]]  # returns a title and a text, in new words for each call


@dataclass
class Outlet:
    """The items of one feed so far."""

    number: int
    items: dict[str, Item] = field(default_factory=dict)

    def publish_item(self, at: int, title: str, text: str, *, link: str = "") -> None:
        guid = f"{at}-{len(self.items)}"
        link = link or f"https://outlet{self.number}.example/{guid}"
        self.items[guid] = Item(guid, link, title, text)

    def edit(self, at: int, jitter: random.Random) -> None:
        """Edit an earlier item; some edits make the story match the second list."""
        for guid, item in self.items.items():
            if guid.startswith(f"{at}-") or jitter.random() > 0.1:
                continue
            title = item.title if jitter.random() < 0.5 else f"{item.title} - update"
            text = f"{item.text} {jitter.choice(MORE)}"
            self.items[guid] = Item(guid, item.link, title, text)

    def document(self, jitter: random.Random) -> tuple[Item, ...]:
        return tuple(jitter.sample(list(self.items.values()), len(self.items)))


def invent(feeds: int, rounds: int, events: int, *, seed: int) -> News:
    """Invent the reports of each outlet in each round."""
    jitter = random.Random(seed)
    outlets = [Outlet(number) for number in range(feeds)]
    documents: dict[tuple[int, int], tuple[Item, ...]] = {}
    late: list[tuple[Outlet, Wording]] = []
    for at in range(rounds + 1):
        for outlet, wording in late:  # slow outlets report one round later
            outlet.publish_item(at, *wording())
        late = []
        for event in range(events if at else events // 2):
            wording = _event(jitter)
            wire, link = wording(), f"https://wire.example/{at}-{event}"
            for outlet in jitter.sample(outlets, jitter.randint(2, max(2, feeds * 3 // 4))):
                kind = jitter.random()
                if kind < 0.1:
                    outlet.publish_item(at, *wire, link=link)  # the page of the wire
                elif kind < 0.25:
                    outlet.publish_item(at, *wire)  # the text of the wire on a page of the outlet
                elif kind < 0.4:
                    late.append((outlet, wording))
                else:
                    outlet.publish_item(at, *wording())
        for outlet in outlets:
            outlet.publish_item(at, jitter.choice(NOISE).format(**_fill(jitter)), "Local news.")
            outlet.edit(at, jitter)
            documents[outlet.number, at] = outlet.document(jitter)
    return News(feeds, rounds, documents)


def _fill(jitter: random.Random) -> dict[str, str | int]:
    def name() -> str:
        return "".join(jitter.choices(SYLLABLES, k=2)).title()

    words = {key: jitter.choice(some) for key, some in WORDS.items()}
    return words | {"place": name(), "name": f"{name()} {name()}", "n": jitter.randint(11, 99)}


def _event(jitter: random.Random) -> Wording:
    titles, leads = jitter.choice(EVENTS)
    values = _fill(jitter)
    return lambda: (
        jitter.choice(titles).format(**values),
        " ".join(
            lead.format(**values) for lead in jitter.sample(leads, jitter.randint(1, len(leads)))
        ),
    )


def document(items: tuple[Item, ...]) -> bytes:
    body = "".join(
        f"<item><guid isPermaLink='false'>{item.guid}</guid><title>{escape(item.title)}</title>"
        f"<link>{item.link}</link><description>{escape(item.text)}</description></item>"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Invented</title><description>Nothing here happened.</description>{body}"
        "</channel></rss>"
    ).encode()


# ---------------------------------------------------------------- feeds and Slack


@dataclass
class Publisher:
    """Serves the feeds of one round after another; changed documents wait for each other."""

    news: News
    replicas: int
    round: int = 0
    served: set[int] = field(default_factory=set)
    waiting: int = 0
    on_full: Callable[[], Awaitable[None]] | None = None  # called once before documents are served
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def etag(self) -> str:
        return f'"{self.round}"'

    def next_round(self, number: int) -> None:
        self.round, self.served = number, set()

    async def serve(self, feed: int, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers={"ETag": self.etag})
        await self._wait_for_polls()
        self.served.add(feed)
        return web.Response(
            body=document(self.news.documents[feed, self.round]),
            headers={"ETag": self.etag, "Content-Type": FEED_TYPE},
        )

    async def _wait_for_polls(self) -> None:
        """Wait until the replicas have their maximum of open polls."""
        gate = self.gate
        self.waiting += 1
        left = self.news.feeds - len(self.served)
        if self.waiting < min(left, self.replicas * POLLS_AT_ONCE):
            with suppress(TimeoutError):
                await asyncio.wait_for(gate.wait(), GATE_SECONDS)
            return
        if self.on_full:
            on_full, self.on_full = self.on_full, None
            await on_full()
        self.waiting, self.gate = 0, asyncio.Event()
        gate.set()


@dataclass
class Killer:
    """Kills a replica when Slack has read its message, before the response."""

    engine: sa.Engine
    daemons: list[Daemon]
    killed: list[int] = field(default_factory=list)
    is_armed: bool = False

    def on_post(self, asked: Asked) -> None:
        if not self.is_armed:
            return
        with self.engine.connect() as connection:
            sending = connection.execute(
                sa.text("SELECT lease_owner, body FROM delivery WHERE state = 'sending'")
            ).all()
        for owner, body in sending:
            if body is not None and json.loads(bytes(body)) == asked.json:
                self.is_armed = False
                self.kill(int(owner.split(":")[1]))

    def kill(self, pid: int) -> None:
        """Kill a replica, if the process id in the database is one that this program started."""
        if pid in (daemon.process.pid for daemon in self.daemons if daemon.process):
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)


# ---------------------------------------------------------------- one scenario


@dataclass
class Result:
    """The result of a scenario: its figures, and the breaches of each condition."""

    figures: dict[str, str] = field(default_factory=dict)
    breaches: dict[str, int] = field(default_factory=dict)
    entry_ids: frozenset[str] = frozenset()
    matches: frozenset[tuple[str, ...]] = frozenset()


async def run_all(scenarios: list[Scenario], news: News, dsn: str) -> list[Result]:
    results = []
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # drop the databases
    async with FeedServer() as server:  # one port for all, because ids depend on the feed's URL
        for number, scenario in enumerate(scenarios):
            with database(dsn, f"straitwatch_replicas_{number}") as url:
                async with asyncio.timeout(SCENARIO_SECONDS):
                    results.append(await run(scenario, news, url, server))
                print(f"{scenario.name}: {results[-1].figures}", file=sys.stderr, flush=True)
    reference = results[0]
    for result in results:
        result.breaches["entries that differ from those of one program"] = len(
            result.entry_ids ^ reference.entry_ids
        )
        result.breaches["matches that differ from those of one program"] = len(
            result.matches ^ reference.matches
        )
    return results


@contextmanager
def database(dsn: str, name: str) -> Iterator[str]:
    admin = sa.create_engine(dsn, isolation_level="AUTOCOMMIT")
    drop = sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with admin.connect() as connection:
        connection.execute(drop)
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(dsn).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(drop)
        admin.dispose()


async def run(scenario: Scenario, news: News, url: str, server: FeedServer) -> Result:
    publisher = Publisher(news, scenario.replicas)
    for feed in range(news.feeds):
        server.answer(f"/{feed}", partial(publisher.serve, feed))
    engine = sa.create_engine(url)
    started = monotonic()
    with tempfile.TemporaryDirectory() as folder, SlackServer() as slack:
        configs = [
            configure(Path(folder, f"replica{number}"), news, server, slack, url)
            for number in range(scenario.replicas + bool(scenario.kill))
        ]
        daemons = make_daemons(scenario, configs)
        killer = Killer(engine, daemons)
        slack.on_post = killer.on_post
        async with AsyncExitStack() as stack:
            first = daemons[: scenario.replicas]
            await asyncio.gather(*(stack.enter_async_context(daemon) for daemon in first))
            await publish(scenario, publisher, engine, killer, stack)
            await eventually(partial(asyncio.to_thread, is_drained, engine), within=90)
            await asyncio.sleep(2)  # for messages that must not be sent
            shares = [await asyncio.to_thread(read_share, daemon) for daemon in daemons]
            for daemon in daemons:
                await daemon.stop()
        result = await judge(engine, configs[0], news, slack, killer)
        result.figures |= describe_shares(shares) | {"seconds": f"{monotonic() - started:.0f}"}
        logged = [record for daemon in daemons for record in read_log(daemon)]
        levels = Counter(record.get("level") for record in logged)
        result.figures["warnings in the logs"] = str(levels["warning"])
        allowed = POLLS_AT_ONCE if scenario.freezes == "fold" else 0  # their session is ended
        errors = levels["error"] + levels["critical"]
        result.figures["errors in the logs"] = str(errors)
        result.breaches["errors in the logs, unexpected"] = max(errors - allowed, 0)
        for line in [record for record in logged if record.get("level") not in ("info", "debug")][
            :12
        ]:
            print(f"  {line}", file=sys.stderr)
    engine.dispose()
    return result


def make_daemons(scenario: Scenario, configs: list[Path]) -> list[Daemon]:
    launcher = configs[0].with_name("launcher.py")
    launcher.write_text(scenario.launcher, encoding="utf-8")
    launched = configs if scenario.must_break else configs[:1] if scenario.launcher else []
    return [Daemon(config, launcher=launcher if config in launched else None) for config in configs]


def configure(folder: Path, news: News, server: FeedServer, slack: SlackServer, url: str) -> Path:
    """Write the configuration of a replica in its own folder, which also has its log."""
    config = write_config(
        folder,
        feeds={f"Invented {feed}": server.url(f"/{feed}") for feed in range(news.feeds)},
        receivers={"desk": {"url": HOOK.format(number=0), "base_url": slack.url}},
        routes=[{"match": {}, "send": ["desk"], "updates": "message"}],
        database=url,
        stories={"update_wait": "0s"},
        polling={
            "interval": "1s",
            "min_interval": "1s",
            "max_interval": "1s",
            "concurrency": POLLS_AT_ONCE,
            "per_host": POLLS_AT_ONCE,
            "contact": "bench@example.org",
            "allow_private_addresses": True,
        },
    )
    shutil.rmtree(config / "watchlists")
    for name in ("terms", "watchlists"):
        shutil.copytree(SHIPPED / name, config / name)
    return config


async def publish(
    scenario: Scenario,
    publisher: Publisher,
    engine: sa.Engine,
    killer: Killer,
    stack: AsyncExitStack,
) -> None:
    """Change the feeds round by round; in the middle, kill a replica and start another."""
    middle = (publisher.news.rounds + 1) // 2
    victim = killer.daemons[0]
    order = victim.log.with_name("freeze")

    def has_struck() -> bool:
        return not (publisher.on_full or killer.is_armed or order.exists())

    async def strike(number: int) -> None:
        _signal(victim, number)
        await asyncio.sleep(0.3)

    for number in range(publisher.news.rounds + 1):
        is_middle = number == middle
        if is_middle and scenario.kill == "poll":
            killer.killed.append(victim.process.pid if victim.process else 0)
            publisher.on_full = partial(strike, signal.SIGKILL)
        if is_middle and scenario.freezes == "poll":
            publisher.on_full = partial(strike, signal.SIGSTOP)
        if is_middle and scenario.freezes == "fold":
            order.touch()
        killer.is_armed = is_middle and scenario.kill == "send"
        publisher.next_round(number)
        if is_middle and (scenario.kill or scenario.freezes):
            await eventually(has_struck, within=20)
            await asyncio.sleep(4)
            await asyncio.to_thread(end_leases, engine, publisher.etag)
        if is_middle and scenario.kill:
            await stack.enter_async_context(killer.daemons[-1])
        polled = partial(
            asyncio.to_thread, has_polled, engine, publisher.etag, publisher.news.feeds
        )
        await eventually(polled, within=180 if scenario.freezes == "fold" else 40)
        if is_middle and scenario.freezes:
            await strike(signal.SIGCONT)


def _signal(daemon: Daemon, number: int) -> None:
    assert daemon.process is not None
    os.kill(daemon.process.pid, number)


def has_polled(engine: sa.Engine, etag: str, feeds: int) -> bool:
    with engine.connect() as connection:
        query = sa.text("SELECT count(*) FROM feed WHERE etag = :etag")
        return connection.execute(query, {"etag": etag}).scalar_one() == feeds


def end_leases(engine: sa.Engine, etag: str) -> None:
    """End the leases of a dead replica; all living ones have polled by now."""
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE feed SET lease_until = lease_until - interval '15 minutes'"
                " WHERE etag <> :etag AND lease_until IS NOT NULL"
            ),
            {"etag": etag},
        )


def is_drained(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        query = sa.text("SELECT count(*) FROM delivery WHERE state <> 'delivered'")
        return not connection.execute(query).scalar_one()


# ---------------------------------------------------------------- the work of each replica


def read_log(daemon: Daemon) -> list[dict[str, Any]]:
    """Return a replica's log; a line that is not JSON counts as an error."""
    lines = []
    for line in daemon.text().splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            lines.append({"level": "error", "event": line})
    return lines


def read_share(daemon: Daemon) -> tuple[int, ...] | None:
    """Return the work of a replica, in the order of SHARES; None if it is dead."""
    assert daemon.process is not None
    if daemon.process.returncode is not None:
        return None
    port = next(record["port"] for record in read_log(daemon) if record["event"] == "status page")
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()

    def total(pattern: str) -> int:
        return int(
            sum(float(value) for value in re.findall(rf"^{pattern} (\S+)$", text, re.MULTILINE))
        )

    return (
        total(r"straitwatch_feed_polls_total\{.*\}"),
        total(r'straitwatch_feed_polls_total\{outcome="fenced"\}'),
        total(r'straitwatch_entries_total\{outcome="new"\}'),
        total(r'straitwatch_delivery_attempts_total\{.*outcome="delivered".*\}'),
    )


SHARES = ("polls of each", "of them fenced", "new entries of each", "messages sent by each")


def describe_shares(shares: list[tuple[int, ...] | None]) -> dict[str, str]:
    return {
        name: " / ".join("killed" if share is None else str(share[at]) for share in shares)
        for at, name in enumerate(SHARES)
    }


# ---------------------------------------------------------------- conditions

# Each query counts breaches.
CONDITIONS = {
    "entries stored twice": "SELECT count(*) - count(DISTINCT (feed_id, guid)) FROM entry",
    "matched entries in no story": """
        SELECT count(DISTINCT match.entry_id) FROM match
        LEFT JOIN report ON report.entry_id = match.entry_id
        LEFT JOIN story ON story.id = report.story_id WHERE story.id IS NULL""",
    "entries in two stories": "SELECT count(*) - count(DISTINCT entry_id) FROM report",
    "stories without an entry": """
        SELECT count(*) FROM story WHERE id NOT IN (SELECT story_id FROM report)""",
    "stories not opened exactly once": """
        SELECT count(*) FROM (SELECT story_id FROM report GROUP BY story_id
        HAVING count(*) FILTER (WHERE relation = 'new') <> 1) AS odd""",
    "stories opened under one title": """
        SELECT count(*) - count(DISTINCT coalesce(split_part(report.features, chr(31), 1), entry.title))
        FROM report JOIN entry ON entry.id = report.entry_id WHERE report.relation = 'new'""",
    "pages in two stories": """
        SELECT count(*) FROM (SELECT canonical_key FROM report WHERE canonical_key IS NOT NULL
        GROUP BY canonical_key HAVING count(DISTINCT story_id) > 1) AS odd""",
    "outlets lost from a story": """
        SELECT count(DISTINCT (report.story_id, feed.name)) FROM report
        JOIN entry ON entry.id = report.entry_id JOIN feed ON feed.id = entry.feed_id
        JOIN story ON story.id = report.story_id
        WHERE NOT story.outlets::jsonb ? feed.name""",
    "stories whose revision is not their alerts": """
        SELECT count(*) FROM story WHERE revision <>
        (SELECT count(*) FROM alert WHERE alert.story_id = story.id)""",
    "alerts of one story and revision twice": """
        SELECT count(*) - count(DISTINCT (story_id, revision)) FROM alert
        WHERE story_id IS NOT NULL""",
    "alerts not in the outbox exactly once": """
        SELECT count(*) FROM alert WHERE 1 <>
        (SELECT count(*) FROM delivery WHERE delivery.alert_id = alert.id)""",
    "first alerts that share an entry": """
        SELECT count(*) - count(DISTINCT facts::jsonb ->> 'url') FROM alert WHERE revision = 1""",
    "deadlocks": "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    "messages not delivered": "SELECT count(*) FROM delivery WHERE state <> 'delivered'",
}
FIGURES = {
    "entries": "SELECT count(*) FROM entry",
    "entries that matched": "SELECT count(*) FROM report",
    "edited": "SELECT count(*) FROM entry WHERE edited_at IS NOT NULL",
    "stories": "SELECT count(*) FROM story",
    "alerts and updates": "SELECT count(*) FROM alert WHERE story_id IS NOT NULL",
    "alerts": "SELECT count(*) FROM alert WHERE revision = 1",
}


async def judge(
    engine: sa.Engine, config: Path, news: News, slack: SlackServer, killer: Killer
) -> Result:
    """Count the breaches of all conditions, in the database and at Slack."""
    result = Result()
    with engine.connect() as connection:
        for name, query in FIGURES.items():
            result.figures[name] = str(connection.execute(sa.text(query)).scalar_one())
        for name, query in CONDITIONS.items():
            result.breaches[name] = connection.execute(sa.text(query)).scalar_one()
        bodies = connection.execute(sa.text("SELECT body FROM delivery")).scalars().all()
        ids = connection.execute(sa.text("SELECT id FROM entry")).scalars()
        result.entry_ids = frozenset(ids)
        matches = connection.execute(sa.text("SELECT entry_id, watchlist FROM match"))
        result.matches = frozenset((match.entry_id, match.watchlist) for match in matches)
    result.breaches["published entries that are not stored"] = abs(
        len(news.guids()) - len(result.entry_ids)
    )
    _compare_with_slack(result, [bytes(body) for body in bodies if body is not None], slack, killer)
    folder = config.parent
    result.breaches["problems of the outbox"] = len(await outbox_problems(config))
    _, out, err = await straitwatch("replay", "--config", str(config), cwd=folder)
    found = re.search(
        r"^([\d,]+) reports? folded again, ([\d,]+) with a different result", out, re.MULTILINE
    )
    if found is None:
        raise RuntimeError(f"unexpected output of replay: {out}{err}")
    result.figures["folded again"] = found[1].replace(",", "")
    result.breaches["folds that replay decides differently"] = int(found[2].replace(",", ""))
    if found[2] != "0":
        print(out[:3000], file=sys.stderr)
    result.breaches["reports that replay did not fold"] = abs(
        int(result.figures["folded again"]) - int(result.figures["entries that matched"])
    )
    return result


def _compare_with_slack(
    result: Result, bodies: list[bytes], slack: SlackServer, killer: Killer
) -> None:
    """Compare the channel with the frozen bytes of the outbox, message by message."""
    frozen = Counter(_canonical(json.loads(body)) for body in bodies)
    shown = Counter(_canonical(message) for message in slack.messages)
    marked = sum(MARK in json.dumps(message) for message in slack.messages)
    repeats = shown.total() - len(shown)
    result.figures["messages at Slack"] = str(len(slack.messages))
    result.figures["repeats, marked"] = f"{repeats}, {marked}"
    result.breaches["messages of the outbox that are not at Slack"] = len(
        frozen.keys() - shown.keys()
    )
    result.breaches["messages at Slack that are not in the outbox"] = len(
        shown.keys() - frozen.keys()
    )
    result.breaches["messages twice in the outbox"] = frozen.total() - len(frozen)
    # After a kill, at most one message is unsure, and its repeat is marked.
    result.breaches["alerts twice, beyond a marked one for each kill"] = max(
        repeats - min(marked, len(killer.killed)), 0
    )


def _canonical(message: dict[str, Any]) -> str:
    blocks = [block for block in message.get("blocks", []) if MARK not in json.dumps(block)]
    return json.dumps({**message, "blocks": blocks}, sort_keys=True)


# ---------------------------------------------------------------- the table


def print_results(scenarios: list[Scenario], results: list[Result]) -> bool:
    width = max(len(name) for result in results for name in (*result.figures, *result.breaches))
    columns = [
        max(len(scenario.name), *(len(cell) for cell in result.figures.values())) + 2
        for scenario, result in zip(scenarios, results, strict=True)
    ]

    def row(name: str, cells: list[str]) -> None:
        pairs = zip(cells, columns, strict=True)
        print(f"{name:<{width}}" + "".join(f"{cell:>{size}}" for cell, size in pairs))

    row("", [scenario.name for scenario in scenarios])
    for name in results[0].figures:
        row(name, [result.figures[name] for result in results])
    print("must be 0:")
    for name in results[0].breaches:
        row(name, [str(result.breaches[name]) for result in results])
    broken = [any(result.breaches.values()) for result in results]
    return broken == [scenario.must_break for scenario in scenarios]


if __name__ == "__main__":
    sys.exit(main())
