"""Looks for the entries of a blind window on the older pages of a feed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from straitwatch import store as db
from straitwatch.core.backfill import (
    continue_backfill,
    is_on_site,
    is_reached,
    retry_backfill,
    within_window,
)
from straitwatch.core.blind_windows import oldest_entries
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.identity import host_of
from straitwatch.core.model import (
    Backfill,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    ParsedDocument,
    PollPolicy,
    PollReport,
)
from straitwatch.core.pauses import pause_of
from straitwatch.core.report import gather_poll
from straitwatch.core.rules import Rules
from straitwatch.pipeline.commit import FENCED, commit_document
from straitwatch.pipeline.poll import (
    build_items,
    describe_arrival,
    parse_request,
    recognize_entries,
)
from straitwatch.pipeline.tools import Tools

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page of older entries, and its consequences for the search."""

    document: ParsedDocument
    new: tuple[Entry, ...]
    is_last: bool  # it reaches the start of the window
    next: Backfill | None


async def backfill_feed(
    feed: Feed,
    *,
    tools: Tools,
    rules: Rules,
    policy: PollPolicy,
    take_turn: Callable[[str], Awaitable[None]],
) -> tuple[PollReport, ...]:
    """Read older pages until one reaches the start of the window, and commit their entries.

    The state after each page is committed with its entries, so that a crash or a failing server
    only postpones the rest of the search to the next poll. `take_turn` waits until a host may be
    asked; a pause of the host ends the search until the next poll.
    """
    reports: list[PollReport] = []
    state = await tools.store.run(db.feed_state, feed.id)
    while state and (backfill := state.profile.backfill):
        host = host_of(backfill.url)
        await take_turn(host)
        if host in await tools.store.run(db.active_pauses, tools.clock()):
            break
        outcome = FeedOutcome(feed=feed, state=state, policy=policy, now=tools.clock(), jitter=0.0)
        page = await _read_page(outcome, backfill, tools)
        if page is None:
            await _postpone(state, backfill, tools)
            break
        state = _with_backfill(state, page.next)
        outcome = replace(outcome, state=state)
        report = await _commit(outcome, page, backfill, tools=tools, rules=rules)
        if report.outcome == FENCED:
            break
        reports.append(report)
    return tuple(reports)


async def _read_page(outcome: FeedOutcome, backfill: Backfill, tools: Tools) -> _Page | None:
    """Fetch a page and find out if it reaches the start of the window; None if it is no feed."""
    fetched = await tools.older.fetch(outcome.feed, at=backfill.url)
    if isinstance(fetched, FetchFailed) and (pause := pause_of(fetched, outcome.now)):
        await tools.store.run(db.add_pause, pause)
    if not isinstance(fetched, Fetched) or not is_on_site(fetched.url, backfill.url):
        return None
    request = parse_request(outcome.feed, fetched, outcome.now)
    document = await tools.pool.parse(replace(request, is_sitemap=backfill.is_sitemap))
    if not document.is_feed:
        return None
    find_known = partial(recognize_entries, now=outcome.now)
    document, known = await tools.store.run(find_known, outcome.feed, document)
    new = tuple(entry for entry in document.entries if entry.id not in known)
    if backfill.is_sitemap:
        new = within_window(new, backfill.since_at)
        new = await tools.store.run(db.entries_without_page, new)
    oldest = [entry.id for entry in oldest_entries(document.entries) if entry.id in known]
    seen_before = await tools.store.run(db.were_seen_before, oldest, backfill.since_at)
    is_last = is_reached(document.entries, backfill.since_at, seen_before=seen_before)
    rest = None if is_last else continue_backfill(backfill, document, has_new=bool(new))
    return _Page(document=document, new=new, is_last=is_last, next=rest)


async def _commit(
    outcome: FeedOutcome, page: _Page, backfill: Backfill, *, tools: Tools, rules: Rules
) -> PollReport:
    """Commit the new entries of a page like those of a poll, and note them in the window."""
    document = replace(page.document, entries=page.new)
    arrival = await describe_arrival(outcome, document, {}, tools=tools, rules=rules)
    items = await build_items(page.new, arrival, rules, tools.encoder)
    poll = replace(gather_poll(document, arrival, outcome.state, items), seen=None)
    report = await commit_document(poll, store=tools.store, rules=rules, folding=tools.folding)
    if report.outcome == FENCED:
        return report
    await tools.store.run(
        db.fill_window,
        outcome.feed.id,
        backfill.since_at,
        found=report.entries_new,
        filled_at=outcome.now if page.is_last else None,
    )
    log.info("older page read", entries=report.entries_new, is_last=page.is_last)
    tools.metrics.backfill_pages.labels(outcome="read").inc()
    tools.metrics.entries.labels(outcome="new").inc(report.entries_new)
    return report


async def _postpone(state: FeedState, backfill: Backfill, tools: Tools) -> None:
    """Try a page again after the next poll, a few times at most."""
    log.warning("older page unreadable", page=backfill.pages + 1)
    tools.metrics.backfill_pages.labels(outcome="failed").inc()
    await tools.store.batch(db.complete_polls, _with_backfill(state, retry_backfill(backfill)))


def _with_backfill(state: FeedState, backfill: Backfill | None) -> FeedState:
    return replace(state, profile=replace(state.profile, backfill=backfill))
