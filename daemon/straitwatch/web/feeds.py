"""Shows the feeds: condition, new entries of each day, and spans that were not read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from straitwatch.core.diagnosis import DiagnosedFeed
from straitwatch.core.feed_words import LABELS
from straitwatch.core.plural import counted
from straitwatch.feed_health import DAYS, FeedHealthView, read_health, relative
from straitwatch.web.desk import visit

_BAR, _HEIGHT = 6, 20  # of a drawing, in its own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """The bars of a small drawing, and its words."""

    bars: tuple[tuple[int, float, float], ...]  # left, top, height
    words: str
    width: int = DAYS * _BAR


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed, its condition in words, and its new entries."""

    name: str
    label: str
    is_covered: bool
    sentence: str
    last_new: str
    last_new_at: datetime | None
    next_poll: str
    spark: Spark


def feeds(request: Request) -> Response:
    """Answer with the feeds, those with a problem first."""
    here = visit(request)
    with here.reading() as tx:
        health = read_health(tx, here.config, now=here.now, zone=here.zone)
    shown = [_row(health, feed) for feed in health.diagnosis.feeds]
    return here.page(
        "feeds.html",
        troubled=[row for row in shown if row.sentence or not row.is_covered],
        well=[row for row in shown if row.is_covered and not row.sentence],
        current=health.diagnosis.current,
        total=health.diagnosis.total,
        days=DAYS,
    )


def _row(health: FeedHealthView, feed: DiagnosedFeed) -> FeedRow:
    state = feed.feed.state
    return FeedRow(
        name=feed.name,
        label=LABELS[feed.condition],
        is_covered=feed.is_covered,
        sentence=health.sentence(feed),
        last_new=relative(state.last_new_at, health.now),
        last_new_at=state.last_new_at,
        next_poll=relative(state.next_due_at, health.now),
        spark=draw_spark(health.new_entries.get(state.feed_id, (0,) * DAYS)),
    )


def draw_spark(counts: Sequence[int]) -> Spark:
    """Lay out a bar for each day, as a share of the highest; a day with an entry has one."""
    most = max(counts, default=0)
    bars = tuple(
        (place * _BAR, round(_HEIGHT - height, 1), round(height, 1))
        for place, count in enumerate(counts)
        if (height := max(1.0, _HEIGHT * count / most) if count else 0.0)
    )
    total = counted(sum(counts), "new entry", "new entries")
    return Spark(bars=bars, words=f"{total} in {len(counts)} days, {counts[-1]} today")
