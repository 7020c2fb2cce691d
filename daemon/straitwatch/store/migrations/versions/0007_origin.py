"""Adds the origins of stories."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and reports refer to it.
    op.add_column("story", sa.Column("origins", sa.Text(), nullable=False, server_default="[]"))
    op.add_column(
        "story",
        sa.Column("is_state_only", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # The origins of older stories are unknown: each outlet counts as its own.
    op.execute("UPDATE story SET origins = outlets")


def downgrade() -> None:
    op.drop_column("story", "is_state_only")
    op.drop_column("story", "origins")
