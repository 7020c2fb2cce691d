"""Draws the reports of each hour as bars, stacked by watch-list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_WHOLE = 100  # per cent: the drawing has the width of the page
_BAR = 0.86  # of the place of a bar; the rest is a gap
_TICKS = 6  # times below the bars, at most; a phone shows every second one
_COLORS = 6  # that the style has; further lists share the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The part of a bar that one list has."""

    color: int
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The reports of one period."""

    since_at: datetime
    until_at: datetime
    x: float
    width: float
    total: int
    words: str  # "14:00 to 15:00: 3 Taiwan policy"
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One list in the legend and in the table."""

    watchlist: str
    title: str
    color: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A time below the bars."""

    x: float
    words: str
    is_minor: bool  # it is left out where there is little room


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The drawing in per cent of its size, and the numbers behind it."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    series: tuple[Series, ...]
    most: int

    @property
    def total(self) -> int:
        """The number of reports; one of two lists counts twice."""
        return sum(bar.total for bar in self.bars)


def period_starts(
    now: datetime, *, length: timedelta, count: int, zone: ZoneInfo
) -> list[datetime]:
    """Return the starts of the periods up to the one that contains `now`, in whole local hours."""
    local = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    step = max(1, int(length.total_seconds() // 3600))
    last = (local - timedelta(hours=local.hour % step)).astimezone(UTC)
    return [last - length * back for back in reversed(range(count))]


def draw(
    counts: Mapping[str, Sequence[int]],
    starts: Sequence[datetime],
    *,
    length: timedelta,
    titles: Mapping[str, str],
    zone: ZoneInfo,
) -> Timeline:
    """Lay out the bars.

    Args:
        counts: the reports of each period, by watch-list.
        starts: the start of each period.
        length: of a period.
        titles: of the watch-lists by id, in the order of the legend; others come last.
        zone: of the times in words.
    """
    order = [*(name for name in titles if name in counts), *sorted(counts.keys() - titles.keys())]
    series = tuple(
        Series(
            watchlist=name,
            title=titles.get(name, name),
            color=min(place, _COLORS - 1),
            counts=tuple(counts[name]),
        )
        for place, name in enumerate(order)
    )
    most = max((sum(found.counts[at] for found in series) for at in range(len(starts))), default=0)
    scale = _Scale(most=most, width=_WHOLE / len(starts), length=length, zone=zone)
    bars = tuple(_bar(series, place, start, scale) for place, start in enumerate(starts))
    return Timeline(bars=bars, ticks=_ticks(bars, scale), series=series, most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    most: int  # reports in the highest bar
    width: float  # of a bar with its gap
    length: timedelta
    zone: ZoneInfo


def _bar(series: Sequence[Series], place: int, start: datetime, scale: _Scale) -> Bar:
    pieces, base = [], float(_WHOLE)
    for found in series:
        height = _WHOLE * found.counts[place] / scale.most if scale.most else 0.0
        base -= height
        if height:
            pieces.append(Piece(color=found.color, y=round(base, 2), height=round(height, 2)))
    end = start + scale.length
    since, until = start.astimezone(scale.zone), end.astimezone(scale.zone)
    parts = [f"{found.counts[place]} {found.title}" for found in series if found.counts[place]]
    return Bar(
        since_at=start,
        until_at=end,
        x=round(place * scale.width, 2),
        width=round(scale.width * _BAR, 2),
        total=sum(found.counts[place] for found in series),
        words=f"{since:%d %b %H:%M} to {until:%H:%M}: {', '.join(parts) or 'no reports'}",
        pieces=tuple(pieces),
    )


def _ticks(bars: Sequence[Bar], scale: _Scale) -> tuple[Tick, ...]:
    """Return the times of every few bars; a day is named where it begins."""
    step = -(-len(bars) // _TICKS)
    ticks, day = [], None
    for number, bar in enumerate(bars[::step]):
        local = bar.since_at.astimezone(scale.zone)
        is_named = local.date() != day or scale.length >= timedelta(hours=6)
        words = f"{local:%d %b}" if is_named else f"{local:%H:%M}"
        ticks.append(Tick(x=bar.x, words=words, is_minor=number % 2 == 1))
        day = local.date()
    return tuple(ticks)
