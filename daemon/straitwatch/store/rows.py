"""Defines the tables as SQLModel rows.

Rows never leave this package, and none is built here: statements run on the `Table` objects at the
end of this module, because `table=True` models neither validate nor are cheap.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field

from straitwatch.core.model import (
    BeforeMerge,
    Hit,
    Mark,
    Novelty,
    Related,
    RuleScore,
    StoryLevel,
    StoryReport,
)
from straitwatch.store.columns import Packed, Row, Seq, Texts, Words, table_of
from straitwatch.store.edit_rows import MessageEditRow
from straitwatch.store.feed_rows import FeedRow, GapRow, HostPauseRow, PushSubscriptionRow, SeenRow
from straitwatch.store.page_rows import PageRow
from straitwatch.store.shadow_rows import ShadowRow, ShadowRunRow


class EntryRow(Row, table=True):
    """One item of one feed and the decision about it."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_seen_at", "seen_at"),
        Index("ix_entry_feed_id_listed_at", "feed_id", "listed_at"),
        Index("ix_entry_canonical_key", "canonical_key"),
        Index("ix_entry_title_key", "title_key"),
    )

    id: str = Field(primary_key=True)
    feed_id: str = Field(foreign_key="feed.id")
    guid: str
    url: str
    canonical_url: str
    canonical_key: bytes | None  # hash of canonical_url: URLs outgrow PostgreSQL's index entries
    title: str
    title_key: bytes | None  # hash of the normalized title; None for rows older than this column
    summary: str
    content: str
    authors: Any = Field(sa_column=Column("authors", Packed(Texts), nullable=False))
    links: Any = Field(
        sa_column=Column("links", Packed(Texts), nullable=False, server_default="[]")
    )
    published_at: datetime | None
    language: str
    source: str
    text_hash: bytes
    has_page_text: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    seen_at: datetime
    edited_at: datetime | None
    listed_at: datetime | None  # last seen in its feed's document, to the week
    action: str
    reason: str
    config_version: str  # that decided; "" for rows older than this column


class MatchRow(Row, table=True):
    """One watch-list fired on one entry."""

    __tablename__ = "match"

    entry_id: str = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    watchlist: str = Field(primary_key=True)
    score: int
    severity: str
    hits: Any = Field(sa_column=Column("hits", Packed(tuple[Hit, ...]), nullable=False))
    rules: Any = Field(sa_column=Column("rules", Packed(tuple[RuleScore, ...]), nullable=False))


class MarkRow(Row, table=True):
    """A person's verdict on an entry for a watch-list: a right or wrong match, or a miss."""

    __tablename__ = "mark"

    entry_id: str = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    watchlist: str = Field(primary_key=True)
    verdict: str
    note: str
    marked_by: str
    marked_at: datetime


class ReportRow(Row, table=True):
    """A matched entry as a report of a story, with the reason for the choice of the story."""

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_reported_at", "reported_at"),
        Index("ix_report_released_at", "released_at"),
        Index("ix_report_story_id_headline", "story_id", "headline"),  # searched as a whole
        Index("ix_report_canonical_key", "canonical_key"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_column=Column("seq", Seq, primary_key=True))
    entry_id: str = Field(foreign_key="entry.id", ondelete="CASCADE", unique=True)
    story_id: str = Field(foreign_key="story.id")
    canonical_key: bytes | None
    watchlists: Any = Field(sa_column=Column("watchlists", Packed(Texts), nullable=False))
    relation: str
    reason: str
    score: float
    threshold: float
    evidence: Any = Field(sa_column=Column("evidence", Packed(Texts), nullable=False))
    # As folded; an edit changes only the attributions. None for rows older than these columns.
    features: str | None = Field(default=None, sa_column=Column("features", Text))
    attributions: Any = Field(default=None, sa_column=Column("attributions", Packed(Texts)))
    vector: bytes | None = None
    vector_model: str = Field(default="", sa_column_kwargs={"server_default": ""})
    usual: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    is_probable: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    novelty: Any = Field(default=None, sa_column=Column("novelty", Packed(Novelty)))
    related: Any = Field(default=None, sa_column=Column("related", Packed(Related)))
    reported_at: datetime
    released_at: datetime | None = None  # when a held report was released
    headline: str = Field(  # normalized, to be searched
        default="", sa_column=Column("headline", Text, nullable=False, server_default="")
    )


