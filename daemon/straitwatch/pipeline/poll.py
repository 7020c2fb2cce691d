"""Polls one feed: fetch, parse, build reports, then commit everything in one transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import perf_counter

import structlog

from straitwatch import store as db
from straitwatch.core.baseline import silent_entries
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.model import (
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    KnownEntry,
    NotModified,
    ParsedDocument,
    PlannedEntry,
    PollPolicy,
    PollReport,
    Report,
    SeenItems,
    Validators,
)
from straitwatch.core.moves import learned_address
from straitwatch.core.parse import hash_entries
from straitwatch.core.parse_document import ParseRequest
from straitwatch.core.pauses import pause_of
from straitwatch.core.recognize import are_unread_stored, with_own_ids
from straitwatch.core.report import (
    REKEY_ENTRIES,
    REKEY_WHOLE,
    Arrival,
    add_vectors,
    build_reports,
    gather_poll,
    meaning_of,
    rekeyed_document,
    rekeyed_entries,
)
from straitwatch.core.rules import Rules
from straitwatch.core.validators import are_repeated, is_suspect, validators_to_send
from straitwatch.encoder import Encoder
from straitwatch.pipeline.commit import FENCED, commit_document
from straitwatch.pipeline.tools import Tools
from straitwatch.store import Transaction
from straitwatch.telemetry import Metrics

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

BUILD_SECONDS = 0.02  # for which the reports of a document may block the event loop
ENCODE_AT_MOST = 300  # reports of one document take half a minute; the others get no vector

_NO_IDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFeed:
    """A feed that was fetched: its state before, the validators that were sent, and the answer."""

    feed: Feed
    state: FeedState
    sent: Validators
    result: FetchResult


async def fetch_feed(feed: Feed, state: FeedState, *, tools: Tools) -> FetchedFeed:
    """Fetch one feed: the part of a poll that waits for a server."""
    sent = validators_to_send(state, tools.clock())
    address = learned_address(state.profile.move, tools.clock())
    result = await tools.fetcher.fetch(feed, sent, at=address)
    return FetchedFeed(feed=feed, state=state, sent=sent, result=result)


async def ingest_feed(
    fetched: FetchedFeed, *, tools: Tools, rules: Rules, policy: PollPolicy
) -> PollReport:
    """Read the answer of a feed's server, and commit the changes."""
    result = fetched.result
    outcome = _start_outcome(fetched.feed, fetched.state, policy, tools)
    match result:
        case NotModified():
            return await _complete(outcome.unchanged("not_modified", result), tools)
        case FetchFailed():
            log.info("feed failed", outcome=result.kind, detail=result.detail)
            if pause := pause_of(result, outcome.now):
                log.info("host paused", host=pause.host, until=pause.until_at.isoformat())
                await tools.store.run(db.add_pause, pause)
            return await _complete(outcome.failed(result), tools)
        case Fetched() if result.body_hash == fetched.state.body_hash:
            return await _complete(outcome.unchanged("unchanged", result), tools)
        case Fetched():
            outcome = replace(outcome, sent=fetched.sent)
            return await _ingest_document(outcome, result, tools=tools, rules=rules)


async def record_broken_poll(
    feed: Feed, state: FeedState, error: Exception, *, tools: Tools, policy: PollPolicy
) -> PollReport:
    """Record a poll that failed inside Straitwatch, so that the feed shows as failing."""
    outcome = _start_outcome(feed, state, policy, tools)
    return await _complete(outcome.broken(error), tools)


def _start_outcome(feed: Feed, state: FeedState, policy: PollPolicy, tools: Tools) -> FeedOutcome:
    return FeedOutcome(
        feed=feed,
        state=state,
        policy=policy,
        now=tools.clock(),
        jitter=tools.jitter.random(),
        demand=tools.pace.demand_for(feed.id),
    )


# ---------------------------------------------------------------- before the transaction


