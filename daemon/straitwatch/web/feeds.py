"""Shows the feeds: condition, new entries of each day, and spans that were not read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from straitwatch import store as db
from straitwatch.core.diagnosis import DiagnosedFeed
from straitwatch.core.feed_words import LABELS
from straitwatch.core.plural import counted
from straitwatch.core.redact import redact_address
from straitwatch.feed_health import DAYS, FeedHealthView, read_health, relative
from straitwatch.web.desk import visit

_ENTRIES = 50  # of a feed that its page shows
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

    id: str
    name: str
    address: str
    label: str
    is_covered: bool
    sentence: str
    last_new: str
    last_new_at: datetime | None
    last_ok_at: datetime | None
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


def feed(request: Request) -> Response:
    """Answer with a feed: its condition, and the decisions about its latest entries."""
    here = visit(request)
    wanted = request.path_params["feed"]
    with here.reading() as tx:
        health = read_health(tx, here.config, now=here.now, zone=here.zone)
        entries = db.feed_entries(tx, wanted, limit=_ENTRIES)
    rows = (_row(health, found) for found in health.diagnosis.feeds)
    row = next((row for row in rows if row.id == wanted), None)
    if row is None:
        raise HTTPException(404, f"no feed {wanted}")
    return here.page("feed.html", row=row, entries=entries, days=DAYS)


def _row(health: FeedHealthView, feed: DiagnosedFeed) -> FeedRow:
    state = feed.feed.state
    return FeedRow(
        id=state.feed_id,
        name=feed.name,
        address=redact_address(feed.feed.url),
        label=LABELS[feed.condition],
        is_covered=feed.is_covered,
        sentence=health.sentence(feed),
        last_new=relative(state.last_new_at, health.now),
        last_new_at=state.last_new_at,
        last_ok_at=state.last_ok_at,
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
