"""Adds the actions of people, and silences of single stories."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("silence", sa.Column("stories", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "manual_action",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("story_id", sa.String(), nullable=False),
        sa.Column("other_story_id", sa.String(), nullable=False),
        sa.Column("reports", sa.Text(), nullable=False),
        sa.Column("watchlists", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.Column("former_marks", sa.Text(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_action")),
    )
    for column in ("story_id", "other_story_id", "made_at"):
        op.create_index(op.f(f"ix_manual_action_{column}"), "manual_action", [column])


def downgrade() -> None:
    op.drop_table("manual_action")
    op.drop_column("silence", "stories")