async def _ingest_document(
    outcome: FeedOutcome, fetched: Fetched, *, tools: Tools, rules: Rules
) -> PollReport:
    seen = await tools.store.run(db.seen_items, outcome.feed.id)
    entries_hash = hash_entries(fetched.body, context=_context(outcome.feed, fetched))
    if entries_hash and entries_hash == seen.entries_hash:
        return await _complete(outcome.unchanged("unchanged", fetched), tools)
    document, known = await _read_document(outcome, fetched, seen, tools)
    if not document.is_feed:
        log.warning("feed unreadable", outcome=document.problem, detail=document.detail)
        return await _complete(outcome.unreadable(document), tools)
    document = replace(document, seen=replace(document.seen, entries_hash=entries_hash))
    arrival = await describe_arrival(outcome, document, known, tools=tools, rules=rules)
    new = {entry.id for entry in document.entries if entry.id not in known}
    has_changes = any(arrival.has_changed(entry) for entry in document.entries)
    items = await build_items(document.entries, arrival, rules, tools.encoder)
    after = outcome.parsed(
        fetched,
        document,
        new=new - arrival.rekeyed,
        matched=sum(isinstance(item, Report) and not item.is_edited for item in items),
        has_wrong_validators=has_changes and await _has_wrong_validators(outcome, fetched, tools),
    )
    poll = gather_poll(document, arrival, after, items)
    report = await commit_document(poll, store=tools.store, rules=rules, folding=tools.folding)
    if arrival.silent:
        log.info("older entries recorded without alerts", entries=len(arrival.silent))
    if after.blind and after.blind.filled_at is None and report.outcome != FENCED:
        tools.metrics.possible_gaps.inc()
        log.warning(
            "no known entry among the oldest: others may have been missed",
            since=after.blind.since_at,
        )
    _count(report, len(known), tools.metrics)
    return report


def _context(feed: Feed, fetched: Fetched) -> str:
    """Return the settings that decide how a body is read."""
    return f"{fetched.url} {fetched.content_type} {feed.encoding}"


async def _read_document(
    outcome: FeedOutcome, fetched: Fetched, seen: SeenItems, tools: Tools
) -> tuple[ParsedDocument, Mapping[str, KnownEntry]]:
    """Parse the new items of a document, or all if stored entries are missing."""
    request = parse_request(outcome.feed, fetched, outcome.now)
    document = await tools.pool.parse(replace(request, seen=seen))
    if not document.is_feed:
        return document, {}
    find_known = partial(recognize_entries, now=outcome.now)
    document, known = await tools.store.run(find_known, outcome.feed, document)
    if are_unread_stored(document, known):
        return document, known
    log.warning("stored entries are missing", feed=outcome.feed.name)
    document = await tools.pool.parse(request)
    return await tools.store.run(find_known, outcome.feed, document)


async def _has_wrong_validators(outcome: FeedOutcome, fetched: Fetched, tools: Tools) -> bool:
    """Return True if the validators from before a change of entries are still answered with 304."""
    feed, state, now = outcome.feed, outcome.state, outcome.now
    if are_repeated(state, fetched.validators, now):
        return True
    if not is_suspect(state, outcome.sent, now):
        return False
    again = await tools.fetcher.fetch(feed, state.validators, at=fetched.asked)
    is_wrong = isinstance(again, NotModified)
    if is_wrong:
        log.warning("server hid entries", answered=304, since=state.unmodified_since_at)
    return is_wrong


def parse_request(feed: Feed, fetched: Fetched, now: datetime) -> ParseRequest:
    """Return the request to parse a body with the settings of its feed."""
    return ParseRequest(
        body=fetched.body,
        feed_id=feed.id,
        url=fetched.url,
        content_type=fetched.content_type,
        encoding=feed.encoding,
        timezone=feed.timezone,
        language=feed.language,
        fetched_at=now,
    )


