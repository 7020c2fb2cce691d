"""Reads the contents of digests, and records the digests that were made."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from straitwatch.core.listing import headline_pair, pick_headline
from straitwatch.core.model import (
    Action,
    DigestItem,
    Outlet,
    Reason,
    Relation,
    Severity,
    Story,
)
from straitwatch.store.rows import DIGEST, DIGEST_STORY, ENTRY, FEED, REPORT
from straitwatch.store.stories import stories_by_id
from straitwatch.store.transaction import ResultRow, Transaction

_LEAD = 2_000  # characters of a text, in which its first sentence ends
_HAS_ASIDE_REASON = ENTRY.c.reason.in_([Reason.COMMENTARY.value, Reason.ROUNDUP.value])
_IS_ASIDE = sa.and_(ENTRY.c.action == Action.DIGEST.value, _HAS_ASIDE_REASON)
_IS_UPDATE = sa.or_(  # of a story that was listed: also a more severe report, and a muted one
    ENTRY.c.action == Action.UPDATE.value,
    sa.and_(ENTRY.c.action == Action.ALERT.value, ~_HAS_ASIDE_REASON),
    sa.and_(
        ENTRY.c.action == Action.DIGEST.value,
        ENTRY.c.reason == Reason.SILENCED.value,
    ),
)
_OUTLET = sa.func.coalesce(sa.func.nullif(ENTRY.c.source, ""), FEED.c.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestQuery:
    """The name, window and lists of a digest."""

    digest: str
    since_at: datetime
    until_at: datetime
    watchlists: Collection[str] = ()  # ids; empty: all
    languages: Sequence[str] = ()  # of headlines, in order of preference


def last_digest_until(tx: Transaction, digest: str) -> datetime | None:
    """Return the end of the last digest of this name; None if there is none."""
    query = sa.select(sa.func.max(DIGEST.c.until_at)).where(DIGEST.c.name == digest)
    return tx.execute(query).scalar()


def record_digest(
    tx: Transaction,
    digest: str,
    *,
    since_at: datetime,
    until_at: datetime,
    story_ids: Collection[str],
) -> bool:
    """Record a digest and its stories; return False if its window was recorded before."""
    insert = tx.insert(DIGEST).values(name=digest, until_at=until_at, since_at=since_at)
    done = tx.execute(insert.on_conflict_do_nothing().returning(DIGEST.c.name)).first()
    if done is None:
        return False
    if story_ids:
        rows = [{"digest": digest, "story_id": id_, "until_at": until_at} for id_ in story_ids]
        tx.execute(tx.insert(DIGEST_STORY).on_conflict_do_nothing(), rows)
    return True


def digest_items(tx: Transaction, wanted: DigestQuery) -> list[DigestItem]:
    """Return the stories reported in the window that no earlier digest of this name listed.

    The most severe come first, then the oldest.
    """
    query = (
        sa.select(REPORT.c.story_id, REPORT.c.watchlists, ENTRY.c.reason)
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .where(
            _within(wanted),
            ENTRY.c.action != Action.NONE.value,
            ~_IS_ASIDE,
            REPORT.c.story_id.not_in(_listed(wanted.digest)),
        )
    )
    is_late: dict[str, bool] = {}
    for story_id, lists, reason in tx.execute(query):
        if _is_included(lists, wanted):
            is_late[story_id] = is_late.get(story_id, False) or reason == Reason.LATE.value
    stories = stories_by_id(tx, list(is_late)).values()
    ordered = sorted(
        stories, key=lambda story: (-story.severity.rank, story.first_seen_at, story.id)
    )
    return [_to_item(story, wanted.languages, is_late=is_late[story.id]) for story in ordered]


def lead_texts(tx: Transaction, items: Collection[DigestItem]) -> dict[str, str]:
    """Return the beginning of the reports whose titles are shown, by the id of their story."""
    if not items:
        return {}
    url_by_story = {item.story_id: item.url for item in items}
    text = sa.func.coalesce(sa.func.nullif(ENTRY.c.summary, ""), ENTRY.c.content)
    query = (
        sa.select(REPORT.c.story_id, ENTRY.c.url, sa.func.substr(text, 1, _LEAD).label("text"))
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .where(REPORT.c.story_id.in_(url_by_story), ENTRY.c.url.in_(url_by_story.values()))
        .order_by(REPORT.c.seq.desc())
    )
    rows = tx.execute(query)
    return {row.story_id: row.text for row in rows if row.url == url_by_story[row.story_id]}


def report_times(tx: Transaction, wanted: DigestQuery) -> list[datetime]:
    """Return the times of the reports of the window."""
    query = sa.select(REPORT.c.reported_at, REPORT.c.watchlists).where(_within(wanted))
    return [at for at, lists in tx.execute(query) if _is_included(lists, wanted)]


def running_items(tx: Transaction, wanted: DigestQuery) -> list[DigestItem]:
    """Return the stories of earlier digests that had updates or were repeated by more outlets.

    A story with updates has the title of the latest one. The most severe come first.
    """
    updates = _updates(tx, wanted)
    outlets = _new_outlets(tx, wanted)
    stories = stories_by_id(tx, list(updates.keys() | outlets.keys())).values()
    listed = [story for story in stories if _is_included(story.watchlists, wanted)]
    listed.sort(key=lambda story: (-story.severity.rank, story.first_seen_at, story.id))
    return [
        _to_running(story, updates.get(story.id, []), outlets.get(story.id, 0), wanted.languages)
        for story in listed
    ]


def _updates(tx: Transaction, wanted: DigestQuery) -> dict[str, list[ResultRow]]:
    """Return the updates of the window by story, oldest first."""
    query = (
        sa.select(REPORT.c.story_id, ENTRY.c.title, ENTRY.c.url, _OUTLET.label("outlet"))
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(
            _within(wanted),
            _IS_UPDATE,
            REPORT.c.story_id.in_(_listed(wanted.digest)),
        )
        .order_by(REPORT.c.seq)
    )
    found: dict[str, list[ResultRow]] = {}
    for row in tx.execute(query):
        found.setdefault(row.story_id, []).append(row)
    return found


def _new_outlets(tx: Transaction, wanted: DigestQuery) -> dict[str, int]:
    """Count the outlets that reported a story for the first time; a copied page adds none."""
    reported = (
        sa.select(REPORT.c.story_id)
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .where(_within(wanted), REPORT.c.story_id.in_(_listed(wanted.digest)), ~_IS_ASIDE)
    )
    first_at = sa.func.min(REPORT.c.reported_at)
    newcomers = (
        sa.select(REPORT.c.story_id, _OUTLET.label("outlet"))
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(
            REPORT.c.story_id.in_(reported),
            REPORT.c.relation != Relation.SAME_ENTRY.value,
            ~_IS_ASIDE,
        )
        .group_by(REPORT.c.story_id, _OUTLET)
        .having(first_at >= wanted.since_at, first_at < wanted.until_at)
    )
    return dict(Counter(row.story_id for row in tx.execute(newcomers)))


def commentary_items(tx: Transaction, wanted: DigestQuery) -> list[DigestItem]:
    """Return commentary and round-ups of the window, oldest first, each with its story."""
    query = (
        sa.select(
            REPORT.c.story_id,
            REPORT.c.watchlists,
            REPORT.c.reported_at,
            ENTRY.c.title,
            ENTRY.c.url,
            _OUTLET.label("outlet"),
            FEED.c.name.label("feed"),
            FEED.c.stance,
            FEED.c.tier,
        )
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(_within(wanted), _IS_ASIDE)
        .order_by(REPORT.c.seq)
    )
    rows = [row for row in tx.execute(query) if _is_included(row.watchlists, wanted)]
    stories = stories_by_id(tx, [row.story_id for row in rows])
    return [_to_comment(row, stories.get(row.story_id), wanted.languages) for row in rows]


def _listed(digest: str) -> sa.Select[tuple[Any]]:
    """Select the stories of the earlier digests of this name."""
    return sa.select(DIGEST_STORY.c.story_id).where(DIGEST_STORY.c.digest == digest)


def _within(wanted: DigestQuery) -> sa.ColumnElement[bool]:
    """Match the reports of the window; a held report counts at its release."""
    reported, released = (
        (at >= wanted.since_at) & (at < wanted.until_at)
        for at in (REPORT.c.reported_at, REPORT.c.released_at)
    )
    return sa.or_(released, reported & REPORT.c.released_at.is_(None))


def _is_included(lists: Iterable[str], wanted: DigestQuery) -> bool:
    return not wanted.watchlists or bool(set(lists) & set(wanted.watchlists))


def _to_item(story: Story, languages: Sequence[str], *, is_late: bool = False) -> DigestItem:
    shown = pick_headline(story.reports, languages)
    headline, original = headline_pair(story.title, story.reports, languages)
    return DigestItem(
        story_id=story.id,
        title=headline,
        original=original,
        url=shown.url if shown else "",
        outlet=shown.outlet if shown else Outlet(name=next(iter(story.outlets), "")),
        severity=story.severity,
        watchlists=story.watchlists,
        first_seen_at=story.first_seen_at,
        outlet_count=max(1, len(story.outlets)),
        was_alerted=story.alerted_at is not None,
        is_late=is_late and story.alerted_at is None,
    )


def _to_running(
    story: Story, updates: Sequence[ResultRow], more_outlets: int, languages: Sequence[str]
) -> DigestItem:
    item = replace(_to_item(story, languages), updates=len(updates), more_outlets=more_outlets)
    if not updates:
        return item
    latest = updates[-1]
    return replace(
        item,
        title=latest.title,
        original="",
        url=latest.url,
        outlet=Outlet(name=latest.outlet),
        part_of=item.title,
    )


def _to_comment(row: ResultRow, story: Story | None, languages: Sequence[str]) -> DigestItem:
    about = _to_item(story, languages).title if story and story.alerted_at else ""
    # The stance and tier of an aggregator's feed do not apply to the publisher.
    outlet = Outlet(name=row.outlet)
    if row.outlet == row.feed:
        outlet = replace(outlet, stance=row.stance, tier=row.tier)
    return DigestItem(
        story_id=row.story_id,
        title=row.title,
        url=row.url,
        outlet=outlet,
        severity=story.severity if story else Severity.LOW,
        watchlists=row.watchlists,
        first_seen_at=row.reported_at,
        part_of="" if about == row.title else about,
    )
