"""The product on one screen.

    poll     claim -> fetch -> parse -> build reports -> [ fold -> advance -> write ] a transaction
    deliver  claim -> freeze -> send -> record one of five outcomes
    digest   once a window -> gather -> write
    replay   the same fold over stored reports, in their order
    backtest the same reports -> fold -> advance over stored entries, writing nothing

Network and parsing happen outside transactions; entries, stories, matches, alerts, deliveries and
the feed's validators commit together; a message leaves only after that commit.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

import structlog

from straitwatch import store as db
from straitwatch.core.backtest import Backtest, BacktestResult
from straitwatch.core.baseline import silent_entries
from straitwatch.core.cluster import STORY_AGE, FoldProfile, Lexicon, StoryWindow
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.corrections import corrected_stories
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.identity import alert_id, delivery_key
from straitwatch.core.model import (
    BY_HAND,
    Alert,
    AlertFacts,
    AlertKind,
    Delivery,
    DeliveryState,
    DigestFacts,
    DigestItem,
    DigestPlan,
    Entry,
    Facts,
    Fallback,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    Fold,
    FoldedReport,
    KnownEntry,
    NoticeFacts,
    NotModified,
    Outcome,
    ParsedDocument,
    ParseProblem,
    PlannedEntry,
    Poll,
    PollPolicy,
    PollReport,
    Reason,
    Report,
    ReportStatus,
    SendJob,
    SendResult,
    Severity,
    Story,
    StoryConstraint,
)
from straitwatch.core.parse_document import ParseRequest
from straitwatch.core.plan import (
    RETURNED,
    SAME_GUID,
    PollContext,
    Release,
    name_source,
    plan_poll,
    plan_release,
)
from straitwatch.core.recognize import with_own_ids
from straitwatch.core.report import (
    REKEY_ENTRIES,
    REKEY_WHOLE,
    Arrival,
    add_vectors,
    build_reports,
    gather_poll,
    make_report,
    meaning_of,
    rekeyed_document,
    rekeyed_entries,
    split_poll,
)
from straitwatch.core.rules import Rules
from straitwatch.core.schedule import after_attempt, due_digest
from straitwatch.deliver import Driver, SenderThreads
from straitwatch.encoder import Encoder
from straitwatch.errors import StoreError
from straitwatch.fetch import Fetcher
from straitwatch.parsepool import ParsePool
from straitwatch.store import ClaimedDelivery, Store, Transaction
from straitwatch.telemetry import Metrics

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

WINDOW = StoryWindow.MEMORY  # of matched reports that folding still looks at
SEND_LEASE = timedelta(seconds=30)  # renewed while a send lasts
RENEW_EVERY = SEND_LEASE / 3
_RECORD_WAITS = (0.5, 1, 2, 4, 8)  # seconds; together within a lease that was just renewed
# Longer than forty polls of one slow host, two at a time, 30 s each: a poll waits for its turn.
FEED_LEASE = timedelta(minutes=15)
IN_FLIGHT = timedelta(minutes=5)  # at most: a poll is dated before it is parsed and committed
BUILD_AT_ONCE = 8  # entries, some 20 ms: so long nothing else runs
ENCODE_AT_MOST = 300  # reports of one document: half a minute; the rest folds by words and names
COMMIT_AT_ONCE = 200  # reports of one transaction: so long another poll waits for its commit
FENCED = "fenced"  # the outcome of a poll whose feed somebody else has claimed since
NOTHING: frozenset[str] = frozenset()
_READ_SINCE = "digest reads since "  # and the digest's name: a small fact
_BESIDE_SINCE = "digest reads beside since "  # commentary and running stories; the digest's name
DIGEST_ITEMS = 100  # Gmail clips at 102 KB: about 450 bytes an item
DIGEST_ASIDE = 10  # lines at most of what is listed beside the stories


@dataclass(slots=True)
class FoldWindowCache:
    """The fold window and how far into the store it has read.

    It lives in the store's thread.
    """

    window: StoryWindow | None = None
    seq: int = 0
    edit_seq: int = 0
    generation: str = ""  # of what people corrected and released

    def catch_up(self, tx: Transaction, beat: CompiledBeat, *, now: datetime) -> StoryWindow:
        """Bring the window up to what is committed.

        It is rebuilt when it ran ahead, when a person has corrected a story or released reports,
        and when the names or common words of the beat have changed.
        """
        newest, generation = db.last_seq(tx), db.fold_generation(tx)
        window = self.window
        is_of_beat = window is not None and window.lexicon.is_same(beat.lexicon)
        if window is None or not is_of_beat or newest < self.seq or generation != self.generation:
            constraints = db.story_constraints(tx, since_at=now - WINDOW)
            window = StoryWindow(beat.lexicon, constraints=constraints)
            self.seq, self.edit_seq, self.generation = 0, 0, generation
            self.window = window
        if newest > self.seq:
            closed_before = None if self.seq else now - STORY_AGE
            for report in db.recent_reports(
                tx, since_at=now - WINDOW, after_seq=self.seq, reader=beat.reader
            ):
                window.restore(report, closed_before=closed_before)
                self.seq = report.seq
            self.seq = max(self.seq, newest)
        if db.last_edit_seq(tx) > self.edit_seq:
            for edit in db.sent_edits(tx, since_at=now - WINDOW, after_seq=self.edit_seq):
                window.note_sent(edit.features, edit.story_id)
                self.edit_seq = edit.seq
        window.expire(now)
        return window

    def drop(self) -> None:
        """Forget the window: what it holds was not committed."""
        self.window = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the pipeline works with; made in `app`, closed in `app`."""

    store: Store
    fetcher: Fetcher
    pool: ParsePool
    encoder: Encoder
    senders: SenderThreads
    metrics: Metrics
    folding: FoldWindowCache
    clock: Callable[[], datetime]
    jitter: Random
    worker: str


