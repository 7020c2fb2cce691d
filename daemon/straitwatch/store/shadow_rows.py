"""The rows of changed watch-lists that run beside the active ones."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

from straitwatch.core.model import Match
from straitwatch.store.columns import Packed, Row, Texts


class ShadowRunRow(Row, table=True):
    """A present or past shadow run of changed watch-lists."""

    __tablename__ = "shadow_run"

    version: str = Field(primary_key=True)
    files: Any = Field(sa_column=Column("files", Packed(Texts), nullable=False))
    since_at: datetime
    until_at: datetime
    reported_at: datetime | None


class ShadowRow(Row, table=True):
    """An entry that a change in shadow rates differently from the active list."""

    __tablename__ = "shadow"

    version: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    watchlist: str = Field(primary_key=True)
    change: str
    match: Any = Field(sa_column=Column("match", Packed(Match), nullable=False))  # to be shown
    seen_at: datetime
