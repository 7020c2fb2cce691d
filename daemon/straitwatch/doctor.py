"""Checks the machine, the configuration and the database, and gives a hint for each problem."""

import asyncio
import pyexpat
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from straitwatch import __version__
from straitwatch import store as db
from straitwatch.config import Settings
from straitwatch.core.diagnosis import count_failing, is_cut_off, outage_hint, summarize_causes
from straitwatch.core.feed_condition import SILENT
from straitwatch.core.feed_words import count_conditions, describe_condition
from straitwatch.core.liveness import DatabaseState, describe_runs, list_faults
from straitwatch.core.model import Proxies
from straitwatch.core.plural import counted
from straitwatch.core.policy import SILENT_AFTER
from straitwatch.core.receivers import describe_receivers
from straitwatch.core.redact import redact_address
from straitwatch.encoder import Encoder
from straitwatch.engines import describe, engine_of
from straitwatch.errors import StoreError
from straitwatch.store import RESTORE_HINT, Store

_SAFE_EXPAT = (2, 6, 0)  # older ones parse some documents in quadratic time (CVE-2023-52425)
_FREE_BYTES = 200_000_000
_FEEDS_NAMED = 12  # more failing feeds get one line, so that other findings stay in sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one check."""

    name: str
    is_good: bool
    text: str
    hint: str = ""
    is_warning: bool = False  # not good, but it works: no problem


def examine(config: Settings, *, now: datetime) -> Iterator[Finding]:
    """Run every check; a check only reads."""
    yield from _machine()
    yield asyncio.run(_encoder(engine_of(config.encoder)))
    yield from _configuration(config)
    yield check_proxies(config.polling.proxies)
    yield from _database(config, now=now)


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(name="version", is_good=True, text=f"{__version__} on Python {version}")
    expat = pyexpat.version_info
    is_safe = expat >= _SAFE_EXPAT
    yield Finding(
        name="expat",
        is_good=True,  # the worker's deadline holds with any version
        text=".".join(map(str, expat)),
        hint="" if is_safe else "version 2.6 resists more attacks; a newer Python has it",
    )


async def _encoder(engine: str) -> Finding:
    """Encode a word, the only proof that the encoder works on this machine."""
    encoder = Encoder(engine)
    because = encoder.unavailable_reason
    if because:
        return Finding(name="encoder", is_good=True, text=describe(because))
    began_at = asyncio.get_running_loop().time()
    vectors = await encoder.encode(["Straitwatch"])
    seconds = asyncio.get_running_loop().time() - began_at
    await encoder.close()
    works = vectors != [None]
    return Finding(
        name="encoder",
        is_good=works,
        is_warning=not works,
        text=f"{encoder.model}, first vector after {seconds:.1f} s"
        if works
        else describe(encoder.problem),
        hint="" if works else "switch it off with `stories: {encoder: off}`",
    )


def _configuration(config: Settings) -> Iterator[Finding]:
    errors = [problem for problem in config.notices if not problem.is_warning]
    text = f"{len(config.feeds)} feeds, {len(config.watchlists)} watch-lists, {config.version}"
    if errors:
        text = f"{counted(len(errors), 'problem')}, so the last valid one is active"
    yield Finding(
        name="configuration",
        is_good=not errors,
        text=text,
        hint="see `straitwatch check`" if errors else "",
    )
    for name, receiver in config.receivers.items():
        if receiver.broken_because:
            yield Finding(
                name=f"receiver {name}",
                is_good=False,
                is_warning=True,
                text=receiver.broken_because,
                hint=config.without_receiver(name),
            )


def check_proxies(proxies: Proxies) -> Finding:
    """Name the proxies in use, without their credentials."""
    names = {redact_address(proxy) for proxy in (proxies.http, proxies.https) if proxy}
    text = f"{' and '.join(sorted(names))}, from {proxies.source}" if names else "none"
    if names and proxies.bypass:
        text += f"; not for {', '.join(proxies.bypass)}"
    return Finding(name="proxy", is_good=True, text=text)


def _database(config: Settings, *, now: datetime) -> Iterator[Finding]:
    try:
        store = Store.open(config.database, migrate=False)
    except StoreError as error:
        text, _, hint = str(error).partition("\nhint: ")
        yield Finding(name="database", is_good=False, text=text, hint=hint)
        return
    try:
        yield _whole(store)
        yield from _receivers(store, config, now=now)
        yield from _daemon(store, config, now=now)
        yield from _work(store, now=now, zone=ZoneInfo(config.timezone))
        yield _disk(store.folder or Path.cwd())
    finally:
        store.close()


