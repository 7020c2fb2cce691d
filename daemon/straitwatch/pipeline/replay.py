"""Runs stored entries and reports through the current rules again, without writing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from straitwatch import store as db
from straitwatch.core.backtest import Backtest, BacktestResult
from straitwatch.core.cluster import FoldProfile, Lexicon, StoryWindow
from straitwatch.core.corrections import corrected_stories
from straitwatch.core.model import (
    BY_HAND,
    RETURNED,
    SAME_GUID,
    Feed,
    Fold,
    FoldedReport,
    StoryConstraint,
)
from straitwatch.store import Transaction

_KEPT = (BY_HAND, SAME_GUID, RETURNED)  # reasons of folds that do not depend on the text


def backtest(
    tx: Transaction,
    test: Backtest,
    *,
    feeds: Mapping[str, Feed],
    since_at: datetime,
    on_entry: Callable[[], None],
) -> BacktestResult:
    """Test a change to the watch-lists on the entries seen since a time."""
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
    """Fold stored reports again, in their order; yield each with its new fold.

    Each report keeps its original fold in the window, so one difference does not cascade. Reports
    matched by id or by an old page, and manual corrections, are not folded again. The same holds
    for the reports that a corrected story gained or lost before the correction.
    """
    window = StoryWindow(lexicon, constraints=constraints)
    corrected = corrected_stories(reports, constraints)
    for report in reports:
        then = report.fold
        now = then if then.reason in _KEPT else window.fold(report.features, profiles)
        times = (corrected.get(fold.story_id) for fold in (then, now))
        is_corrected = any(made_at and report.features.seen_at <= made_at for made_at in times)
        yield report, then if is_corrected else now
        window.restore(report)
