"""Searches stories, and counts reports over time, for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import DeliveryState, Severity, Story
from straitwatch.core.search import search_words
from straitwatch.store.rows import DELIVERY, MANUAL_ACTION, REPORT, STORY
from straitwatch.store.stories import IS_WHOLE, story_of_row
from straitwatch.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryQuery:
    """The stories to find; an empty value does not restrict them."""

    since_at: datetime  # a report is as new as this
    until_at: datetime | None = None  # and older than this
    text: str = ""  # words of the headlines of its reports
    watchlist: str = ""
    severity: Severity | None = None  # or a higher one
    language: str = ""  # of a listed report; `zh` covers zh-Hant
    outlet: str = ""  # a part of its name
    after: tuple[datetime, str] | None = None  # latest report and id of the last story so far
    limit: int = 50


def search_stories(tx: Transaction, wanted: StoryQuery) -> list[Story]:
    """Return stories, the one with the latest report first."""
    query = sa.select(STORY).where(IS_WHOLE, *_place(wanted), *_filters(tx, wanted))
    query = query.order_by(STORY.c.last_seen_at.desc(), STORY.c.id).limit(wanted.limit)
    return [story_of_row(row) for row in tx.execute(query)]


def _place(wanted: StoryQuery) -> list[sa.ColumnElement[bool]]:
    found = [STORY.c.last_seen_at >= wanted.since_at]
    if wanted.until_at:
        at = REPORT.c.reported_at
        reported = sa.select(REPORT.c.story_id)
        reported = reported.where(at >= wanted.since_at, at < wanted.until_at)
        found.append(STORY.c.id.in_(reported))
    if wanted.after:
        seen_at, story_id = wanted.after
        is_later = sa.or_(STORY.c.last_seen_at < seen_at, STORY.c.id > story_id)
        found += [STORY.c.last_seen_at <= seen_at, is_later]
    return found


def _filters(tx: Transaction, wanted: StoryQuery) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.severity:
        ranks = [level.value for level in Severity if level.rank >= wanted.severity.rank]
        found.append(STORY.c.severity.in_(ranks))
    if wanted.watchlist:
        found.append(_holds(tx, STORY.c.watchlists, f'"{wanted.watchlist}"'))
    if wanted.language:
        found.append(_holds(tx, STORY.c.reports, f'"language":"{wanted.language}'))
    if wanted.outlet:
        found.append(_holds(tx, STORY.c.outlets, wanted.outlet))
    return found + [_has_word(word) for word in search_words(wanted.text)]


def _has_word(word: str) -> sa.ColumnElement[bool]:
    is_in = REPORT.c.headline.like(_pattern(word), escape="\\")
    return STORY.c.id.in_(sa.select(REPORT.c.story_id).where(is_in))


def _holds(tx: Transaction, column: sa.Column[str], text: str) -> sa.ColumnElement[bool]:
    """Match a part of a column's text, whatever its case."""
    plain = sa.cast(column, sa.Text)  # lists are stored as JSON
    if tx.is_postgres:
        return plain.ilike(_pattern(text), escape="\\")
    forms = (text,) if text.isascii() else _forms(text)
    return sa.or_(*(plain.like(_pattern(form), escape="\\") for form in forms))


def _forms(text: str) -> tuple[str, ...]:
    """Return the usual forms of a text; SQLite's LIKE ignores the case of ASCII only."""
    return tuple(dict.fromkeys((text, text.lower(), text.capitalize(), text.upper())))


def _pattern(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def count_reports(
    tx: Transaction, wanted: StoryQuery, starts: Sequence[datetime], *, until_at: datetime
) -> dict[str, tuple[int, ...]]:
    """Count the reports of each period, by watch-list; one of two lists counts in both.

    Args:
        tx: the transaction to read in.
        wanted: filters the stories; its times do not count.
        starts: the start of each period, the earliest first.
        until_at: the end of the last period.
    """
    column = REPORT.c.reported_at
    ends = (*starts[1:], until_at)
    period = sa.case(*((column < end, place) for place, end in enumerate(ends)), else_=-1)
    query = (
        sa.select(REPORT.c.watchlists, period, sa.func.count())
        .where(column >= starts[0], column < until_at)
        .group_by(REPORT.c.watchlists, period)
    )
    if filters := _filters(tx, wanted):
        stories = sa.select(STORY.c.id).where(STORY.c.last_seen_at >= starts[0], *filters)
        query = query.where(REPORT.c.story_id.in_(stories))
    counts: dict[str, list[int]] = {}
    for watchlists, place, count in tx.execute(query):
        for watchlist in watchlists:
            counts.setdefault(watchlist, [0] * len(starts))[place] += count
    return {watchlist: tuple(found) for watchlist, found in counts.items()}


def news_mark(tx: Transaction) -> str:
    """Return a text that changes with stories, messages and actions; it reads indexes only."""
    latest = (
        STORY.c.last_seen_at,
        REPORT.c.seq,
        DELIVERY.c.seq,
        MANUAL_ACTION.c.made_at,
        MANUAL_ACTION.c.undone_at,
    )
    changes = (
        sa.select(sa.func.max(DELIVERY.c.updated_at)).where(DELIVERY.c.state == state.value)
        for state in DeliveryState
    )
    queries = (*(sa.select(sa.func.max(column)) for column in latest), *changes)
    row = tx.execute(sa.select(*(query.scalar_subquery() for query in queries))).one()
    return " ".join(map(str, row))
