"""Reads the facts that decide how often feeds are polled."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from straitwatch.core.model import NO_PROFILE, FeedProfile, Reason, Severity
from straitwatch.core.policy import URGENT_FOR
from straitwatch.store.feeds import IS_WATCHED
from straitwatch.store.keys import in_chunks
from straitwatch.store.rows import ENTRY, FEED, REPORT, STORY
from straitwatch.store.transaction import Transaction

_URGENT = [severity.value for severity in Severity if severity.rank >= Severity.HIGH.rank]
_NOT_NEWS = (Reason.BASELINE.value, Reason.REKEYED.value, Reason.LATE.value)


def feed_profiles(tx: Transaction, ids: Collection[str] | None = None) -> dict[str, FeedProfile]:
    """Return the profiles of the watched feeds, or of some feeds, by id."""
    columns = sa.select(FEED.c.id, FEED.c.profile)
    if ids is None:
        queries = [columns.where(IS_WATCHED)]
    else:
        queries = [columns.where(FEED.c.id.in_(chunk)) for chunk in in_chunks(ids)]
    return {id_: profile or NO_PROFILE for query in queries for id_, profile in tx.execute(query)}


def urgent_feeds(tx: Transaction, *, now: datetime) -> frozenset[str]:
    """Return the feeds with a recent report of a story that was sent and is severe or breaking.

    What was no news when it arrived, such as the archive of a new feed, does not count.
    """
    is_urgent = sa.or_(STORY.c.is_breaking, STORY.c.sent_severity.in_(_URGENT))
    query = (
        sa.select(ENTRY.c.feed_id)
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .join(STORY, STORY.c.id == REPORT.c.story_id)
        .where(
            REPORT.c.reported_at > now - URGENT_FOR,
            STORY.c.alerted_at.is_not(None),
            ENTRY.c.reason.not_in(_NOT_NEWS),
            is_urgent,
        )
        .distinct()
    )
    return frozenset(tx.execute(query).scalars())