# ---------------------------------------------------------------- poll


async def ingest_feed(
    feed: Feed, state: FeedState, *, tools: Tools, rules: Rules, policy: PollPolicy
) -> PollReport:
    """Poll one feed and commit everything that it changes."""
    result = await tools.fetcher.fetch(feed, state)
    outcome = FeedOutcome(
        feed=feed, state=state, policy=policy, now=tools.clock(), jitter=tools.jitter.random()
    )
    match result:
        case NotModified():
            return await _complete(outcome.unchanged("not_modified", result), tools)
        case FetchFailed():
            log.info("feed failed", outcome=result.kind, detail=result.detail)
            return await _complete(outcome.failed(result), tools)
        case Fetched() if result.body_hash == state.body_hash:
            return await _complete(outcome.unchanged("unchanged", result), tools)
        case Fetched():
            return await _ingest_document(outcome, result, tools=tools, rules=rules)


async def _ingest_document(
    outcome: FeedOutcome, fetched: Fetched, *, tools: Tools, rules: Rules
) -> PollReport:
    feed, state, now = outcome.feed, outcome.state, outcome.now
    read = await tools.pool.read(
        ParseRequest(
            body=fetched.body,
            feed_id=feed.id,
            url=fetched.url,
            content_type=fetched.content_type,
            encoding=feed.encoding,
            timezone=feed.timezone,
            language=feed.language,
            fetched_at=now,
        )
    )
    if not read.is_feed:
        problem = read.problem or ParseProblem.NOT_A_FEED
        log.warning("feed unreadable", outcome=problem, detail=read.detail)
        return await _complete(outcome.unreadable(problem, read.detail), tools)
    read, known = await tools.store.run(recognize_entries, feed, read, now=now)
    arrival = Arrival(
        feed=feed,
        state=state,
        seen_at=now,
        known=known,
        silent=silent_entries(read, known, state=state, backfill=rules.policy.backfill, now=now),
        rekeyed=await _rekeyed(state, read.entries, known, tools) if state.baseline_at else NOTHING,
    )
    has_new = any(entry.id not in known for entry in read.entries)
    after = outcome.read(fetched, read, has_new=has_new)
    poll = gather_poll(
        read, arrival, after, await _build(read.entries, arrival, rules, tools.encoder)
    )
    report = await _commit(poll, tools=tools, rules=rules)
    if report.is_baseline:
        log.info("first sight of a feed: a silent baseline", entries=report.entries)
    _count(report, len(known), tools.metrics)
    return report