class SentEditRow(Row, table=True):
    """An edit that was sent, with its features, which its report does not have."""

    __tablename__ = "sent_edit"
    __table_args__ = (
        Index("ix_sent_edit_entry_id", "entry_id"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_column=Column("seq", Seq, primary_key=True))
    entry_id: str = Field(foreign_key="entry.id", ondelete="CASCADE")
    features: str = Field(sa_column=Column("features", Text, nullable=False))
    is_first: bool  # the report was not sent before the edit
    sent_at: datetime


class StoryConstraintRow(Row, table=True):
    """A person's decision that two reports belong to one story, or to two."""

    __tablename__ = "story_constraint"
    __table_args__ = (Index("ix_story_constraint_report_b", "report_b"),)

    report_a: str = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    report_b: str = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    kind: str
    author: str
    made_at: datetime


class StoryRow(Row, table=True):
    """All reports of one event."""

    __tablename__ = "story"
    __table_args__ = (
        Index("ix_story_last_seen_at", "last_seen_at"),
        Index("ix_story_merged_into", "merged_into"),
    )

    id: str = Field(primary_key=True)
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    revision: int
    severity: str
    watchlists: Any = Field(sa_column=Column("watchlists", Packed(Texts), nullable=False))
    outlets: Any = Field(sa_column=Column("outlets", Packed(Texts), nullable=False))
    reports: Any = Field(
        sa_column=Column("reports", Packed(tuple[StoryReport, ...]), nullable=False)
    )
    has_tier_one: bool
    origins: Any = Field(sa_column=Column("origins", Packed(Texts), nullable=False))
    is_state_only: bool
    recent: Any = Field(
        sa_column=Column("recent", Packed(tuple[tuple[str, datetime], ...]), nullable=False)
    )
    pending_levels: Any = Field(
        sa_column=Column(
            "pending_levels", Packed(tuple[StoryLevel, ...]), nullable=False, server_default="[]"
        )
    )
    is_breaking: bool = False
    alerted_at: datetime | None
    sent_severity: str | None = None
    sent_languages: Any = Field(
        sa_column=Column("sent_languages", Packed(Texts), nullable=False, server_default="[]")
    )
    threads: Any = Field(
        sa_column=Column("threads", Packed(tuple[tuple[str, str, str], ...]), nullable=False)
    )
    merged_into: str | None = None  # by a person; the row stays so that its id can be resolved


class AlertRow(Row, table=True):
    """The frozen facts of a message."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_story_id", "story_id"),
        Index("ix_alert_created_at", "created_at"),
    )

    id: str = Field(primary_key=True)
    kind: str
    story_id: str | None
    revision: int
    severity: str
    facts_type: str
    facts: str = Field(sa_column=Column("facts", Text, nullable=False))
    created_at: datetime
    config_version: str


class DeliveryRow(Row, table=True):
    """One message to one recipient: the outbox."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("story_id", "revision", "receiver", "recipient", "generation"),
        UniqueConstraint("alert_id", "receiver", "recipient", "generation"),
        Index("ix_delivery_next", "state", "receiver", "lane", "due_at", "seq"),  # as claimed
        Index("ix_delivery_changed", "state", "updated_at"),  # the latest of a state
        Index("ix_delivery_sent", "receiver", "delivered_at"),  # for limits
        Index("ix_delivery_merged_into", "merged_into"),
        Index("ix_delivery_parent_id", "parent_id"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_column=Column("seq", Seq, primary_key=True))
    id: str = Field(unique=True)
    alert_id: str = Field(foreign_key="alert.id")
    story_id: str | None  # None for digests, notices and tests: they are not unique by story
    revision: int
    receiver: str
    recipient: str
    generation: int  # 0, or the number of the replay
    routes: Any = Field(sa_column=Column("routes", Packed(Texts), nullable=False))
    watchlists: Any = Field(sa_column=Column("watchlists", Packed(Texts), nullable=False))
    lane: int  # 0: critical, sent first; 1: all others
    state: str
    reason: str
    not_before: datetime | None
    due_at: datetime  # not_before, or else created_at
    give_up_at: datetime | None
    parent_id: str
    merged_into: str | None
    epoch: int  # fencing counter: grows with each claim
    lease_until: datetime | None
    lease_owner: str
    attempts: int
    unsure_count: int
    unsure_at: datetime | None  # when the first unanswered attempt began
    body: bytes | None  # frozen before the first attempt
    content_type: str
    note: Any = Field(sa_column=Column("note", Packed(Words), nullable=False))
    ref: Any = Field(sa_column=Column("ref", Packed(Words), nullable=False))
    last_outcome: str
    last_code: str
    last_text: str
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None


class AttemptRow(Row, table=True):
    """One attempt to send; written with the claim, so an open one after a crash is unsure."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_delivery_id", "delivery_id"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_column=Column("seq", Seq, primary_key=True))
    delivery_id: str = Field(foreign_key="delivery.id", ondelete="CASCADE")
    epoch: int
    worker: str
    started_at: datetime
    finished_at: datetime | None  # None with an outcome: the sender was lost
    outcome: str  # "" while open
    code: str
    text: str


class ReceiverRow(Row, table=True):
    """The health of a receiver; a fault holds the receiver, not each message."""

    __tablename__ = "receiver"

    name: str = Field(primary_key=True)
    hold_until: datetime | None
    hold_reason: str
    failures: int  # in a row
    broken_at: datetime | None  # since when it fails
    last_ok_at: datetime | None
    failed_at: datetime | None  # of the last attempt, if it failed
    last_code: str  # of that attempt
    last_text: str
    driver: str  # of the last attempt
    mark: str  # of the address in the last attempt: a change of it ends a hold
    paused_at: datetime | None
    paused_by: str


class SilenceRow(Row, table=True):
    """Matches that send no alert until a time; made by command."""

    __tablename__ = "silence"

    id: str = Field(primary_key=True)
    watchlists: Any = Field(sa_column=Column("watchlists", Packed(Texts), nullable=False))
    severities: Any = Field(sa_column=Column("severities", Packed(Texts), nullable=False))
    tags: Any = Field(sa_column=Column("tags", Packed(Texts), nullable=False))
    stances: Any = Field(sa_column=Column("stances", Packed(Texts), nullable=False))
    languages: Any = Field(sa_column=Column("languages", Packed(Texts), nullable=False))
    stories: Any = Field(
        sa_column=Column("stories", Packed(Texts), nullable=False, server_default="[]")
    )
    starts_at: datetime
    until_at: datetime
    author: str
    reason: str


class ManualActionRow(Row, table=True):
    """An action of a person, with the state that an undo restores."""

    __tablename__ = "manual_action"
    __table_args__ = (
        Index("ix_manual_action_story_id", "story_id"),
        Index("ix_manual_action_other_story_id", "other_story_id"),
        Index("ix_manual_action_made_at", "made_at"),
        Index("ix_manual_action_undone_at", "undone_at"),
    )

    id: str = Field(primary_key=True)
    kind: str
    story_id: str
    other_story_id: str
    reports: Any = Field(sa_column=Column("reports", Packed(Texts), nullable=False))
    watchlists: Any = Field(sa_column=Column("watchlists", Packed(Texts), nullable=False))
    author: str
    via: str
    note: str
    made_at: datetime
    until_at: datetime | None
    former_marks: Any = Field(
        sa_column=Column("former_marks", Packed(tuple[Mark, ...]), nullable=False)
    )
    before_merge: Any = Field(default=None, sa_column=Column("before_merge", Packed(BeforeMerge)))
    undone_at: datetime | None
    undone_by: str


class DigestRow(Row, table=True):
    """A digest that was made, and its window."""

    __tablename__ = "digest"

    name: str = Field(primary_key=True)
    until_at: datetime = Field(primary_key=True)
    since_at: datetime


class DigestStoryRow(Row, table=True):
    """A story that a digest listed; no later digest of that name lists it as new."""

    __tablename__ = "digest_story"

    digest: str = Field(primary_key=True)
    story_id: str = Field(primary_key=True)
    until_at: datetime


class ConfigRow(Row, table=True):
    """A configuration that was active; it explains old decisions."""

    __tablename__ = "config"

    version: str = Field(primary_key=True)
    text: str = Field(sa_column=Column("text", Text, nullable=False))
    saved_at: datetime


class MetaRow(Row, table=True):
    """Single values by key."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


METADATA = Row.metadata
FEED = table_of(FeedRow)
GAP = table_of(GapRow)
HOST_PAUSE = table_of(HostPauseRow)
SEEN = table_of(SeenRow)
PUSH_SUBSCRIPTION = table_of(PushSubscriptionRow)
ENTRY = table_of(EntryRow)
PAGE = table_of(PageRow)
MATCH = table_of(MatchRow)
MARK = table_of(MarkRow)
SHADOW = table_of(ShadowRow)
SHADOW_RUN = table_of(ShadowRunRow)
REPORT = table_of(ReportRow)
SENT_EDIT = table_of(SentEditRow)
STORY = table_of(StoryRow)
STORY_CONSTRAINT = table_of(StoryConstraintRow)
ALERT = table_of(AlertRow)
DELIVERY = table_of(DeliveryRow)
ATTEMPT = table_of(AttemptRow)
RECEIVER = table_of(ReceiverRow)
SILENCE = table_of(SilenceRow)
MANUAL_ACTION = table_of(ManualActionRow)
MESSAGE_EDIT = table_of(MessageEditRow)
DIGEST = table_of(DigestRow)
DIGEST_STORY = table_of(DigestStoryRow)
CONFIG = table_of(ConfigRow)
META = table_of(MetaRow)
