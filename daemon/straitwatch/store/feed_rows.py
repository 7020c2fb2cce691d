"""Defines the tables of feeds; `rows` defines the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from straitwatch.core.model import FeedProfile
from straitwatch.store.columns import Packed, Row, Seq


class FeedRow(Row, table=True):
    """A configured feed and its state between polls."""

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_next_due_at", "next_due_at"),)

    id: str = Field(primary_key=True)
    name: str
    url: str
    language: str
    country: str
    kind: str
    stance: str
    tier: int
    is_enabled: bool
    retired_at: datetime | None  # no longer configured; kept, because its entries are
    lease_seq: int  # fencing counter
    lease_until: datetime | None
    etag: str
    last_modified: str
    validators_host: str = Field(sa_column_kwargs={"server_default": ""})
    body_hash: bytes
    baseline_at: datetime | None
    next_due_at: datetime | None
    last_polled_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    failures: int
    last_outcome: str
    last_detail: str
    whole_due_at: datetime | None
    unmodified_since_at: datetime | None
    distrust_since_at: datetime | None
    distrust_found_at: datetime | None
    distrust_until_at: datetime | None
    profile: Any = Field(sa_column=Column(Packed(FeedProfile)))


class SeenRow(Row, table=True):
    """The items of a feed's last document, beside `feed` because most polls do not read them."""

    __tablename__ = "feed_seen"

    feed_id: str = Field(primary_key=True, foreign_key="feed.id", ondelete="CASCADE")
    entries_hash: bytes
    scope: bytes
    records: bytes


class GapRow(Row, table=True):
    """A span in which a feed was not read; digests report it."""

    __tablename__ = "gap"
    __table_args__ = (UniqueConstraint("feed_id", "since_at"), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, sa_column=Column("seq", Seq, primary_key=True))
    feed_id: str | None = Field(foreign_key="feed.id", ondelete="CASCADE")  # None: all feeds
    cause: str
    since_at: datetime
    until_at: datetime = Field(index=True)
    filled_at: datetime | None  # when everything published in it was known to be read
    found: int  # entries that back-fill found


class HostPauseRow(Row, table=True):
    """A host that asked for a pause: its feeds are not polled until it ends."""

    __tablename__ = "host_pause"

    host: str = Field(primary_key=True)
    status: int  # of the answer
    since_at: datetime
    until_at: datetime


class PushSubscriptionRow(Row, table=True):
    """A subscription to the pushes of a feed at a hub."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        UniqueConstraint("feed_id", "hub", "topic"),
        Index("ix_push_subscription_due_at", "due_at"),
        Index("ix_push_subscription_pushed_at", "pushed_at"),
    )

    token: str = Field(primary_key=True)  # the secret part of the callback's address
    feed_id: str = Field(foreign_key="feed.id", ondelete="CASCADE")
    hub: str
    topic: str
    callback: str
    secret: str
    state: str
    due_at: datetime
    lease_until: datetime | None
    live_at: datetime | None
    failures: int
    detail: str
    pushed_at: datetime | None
    pushed_seq: int | None
    paced_until: datetime | None
    entries_pushed: int
    entries_missed: int