def recognize_entries(
    tx: Transaction, feed: Feed, read: ParsedDocument, *, now: datetime
) -> tuple[ParsedDocument, Mapping[str, KnownEntry]]:
    """Find which entries are known; those under a reused GUID get ids of their own."""
    known = db.known_entries(tx, [entry.id for entry in read.entries], now=now)
    changed = [
        entry.id
        for entry in read.entries
        if entry.id in known and known[entry.id].text_hash != entry.text_hash
    ]
    if not changed:
        return read, known
    earlier = db.earlier_entries(tx, changed)
    read = with_own_ids(read, earlier, feed_id=feed.id, now=now)
    others = [entry.id for entry in read.entries if entry.id not in known]
    return read, known | db.known_entries(tx, others, now=now)


async def _build(
    entries: Iterable[Entry], arrival: Arrival, rules: Rules, encoder: Encoder
) -> list[Report | PlannedEntry]:
    """Make the reports of a document; a long one lets other work pass now and then."""
    changed = [entry for entry in entries if arrival.has_changed(entry)]
    built: list[Report | PlannedEntry] = []
    for start in range(0, len(changed), BUILD_AT_ONCE):
        built += build_reports(changed[start : start + BUILD_AT_ONCE], arrival, rules)
        await asyncio.sleep(0)
    reports = [item for item in built if isinstance(item, Report)][:ENCODE_AT_MOST]
    vectors = await encoder.encode([meaning_of(report) for report in reports])
    encoded = iter(list(add_vectors(reports, vectors)))
    return [next(encoded, item) if isinstance(item, Report) else item for item in built]


async def _commit(poll: Poll, *, tools: Tools, rules: Rules) -> PollReport:
    """Commit a poll, a long document in parts, so that no other poll waits for all of it.

    The feed's new state goes with the last part: after a crash in between the document is read
    again, and the stored entries are known.
    """
    done: list[PollReport] = []
    for part in split_poll(poll, COMMIT_AT_ONCE):
        done.append(await tools.store.run(commit_poll, part, rules=rules, folding=tools.folding))
        if done[-1].outcome == FENCED:
            return done[-1]
    return replace(
        done[-1],
        entries_new=sum(report.entries_new for report in done),
        stories_new=sum(report.stories_new for report in done),
        alerts=sum(report.alerts for report in done),
        reasons=tuple(reason for report in done for reason in report.reasons),
    )


async def _rekeyed(
    state: FeedState, entries: Sequence[Entry], known: Mapping[str, KnownEntry], tools: Tools
) -> frozenset[str]:
    """Look whether many new entries, or all that there are, are old ones under new ids."""
    new = [entry for entry in entries if entry.id not in known]
    is_whole = len(new) == len(entries) >= REKEY_WHOLE
    if len(new) < REKEY_ENTRIES and not is_whole:
        return NOTHING
    find = partial(db.familiar_entries, with_text=len(new) < REKEY_ENTRIES)
    familiar = await tools.store.run(find, state.feed_id, new)
    if len(new) >= REKEY_ENTRIES:
        rekeyed = rekeyed_entries(new, familiar)
    else:
        rekeyed = rekeyed_document(new, familiar, last_ok_at=state.last_ok_at)
    if rekeyed:
        log.warning("the feed gave its entries new ids", new=len(new), known=len(rekeyed))
    return rekeyed


async def record_broken_poll(
    feed: Feed, state: FeedState, error: Exception, *, tools: Tools, policy: PollPolicy
) -> PollReport:
    """Record a poll that failed inside Straitwatch: the feed shows as failing and slows down."""
    outcome = FeedOutcome(
        feed=feed, state=state, policy=policy, now=tools.clock(), jitter=tools.jitter.random()
    )
    return await _complete(outcome.broken(error), tools)


