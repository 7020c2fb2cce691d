"""The row of a sent message that must be edited, now or later."""

from datetime import datetime

from sqlmodel import Field

from straitwatch.store.columns import Row


class MessageEditRow(Row, table=True):
    """A sent message that must be edited; it is rendered when it is claimed."""

    __tablename__ = "message_edit"

    delivery_id: str = Field(primary_key=True, foreign_key="delivery.id", ondelete="CASCADE")
    version: int  # grows with each request, so that an older edit does not complete a newer one
    asked_at: datetime
    due_at: datetime
    lease_until: datetime | None
    attempts: int