def _receivers(store: Store, config: Settings, *, now: datetime) -> Iterator[Finding]:
    """Yield the last answer of each receiver that is set up."""
    conditions, zone = store.call(db.receiver_conditions), ZoneInfo(config.timezone)
    for status in describe_receivers(conditions, config.receivers, now, zone):
        if not config.receivers[status.name].broken_because:
            yield Finding(
                name=f"receiver {status.name}",
                is_good=not status.hint,
                is_warning=bool(status.hint) and not status.is_broken,
                text=status.state,
                hint=status.hint,
            )


def _whole(store: Store) -> Finding:
    if damage := store.find_damage():
        text = f"the database is damaged: {damage}"
        return Finding(name="database", is_good=False, text=text, hint=RESTORE_HINT)
    return Finding(name="database", is_good=True, text=f"{store.dialect}, schema is current")


def _daemon(store: Store, config: Settings, *, now: datetime) -> Iterator[Finding]:
    liveness = store.call(db.liveness, now, config.canary)
    zone = ZoneInfo(config.timezone)
    database = DatabaseState(is_locked=store.is_locked)
    faults = list_faults(liveness, now=now, database=database, zone=zone)
    for fault in faults:
        yield Finding(name="daemon", is_good=False, text=fault.text, hint=fault.hint)
    if not faults:
        yield Finding(name="daemon", is_good=True, text=describe_runs(liveness, zone))


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free // 1_000_000:,} MB free in {folder}"
    return Finding(name="disk", is_good=free > _FREE_BYTES, text=text)


def _work(store: Store, *, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    counts = store.call(db.status_counts, now)
    polled_at = counts.last_polled_at
    is_working = polled_at is not None and now - polled_at < SILENT_AFTER
    yield Finding(
        name="polls",
        is_good=is_working,
        text=f"last {polled_at.astimezone(zone):%d %b %H:%M %Z}" if polled_at else "never",
    )
    yield from _feeds(counts)
    yield from _silent_feeds(counts, now=now, zone=zone)
    problems = store.call(db.check_outbox, now)
    for problem in problems:
        yield Finding(name="outbox", is_good=False, text=problem, hint="please report this bug")
    if not problems:
        text = f"{counted(counts.pending, 'message')} waiting, no contradiction"
        yield Finding(name="outbox", is_good=True, text=text)
    yield Finding(
        name="dead letters",
        is_good=not counts.dead,
        text=str(counts.dead or "none"),
        hint="see `straitwatch outbox list --state dead`" if counts.dead else "",
    )


def _silent_feeds(counts: db.StatusCounts, *, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield a finding for the feeds that can be read but bring no news."""
    silent = [feed for feed in counts.diagnosis.feeds if feed.condition in SILENT]
    if not silent:
        return
    worst = silent[0]
    more = f", and {len(silent) - 1} more" if len(silent) > 1 else ""
    words = describe_condition(worst, now=now, zone=zone)
    yield Finding(
        name="feeds without news",
        is_good=False,
        is_warning=True,
        text=f"{count_conditions(feed.condition for feed in silent)}: {worst.name}{more}",
        hint=f"{worst.name}: {words}; see `straitwatch feeds health --problems`",
    )


def _feeds(counts: db.StatusCounts) -> Iterator[Finding]:
    """Yield a finding for each failing feed; a single one if all or many of them fail."""
    failed = len(counts.troubles)
    causes = summarize_causes(trouble.detail or trouble.outcome for trouble in counts.troubles)
    if is_cut_off(feeds=counts.feeds, failed=failed):
        text = f"{count_failing(feeds=counts.feeds, failed=failed)}: {causes}"
        hint = outage_hint(trouble.outcome for trouble in counts.troubles)
        yield Finding(name="feeds", is_good=False, text=text, hint=hint)
        return
    if failed > _FEEDS_NAMED:
        text = f"{count_failing(feeds=counts.feeds, failed=failed)}: {causes}"
        hint = "`straitwatch feeds health` names them"
        yield Finding(name="feeds", is_good=False, is_warning=True, text=text, hint=hint)
        return
    for trouble in counts.troubles:
        words = trouble.detail.removeprefix("the ") or trouble.outcome
        text = f"{words} ({counted(trouble.failures, 'failure')} in a row)"
        yield Finding(name=f"feed {trouble.name}", is_good=False, is_warning=True, text=text)