def commit_poll(
    tx: Transaction, poll: Poll, *, rules: Rules, folding: FoldWindowCache
) -> PollReport:
    """Fold, decide and write one poll, or a part of it, all in this transaction."""
    if poll.reports:
        context = read_context(tx, poll.reports, folding, rules.beat)
    else:
        context = PollContext(window=StoryWindow(rules.beat.lexicon))
    plan = plan_poll(poll, context, rules)
    is_ours = db.apply_plan(tx, plan)
    if not is_ours:
        folding.drop()
        return PollReport(feed_id=poll.feed.id, outcome=FENCED)
    if poll.reports:
        folding.seq, folding.edit_seq = db.last_seq(tx), db.last_edit_seq(tx)
    return plan.report


def read_context(
    tx: Transaction, reports: Sequence[Report], folding: FoldWindowCache, beat: CompiledBeat
) -> PollContext:
    """Read what must be known to fold and decide; nobody else folds until the commit."""
    db.fold_lock(tx)
    tx.on_rollback(folding.drop)
    now = reports[0].seen_at
    return PollContext(
        window=folding.catch_up(tx, beat, now=now),
        stories=db.StoredStories(tx),
        silences=tuple(db.active_silences(tx, now)),
        # As they are under the lock: a person may have merged their stories since.
        known=db.known_entries(tx, [report.entry.id for report in reports if report.is_edited]),
        returned=db.returned_pages(tx, reports),
    )


def release_feed(
    tx: Transaction,
    feed: Feed,
    *,
    rules: Rules,
    now: datetime,
    reason: Reason = Reason.REKEYED,
) -> Release:
    """Release the reports of a feed that were held back for a reason within `WINDOW`; once."""
    held = db.held_reports(tx, feed.id, reason=reason, since_at=now - WINDOW)
    arrival = Arrival(feed=feed, state=FeedState(feed_id=feed.id, baseline_at=now), seen_at=now)
    reports = [(_report_of(stored, arrival, rules), stored.fold) for stored in held if stored.fold]
    context = PollContext(
        window=FoldWindowCache().catch_up(tx, rules.beat, now=now),
        stories=db.StoredStories(tx),
        silences=tuple(db.active_silences(tx, now)),
    )
    release = plan_release(reports, context, rules)
    db.apply_release(tx, release, now=now)
    return release


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOff:
    """The story that was made of split reports, and what is sent about it, if anything."""

    story: Story
    release: Release | None = None


def split_reports(
    tx: Transaction,
    story_id: str,
    entry_ids: Collection[str],
    by: db.Signature,
    beat: CompiledBeat,
    *,
    rules: Rules | None = None,
) -> SplitOff | None:
    """Split reports off from a story; with rules, send them in the same transaction.

    None when the story does not have them, or would have no report left.
    """
    story = db.split_story(tx, story_id, entry_ids, by, beat)
    if story is None:
        return None
    if rules is None:
        return SplitOff(story=story)
    release = alert_story(tx, story.id, rules=rules, now=by.made_at, split_from=story_id)
    return SplitOff(story=story, release=release)


def alert_story(
    tx: Transaction, story_id: str, *, rules: Rules, now: datetime, split_from: str = ""
) -> Release | None:
    """Send the reports of a story that nothing was sent about, as if they came now, oldest first.

    None when something was sent about it already. The alert names the story `split_from`.
    """
    db.fold_lock(tx)
    story = db.stories_by_id(tx, [story_id]).get(story_id)
    if story is None or story.revision:
        return None
    feeds, window = db.stored_feeds(tx), StoryWindow(rules.beat.lexicon)
    reports: list[tuple[Report, Fold]] = []
    for stored in sorted(db.story_entries(tx, story_id), key=_reported_at):
        if stored.fold is None:
            continue
        report = _report_of_now(stored, feeds[stored.feed_id], rules, now)
        window.add(report.features, stored.fold, is_sent=False)
        reports.append((report, stored.fold))
    silences = tuple(db.active_silences(tx, now))
    context = PollContext(window=window, stories=db.StoredStories(tx), silences=silences)
    release = plan_release(reports, context, rules)
    if source := db.stories_by_id(tx, [split_from]).get(split_from):
        release = name_source(release, source, rules.policy.languages)
    db.apply_alert(tx, release, now=now)
    return release


