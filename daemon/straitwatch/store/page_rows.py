"""The row of a page: one for each page that was asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from straitwatch.core.model import PageVersion
from straitwatch.store.columns import Packed, Row


class PageRow(Row, table=True):
    """The page of an entry: the time of its next request, and the last text."""

    __tablename__ = "page"
    __table_args__ = (
        Index("ix_page_due_at", "due_at"),
        Index("ix_page_fetched_at", "fetched_at"),
        Index("ix_page_entry_id", "entry_id"),
        Index("ix_page_rest_until", "rest_until"),
    )

    key: bytes = Field(primary_key=True)  # hash of the canonical address
    entry_id: str = Field(foreign_key="entry.id", ondelete="CASCADE")
    url: str
    host: str
    task: str
    cause: str
    detail: str  # of the last outcome; before the first one, of the cause
    rank: int  # the lowest is requested first
    asked_at: datetime
    due_at: datetime | None
    lease_until: datetime | None
    lease_seq: int
    looks: int
    failures: int
    fetched_at: datetime | None  # also set by the claim, so that a crash counts as a request
    rest_until: datetime | None
    outcome: str
    etag: str
    last_modified: str
    validators_host: str
    version: Any = Field(default=None, sa_column=Column("version", Packed(PageVersion)))
