"""Adds the last answer of a receiver, and a mark of the address that gave it."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_WORDS = ("last_code", "last_text", "driver", "mark")


def upgrade() -> None:
    op.add_column("receiver", sa.Column("failed_at", UTCDateTime(), nullable=True))
    for name in _WORDS:
        op.add_column("receiver", sa.Column(name, sa.String(), nullable=False, server_default=""))
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column("receiver", name, server_default=None)


def downgrade() -> None:
    for name in (*_WORDS, "failed_at"):
        op.drop_column("receiver", name)