def _reported_at(stored: db.StoredEntry) -> tuple[datetime, datetime]:
    """Return when an entry was seen; what one poll brought is told apart by its dates."""
    return stored.seen_at, stored.entry.published_at or stored.seen_at


def _report_of_now(stored: db.StoredEntry, feed: Feed, rules: Rules, now: datetime) -> Report:
    """Make the report of a stored entry, however old it is: a person asks for it."""
    arrival = Arrival(feed=feed, state=FeedState(feed_id=feed.id, baseline_at=now), seen_at=now)
    return replace(_report_of(stored, arrival, rules), status=ReportStatus.FRESH)


def _report_of(stored: db.StoredEntry, arrival: Arrival, rules: Rules) -> Report:
    return make_report(stored.entry, stored.matches, arrival, rules.policy, rules.beat)


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
    )


def _count(report: PollReport, known: int, metrics: Metrics) -> None:
    metrics.polls.labels(outcome=report.outcome).inc()
    metrics.entries.labels(outcome="new").inc(report.entries_new)
    metrics.entries.labels(outcome="known").inc(known)
    for reason in report.reasons:
        metrics.decisions.labels(reason=reason).inc()


# ---------------------------------------------------------------- deliver


async def deliver_due(
    receiver: str, driver: Driver, *, tools: Tools, rules: Rules, is_stopping: Callable[[], bool]
) -> int:
    """Send what is due to one receiver, one after the other; return how many were delivered."""
    delivered = 0
    while not is_stopping():
        claimed = await tools.store.run(
            db.claim_delivery,
            receiver=receiver,
            now=tools.clock(),
            lease=SEND_LEASE,
            worker=tools.worker,
            limit=rules.limits.get(receiver),
        )
        if claimed is None:
            break
        job = replace(claimed.job, config_option=rules.config_option)
        claimed = replace(claimed, job=job)
        with structlog.contextvars.bound_contextvars(delivery=job.delivery.id):
            delivered += await _deliver_one(
                claimed, driver, tools, fallback=rules.fallbacks.get(receiver)
            )
    return delivered


async def _deliver_one(
    claimed: ClaimedDelivery, driver: Driver, tools: Tools, *, fallback: Fallback | None
) -> bool:
    """Freeze the bytes, send them, record how it ended; say whether it was delivered."""
    job = claimed.job
    if job.frozen is None:
        try:
            frozen = driver.render(job)
        except Exception as error:  # around one delivery: a message that cannot be made is dead
            log.exception("message cannot be rendered")
            failed = SendResult(outcome=Outcome.PERMANENT, code="render", text=type(error).__name__)
            await _record(claimed, driver, failed, tools, fallback=fallback)
            return False
        if not await tools.store.run(db.freeze, job.delivery.id, claimed.epoch, frozen):
            _lost_lease(tools)
            return False
        job = replace(job, frozen=frozen)
    result = await _send(claimed, job, driver, tools)
    await _record(claimed, driver, result, tools, fallback=fallback)
    return result.outcome is Outcome.DELIVERED


async def _send(claimed: ClaimedDelivery, job: SendJob, driver: Driver, tools: Tools) -> SendResult:
    """Send in the receiver's thread, keeping the lease meanwhile."""
    renewing = asyncio.create_task(_renew(claimed, tools))
    try:
        return await tools.senders.send(driver, job)
    except Exception as error:  # around one delivery: it may have been sent
        log.exception("sending failed unexpectedly")
        return SendResult(outcome=Outcome.UNSURE, code="error", text=type(error).__name__)
    finally:
        renewing.cancel()


async def _renew(claimed: ClaimedDelivery, tools: Tools) -> None:
    """Keep the lease while the receiver takes its time."""
    while True:
        await asyncio.sleep(RENEW_EVERY.total_seconds())
        until = tools.clock() + SEND_LEASE
        try:
            await tools.store.run(db.renew_delivery, claimed.job.delivery.id, claimed.epoch, until)
        except StoreError:  # the next try may still be in time
            log.warning("lease not renewed", exc_info=True)


