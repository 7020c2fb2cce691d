"""Adds related and breaking stories, and reports as they were folded."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the tables anew, and others refer to them.
    op.add_column("report", sa.Column("related", sa.Text(), nullable=True))
    op.add_column("report", sa.Column("told", sa.Text(), nullable=True))
    op.add_column(
        "story", sa.Column("is_breaking", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("story", "is_breaking")
    op.drop_column("report", "told")
    op.drop_column("report", "related")
