"""Reads the stored entries of the last days, with a progress bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from straitwatch import store as db
from straitwatch.cli.output import new_console
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.model import MatchText
from straitwatch.core.report import matchable


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar at a terminal; yield the function that advances it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=new_console(stderr=True), transient=True) as bar:
        task = bar.add_task("entries", total=total)
        yield lambda: bar.advance(task)


def recent_texts(
    tx: db.Transaction, config: Config, *, days: int
) -> Iterator[tuple[db.StoredEntry, MatchText]]:
    """Yield the entries of the last days, oldest first, with the texts that lists match."""
    since_at = utc_now() - timedelta(days=days)
    feeds = {**db.stored_feeds(tx), **{feed.id: feed for feed in config.feeds}}
    with progress(db.count_entries_since(tx, since_at)) as step:
        for stored in db.entries_since(tx, since_at):
            yield stored, matchable(stored.entry, feeds[stored.feed_id])
            step()