async def _within_lease(finish: Callable[[Transaction], bool], tools: Tools) -> bool:
    """Write down an answer, again while the database is away: unwritten, it would be repeated."""
    for wait in _RECORD_WAITS:
        try:
            return await tools.store.run(finish)
        except StoreError:
            log.warning("the answer is not recorded yet", exc_info=True)
            await asyncio.sleep(wait)
    return await tools.store.run(finish)


async def _record(
    claimed: ClaimedDelivery,
    driver: Driver,
    result: SendResult,
    tools: Tools,
    *,
    fallback: Fallback | None,
) -> None:
    now = tools.clock()
    delivery = claimed.job.delivery
    created_at = claimed.job.created_at or now
    step = after_attempt(
        result,
        attempt=claimed.attempts,
        unsure_count=claimed.unsure_count,
        driver=driver.kind,
        on_unsure=driver.on_unsure,
        created_at=created_at,
        give_up_at=delivery.give_up_at,
        now=now,
        jitter=tools.jitter.random(),
    )
    finish = partial(
        db.finish_attempt,
        claimed=claimed,
        result=result,
        step=step,
        now=now,
        fallback=fallback,
    )
    if not await _within_lease(finish, tools):
        _lost_lease(tools)
        return
    tools.metrics.attempts.labels(receiver=delivery.receiver, outcome=result.outcome).inc()
    if result.outcome is Outcome.DELIVERED:
        _time_delivery(claimed.job, tools.metrics, created_at=created_at, now=now)
        log.info("delivered", receiver=delivery.receiver)
        return
    log.warning(
        "not delivered",
        receiver=delivery.receiver,
        outcome=result.outcome,
        code=result.code,
        text=result.text,
        state=step.state,
    )


def _time_delivery(job: SendJob, metrics: Metrics, *, created_at: datetime, now: datetime) -> None:
    took = (now - created_at).total_seconds()
    if job.kind is AlertKind.CANARY:
        metrics.canary.set(took)
        return
    metrics.match_to_delivered.observe(took)
    if isinstance(job.facts, AlertFacts) and job.facts.published_at:
        metrics.published_to_delivered.observe((now - job.facts.published_at).total_seconds())


def _lost_lease(tools: Tools) -> None:
    tools.metrics.fenced.labels(kind="delivery").inc()
    log.warning("another worker took over this delivery")


# ---------------------------------------------------------------- backtest


def backtest(
    tx: Transaction,
    test: Backtest,
    *,
    feeds: Mapping[str, Feed],
    since_at: datetime,
    on_entry: Callable[[], None],
) -> BacktestResult:
    """Run a change to the watch-lists over the entries seen since a time, writing nothing."""
    known = {**db.stored_feeds(tx), **feeds}
    for stored in db.entries_since(tx, since_at):
        feed = known[stored.feed_id]
        test.take(stored.entry, feed, stored.seen_at)
        on_entry()
    return test.result()


def refold(
    reports: Sequence[FoldedReport],
    lexicon: Lexicon,
    profiles: Mapping[str, FoldProfile],
    constraints: Sequence[StoryConstraint] = (),
) -> Iterator[tuple[FoldedReport, Fold]]:
    """Fold stored reports once more, in their order; yield each with the fold that it gets now.

    Each report keeps its original fold, so one difference does not cascade. Reports matched by id
    or by an old page, and manual corrections, are not folded again. What came into or out of a
    corrected story before the correction is as decided.
    """
    window = StoryWindow(lexicon, constraints=constraints)
    corrected = corrected_stories(reports, constraints)
    for report in reports:
        then = report.fold
        is_given = then.reason in (BY_HAND, SAME_GUID, RETURNED)
        now = then if is_given else window.fold(report.features, profiles)
        times = (corrected.get(fold.story_id) for fold in (then, now))
        is_decided = any(made_at and report.features.seen_at <= made_at for made_at in times)
        yield report, then if is_decided else now
        window.restore(report)


# ---------------------------------------------------------------- digests and notices


