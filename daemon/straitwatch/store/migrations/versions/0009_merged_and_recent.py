"""Adds the target of merged stories, and the origins of a story's last hour."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and others refer to it.
    op.add_column("story", sa.Column("merged_into", sa.String(), nullable=True))
    op.add_column("story", sa.Column("recent", sa.Text(), nullable=False, server_default="[]"))
    op.create_index("ix_story_merged_into", "story", ["merged_into"])


def downgrade() -> None:
    op.drop_index("ix_story_merged_into", table_name="story")
    op.drop_column("story", "recent")
    op.drop_column("story", "merged_into")