def recognize_entries(
    tx: Transaction, feed: Feed, document: ParsedDocument, *, now: datetime
) -> tuple[ParsedDocument, Mapping[str, KnownEntry]]:
    """Find the entries that are stored already; entries under a reused GUID get their own ids."""
    known = db.known_entries(tx, [entry.id for entry in document.entries], now=now)
    changed = [
        entry.id
        for entry in document.entries
        if entry.id in known
        and known[entry.id].text_hash != entry.text_hash
        and entry.id not in document.unread
    ]
    if not changed:
        return document, known
    earlier = db.earlier_entries(tx, changed)
    document = with_own_ids(document, earlier, feed_id=feed.id, now=now)
    others = [entry.id for entry in document.entries if entry.id not in known]
    return document, known | db.known_entries(tx, others, now=now)


async def describe_arrival(
    outcome: FeedOutcome,
    document: ParsedDocument,
    known: Mapping[str, KnownEntry],
    *,
    tools: Tools,
    rules: Rules,
) -> Arrival:
    """Find the entries that are not news: a new feed's archive, and old entries under new ids."""
    state, now, entries = outcome.state, outcome.now, document.entries
    backfill = rules.policy.backfill
    is_new_feed = state.baseline_at is None
    return Arrival(
        feed=outcome.feed,
        state=state,
        seen_at=now,
        known=known,
        silent=silent_entries(document, known, state=state, backfill=backfill, now=now),
        rekeyed=_NO_IDS if is_new_feed else await _find_rekeyed(state, entries, known, tools),
    )


async def _find_rekeyed(
    state: FeedState, entries: Sequence[Entry], known: Mapping[str, KnownEntry], tools: Tools
) -> frozenset[str]:
    """Return the new ids of old entries, if the feed has reissued many or all of its entries."""
    new = [entry for entry in entries if entry.id not in known]
    is_whole = len(new) == len(entries) >= REKEY_WHOLE
    if len(new) < REKEY_ENTRIES and not is_whole:
        return _NO_IDS
    find = partial(db.familiar_entries, with_text=len(new) < REKEY_ENTRIES)
    familiar = await tools.store.run(find, state.feed_id, new)
    if len(new) >= REKEY_ENTRIES:
        rekeyed = rekeyed_entries(new, familiar)
    else:
        rekeyed = rekeyed_document(new, familiar, last_ok_at=state.last_whole_at)
    if rekeyed:
        log.warning("feed reissued its entries under new ids", new=len(new), known=len(rekeyed))
    return rekeyed


async def build_items(
    entries: Iterable[Entry], arrival: Arrival, rules: Rules, encoder: Encoder
) -> list[Report | PlannedEntry]:
    """Make the reports of a document with their vectors, in steps between which other tasks run."""
    changed = [entry for entry in entries if arrival.has_changed(entry)]
    items: list[Report | PlannedEntry] = []
    started = perf_counter()
    for item in build_reports(changed, arrival, rules):
        items.append(item)
        if perf_counter() - started > BUILD_SECONDS:
            await asyncio.sleep(0)
            started = perf_counter()
    reports = [item for item in items if isinstance(item, Report)][:ENCODE_AT_MOST]
    vectors = await encoder.encode([meaning_of(report) for report in reports])
    encoded = iter(list(add_vectors(reports, vectors)))
    return [next(encoded, item) if isinstance(item, Report) else item for item in items]


# ---------------------------------------------------------------- the result


async def _complete(after: FeedState, tools: Tools) -> PollReport:
    """Record a poll that brought no entries."""
    is_ours = await tools.store.batch(db.complete_polls, after)
    outcome = after.last_outcome if is_ours else FENCED
    tools.metrics.polls.labels(outcome=outcome).inc()
    return PollReport(
        feed_id=after.feed_id,
        outcome=outcome,
        detail=after.last_detail,
        is_failure=is_ours and after.failures > 0,
        is_behind=is_ours and after.failures == 0 and after.profile.backfill is not None,
    )


def _count(report: PollReport, known: int, metrics: Metrics) -> None:
    metrics.polls.labels(outcome=report.outcome).inc()
    metrics.entries.labels(outcome="new").inc(report.entries_new)
    metrics.entries.labels(outcome="known").inc(known)
    for reason in report.reasons:
        metrics.decisions.labels(reason=reason).inc()