def write_digest(tx: Transaction, plan: DigestPlan, *, rules: Rules, now: datetime) -> bool:
    """Write the digest whose window has ended, if any; each window exactly once."""
    window = due_digest(plan, last_until=_last_until(tx, plan, now=now), now=now)
    if window is None:
        return False
    span = {"since_at": window.since_at, "until_at": window.until_at}
    in_flight_since = window.since_at - IN_FLIGHT
    read_since = _read_since(tx, _READ_SINCE + plan.name, default=in_flight_since)
    wanted = db.DigestQuery(
        digest=plan.name,
        watchlists=plan.include,
        languages=rules.policy.languages,
        since_at=read_since,
        until_at=window.until_at,
    )
    items = db.digest_items(tx, wanted)
    # What is listed beside the stories is read up to where no poll is in flight: each once.
    beside_since = _read_since(tx, _BESIDE_SINCE + plan.name, default=in_flight_since)
    beside_until = max(beside_since, _committed_until(tx, window.until_at, now=now))
    read = replace(wanted, since_at=beside_since, until_at=beside_until)
    running, commentary = db.running_items(tx, read), db.commentary_items(tx, read)
    shown, rest = items[:DIGEST_ITEMS], items[DIGEST_ITEMS:]
    facts = DigestFacts(
        name=plan.name,
        items=tuple(_with_titles(item, rules.titles) for item in shown),
        more=len(rest),
        coverage=db.coverage(tx, now=now, **span),
        is_late=window.is_late,
        running=tuple(_with_titles(item, rules.titles) for item in running[:DIGEST_ASIDE]),
        more_running=len(running[DIGEST_ASIDE:]),
        commentary=tuple(_with_titles(item, rules.titles) for item in commentary[:DIGEST_ASIDE]),
        more_commentary=len(commentary[DIGEST_ASIDE:]),
    )
    key = f"digest:{plan.name}:{window.until_at.isoformat()}"
    alert, deliveries = address(
        key, AlertKind.DIGEST, facts, to=plan.send, recipients=rules.recipients, now=now
    )
    story_ids = [item.story_id for item in shown]
    if not db.record_digest(tx, plan.name, story_ids=story_ids, **span):
        return False
    next_since = read_since if rest else window.until_at - IN_FLIGHT
    db.set_meta(tx, _READ_SINCE + plan.name, next_since.isoformat())
    db.set_meta(tx, _BESIDE_SINCE + plan.name, beside_until.isoformat())
    db.add_alert(tx, alert, deliveries)
    return True


def _with_titles(item: DigestItem, titles: Mapping[str, str]) -> DigestItem:
    return replace(item, watchlists=tuple(titles.get(name, name) for name in item.watchlists))


def _read_since(tx: Transaction, key: str, *, default: datetime) -> datetime:
    """Return how far back to look for what stood in no digest yet: a full one leaves a rest."""
    since = db.get_meta(tx, key)
    return datetime.fromisoformat(since) if since else default


def _committed_until(tx: Transaction, until: datetime, *, now: datetime) -> datetime:
    """Return up to when all reports are committed: no poll in flight is dated earlier."""
    oldest = db.oldest_claim(tx, now=now, lease=FEED_LEASE) or until
    return max(until - IN_FLIGHT, min(until, oldest) - db.SKEW)


def _last_until(tx: Transaction, plan: DigestPlan, *, now: datetime) -> datetime:
    """Return where the last digest ended, or when this one was first seen in a configuration."""
    if last := db.last_digest_until(tx, plan.name):
        return last
    key = f"digest since {plan.name}"
    if since := db.get_meta(tx, key):
        return datetime.fromisoformat(since)
    db.set_meta(tx, key, now.isoformat())
    return now


def address(
    key: str,
    kind: AlertKind,
    facts: Facts,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
) -> tuple[Alert, list[Delivery]]:
    """Address a message that belongs to no story; the same key makes the same ids."""
    alert = Alert(
        id=alert_id(key, 0),
        kind=kind,
        story_id="",
        revision=0,
        severity=facts.severity if isinstance(facts, NoticeFacts) else Severity.NORMAL,
        facts=facts,
        created_at=now,
    )
    deliveries = [
        Delivery(
            id=delivery_key(alert.id, receiver, recipient),
            alert_id=alert.id,
            receiver=receiver,
            recipient=recipient,
            state=DeliveryState.PENDING,
        )
        for receiver in to
        for recipient in recipients.get(receiver) or ("",)
    ]
    return alert, deliveries
