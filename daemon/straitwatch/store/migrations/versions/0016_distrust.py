"""Adds the requests for whole documents, and the distrust of wrong validators."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COLUMNS = (
    "whole_due_at",
    "unmodified_since_at",
    "distrust_since_at",
    "distrust_found_at",
    "distrust_until_at",
)


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("feed", sa.Column(name, UTCDateTime(), nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("feed", name)
