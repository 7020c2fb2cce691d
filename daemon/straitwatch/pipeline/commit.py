"""Commits the entries of one poll: in one transaction, or in slices if there are many."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from straitwatch import store as db
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.model import Poll, PollReport, Report
from straitwatch.core.plan import PollContext, plan_poll
from straitwatch.core.recognize import recognize_returns
from straitwatch.core.report import split_poll
from straitwatch.core.rules import Rules
from straitwatch.pipeline.window import FoldWindowCache
from straitwatch.store import Store, Transaction

FIRST_SLICE = 60  # entries: more than most documents have
SLICE_SECONDS = 0.1  # other polls and messages wait for one slice at most
FENCED = "fenced"  # outcome of a poll if another worker has claimed the feed since


async def commit_document(
    poll: Poll, *, store: Store, rules: Rules, folding: FoldWindowCache
) -> PollReport:
    """Commit a poll; a long document in slices, between which shorter work is done.

    The feed's new state is committed with the last slice. After a crash in between, the next poll
    reads the document again and finds the entries of the first slices stored.
    """
    part, rest = split_poll(poll, FIRST_SLICE)
    if rest is None:
        return await store.run(commit_poll, part, rules=rules, folding=folding)
    done: list[PollReport] = []
    size = FIRST_SLICE
    while True:
        report, seconds = await store.run_slice(_commit_slice, part, rules=rules, folding=folding)
        done.append(report)
        if report.outcome == FENCED or rest is None:
            return _sum(done)
        size = next_slice(size, seconds)
        part, rest = split_poll(rest, size)


def next_slice(size: int, seconds: float) -> int:
    """Return the size of the next slice; one of `size` entries took some seconds."""
    return max(1, min(2 * size, int(size * SLICE_SECONDS / max(seconds, 0.001))))


def _commit_slice(
    tx: Transaction, part: Poll, *, rules: Rules, folding: FoldWindowCache
) -> tuple[PollReport, float]:
    started = perf_counter()
    report = commit_poll(tx, part, rules=rules, folding=folding)
    return report, perf_counter() - started


def _sum(done: Sequence[PollReport]) -> PollReport:
    """Return the report of a poll that was committed in slices."""
    if done[-1].outcome == FENCED:
        return done[-1]
    return replace(
        done[-1],
        entries_new=sum(report.entries_new for report in done),
        stories_new=sum(report.stories_new for report in done),
        alerts=sum(report.alerts for report in done),
        reasons=tuple(reason for report in done for reason in report.reasons),
    )


def commit_poll(
    tx: Transaction, poll: Poll, *, rules: Rules, folding: FoldWindowCache
) -> PollReport:
    """Fold, decide and write one poll, or one part of it, in this transaction."""
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
        folding.mark_written(tx)
    return plan.report


def read_context(
    tx: Transaction, reports: Sequence[Report], folding: FoldWindowCache, beat: CompiledBeat
) -> PollContext:
    """Read the context of `plan_poll`, and lock out other folds until the commit."""
    db.fold_lock(tx)
    tx.on_rollback(folding.drop)
    now = reports[0].seen_at
    return PollContext(
        window=folding.catch_up(tx, beat, now=now),
        stories=db.StoredStories(tx),
        silences=tuple(db.active_silences(tx, now)),
        # Read again under the lock: a person may have merged their stories in the meantime.
        known=db.known_entries(tx, [report.entry.id for report in reports if report.is_edited]),
        returned=recognize_returns(reports, db.stored_pages(tx, reports)),
    )
